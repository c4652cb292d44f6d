//! A stolen disk tells nothing: what was sealed is searched for in every byte that the database left,
//! in every writing that a careless layer could have given it.

use std::collections::HashMap;

use actix_web::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization as _;

use crate::common::schema::tables;
use crate::common::{Person, TestApp, hex};

const FAMILY: [&str; 5] = ["김", "리", "박", "최", "정"];
const PEOPLE: usize = 20;

/// What is known of one invented person; every text is different from every other person's.
struct Known {
    records: Vec<(&'static str, Value)>,
    note: String,
    words: Vec<String>,
}

fn know(number: usize) -> Known {
    let hangul = format!("{}은하수{number}", FAMILY[number % FAMILY.len()]);
    let latin = format!("Unhasu-Mariposa-{number:03}");
    let phone = format!("+8613{:09}", 700_100_200 + number * 7919);
    let paper = format!("KZ{:08}", 20_060_000 + number * 104_729);
    let place = format!("도문시 강변로 {number}번지 뒷집");
    let story = format!("겨울밤에 두만강을 건넜다, {number}번째 이야기. She crossed alone-{number}.");
    let broker = format!("왕사장-{number}");
    let note = format!("국경에서 붙잡혔다는 소식 {number}: taken near the river-{number}");
    let records = vec![
        (
            "identity",
            json!({
                "names": [
                    {"script": "hangul", "kind": "birth", "full": hangul},
                    {"script": "latin", "kind": "alias", "full": latin}
                ],
                "documents": [{"kind": "identity_card", "number": paper, "country": "CHN"}]
            }),
        ),
        (
            "contact",
            json!({"phones": [{"number": phone, "safety": "shared"}], "addresses": [{"kind": "living", "text": place}]}),
        ),
        ("legal", json!({"story": {"text": story, "language": "kor"}})),
        ("passage", json!({"brokers": [{"name": broker}]})),
    ];
    Known { records, words: vec![hangul, latin, phone, paper, place, story, broker, note.clone()], note }
}

async fn write_down(heron: &Person, path: &str, known: &Known) {
    for (group, record) in &known.records {
        let address = format!("{path}/{group}");
        heron.put_new(&address, record.clone()).await.expect(200);
        // An old version stays, and a cache of what was read would be filled now.
        heron.change(Method::PUT, &address, "\"1\"", record.clone()).await.expect(200);
        heron.get(&address).await.expect(200);
    }
    let step = json!({"to": "detained", "reason": "arrest", "on": "2026-03-01", "note": known.note});
    let request = heron.request(Method::POST, &format!("{path}/status"));
    let request = request.insert_header(("Idempotency-Key", path.rsplit('/').next().unwrap()));
    heron.send(request.insert_header(("If-Match", "\"1\"")).set_json(step)).await.expect(200);
    assert!(heron.get(&format!("{path}/history")).await.text().contains(&known.note));
}

/// The word as it might lie in a file.
fn writings(word: &str) -> Vec<(&'static str, Vec<u8>)> {
    let utf16: Vec<u16> = word.encode_utf16().collect();
    let decomposed: String = word.nfd().collect();
    let escaped: String = utf16
        .iter()
        .map(|unit| match u8::try_from(*unit) {
            Ok(byte) if byte.is_ascii() => char::from(byte).to_string(),
            _ => format!("\\u{unit:04x}"),
        })
        .collect();
    let mut found = vec![
        ("UTF-8", word.as_bytes().to_vec()),
        ("UTF-8 decomposed", decomposed.into_bytes()),
        ("UTF-16LE", utf16.iter().flat_map(|unit| unit.to_le_bytes()).collect()),
        ("UTF-16BE", utf16.iter().flat_map(|unit| unit.to_be_bytes()).collect()),
        ("hexadecimal", hex(word.as_bytes()).into_bytes()),
        ("HEXADECIMAL", hex(word.as_bytes()).to_uppercase().into_bytes()),
        ("JSON escapes", escaped.into_bytes()),
    ];
    // Base64 depends on what stands before: three ways, without the characters that the neighbours decide.
    for before in 0..3 {
        let bytes = [vec![0; before], word.as_bytes().to_vec()].concat();
        let whole = STANDARD_NO_PAD.encode(&bytes);
        let first = (before * 8).div_ceil(6);
        let last = bytes.len() * 8 / 6;
        found.push(("base64", whole.as_bytes()[first..last].to_vec()));
    }
    found
}

/// Everything that the database keeps, as it lies on the disk, or as it leaves in a dump.
fn kept(app: &TestApp) -> Vec<(String, Vec<u8>)> {
    if let Some(file) = app.database.file() {
        let files = std::fs::read_dir(file.parent().unwrap()).unwrap().map(|entry| entry.unwrap().path());
        return files.map(|path| (path.display().to_string(), std::fs::read(&path).unwrap())).collect();
    }
    let mut raw = app.database.raw();
    let tables = tables().into_keys();
    tables
        .map(|table| {
            let rows = raw.texts(&format!("SELECT CAST({table}.* AS TEXT) FROM {table}"));
            (table, rows.join("\n").into_bytes())
        })
        .collect()
}

/// Every needle at once, found by its beginning: thousands of them go through megabytes in one pass.
struct Search {
    by_beginning: HashMap<[u8; BEGINNING], Vec<(String, Vec<u8>)>>,
}

const BEGINNING: usize = 6;

impl Search {
    fn new(words: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let mut by_beginning: HashMap<_, Vec<_>> = HashMap::new();
        for word in words {
            let word = word.as_ref();
            for (writing, needle) in writings(word) {
                let beginning = *needle.first_chunk().expect("a word long enough to be no accident");
                by_beginning.entry(beginning).or_default().push((format!("{word} as {writing}"), needle));
            }
        }
        Self { by_beginning }
    }

