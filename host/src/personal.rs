//! What is a person's own here: all of it as a file, and the end of it.

use std::sync::Arc;

use bytes::Bytes;
use cloche_domain::server::Role;
use cloche_domain::{Email, ServerId, Slug, UserId};
use cloche_storage::accounts::Membership;
use cloche_storage::personal::{self, Kind, Page};
use cloche_storage::{Tx, accounts as people, members as store, orgs as org_store};
use futures::Stream;
use serde_json::json;
use time::format_description::well_known::Rfc3339;

use crate::app::App;
use crate::audit;
use crate::billing;
use crate::http::auth::{Member, Person};
use crate::members::{gone as left, rights_changed};
use crate::orgs;

/// Why an account is not ended, or not told of.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("`email` must be your own address, {0}, to confirm that all you own shall be deleted")]
    NotConfirmed(Email),
    #[error(
        "you are the only owner of {}, to which others belong: make one of them an owner, or delete it first", list(.0)
    )]
    OnlyOwner(Vec<Slug>),
    #[error("there is no such account any more")]
    Gone,
    #[error(transparent)]
    Billing(#[from] billing::Error),
    #[error("a date cannot be written: {0}")]
    Date(#[from] time::error::Format),
    #[error(transparent)]
    Storage(#[from] cloche_storage::Error),
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

fn list(slugs: &[Slug]) -> String {
    slugs.iter().map(Slug::as_str).collect::<Vec<_>>().join(", ")
}

/// All that is kept about a person, as one JSON document, piece by piece: it may be larger than what one wants in memory.
/// A failure on the way ends it in the middle, where it is no JSON.
pub async fn export(app: Arc<App>, person: &Person) -> Result<impl Stream<Item = Result<Bytes>> + use<>> {
    let user = person.user_id;
    let account = personal::account(&mut app.db.read().await?, user).await?.ok_or(Error::Gone)?;
    let at = app.clock.now().format(&Rfc3339)?;
    Ok(async_stream::try_stream! {
        yield Bytes::from(format!("{{\"exportedAt\":{},\"account\":{}", json!(at), json!(account)));
        // Where nobody is billed there is nothing to tell of it.
        for kind in Kind::ALL.iter().filter(|kind| **kind != Kind::Billing || app.billing.is_some()) {
            yield Bytes::from(format!(",\n{}:[", json!(kind.name())));
            let (mut after, mut between) = (String::new(), "\n");
            loop {
                let Page { rows, last } = kind.page(&mut app.db.read().await?, user, &after).await?;
                let mut text = String::new();
                for row in rows {
                    text.push_str(between);
                    text.push_str(&row.to_string());
                    between = ",\n";
                }
                yield Bytes::from(text);
                match last {
                    Some(last) => after = last,
                    None => break,
                }
            }
            yield Bytes::from_static(b"]");
        }
        yield Bytes::from_static(b"}\n");
    })
}

/// Ends an account and all that it owns, at once and for good; the person says their mail address. Organisations that
/// nobody else belongs to go with it, and what they pay for before that. What others' logs tell of it keeps the account's id alone.
pub async fn delete(app: &App, person: &Person, email: &Email) -> Result<()> {
    if *email != person.email {
        return Err(Error::NotConfirmed(person.email.clone()));
    }
    let (alone, _) = belongings(&mut app.db.read().await?, person.user_id).await?;
    for org in alone {
        billing::end(app, org.org_id).await?;
    }
    let mut tx = app.db.begin().await?;
    store::in_turn(&mut tx).await?;
    let (alone, shared) = belongings(&mut tx, person.user_id).await?;
    let mut gone: Vec<(Membership, Vec<ServerId>)> = Vec::new();
    for org in alone {
        let servers = orgs::end(app, &mut tx, &org).await?;
        gone.push((org, servers));
    }
    for org in shared {
        let ended = store::remove(&mut tx, org.org_id, person.user_id, app.clock.now()).await?;
        let done = left("member.left", &org, ended).because("the account was deleted");
        audit::note(app, &Member::new(org, person.origin().clone()), &mut tx, done).await?;
    }
    people::delete(&mut tx, person.user_id).await?;
    tx.commit().await?;
    tracing::info!(user = %person.user_id, organisations = gone.len(), "account deleted");
    for (org, servers) in &gone {
        orgs::ended(app, org, servers);
    }
    rights_changed(app);
    Ok(())
}

/// Where a person belongs alone, and where others do too. Refused where those others would be left without an owner.
async fn belongings(tx: &mut Tx, user: UserId) -> Result<(Vec<Membership>, Vec<Membership>)> {
    let (mut alone, mut shared, mut needed) = (Vec::new(), Vec::new(), Vec::new());
    let mut all = org_store::of_user(tx, user).await?;
    all.sort_by_key(|org| org.org_id);
    for org in all {
        let members = store::list(tx, org.org_id).await?;
        let owner = |member: &store::Member| member.role == Role::Owner && member.user_id != user;
        if members.len() == 1 {
            alone.push(org);
        } else if org.role == Role::Owner && !members.iter().any(owner) {
            needed.push(org.org_slug);
        } else {
            shared.push(org);
        }
    }
    if needed.is_empty() { Ok((alone, shared)) } else { Err(Error::OnlyOwner(needed)) }
}
