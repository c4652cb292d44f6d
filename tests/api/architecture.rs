//! How the source is laid out, read off the source: which way imports go, who may touch the database,
//! which files may pass a door. An exception is a line here, with its reason, and may only go away.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use waystation::audit::Action;
use waystation::db::types::CodeList as _;

const CORE: [&str; 5] = ["access", "audit", "crypto", "db", "http"];
const DOMAINS: [&str; 13] = [
    "accounts",
    "asylum",
    "cases",
    "code_lists",
    "emergency",
    "keys",
    "network",
    "notices",
    "readings",
    "reports",
    "resettlement",
    "retention",
    "transit",
];
const LONGEST_FILE: usize = 600;

/// A file of `src` without its comments and its own tests.
struct Source {
    path: String,
    code: String,
    lines: usize,
}

impl Source {
    fn folder(&self) -> &str {
        self.path.split(['/', '.']).next().unwrap()
    }

    fn is_api(&self) -> bool {
        self.path.ends_with("/api.rs") || self.path.contains("/api/")
    }

    /// Whether the code names this path, with nothing before it that would make it another's.
    fn names(&self, path: &str) -> bool {
        self.code.match_indices(path).any(|(at, _)| {
            let before = self.code[..at].chars().next_back();
            let after = self.code[at + path.len()..].chars().next();
            let part_of_a_word = |c: char| c.is_alphanumeric() || c == '_';
            !before.is_some_and(part_of_a_word) && !after.is_some_and(part_of_a_word)
        })
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    gather(&root, &mut found);
    assert!(found.len() > 100, "the source is not where the test looks");
    // A folder of tests is compiled into no server.
    found
        .retain(|path| !path.components().any(|part| part.as_os_str().to_string_lossy().ends_with("_tests")));
    found
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            let lines: Vec<&str> = text.lines().collect();
            let tests = lines.windows(2).position(|pair| {
                pair[0] == "#[cfg(test)]" && pair[1].contains("mod ") && pair[1].ends_with('{')
            });
            let code: Vec<&str> = lines[..tests.unwrap_or(lines.len())]
                .iter()
                .copied()
                .filter(|line| !line.trim_start().starts_with("//"))
                .collect();
            let path = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
            Source { path, code: code.join("\n"), lines: lines.len() }
        })
        .collect()
}

fn gather(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The files that break a rule must be exactly the exceptions: one that is no more goes from the list.
#[track_caller]
fn only(exceptions: &[&str], breaks: impl Fn(&Source) -> bool) {
    let sources = sources();
    let found: BTreeSet<&str> =
        sources.iter().filter(|source| breaks(source)).map(|source| source.path.as_str()).collect();
    assert_eq!(found, exceptions.iter().copied().collect());
}

#[test]
fn every_folder_is_core_or_a_domain_or_the_program_around_them() {
    let around = ["backup", "cli", "config", "door", "verifier", "witness"];
    let folders: BTreeSet<String> = sources()
        .iter()
        .filter(|source| source.path.contains('/'))
        .map(|source| source.folder().to_owned())
        .collect();
    let known = CORE.iter().chain(&DOMAINS).chain(&around).map(|name| (*name).to_owned()).collect();
    assert_eq!(folders, known, "say in tests/api/architecture.rs what a new folder is");
}

#[test]
fn handlers_name_no_table_and_no_query() {
    only(&[], |source| source.is_api() && (source.names("db::schema") || source.names("diesel")));
}

#[test]
fn the_core_imports_no_domain() {
    // A kept answer asks whether its case may be read, the one middleware whom a token stands for, and the way to every
    // sealed value whether its reader's budget has room: past it there is no receipt.
    only(&["db/idempotency.rs", "db/mod.rs", "http/authenticate.rs"], |source| {
        CORE.contains(&source.folder())
            && DOMAINS.iter().any(|domain| source.names(&format!("crate::{domain}")))
    });
}

#[test]
fn the_second_pair_of_eyes_shares_no_code_with_the_server() {
    // A witness stands on the verifier, and for its link on who certifies servers; the verifier on nothing.
    let stands_on: [(&str, &[&str]); 2] =
        [("verifier", &["verifier"]), ("witness", &["verifier", "witness", "authorities"])];
    for (folder, allowed) in stands_on {
        only(&[], |source| {
            let imports = source.code.split("crate::").skip(1);
            let mut roots = imports.map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next());
            source.folder() == folder && roots.any(|root| !root.is_some_and(|root| allowed.contains(&root)))
        });
    }
}

