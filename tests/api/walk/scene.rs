//! The network that one route is walked in: two hubs, somebody of every role, and what the path names.

use std::collections::BTreeMap;

use actix_web::http::Method;
use serde_json::{Value, json};
use waystation::access::{FieldGroup, HubId, Role, UserId};
use waystation::db::types::CodeList as _;

use super::samples::Names;
use super::situation::{Kind, OWN_HUB, Place, Situation, Spelling, parameters};
use crate::common::{Answer, Person, TestApp};

/// What no parameter can be.
const NO_ID: &str = "not-an-id";

/// An id that is well formed and that nothing has.
const NOTHING: &str = "0123456789abcdefghjkmnpqrs";

/// What everybody of the cast logs in with.
pub const PASSWORD: &str = "nine slow barges upstream";

/// The ids that go into a path.
pub type Ids = BTreeMap<&'static str, String>;

/// A network for one route.
pub struct Scene<'a> {
    app: &'a TestApp,
    path: &'static str,
    kind: Kind,
    hub: HubId,
    other_hub: HubId,
    shelter: String,
    owner: Person,
    other_owner: Person,
    bystander: Person,
    /// Somebody of every role, in the hub.
    pub cast: Vec<(Role, Person)>,
}

impl<'a> Scene<'a> {
    /// Sets the scene for a path.
    pub async fn set(app: &'a TestApp, path: &'static str, kind: Kind) -> Self {
        let word = || UserId::generate().to_string();
        let (hub, other_hub) = (app.hub(&word()), app.hub(&word()));
        let cast: Vec<(Role, Person)> =
            Role::all().iter().map(|role| (*role, app.person(*role, &[hub]))).collect();
        for (_, person) in &cast {
            app.set_password(person, PASSWORD).await;
        }
        Self {
            app,
            path,
            kind,
            hub,
            other_hub,
            shelter: shelter(app, hub),
            owner: app.caseworker(hub),
            other_owner: app.caseworker(other_hub),
            bystander: app.caseworker(hub),
            cast,
        }
    }

    /// What a body is made of.
    pub fn names(&self, asks: UserId) -> Names {
        Names {
            hub: self.hub,
            shelter: self.shelter.clone(),
            keeper: asks,
            word: UserId::generate().to_string(),
        }
    }

    /// The ids for the path, of something that stands in this situation to everybody of the cast.
    pub async fn prepare(&self, situation: &Situation) -> Ids {
        let mut ids: Ids = parameters(self.path).map(|name| (name, NOTHING.to_owned())).collect();
        if ids.contains_key("version") {
            ids.insert("version", "1".to_owned());
        }
        if !situation.there {
            return ids;
        }
        let hub = if situation.own { self.hub } else { self.other_hub };
        match self.kind {
            Kind::Case => {
                self.case(&mut ids, situation).await;
                if situation.strange_parts {
                    let own = ids["case"].clone();
                    self.case(&mut ids, &Situation { strange_parts: false, ..*situation }).await;
                    ids.insert("case", own);
                }
            }
            Kind::Hub | Kind::User => {
                for (name, id) in &mut ids {
                    *id = match *name {
                        "hub" => hub.to_string(),
                        "shelter" => shelter(self.app, hub),
                        "user" => self.app.caseworker(hub).id.to_string(),
                        "grant" => self.app.grant_for(&self.app.caseworker(hub)),
                        name => panic!("{}: say in walk/scene.rs how a {{{name}}} comes to be", self.path),
                    };
                }
            }
            Kind::Logged if ids.contains_key("case") => self.case(&mut ids, situation).await,
            Kind::Logged => *ids.get_mut("user").unwrap() = self.app.caseworker(hub).id.to_string(),
            Kind::Canary => {
                self.case(&mut ids, situation).await;
                let sql = format!(
                    "INSERT INTO canary_cases (case_id, created_by, created_at) VALUES ('{}', '{}', 0)",
                    ids["case"], self.owner.id
                );
                self.app.database.raw().execute(&sql).unwrap();
            }
            Kind::List => {
                for (name, id) in &mut ids {
                    *id = if *name == "tile" { "0/000.p/1" } else { "roles" }.to_owned();
                }
            }
            Kind::Entry | Kind::Session | Kind::Emergency | Kind::Whole => {}
        }
        ids
    }

