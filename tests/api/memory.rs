//! What is left in the memory of the real server once it is sealed: every writable page of the process is searched for its
//! keys, for what they were made of, and for a record that was read. Before, they must be found: a search that finds
//! nothing proves nothing.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256, Sha512};

use crate::common::process::writable_memory;
use crate::common::server::{Installation, Server};
use crate::common::{skipped, unhex};

const NAME: &str = "Unhasu Mariposa of the seventh house";

/// Secrets by what they are.
type Secrets = BTreeMap<String, Vec<u8>>;

/// The parts in order, each behind its length.
fn list(parts: &[&[u8]]) -> Vec<u8> {
    parts.iter().flat_map(|part| [&(part.len() as u64).to_be_bytes()[..], part].concat()).collect()
}

fn hkdf(salt: &[u8], key: &[u8], info: &[u8]) -> [u8; 32] {
    let mut output = [0; 32];
    hkdf::Hkdf::<Sha256>::new(Some(salt), key).expand(info, &mut output).unwrap();
    output
}

/// Opens an envelope as docs/SECURITY.md says, with no code of the program.
fn open(key: &[u8], place: &[u8], envelope: &[u8]) -> Vec<u8> {
    let bound = [&envelope[..5], place].concat();
    let nonce: [u8; 24] = envelope[5..29].try_into().unwrap();
    let encryption = hkdf(&nonce, key, b"waystation envelope v1 encryption");
    let payload = Payload { msg: &envelope[61..], aad: &bound };
    let cipher = XChaCha20Poly1305::new(<&Key>::from(&encryption));
    cipher.decrypt(<&XNonce>::from(&nonce), payload).unwrap()
}

/// Everything that must not be there, from the database and the root key.
fn secrets(installation: &Installation, shares: &[String]) -> Secrets {
    let line = std::fs::read_to_string(installation.path("root.key")).unwrap();
    let root = URL_SAFE_NO_PAD.decode(line.trim().rsplit_once(':').unwrap().1).unwrap()[..32].to_vec();
    let mut raw = installation.raw();
    let database = raw.texts("SELECT value AS t FROM settings WHERE name = 'database_id'").remove(0);
    let mut secrets = Secrets::from([("root key".to_owned(), root.clone())]);
    let sql = format!("SELECT purpose || ' ' || version || ' ' || {} AS t FROM keyring", raw.hex("wrapped"));
    for row in raw.texts(&sql) {
        let [purpose, version, wrapped] = row.split(' ').collect::<Vec<_>>().try_into().unwrap();
        let number: i32 = version.parse().unwrap();
        let place =
            list(&[b"waystation keyring v1", database.as_bytes(), purpose.as_bytes(), &number.to_be_bytes()]);
        secrets.insert(purpose.to_owned(), open(&root, &place, &unhex(wrapped)));
    }
    let sql = format!("SELECT case_id || ' ' || {} AS t FROM case_keys", raw.hex("wrapped"));
    for row in raw.texts(&sql) {
        let (case, wrapped) = row.split_once(' ').unwrap();
        let place = list(&[b"waystation case key v1", case.as_bytes()]);
        let key = open(&secrets["case_wrapping"], &place, &unhex(wrapped));
        let info = list(&[b"waystation column key v1", b"sealed_records", b"sealed"]);
        secrets.insert("column key".to_owned(), hkdf(&[], &key, &info).to_vec());
        secrets.insert("case key".to_owned(), key);
    }
    for name in ["token_signing", "audit_signing"] {
        // What Ed25519 makes of a seed (RFC 8032, 5.1.5): the scalar, and the prefix of the nonce.
        let mut expanded = Sha512::digest(&secrets[name]).to_vec();
        secrets.insert(format!("{name}, prefix"), expanded.split_off(32));
        (expanded[0], expanded[31]) = (expanded[0] & 248, expanded[31] & 127 | 64);
        secrets.insert(format!("{name}, scalar"), expanded);
    }
    for name in ["refresh_tokens", "case_wrapping", "password_pepper", "stored_answers"] {
        for (pad, byte) in [("inner", 0x36), ("outer", 0x5c)] {
            let block = secrets[name].iter().map(|key| key ^ byte).collect();
            secrets.insert(format!("{name}, {pad} block of HMAC"), block);
        }
    }
    for (number, share) in shares.iter().enumerate() {
        let text: String = share.split_whitespace().collect();
        // From behind what every share has alike.
        secrets.insert(format!("share {number}, text"), text.as_bytes()[24..].to_vec());
        let lines = share.lines().nth(2).unwrap();
        secrets.insert(format!("share {number}, a line"), lines.as_bytes().to_vec());
    }
    secrets.insert("a name that was read".to_owned(), NAME.as_bytes().to_vec());
    secrets
}

