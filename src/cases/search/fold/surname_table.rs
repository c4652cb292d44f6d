//! The Korean surnames and how they are written.
//!
//! Hangul, Hanja, Revised Romanization (2000), McCune-Reischauer (1939) and the usage of the DPRK for the sixty
//! surnames that Statistics Korea counted most often in 2015, and nine more that are spelled like one of them or have
//! two syllables. The everyday spellings are those of Wikipedia, "List of Korean surnames" and "List of South Korean
//! surnames by prevalence", and of published lists of spellings in passports. The readings in Mandarin are those of the
//! Hanja in the Unicode Character Database; a test compares them. A surname that is not here is folded by its sound.

/// How one surname is written.
pub struct Surname {
    /// In Hangul as in the South.
    pub hangul: &'static str,
    /// In Hangul as in the North, where the ㄹ at the beginning is kept.
    pub north: &'static str,
    /// In Chinese characters, the most frequent first.
    pub hanja: &'static [&'static str],
    /// By the Revised Romanization, by McCune-Reischauer, and in the DPRK.
    pub systems: [&'static str; 3],
    /// By everyday spellings.
    pub everyday: &'static [&'static str],
    /// How the Hanja are read in Mandarin, without tones.
    pub mandarin: &'static [&'static str],
}

const fn row(
    hangul: &'static str,
    north: &'static str,
    hanja: &'static [&'static str],
    systems: [&'static str; 3],
    everyday: &'static [&'static str],
    mandarin: &'static [&'static str],
) -> Surname {
    Surname { hangul, north, hanja, systems, everyday, mandarin }
}

