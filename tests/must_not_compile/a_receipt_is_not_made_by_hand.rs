//! A receipt is given for a commit.

use waystation::audit::{Action, Event, Receipt};

fn of_nothing() -> Receipt {
    Receipt::for_committed(None, Vec::new(), true) //~ E0624 associated function `for_committed` is private
}

fn of_an_event() -> Receipt {
    Event::new(Action::RecordRead).receipt() //~ E0624 method `receipt` is private
}

fn main() {}
