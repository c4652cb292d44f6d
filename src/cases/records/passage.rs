//! How a person came and goes: brokers, price, debts, route, guides, exploitation on the way.
//!
//! Planned legs and their keepers are kept with the journeys.

use crate::access::actor::FieldGroup;
use crate::db::types::Country;
use crate::error::Fault;

use super::Record;
use super::codes::DocumentKind;
use super::dates::PartialDate;
use super::faults::Faults;
use super::money::Money;
use super::procedure_codes::{Coercion, Exploitation, Payer, TravelMeans, Trust};
use super::text::{LineText, LongText, ShortText};

part! {
    /// The person's passage.
    #[schema(example = json!({
        "brokers": [{"name": "Example Broker", "alias": "Mr Sample", "reach": "Through the tea house", "trust": "doubtful"}],
        "price": {"amount": "3000.00", "currency": "USD"},
        "paid": {"amount": "1000", "currency": "USD"},
        "payer": "family_abroad",
        "debts": [{
            "creditor": "Example Broker", "sum": {"amount": "2000", "currency": "USD"}, "incurred": "2006-04",
            "due": "2007-04", "conditions": "From the settlement money", "coercion": ["threats_to_family"]
        }],
        "route": [
            {"place": "Sample Crossing", "country": "CHN", "arrived": "2006-04", "means": "foot"},
            {"place": "Invented City", "country": "THA", "means": "boat"}
        ],
        "guides": [{"name": "Example Guide", "stretch": "The last river", "trust": "proven"}],
        "exploitation": [{"kind": "sold", "place": "Invented City", "from": "2006-05"}],
        "documents_used": [{"kind": "passport", "description": "Somebody else's", "used_at": "The airport"}]
    }))]
    Passage {
        /// Brokers, one after the other.
        #[schema(max_items = 50)]
        brokers: Vec<Broker>,
        /// The price agreed.
        price: Option<Money>,
        /// What of it was paid.
        paid: Option<Money>,
        /// Who paid or is to pay.
        payer: Option<Payer>,
        /// Debts for the passage.
        #[schema(max_items = 50)]
        debts: Vec<Debt>,
        /// Places, in the order of the way.
        #[schema(max_items = 50)]
        route: Vec<RoutePlace>,
        /// Guides, drivers, hosts on the way.
        #[schema(max_items = 50)]
        guides: Vec<Guide>,
        /// How the person was used on the way.
        #[schema(max_items = 50)]
        exploitation: Vec<ExploitationOnTheWay>,
        /// Papers that were shown on the way.
        #[schema(max_items = 50)]
        documents_used: Vec<DocumentUsed>,
        /// What happened on the way.
        account: Option<LongText>,
        /// Anything else about the passage.
        remarks: Option<LineText>,
    }
}

part! {
    /// A broker.
    Broker {
        /// The name, as far as it is known.
        name: Option<ShortText>,
        /// What they are called.
        alias: Option<ShortText>,
        /// How they are reached.
        reach: Option<LineText>,
        /// How far they can be trusted.
        trust: Option<Trust>,
        /// Who recommended them.
        recommended_by: Option<ShortText>,
        /// Which part of the way they arranged.
        stretch: Option<LineText>,
    }
}

part! {
    /// A debt.
    Debt {
        /// To whom.
        creditor: Option<ShortText>,
        /// How much was owed at first.
        sum: Option<Money>,
        /// How much is still owed.
        outstanding: Option<Money>,
        /// When it was made.
        incurred: Option<PartialDate>,
        /// When it is due.
        due: Option<PartialDate>,
        /// What was agreed: interest, pledges, who stands for it.
        conditions: Option<LineText>,
        /// How the creditor presses for it; none known when empty.
        #[schema(max_items = 50)]
        coercion: Vec<Coercion>,
        /// When it was settled.
        settled: Option<PartialDate>,
    }
}

part! {
    /// A place on the way.
    RoutePlace {
        /// The place.
        place: Option<ShortText>,
        /// The country.
        country: Option<Country>,
        /// When the person came.
        arrived: Option<PartialDate>,
        /// When the person left.
        left: Option<PartialDate>,
        /// How the person came there.
        means: Option<TravelMeans>,
        /// Checkpoints, dangers, who helped.
        remarks: Option<LineText>,
    }
}

part! {
    /// A guide, driver or host.
    Guide {
        /// Name or alias.
        name: Option<ShortText>,
        /// How they are reached.
        reach: Option<LineText>,
        /// Which part of the way.
        stretch: Option<LineText>,
        /// How far they can be trusted.
        trust: Option<Trust>,
    }
}

part! {
    /// How the person was used on the way.
    ExploitationOnTheWay {
        /// In which way.
        kind: Option<Exploitation>,
        /// Where.
        place: Option<ShortText>,
        /// From when.
        from: Option<PartialDate>,
        /// Until when.
        until: Option<PartialDate>,
        /// By whom.
        by_whom: Option<ShortText>,
        /// In the worker's words.
        details: Option<LineText>,
    }
}

part! {
    /// A paper that was shown on the way.
    DocumentUsed {
        /// What paper.
        kind: Option<DocumentKind>,
        /// Its number.
        number: Option<ShortText>,
        /// Whose it was, what was false in it, who made it.
        description: Option<LineText>,
        /// Where it was shown.
        used_at: Option<ShortText>,
    }
}

impl Record for Passage {
    const GROUP: FieldGroup = FieldGroup::Passage;

    fn check(&self) -> Vec<Fault> {
        let mut faults = Faults::default();
        faults.each("brokers", &self.brokers, |broker, faults| {
            faults.says(broker.name.is_some() || broker.alias.is_some(), "a broker needs a name or an alias");
        });
        faults.inner("price", self.price.as_ref(), Money::rules);
        faults.inner("paid", self.paid.as_ref(), Money::rules);
        faults.each("debts", &self.debts, Debt::rules);
        faults.each("route", &self.route, |place, faults| {
            faults
                .says(place.place.is_some() || place.country.is_some(), "a place needs a name or a country");
            faults.in_order(place.arrived, "left", place.left);
        });
        faults.each("exploitation", &self.exploitation, |exploitation, faults| {
            faults.needs(exploitation.kind.is_some(), "kind", "the code of the exploitation is missing");
            faults.in_order(exploitation.from, "until", exploitation.until);
        });
        faults.found()
    }
}

impl Debt {
    fn rules(&self, faults: &mut Faults) {
        faults.inner("sum", self.sum.as_ref(), Money::rules);
        faults.inner("outstanding", self.outstanding.as_ref(), Money::rules);
        faults.in_order(self.incurred, "due", self.due);
        faults.in_order(self.incurred, "settled", self.settled);
    }
}