    /// The same for one person: an entry of the log is somebody's own. Here the ids are misspelt, too.
    pub async fn prepare_for(&self, person: &Person, situation: &Situation, ids: &Ids) -> Ids {
        let mut ids = ids.clone();
        if self.kind == Kind::Entry && situation.there {
            let actor = if situation.own { person } else { &self.owner };
            let request = actor.get("/v1/me").await.header("x-request-id").unwrap().to_owned();
            let entries = self.app.events_of(&request).await;
            ids.insert("event", entries[0].id.clone());
        }
        if self.kind == Kind::Session && situation.there {
            let whose = if situation.own { person } else { &self.owner };
            if ids.contains_key("session") {
                ids.insert("session", self.app.session_of(whose.id).to_string());
            } else if ids.contains_key("api_key") {
                ids.insert("api_key", self.app.key_of(whose, "code_list.read").0);
            } else {
                crate::lists::notices(self.app, whose, 1);
                let newest = format!("SELECT MAX(id) AS t FROM notices WHERE user_id = '{}'", whose.id);
                ids.insert("notice", self.app.database.raw().texts(&newest).remove(0));
            }
        }
        if ids.contains_key("grant") && situation.there {
            // One that nobody has decided yet.
            let hub = if situation.own { self.hub } else { self.other_hub };
            ids.insert("grant", self.app.grant_for(&self.app.caseworker(hub)));
        }
        if self.path.ends_with("/{case}/emergency-accesses") {
            // Of a restricted case they are refused one, too: so that it is one answer, they have one.
            self.emergency(person, &OWN_HUB).await;
        }
        if self.kind == Kind::Emergency && situation.there {
            ids.insert("emergency_access", self.emergency(person, situation).await);
        }
        let mut names = parameters(self.path);
        match situation.spelling {
            Spelling::Good => None,
            Spelling::NoId => ids.insert(names.next().unwrap(), NO_ID.to_owned()),
            Spelling::NoPart => ids.insert(names.last().unwrap(), NO_ID.to_owned()),
            Spelling::MistypedCode => {
                let check = if ids["code"].ends_with('0') { "1" } else { "0" };
                let mistyped = format!("{}{check}", &ids["code"][..ids["code"].len() - 1]);
                ids.insert("case", mistyped)
            }
        };
        ids
    }

    /// An emergency access, of the person's own if they can have one; a review finds it ended.
    async fn emergency(&self, person: &Person, situation: &Situation) -> String {
        let (hub, owner) =
            if situation.own { (self.hub, &self.owner) } else { (self.other_hub, &self.other_owner) };
        let can = |(role, of_cast): &(Role, Person)| {
            of_cast.id == person.id && [Role::Caseworker, Role::Coordinator].contains(role)
        };
        let another = self.app.caseworker(hub);
        let holder = if situation.own && self.cast.iter().any(can) { person } else { &another };
        let case = text(&owner.open_case(hub).await["id"]);
        let ended = format!("DELETE FROM emergency_accesses WHERE user_id = '{}'", holder.id);
        self.app.database.raw().execute(&ended).unwrap();
        let body = json!({"reason": "raid", "explanation": "Police at the shelter."});
        let opened = holder.post(&format!("/v1/cases/{case}/emergency-accesses"), body).await.expect(201);
        let id = text(&opened["id"]);
        if self.path.ends_with("/review") {
            let sql = format!("UPDATE emergency_accesses SET ends_at = began_at WHERE id = '{id}'");
            self.app.database.raw().execute(&sql).unwrap();
        }
        id
    }

    /// Takes away what brings somebody near a case: places on teams, and the hubs of whoever does not need a place.
    pub fn lose(&self, needs_place: bool, person: &Person) {
        let tables: &[&str] = if needs_place { &["case_team"] } else { &["case_team", "hub_members"] };
        for table in tables {
            let sql = format!("DELETE FROM {table} WHERE user_id = '{}'", person.id);
            self.app.database.raw().execute(&sql).unwrap();
        }
    }

