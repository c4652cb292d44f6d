//! Strangers who try passwords while the server is asked for other things.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Result, bail};
use serde_json::json;
use tokio::task::JoinSet;

use crate::wire::{Connection, Request};

/// A flood that is going on.
pub struct Flood {
    ends: Arc<AtomicBool>,
    strangers: JoinSet<Result<u64>>,
}

impl Flood {
    /// Begins it, over so many connections, each as fast as it is answered.
    pub fn begin(server: SocketAddr, connections: usize) -> Self {
        let (ends, mut strangers) = (Arc::new(AtomicBool::new(false)), JoinSet::new());
        for stranger in 0..connections {
            strangers.spawn(guess(server, stranger, Arc::clone(&ends)));
        }
        Self { ends, strangers }
    }

    /// Ends it; how many guesses were answered.
    pub async fn ended(mut self) -> Result<u64> {
        self.ends.store(true, Ordering::Relaxed);
        let mut answered = 0;
        while let Some(stranger) = self.strangers.join_next().await {
            answered += stranger??;
        }
        Ok(answered)
    }
}

async fn guess(server: SocketAddr, stranger: usize, ends: Arc<AtomicBool>) -> Result<u64> {
    let mut connection = Connection::open(server).await?;
    let mut answered = 0;
    while !ends.load(Ordering::Relaxed) {
        let body = json!({ "username": format!("stranger-{stranger}"), "password": format!("guess number {answered}") });
        let request = Request::new("POST", "/v1/sessions", None, &[], Some(&body.to_string()));
        let status = connection.send(&request).await?.status;
        // Nobody is let in, and some are told to come again.
        if ![401, 503].contains(&status) {
            bail!("a stranger's guess was answered with {status}");
        }
        answered += 1;
    }
    Ok(answered)
}
