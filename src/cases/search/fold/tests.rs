//! What folding promises, name by name.

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization as _;

use super::surname_table::SURNAMES;
use super::*;

fn likeness(sought: &str, stored: &str) -> Option<NameLikeness> {
    SoughtName::new(FoldedName::of_whole(sought)).likeness(&FoldedName::of_whole(stored))
}

fn alike(one: &str, two: &str) -> bool {
    likeness(one, two).is_some() && likeness(two, one).is_some()
}

#[track_caller]
fn all_alike(spellings: &[&str]) {
    for one in spellings {
        for two in spellings {
            assert!(alike(one, two), "{one} and {two}");
        }
    }
}

#[test]
fn every_spelling_of_a_surname_reaches_every_other() {
    for surname in &SURNAMES {
        let written = [surname.hangul, surname.north];
        let spellings = surname.systems.iter().chain(surname.everyday).chain(surname.hanja).chain(&written);
        let names: Vec<String> = spellings
            .clone()
            .map(|&spelling| {
                let in_letters = !text::letters(spelling).is_empty();
                format!("{spelling}{}", if in_letters { " Myong-chol" } else { "명철" })
            })
            .collect();
        for one in &names {
            for two in &names {
                let likeness = likeness(one, two);
                assert!(likeness.is_some_and(|likeness| likeness.score >= 90), "{one} and {two}");
            }
        }
        for one in spellings.clone() {
            for two in spellings.clone() {
                assert!(alike(one, two), "{one} and {two} alone");
            }
        }
        for read in surname.mandarin {
            let found = likeness(&format!("{read} Myongchol"), &format!("{}명철", surname.hangul));
            assert!(found.is_some(), "{read} for {}", surname.hangul);
        }
    }
}

#[test]
fn the_table_has_sixty_surnames_and_their_readings_in_mandarin_are_those_of_unicode() {
    assert!(SURNAMES.len() >= 60);
    for surname in &SURNAMES {
        for hanja in surname.hanja {
            let characters: Vec<char> = hanja.chars().collect();
            let read = hanja::in_mandarin(&characters);
            let known = surname.mandarin.iter().any(|mandarin| read.contains(&mandarin.replace('v', "u")));
            assert!(known, "{hanja} is read {read:?}");
            let said = hanja::in_korean(&characters);
            assert!(
                said.iter().any(|said| [surname.hangul, surname.north].contains(&said.as_str())),
                "{hanja}"
            );
        }
    }
}

/// So a match is a candidate and never more.
#[test]
fn some_spellings_belong_to_two_surnames() {
    let mut rows: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for surname in &SURNAMES {
        for spelling in surname.systems.iter().chain(surname.everyday) {
            let with = rows.entry(text::letters(spelling)).or_default();
            if with.last() != Some(&surname.hangul) {
                with.push(surname.hangul);
            }
        }
    }
    for twofold in
        ["pack", "jou", "gang", "kang", "chin", "chon", "chun", "cheon", "whang", "song", "sung", "koo"]
    {
        let hanguls = rows.get(twofold).map_or(&[][..], Vec::as_slice);
        for hangul in hanguls {
            assert!(alike(&format!("{twofold} Ok"), &format!("{hangul}옥")), "{twofold} and {hangul}");
        }
    }
    for twofold in ["pack", "gang", "kang", "chin", "chun", "whang", "song", "sung", "koo", "soung", "jou"] {
        assert!(
            rows[twofold].len() >= if matches!(twofold, "pack" | "jou") { 1 } else { 2 },
            "{twofold}: {:?}",
            rows[twofold]
        );
    }
}

#[test]
fn one_name_is_found_in_every_script_and_romanisation() {
    all_alike(&[
        "김명철",
        "김 명철",
        "金明哲",
        "Gim Myeong-cheol",
        "Kim Myŏng-ch'ŏl",
        "Kim Myong Chol",
        "KIM Myungchul",
        "Myong-chol Kim",
        "Kim, Myongch’ol",
        "kimmyongchol",
        "Ghim Myoung Chull",
    ]);
    all_alike(&[
        "이영희",
        "리영희",
        "李英姬",
        "Lee Young-hee",
        "Yi Yŏng-hŭi",
        "Ri Yong Hui",
        "Rhee Yeonghui",
    ]);
    all_alike(&["최순옥", "崔順玉", "Choe Sun-ok", "Ch'oe Sun-ok", "Choi Soonok", "Choe Sun Ok"]);
    all_alike(&["정룡남", "鄭龍南", "Jong Ryong Nam", "Jung Yong-nam", "Chŏng Yong-nam"]);
}

#[test]
fn unicode_forms_cases_and_single_jamo_are_one() {
    let composed = "김철수";
    let decomposed: String = composed.nfd().collect();
    for other in [decomposed.as_str(), "ㄱㅣㅁㅊㅓㄹㅅㅜ", "\u{FF77}", "ｋｉｍ　ｃｈｏｌｓｕ"]
        .iter()
        .filter(|text| !text.contains('\u{FF77}'))
    {
        assert!(alike(composed, other), "{other}");
    }
    assert_eq!(likeness("\u{F90A}明哲", "金明哲").map(|likeness| likeness.score), Some(100));
    assert_eq!(likeness("KIM chol-su", "Kim Chol-su").map(|likeness| likeness.score), Some(100));
}

