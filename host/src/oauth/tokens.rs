//! The token endpoint: codes and refresh tokens become access tokens; and their end.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cloche_domain::{Actor, GrantId, Origin, Sha256, Via};
use cloche_storage::Tx;
use cloche_storage::oauth::{self as store, Access};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use serde_json::json;
use time::{Duration, OffsetDateTime};

use super::access::{ACCESS, Claims};
use super::{Error, Params, Result, check_scope, issuer, target};
use crate::app::App;
use crate::audit::{self, Done};
use crate::events::Event;
use crate::mount::Mount;
use crate::token;

/// How long an access token is good.
pub(super) const ACCESS_LIFE: Duration = Duration::minutes(15);
/// How long a refresh token waits for its use.
const REFRESH_LIFE: Duration = Duration::days(30);

/// RFC 6749 §5.1.
#[derive(Serialize)]
pub struct Tokens {
    access_token: String,
    token_type: &'static str,
    expires_in: i64,
    refresh_token: String,
    scope: String,
}

/// Answers a token request that comes from a network address.
pub async fn issue(app: &App, params: &Params, address: String) -> Result<Tokens> {
    match params.need("grant_type")? {
        "authorization_code" => exchange(app, params, address).await,
        "refresh_token" => refresh(app, params, address).await,
        _ => Err(Error::UnsupportedGrantType),
    }
}

/// A code for tokens. A code is used up by its first try, also by one that fails; a second use ends the grant
/// (RFC 6749 §4.1.2).
async fn exchange(app: &App, params: &Params, address: String) -> Result<Tokens> {
    let code = SecretString::from(params.need("code")?);
    let client = params.need("client_id")?;
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let Some((code, first)) = store::redeem_code(&mut tx, token::digest(&code), now).await? else {
        return Err(Error::InvalidGrant("the code is unknown: begin again"));
    };
    let checked = if !first {
        Err(Error::InvalidGrant("the code was used before, so that everything it gave is revoked: begin again"))
    } else if code.expires_at <= now {
        Err(Error::InvalidGrant("the code has expired: begin again"))
    } else if code.client_id.as_str() != client {
        Err(Error::InvalidGrant("the code was given to another client"))
    } else if params.get("redirect_uri") != Some(&code.redirect_uri) {
        Err(Error::InvalidGrant("redirect_uri is not the one of the authorization request"))
    } else if !verifies(params.get("code_verifier"), &code.code_challenge) {
        Err(Error::InvalidGrant("code_verifier does not fit the code_challenge"))
    } else {
        check_resource(app, params, &code.resource)
    };
    let origin = Origin { via: Via::Client(code.client_id), address: Some(address) };
    finish(app, tx, code.grant_id, checked, (params, origin)).await
}

/// A refresh token for a new one and an access token. A second use means that two hold it: the whole family ends
/// (OAuth 2.1 §4.3.1).
async fn refresh(app: &App, params: &Params, address: String) -> Result<Tokens> {
    let digest = token::digest(&SecretString::from(params.need("refresh_token")?));
    let client = params.need("client_id")?;
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let Some(found) = store::find_refresh(&mut tx, digest).await? else {
        return Err(Error::InvalidGrant("the refresh token is unknown: authorize again"));
    };
    if found.client_id.as_str() != client {
        return Err(Error::InvalidGrant("the refresh token was given to another client"));
    }
    let checked = if !store::use_refresh(&mut tx, digest, now).await? {
        Err(Error::InvalidGrant("the refresh token was used before, so that its family is revoked: authorize again"))
    } else if found.expires_at <= now {
        Err(Error::InvalidGrant("the refresh token has expired: authorize again"))
    } else {
        Ok(())
    };
    let origin = Origin { via: Via::Client(found.client_id), address: Some(address) };
    finish(app, tx, found.grant_id, checked, (params, origin)).await
}

