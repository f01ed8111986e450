//! Who is asking: a session's cookie or an API key, and what they may do.

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::{AUTHORIZATION, ORIGIN};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use cloche_domain::SessionId;
use cloche_domain::server::Scope;
use cloche_domain::{Actor, Origin, Via};
use cloche_storage::accounts::Membership;
use cloche_storage::sessions::Session;
use secrecy::SecretString;
use url::Url;

use super::address::FullAddress;
use super::cookies;
use super::problem::Problem;
use crate::app::App;
use crate::{api_keys, billing, sessions};

/// A person, acting in one organisation, and from where. The first argument of what only members may do.
#[derive(Clone, Debug)]
pub struct Member {
    membership: Membership,
    origin: Origin,
}

impl Member {
    /// A member who asks from there.
    pub const fn new(membership: Membership, origin: Origin) -> Self {
        Self { membership, origin }
    }

    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Whoever acts: at the command line it is the operator, for a member.
    pub const fn actor(&self) -> Actor {
        match self.origin.via {
            Via::CommandLine => Actor::Operator,
            Via::Platform | Via::Webhook => Actor::Platform,
            Via::Session(_) | Via::ApiKey(_) | Via::Client(_) => Actor::User(self.membership.user_id),
        }
    }
}

impl Deref for Member {
    type Target = Membership;

    fn deref(&self) -> &Membership {
        &self.membership
    }
}

/// A member at a browser, by a session of theirs: for what gives rights, and for what is the person's own. An API key
/// does none of it, lest it outgrow and outlive itself.
#[derive(Clone, Debug)]
pub struct Person {
    member: Member,
    pub session: SessionId,
}

impl Deref for Person {
    type Target = Member;

    fn deref(&self) -> &Member {
        &self.member
    }
}

/// A member, or someone who is not signed in.
#[derive(Clone, Debug)]
pub struct MaybeMember(pub Option<Member>);

/// Why someone may not ask.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("sign in, or send an API key as `Authorization: Bearer clo_…`")]
    NotSignedIn,
    #[error("the API key is unknown, deleted or expired: make another under «API keys»")]
    BadApiKey,
    #[error("the API key lacks the scope `{0}`: make one that has it")]
    MissingScope(Scope),
    #[error("an API key may not do this, lest it outgrow and outlive itself: sign in and do it there")]
    SessionNeeded,
    #[error("only admins of this platform may do this: its operator makes them, by `cloche admin grant`")]
    NotAdmin,
    #[error("this request came from another site's page and was refused: use the platform's own address")]
    CrossOrigin,
    #[error(transparent)]
    ApiKey(#[from] api_keys::Error),
    #[error(transparent)]
    Session(#[from] sessions::Error),
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

impl FromRequestParts<Arc<App>> for Member {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        match MaybeMember::from_request_parts(parts, app).await? {
            MaybeMember(Some(member)) => Ok(member),
            MaybeMember(None) => Err(Error::NotSignedIn.into()),
        }
    }
}

impl FromRequestParts<Arc<App>> for Person {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        if bearer(&parts.headers).is_some() {
            return Err(Error::SessionNeeded.into());
        }
        let FullAddress(address) = FullAddress::from_request_parts(parts, app).await?;
        match of_session(app, &parts.method, &parts.headers).await? {
            Some(session) => Ok(Self { session: session.session_id, member: of(session, address) }),
            None => Err(Error::NotSignedIn.into()),
        }
    }
}

impl FromRequestParts<Arc<App>> for MaybeMember {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let FullAddress(address) = FullAddress::from_request_parts(parts, app).await?;
        Ok(Self(asker(app, &parts.method, &parts.headers, address).await?))
    }
}

/// An admin of the platform: at a browser, or by an API key that has the scope for it.
#[derive(Clone, Debug)]
pub struct Admin(Member);

impl Deref for Admin {
    type Target = Member;

    fn deref(&self) -> &Member {
        &self.0
    }
}

impl FromRequestParts<Arc<App>> for Admin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let FullAddress(address) = FullAddress::from_request_parts(parts, app).await?;
        let member = if let Some(key) = bearer(&parts.headers) {
            member_of_api_key(app, &key, address, Scope::Admin).await?
        } else {
            let session = of_session(app, &parts.method, &parts.headers).await?;
            of(session.ok_or(Error::NotSignedIn)?, address)
        };
        if member.platform_admin { Ok(Self(member)) } else { Err(Error::NotAdmin.into()) }
    }
}

