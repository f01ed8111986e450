//! The end of an organisation ends what it pays for, first: nobody pays for what is gone.

use cloche_domain::{Actor, OrgId, Origin};
use cloche_storage::Tx;
use cloche_storage::billing::{self as store, State};
use serde_json::json;

use super::{Error, Failure, Result, follow};
use crate::app::App;
use crate::audit;
use crate::plans::{self, By};

/// Ends what an organisation pays for, at once: its customer is deleted, so that no page that is still open can be paid.
pub(crate) async fn end(app: &App, org: OrgId) -> Result<()> {
    let account = store::get(&mut app.db.read().await?, org).await?;
    let Some(customer) = account.and_then(|account| account.customer_id) else { return Ok(()) };
    let Some(billing) = app.billing.as_deref() else {
        tracing::warn!(%org, %customer, "billing is off: what this customer pays for is to be ended by hand");
        return Ok(());
    };
    match billing.delete_customer(&customer).await {
        Ok(()) => {}
        Err(Failure::Unavailable(why)) => {
            tracing::warn!(%org, why, "an organisation is not deleted: what it pays for cannot be ended");
            return Err(Error::NotEnded);
        }
        Err(refused) => return Err(refused.into()),
    }
    let mut tx = audit::begin(app, org).await?;
    let Some(account) = store::get(&mut tx, org).await? else { return Ok(()) };
    if account.customer_id.as_ref() != Some(&customer) {
        return Ok(());
    }
    store::forget_customer(&mut tx, org).await?;
    store::write(&mut tx, org, &State::default(), None).await?;
    let reason = Some("the organisation is to be deleted");
    let details = json!({"subscription": account.state.subscription_id});
    let by = By { actor: Actor::Platform, origin: &Origin::PLATFORM, reason, details };
    let another = follow::give(app, &mut tx, &account, &State::default(), by).await?;
    tx.commit().await?;
    if another {
        plans::changed(app, org);
    }
    tracing::info!(%org, %customer, "a customer was deleted");
    Ok(())
}

/// Makes sure, in the transaction that deletes an organisation, that it pays for nothing: a checkout may have been begun
/// since [`end`].
pub(crate) async fn has_ended(app: &App, tx: &mut Tx, org: OrgId) -> Result<()> {
    let pays = store::get(tx, org).await?.is_some_and(|account| account.customer_id.is_some());
    if pays && app.billing.is_some() { Err(Error::Meanwhile) } else { Ok(()) }
}
