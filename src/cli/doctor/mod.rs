//! `waystation doctor`: looks at the network, and says of each thing how it is and what to do.

mod backup;
mod disk;
mod finding;
mod log;
mod logins;
mod reviews;

use std::process::ExitCode;

use finding::Finding;

use crate::app::App;
use crate::config::Config;
use crate::crypto::RootKeySource;

/// Looks at everything; the exit code is 1 when something is wrong.
pub fn run(config: &Config) -> anyhow::Result<ExitCode> {
    let mut findings = vec![disk::free(&config.data)];
    match App::open(config) {
        Ok(app) => {
            findings.push(Finding::ok(
                "database",
                format!("{} opens, and its tables are those of this version", config.database.kind()),
            ));
            findings.push(Finding::ok("keys", keys(config)));
            findings.push(logins::look(config.factors));
            findings.extend(log::look(&app)?);
            findings.push(backup::look(&app)?);
            findings.push(reviews::look(&app)?);
        }
        Err(error) => findings.push(Finding::wrong("network", format!("it does not open: {error}"))),
    }
    for finding in &findings {
        println!("{finding}");
    }
    let wrong = findings.iter().filter(|finding| finding.is_wrong()).count();
    Ok(match wrong {
        0 => ExitCode::SUCCESS,
        1 => told("one thing is wrong"),
        _ => told(&format!("{wrong} things are wrong")),
    })
}

fn told(what: &str) -> ExitCode {
    println!("\n{what}.");
    ExitCode::FAILURE
}

/// That they are private was seen when they were read.
fn keys(config: &Config) -> String {
    match &config.root_key {
        RootKeySource::File(path) => {
            format!("all open; {} is for its owner alone. Is there a copy of it elsewhere?", path.display())
        }
        RootKeySource::Environment(name) => format!("all open, by the root key in {name}"),
        RootKeySource::Passphrase(path) => format!("all open, by the passphrase of {}", path.display()),
        RootKeySource::Shares => "all open, by shares of the newest split".to_owned(),
    }
}
