//! A permit to list cases does not read one.

use waystation::access::Permit;
use waystation::access::permissions::{CaseList, CaseRead};

fn reads(_: Permit<CaseRead>) {}

fn lists(permit: Permit<CaseList>) {
    reads(permit); //~ E0308 mismatched types: expected `Permit<CaseRead>`, found `Permit<CaseList>`
}

fn main() {}