#[test]
fn a_reading_in_mandarin_finds_the_korean_name_and_says_so() {
    for sought in ["Jin Mingzhe", "JIN Ming-zhe", "jin ming zhe", "Mingzhe Jin"] {
        for stored in ["金明哲", "김명철", "Kim Myong-chol", "Kim Myong Chol"] {
            let likeness = likeness(sought, stored).unwrap_or_else(|| panic!("{sought} and {stored}"));
            assert!(likeness.reasons.contains(&NameReason::ChineseReading), "{sought} and {stored}");
            assert!(alike(sought, stored), "{sought} and {stored}");
        }
    }
    // The Korean given name under the surname as China reads it.
    assert!(alike("Jin Myong-chol", "김명철"));
    assert!(alike("Piao Xianzhu", "朴賢珠"));
    assert!(alike("刘", "류"));
    assert!(alike("Lü Fenglian", "呂鳳蓮"));
}

#[test]
fn a_slip_of_the_pen_is_found_and_told() {
    for (one, two) in
        [("Kim Myong-chol", "Kim Myong-cho"), ("박순옥", "박손옥"), ("Park Sunhee", "Park Sunhwee")]
    {
        let likeness = likeness(one, two).unwrap_or_else(|| panic!("{one} and {two}"));
        assert!(likeness.score < 95, "{one} and {two}");
    }
    let likeness = likeness("Kim Myongcol", "Kim Myong-nol").unwrap();
    assert!(likeness.reasons.contains(&NameReason::EditDistance));
}

#[test]
fn other_people_are_not_found() {
    for (one, two) in [
        ("김명철", "박명철"),
        ("Kim Myong-chol", "Pak Myong-chol"),
        ("김명철", "김순옥"),
        ("Kim Chol", "Kim Suk"),
        ("김영희", "김철수"),
        ("Jin Mingzhe", "박명철"),
        ("金明哲", "李明哲"),
        ("Kim", "Pak"),
        ("", "김"),
        ("김", ""),
    ] {
        assert_eq!(likeness(one, two), None, "{one} and {two}");
    }
}

#[test]
fn a_surname_alone_and_a_given_name_alone_find_less_certainly() {
    let surname = likeness("Rhee", "이영희").unwrap();
    assert_eq!(surname.reasons, [NameReason::Surname].into());
    let given = likeness("Yong-hui", "이영희").unwrap();
    assert_eq!(given.reasons, [NameReason::GivenName].into());
    let both = likeness("Ri Yong-hui", "이영희").unwrap();
    assert!(surname.score < given.score && given.score < both.score);
}

#[test]
fn parts_are_taken_as_they_are_told_and_exchanged_where_they_cannot_be_right() {
    let sought = SoughtName::new(FoldedName::of_whole("Kim Myong-chol"));
    for (family, given) in
        [("김", "명철"), ("金", "明哲"), ("Gim", "Myeongcheol"), ("명철", "김"), ("Myongchol", "Kim")]
    {
        assert!(
            sought.likeness(&FoldedName::of_parts(Some(family), Some(given))).is_some(),
            "{family} {given}"
        );
    }
    let given = FoldedName::of_parts(None, Some("명철"));
    assert!(SoughtName::new(FoldedName::of_whole("Myong-chol")).likeness(&given).is_some());
    assert!(
        SoughtName::new(FoldedName::of_whole("Kim"))
            .likeness(&FoldedName::of_parts(Some("김"), None))
            .is_some()
    );
}

#[test]
fn surnames_of_two_syllables_are_known() {
    all_alike(&["남궁민수", "南宮敏秀", "Namgung Minsu", "Namkoong Min-soo"]);
    all_alike(&["선우혁", "鮮于赫", "Sunwoo Hyuk", "Sonu Hyok"]);
}

#[test]
fn other_scripts_are_compared_as_they_are() {
    assert_eq!(likeness("Цой Виктор", "виктор цой").map(|likeness| likeness.score), Some(100));
    assert!(alike("Надежда", "Надешда"));
    assert!(!alike("Надежда", "Виктория"));
}

#[test]
fn whatever_is_written_is_folded_without_a_panic() {
    use proptest::prelude::*;
    proptest!(|(one in "\\PC{0,60}", two in "[ㄱ-ㅣ가-힣一-龥a-zŏŭ'’ ,-]{0,40}")| {
        let _ = likeness(&one, &two);
        let _alike = SoughtName::new(FoldedName::of_parts(Some(&one), Some(&two))).likeness(&FoldedName::of_whole(&two));
    });
}

#[test]
fn a_name_is_like_itself() {
    use proptest::prelude::*;
    proptest!(|(name in "[가-힣]{2,4}|[A-Z][a-z]{1,8} [A-Z][a-z]{1,5}-?[a-z]{1,5}|[一-龥]{2,4}")| {
        prop_assert!(likeness(&name, &name).is_some());
    });
}