/// Gives tokens of a grant, if all was in order and it still holds; ends the grant if not, since someone has what is
/// not theirs, or nobody can use it any more.
async fn finish(
    app: &App,
    mut tx: Tx,
    grant: GrantId,
    checked: Result<()>,
    (params, origin): (&Params, Origin),
) -> Result<Tokens> {
    let now = app.clock.now();
    if let Err(error) = checked {
        // What was used stays used. The grant ends in a transaction of its own, which has to begin with its organisation.
        tx.commit().await?;
        end(app, grant, Some(Actor::Platform), &origin, &error.description()).await?;
        return Err(error);
    }
    let Some(access) = store::access(&mut tx, grant).await? else {
        tx.commit().await?;
        return Err(Error::InvalidGrant("what was allowed is revoked, or the person has left: authorize again"));
    };
    let mount = Mount { org: access.org_slug.clone(), slug: access.slug.clone() };
    let audience = mount.url(&app.public_url);
    check_resource(app, params, &audience)?;
    check_scope(params.get("scope"))?;
    let refresh_token = token::mint("")?;
    store::insert_refresh(&mut tx, token::digest(&refresh_token), grant, now, now + REFRESH_LIFE).await?;
    tx.commit().await?;
    Ok(Tokens {
        access_token: sign(app, grant, &access, audience, now)?,
        token_type: "Bearer",
        expires_in: ACCESS_LIFE.whole_seconds(),
        refresh_token: refresh_token.expose_secret().to_owned(),
        scope: access.scope,
    })
}

fn sign(app: &App, grant: GrantId, access: &Access, audience: String, now: OffsetDateTime) -> Result<String> {
    let claims = Claims {
        iss: issuer(app).to_owned(),
        aud: audience,
        sub: access.user_id,
        client_id: access.client_id.clone(),
        scope: access.scope.clone(),
        jti: hex::encode(token::random_bytes::<16>()?),
        gid: grant,
        iat: now.unix_timestamp(),
        exp: (now + ACCESS_LIFE).unix_timestamp(),
    };
    Ok(app.keys.sign(ACCESS, &claims, now)?)
}

/// RFC 7636 §4.6, S256.
fn verifies(verifier: Option<&str>, challenge: &str) -> bool {
    let Some(verifier) = verifier else { return false };
    let shape = (43..=128).contains(&verifier.len())
        && verifier.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b));
    shape && URL_SAFE_NO_PAD.encode(Sha256::of(verifier).as_bytes()) == challenge
}

/// A `resource`, where there is one, must be what was allowed (RFC 8707 §2.2).
fn check_resource(app: &App, params: &Params, allowed: &str) -> Result<()> {
    match params.get("resource") {
        Some(resource) if target(app, resource)?.url(&app.public_url) != allowed => {
            Err(Error::InvalidTarget(resource.to_owned()))
        }
        _ => Ok(()),
    }
}

/// Ends the grant of an access or refresh token (RFC 7009). A token that is none is no error.
pub async fn revoke(app: &App, params: &Params, address: String) -> Result<()> {
    let text = params.need("token")?;
    let refresh = store::find_refresh(&mut app.db.read().await?, token::digest(&text.into())).await?;
    let found = match refresh {
        Some(refresh) => Some((refresh.grant_id, refresh.client_id)),
        None => app.keys.verify::<Claims>(ACCESS, text).map(|claims| (claims.gid, claims.client_id)),
    };
    let Some((grant, client)) = found else { return Ok(()) };
    if params.get("client_id").is_some_and(|id| id != client.as_str()) {
        return Err(Error::InvalidClient("the token was given to another client".to_owned()));
    }
    let origin = Origin { via: Via::Client(client), address: Some(address) };
    end(app, grant, None, &origin, "the client gave its token back").await?;
    tracing::info!(%grant, "revoked");
    Ok(())
}

/// Ends a grant, for its person where nobody else is named. This process, and those that listen, ask again from now on
/// whether it holds.
async fn end(app: &App, grant: GrantId, actor: Option<Actor>, origin: &Origin, reason: &str) -> Result<()> {
    let Some(of) = store::granted(&mut app.db.read().await?, grant).await? else { return Ok(()) };
    let mut tx = audit::begin(app, of.org_id).await?;
    if store::revoke(&mut tx, grant, app.clock.now()).await? {
        let with = json!({"server": of.server_id, "client": of.client_id, "user": of.user_id});
        let done = Done::of("grant.revoked", ("grant", &grant)).with(with).because(reason);
        let actor = actor.unwrap_or(Actor::User(of.user_id));
        audit::note_by(app, (actor, origin), of.org_id, &mut tx, done).await?;
        tx.commit().await?;
    }
    app.events.tell(Event::Grant(grant));
    Ok(())
}
