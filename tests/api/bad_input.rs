//! Whatever is sent: told by a stable code and the place at fault, nothing changed, nothing repeated.

use actix_web::http::Method;
use actix_web::test::TestRequest;
use serde_json::{Value, json};
use waystation::access::HubId;

use crate::common::{Answer, Person, TestApp};

/// A name that no answer may repeat.
const NAME: &str = "김철수";

struct Scene {
    app: TestApp,
    hub: HubId,
    heron: Person,
    case: String,
}

async fn scene() -> Scene {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let heron = app.caseworker(hub);
    let case = heron.open_case(hub).await["id"].as_str().unwrap().to_owned();
    Scene { app, hub, heron, case }
}

impl Scene {
    fn path(&self, rest: &str) -> String {
        format!("/v1/cases/{}{rest}", self.case)
    }

    fn new_case(&self, members: Value) -> Value {
        let mut body = json!({
            "hub_id": self.hub, "sex": "female", "age_band": "18-59", "origin_country": "PRK",
            "risk": "high", "opened_on": "2026-03-01"
        });
        for (name, value) in members.as_object().unwrap() {
            body[name] = value.clone();
        }
        body
    }

    async fn raw(&self, method: Method, path: &str, content_type: &str, body: impl Into<Vec<u8>>) -> Answer {
        let request = self.heron.request(method, path).insert_header(("Content-Type", content_type));
        self.heron.send(request.set_payload(body.into())).await
    }

    async fn post_raw(&self, body: impl Into<Vec<u8>>) -> Answer {
        self.raw(Method::POST, "/v1/cases", "application/json", body).await
    }

    /// Every row that a client can make.
    fn rows(&self) -> i64 {
        self.app.database.raw().count(
            "SELECT (SELECT COUNT(*) FROM cases) + (SELECT COUNT(*) FROM sealed_records) + (SELECT COUNT(*) FROM stays)
                  + (SELECT COUNT(*) FROM journeys) + (SELECT COUNT(*) FROM users) + (SELECT SUM(version) FROM cases)",
        )
    }
}

#[track_caller]
fn assert_silent(answer: &Answer) {
    assert!(!answer.text().contains(NAME), "{}", answer.text());
    assert!(
        answer.headers.iter().all(|(_, value)| !String::from_utf8_lossy(value.as_bytes()).contains(NAME))
    );
}

#[actix_web::test]
async fn a_field_that_is_wrong_is_named_by_its_pointer_and_not_by_its_value() {
    let scene = scene().await;
    let before = scene.rows();
    let cases = [
        (json!({"hub_id": NAME}), "/hub_id"),
        (json!({"hub_id": 7}), "/hub_id"),
        (json!({"hub_id": HubId::generate()}), "/hub_id"),
        (json!({"sex": NAME}), "/sex"),
        (json!({"sex": null}), "/sex"),
        (json!({"age_band": ["18-59"]}), "/age_band"),
        (json!({"origin_country": "KOREA"}), "/origin_country"),
        (json!({"destination_country": NAME}), "/destination_country"),
        (json!({"risk": {"high": true}}), "/risk"),
        (json!({"opened_on": "2026-02-30"}), "/opened_on"),
        (json!({"opened_on": NAME}), "/opened_on"),
        (json!({"opened_on": "+275760-09-13"}), "/opened_on"),
        (json!({"stage": NAME.repeat(10_000)}), "/stage"),
        (json!({"restricted": "yes"}), "/restricted"),
        (json!({"risc": "high"}), "/risc"),
        (json!({NAME: NAME}), "/?"),
    ];
    for (members, pointer) in cases {
        let answer = scene.heron.post("/v1/cases", scene.new_case(members)).await;
        answer.expect_problem(422, "invalid_fields");
        assert_eq!(answer.pointers(), [pointer], "{}", answer.text());
        assert_silent(&answer);
    }
    let missing = scene.heron.post("/v1/cases", json!({"hub_id": scene.hub})).await;
    missing.expect_problem(422, "invalid_fields");
    assert_eq!(missing.pointers(), ["/sex"]);
    for body in [json!([]), json!(null), json!(7), json!(NAME)] {
        let answer = scene.heron.post("/v1/cases", body).await;
        answer.expect_problem(422, "invalid_fields");
        assert_silent(&answer);
    }
    assert_eq!(scene.rows(), before);
}

