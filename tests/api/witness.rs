//! The witness as a person runs it: the real program against the real server, by its API, by HTTP and by files.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::common::Authority;
use crate::common::server::{Installation, Server};

const NAME: &str = "witness.example/heron";

/// A network with an auditor, and a witness that trusts its log and is named in its policy.
struct Scene {
    installation: Installation,
}

impl Scene {
    fn set() -> Self {
        let scene = Self { installation: Installation::set_up() };
        let added = scene.good(&["user", "add", "heron", "--role", "auditor"]);
        let password = added.split_whitespace().skip_while(|word| *word != "password").nth(1).unwrap();
        fs::write(scene.path("password"), format!("{password}\n")).unwrap();
        let made = scene.good(&["audit", "witness", "init", "--state", &scene.state(), "--name", NAME]);
        let key = made.lines().find(|line| line.starts_with(NAME)).unwrap();
        fs::write(scene.path("policy"), format!("# ours\nwitness heron {key}\nquorum heron\n")).unwrap();
        let keys = scene.log_keys();
        fs::write(scene.path("log-key"), &keys).unwrap();
        scene.good(&[
            "audit",
            "witness",
            "trust",
            "--state",
            &scene.state(),
            "--log-key",
            &scene.text("log-key"),
        ]);
        scene
    }

