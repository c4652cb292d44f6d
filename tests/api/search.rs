//! Searching the sealed names: who finds whom, what stands on the log, and what is left on the disk.

use std::time::Instant;

use actix_web::http::Method;
use serde_json::{Value, json};
use waystation::access::{CaseId, FieldGroup, HubId};
use waystation::cases::code::CaseCode;
use waystation::cases::records::Identity;
use waystation::crypto::{Place, Written};
use waystation::upkeep;

use crate::common::{Entry, Person, TestApp, scaled, unhex};

const SEARCH: &str = "/v1/cases/search";

/// A case of somebody with these names, the way they are recorded, and its path.
async fn case_of(worker: &Person, hub: HubId, names: Value) -> String {
    case_with(worker, hub, json!({"names": names})).await
}

async fn case_with(worker: &Person, hub: HubId, identity: Value) -> String {
    let case = worker.open_case(hub).await;
    let path = format!("/v1/cases/{}", case["id"].as_str().unwrap());
    worker.put_new(&format!("{path}/identity"), identity).await.expect(200);
    path
}

fn id(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

async fn found(person: &Person, sought: Value) -> Vec<(String, Value)> {
    let answer = person.post(SEARCH, sought).await.expect(200);
    let candidates = answer["candidates"].as_array().unwrap();
    candidates.iter().map(|one| (one["case_id"].as_str().unwrap().to_owned(), one.clone())).collect()
}

async fn ids(person: &Person, sought: Value) -> Vec<String> {
    found(person, sought).await.into_iter().map(|(id, _)| id).collect()
}

#[actix_web::test]
async fn a_person_is_found_by_every_writing_of_the_name_and_it_is_said_why() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let heron = app.caseworker(hub);
    let kim = case_of(&heron, hub, json!([{"script": "hangul", "family": "김", "given": "명철"}])).await;
    let ri = case_of(&heron, hub, json!([{"script": "latin", "full": "Ri Yong-hui"}])).await;
    for (sought, path, reason) in [
        ("Kim Myong-chol", &kim, "given_name"),
        ("Gim Myeongcheol", &kim, "surname"),
        ("金明哲", &kim, "given_name"),
        ("Jin Mingzhe", &kim, "chinese_reading"),
        ("Kim Myong-cho", &kim, "edit_distance"),
        ("이영희", &ri, "given_name"),
        ("ri, YONG-hui", &ri, "name"),
        ("Lee", &ri, "surname"),
    ] {
        let found = found(&heron, json!({"name": sought})).await;
        assert_eq!(found.len(), 1, "{sought}: {found:?}");
        assert_eq!(found[0].0, id(path), "{sought}");
        assert!(
            found[0].1["reasons"].as_array().unwrap().contains(&json!(reason)),
            "{sought}: {:?}",
            found[0].1
        );
        assert!(found[0].1["code"].as_str().unwrap().starts_with("WS-"));
    }
    assert!(found(&heron, json!({"name": "Pak Chol-su"})).await.is_empty());
}

#[actix_web::test]
async fn birth_telephone_and_document_are_searched_and_add_up() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let heron = app.caseworker(hub);
    let identity = json!({
        "names": [{"full": "Kim Myong-chol"}], "birth": {"date": "1972-03"},
        "documents": [{"kind": "identity_card", "number": "AB 1234-5", "name_in_it": "Wang Laowu"}]
    });
    let kim = case_with(&heron, hub, identity).await;
    let namesake = json!({"names": [{"full": "Kim Myong-chol"}], "birth": {"date": "1990"}});
    let other = case_with(&heron, hub, namesake).await;
    let phones = json!({"phones": [{"number": "+86 139 0000 1111"}]});
    heron.put_new(&format!("{kim}/contact"), phones).await.expect(200);

    let best = found(&heron, json!({"name": "Kim Myong-chol", "birth_year": 1972})).await;
    assert_eq!(best.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), [id(&kim), id(&other)]);
    assert!(best[0].1["score"].as_u64() > best[1].1["score"].as_u64());
    assert_eq!(best[0].1["reasons"], json!(["name", "birth_year"]));
    let near = json!({"birth_year": 1974, "birth_year_tolerance": 2});
    assert_eq!(ids(&heron, near).await, [id(&kim)]);
    assert!(ids(&heron, json!({"birth_year": 1974})).await.is_empty());
    for sought in [
        json!({"phone": "13900001111"}),
        json!({"phone": "0086 139-0000-1111"}),
        json!({"phone": "3900001111"}),
        json!({"document": "ab12345"}),
    ] {
        assert_eq!(ids(&heron, sought.clone()).await, [id(&kim)], "{sought}");
    }
    // The name in a forged paper is a name that somebody may ask for.
    assert_eq!(ids(&heron, json!({"name": "Wang Laowu"})).await, [id(&kim)]);
}

