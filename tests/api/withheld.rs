//! Old entries that are withheld: tiles of them are answered 404, and nothing is missing anywhere else.

use serde_json::Value;

use crate::common::server::{Installation, Told, Wire, refusal};
use crate::common::whole_log::{signed_now, size_of};

const TILES: [&str; 8] = [
    "0/000",
    "0/001",
    "0/000.p/7",
    "entries/000",
    "entries/001",
    "entries/001.p/255",
    "0/002.p/1",
    "1/000.p/2",
];

/// The statuses of all of them.
fn statuses(wire: &Wire) -> Vec<u16> {
    TILES.iter().map(|tile| get(wire, &format!("/v1/audit/log/tile/{tile}")).status).collect()
}

fn get(wire: &Wire, path: &str) -> Told {
    wire.send("GET", path, None, &Value::Null).unwrap()
}

#[test]
fn what_is_withheld_is_not_handed_out_in_tiles_and_is_there_for_everything_else() {
    let installation = Installation::set_up();
    let server = installation.serve();
    let wire = server.wire(Some(&installation.user(&server, "owl", "auditor", &[])));
    while size_of(&signed_now(&wire).unwrap()) < 520 {
        for _ in 0..130 {
            assert_eq!(get(&wire, "/v1/me").status, 200);
        }
    }
    let note = signed_now(&wire).unwrap();
    assert_eq!(statuses(&wire), [200; 8]);
    let first =
        get(&wire, "/v1/audit/events?limit=1").body["items"][0]["entry"]["id"].as_str().unwrap().to_owned();
    let withhold = |arguments: &[&str]| {
        let done = installation.run(&[&["audit", "withhold", "--before"], arguments].concat());
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap()
    };

    // The second tile ends behind this position.
    assert!(withhold(&["511"]).starts_with("The first 256 entries are handed out in tiles no more"));
    assert_eq!(statuses(&wire), [404, 200, 404, 404, 200, 200, 200, 200]);
    withhold(&["512"]);
    assert_eq!(statuses(&wire), [404, 404, 404, 404, 404, 404, 200, 200]);
    let refused = get(&wire, "/v1/audit/log/tile/entries/000");
    assert_eq!(refused.body["code"], "not_found");
    assert!(refused.text.contains("before position 512"), "{}", refused.text);

    let oldest = "SELECT id AS t FROM audit_events WHERE position = 0";
    let oldest = installation.raw().texts(oldest).remove(0);
    for path in [
        format!("/v1/audit/events/{oldest}"),
        format!("/v1/audit/events/{oldest}/proof"),
        format!("/v1/audit/events/{first}/proof"),
        "/v1/audit/log/consistency?from=3&to=300".to_owned(),
    ] {
        assert_eq!(get(&wire, &path).status, 200, "{path}");
    }
    installation.assert_whole_log(&server.log_key(), &[note]);

    let back = refusal(&mut installation.program(&["audit", "withhold", "--before", "511"]));
    assert!(back.contains("say --restore"), "{back}");
    let far = refusal(&mut installation.program(&["audit", "withhold", "--before", "9999999"]));
    assert!(far.contains("The newest checkpoint has "), "{far}");
    assert_eq!(statuses(&wire)[4..6], [404, 404], "what was refused changed nothing");
    assert!(withhold(&["0", "--restore"]).contains("it was position 512"));
    assert_eq!(statuses(&wire), [200; 8]);
    let told: Vec<_> =
        installation.raw().log().into_iter().filter(|entry| entry.action == "audit.withhold").collect();
    let told: Vec<_> =
        told.iter().map(|entry| (entry.outcome.clone(), entry.body()["details"]["before"].clone())).collect();
    let done = |before: &str| ("done".to_owned(), Value::from(before));
    assert_eq!(told, [done("511"), done("512"), done("0")]);
}
