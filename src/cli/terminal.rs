//! Asks a person at the terminal, without showing what they type. Where there is no terminal, lines are read.

use std::io::{self, BufRead as _, ErrorKind, IsTerminal as _};

use console::Term;
use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::keyholders::Ask;

/// Whoever sits there.
pub struct Terminal;

impl Ask for Terminal {
    fn ask(&self, what: &str) -> io::Result<SecretString> {
        if io::stdin().is_terminal() {
            let terminal = Term::stderr();
            terminal.write_str(what)?;
            return Ok(Zeroizing::new(terminal.read_secure_line()?).as_str().into());
        }
        let mut line = Zeroizing::new(String::new());
        match io::stdin().lock().read_line(&mut line)? {
            0 => Err(ErrorKind::UnexpectedEof.into()),
            _ => Ok(line.trim_end_matches(['\r', '\n']).into()),
        }
    }

    fn tell(&self, why: &str) -> bool {
        let can_be_asked_again = io::stdin().is_terminal();
        if can_be_asked_again {
            eprintln!("{why}");
        }
        can_be_asked_again
    }
}
