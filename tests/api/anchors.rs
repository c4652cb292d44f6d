//! Reports that left the server show later whether its log is still the one that they were made beside.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use waystation::audit::export::{Until, export};

use crate::common::{Person, TestApp};

/// A directory with the exported log and reports, as an auditor has them.
struct Desk {
    directory: tempfile::TempDir,
    key: String,
}

impl Desk {
    async fn of(app: &TestApp) -> Self {
        let directory = tempfile::tempdir().unwrap();
        export(&app.app, directory.path().join("log"), Until::Now, |_, _| {}).await.unwrap();
        Self { directory, key: app.app.notary.verifier_keys().remove(0) }
    }

    fn put(&self, name: &str, document: &str) -> PathBuf {
        let path = self.directory.path().join(name);
        std::fs::write(&path, document).unwrap();
        path
    }

    /// Exit code, and what is told.
    fn verify(&self, against: &[&Path]) -> (Option<i32>, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_waystation"));
        command.current_dir(self.directory.path()).env_clear();
        command.args(["audit", "verify", "log", "--key", &self.key]);
        for path in against {
            command.arg("--against").arg(path);
        }
        let output = command.output().unwrap();
        let told = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(told).unwrap())
    }
}

async fn reports(coordinator: &Person) -> [String; 2] {
    let report = async |format: &str| {
        let answer = coordinator.get(&format!("/v1/reports/stages?format={format}")).await;
        answer.expect(200);
        answer.text()
    };
    [report("json").await, report("csv").await]
}

async fn network() -> (TestApp, Person) {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    app.caseworker(hub).open_case(hub).await;
    let coordinator = app.coordinator(hub);
    (app, coordinator)
}

async fn sign(app: &TestApp) {
    app.log().await;
    app.app.notary.publish(&app.app.db).await.unwrap();
}

#[actix_web::test]
async fn reports_in_either_form_are_compared_with_the_log() {
    let (app, coordinator) = network().await;
    sign(&app).await;
    let [json, csv] = reports(&coordinator).await;
    coordinator.get("/v1/cases").await.expect(200);
    let desk = Desk::of(&app).await;
    let kept = [desk.put("report.json", &json), desk.put("report.csv", &csv)];
    let (code, told) = desk.verify(&[&kept[0], &kept[1]]);
    assert_eq!(code, Some(0), "{told}");
    // The third is the one that the server keeps beside its database.
    assert!(
        told.starts_with("The log is whole.\n") && told.contains("copies       3 from elsewhere"),
        "{told}"
    );

    // What was signed after the export is more than the export holds: so a log looks whose end was cut off.
    coordinator.get("/v1/cases").await.expect(200);
    sign(&app).await;
    let [json, csv] = reports(&coordinator).await;
    let (code, told) = desk.verify(&[&desk.put("later.json", &json)]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("[truncated]"), "{told}");
    let (code, told) = desk.verify(&[&desk.put("later.csv", &csv)]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("[copy_differs]") && told.contains("nobody signed it"), "{told}");
}

#[actix_web::test]
async fn a_report_that_was_edited_or_is_another_log_s_is_told_as_that() {
    let (app, coordinator) = network().await;
    sign(&app).await;
    let [json, csv] = reports(&coordinator).await;
    let desk = Desk::of(&app).await;
    let report: Value = serde_json::from_str(&json).unwrap();
    let root = report["log"]["root"].as_str().unwrap();
    let other = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
    let (code, told) = desk.verify(&[&desk.put("edited.csv", &csv.replace(root, other))]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("[copy_differs]") && told.contains(other), "{told}");
    let (code, told) = desk.verify(&[&desk.put("edited.json", &json.replace(root, other))]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("[copy_not_signed]"), "{told}");

    let (stranger, theirs) = network().await;
    sign(&stranger).await;
    let (code, told) = desk.verify(&[&desk.put("theirs.json", &reports(&theirs).await[0])]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("[copy_not_signed]"), "{told}");
}

#[actix_web::test]
async fn a_report_that_bears_no_checkpoint_is_told_as_that() {
    let (app, coordinator) = network().await;
    let [json, csv] = reports(&coordinator).await;
    let header = csv.lines().next().unwrap().to_owned() + "\r\n";
    let desk = Desk::of(&app).await;
    for (name, document, why) in [
        ("early.json", &json, "before the log was first signed"),
        ("early.csv", &csv, "before the log was first signed"),
        ("empty.csv", &header, "a table without a row"),
    ] {
        let (code, told) = desk.verify(&[&desk.put(name, document)]);
        assert_eq!(code, Some(2), "{told}");
        assert!(told.contains("no report that bears one") && told.contains(why), "{told}");
    }
}