    /// The ids by which the own hub and the other one could be recognised, each with a case in a bed.
    pub async fn traces(&self) -> [Vec<String>; 2] {
        let mut traces = [Vec::new(), Vec::new()];
        for (own, found) in [true, false].into_iter().zip(&mut traces) {
            let situation = Situation { own, ..OWN_HUB };
            let mut ids = self.prepare(&situation).await;
            let (hub, owner) =
                if own { (self.hub, &self.owner) } else { (self.other_hub, &self.other_owner) };
            ids.insert("hub", hub.to_string());
            ids.insert("owner", owner.id.to_string());
            let shelters = format!("SELECT id AS t FROM shelters WHERE hub_id = '{hub}'");
            found.extend(self.app.database.raw().texts(&shelters));
            found.extend(ids.into_values());
        }
        traces
    }

    async fn case(&self, ids: &mut Ids, situation: &Situation) {
        let (owner, hub) =
            if situation.own { (&self.owner, self.hub) } else { (&self.other_owner, self.other_hub) };
        let view = owner.open_case(hub).await;
        let case = text(&view["id"]);
        ids.insert("code", text(&view["code"]));
        let mut parts = Parts { app: self.app, owner, hub, address: format!("/v1/cases/{case}") };
        ids.insert("case", case.clone());
        for name in parameters(self.path).skip(1) {
            let id = parts.make(name, self.path, self.bystander.id.as_str(), ids).await;
            ids.insert(name, id);
        }
        let mut sql = String::new();
        if parameters(self.path).any(|name| name == "user") {
            sql.push_str(&self.place(&case, &self.bystander, Place::Lean));
        }
        for (_, person) in &self.cast {
            sql.push_str(&self.place(&case, person, situation.place));
            if let Some(beside) = ids.get("beside") {
                sql.push_str(&self.place(beside, person, situation.place));
            }
        }
        if situation.restricted {
            sql.push_str(&format!("UPDATE cases SET restricted = TRUE WHERE id = '{case}';"));
        }
        if !sql.is_empty() {
            self.app.database.raw().execute(&sql).unwrap();
        }
    }

    /// SQL for a place on a team.
    fn place(&self, case: &str, person: &Person, place: Place) -> String {
        let now = self.app.now().micros();
        let (opens, ends_at) = match place {
            Place::None => return String::new(),
            Place::Full => ("TRUE", (now + 1).to_string()),
            Place::Lean => ("FALSE", "NULL".to_owned()),
            Place::Ended => ("TRUE", now.to_string()),
        };
        let groups: Vec<&str> = FieldGroup::all().iter().map(|group| group.code()).collect();
        format!(
            "INSERT INTO case_team (case_id, user_id, {}, ends_at, added_by, added_at, changed_at, version) \
             VALUES ('{case}', '{}', {}, {ends_at}, '{}', {now}, {now}, 1);",
            groups.join(", "),
            person.id,
            vec![opens; groups.len()].join(", "),
            self.owner.id
        )
    }
}

/// An open shelter with beds.
pub fn shelter(app: &TestApp, hub: HubId) -> String {
    let id = UserId::generate().to_string();
    let now = app.now().micros();
    app.database
        .raw()
        .execute(&format!(
            "INSERT INTO shelters (id, hub_id, codename, beds, state, version, created_at, updated_at) \
             VALUES ('{id}', '{hub}', '{id}', 400, 'open', 1, {now}, {now})"
        ))
        .unwrap();
    id
}

/// What hangs on a case, made by whoever opened it.
struct Parts<'a> {
    app: &'a TestApp,
    owner: &'a Person,
    hub: HubId,
    address: String,
}