#[test]
fn a_domain_uses_another_s_model_and_store_and_never_its_handlers() {
    // The operator at the machine sees a hub in the form that the API gives it.
    only(&["accounts/operator.rs"], |source| {
        DOMAINS.contains(&source.folder())
            && DOMAINS.iter().filter(|domain| **domain != source.folder()).any(|domain| {
                let imports = source.code.split("crate::").skip(1);
                let paths = imports.map(|rest| rest.split([';', '{', '(', '<', ' ']).next().unwrap());
                paths
                    .filter(|path| path.split("::").next() == Some(domain))
                    .any(|path| path.contains("::api"))
            })
    });
}

#[test]
fn the_verifier_shares_no_code_with_what_it_verifies() {
    const ALLOWED: [&str; 7] =
        ["base64", "chrono", "ed25519_dalek", "serde", "serde_json", "serde_json_canonicalizer", "sha2"];
    let foreign = |source: &Source| {
        let own = source.code.replace("crate::verifier", "");
        let imports = own.lines().filter_map(|line| {
            let line = line.trim_start();
            let path = line.strip_prefix("use ").or_else(|| line.strip_prefix("pub use "))?;
            path.trim_start_matches("::").split([':', ';', ' ']).next()
        });
        own.contains("crate::")
            || own.contains("super::super")
            || imports.into_iter().any(|root| {
                // One folder deep, `super` is the verifier; what it re-exports is named by its own module.
                !["std", "super", "self"].contains(&root) && !ALLOWED.contains(&root) && !is_own_module(root)
            })
    };
    only(&[], |source| source.folder() == "verifier" && foreign(source));
    // The writer does not lean on it either: the server judges by it what others have signed, and nothing of its own.
    let judges_others =
        ["app.rs", "audit/status/mod.rs", "audit/witnesses/accept.rs", "audit/witnesses/mod.rs"];
    only(&judges_others, |source| {
        !["verifier", "witness", "cli", "lib"].contains(&source.folder()) && source.names("crate::verifier")
    });
}

/// A module of the verifier, which its `mod.rs` names without a path.
fn is_own_module(name: &str) -> bool {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/verifier/{name}.rs")).exists()
}

#[test]
fn only_db_asks_which_database_it_is() {
    only(&[], |source| source.folder() != "db" && source.code.contains("AnyConnection::"));
}

#[test]
fn only_these_act_without_an_actor() {
    only(
        &[
            "access/permit.rs",
            "accounts/api/activations.rs",
            "accounts/api/sessions.rs",
            "accounts/api_keys/used.rs",
            "accounts/idle.rs",
            "accounts/operator.rs",
            "audit/checkpoint/notary.rs",
            "audit/export/mod.rs",
            "audit/state/mod.rs",
            "audit/witnesses/operator.rs",
            "audit/withheld.rs",
            "cases/search/duplicates/note.rs",
            "cases/search/index/build.rs",
            "cases/search/index/follow.rs",
            "backup/create.rs",
            "backup/restore.rs",
            "cli/demo/history/router.rs",
            // Whoever opens a sealed server is nobody that it could know.
            "door/keeping.rs",
            "door/sealed.rs",
            "emergency/unreviewed.rs",
            "keys/retirement.rs",
            "keys/rewrapping.rs",
            "keys/root.rs",
            "keys/rotation.rs",
            "notices/mail/round.rs",
            "readings/spend.rs",
            "retention/certificate.rs",
            "retention/due.rs",
            "retention/outlived.rs",
            "upkeep.rs",
        ],
        |source| {
            ["Permit::system", ">::system", "fn system_in("].iter().any(|call| source.code.contains(call))
        },
    );
}

