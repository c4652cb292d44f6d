//! `waystation openapi`: the document that the server also serves.

/// Prints it.
pub fn run() -> anyhow::Result<()> {
    println!("{}", serde_json::to_string_pretty(&crate::openapi::document())?);
    Ok(())
}
