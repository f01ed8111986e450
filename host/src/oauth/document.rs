//! A client's own description at the URL that is its id (OAuth Client ID Metadata Document).

use std::time::Duration;

use cloche_domain::OauthClientId;
use serde_json::Value;
use url::Url;

use super::{Error, Result};
use crate::app::App;

/// Bytes of a document (the draft's §6.6 advises 5 kB).
const LIMIT: u64 = 16 * 1024;
/// For the whole of it.
const PATIENCE: Duration = Duration::from_secs(5);

/// Reads a client's document, by the gate that all outbound requests pass: whoever names a URL must not make us ask a
/// private address.
pub(super) async fn fetch(app: &App, id: &OauthClientId) -> Result<Value> {
    let refuse = |why: &str| Error::InvalidClient(format!("the client's document at {id} {why}"));
    let url = Url::parse(id.as_str()).map_err(|_| refuse("has no URL"))?;
    let (status, body) =
        app.sandbox.fetch(&url, LIMIT, PATIENCE).await.map_err(|why| refuse(&format!("cannot be read: {why}")))?;
    if status != 200 {
        return Err(refuse(&format!("is answered with status {status}, not 200")));
    }
    let document: Value = serde_json::from_slice(&body).map_err(|_| refuse("is no JSON"))?;
    if document.get("client_id").and_then(Value::as_str) != Some(id.as_str()) {
        return Err(refuse("names another client_id than its own URL"));
    }
    if document.get("client_secret").is_some() {
        return Err(refuse("has a client_secret, which everybody can read: remove it"));
    }
    Ok(document)
}
