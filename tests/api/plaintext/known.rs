//! Invented people, of whom much is known.

use serde_json::{Value, json};

const FAMILY: [&str; 5] = ["김", "리", "박", "최", "정"];

/// What is known of one invented person; every text is different from every other person's.
pub struct Known {
    pub records: Vec<(&'static str, Value)>,
    pub note: String,
    pub words: Vec<String>,
}

/// The person with this number.
pub fn know(number: usize) -> Known {
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