#[test]
fn only_these_read_without_an_entry_on_the_log() {
    only(
        &[
            "accounts/api/activations.rs",
            "accounts/api/api_keys.rs",
            "accounts/api/duress.rs",
            "accounts/api/me.rs",
            "accounts/api/second_factor.rs",
            "accounts/api/sessions.rs",
            "accounts/api_keys/used.rs",
            "accounts/authenticate.rs",
            "accounts/gate/earlier.rs",
            "accounts/idle.rs",
            "accounts/operator.rs",
            "accounts/second_factor/mod.rs",
            "audit/checkpoint/notary.rs",
            "audit/export/mod.rs",
            "audit/state/claims.rs",
            "audit/state/rows.rs",
            "audit/status/mod.rs",
            "audit/tree/api.rs",
            "cases/search/index/build.rs",
            "cases/search/index/follow.rs",
            "cases/search/looked_for.rs",
            // Which shares count is asked before anybody can be known.
            "door/sealed.rs",
            "backup/last.rs",
            "cli/key/list.rs",
            "cli/key/rotate.rs",
            "db/tests.rs",
            "emergency/unreviewed.rs",
            "health.rs",
            "keys/follow.rs",
            "keys/retirement.rs",
            "keys/rewrapping.rs",
            "notices/mail/api.rs",
            "notices/mail/round.rs",
            "readings/spend.rs",
            "retention/certificate.rs",
            "retention/due.rs",
            "retention/outlived.rs",
            "upkeep.rs",
        ],
        |source| [".unrecorded(", ".read_to_sign("].iter().any(|call| source.code.contains(call)),
    );
}

#[test]
fn receipts_are_made_in_one_place() {
    // The known answers of the seal are a test.
    only(&["audit/event.rs", "audit/receipt.rs", "crypto/known_answers.rs"], |source| {
        source.names("for_committed")
    });
    only(&["audit/event.rs", "db/mod.rs"], |source| {
        source.code.contains("fn receipt(") || source.code.contains(".receipt()")
    });
}

#[test]
fn no_file_is_long_and_none_is_a_drawer() {
    only(&[], |source| source.lines > LONGEST_FILE);
    only(&[], |source| {
        let name = source.path.rsplit('/').next().unwrap();
        ["utils.rs", "util.rs", "helpers.rs", "common.rs", "misc.rs"].contains(&name)
    });
}

#[test]
fn the_documents_name_every_module_and_every_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let told = std::fs::read_to_string(root.join("docs/ARCHITECTURE.md")).unwrap();
    for folder in ["src", "src/db", "tests/api"] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            // A folder beside a file of its name belongs to it; `main.rs` of the tests lists them.
            let beside = path.is_dir() && path.with_extension("rs").exists();
            let alone = ["src/db/types", "src/db/tests.rs", "tests/api/main.rs"]
                .iter()
                .any(|known| path.ends_with(known));
            let told_as = if path.is_dir() { format!("`{name}/`") } else { format!("`{name}`") };
            assert!(
                beside || alone || told.contains(&told_as),
                "{folder}/{name} is not in docs/ARCHITECTURE.md"
            );
        }
    }
}

#[test]
fn the_document_of_the_log_tells_every_detail_of_an_entry() {
    let told = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/AUDIT.md")).unwrap();
    let told = told.split("\n## ").find(|section| section.starts_with("Details\n")).unwrap();
    let words: BTreeSet<&str> =
        told.split('`').skip(1).step_by(2).map(|word| word.trim_matches(['[', ']'])).collect();
    for source in sources().iter().filter(|source| !source.path.starts_with("verifier")) {
        for name in source.code.split("detail(\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(words.contains(name), "{}: the detail {name} is not in docs/AUDIT.md", source.path);
        }
    }
    let is_action =
        |word: &&str| word.split_once('.').is_some_and(|(one, other)| !one.is_empty() && !other.is_empty());
    for action in words.iter().filter(|word| is_action(word)) {
        assert!(Action::all().iter().any(|known| known.code() == *action), "{action} is no action");
    }
}

#[test]
fn the_document_of_the_api_tells_every_code_with_its_status() {
    let told = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/API.md")).unwrap();
    for code in waystation::error::Code::ALL {
        let line = format!("| `{}` | {} |", code.as_str(), code.status().as_u16());
        assert!(told.contains(&line), "{line} ... is not in docs/API.md");
    }
}