/// Where each secret is found, in all memory that the process may write.
fn found(process: u32, wanted: &Secrets) -> Option<Vec<String>> {
    let mut found = Vec::new();
    for (place, bytes) in writable_memory(process)? {
        for (name, secret) in wanted {
            if memchr::memmem::find(&bytes, &secret[..secret.len().min(24)]).is_some() {
                found.push(format!("{name} in {place}"));
            }
        }
    }
    Some(found)
}

/// People work: they log in, write a record, read it.
fn work(installation: &Installation, server: &Server) {
    let (hub, tokens) = installation.caseworkers(server, 2);
    let heron = server.wire(Some(&tokens[0]));
    let case = json!({
        "hub_id": hub, "sex": "female", "age_band": "18-59", "origin_country": "PRK", "risk": "high",
        "opened_on": "2026-03-01"
    });
    let case = heron.send("POST", "/v1/cases", None, &case).unwrap();
    let address = format!("/v1/cases/{}/identity", case.body["id"].as_str().unwrap());
    let record = json!({"names": [{"script": "latin", "kind": "birth", "full": NAME}]});
    let written = heron.send("PUT", &address, Some("new"), &record).unwrap();
    assert_eq!(written.status, 200, "{}", written.text);
    for _ in 0..20 {
        let read = heron.send("GET", &address, None, &Value::Null).unwrap();
        assert!(read.text.contains(NAME));
    }
    // The log is signed meanwhile.
    std::thread::sleep(std::time::Duration::from_secs(5));
}

#[test]
fn a_sealed_server_has_no_key_left_in_its_memory() {
    let installation = Installation::set_up_on_file();
    let shares = installation.split(3, 3);
    let server = installation.serve_with(&["WAYSTATION_ROOT_KEY_SHARES=1"]);
    if found(server.process(), &Secrets::new()).is_none() {
        return skipped("that a sealed server has no key in its memory", "only root may look into it");
    }
    server.open_with(&shares);
    work(&installation, &server);
    let secrets = secrets(&installation, &shares);

    let before = found(server.process(), &secrets).unwrap();
    for key in [
        "case_wrapping",
        "token_signing",
        "audit_signing",
        "password_pepper",
        "refresh_tokens",
        "stored_answers",
    ] {
        assert!(
            before.iter().any(|place| place.starts_with(key)),
            "{key} is not found where it must be: {before:?}"
        );
    }

    let sealed = installation.administrator(&server).send("POST", "/v1/seal", None, &json!({})).unwrap();
    assert_eq!(sealed.status, 204);
    server.wait_for_ready(503);
    assert_eq!(found(server.process(), &secrets).unwrap(), Vec::<String>::new());
    // The search still finds what is there.
    let address = Secrets::from([("its address".to_owned(), server.address().as_bytes().to_vec())]);
    assert!(!found(server.process(), &address).unwrap().is_empty());

    // Open again, it has them again; sealed again, by a signal, it has none.
    server.open_with(&shares);
    assert!(!found(server.process(), &secrets).unwrap().is_empty());
    server.signal("USR1");
    server.wait_for_ready(503);
    assert_eq!(found(server.process(), &secrets).unwrap(), Vec::<String>::new());
}

#[test]
fn the_memory_of_a_server_comes_into_no_core_file_and_is_not_shown_to_its_own_user() {
    let installation = Installation::set_up_on_file();
    let server = installation.serve();
    for sealed in [false, true] {
        if sealed {
            server.signal("USR1");
            server.wait_for_ready(503);
        }
        let of = |file: &str| std::fs::read_to_string(format!("/proc/{}/{file}", server.process())).unwrap();
        let limits = of("limits");
        let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
        assert_eq!(core.split_whitespace().skip(4).take(2).collect::<Vec<_>>(), ["0", "0"], "{core}");
        // What may not be dumped belongs to root in /proc, whoever runs it.
        let files = std::fs::metadata(format!("/proc/{}/environ", server.process())).unwrap();
        assert_eq!(std::os::unix::fs::MetadataExt::uid(&files), 0);
    }
}
