//! `waystation key list`.

use comfy_table::{Table, presets};

use crate::cli::operator::with_app;
use crate::config::Config;
use crate::db::types::CodeList as _;
use crate::keys::status::{self, KeyState};

/// Prints a line a version.
pub fn run(config: &Config) -> anyhow::Result<()> {
    let status = with_app(config, async |app| app.db.unrecorded("which keys there are", status::load).await)?;
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["KEY", "VERSION", "", "MADE", "USED FROM", "DESTROYED"]);
    for key in &status.keys {
        for version in &key.versions {
            table.add_row([
                key.purpose.code().to_owned(),
                version.version.to_string(),
                word(version.state).to_owned(),
                version.created_at.to_string(),
                version.active_from.to_string(),
                version.retired_at.map_or_else(|| "-".to_owned(), |at| at.to_string()),
            ]);
        }
    }
    println!("{table}");
    if status.case_keys_to_rewrap > 0 {
        println!("\n{} keys of cases are still wrapped by an older version.", status.case_keys_to_rewrap);
    }
    Ok(())
}

fn word(state: KeyState) -> &'static str {
    match state {
        KeyState::Waiting => "known to the servers, not used yet",
        KeyState::Current => "in use",
        KeyState::Older => "opens what it closed",
        KeyState::Retired => "destroyed",
    }
}
