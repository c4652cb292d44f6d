use super::*;
use crate::crypto::RootKey;
use crate::crypto::split::Proportion;

fn shares() -> Vec<Share> {
    RootKey::generate().split(Proportion::new(3, 5).unwrap()).unwrap()
}

fn share() -> Share {
    shares().remove(1)
}

fn fault(text: &str) -> ShareFault {
    Share::parse(text).err().unwrap_or_else(|| panic!("taken"))
}

fn same(one: &Share, other: &Share) -> bool {
    (one.split, one.threshold, one.index) == (other.split, other.threshold, other.index)
        && one.secret.bytes() == other.secret.bytes()
}

/// As one line without spaces.
fn plain(share: &Share) -> String {
    share.to_text().split_whitespace().collect()
}

#[test]
fn a_share_survives_paper_however_it_is_typed_again() {
    let share = share();
    let text = share.to_text();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "wayshare1");
    assert_eq!(lines.len(), 4);
    for line in &lines[1..] {
        assert_eq!(line.split(' ').map(str::len).collect::<Vec<_>>(), [4; 6], "{line}");
    }
    let plain = plain(&share);
    let forms = [
        text.to_string(),
        plain.clone(),
        plain.to_uppercase(),
        text.replace([' ', '\n'], "-"),
        format!("\t {}\r\n", text.replace('\n', "  ")),
    ];
    for form in forms {
        assert!(same(&Share::parse(&form).unwrap(), &share));
    }
}

#[test]
fn every_mistyped_character_is_found_and_its_group_told() {
    let plain = plain(&share());
    for place in 0..TEXT_LEN {
        for letter in LETTERS {
            let mut typed = plain.clone().into_bytes();
            if typed[NAME.len() + 1 + place] == *letter {
                continue;
            }
            typed[NAME.len() + 1 + place] = *letter;
            let fault = fault(std::str::from_utf8(&typed).unwrap());
            assert_eq!(fault, ShareFault::Mistyped { groups: vec![place / GROUP + 1] });
        }
        for sign in ['1', 'b', 'i', 'o', '*', 'ß', '가'] {
            let typed: String = plain
                .chars()
                .enumerate()
                .map(|(at, c)| if at == NAME.len() + 1 + place { sign } else { c })
                .collect();
            assert_eq!(fault(&typed), ShareFault::NoSuchCharacter { group: place / GROUP + 1 });
        }
    }
    for place in 0..=NAME.len() {
        let mut typed = plain.clone().into_bytes();
        typed[place] = b'x';
        assert_eq!(fault(std::str::from_utf8(&typed).unwrap()), ShareFault::NotAShare);
    }
}

#[test]
fn neighbours_that_changed_places_are_found() {
    let plain = plain(&share());
    for place in NAME.len() + 1..plain.len() - 1 {
        let mut typed = plain.clone().into_bytes();
        typed.swap(place, place + 1);
        if typed == plain.as_bytes() {
            continue;
        }
        assert!(Share::parse(std::str::from_utf8(&typed).unwrap()).is_err());
    }
}

#[test]
fn a_share_that_was_cut_or_joined_is_told_as_such() {
    let plain = plain(&share());
    for length in 0..plain.len() {
        let expected = match length.checked_sub(NAME.len() + 1) {
            Some(found) => ShareFault::WrongLength { found },
            None => ShareFault::NotAShare,
        };
        assert_eq!(fault(&plain[..length]), expected);
    }
    assert_eq!(fault(&format!("{plain}q")), ShareFault::WrongLength { found: 73 });
    assert_eq!(fault(&format!("{plain}\n{plain}")), ShareFault::NoSuchCharacter { group: 19 + 2 });
}

#[test]
fn what_is_no_share_is_told_as_such() {
    for text in ["", "wayshare", "waystation-root-key-v1:abc", "correct horse battery staple"] {
        assert_eq!(fault(text), ShareFault::NotAShare);
    }
}

#[test]
fn a_share_that_no_split_makes_is_refused_though_its_checksum_is_right() {
    let made_up = |format, threshold, index| {
        let mut content = [7; CONTENT_LEN];
        content[..3].copy_from_slice(&[format, threshold, index]);
        let text = bech32::encode_lower::<Bech32m>(Hrp::parse(NAME).unwrap(), &content).unwrap();
        fault(&text)
    };
    assert_eq!(made_up(1, 3, 0), ShareFault::NotAShare);
    assert_eq!(made_up(1, 1, 1), ShareFault::NotAShare);
    assert_eq!(made_up(1, 0, 1), ShareFault::NotAShare);
    assert_eq!(made_up(2, 3, 1), ShareFault::NewerFormat);
}

#[test]
fn no_message_repeats_what_was_typed() {
    let mut typed = plain(&share()).into_bytes();
    typed[40] = if typed[40] == b'q' { b'p' } else { b'q' };
    let typed = String::from_utf8(typed).unwrap();
    let told = format!("{0} {0:?}", fault(&typed));
    assert!(
        !typed.as_bytes().windows(4).any(|part| told.contains(std::str::from_utf8(part).unwrap())),
        "{told}"
    );
}

#[test]
fn check_words_are_the_same_for_the_same_share_and_for_no_other() {
    let shares = shares();
    let words: std::collections::BTreeSet<String> = shares.iter().map(Share::check_words).collect();
    assert_eq!(words.len(), shares.len());
    for share in &shares {
        assert_eq!(Share::parse(&share.to_text()).unwrap().check_words(), share.check_words());
        assert_eq!(share.check_words().split(' ').filter(|word| word.len() >= 3).count(), CHECK_WORDS);
    }
    let fingerprints: std::collections::BTreeSet<_> = shares.iter().map(Share::fingerprint).collect();
    assert_eq!(fingerprints.len(), shares.len());
}

#[test]
fn the_id_of_a_split_survives_its_own_text() {
    for _ in 0..100 {
        let id = SplitId::generate();
        assert_eq!(SplitId::of(id.bytes()).as_str(), id.as_str());
        assert!(id.as_str().parse() == Ok(id));
    }
    assert!("5F2A09C1D3E4".parse::<SplitId>().is_err() && "5f2a".parse::<SplitId>().is_err());
}
