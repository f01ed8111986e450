//! A client asks for a server; a person allows it or not.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cloche_domain::{Actor, GrantId, OauthClientId, Origin, ServerId, SessionId, UserId, Via};
use cloche_storage::oauth::{self as store, Client, Code, Grant, Target};
use cloche_storage::{Tx, members};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::Duration;
use url::Url;

use super::{Error, Params, RedirectUri, Result, SCOPE, check_scope, clients, issuer, target};
use crate::app::App;
use crate::audit::{self, Done};
use crate::mount::Mount;
use crate::token;

/// How long a code may be redeemed.
const CODE_LIFE: Duration = Duration::seconds(60);
/// How long a consent page may be answered.
const FORM_LIFE: Duration = Duration::minutes(10);
/// The `typ` of a signed form.
const FORM: &str = "consent+jwt";

/// A request that is in order, from a known client, with an answer that goes where the client may receive it.
#[derive(Debug)]
pub struct Asked {
    pub client: Client,
    pub redirect: RedirectUri,
    pub mount: Mount,
    state: Option<String>,
    challenge: String,
}

/// Why a request is refused, and to whom that is said.
#[derive(Debug)]
pub enum Refusal {
    /// To the person: the client is unknown, or its redirect is not its own.
    Page(Error),
    /// To the client.
    Redirect(Url),
}

/// Checks a request. Nothing is sent anywhere before client and redirect are known to belong together.
pub async fn check(app: &App, params: &Params) -> Result<Asked, Refusal> {
    let (client, redirect) = check_client(app, params).await.map_err(Refusal::Page)?;
    match check_rest(app, params) {
        Ok((mount, challenge)) => {
            Ok(Asked { client, redirect, mount, state: params.get("state").map(str::to_owned), challenge })
        }
        Err(error) => Err(Refusal::Redirect(refusal(app, &redirect, params.get("state"), &error))),
    }
}

async fn check_client(app: &App, params: &Params) -> Result<(Client, RedirectUri)> {
    let client = clients::find(app, params.need("client_id")?).await?;
    let redirect = RedirectUri::parse(params.need("redirect_uri")?)?;
    if !redirect.is_among(&client.redirect_uris) {
        return Err(Error::InvalidRequest(format!(
            "redirect_uri {redirect} is not one that this client has registered"
        )));
    }
    Ok((client, redirect))
}

fn check_rest(app: &App, params: &Params) -> Result<(Mount, String)> {
    if params.need("response_type")? != "code" {
        return Err(Error::UnsupportedResponseType);
    }
    if params.get("code_challenge_method") != Some("S256") {
        return Err(Error::InvalidRequest("code_challenge_method must be S256".to_owned()));
    }
    let challenge = params.need("code_challenge")?;
    if URL_SAFE_NO_PAD.decode(challenge).map_or(0, |bytes| bytes.len()) != 32 {
        return Err(Error::InvalidRequest("code_challenge is no SHA-256 in base64url".to_owned()));
    }
    check_scope(params.get("scope"))?;
    let resource = params.get("resource").unwrap_or_default();
    Ok((target(app, resource)?, challenge.to_owned()))
}

fn refusal(app: &App, redirect: &RedirectUri, state: Option<&str>, error: &Error) -> Url {
    let description = error.description();
    answer(app, redirect, state, &[("error", error.code()), ("error_description", &description)])
}

/// An answer to the client, signed with our name (RFC 9207).
fn answer(app: &App, redirect: &RedirectUri, state: Option<&str>, pairs: &[(&str, &str)]) -> Url {
    let mut pairs = pairs.to_vec();
    pairs.extend(state.map(|state| ("state", state)));
    pairs.push(("iss", issuer(app)));
    redirect.with_answer(&pairs)
}

/// The person before the page, in one session of theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub user: UserId,
    pub session: SessionId,
}

