//! The stage report: whose cases it counts, as of which day, in which form.

use actix_web::http::Method;
use serde_json::json;

use crate::common::{Person, TestApp};

#[actix_web::test]
async fn a_coordinator_counts_all_cases_of_their_hubs_and_a_caseworker_their_own() {
    let app = TestApp::new().await;
    let (here, there) = (app.hub("Kunming"), app.hub("Seoul"));
    let (heron, crane) = (app.caseworker(here), app.caseworker(here));
    for _ in 0..2 {
        heron.open_case(here).await;
    }
    heron.open_case_with(here, json!({"restricted": true, "destination_country": null})).await;
    crane.open_case_with(here, json!({"stage": "transit", "sex": "male"})).await;
    app.caseworker(there).open_case(there).await;
    let coordinator = app.coordinator(here);
    let whole = coordinator.get("/v1/reports/stages?by=hub,stage").await.expect(200);
    assert_eq!((&whole["totals"]["cases"], &whole["restricted_left_out"]), (&json!(4), &json!(false)));
    let report = coordinator.get("/v1/reports/stages").await.expect(200);
    assert_eq!(report["as_of"], "2026-03-02");
    assert_eq!(report["exact"], true);
    assert_eq!(report["restricted_left_out"], true);
    assert_eq!(report["scope"], json!({"reach": "hub", "hubs": [here]}));
    assert_eq!(report["totals"]["cases"], 3);
    assert_eq!(report["totals"]["by_stage"][0], json!({"code": "shelter", "cases": 2}));
    assert_eq!(report["by"], json!(["hub", "stage", "status"]));
    assert_eq!(report["totals"].get("by_sex"), None);
    assert_eq!(
        report["rows"],
        json!([
            {"hub_id": here, "stage": "shelter", "status": "active", "cases": 2},
            {"hub_id": here, "stage": "transit", "status": "active", "cases": 1},
        ])
    );
    assert_eq!(heron.get("/v1/reports/stages").await.expect(200)["totals"]["cases"], 3);
    let narrowed = heron.get(&format!("/v1/reports/stages?hub={there}")).await.expect(200);
    assert_eq!(narrowed["totals"]["cases"], 0);
    let other = coordinator.get(&format!("/v1/reports/stages?hub={there}")).await;
    other.expect_problem(404, "not_found");
    app.auditor().get("/v1/reports/stages").await.expect_problem(403, "forbidden");
}

/// What is left of the figures when the cases that one may list are taken from them.
#[actix_web::test]
async fn a_restricted_case_is_a_number_in_a_total_of_today_and_nothing_more() {
    let app = TestApp::new().await;
    let (hub, other) = (app.hub("Kunming"), app.hub("Seoul"));
    let (heron, coordinator, second) = (app.caseworker(hub), app.coordinator(hub), app.coordinator(hub));
    let body = json!({"opened_on": "2026-02-01", "sex": "male", "destination_country": "MNG"});
    let case = heron.open_case_with(hub, body).await;
    let path = format!("/v1/cases/{}", case["id"].as_str().unwrap());
    let place = json!({"field_groups": []});
    coordinator.put(&format!("{path}/team/{}", second.id), place.clone()).await.expect(200);
    let elsewhere = app.caseworker(other).open_case_with(other, json!({"opened_on": "2026-02-01"})).await;
    let elsewhere = format!("/v1/cases/{}", elsewhere["id"].as_str().unwrap());
    app.coordinator(other).put(&format!("{elsewhere}/team/{}", second.id), place).await.expect(200);
    let restricted = json!({"restricted": true});
    heron.change(Method::PUT, &format!("{path}/restriction"), "\"1\"", restricted.clone()).await.expect(200);
    let sql = format!("UPDATE cases SET restricted = TRUE WHERE id = '{}'", &elsewhere[10..]);
    app.database.raw().execute(&sql).unwrap();

    let dimensions = ["hub", "stage", "status", "destination_country", "sex", "age_band"];
    for day in ["2026-02-15", "2026-03-02"] {
        for more in dimensions {
            for by in [more.to_owned(), format!("hub,stage,{more}")] {
                let counted = async |person: &Person| {
                    let path = format!("/v1/reports/stages?as_of={day}&by={by}");
                    let report = person.get(&path).await.expect(200);
                    (report["totals"]["cases"].as_i64().unwrap(), report["restricted_left_out"] == true)
                };
                let of_a_total = day == "2026-03-02" && ["hub", "stage"].contains(&more);
                let hidden = if of_a_total { (1, false) } else { (0, true) };
                assert_eq!(counted(&coordinator).await, hidden, "{by} on {day}");
                // Whoever is on the team reaches the case and counts it; one of another hub is not of theirs.
                assert_eq!(counted(&second).await, (1, !of_a_total), "{by} on {day}");
                assert_eq!(counted(&heron).await, (1, false), "{by} on {day}");
            }
        }
    }
}

