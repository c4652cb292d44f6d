//! No statement of any request reads a whole table that grows with the work: each is asked of the
//! planner of SQLite. What PostgreSQL does with as many rows is in docs/PERFORMANCE.md.

use std::collections::BTreeSet;
use std::sync::Mutex;

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};
use diesel::prelude::*;
use waystation::access::Role;
use waystation::accounts::idle;
use waystation::retention;

use crate::common::{Person, Raw, TestApp};
use crate::{erasure, walk};

/// Tables with a row for every case, or for every thing done.
const GROWING: [&str; 23] = [
    "asylum_applications",
    "audit_events",
    "case_keys",
    "case_merge_places",
    "case_merge_rows",
    "case_merges",
    "case_periods",
    "case_readings",
    "case_team",
    "cases",
    "emergency_accesses",
    "erasures",
    "idempotency_keys",
    "journeys",
    "legal_holds",
    "legs",
    "notices",
    "refresh_tokens",
    "resettlements",
    "sealed_records",
    "search_texts",
    "sessions",
    "stays",
];

/// Statements sent to any database since [`listen`], without their values.
static SENT: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

fn listen() {
    set_default_instrumentation(|| {
        let noting = |event: InstrumentationEvent<'_>| {
            if let InstrumentationEvent::StartQuery { query, .. } = event {
                let text = query.to_string();
                let sql = text.split(" -- binds:").next().unwrap_or_default();
                SENT.lock().unwrap().insert(sql.to_owned());
            }
        };
        Some(Box::new(noting) as Box<dyn Instrumentation>)
    })
    .unwrap();
}

#[actix_web::test]
async fn no_request_reads_a_whole_table_that_grows() {
    let app = TestApp::new().await;
    if app.database.is_postgres() {
        return;
    }
    listen();
    walk::walk(|_| true).await;
    lists().await;
    erasure::carry_one_out().await;
    by_itself().await;
    let sent = std::mem::take(&mut *SENT.lock().unwrap());
    let Raw::Sqlite(mut conn) = app.database.raw() else { unreachable!("an SQLite file") };
    let mut planned = 0;
    let mut faults = Vec::new();
    for sql in sent.iter().filter(|sql| is_by_the_server(sql)) {
        let plan = plan(&mut conn, sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
        planned += 1;
        faults.extend(plan.iter().filter(|step| grows(step, sql)).map(|step| format!("{step}\n    {sql}")));
    }
    assert!(planned > 100, "only {planned} statements were heard");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Every parameter of every list and report, and what more there is to order by and to combine, by everybody who
/// may read it.
async fn lists() {
    let app = TestApp::new().await;
    let (hub, second) = (app.hub("Kunming"), app.hub("Seoul"));
    let people = [
        app.caseworker(hub),
        app.coordinator(hub),
        app.person(Role::Coordinator, &[hub, second]),
        app.person(Role::Reader, &[hub]),
        app.auditor(),
        app.administrator(),
    ];
    let mut answered = 0;
    let (each, more) = (each_parameter(&people[0]), MORE.iter().map(|path| (*path).to_owned()));
    for path in each.into_iter().chain(more) {
        for person in &people {
            let path = path.replace("{hub}", hub.as_str()).replace("{user}", person.id.as_str());
            let answer = person.get(&path).await;
            assert!(matches!(answer.status.as_u16(), 200 | 403 | 404), "{path}: {}", answer.text());
            answered += usize::from(answer.status == 200);
        }
    }
    assert!(answered > 60, "{answered} lists were read");
}

/// What the server looks for by itself.
async fn by_itself() {
    let app = TestApp::new().await;
    app.caseworker(app.hub("Kunming"));
    app.administrator();
    app.wait(idle::USUAL);
    assert_eq!(idle::suspend(&app.app).await.unwrap(), 1);
    assert_eq!(retention::ask_for_outlived(&app.app).await.unwrap(), 0);
}

/// Each route without an id in its address, narrowed by each parameter that it takes.
fn each_parameter(person: &Person) -> Vec<String> {
    let routes = waystation::routes::all().into_iter().filter(|route| !route.path.contains('{'));
    let narrowed = |route: waystation::routes::Route| {
        let names =
            crate::lists::parameters(&route).into_iter().filter(|name| name != "limit" && name != "cursor");
        let path = move |name: String| {
            format!("{}?{name}={}", route.path, crate::lists::value(&name, &route, person))
        };
        names.map(path).collect::<Vec<_>>()
    };
    routes.flat_map(narrowed).collect()
}

const MORE: [&str; 13] = [
    "/v1/cases?status=active&sort=opened_on",
    "/v1/cases?risk=high&sort=-opened_on",
    "/v1/cases?assigned=me&sort=updated_at",
    "/v1/cases?hub={hub}",
    "/v1/cases?shelter={hub}",
    "/v1/reports/stages?hub={hub}",
    "/v1/reports/stages?by=hub,stage,status,destination_country,sex,age_band",
    "/v1/reports/stages?as_of=2026-02-01&hub={hub}&by=sex",
    "/v1/audit/events?actor={user}",
    "/v1/audit/events?case={hub}",
    "/v1/audit/events?outcome=refused",
    "/v1/audit/events?outcome=failed&action=record.read",
    "/v1/audit/events?after=2026-01-01T00:00:00Z&before=2026-03-01T00:00:00Z",
];

/// Not the reading of the log and the making of scenes by the tests themselves.
fn is_by_the_server(sql: &str) -> bool {
    ["SELECT `", "SELECT COUNT", "UPDATE `", "DELETE FROM `", "INSERT INTO `"]
        .iter()
        .any(|start| sql.starts_with(start))
}

/// Whether a step reads all there is. A page in the order of an index ends with its last row; one that is
/// sorted first does not, unless it holds no more than one person's cases.
fn grows(step: &str, sql: &str) -> bool {
    if step == "USE TEMP B-TREE FOR ORDER BY" {
        let growing = GROWING.iter().any(|table| sql.contains(&format!(" FROM `{table}` ")));
        return growing && sql.contains("LIMIT") && !sql.contains("`case_team`.`user_id` = ?");
    }
    // Of nothing at all: a list that turned out empty.
    if sql.contains("(1=0)") {
        return false;
    }
    let Some(scanned) = step.strip_prefix("SCAN ") else { return false };
    // The log is ordered by an index too, and to walk it for a rare entry is to read all of it.
    let rare = ["`action` = ?", "outcome <> 'done'"];
    if scanned.starts_with("audit_events") && rare.iter().any(|filter| sql.contains(filter)) {
        return true;
    }
    let page = scanned.contains(" USING INDEX ") && sql.contains("ORDER BY") && sql.contains("LIMIT");
    !page && scanned.split(' ').next().is_some_and(|table| GROWING.contains(&table))
}

fn plan(conn: &mut SqliteConnection, sql: &str) -> QueryResult<Vec<String>> {
    #[derive(QueryableByName)]
    struct Step {
        #[diesel(sql_type = diesel::sql_types::Text)]
        detail: String,
    }
    let steps: Vec<Step> = diesel::sql_query(format!("EXPLAIN QUERY PLAN {sql}")).load(conn)?;
    Ok(steps.into_iter().map(|step| step.detail).collect())
}