#[actix_web::test]
async fn a_body_that_is_no_json_is_refused_before_anything_is_looked_at() {
    let scene = scene().await;
    let before = scene.rows();
    let deep = format!("{{\"sex\":{}{}}}", "[".repeat(5_000), "]".repeat(5_000));
    let bodies: [&[u8]; 7] = [
        b"",
        b"{",
        b"{\"sex\":\"\xff\xfe\"}",
        b"{\"sex\":\"\\ud800\"}",
        b"{\"sex\":NaN}",
        deep.as_bytes(),
        "김철수".as_bytes(),
    ];
    for body in bodies {
        let answer = scene.post_raw(body).await;
        answer.expect_problem(400, "malformed_request");
        assert_silent(&answer);
    }
    let twice = scene.post_raw("{\"sex\":\"male\",\"sex\":\"female\"}").await;
    twice.expect_problem(422, "invalid_fields");
    assert_eq!(twice.pointers(), ["/sex"]);
    let followed = scene.post_raw(format!("{} {{}}", scene.new_case(json!({})))).await;
    followed.expect_problem(400, "malformed_request");
    let large = scene.post_raw(vec![b' '; 10 * 1024 * 1024]).await;
    large.expect_problem(413, "payload_too_large");
    for content_type in ["text/plain", "application/xml", "application/x-www-form-urlencoded", "json", ""] {
        let answer = scene.raw(Method::POST, "/v1/cases", content_type, "{}").await;
        answer.expect_problem(415, "unsupported_media_type");
    }
    assert_eq!(scene.rows(), before);
}

#[actix_web::test]
async fn an_over_long_text_is_refused_where_it_stands() {
    let scene = scene().await;
    let before = scene.rows();
    let long = NAME.repeat(70_000);
    let identity = json!({"names": [{"script": "hangul", "kind": "birth", "given": long}]});
    let answer = scene.heron.put_new(&scene.path("/identity"), identity).await;
    answer.expect_problem(422, "invalid_fields");
    assert_eq!(answer.pointers(), ["/names/0/given"]);
    assert_silent(&answer);
    let note = json!({"to": "transit", "reason": "route_ready", "on": "2026-03-01", "note": long});
    let answer = scene.heron.post_if(&scene.path("/stage"), "\"1\"", note).await;
    answer.expect_problem(422, "invalid_fields");
    assert_eq!(answer.pointers(), ["/note"]);
    assert_silent(&answer);
    assert_eq!(scene.rows(), before);
}

#[actix_web::test]
async fn a_query_parameter_that_is_wrong_or_unknown_is_named() {
    let scene = scene().await;
    for limit in ["0", "-1", "201", "many", "1.5", "", "99999999999999999999"] {
        let answer = scene.heron.get(&format!("/v1/cases?limit={limit}")).await;
        answer.expect_problem(400, "malformed_request");
        assert_eq!(answer.pointers(), ["limit"]);
    }
    for cursor in ["", "x", "e30", "bnVsbA", "%00", "%EA%B9%80%EC%B2%A0%EC%88%98"] {
        let answer = scene.heron.get(&format!("/v1/cases?cursor={cursor}")).await;
        answer.expect_problem(400, "invalid_cursor");
        assert_silent(&answer);
    }
    for (query, pointer) in [
        ("page=2", "page"),
        ("stage=%EA%B9%80%EC%B2%A0%EC%88%98", "stage"),
        ("%EA%B9%80%EC%B2%A0%EC%88%98=1", "?"),
        ("hub=%FF%FE", "hub"),
        ("updated_since=2026-02-30T00:00:00Z", "updated_since"),
        ("stage=shelter&stage=transit", "stage"),
    ] {
        let answer = scene.heron.get(&format!("/v1/cases?{query}")).await;
        answer.expect_problem(400, "malformed_request");
        assert_eq!(answer.pointers(), [pointer], "{query}");
        assert_silent(&answer);
    }
    let long = format!("{}=1", "x".repeat(41));
    for (query, pointer) in
        [("colour=red", "colour"), ("limit=1", "limit"), ("%EA%B9%80=1", "?"), ("=", ""), (&long, "?")]
    {
        for (person, path) in [
            (&scene.heron.client, "/v1/me"),
            (&scene.heron.client, &scene.path("/team")),
            (&scene.app.anonymous(), "/.well-known/jwks.json"),
            (&scene.app.anonymous(), "/ready"),
        ] {
            let answer = person.get(&format!("{path}?{query}")).await;
            answer.expect_problem(400, "malformed_request");
            assert_eq!(answer.pointers(), [pointer], "{path}?{query}");
            assert_silent(&answer);
            person.get(&format!("{path}?")).await.expect(200);
        }
    }
    for query in ["as_of=2026-02-30", "as_of=2027-01-01", "format=pdf", "hub=x"] {
        let answer = scene.heron.get(&format!("/v1/reports/stages?{query}")).await;
        assert!(answer.status.is_client_error(), "{query}: {}", answer.text());
        assert_eq!(answer.pointers(), [query.split('=').next().unwrap()]);
    }
}

