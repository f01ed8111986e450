//! Organisations: made, named and ended by those who belong to them.

use cloche_domain::server::Role;
use cloche_domain::{OrgId, Origin, ServerId, Slug};
use cloche_storage::accounts::{self as people, Membership, NewOrg};
use cloche_storage::{Tx, members as store, orgs};
use serde_json::json;
use time::Duration;

use crate::accounts;
use crate::app::App;
use crate::audit::{self, Done};
use crate::billing;
use crate::events::Event;
use crate::hidden_text::is_hidden;
use crate::http::auth::{Member, Person};
use crate::members::{self, manages, rights_changed, standing};

/// What the limit on new organisations counts over.
const WINDOW: Duration = Duration::DAY;
/// Characters of a name, at most.
const NAME: usize = 80;

/// Why an organisation is not made, named or ended.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("an organisation needs a name of 1 to {NAME} characters on one line, like \"Acme, Inc.\"")]
    Name,
    #[error("the slug {0:?} is taken, or belonged to an organisation that is gone: choose another")]
    SlugTaken(Slug),
    #[error("{limit} organisations a day can be made by one person: wait")]
    TooMany { limit: u32, retry_after: Duration },
    #[error("your role {0} does not end the organisation: ask an owner of it")]
    NotOwner(Role),
    #[error("`name` must be the organisation's name, {0:?}, to confirm that all it owns shall be deleted")]
    NotConfirmed(String),
    #[error(transparent)]
    Account(#[from] accounts::Error),
    #[error(transparent)]
    Members(#[from] members::Error),
    #[error(transparent)]
    Billing(#[from] billing::Error),
    #[error(transparent)]
    Storage(#[from] cloche_storage::Error),
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// All that a person belongs to, in the order in which they joined.
pub async fn list(app: &App, person: &Person) -> Result<Vec<Membership>> {
    Ok(orgs::of_user(&mut app.db.read().await?, person.user_id).await?)
}

/// Makes an organisation, whose owner is the person who makes it. Where no slug is wanted, it gets the nearest to its
/// name that is free.
pub async fn create(app: &App, person: &Person, name: &str, wanted: Option<&Slug>) -> Result<Member> {
    let (name, now, limit) = (checked(name)?, app.clock.now(), app.config.organisations.made_per_day);
    let mut tx = app.db.begin().await?;
    store::in_turn(&mut tx).await?;
    let made = orgs::made_since(&mut tx, person.user_id, now - WINDOW).await?;
    if let Some(retry_after) = over(&made, limit, now) {
        return Err(Error::TooMany { limit, retry_after });
    }
    orgs::note_made(&mut tx, person.user_id, now - WINDOW, now).await?;
    let org = match wanted {
        Some(slug) => {
            let new = NewOrg { id: OrgId::new(), slug, name, plan: app.config.plan };
            let free = people::insert_org(&mut tx, &new, now).await?;
            if free { new.id } else { return Err(Error::SlugTaken(slug.clone())) }
        }
        None => accounts::make_org(app, &mut tx, &Slug::from_title(name, "org"), name)
            .await?
            .ok_or_else(|| accounts::Error::NoFreeSlug(person.email.clone()))?,
    };
    people::insert_membership(&mut tx, org, person.user_id, Role::Owner, now).await?;
    let owner = store::find(&mut tx, org, person.user_id).await?.ok_or(members::Error::NoLonger)?;
    let owner = Member::new(owner, person.origin().clone());
    accounts::note_made(app, &mut tx, &owner).await?;
    tx.commit().await?;
    tracing::info!(%org, by = %person.user_id, "organisation made");
    Ok(owner)
}

/// How long to wait where `limit` moments of a day are used up; `made` are those since a day ago, oldest first.
pub(crate) fn over(made: &[time::OffsetDateTime], limit: u32, now: time::OffsetDateTime) -> Option<Duration> {
    let over = made.len().checked_sub(usize::try_from(limit).unwrap_or(usize::MAX))?;
    Some(made.get(over).map_or(WINDOW, |freed| *freed + WINDOW - now))
}

/// Gives the organisation another name. Its slug stays: it is in its servers' URLs.
pub async fn rename(app: &App, by: &Member, name: &str) -> Result<Membership> {
    let name = checked(name)?;
    let mut tx = app.db.begin().await?;
    let before = standing(&mut tx, by).await?;
    manages(&before)?;
    orgs::rename(&mut tx, before.org_id, name).await?;
    let done = Done::of("org.renamed", ("org", &before.org_id));
    let done = done.changed(json!({"name": before.org_name}), json!({"name": name}));
    audit::note(app, &before, &mut tx, done).await?;
    tx.commit().await?;
    Ok(Membership { org_name: name.to_owned(), ..Membership::clone(&before) })
}

/// A name that stands on one line of a page or a mail, all of it to be seen.
fn checked(name: &str) -> Result<&str> {
    let name = name.trim();
    let seen =
        !name.is_empty() && name.chars().count() <= NAME && !name.chars().any(|c| c.is_control() || is_hidden(c));
    if seen { Ok(name) } else { Err(Error::Name) }
}

/// Ends the organisation and all that it owns, at once and for good, and what it pays for first. For an owner, who says
/// its name.
pub async fn delete(app: &App, by: &Person, name: &str) -> Result<()> {
    let mut tx = app.db.begin().await?;
    let org = confirmed(&mut tx, by, name).await?.org_id;
    tx.commit().await?;
    billing::end(app, org).await?;
    let mut tx = app.db.begin().await?;
    let owner = confirmed(&mut tx, by, name).await?;
    let members = store::list(&mut tx, owner.org_id).await?;
    let servers = end(app, &mut tx, &owner).await?;
    for member in &members {
        accounts::home(app, &mut tx, (member.user_id, &member.email), &Origin::PLATFORM).await?;
    }
    tx.commit().await?;
    ended(app, &owner, &servers);
    Ok(())
}

/// The owner who may end an organisation, and has said its name.
async fn confirmed(tx: &mut Tx, by: &Person, name: &str) -> Result<Member> {
    let owner = standing(tx, by).await?;
    if owner.role != Role::Owner {
        return Err(Error::NotOwner(owner.role));
    }
    if name.trim() == owner.org_name { Ok(owner) } else { Err(Error::NotConfirmed(owner.org_name.clone())) }
}

/// Deletes an organisation, which pays for nothing any more: the servers that it had.
pub(crate) async fn end(app: &App, tx: &mut Tx, owner: &Membership) -> billing::Result<Vec<ServerId>> {
    billing::has_ended(app, tx, owner.org_id).await?;
    let servers = orgs::servers(tx, owner.org_id).await?;
    orgs::delete(tx, owner.org_id, &owner.org_slug, app.clock.now()).await?;
    Ok(servers)
}

/// Tells everyone that an organisation is gone.
pub(crate) fn ended(app: &App, owner: &Membership, servers: &[ServerId]) {
    // Its log is gone with it: this line is what stays.
    tracing::info!(org = %owner.org_id, servers = servers.len(), by = %owner.user_id, "organisation deleted");
    for server in servers {
        app.events.tell(Event::Server(*server));
    }
    app.artifacts.release();
    rights_changed(app);
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn names_stand_on_one_line_and_are_seen() {
        for good in ["A", " Acme, Inc. ", "漢字", &"x".repeat(80)] {
            assert!(checked(good).is_ok(), "{good:?}");
        }
        for bad in ["", " ", "a\nb", "a\u{202E}b", "nul\0", "a\u{200B}", &"x".repeat(81)] {
            assert!(checked(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn the_next_is_free_when_the_oldest_is_a_day_old() {
        let now = datetime!(2026-03-02 12:00 UTC);
        let made = [23, 5, 1].map(|hours| now - Duration::hours(hours));
        assert_eq!(over(&made, 4, now), None);
        assert_eq!(over(&made, 3, now), Some(Duration::hours(1)));
        assert_eq!(over(&made, 2, now), Some(Duration::hours(19)));
        assert_eq!(over(&[], 0, now), Some(WINDOW));
    }
}