impl Parts<'_> {
    async fn make(&mut self, name: &str, path: &str, bystander: &str, ids: &mut Ids) -> String {
        match name {
            "user" => bystander.to_owned(),
            "version" => {
                let record = path.split('/').nth(4).unwrap();
                let address = format!("{}/{record}", self.address);
                self.owner.put_new(&address, json!({})).await.expect(200);
                "1".to_owned()
            }
            "period" => {
                let history = self.owner.get(&format!("{}/history", self.address)).await.expect(200);
                text(&history["items"][0]["id"])
            }
            "merge" => {
                let other = self.owner.open_case(self.hub).await;
                let body =
                    json!({"duplicate": other["id"], "duplicate_version": 1, "reason": "opened_twice"});
                let address = format!("{}/merges", self.address);
                let done = self.app.coordinator(self.hub).post_if(&address, "\"1\"", body).await.expect(200);
                text(&done["merge"]["id"])
            }
            "stay" => {
                let body = json!({"shelter_id": shelter(self.app, self.hub), "arrived_on": "2026-03-01"});
                self.created("stays", body).await
            }
            "journey" => {
                let leg = json!({
                    "from_country": "CHN", "to_country": "THA", "keeper_id": self.owner.id,
                    "planned_on": "2026-03-05"
                });
                let body = json!({"destination_country": "THA", "legs": [leg]});
                self.created("journeys", body).await
            }
            "leg" => {
                let address = format!("{}/journeys/{}", self.address, ids["journey"]);
                text(&self.owner.get(&address).await.expect(200)["legs"][0]["id"])
            }
            "duplicate" => {
                let other = text(&self.owner.open_case(self.hub).await["id"]);
                let (id, this) = (UserId::generate(), ids["case"].as_str());
                let (lower, upper) = (this.min(&other), this.max(&other));
                let sql = format!(
                    "INSERT INTO duplicate_candidates (id, lower_case, upper_case, state, version, noted_at) \
                     VALUES ('{id}', '{lower}', '{upper}', 'open', 1, 0)"
                );
                self.app.database.raw().execute(&sql).unwrap();
                ids.insert("beside", other);
                id.to_string()
            }
            "application" => {
                let body = json!({
                    "country": "THA", "authority": "unhcr", "level": "FI", "applied_on": "2026-03-01"
                });
                self.created("applications", body).await
            }
            "resettlement" => {
                let body = json!({
                    "country": "USA", "primary_category": "women_girls_at_risk", "priority": "urgent",
                    "on": "2026-03-01"
                });
                self.created("resettlements", body).await
            }
            "erasure" => self.erasure(path.ends_with("certificate")),
            "hold" => {
                let address = format!("{}/holds", self.address);
                let coordinator = self.app.coordinator(self.hub);
                text(&coordinator.post(&address, json!({"reason": "court"})).await.expect(201)["id"])
            }
            name => panic!("{path}: say in walk/scene.rs how a {{{name}}} comes to be"),
        }
    }

    /// As it stands when nobody has decided it, or when it is carried out and certified, of a case that is open.
    fn erasure(&self, is_certified: bool) -> String {
        let (id, now) = (UserId::generate().to_string(), self.app.now().micros());
        let case = self.address.rsplit('/').next().unwrap();
        let (state, ended, certificate) = match is_certified {
            true => ("erased", now.to_string(), "'signed'"),
            false => ("requested", "NULL".to_owned(), "NULL"),
        };
        self.app
            .database
            .raw()
            .execute(&format!(
                "INSERT INTO erasures (id, case_id, state, reason, requested_at, ended_at, wiped_at, certificate, version) \
                 VALUES ('{id}', '{case}', '{state}', 'person_asked', {now}, {ended}, {ended}, {certificate}, 1)"
            ))
            .unwrap();
        id
    }

    async fn created(&self, list: &str, body: Value) -> String {
        text(&self.owner.post(&format!("{}/{list}", self.address), body).await.expect(201)["id"])
    }
}

fn text(id: &Value) -> String {
    id.as_str().unwrap().to_owned()
}

/// The path with its ids.
pub fn fill(path: &str, ids: &Ids) -> String {
    ids.iter().fold(path.to_owned(), |path, (name, id)| path.replace(&format!("{{{name}}}"), id))
}

/// An answer without what differs from request to request.
pub fn comparable(answer: &Answer) -> (u16, Vec<(String, String)>, String) {
    let request = answer.header("x-request-id").unwrap_or_default();
    let mut headers: Vec<(String, String)> = answer
        .headers
        .iter()
        .filter(|(name, _)| !["x-request-id", "date"].contains(&name.as_str()))
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    headers.sort_unstable();
    (answer.status.as_u16(), headers, answer.text().replace(request, ""))
}

/// Whether a method only reads.
pub fn reads(method: &Method) -> bool {
    *method == Method::GET
}