#[actix_web::test]
async fn a_mistyped_case_code_is_told_from_one_that_is_not_there() {
    let scene = scene().await;
    let view = scene.heron.get(&scene.path("")).await.expect(200);
    let code = view["code"].as_str().unwrap();
    let last = if code.ends_with('0') { "1" } else { "0" };
    let mistyped = format!("{}{last}", &code[..code.len() - 1]);
    scene.heron.get(&format!("/v1/cases/{mistyped}")).await.expect_problem(400, "invalid_case_code");
    for address in ["WS-", "WS-0000", "%EA%B9%80%EC%B2%A0%EC%88%98", "%00", "..%2f..%2fetc", "%FF"] {
        let answer = scene.heron.get(&format!("/v1/cases/{address}")).await;
        answer.expect_problem(404, "not_found");
        assert_silent(&answer);
    }
}

#[actix_web::test]
async fn a_day_in_the_future_is_refused_by_the_rules() {
    let scene = scene().await;
    let before = scene.rows();
    let answer = scene.heron.post("/v1/cases", scene.new_case(json!({"opened_on": "2026-03-09"}))).await;
    answer.expect_problem(409, "guards_unmet");
    assert_eq!(answer.guards().len(), 1);
    assert_eq!(scene.rows(), before);
}

#[actix_web::test]
async fn a_move_against_the_rules_is_told_everything_that_is_unmet_at_once() {
    let scene = scene().await;
    let before = scene.rows();
    let step = json!({"to": "transit", "reason": "recognized", "on": "2026-03-09"});
    let answer = scene.heron.post_if(&scene.path("/stage"), "\"1\"", step).await;
    answer.expect_problem(409, "guards_unmet");
    let guards = answer.guards();
    assert_eq!(guards.len(), 4, "{guards:?}");
    for guard in ["journey_approved", "leg_planned"] {
        assert!(guards.contains(&guard.to_owned()), "{guards:?}");
    }
    assert_eq!(scene.rows(), before);
}

#[actix_web::test]
async fn a_change_says_which_version_it_changes_exactly() {
    let scene = scene().await;
    let before = scene.rows();
    let path = scene.path("");
    let change =
        async |etag: &str| scene.heron.change(Method::PATCH, &path, etag, json!({"risk": "low"})).await;
    for etag in ["", "1", "\"1", "W/\"1\"", "*", "\"-1\"", "\"1\", \"2\"", "\"99999999999999999999\"", NAME] {
        let answer = change(etag).await;
        answer.expect_problem(400, "malformed_request");
        assert_eq!(answer.pointers(), ["If-Match"]);
        assert_silent(&answer);
    }
    change("\"2\"").await.expect_problem(412, "precondition_failed");
    change("\"0\"").await.expect_problem(412, "precondition_failed");
    let request = scene.heron.request(Method::PATCH, &scene.path("")).set_json(json!({"risk": "low"}));
    scene.heron.send(request).await.expect_problem(428, "precondition_required");
    assert_eq!(scene.rows(), before);
}

#[actix_web::test]
async fn what_no_route_takes_is_told_so() {
    let scene = scene().await;
    for address in ["/", "/v1", "/v1/", "/v2/cases", "/v1/cases/", "/v1/%EA%B9%80%EC%B2%A0%EC%88%98", "/.env"]
    {
        let answer = scene.heron.get(address).await;
        answer.expect_problem(404, "not_found");
        assert_silent(&answer);
    }
    for (method, address) in [
        (Method::DELETE, "/v1/cases"),
        (Method::PUT, "/v1/me"),
        (Method::TRACE, "/health"),
        (Method::POST, "/v1/code-lists"),
    ] {
        let answer = scene.heron.send(scene.heron.request(method, address)).await;
        answer.expect_problem(405, "method_not_allowed");
    }
}

#[actix_web::test]
async fn headers_that_are_odd_or_huge_break_nothing() {
    let scene = scene().await;
    let huge = "x".repeat(60_000);
    for (name, value) in [
        ("Accept", huge.as_str()),
        ("Cookie", huge.as_str()),
        ("X-Request-Id", NAME),
        ("Accept-Language", NAME),
        ("If-None-Match", NAME),
    ] {
        let request = scene.heron.request(Method::GET, "/v1/me").insert_header((name, value));
        let answer = scene.heron.send(request).await;
        assert!(!answer.status.is_server_error(), "{name}");
        assert_silent(&answer);
    }
    for key in [huge.as_str(), NAME, "a b", ""] {
        let answer = scene.heron.post_once(key, "/v1/cases", scene.new_case(json!({}))).await;
        answer.expect_problem(400, "malformed_request");
        assert_eq!(answer.pointers(), ["Idempotency-Key"]);
        assert_silent(&answer);
    }
    for token in [huge.as_str(), NAME, "a.b.c", ""] {
        let request =
            TestRequest::with_uri("/v1/me").insert_header(("Authorization", format!("Bearer {token}")));
        let answer = scene.app.send(request).await;
        answer.expect_problem(401, "unauthenticated");
        assert_silent(&answer);
    }
}