#[actix_web::test]
async fn a_report_tells_apart_what_is_asked_for() {
    let app = TestApp::new().await;
    let (here, there) = (app.hub("Kunming"), app.hub("Seoul"));
    let heron = app.caseworker(here);
    let coordinator = app.coordinator(here);
    for (stage, to, sex) in
        [("shelter", "KOR", "female"), ("shelter", "USA", "female"), ("transit", "KOR", "male")]
    {
        let case = json!({"stage": stage, "destination_country": to, "sex": sex, "opened_on": "2026-02-01"});
        heron.open_case_with(here, case).await;
    }
    heron.open_case_with(here, json!({"destination_country": null, "opened_on": "2026-02-01"})).await;
    app.caseworker(there).open_case(there).await;
    for person in [&coordinator, &heron] {
        for day in ["2026-02-20", "2026-03-02"] {
            let path = format!("/v1/reports/stages?as_of={day}&by");
            let report = person.get(&format!("{path}=destination_country,sex")).await.expect(200);
            assert_eq!(report["by"], json!(["destination_country", "sex"]), "{day}");
            assert_eq!(
                report["rows"],
                json!([
                    {"destination_country": null, "sex": "female", "cases": 1},
                    {"destination_country": "KOR", "sex": "female", "cases": 1},
                    {"destination_country": "KOR", "sex": "male", "cases": 1},
                    {"destination_country": "USA", "sex": "female", "cases": 1},
                ])
            );
            assert_eq!(report["totals"]["by_sex"][0], json!({"code": "female", "cases": 3}));
            assert_eq!(report["totals"].get("by_stage"), None);
            let report = person.get(&format!("{path}=stage")).await.expect(200);
            assert_eq!(
                report["rows"],
                json!([{"stage": "shelter", "cases": 3}, {"stage": "transit", "cases": 1}])
            );
        }
    }
    for by in ["", "name", "stage,", "hub_id"] {
        let refused = coordinator.get(&format!("/v1/reports/stages?by={by}")).await;
        refused.expect_problem(400, "malformed_request");
        assert_eq!(refused.pointers(), ["by"]);
        assert!(refused.text().contains("destination_country"), "{}", refused.text());
    }
}

#[actix_web::test]
async fn an_earlier_day_is_counted_as_the_history_says() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let heron = app.caseworker(hub);
    let case = heron.open_case_with(hub, json!({"opened_on": "2026-02-01"})).await;
    let path = format!("/v1/cases/{}", case["id"].as_str().unwrap());
    let arrest = json!({"to": "detained", "reason": "arrest", "on": "2026-02-20"});
    heron.post_if(&format!("{path}/status"), "\"1\"", arrest).await.expect(200);
    for person in [&heron, &app.coordinator(hub)] {
        for (day, active, detained) in
            [("2026-01-31", 0, 0), ("2026-02-19", 1, 0), ("2026-02-20", 0, 1), ("2026-03-02", 0, 1)]
        {
            let report = person.get(&format!("/v1/reports/stages?as_of={day}")).await.expect(200);
            let totals = &report["totals"]["by_status"];
            assert_eq!(
                (&totals[0]["cases"], &totals[1]["cases"]),
                (&json!(active), &json!(detained)),
                "{day}"
            );
        }
        let tomorrow = person.get("/v1/reports/stages?as_of=2026-03-03").await;
        tomorrow.expect_problem(400, "malformed_request");
        assert_eq!(tomorrow.pointers(), ["as_of"]);
    }
}

#[actix_web::test]
async fn the_report_is_a_file_where_csv_is_asked_for() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let heron = app.caseworker(hub);
    heron.open_case(hub).await;
    let expected = format!(
        "as_of,hub_id,stage,status,cases,log_size,log_root\r\n2026-03-02,{hub},shelter,active,1,,\r\n"
    );
    let request = heron.request(actix_web::http::Method::GET, "/v1/reports/stages");
    let by_header = heron.send(request.insert_header(("Accept", "text/csv"))).await;
    for answer in [heron.get("/v1/reports/stages?format=csv").await, by_header] {
        assert_eq!(answer.status, 200);
        assert_eq!(answer.text(), expected);
        assert_eq!(answer.header("content-type"), Some("text/csv; charset=utf-8"));
        let file = Some("attachment; filename=\"stages-2026-03-02.csv\"");
        assert_eq!(answer.header("content-disposition"), file);
    }
}

#[actix_web::test]
async fn a_report_carries_the_checkpoint_of_the_log_that_it_was_made_at() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let heron = app.caseworker(hub);
    heron.open_case(hub).await;
    assert!(heron.get("/v1/reports/stages").await.expect(200)["log"].is_null(), "nothing was signed yet");
    let checkpoint = app.auditor().get("/v1/audit/log/checkpoint").await.text();
    let lines: Vec<&str> = checkpoint.lines().collect();
    let report = heron.get("/v1/reports/stages").await.expect(200);
    assert_eq!(report["log"]["checkpoint"], checkpoint);
    assert_eq!(report["log"]["size"].to_string(), lines[1]);
    assert_eq!(report["log"]["root"], lines[2]);
    let csv = heron.get("/v1/reports/stages?format=csv").await.text();
    // Of all that Base64 may begin with, a spreadsheet would take the plus alone for a formula.
    let root = if lines[2].starts_with('+') { format!("'{}", lines[2]) } else { lines[2].to_owned() };
    assert!(csv.contains(&format!(",1,{},{root}\r\n", lines[1])), "{csv}");
}
