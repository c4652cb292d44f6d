//! The key's own opening is the seal's alone.

use waystation::cases::records::Identity;
use waystation::crypto::{CaseKey, Ciphertext, Place};

fn open(key: &CaseKey, place: &Place, ciphertext: &Ciphertext) {
    drop(key.open::<Identity>(place, ciphertext)); //~ E0624 method `open` is private
}

fn main() {}
