//! What the commands of the operator share: the opened network, and a runtime for one task.

use std::future::Future;

use anyhow::Context as _;

use crate::app::App;
use crate::config::Config;
use crate::error::Result;
use crate::setup::StartError;

/// Opens the network and does one thing with it. What that left on the log is signed before the command ends, for
/// there may be no server that does it; where it cannot be, the thing is done all the same.
pub fn with_app<T>(config: &Config, work: impl AsyncFnOnce(&App) -> Result<T>) -> anyhow::Result<T> {
    let app = App::open(config)?;
    block_on(async {
        let done = work(&app).await;
        if let Err(refusal) = app.notary.publish_all(&app.db).await {
            eprintln!("warning: the log as it is now is not signed: {refusal}");
        }
        done
    })
}

/// Runs one task to its end; its error is told with the cause, which a client would not learn.
pub fn block_on<T>(task: impl Future<Output = Result<T>>) -> anyhow::Result<T> {
    wait_for(task)?.map_err(|error| StartError::Failed(error).into())
}

/// Runs one task to its end, whatever it comes to.
pub fn wait_for<T>(task: impl Future<Output = T>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .context("no thread could be started")?;
    Ok(runtime.block_on(task))
}