    fn first_in(&self, hay: &[u8]) -> Option<&str> {
        hay.windows(BEGINNING).enumerate().find_map(|(at, beginning)| {
            let needles = self.by_beginning.get(beginning)?;
            needles.iter().find(|(_, needle)| hay[at..].starts_with(needle)).map(|(name, _)| name.as_str())
        })
    }
}

#[track_caller]
fn assert_untold(app: &TestApp, search: &Search) {
    let kept = kept(app);
    assert!(kept.iter().map(|(_, bytes)| bytes.len()).sum::<usize>() > 50_000);
    for (place, bytes) in &kept {
        assert_eq!(search.first_in(bytes), None, "in {place}");
    }
}

#[actix_web::test]
async fn nothing_that_was_sealed_lies_open_on_the_disk() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let heron = app.caseworker(hub);
    let mut words = Vec::new();
    for number in 0..PEOPLE {
        let known = know(number);
        let path = format!("/v1/cases/{}", heron.open_case(hub).await["id"].as_str().unwrap());
        write_down(&heron, &path, &known).await;
        words.extend(known.words);
    }
    // The search itself finds what lies open: the name of the hub.
    let open = Search::new(["Kunming"]);
    assert!(kept(&app).iter().any(|(_, bytes)| open.first_in(bytes).is_some()));
    let search = Search::new(&words);
    assert_untold(&app, &search);
    if !app.database.is_postgres() {
        app.database.raw().execute("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
        assert_untold(&app, &search);
    }
}

#[test]
fn the_search_finds_a_word_in_every_writing_that_it_looks_for() {
    let search = Search::new(["은하수-007"]);
    for (writing, needle) in writings("은하수-007") {
        let hay = [b"before".to_vec(), needle, b"after".to_vec()].concat();
        assert!(search.first_in(&hay).is_some(), "{writing}");
    }
    for before in ["", "a", "ab", "abc"] {
        let hay = STANDARD_NO_PAD.encode(format!("{before}은하수-007 and more"));
        assert!(search.first_in(hay.as_bytes()).is_some(), "{hay}");
    }
}