#[actix_web::test]
async fn only_what_one_may_open_is_searched() {
    let app = TestApp::new().await;
    let (hub, other_hub) = (app.hub("Kunming"), app.hub("Seoul"));
    let (heron, tern, gull) = (app.caseworker(hub), app.caseworker(hub), app.caseworker(other_hub));
    let (coordinator, auditor) = (app.coordinator(hub), app.auditor());
    let kim = case_of(&heron, hub, json!([{"full": "Kim Myong-chol"}])).await;
    heron
        .put_new(&format!("{kim}/contact"), json!({"phones": [{"number": "13900001111"}]}))
        .await
        .expect(200);
    let (name, phone) = (json!({"name": "Kim Myong-chol"}), json!({"phone": "13900001111"}));

    assert_eq!(ids(&heron, name.clone()).await.len(), 1);
    let nobody = gull.post(SEARCH, name.clone()).await;
    for person in [&tern, &gull] {
        for sought in [&name, &phone] {
            let answer = person.post(SEARCH, sought.clone()).await;
            assert_eq!(answer.expect(200), json!({"candidates": [], "more": false}));
            assert_eq!(answer.text(), nobody.text());
        }
    }
    coordinator.post(SEARCH, name.clone()).await.expect_problem(403, "forbidden");
    auditor.post(SEARCH, name.clone()).await.expect_problem(403, "forbidden");

    // A place that opens the contact record alone is searched by telephone alone.
    let place = format!("{kim}/team/{}", tern.id);
    coordinator.put(&place, json!({"field_groups": ["contact"]})).await.expect(200);
    assert!(ids(&tern, name.clone()).await.is_empty());
    assert_eq!(ids(&tern, phone.clone()).await, [id(&kim)]);
    assert_eq!(ids(&tern, json!({"name": "Kim Myong-chol", "phone": "13900001111"})).await, [id(&kim)]);
    coordinator.put(&place, json!({"field_groups": ["identity"]})).await.expect(200);
    assert_eq!(ids(&tern, name.clone()).await, [id(&kim)]);
    assert!(ids(&tern, phone).await.is_empty());
    coordinator.delete(&place).await;
    assert!(ids(&tern, name).await.is_empty());
}

#[actix_web::test]
async fn the_very_next_search_knows_what_was_written_and_not_what_it_replaced() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let heron = app.caseworker(hub);
    let path = case_of(&heron, hub, json!([{"full": "Kim Myong-chol"}])).await;
    let identity = format!("{path}/identity");
    let first = heron.get(&identity).await.etag();
    let renamed = json!({"names": [{"full": "Pak Sun-ok"}]});
    heron.change(Method::PATCH, &identity, &first, renamed).await.expect(200);
    assert!(ids(&heron, json!({"name": "Kim Myong-chol"})).await.is_empty());
    assert_eq!(ids(&heron, json!({"name": "박순옥"})).await, [id(&path)]);
    let second = heron.get(&identity).await.etag();
    heron.change(Method::PUT, &identity, &second, json!({})).await.expect(200);
    assert!(ids(&heron, json!({"name": "박순옥"})).await.is_empty());
    app.app.search.forget(&id(&path).parse().unwrap());
    assert!(app.app.search.is_empty());
}