/// The server to be shown, if this person may use it.
pub async fn target_for(app: &App, asked: &Asked, person: Person) -> Result<Option<Target>> {
    let mut tx = app.db.read().await?;
    Ok(store::target(&mut tx, &asked.mount.org, &asked.mount.slug, person.user).await?)
}

/// What a consent page carries, signed: whose answer to which request it is. The id of the grant to be is made with the
/// page, and there is only one grant of an id, so that a page can be answered once.
#[derive(Debug, Serialize, Deserialize)]
struct Form {
    grant: GrantId,
    person: Person,
    server: ServerId,
    client_id: OauthClientId,
    redirect_uri: String,
    state: Option<String>,
    challenge: String,
    resource: String,
    exp: i64,
}

/// The signed form of a page.
pub fn form(app: &App, asked: &Asked, person: Person, server: ServerId) -> Result<String> {
    let now = app.clock.now();
    let form = Form {
        grant: GrantId::new(),
        person,
        server,
        client_id: asked.client.client_id.clone(),
        redirect_uri: asked.redirect.to_string(),
        state: asked.state.clone(),
        challenge: asked.challenge.clone(),
        resource: asked.mount.url(&app.public_url),
        exp: (now + FORM_LIFE).unix_timestamp(),
    };
    Ok(app.keys.sign(FORM, &form, now)?)
}

/// What a person says to a page, from a network address: where their browser goes next.
pub async fn decide(app: &App, form: &str, (person, address): (Person, String), allow: bool) -> Result<Url> {
    let answered =
        || Error::InvalidRequest("this page was answered or is too old: begin again in your application".to_owned());
    let form: Form = app.keys.verify(FORM, form).ok_or_else(answered)?;
    let now = app.clock.now();
    if form.person != person || form.exp <= now.unix_timestamp() {
        return Err(answered());
    }
    let redirect = RedirectUri::parse(&form.redirect_uri)?;
    let state = form.state.as_deref();
    if !allow {
        return Ok(refusal(app, &redirect, state, &Error::AccessDenied));
    }
    let mount = target(app, &form.resource)?;
    let target = async |tx: &mut Tx| -> Result<Option<Target>> {
        let target = store::target(tx, &mount.org, &mount.slug, person.user).await?;
        Ok(target.filter(|target| target.server_id == form.server))
    };
    // They may have left the organisation, or the server may have gone, since the page was made.
    let Some(found) = target(&mut app.db.read().await?).await? else {
        return Err(Error::InvalidTarget(form.resource));
    };
    let mut tx = audit::begin(app, found.org_id).await?;
    if target(&mut tx).await?.is_none() || !members::hold(&mut tx, found.org_id, person.user).await? {
        return Err(Error::InvalidTarget(form.resource));
    }
    store::sweep(&mut tx, now).await?;
    let grant = Grant {
        id: form.grant,
        client_id: form.client_id.clone(),
        user_id: person.user,
        server_id: form.server,
        org_id: found.org_id,
        scope: SCOPE.to_owned(),
        created_at: now,
    };
    if !store::insert_grant(&mut tx, &grant).await? {
        return Err(answered());
    }
    let code = token::mint("")?;
    let bound = Code {
        grant_id: grant.id,
        client_id: grant.client_id.clone(),
        redirect_uri: form.redirect_uri,
        code_challenge: form.challenge,
        resource: form.resource,
        expires_at: now + CODE_LIFE,
    };
    store::insert_code(&mut tx, token::digest(&code), &bound).await?;
    let with = json!({"server": grant.server_id, "client": form.client_id, "scope": grant.scope});
    let done = Done::of("grant.created", ("grant", &grant.id)).with(with);
    let origin = Origin { via: Via::Session(person.session), address: Some(address) };
    audit::note_by(app, (Actor::User(person.user), &origin), found.org_id, &mut tx, done).await?;
    tx.commit().await?;
    tracing::info!(grant = %grant.id, user = %person.user, server = %grant.server_id, client = %form.client_id, "granted");
    Ok(answer(app, &redirect, state, &[("code", code.expose_secret())]))
}
