//! `waystation hub`: hubs, managed by the operator at the machine. Everything is on the record.

use clap::Subcommand;
use comfy_table::Table;

use super::operator::with_app;
use crate::accounts::operator;
use crate::config::Config;
use crate::db::types::Country;
use crate::network::hubs::name::HubName;

/// What to do with hubs.
#[derive(Subcommand)]
pub enum Command {
    /// Create a hub: a team that shares cases
    #[command(after_help = "Example:\n  waystation hub add 'River office' --country CHN")]
    Add {
        /// Its name
        name: HubName,
        /// Where it works, as ISO 3166-1 alpha-3: CHN, KOR, THA, ...
        #[arg(long)]
        country: Country,
    },
    /// List the hubs
    List,
}

/// Does it.
pub fn run(config: &Config, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Add { name, country } => {
            let shown = name.clone();
            let hub = with_app(config, async |app| operator::add_hub(app, name, country).await)?;
            println!("The hub {shown} is open; its id is {}.", hub.id);
        }
        Command::List => {
            let hubs = with_app(config, async |app| operator::list_hubs(app).await)?;
            let mut table = Table::new();
            table.load_style(comfy_table::presets::NOTHING);
            table.set_header(["NAME", "COUNTRY", "STATE", "ID"]);
            for hub in hubs {
                table.add_row([
                    hub.name.to_string(),
                    hub.country.to_string(),
                    hub.state.to_string(),
                    hub.id.to_string(),
                ]);
            }
            println!("{table}");
        }
    }
    Ok(())
}
