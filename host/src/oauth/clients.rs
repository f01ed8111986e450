//! Clients: registered (RFC 7591), or described by a document at the URL that is their id.

use cloche_domain::{ClientId, OauthClientId};
use cloche_storage::oauth::{self as store, Client};
use serde::Deserialize;
use serde_json::Value;
use time::Duration;

use super::{Error, RedirectUri, Result, check_scope, document};
use crate::app::App;
use crate::hidden_text::is_hidden;

/// Redirect URIs of one client, at most.
const REDIRECTS: usize = 20;
/// Characters of a client's name that are kept.
const NAME: usize = 80;
/// How long a client's document counts without being read again.
const DOCUMENT_AGE: Duration = Duration::HOUR;

/// What a client says of itself (RFC 7591 §2). Members that change nothing here are kept, and not looked at.
#[derive(Clone, Debug, Deserialize)]
struct Metadata {
    redirect_uris: Vec<String>,
    #[serde(default)]
    client_name: Option<String>,
    #[serde(default)]
    token_endpoint_auth_method: Option<String>,
    #[serde(default)]
    grant_types: Option<Vec<String>>,
    #[serde(default)]
    response_types: Option<Vec<String>>,
    #[serde(default)]
    scope: Option<String>,
}

impl Metadata {
    fn parse(said: &Value) -> Result<Self> {
        let metadata = Self::deserialize(said).map_err(|e| Error::InvalidClientMetadata(e.to_string()))?;
        metadata.check()?;
        Ok(metadata)
    }

    fn check(&self) -> Result<()> {
        let refuse = |what: &str| Err(Error::InvalidClientMetadata(what.to_owned()));
        if self.redirect_uris.is_empty() || self.redirect_uris.len() > REDIRECTS {
            return refuse("redirect_uris must have 1 to 20 entries");
        }
        for uri in &self.redirect_uris {
            RedirectUri::parse(uri)?;
        }
        if self.token_endpoint_auth_method.as_deref().is_some_and(|method| method != "none") {
            return refuse(
                "token_endpoint_auth_method must be none: clients here are public and prove themselves by PKCE",
            );
        }
        let has =
            |list: &Option<Vec<String>>, one: &str| list.as_ref().is_none_or(|list| list.iter().any(|l| l == one));
        if !has(&self.grant_types, "authorization_code") {
            return refuse("grant_types must have authorization_code");
        }
        if !has(&self.response_types, "code") {
            return refuse("response_types must have code");
        }
        check_scope(self.scope.as_deref())
    }

    /// The name to show: printable, short, and never empty.
    fn name(&self) -> String {
        let name = self.client_name.as_deref().unwrap_or_default();
        let name: String = name.chars().filter(|c| !c.is_control() && !is_hidden(*c)).take(NAME).collect();
        match name.trim() {
            "" => "An application without a name".to_owned(),
            name => name.to_owned(),
        }
    }
}

/// Registers a client that asks from a network address.
pub async fn register(app: &App, said: Value, address: &str) -> Result<Client> {
    let metadata = Metadata::parse(&said)?;
    let now = app.clock.now();
    let limit = app.config.oauth.registrations_per_address;
    let client = Client {
        client_id: ClientId::new().to_string().parse()?,
        name: metadata.name(),
        redirect_uris: metadata.redirect_uris,
        metadata: said,
        address: address.to_owned(),
        created_at: now,
        fetched_at: None,
    };
    let mut tx = app.db.begin().await?;
    if store::registrations_since(&mut tx, address, now - Duration::DAY).await? >= i64::from(limit) {
        return Err(Error::TooManyClients { limit });
    }
    store::save_client(&mut tx, &client).await?;
    tx.commit().await?;
    Ok(client)
}

/// Whether a client's id is the URL of its description.
pub fn is_document(id: &str) -> bool {
    id.starts_with("https://")
}

/// The client of an id. One that describes itself is read anew when what is known is over an hour old.
pub async fn find(app: &App, id: &str) -> Result<Client> {
    let unknown = || Error::InvalidClient("the client is unknown: it must register anew".to_owned());
    let id: OauthClientId = id.parse().map_err(|_| unknown())?;
    let now = app.clock.now();
    let known = store::client(&mut app.db.read().await?, &id).await?;
    if !is_document(id.as_str()) {
        return known.ok_or_else(unknown);
    }
    match known {
        Some(client) if client.fetched_at.is_some_and(|at| at + DOCUMENT_AGE > now) => Ok(client),
        known => {
            let said = document::fetch(app, &id).await?;
            let metadata = Metadata::parse(&said)?;
            let client = Client {
                client_id: id,
                name: metadata.name(),
                redirect_uris: metadata.redirect_uris,
                metadata: said,
                address: String::new(),
                created_at: known.map_or(now, |known| known.created_at),
                fetched_at: Some(now),
            };
            let mut tx = app.db.begin().await?;
            store::save_client(&mut tx, &client).await?;
            tx.commit().await?;
            Ok(client)
        }
    }
}
