//! A receipt is given for a commit.

use waystation::audit::{Action, Event, Receipt};

fn of_nothing() -> Receipt {
    Receipt::for_committed(None, Vec::new(), true)
}

fn of_an_event() -> Receipt {
    Event::new(Action::RecordRead).receipt()
}

fn main() {}
