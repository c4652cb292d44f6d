//! The permission table as a document: `docs/access-matrix.md` is this text, and a test compares them.

use super::actor::Role;
use super::permissions::PERMISSIONS;
use crate::db::types::CodeList as _;

const IN_EMERGENCY: &str = "in an emergency";

const HEAD: &str = "# Who may do what

Made by `waystation permissions` from `src/access/permissions.rs`; do not edit.

A role holds a permission as far as its reach: `own`, one's own account and actions; `team`, the cases
whose team one is on; `hub`, everything of one's hubs except restricted cases whose team one is not on,
and the cases whose team one is on; `lead`, the same for cases of one's own hubs alone;
`emergency`, the same, and opened only while one has opened the case in an emergency; `all`, the whole
network; `-`, nothing. What a place on a team opens of the sealed records is decided place by place.
What is out of reach is answered like what is not there; where `lead` ends at a case that one may read,
the answer is 403 `command_withheld`. A restriction is lifted by whoever has a place on the team that has
no end. Where the last column says `yes`, a caseworker or a coordinator who has opened a case in an
emergency has the permission for that case too, as long as that lasts.

";

/// The document.
#[must_use]
pub fn markdown() -> String {
    let mut text = HEAD.to_owned();
    let roles: Vec<&str> = Role::all().iter().map(|role| role.code()).collect();
    let mut line = |cells: &[String]| {
        for part in ["| ", &cells.join(" | "), " |\n"] {
            text.push_str(part);
        }
    };
    let head =
        ["permission", "what it allows"].into_iter().chain(roles).chain([IN_EMERGENCY]).map(str::to_owned);
    let head: Vec<String> = head.collect();
    line(&head);
    line(&vec!["---".to_owned(); head.len()]);
    for row in PERMISSIONS {
        let reach = Role::all().iter().map(|role| row.reach_of(*role).to_string());
        let in_emergency = if row.in_emergency { "yes" } else { "-" }.to_owned();
        let cells = [format!("`{}`", row.name), row.about.to_owned()].into_iter().chain(reach);
        line(&cells.chain([in_emergency]).collect::<Vec<_>>());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_permission_is_one_line_of_the_table() {
        let text = markdown();
        let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| `")).collect();
        assert_eq!(rows.len(), PERMISSIONS.len());
        assert!(text.contains("| `case.create` | Open a case in one's hub | hub | - | - | - | - | - |"));
    }
}
