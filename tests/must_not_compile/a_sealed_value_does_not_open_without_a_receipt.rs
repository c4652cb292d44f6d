//! Having the key is not enough: that it is read must be on the record.

use waystation::cases::records::Identity;
use waystation::crypto::{CaseKey, Sealed};

fn open(sealed: &Sealed<Identity>, key: &CaseKey) {
    drop(sealed.open(key)); //~ E0061 this method takes 2 arguments but 1 argument was supplied
}

fn main() {}