#[actix_web::test]
async fn a_server_that_starts_opens_the_names_on_the_record_and_answers_nothing_before() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let heron = app.caseworker(hub);
    let path = case_of(&heron, hub, json!([{"full": "Kim Myong-chol"}])).await;
    let second = heron.get(&format!("{path}/identity")).await.etag();
    let renamed = json!({"names": [{"full": "Pak Sun-ok"}]});
    heron.change(Method::PUT, &format!("{path}/identity"), &second, renamed).await.expect(200);

    let beside = app.beside().await;
    let heron = Person { client: heron.at(&beside), ..heron };
    let early = heron.post(SEARCH, json!({"name": "Pak Sun-ok"})).await;
    early.expect_problem(503, "search_not_ready");
    assert!(early.header("retry-after").is_some());
    let built = beside.app.search.build(&beside.app).await.unwrap();
    assert_eq!((built.people, built.unopened), (1, 0));
    assert_eq!(ids(&heron, json!({"name": "Pak Sun-ok"})).await, [id(&path)]);
    assert!(ids(&heron, json!({"name": "Kim Myong-chol"})).await.is_empty(), "an old version is searched");

    let entries = beside.log().await;
    let opened: Vec<Value> =
        entries.iter().map(Entry::body).filter(|body| body["action"] == "search.index").collect();
    assert_eq!(opened.len(), 1, "one entry for one batch");
    assert_eq!(opened[0]["groups"], json!(["identity", "contact"]));
    assert_eq!(opened[0]["details"]["records"], "1");
    assert_eq!(opened[0]["details"]["first_case"], id(&path));
    assert!(opened[0].get("actor").is_none());
}

#[actix_web::test]
async fn another_server_follows_what_is_written_here() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let heron = app.caseworker(hub);
    let path = case_of(&heron, hub, json!([{"full": "Kim Myong-chol"}])).await;
    let beside = app.beside().await;
    beside.app.search.build(&beside.app).await.unwrap();
    let there = Person { client: heron.at(&beside), ..heron.clone() };
    assert_eq!(ids(&there, json!({"name": "Kim Myong-chol"})).await, [id(&path)]);

    let etag = heron.get(&format!("{path}/identity")).await.etag();
    let renamed = json!({"names": [{"full": "Pak Sun-ok"}]});
    heron.change(Method::PUT, &format!("{path}/identity"), &etag, renamed).await.expect(200);
    let another = case_of(&heron, hub, json!([{"full": "Choe Un-gyong"}])).await;
    app.log().await;
    beside.app.search.follow(&beside.app).await.unwrap();
    assert_eq!(ids(&there, json!({"name": "Pak Sun-ok"})).await, [id(&path)]);
    assert_eq!(ids(&there, json!({"name": "최은경"})).await, [id(&another)]);
    assert!(ids(&there, json!({"name": "Kim Myong-chol"})).await.is_empty());

    // What a server wrote itself it does not open again.
    let opened =
        |entries: &[Entry]| entries.iter().filter(|entry| entry.body()["action"] == "search.index").count();
    let before = opened(&beside.log().await);
    app.app.search.follow(&app.app).await.unwrap();
    beside.app.search.follow(&beside.app).await.unwrap();
    assert_eq!(opened(&beside.log().await), before);
}

