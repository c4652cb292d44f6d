//! Characters that nobody sees. In a name they would make two of what looks like one, or turn the text
//! around it: names are told apart by people, on a screen.

/// Control characters, separators and every space but the plain one, what Unicode lists as
/// `Default_Ignorable_Code_Point` (marks of direction, joiners, fillers of Hangul, selectors, tags) or
/// assigns to nobody, annotations, and the empty Braille cell.
#[must_use]
pub(crate) fn is_invisible(character: char) -> bool {
    character.is_control()
        || (character.is_whitespace() && character != ' ')
        || matches!(
            character,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{2800}'
                | '\u{3164}'
                | '\u{e000}'..='\u{f8ff}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffb}'
                | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{10ffff}'
        )
}

#[cfg(test)]
mod tests {
    use super::is_invisible;

    #[test]
    fn what_is_seen_in_any_script_is_visible() {
        for name in [
            "River office 2",
            "강변 사무소",
            "河边办公室",
            "دفتر رودخانه",
            "สำนักงานริมแม่น้ำ",
            "ကမ်းနား",
            "Văn phòng bờ sông",
        ] {
            assert!(!name.chars().any(is_invisible), "{name}");
        }
    }

    #[test]
    fn what_hides_or_turns_a_text_is_not() {
        for character in "\u{0}\u{7f}\u{85}\t\n\u{a0}\u{ad}\u{200b}\u{200d}\u{200e}\u{202e}\u{2028}\u{2066}\u{2069}\u{3000}\u{3164}\u{feff}\u{e0041}\u{e123}".chars()
        {
            assert!(is_invisible(character), "{character:?}");
        }
    }
}
