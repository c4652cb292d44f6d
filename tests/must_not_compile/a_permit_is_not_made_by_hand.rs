//! A permit comes from the request alone.

use waystation::access::permissions::CaseRead;
use waystation::access::{Actor, Permit};

fn any<T>() -> T {
    unimplemented!()
}

fn from_an_actor(actor: Actor) -> Permit<CaseRead> {
    Permit::for_actor(actor, any()).unwrap() //~ E0624 associated function `for_actor` is private
}

fn from_the_system() -> Permit<CaseRead> {
    Permit::system("because") //~ E0624 associated function `system` is private
}

fn from_its_parts() -> Permit<CaseRead> {
    Permit { holder: any(), reach: any(), context: any(), permission: any() }
}

fn main() {}