/// The rows, the most frequent first.
#[rustfmt::skip]
pub const SURNAMES: [Surname; 69] = [
    row("김", "김", &["金"], ["Gim", "Kim", "Kim"], &["Kym", "Ghim", "Khim", "Gym", "Geem"], &["jin"]),
    row("이", "리", &["李", "伊", "異"], ["I", "Yi", "Ri"], &["Lee", "Rhee", "Ree", "Rey", "Rhie", "Yee", "Li", "Ie"], &["li", "yi"]),
    row("박", "박", &["朴"], ["Bak", "Pak", "Pak"], &["Park", "Bark", "Pack", "Bac", "Bahk"], &["piao"]),
    row("최", "최", &["崔"], ["Choe", "Ch'oe", "Choe"], &["Choi", "Che", "Choy", "Chey", "Chwe", "Tsoi"], &["cui"]),
    row("정", "정", &["鄭", "丁", "程"], ["Jeong", "Chŏng", "Jong"], &["Chung", "Jung", "Joung", "Cheong", "Choung"], &["zheng", "ding", "cheng"]),
    row("강", "강", &["姜", "康", "強", "江", "剛"], ["Gang", "Kang", "Kang"], &["Khang", "Kahng", "Kwang", "Ghang", "Kaing"], &["jiang", "kang", "qiang", "gang"]),
    row("조", "조", &["趙", "曺"], ["Jo", "Cho", "Jo"], &["Joe", "Joh", "Jou"], &["zhao", "cao"]),
    row("윤", "윤", &["尹"], ["Yun", "Yun", "Yun"], &["Yoon", "Youn", "Yune", "Yeun"], &["yin"]),
    row("장", "장", &["張", "蔣", "章"], ["Jang", "Chang", "Jang"], &["Jahng", "Jhang", "Gang", "Jeung", "Zang"], &["zhang", "jiang"]),
    row("임", "림", &["林", "任"], ["Im", "Im", "Rim"], &["Lim", "Yim", "Leem", "Rhim", "Reem", "Rym", "Lym"], &["lin", "ren"]),
    row("한", "한", &["韓"], ["Han", "Han", "Han"], &["Hahn", "Hann"], &["han"]),
    row("오", "오", &["吳"], ["O", "O", "O"], &["Oh", "Oe", "Au"], &["wu"]),
    row("서", "서", &["徐"], ["Seo", "Sŏ", "So"], &["Suh", "Su", "Sur", "Seu"], &["xu"]),
    row("신", "신", &["申", "辛", "愼"], ["Sin", "Sin", "Sin"], &["Shin", "Shinn", "Sheen", "Chin", "Seen"], &["shen", "xin"]),
    row("권", "권", &["權"], ["Gwon", "Kwŏn", "Kwon"], &["Kweon", "Kwun", "Gweon", "Kwan"], &["quan"]),
    row("황", "황", &["黃"], ["Hwang", "Hwang", "Hwang"], &["Whang", "Hoang", "Whoang"], &["huang"]),
    row("안", "안", &["安"], ["An", "An", "An"], &["Ahn", "Ann", "Aan"], &["an"]),
    row("송", "송", &["宋", "松"], ["Song", "Song", "Song"], &["Soung", "Sung"], &["song"]),
    row("전", "전", &["全", "田", "錢"], ["Jeon", "Chŏn", "Jon"], &["Jun", "Chun", "Chon", "Jeun", "Cheon", "Chen"], &["quan", "tian", "qian"]),
    row("홍", "홍", &["洪"], ["Hong", "Hong", "Hong"], &["Houng", "Hyong"], &["hong"]),
    row("유", "유", &["兪", "庾", "劉", "柳"], ["Yu", "Yu", "Yu"], &["Yoo", "You", "Yuh"], &["yu", "liu"]),
    row("고", "고", &["高", "顧"], ["Go", "Ko", "Ko"], &["Koh", "Goh", "Kho", "Gho", "Koo", "Kor"], &["gao", "gu"]),
    row("문", "문", &["文"], ["Mun", "Mun", "Mun"], &["Moon", "Mon", "Moun"], &["wen"]),
    row("양", "량", &["梁", "楊"], ["Yang", "Yang", "Ryang"], &["Yaung", "Lyang"], &["liang", "yang"]),
    row("손", "손", &["孫"], ["Son", "Son", "Son"], &["Sohn", "Shon", "Soun"], &["sun"]),
    row("배", "배", &["裵", "裴"], ["Bae", "Pae", "Pae"], &["Bai", "Pai"], &["pei"]),
    row("백", "백", &["白"], ["Baek", "Paek", "Paek"], &["Baik", "Back", "Paik", "Pack"], &["bai"]),
    row("허", "허", &["許"], ["Heo", "Hŏ", "Ho"], &["Huh", "Hur", "Her", "Hu"], &["xu"]),
    row("남", "남", &["南"], ["Nam", "Nam", "Nam"], &["Nahm", "Nham", "Narm"], &["nan"]),
    row("심", "심", &["沈"], ["Sim", "Sim", "Sim"], &["Shim", "Sym"], &["shen"]),
    row("노", "로", &["盧", "魯"], ["No", "No", "Ro"], &["Noh", "Roh", "Loh"], &["lu"]),
    row("하", "하", &["河"], ["Ha", "Ha", "Ha"], &["Hah"], &["he"]),
    row("곽", "곽", &["郭"], ["Gwak", "Kwak", "Kwak"], &["Kwag", "Kwack", "Gwag", "Koak", "Koag"], &["guo"]),
    row("성", "성", &["成"], ["Seong", "Sŏng", "Song"], &["Sung", "Soung", "Seung"], &["cheng"]),
    row("차", "차", &["車"], ["Cha", "Ch'a", "Cha"], &["Char", "Chah", "Tcha"], &["che"]),
    row("주", "주", &["朱", "周"], ["Ju", "Chu", "Ju"], &["Joo", "Jou", "Zoo", "Choo"], &["zhu", "zhou"]),
    row("우", "우", &["禹"], ["U", "U", "U"], &["Woo", "Wu"], &["yu"]),
    row("구", "구", &["具", "丘"], ["Gu", "Ku", "Ku"], &["Koo", "Goo", "Kuh", "Kou", "Khu"], &["ju", "qiu"]),
    row("민", "민", &["閔"], ["Min", "Min", "Min"], &["Minn", "Mihn"], &["min"]),
    row("류", "류", &["柳", "劉"], ["Ryu", "Ryu", "Ryu"], &["Ryoo", "Lyu", "Yu", "Yoo", "You"], &["liu"]),
    row("나", "라", &["羅"], ["Na", "Na", "Ra"], &["Nah", "Rha", "La"], &["luo"]),
    row("진", "진", &["陳", "秦", "晉"], ["Jin", "Chin", "Jin"], &["Jean", "Gin", "Zhin"], &["chen", "qin", "jin"]),
    row("지", "지", &["池"], ["Ji", "Chi", "Ji"], &["Jee", "Gi"], &["chi"]),
    row("엄", "엄", &["嚴"], ["Eom", "Ŏm", "Om"], &["Um", "Uhm", "Ohm"], &["yan"]),
    row("채", "채", &["蔡"], ["Chae", "Ch'ae", "Chae"], &["Chai", "Che"], &["cai"]),
    row("원", "원", &["元"], ["Won", "Wŏn", "Won"], &["Weon", "Wone", "Wun", "One", "Woon"], &["yuan"]),
    row("천", "천", &["千"], ["Cheon", "Ch'ŏn", "Chon"], &["Chun", "Choun"], &["qian"]),
    row("방", "방", &["方", "房"], ["Bang", "Pang", "Pang"], &["Bhang", "Bahng", "Pahng"], &["fang"]),
    row("공", "공", &["孔"], ["Gong", "Kong", "Kong"], &["Kohng", "Goung", "Khong", "Ghong"], &["kong"]),
    row("현", "현", &["玄"], ["Hyeon", "Hyŏn", "Hyon"], &["Hyun", "Hyoun"], &["xuan"]),
    row("함", "함", &["咸"], ["Ham", "Ham", "Ham"], &["Hahm"], &["xian"]),
    row("변", "변", &["卞", "邊"], ["Byeon", "Pyŏn", "Pyon"], &["Byun", "Pyun", "Byon"], &["bian"]),
    row("염", "렴", &["廉"], ["Yeom", "Yŏm", "Ryom"], &["Yum", "Youm"], &["lian"]),
    row("여", "려", &["呂", "余"], ["Yeo", "Yŏ", "Ryo"], &["Yuh", "Yo"], &["lv", "yu"]),
    row("추", "추", &["秋"], ["Chu", "Ch'u", "Chu"], &["Choo"], &["qiu"]),
    row("도", "도", &["都"], ["Do", "To", "To"], &["Doh"], &["dou"]),
    row("소", "소", &["蘇"], ["So", "So", "So"], &["Soh"], &["su"]),
    row("석", "석", &["石"], ["Seok", "Sŏk", "Sok"], &["Suk"], &["shi"]),
    row("선", "선", &["宣"], ["Seon", "Sŏn", "Son"], &["Sun"], &["xuan"]),
    row("설", "설", &["薛"], ["Seol", "Sŏl", "Sol"], &["Sul", "Seul", "Sull"], &["xue"]),
    row("길", "길", &["吉"], ["Gil", "Kil", "Kil"], &["Gill", "Kill", "Khil", "Keel"], &["ji"]),
    row("감", "감", &["甘"], ["Gam", "Kam", "Kam"], &["Kahm", "Kang", "Gahm"], &["gan"]),
    row("왕", "왕", &["王"], ["Wang", "Wang", "Wang"], &["Whang", "Wong"], &["wang"]),
    row("표", "표", &["表"], ["Pyo", "P'yo", "Phyo"], &["Pio", "Puo"], &["biao"]),
    row("마", "마", &["馬"], ["Ma", "Ma", "Ma"], &["Mah"], &["ma"]),
    row("남궁", "남궁", &["南宮"], ["Namgung", "Namgung", "Namgung"], &["Namkung", "Namkoong", "Namgoong", "Namkoung"], &["nangong"]),
    row("황보", "황보", &["皇甫"], ["Hwangbo", "Hwangbo", "Hwangbo"], &["Whangbo"], &["huangfu"]),
    row("제갈", "제갈", &["諸葛"], ["Jegal", "Chegal", "Jegal"], &["Jekal"], &["zhuge"]),
    row("선우", "선우", &["鮮于"], ["Seonu", "Sŏnu", "Sonu"], &["Sunwoo", "Seonwoo"], &["xianyu"]),
];
