//! How to reach a person without bringing anybody to their door.

use crate::access::actor::FieldGroup;
use crate::db::types::Country;
use crate::error::Fault;

use super::Record;
use super::codes::{AddressKind, ChannelSafety, Relation};
use super::dates::PartialDate;
use super::faults::Faults;
use super::language::Language;
use super::text::{LineText, ShortText};

part! {
    /// How to reach the person, when, and how not to.
    #[schema(example = json!({
        "phones": [{"number": "+00 000 0000 0000", "owner": "A neighbour (invented)", "safety": "shared"}],
        "accounts": [{"service": "Example Messenger", "name": "example-account", "safety": "safe"}],
        "addresses": [{
            "kind": "living", "text": "Room 0, Invented Street 0", "country": "CHN",
            "since": "2006-03", "until": "2006-09"
        }],
        "safe_times": ["After ten in the evening, local time"],
        "safe_words": {"greeting": "Is the sample ready?", "answer": "On Thursday", "danger": "It is sold out"},
        "contact_persons": [{"name": "Example Aunt", "relation": "aunt_or_uncle", "knows_of_flight": true}],
        "languages": ["kor", "cmn"],
        "do_not_contact": [{"who": "The landlord", "reason": "Has talked to the police before"}]
    }))]
    Contact {
        /// Telephones.
        #[schema(max_items = 50)]
        phones: Vec<Phone>,
        /// Accounts of messengers and mail.
        #[schema(max_items = 50)]
        accounts: Vec<MessagingAccount>,
        /// Addresses, now and before; the network's own shelters are stays, not addresses.
        #[schema(max_items = 50)]
        addresses: Vec<Address>,
        /// When it is safe to call or come.
        #[schema(max_items = 50)]
        safe_times: Vec<LineText>,
        /// What is said so that both sides know that it is safe.
        safe_words: Option<SafeWords>,
        /// People through whom the person can be reached.
        #[schema(max_items = 50)]
        contact_persons: Vec<ContactPerson>,
        /// Languages to speak or write in, the best one first.
        #[schema(max_items = 50)]
        languages: Vec<Language>,
        /// Whom not to contact, and in which way not to.
        #[schema(max_items = 50)]
        do_not_contact: Vec<DoNotContact>,
        /// What to do when the person does not answer as agreed.
        if_silent: Option<LineText>,
        /// Anything else about contact.
        remarks: Option<LineText>,
    }
}

part! {
    /// A telephone.
    Phone {
        /// The number, with the country code.
        number: Option<ShortText>,
        /// Whose telephone it is, when it is not the person's own.
        owner: Option<ShortText>,
        /// Whether it may be used.
        safety: Option<ChannelSafety>,
        /// From when it worked.
        since: Option<PartialDate>,
        /// Until when it worked.
        until: Option<PartialDate>,
        /// Anything else, such as "text only".
        remarks: Option<LineText>,
    }
}

part! {
    /// An account of a messenger or a mail service.
    MessagingAccount {
        /// The service.
        service: Option<ShortText>,
        /// The name or number of the account.
        name: Option<ShortText>,
        /// Whether it may be used.
        safety: Option<ChannelSafety>,
        /// Anything else, such as "delete after reading".
        remarks: Option<LineText>,
    }
}

part! {
    /// An address, as it would be told to somebody who must find it.
    Address {
        /// What sort of address it is.
        kind: Option<AddressKind>,
        /// The address in words.
        text: Option<LineText>,
        /// The country.
        country: Option<Country>,
        /// From when.
        since: Option<PartialDate>,
        /// Until when.
        until: Option<PartialDate>,
        /// Who else lives there or watches it.
        remarks: Option<LineText>,
    }
}

part! {
    /// Words agreed in advance.
    SafeWords {
        /// What the network says first.
        greeting: Option<ShortText>,
        /// What the person answers when all is well.
        answer: Option<ShortText>,
        /// What the person says when somebody is listening.
        danger: Option<ShortText>,
    }
}

part! {
    /// Somebody through whom the person can be reached.
    ContactPerson {
        /// The name.
        name: Option<ShortText>,
        /// What they are to the person.
        relation: Option<Relation>,
        /// Telephone, account or address.
        reach: Option<LineText>,
        /// Whether they know that the person fled.
        knows_of_flight: Option<bool>,
        /// What they may be told.
        may_be_told: Option<LineText>,
    }
}

part! {
    /// A rule about whom or how not to contact.
    DoNotContact {
        /// The person, place or channel.
        who: Option<ShortText>,
        /// Why.
        reason: Option<LineText>,
    }
}

impl Record for Contact {
    const GROUP: FieldGroup = FieldGroup::Contact;

    fn check(&self) -> Vec<Fault> {
        let mut faults = Faults::default();
        faults.each("phones", &self.phones, |phone, faults| {
            faults.needs(phone.number.is_some(), "number", "the number is missing");
            faults.in_order(phone.since, "until", phone.until);
        });
        faults.each("accounts", &self.accounts, |account, faults| {
            faults.needs(account.name.is_some(), "name", "the name of the account is missing");
        });
        faults.each("addresses", &self.addresses, |address, faults| {
            faults.says(
                address.text.is_some() || address.country.is_some(),
                "an address needs a text or a country",
            );
            faults.in_order(address.since, "until", address.until);
        });
        faults.each("do_not_contact", &self.do_not_contact, |rule, faults| {
            faults.needs(rule.who.is_some(), "who", "whom or how not to contact is missing");
        });
        faults.found()
    }
}