    fn path(&self, name: &str) -> PathBuf {
        self.installation.path(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    fn state(&self) -> String {
        self.text("heron-witness")
    }

    /// Runs a command with the policy of witnesses.
    fn run(&self, arguments: &[&str]) -> Output {
        let mut program = self.installation.program(arguments);
        let policy = self.path("policy");
        if policy.exists() {
            program.env("WAYSTATION_AUDIT_POLICY", policy);
        }
        program.output().unwrap()
    }

    #[track_caller]
    fn good(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", told(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    #[track_caller]
    fn ends(&self, code: i32, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", told(&output));
        told(&output)
    }

    fn serve(&self) -> Server {
        let policy = format!("WAYSTATION_AUDIT_POLICY={}", self.text("policy"));
        self.installation.serve_by(&["env", &policy])
    }

    fn log_keys(&self) -> String {
        let server = self.installation.serve();
        let address = format!("http://{}/.well-known/waystation-log-keys", server.address());
        ureq::get(address).call().unwrap().body_mut().read_to_string().unwrap()
    }

    fn watch(&self, server: &Server, code: i32) -> String {
        let url = format!("http://{}", server.address());
        self.watch_at(&url, &[], code)
    }

    fn watch_at(&self, url: &str, more: &[&str], code: i32) -> String {
        let (state, password) = (self.state(), self.text("password"));
        let arguments = ["audit", "witness", "watch", "--state", &state, "--url", url, "--user", "heron"];
        self.ends(code, &[&arguments[..], &["--password-file", &password, "--once"], more].concat())
    }

    /// A request to the witness, as the operator makes it.
    fn request(&self, since: u64, name: &str) -> u64 {
        let (since, path) = (since.to_string(), self.text(name));
        let output = self.run(&["audit", "witness-request", "--since", &since, "--output", &path]);
        assert!(output.status.success(), "{}", told(&output));
        told(&output).rsplit(' ').next().unwrap().trim().parse().unwrap()
    }

    fn cosign(&self, request: &str, code: i32) -> String {
        let (state, request, output) = (self.state(), self.text(request), self.text("answer"));
        self.ends(code, &["audit", "witness", "cosign", "--state", &state, &request, "--output", &output])
    }

    fn take(&self, size: u64) -> String {
        self.good(&["audit", "add-cosignatures", &self.text("answer"), "--size", &size.to_string()])
    }

    /// What is in the evidence: pairs of a held and a seen checkpoint.
    fn evidence(&self) -> Vec<PathBuf> {
        let found = fs::read_dir(self.path("heron-witness/evidence"));
        found.map_or_else(|_| Vec::new(), |found| found.map(|entry| entry.unwrap().path()).collect())
    }
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

fn size_of(checkpoint: &Path) -> i64 {
    fs::read_to_string(checkpoint).unwrap().lines().nth(1).unwrap().parse().unwrap()
}

/// Adds to the log without knowing anybody: a login that fails stands on it.
fn grow(server: &Server, entries: i64) {
    let wire = server.wire(None);
    for _ in 0..entries {
        let refused = serde_json::json!({"username": "nobody-of-ours", "password": "no such word at all"});
        assert_eq!(wire.send("POST", "/v1/sessions", None, &refused).unwrap().status, 401);
    }
}

#[test]
fn a_witness_watches_a_server_and_what_it_cosigned_is_verified_far_away() {
    let scene = Scene::set();
    let server = scene.serve();
    let first = scene.watch(&server, 0);
    assert!(first.contains("seen for the first time; cosigned"), "{first}");
    wait_for_signature(&scene, size_of(&kept(&scene)) + 1);
    let second = scene.watch(&server, 0);
    assert!(second.contains("has grown from"), "{second}");
    assert!(!second.contains("warning"), "{second}");

    let doctor = scene.good(&["doctor"]);
    assert!(doctor.contains(&format!("{NAME} has cosigned")), "{doctor}");
    assert!(doctor.contains("enough of them have cosigned"), "{doctor}");
    scene.good(&["audit", "export", "--cosigned", &scene.text("bundle")]);
    let (bundle, key, policy) = (scene.text("bundle"), scene.text("log-key"), scene.text("policy"));
    let verified = scene.good(&["audit", "verify", &bundle, "--key", &key, "--policy", &policy]);
    assert!(verified.contains("The log is whole.") && verified.contains(NAME), "{verified}");
    // The log as it is now has grown since: nobody has cosigned that.
    scene.good(&["audit", "export", &scene.text("all")]);
    let unmet = scene.ends(1, &["audit", "verify", &scene.text("all"), "--key", &key, "--policy", &policy]);
    assert!(unmet.contains("quorum_unmet"), "{unmet}");
}

#[test]
fn witnesses_that_look_at_different_moments_meet_on_one_checkpoint() {
    let scene = Scene::set();
    let second = scene.text("sparrow-witness");
    let made =
        scene.good(&["audit", "witness", "init", "--state", &second, "--name", "witness.example/sparrow"]);
    let key = made.lines().find(|line| line.starts_with("witness.example/sparrow")).unwrap();
    let first = fs::read_to_string(scene.path("policy")).unwrap().replace("quorum heron\n", "");
    let both = format!("{first}witness sparrow {key}\ngroup both all heron sparrow\nquorum both\n");
    fs::write(scene.path("policy"), both).unwrap();
    scene.good(&["audit", "witness", "trust", "--state", &second, "--log-key", &scene.text("log-key")]);
    let server = scene.serve();
    for round in 0..2 {
        scene.watch(&server, 0);
        assert!(
            scene.good(&["doctor"]).contains("enough of them") == (round > 0),
            "one of two is not enough"
        );
        wait_for_signature(&scene, size_of(&kept(&scene)) + 1);
        let (url, password) = (format!("http://{}", server.address()), scene.text("password"));
        let watch = ["audit", "witness", "watch", "--state", &second, "--url", &url, "--user", "heron"];
        scene.good(&[&watch[..], &["--password-file", &password, "--once"]].concat());
        assert!(scene.good(&["doctor"]).contains("enough of them have cosigned"));
    }
}

#[test]
fn a_log_that_was_put_back_is_refused_and_both_sides_are_kept() {
    let scene = Scene::set();
    let server = scene.serve();
    scene.watch(&server, 0);
    let before = size_of(&kept(&scene));
    grow(&server, 15);
    wait_for_signature(&scene, before + 15);
    scene.watch(&server, 0);
    let lost = size_of(&kept(&scene));
    server.kill();

    // As a restore leaves it.
    let mut raw = scene.installation.raw();
    raw.unguard_log();
    for (table, column, least) in [
        ("audit_cosignatures", "tree_size", before + 1),
        ("audit_checkpoints", "tree_size", before + 1),
        ("audit_events", "position", before),
    ] {
        raw.execute(&format!("DELETE FROM {table} WHERE {column} >= {least}")).unwrap();
    }
    let doctor = scene.ends(1, &["doctor"]);
    assert!(doctor.contains("WRONG") && doctor.contains("accept-fork"), "{doctor}");
    scene.good(&["audit", "accept-fork", "--by", "admin", "--by", "heron", "--because", "restored-backup"]);

    let server = scene.serve();
    let shrunk = scene.watch(&server, 1);
    assert!(shrunk.contains("THE LOG HAS SHRUNK"), "{shrunk}");
    grow(&server, 40);
    wait_for_signature(&scene, lost + 1);
    let forked = scene.watch(&server, 1);
    assert!(forked.contains("THE LOG HAS TWO HISTORIES") && forked.contains("audit verify"), "{forked}");
    let evidence = scene.evidence();
    assert_eq!(evidence.len(), 2, "what had shrunk, and what contradicts: {evidence:?}");
    for pair in &evidence {
        let [held, seen] = ["held", "seen"].map(|name| fs::read_to_string(pair.join(name)).unwrap());
        assert!(held.contains(NAME), "as it was cosigned: {held}");
        assert_ne!(held.lines().nth(2), seen.lines().nth(2), "another root");
    }
    // For good, and by every way.
    grow(&server, 1);
    assert!(scene.watch(&server, 1).contains("cosigns it no more"));
    scene.request(0, "request");
    assert!(scene.cosign("request", 1).contains("cosigns it no more"));
    // An auditor who has the evidence sees it in an export, and that it is on the record.
    scene.good(&["audit", "export", &scene.text("bundle")]);
    let (bundle, key) = (scene.text("bundle"), scene.text("log-key"));
    let held = evidence[0].join("held");
    let verified =
        scene.run(&["audit", "verify", &bundle, "--key", &key, "--against", held.to_str().unwrap()]);
    assert!(told(&verified).contains("FORK"), "{}", told(&verified));
}

/// The server signs by itself within seconds.
fn wait_for_signature(scene: &Scene, size: i64) {
    let path = kept(scene);
    let started = Instant::now();
    while size_of(&path) < size {
        assert!(started.elapsed() < Duration::from_secs(30), "the log is not signed");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// The file of the newest checkpoint outside the database.
fn kept(scene: &Scene) -> PathBuf {
    scene.path(if scene.installation.is_postgres() {
        "log-checkpoint"
    } else {
        "waystation.db.log-checkpoint"
    })
}

#[test]
fn without_a_network_request_and_answer_go_by_files() {
    let scene = Scene::set();
    let size = scene.request(0, "request");
    scene.cosign("request", 0);
    assert!(scene.take(size).contains(&format!("checkpoint of {size} entries")));
    let next = scene.request(size, "next");
    assert!(next > size);
    let request = fs::read_to_string(scene.path("next")).unwrap();
    // On its way, a hash was changed.
    let damaged = {
        let hash = request.lines().nth(1).unwrap();
        let other = if hash.starts_with('A') { "B" } else { "A" };
        request.replacen(hash, &format!("{other}{}", &hash[1..]), 1)
    };
    fs::write(scene.path("damaged"), damaged).unwrap();
    let refused = scene.cosign("damaged", 1);
    assert!(refused.contains("does not show") && refused.contains("ask for another"), "{refused}");
    scene.cosign("next", 0);
    scene.take(next);
    let stale = scene.cosign("request", 2);
    assert!(stale.contains(&format!("witness-request --since {next}")), "{stale}");
    fs::write(scene.path("other"), "old 0\n\nnothing\n").unwrap();
    assert!(scene.cosign("other", 2).contains("is no request to a witness"));
    let beyond = scene.ends(1, &["audit", "witness-request", "--since", "99999"]);
    assert!(beyond.contains("the signed log has"), "{beyond}");
    let again =
        scene.ends(1, &["audit", "add-cosignatures", &scene.text("answer"), "--size", &size.to_string()]);
    assert!(again.contains("does not verify"), "{again}");
}

#[test]
fn of_many_processes_at_once_one_goes_on_from_the_last_checkpoint() {
    let scene = Scene::set();
    scene.request(0, "request");
    let (state, request) = (scene.state(), scene.text("request"));
    let arguments = ["audit", "witness", "cosign", "--state", &state, &request];
    let running: Vec<Child> = (0..8)
        .map(|_| {
            let mut program = scene.installation.program(&arguments);
            program.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    let mut codes: Vec<_> =
        running.into_iter().map(|child| child.wait_with_output().unwrap().status.code().unwrap()).collect();
    codes.sort_unstable();
    assert_eq!(codes, [0, 2, 2, 2, 2, 2, 2, 2]);
}

#[test]
fn logs_bring_their_checkpoints_to_the_service() {
    let scene = Scene::set();
    let size = scene.request(0, "request");
    let state = scene.state();
    let arguments = ["audit", "witness", "serve", "--state", &state, "--listen", "127.0.0.1:0"];
    let mut program = scene.installation.program(&arguments);
    let mut child = Ended(program.stdout(Stdio::piped()).spawn().unwrap());
    let mut first = String::new();
    let mut stdout = std::io::BufReader::new(child.0.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut stdout, &mut first).unwrap();
    let address = first.split_whitespace().last().unwrap();
    let body = fs::read(scene.path("request")).unwrap();
    let answer = ureq::post(address).send(&body).unwrap().body_mut().read_to_string().unwrap();
    fs::write(scene.path("answer"), answer).unwrap();
    scene.take(size);
}

/// Killed at the end.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

#[test]
fn what_keeps_a_witness_from_looking_is_told_by_exit_code_2() {
    let scene = Scene::set();
    let server = scene.serve();
    let url = format!("http://{}", server.address());
    let good = fs::read_to_string(scene.path("password")).unwrap();
    fs::write(scene.path("password"), "not the password\n").unwrap();
    assert!(scene.watch(&server, 2).contains("401 login_refused; check the name and the password"));
    fs::write(scene.path("password"), good).unwrap();
    // Whoever was wrong waits a second.
    std::thread::sleep(Duration::from_millis(1_100));
    assert!(scene.watch_at("http://way.example", &[], 2).contains("over https only"));
    assert!(scene.watch_at(&url, &["--log", "other"], 2).contains("say with --log which one it is"));
    drop(server);
    assert!(scene.watch_at(&url, &[], 2).contains("cannot be reached"));
    // A server without a policy: the log is cosigned here, and nobody there takes it.
    let server = scene.installation.serve();
    let kept = scene.watch(&server, 2);
    assert!(kept.contains("cosigned.") && kept.contains("no_witnesses"), "{kept}");
}

#[test]
fn a_log_with_a_new_key_is_cosigned_once_that_is_trusted() {
    let scene = Scene::set();
    let server = scene.serve();
    scene.watch(&server, 0);
    server.kill();
    let rotated = scene.good(&["key", "rotate", "audit_signing"]);
    let key = rotated.lines().find(|line| line.starts_with("  ")).unwrap().trim();
    let server = scene.serve();
    grow(&server, 1);
    let size = size_of(&kept(&scene));
    wait_for_signature(&scene, size + 1);
    let refused = scene.watch(&server, 1);
    assert!(refused.contains("NOT SIGNED BY THE KEY THAT IS TRUSTED"), "{refused}");
    assert!(scene.evidence().is_empty(), "nothing contradicts anything");
    scene.good(&["audit", "witness", "trust", "--state", &scene.state(), "--log-key", key]);
    assert!(scene.watch(&server, 0).contains("has grown from"));
}

#[test]
fn a_policy_that_is_none_is_told_with_its_line() {
    let scene = Scene::set();
    fs::write(scene.path("policy"), "quorum none\nwitness heron nothing\n").unwrap();
    for command in [&["serve", "--listen", "127.0.0.1:0"][..], &["audit", "witness-request", "--since", "0"]]
    {
        assert!(scene.ends(1, command).contains("line 2: a log has a verifier key"), "{command:?}");
    }
    assert!(scene.ends(1, &["doctor"]).contains("line 2: a log has a verifier key"));
    fs::remove_file(scene.path("policy")).unwrap();
    assert!(scene.good(&["doctor"]).contains("nobody outside watches the log"));
}

/// Answers one request, over TLS, as a server that knows no such user.
fn tls_server(authority: &Authority) -> u16 {
    let (certificate, key) = authority.certify("localhost");
    let der = |pem: &str| match ureq::tls::parse_pem(pem.as_bytes()).next().unwrap().unwrap() {
        ureq::tls::PemItem::Certificate(certificate) => certificate.der().to_vec(),
        ureq::tls::PemItem::PrivateKey(key) => key.der().to_vec(),
        _ => panic!("neither a certificate nor a key"),
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![der(&certificate).into()], der(&key).try_into().unwrap())
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            // Whoever does not trust the certificate goes away.
            drop(answer(&config, stream.unwrap()));
        }
    });
    port
}

fn answer(config: &rustls::ServerConfig, stream: TcpStream) -> std::io::Result<()> {
    let connection = rustls::ServerConnection::new(Arc::new(config.clone())).unwrap();
    let mut stream = rustls::StreamOwned::new(connection, stream);
    let mut seen = Vec::new();
    while !seen.ends_with(b"}") {
        let mut some = [0; 4096];
        let read = stream.read(&mut some)?;
        seen.extend(&some[..read]);
    }
    let body = r#"{"code":"login_refused"}"#;
    let head = "HTTP/1.1 401 Unauthorized\r\nContent-Type: application/problem+json\r\nConnection: close\r\n";
    write!(stream, "{head}Content-Length: {}\r\n\r\n{body}", body.len())?;
    stream.flush()
}

#[test]
fn a_password_is_sent_to_nobody_whom_the_named_authority_does_not_certify() {
    let scene = Scene::set();
    let (ours, other) = (Authority::new("ours"), Authority::new("other"));
    fs::write(scene.path("authority.pem"), ours.certificate()).unwrap();
    let authority = scene.text("authority.pem");
    let look =
        |port: u16| scene.watch_at(&format!("https://localhost:{port}"), &["--authority", &authority], 2);
    let told = look(tls_server(&ours));
    assert!(told.contains("401 login_refused"), "{told}");
    let told = look(tls_server(&other));
    assert!(told.contains("cannot be reached") && told.contains("certificate"), "{told}");
}

#[test]
fn the_status_is_for_auditors_and_needs_no_witness() {
    let scene = Scene::set();
    let server = scene.installation.serve();
    let password = fs::read_to_string(scene.path("password")).unwrap();
    let credentials = serde_json::json!({"username": "heron", "password": password.trim()});
    let session = server.wire(None).send("POST", "/v1/sessions", None, &credentials).unwrap();
    let wire = server.wire(session.body["access_token"].as_str());
    let status = wire.send("GET", "/v1/audit/log/status", None, &Value::Null).unwrap();
    assert_eq!((status.status, &status.body["quorum"]), (200, &Value::Null));
    assert_eq!(server.wire(None).send("GET", "/ready", None, &Value::Null).unwrap().status, 200);
}
