//! Text in a terminal.

/// Longest line.
const WIDTH: usize = 100;

/// The words in lines that fit, every line but the first behind `indent` spaces.
pub fn wrapped(text: &str, indent: usize) -> String {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let last = lines.len() - 1;
        let taken = lines[last].chars().count() + if last == 0 { indent } else { 0 };
        if taken + 1 + word.chars().count() > WIDTH {
            lines.push(format!("{}{word}", " ".repeat(indent)));
        } else {
            if !lines[last].is_empty() {
                lines[last].push(' ');
            }
            lines[last].push_str(word);
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn lines_fit_and_lose_no_word() {
        let text = "tern opens a case ".repeat(20);
        let lines = wrapped(text.trim(), 7);
        assert!(lines.lines().count() > 3);
        assert!(lines.lines().all(|line| line.chars().count() <= 100));
        assert!(lines.lines().skip(1).all(|line| line.starts_with("       ")));
        assert_eq!(lines.split_whitespace().collect::<Vec<_>>().join(" "), text.trim());
    }
}
