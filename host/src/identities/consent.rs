//! An account says that someone whom a provider knows is the same person.

use cloche_domain::{Email, UserId};
use cloche_storage::identities::{self, NewPending, Subject};
use cloche_storage::{Tx, members};
use secrecy::{ExposeSecret as _, SecretString};
use time::Duration;
use url::Url;

use super::arrival::{enter, link};
use super::{Error, Result};
use crate::accounts::SignedIn;
use crate::app::App;
use crate::mail::Mail;
use crate::orgs::over;
use crate::providers::Provider;
use crate::sessions::Browser;
use crate::token;

/// Whose word is asked for, and where it will count.
pub(super) struct Of<'a> {
    pub user: UserId,
    pub email: Email,
    pub browser: &'a SecretString,
    pub next: Option<String>,
}

/// Mails the account a link that connects the subject and signs in, in the browser that asked.
pub(super) async fn ask(app: &App, mut tx: Tx, (provider, subject): (&Provider, &Subject), of: &Of<'_>) -> Result<()> {
    let (token, now) = (token::mint("")?, app.clock.now());
    identities::forget_pending(&mut tx, now - Duration::DAY).await?;
    let asked = identities::asked_since(&mut tx, of.user, now - Duration::DAY).await?;
    if let Some(retry_after) = over(&asked, app.config.sign_in.links_per_email, now) {
        return Err(Error::TooManyMails { retry_after });
    }
    let minutes = app.config.sign_in.link_minutes;
    let new = NewPending {
        token: token::digest(&token),
        browser: token::digest(of.browser),
        user_id: of.user,
        subject,
        next: of.next.as_deref(),
        expires_at: now + Duration::minutes(minutes.into()),
    };
    identities::insert_pending(&mut tx, &new, now).await?;
    tx.commit().await?;
    let mut link = app.public_url.clone();
    link.set_path("/sign-in/connect");
    link.query_pairs_mut().append_pair("token", token.expose_secret());
    app.mail.send(consent_mail(&of.email, &provider.label, &link, minutes), now).await?;
    Ok(())
}

/// Nothing in it is free text of who asks: what somebody is called elsewhere would be mailed to strangers in our name.
fn consent_mail(to: &Email, label: &str, link: &Url, minutes: u32) -> Mail {
    let text = format!(
        "Someone has signed in to Cloche with {label}, and {label} says that your mail address is theirs. You have an \
         account here already, so nobody was let in.\n\nIf it was you, connect {label} to your account, in the browser in \
         which you have just signed in:\n\n{link}\n\nThe link works once, for {minutes} minutes. Whoever then signs in \
         with that account at {label} is signed in as you. If it was not you, do not open it: there is nothing to do.\n"
    );
    Mail { to: to.clone(), subject: format!("Connect {label} to your account?"), text }
}

/// Uses a mailed link up, in the browser that asked: the subject signs in to the account from now on, and is signed in.
pub async fn agree(
    app: &App,
    link_token: &SecretString,
    browser: Option<&SecretString>,
    from: &Browser,
) -> Result<SignedIn> {
    let (digest, now) = (token::digest(link_token), app.clock.now());
    let mut tx = app.db.begin().await?;
    // Before the row that is used up: an account that is being deleted takes its turn first.
    members::in_turn(&mut tx).await?;
    let agreed = match browser {
        Some(browser) => identities::agree(&mut tx, digest, token::digest(browser), now).await?,
        None => None,
    };
    let Some(agreed) = agreed else {
        let open = identities::is_open(&mut tx, digest, now).await?;
        return Err(if open { Error::ConsentElsewhere } else { Error::ConsentNotValid });
    };
    let (user, subject) = (agreed.user_id, agreed.subject);
    // The operator may have taken the provider away since.
    let provider = app.providers.get(&subject.provider).ok_or(Error::ConsentNotValid)?;
    let (member, token) = enter(app, &mut tx, (user, &subject), from).await?;
    if !link(app, &mut tx, &member, &subject).await? {
        let known = identities::find(&mut tx, &subject).await?;
        if known.is_none_or(|known| known.user_id != user) {
            return Err(Error::Taken(provider.label.clone()));
        }
    }
    tx.commit().await?;
    Ok(SignedIn { token, member, next: agreed.next })
}