#[actix_web::test]
async fn a_search_is_on_the_log_with_what_it_found_and_without_its_text() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let heron = app.caseworker(hub);
    let path = case_of(&heron, hub, json!([{"full": "Kim Myong-chol"}])).await;
    let sought = json!({"name": "Kim Myong-chol", "birth_year": 1972, "phone": "13900001111"});
    heron.post(SEARCH, sought.clone()).await.expect(200);
    let entries = app.log().await;
    let entry = entries.iter().map(Entry::body).find(|body| body["action"] == "case.search").unwrap();
    assert_eq!(entry["details"], json!({"by": "name,birth_year,phone"}));
    assert_eq!(entry["cases"], json!([id(&path)]));
    assert_eq!(entry["groups"], json!(["identity", "contact"]));
    assert!(!entry.to_string().contains("Kim"));

    // The text is beside the log, sealed, under the id that the entry names.
    let search = entry["subject"].as_str().unwrap();
    let mut raw = app.database.raw();
    let sql = format!("SELECT {} AS t FROM search_texts WHERE id = '{search}'", raw.hex("sealed"));
    let sealed = raw.texts(&sql);
    assert_eq!(sealed.len(), 1);
    let opened = app.app.keyring.open_search_text(search, &unhex(&sealed[0])).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&opened).unwrap(), sought);

    // Who saw the case, and what the user saw, include it.
    let auditor = app.auditor();
    let seen_by = auditor.get(&format!("/v1/audit/cases/{}/seen-by", id(&path))).await.expect(200);
    assert_eq!(seen_by["users"][0]["seen"]["listed"], 1, "{seen_by}");
    let seen = auditor.get(&format!("/v1/audit/users/{}/seen", heron.id)).await.expect(200);
    assert_eq!(seen["cases"][0]["seen"]["listed"], 1, "{seen}");
}

#[actix_web::test]
async fn what_was_searched_for_is_forgotten_after_ninety_days() {
    let app = TestApp::new().await;
    let heron = app.caseworker(app.hub("Kunming"));
    heron.post(SEARCH, json!({"name": "Kim Myong-chol"})).await.expect(200);
    let kept = || app.database.raw().texts("SELECT id AS t FROM search_texts").len();
    app.wait(chrono::TimeDelta::days(89));
    upkeep::forget_old_texts(&app.app).await.unwrap();
    assert_eq!(kept(), 1);
    app.wait(chrono::TimeDelta::days(2));
    upkeep::forget_old_texts(&app.app).await.unwrap();
    assert_eq!(kept(), 0);
}

#[actix_web::test]
async fn a_search_for_nothing_or_nonsense_is_told_what_would_be_right() {
    let app = TestApp::new().await;
    let heron = app.caseworker(app.hub("Kunming"));
    for (sought, pointer) in [
        (json!({}), ""),
        (json!({"birth_year_tolerance": 2}), "/birth_year"),
        (json!({"birth_year": 1972, "birth_year_tolerance": 11}), "/birth_year_tolerance"),
        (json!({"phone": "123"}), "/phone"),
        (json!({"document": "A-1"}), "/document"),
    ] {
        let answer = heron.post(SEARCH, sought.clone()).await;
        answer.expect_problem(422, "invalid_fields");
        assert!(answer.pointers().contains(&pointer.to_owned()), "{sought}: {}", answer.text());
    }
    for sought in
        [json!({"name": ""}), json!({"name": 7}), json!({"colour": "red"}), json!({"birth_year": 3000})]
    {
        let status = heron.post(SEARCH, sought.clone()).await.status.as_u16();
        assert!((400..500).contains(&status), "{sought}: {status}");
    }
    assert_eq!(heron.get(SEARCH).await.status.as_u16(), 405);
}

#[actix_web::test]
async fn fifty_are_shown_and_it_is_said_that_there_are_more() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let heron = app.caseworker(hub);
    for _ in 0..51 {
        case_of(&heron, hub, json!([{"full": "Kim Myong-chol"}])).await;
    }
    let answer = heron.post(SEARCH, json!({"name": "Kim"})).await.expect(200);
    assert_eq!(answer["candidates"].as_array().unwrap().len(), 50);
    assert_eq!(answer["more"], true);
}

