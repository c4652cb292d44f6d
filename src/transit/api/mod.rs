//! A case's journeys: planned with their legs, approved by a coordinator, told leg by leg.
//!
//! A leg has no address of its own: it is read, and its version is kept, with its journey.

mod approve;
mod legs;
mod plan;
mod read;
mod state;
mod view;

pub use approve::approve_journey;
pub use legs::{LegStateRequest, create_leg, set_leg_state};
pub use plan::{NewJourneyRequest, NewLegRequest, create_journey};
pub use read::{get_journey, list_journeys};
pub use state::{JourneyStateRequest, set_journey_state};
pub use view::{JourneyView, LegView};

use super::codes::JourneyState;
use super::model::Journey;
use crate::audit::{Action, Event};
use crate::db::WriteTx;
use crate::error::Result;

/// Puts a change of a journey's state that followed from another change on the log as what it is.
fn record_state(tx: &mut WriteTx<'_>, journey: &Journey, to: JourneyState) -> Result<()> {
    let mut event = Event::new(Action::JourneyState).subject(journey.id).detail("state", to);
    event.set_case(journey.case_id);
    tx.also_record(&event)
}
