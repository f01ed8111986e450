//! Who may ask for a grant.

use cloche_domain::OauthClientId;
use serde_json::Value;
use sqlx::types::Json;
use time::OffsetDateTime;

use crate::{Result, Tx};

/// A client, registered (RFC 7591) or described by a document of its own.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Client {
    pub client_id: OauthClientId,
    pub name: String,
    #[sqlx(json)]
    pub redirect_uris: Vec<String>,
    /// What it said of itself.
    #[sqlx(json)]
    pub metadata: Value,
    /// The registrant's IP address; empty where a document was read.
    pub address: String,
    pub created_at: OffsetDateTime,
    /// When its document was last read.
    pub fetched_at: Option<OffsetDateTime>,
}

pub async fn client(tx: &mut Tx, id: &OauthClientId) -> Result<Option<Client>> {
    const SQL: &str = "SELECT client_id, name, redirect_uris, metadata, address, created_at, fetched_at
        FROM oauth_clients WHERE client_id = $1";
    Ok(on_conn!(*tx, c => sqlx::query_as(SQL).bind(id).fetch_optional(c).await)?)
}

/// Stores a new client, or what the document of a known one says now.
pub async fn save_client(tx: &mut Tx, client: &Client) -> Result<()> {
    const SQL: &str = "INSERT INTO oauth_clients
            (client_id, name, redirect_uris, metadata, address, created_at, fetched_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (client_id) DO UPDATE SET name = excluded.name, redirect_uris = excluded.redirect_uris,
            metadata = excluded.metadata, fetched_at = excluded.fetched_at";
    on_conn!(*tx, c => sqlx::query(SQL)
        .bind(&client.client_id)
        .bind(&client.name)
        .bind(Json(&client.redirect_uris))
        .bind(Json(&client.metadata))
        .bind(&client.address)
        .bind(client.created_at)
        .bind(client.fetched_at)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// How many clients registered from an address since then.
pub async fn registrations_since(tx: &mut Tx, address: &str, since: OffsetDateTime) -> Result<i64> {
    const SQL: &str = "SELECT count(*) FROM oauth_clients WHERE address = $1 AND created_at > $2";
    Ok(on_conn!(*tx, c => sqlx::query_scalar(SQL).bind(address).bind(since).fetch_one(c).await)?)
}
