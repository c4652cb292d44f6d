//! Made-up people: names combined by chance from common surnames and syllables.
//!
//! Spellings are those of the North (리, Ri; 류, Ryu); the name used in hiding keeps the surname's
//! Chinese reading, as it often does.

use chrono::{Datelike, NaiveDate};

use super::plan::{IdentityPlan, PassagePlan};
use super::random::Random;

/// Hangul, romanised, Chinese character, pinyin.
type Surname = (&'static str, &'static str, &'static str, &'static str);

/// By frequency: the first are the most common.
const SURNAMES: &[(u64, Surname)] = &[
    (22, ("김", "Kim", "金", "Jin")),
    (15, ("리", "Ri", "李", "Li")),
    (9, ("박", "Pak", "朴", "Piao")),
    (5, ("최", "Choe", "崔", "Cui")),
    (4, ("정", "Jong", "郑", "Zheng")),
    (3, ("강", "Kang", "姜", "Jiang")),
    (3, ("조", "Jo", "赵", "Zhao")),
    (2, ("윤", "Yun", "尹", "Yin")),
    (2, ("장", "Jang", "张", "Zhang")),
    (2, ("림", "Rim", "林", "Lin")),
    (2, ("한", "Han", "韩", "Han")),
    (2, ("오", "O", "吴", "Wu")),
    (2, ("서", "So", "徐", "Xu")),
    (2, ("신", "Sin", "申", "Shen")),
    (1, ("권", "Kwon", "权", "Quan")),
    (1, ("황", "Hwang", "黄", "Huang")),
    (1, ("송", "Song", "宋", "Song")),
    (1, ("류", "Ryu", "柳", "Liu")),
];

type Syllable = (&'static str, &'static str);

const FEMALE_FIRST: &[Syllable] = &[
    ("영", "Yong"),
    ("순", "Sun"),
    ("금", "Kum"),
    ("은", "Un"),
    ("혜", "Hye"),
    ("춘", "Chun"),
    ("미", "Mi"),
    ("경", "Kyong"),
];
const FEMALE_SECOND: &[Syllable] = &[
    ("옥", "ok"),
    ("희", "hui"),
    ("순", "sun"),
    ("미", "mi"),
    ("화", "hwa"),
    ("향", "hyang"),
    ("애", "ae"),
    ("선", "son"),
];
const MALE_FIRST: &[Syllable] =
    &[("철", "Chol"), ("성", "Song"), ("광", "Kwang"), ("명", "Myong"), ("진", "Jin"), ("학", "Hak")];
const MALE_SECOND: &[Syllable] =
    &[("호", "ho"), ("수", "su"), ("혁", "hyok"), ("민", "min"), ("국", "guk"), ("철", "chol")];

const CHINESE_FEMALE: &[Syllable] =
    &[("英", "Ying"), ("梅", "Mei"), ("花", "Hua"), ("红", "Hong"), ("玉", "Yu"), ("兰", "Lan")];
const CHINESE_MALE: &[Syllable] =
    &[("军", "Jun"), ("龙", "Long"), ("国", "Guo"), ("明", "Ming"), ("强", "Qiang"), ("哲", "Zhe")];

/// An identity that fits the case; `in_china` people often live under a Chinese name.
pub fn identity(
    random: &mut Random,
    sex: &str,
    age_band: &str,
    opened_on: NaiveDate,
    in_china: bool,
) -> IdentityPlan {
    let (firsts, seconds, chinese) = if sex == "female" {
        (FEMALE_FIRST, FEMALE_SECOND, CHINESE_FEMALE)
    } else {
        (MALE_FIRST, MALE_SECOND, CHINESE_MALE)
    };
    let surname = random.weigh(SURNAMES);
    let first = random.pick(firsts);
    let others: Vec<Syllable> = seconds.iter().filter(|second| second.0 != first.0).copied().collect();
    let second = random.pick(&others);
    let alias = random.pick(chinese);
    let has_alias = in_china && random.chance(if sex == "female" { 45 } else { 25 });
    IdentityPlan {
        hangul: format!("{}{}{}", surname.0, first.0, second.0),
        romanised: format!("{} {}{}", surname.1, first.1, second.1),
        chinese: has_alias.then(|| format!("{}{}", surname.2, alias.0)),
        pinyin: has_alias.then(|| format!("{} {}", surname.3, alias.1)),
        birth_year: birth_year(random, age_band, opened_on),
    }
}

/// A year in which everybody born is in the band all through the year of opening.
fn birth_year(random: &mut Random, age_band: &str, opened_on: NaiveDate) -> i32 {
    let years = match age_band {
        "0-4" => 1..=4,
        "5-11" => 6..=11,
        "12-17" => 13..=17,
        "60+" => 61..=76,
        _ => 19..=52,
    };
    opened_on.year() - i32::try_from(random.within(years)).unwrap_or_default()
}

/// What the passage cost: 2,000 to 13,000 dollars, the range that reports of the time give.
pub fn passage(random: &mut Random) -> PassagePlan {
    let (low, high) = random.weigh(&[(60, (20, 50)), (30, (50, 90)), (10, (90, 130))]);
    let price_usd = random.within(low..=high) * 100;
    let owed_percent = random.weigh(&[(35, 0), (25, 40), (25, 70), (15, 100)]);
    PassagePlan {
        price_usd,
        debt_usd: price_usd * owed_percent / 100,
        payer: random.weigh(&[(50, "person"), (35, "family_abroad"), (15, "network")]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_birth_year_keeps_the_band() {
        let mut random = Random::stream(3, 3);
        let opened_on = NaiveDate::from_ymd_opt(2006, 5, 1).unwrap();
        for (band, oldest, youngest) in [("0-4", 2002, 2005), ("12-17", 1989, 1993), ("18-59", 1954, 1987)] {
            for _ in 0..200 {
                let year = identity(&mut random, "male", band, opened_on, true).birth_year;
                assert!((oldest..=youngest).contains(&year), "{band}: {year}");
            }
        }
    }

    #[test]
    fn prices_stay_in_the_reported_range() {
        let mut random = Random::stream(4, 4);
        for _ in 0..500 {
            let passage = passage(&mut random);
            assert!((2_000..=13_000).contains(&passage.price_usd), "{passage:?}");
            assert!(passage.debt_usd <= passage.price_usd);
        }
    }
}
