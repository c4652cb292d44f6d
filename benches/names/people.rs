//! People who are made up: a surname as often as it is in Korea, a given name of one or two usual syllables.

use crate::chance::Chance;
use crate::subject::{SURNAMES, Surname};

/// How many of each surname of the table there are, in thousands: the first fifteen as Statistics Korea counted them
/// in 2015, then falling evenly. The rest of the table is left out, as it is rare.
fn frequency(rank: usize) -> usize {
    const COUNTED: [usize; 15] =
        [10_690, 7_307, 4_192, 2_334, 2_151, 1_176, 1_056, 1_020, 992, 824, 773, 763, 751, 741, 706];
    COUNTED.get(rank).copied().unwrap_or_else(|| 30 + (60 - rank) * 14)
}

/// Syllables of given names, a character that is read so, and its reading in Mandarin.
#[rustfmt::skip]
pub const SYLLABLES: [(char, char, &str); 62] = [
    ('철', '哲', "zhe"), ('수', '秀', "xiu"), ('영', '英', "ying"), ('희', '姬', "ji"), ('명', '明', "ming"),
    ('순', '順', "shun"), ('옥', '玉', "yu"), ('은', '恩', "en"), ('정', '貞', "zhen"), ('혜', '惠', "hui"),
    ('미', '美', "mei"), ('경', '京', "jing"), ('성', '成', "cheng"), ('일', '日', "ri"), ('남', '南', "nan"),
    ('국', '國', "guo"), ('광', '光', "guang"), ('호', '浩', "hao"), ('진', '眞', "zhen"), ('현', '賢', "xian"),
    ('민', '敏', "min"), ('지', '智', "zhi"), ('준', '俊', "jun"), ('용', '勇', "yong"), ('학', '學', "xue"),
    ('춘', '春', "chun"), ('화', '花', "hua"), ('금', '琴', "qin"), ('란', '蘭', "lan"), ('련', '蓮', "lian"),
    ('선', '善', "shan"), ('숙', '淑', "shu"), ('복', '福', "fu"), ('길', '吉', "ji"), ('만', '萬', "wan"),
    ('덕', '德', "de"), ('봉', '鳳', "feng"), ('상', '相', "xiang"), ('석', '錫', "xi"), ('태', '泰', "tai"),
    ('창', '昌', "chang"), ('충', '忠', "zhong"), ('원', '元', "yuan"), ('동', '東', "dong"), ('기', '基', "ji"),
    ('인', '仁', "ren"), ('설', '雪', "xue"), ('향', '香', "xiang"), ('애', '愛', "ai"), ('연', '妍', "yan"),
    ('월', '月', "yue"), ('실', '實', "shi"), ('혁', '赫', "he"), ('훈', '勳', "xun"), ('웅', '雄', "xiong"),
    ('림', '琳', "lin"), ('주', '珠', "zhu"), ('신', '信', "xin"), ('강', '剛', "gang"), ('룡', '龍', "long"),
    ('해', '海', "hai"), ('재', '在', "zai"),
];

pub struct Person {
    pub surname: &'static Surname,
    pub given: Vec<(char, char, &'static str)>,
}

impl Person {
    pub fn made_up(chance: &mut Chance) -> Self {
        let total: usize = (0..60).map(frequency).sum();
        let mut drawn = chance.below(total);
        let rank = (0..60).find(|&rank| {
            let found = drawn < frequency(rank);
            drawn = drawn.saturating_sub(frequency(rank));
            found
        });
        let syllables = if chance.one_in(20) { 1 } else { 2 };
        let given = (0..syllables).map(|_| *chance.of(&SYLLABLES)).collect();
        Self { surname: &SURNAMES[rank.unwrap()], given }
    }

    pub fn hangul(&self) -> String {
        format!("{}{}", self.surname.hangul, self.given.iter().map(|(hangul, ..)| hangul).collect::<String>())
    }
}
