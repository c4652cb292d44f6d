//! Words in every writing that a careless layer could have given them, looked for in anything.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use unicode_normalization::UnicodeNormalization as _;

use crate::common::hex;

/// How a member of gzip begins (RFC 1952, section 2.3): its name, and deflate.
const GZIP: [u8; 3] = [0x1f, 0x8b, 8];

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

/// Every needle at once, found by its beginning: thousands of them go through megabytes in one pass.
pub struct Search {
    by_beginning: HashMap<[u8; BEGINNING], Vec<(String, Vec<u8>)>>,
}

const BEGINNING: usize = 6;

impl Search {
    /// For these words.
    pub fn new(words: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
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

    /// The first that stands there, and in which writing.
    pub fn first_in(&self, hay: &[u8]) -> Option<&str> {
        self.first_open_in(hay).or_else(|| {
            let members = hay.windows(GZIP.len()).enumerate().filter(|(_, beginning)| *beginning == GZIP);
            members.map(|(at, _)| inflated(&hay[at..])).find_map(|text| self.first_open_in(&text))
        })
    }

    fn first_open_in(&self, hay: &[u8]) -> Option<&str> {
        hay.windows(BEGINNING).enumerate().find_map(|(at, beginning)| {
            let needles = self.by_beginning.get(beginning)?;
            needles.iter().find(|(_, needle)| hay[at..].starts_with(needle)).map(|(name, _)| name.as_str())
        })
    }
}

/// What a member of gzip holds, as far as it is one.
fn inflated(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    // Three bytes are a member of gzip by accident too: what was read until it is none, is looked at.
    drop(flate2::read::GzDecoder::new(bytes).take(1 << 20).read_to_end(&mut text));
    text
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
    let mut packed = flate2::write::GzEncoder::new(b"before".to_vec(), flate2::Compression::default());
    packed.write_all("a story of 은하수-007 and others".as_bytes()).unwrap();
    assert!(search.first_in(&packed.finish().unwrap()).is_some(), "gzip");
}