/// A platform that bills nobody has none of what asks for this, whoever asks.
#[derive(Clone, Copy, Debug)]
pub struct BillingIsOn;

impl FromRequestParts<Arc<App>> for BillingIsOn {
    type Rejection = Problem;

    async fn from_request_parts(_: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        billing::on(app)?;
        Ok(Self)
    }
}

/// Refuses a request that another site's page made a browser send: for what needs no [`Member`] and yet changes
/// something for the browser that asks.
#[derive(Clone, Copy, Debug)]
pub struct SameOrigin;

impl FromRequestParts<Arc<App>> for SameOrigin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        if same_origin(&parts.headers, &app.public_url) { Ok(Self) } else { Err(Error::CrossOrigin.into()) }
    }
}

async fn asker(app: &App, method: &Method, headers: &HeaderMap, address: String) -> Result<Option<Member>> {
    if let Some(key) = bearer(headers) {
        return member_of_api_key(app, &key, address, Scope::Api).await.map(Some);
    }
    Ok(of_session(app, method, headers).await?.map(|session| of(session, address)))
}

/// The member of a session that is asked in from an address.
fn of(session: Session, address: String) -> Member {
    Member::new(session.member, Origin { via: Via::Session(session.session_id), address: Some(address) })
}

/// The session that a request is made in, if no other site's page made it.
async fn of_session(app: &App, method: &Method, headers: &HeaderMap) -> Result<Option<Session>> {
    let Some((_, session)) = session(app, headers).await? else { return Ok(None) };
    if !method.is_safe() && !same_origin(headers, &app.public_url) {
        return Err(Error::CrossOrigin);
    }
    Ok(Some(session))
}

/// The member that an API key acts for, if it is good for this.
async fn member_of_api_key(app: &App, key: &SecretString, address: String, scope: Scope) -> Result<Member> {
    let held = api_keys::holder(app, key).await?.ok_or(Error::BadApiKey)?;
    if !held.scopes.contains(&scope) {
        return Err(Error::MissingScope(scope));
    }
    Ok(Member::new(held.member, Origin { via: Via::ApiKey(held.key_id), address: Some(address) }))
}

/// The session of the request's cookie, with its token.
pub(super) async fn session(app: &App, headers: &HeaderMap) -> Result<Option<(SecretString, Session)>> {
    let Some(token) = cookies::session(headers) else { return Ok(None) };
    let session = sessions::find(app, &token).await?;
    Ok(session.map(|session| (token, session)))
}

/// The token of an `Authorization: Bearer` header (RFC 6750 §2.1); empty if there is none after the word.
pub fn bearer(headers: &HeaderMap) -> Option<SecretString> {
    let text = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().into())
}

/// Whether no other site's page made the browser send this. A browser says so in `Sec-Fetch-Site`, an older one in
/// `Origin`; what says neither is no browser, and has no cookie but its own (the rule of Go's `CrossOriginProtection`).
pub fn same_origin(headers: &HeaderMap, public_url: &Url) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    let Some(origin) = headers.get(ORIGIN) else { return true };
    let origin = origin.to_str().ok().and_then(|origin| Url::parse(origin).ok());
    origin.is_some_and(|origin| origin.origin() == public_url.origin())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn only_pages_of_the_platform_may_change_things() {
        let here = Url::parse("https://cloche.example/").unwrap();
        let asked = |headers: &[(&'static str, &'static str)]| {
            let headers =
                headers.iter().map(|(name, value)| ((*name).parse().unwrap(), HeaderValue::from_static(value)));
            same_origin(&headers.collect(), &here)
        };
        assert!(asked(&[]));
        assert!(asked(&[("origin", "https://cloche.example")]));
        assert!(asked(&[("sec-fetch-site", "same-origin"), ("origin", "https://cloche.example")]));
        for site in ["same-site", "cross-site"] {
            assert!(!asked(&[("sec-fetch-site", site)]), "{site}");
        }
        for origin in
            ["null", "http://cloche.example", "https://cloche.example:8443", "https://cloche.example.evil.example"]
        {
            assert!(!asked(&[("origin", origin)]), "{origin}");
        }
    }
}