/// `TEST_PEOPLE` says how many. What it prints is in docs/PERFORMANCE.md.
#[actix_web::test]
async fn the_names_of_many_are_opened_in_batches_and_take_little_memory() {
    let people = scaled("TEST_PEOPLE", 6_000);
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let heron = app.caseworker(hub);
    store_many(&app, hub, &heron, people);
    let start = Instant::now();
    let built = app.app.search.build(&app.app).await.unwrap();
    let took = start.elapsed();
    assert_eq!((built.people, built.unopened), (people, 0));
    let bytes = app.app.search.heap_size() / people;
    assert!(bytes < 4_000, "{bytes} bytes a person");
    let log = app.log().await;
    let batches = log.iter().filter(|entry| entry.body()["action"] == "search.index").count();
    assert_eq!(batches, people.div_ceil(5_000).max(1) + usize::from(people.is_multiple_of(5_000)));
    let start = Instant::now();
    let answer = heron.post(SEARCH, json!({"name": "Kim Myong-chol", "birth_year": 1970})).await.expect(200);
    let searched = start.elapsed();
    assert_eq!(answer["more"], true);
    let start = Instant::now();
    case_of(&heron, hub, json!([{"full": "Hwang Un-gyong"}])).await;
    println!(
        "{people} people: {took:?} to open, {bytes} bytes each, {searched:?} to search all, {:?} to compare one with all",
        start.elapsed()
    );
}

fn store_many(app: &TestApp, hub: HubId, worker: &Person, people: usize) {
    let given = ["Myong-chol", "Yong-hui", "Sun-ok", "Chol-su", "Un-gyong", "Song-il", "Kum-hui"];
    let surnames = ["Kim", "Ri", "Pak", "Choe", "Jong"];
    let mut raw = app.database.raw();
    let hex = |bytes: &[u8]| {
        let digits = crate::common::hex(bytes);
        if app.database.is_postgres() { format!("'\\x{digits}'") } else { format!("X'{digits}'") }
    };
    let (now, user) = (app.now(), worker.id);
    for chunk in (0..people).collect::<Vec<_>>().chunks(250) {
        let (mut cases, mut keys, mut team, mut records) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for &number in chunk {
            let (case, row) = (CaseId::generate(), CaseId::generate());
            let (key, wrapped) = app.app.keyring.new_case_key(case).unwrap();
            let name = format!("{} {}", surnames[number % surnames.len()], given[number % given.len()]);
            let year = 1950 + number % 50;
            let identity = json!({
                "names": [{"full": name}, {"family": "김", "given": "명철"}], "birth": {"date": year.to_string()},
                "documents": [{"number": format!("AB{number:06}")}]
            });
            let identity: Identity = serde_json::from_value(identity).unwrap();
            let written = Written { version: 1, at: now, by: user };
            let place =
                Place::new("sealed_records", "sealed", row.as_str(), case).in_group(FieldGroup::Identity);
            let sealed = key.seal(&place.written(written), &identity).unwrap();
            let at = now.micros();
            cases.push(format!(
                "('{case}', '{}', '{hub}', 'shelter', 'active', 'low', 'female', '18-59', 'PRK', FALSE, '2026-03-01', \
                 '2026-03-01', '{user}', {at}, {at}, 1)",
                CaseCode::generate().as_str()
            ));
            keys.push(format!("('{case}', {}, {}, {at})", hex(&wrapped.wrapped), wrapped.key_version));
            team.push(format!(
                "('{case}', '{user}', TRUE, FALSE, FALSE, FALSE, FALSE, FALSE, FALSE, '{user}', {at}, {at}, 1)"
            ));
            records.push(format!(
                "('{row}', '{case}', 'identity', 1, {}, {at}, '{user}')",
                hex(sealed.as_bytes())
            ));
        }
        for (table, rows) in [
            (
                "cases (id, code, hub_id, stage, status, risk, sex, age_band, origin_country, restricted, opened_on, \
                 since, created_by, created_at, updated_at, version)",
                cases,
            ),
            ("case_keys (case_id, wrapped, key_version, created_at)", keys),
            (
                "case_team (case_id, user_id, identity, contact, family, protection, health, legal, passage, \
                 added_by, added_at, changed_at, version)",
                team,
            ),
            ("sealed_records (id, case_id, field_group, version, sealed, recorded_at, recorded_by)", records),
        ] {
            raw.execute(&format!("INSERT INTO {table} VALUES {}", rows.join(", "))).unwrap();
        }
    }
}
