//! What whoever bills sends by themselves.

use cloche_storage::billing as store;

use super::follow::{Cause, follow};
use super::{Result, on};
use crate::app::App;

/// Takes an event in, sent from an address. When this returns, what it tells is done; where it fails, nothing of it is,
/// and it is to be sent again.
pub async fn receive(app: &App, body: &[u8], signature: Option<&str>, address: &str) -> Result<()> {
    let event = on(app)?.event(body, signature, app.clock.now())?;
    let Some(customer) = &event.customer else {
        tracing::debug!(event = %event.id, kind = event.kind, "an event that changes nothing here");
        return Ok(());
    };
    let org = store::of_customer(&mut app.db.read().await?, customer).await?;
    let Some(org) = org else {
        tracing::info!(event = %event.id, kind = event.kind, %customer, "an event of nobody's customer");
        return Ok(());
    };
    follow(app, org, customer, Cause::Event(&event, address)).await
}
