//! An OpenID Connect provider as it stands on the wire: discovery, keys, authorization, tokens by client and PKCE. What it
//! says can be bent, each thing by itself.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::KeyPair as _;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use cloche_domain::Sha256;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use tokio::net::TcpListener;

pub const CLIENT: &str = "cloche at/issuer";
pub const SECRET: &str = "s3cret with: signs&";

/// A key that signs, and its public half as the issuer publishes it.
#[derive(Clone)]
pub struct Key {
    pub algorithm: Algorithm,
    pub signs: EncodingKey,
    pub public: Value,
}

impl Key {
    pub fn new(kid: &str) -> Self {
        let pair = rcgen::KeyPair::generate().unwrap();
        let point = pair.public_key_raw().to_vec();
        let coordinate = |range: std::ops::Range<usize>| URL_SAFE_NO_PAD.encode(&point[range]);
        let public = json!({"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": kid,
            "x": coordinate(1..33), "y": coordinate(33..65)});
        Self { algorithm: Algorithm::ES256, signs: EncodingKey::from_ec_der(&pair.serialize_der()), public }
    }

    pub fn rsa(kid: &str) -> Self {
        let pair = aws_lc_rs::rsa::KeyPair::generate(KeySize::Rsa2048).unwrap();
        let der: Pkcs8V1Der<'_> = pair.as_der().unwrap();
        let lines: Vec<_> = STANDARD.encode(der.as_ref()).into_bytes().chunks(64).map(<[u8]>::to_vec).collect();
        let body = String::from_utf8(lines.join(&b'\n')).unwrap();
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n");
        let public = pair.public_key();
        let number = |of: &[u8]| URL_SAFE_NO_PAD.encode(of);
        let (n, e) = (public.modulus(), public.exponent());
        let public = json!({"kty": "RSA", "kid": kid, "alg": "RS256",
            "n": number(n.big_endian_without_leading_zero()), "e": number(e.big_endian_without_leading_zero())});
        Self { algorithm: Algorithm::RS256, signs: EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap(), public }
    }

    fn kid(&self) -> String {
        self.public["kid"].as_str().unwrap().to_owned()
    }
}

/// How a token is made from its claims, if not as it should be.
pub type Signs = Box<dyn Fn(&Value, &Key) -> String + Send>;

/// What goes wrong at a path.
#[derive(Clone)]
pub enum Trouble {
    Down,
    Slow,
    Huge,
    Says(u16, Value),
}

/// What it is at the moment.
pub struct Now {
    /// The last one signs; all are published.
    pub keys: Vec<Key>,
    /// Of whoever signs in there.
    pub claims: Value,
    /// What it says of itself besides, or otherwise.
    pub metadata: Value,
    /// Claims of the next tokens, instead of what they should be.
    pub bent: Value,
    pub signs: Option<Signs>,
    pub trouble: HashMap<&'static str, Trouble>,
    /// What is said where it is asked for.
    pub userinfo: Value,
    /// The `iss` of its answers.
    pub iss: Option<String>,
    codes: HashMap<String, HashMap<String, String>>,
    /// The paths that were asked for.
    pub asked: Vec<String>,
}

/// A running one; it ends with the test's runtime.
#[derive(Clone)]
pub struct Issuer {
    pub url: String,
    now: Arc<Mutex<Now>>,
}

impl Issuer {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let now = Now {
            keys: vec![Key::new("one")],
            claims: json!({"sub": "ada-at-issuer", "email": "ada@example.com", "email_verified": true}),
            metadata: json!({}),
            bent: json!({}),
            signs: None,
            trouble: HashMap::new(),
            userinfo: json!({}),
            iss: Some(url.clone()),
            codes: HashMap::new(),
            asked: vec![],
        };
        let issuer = Self { url, now: Arc::new(Mutex::new(now)) };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/keys", get(keys))
            .route("/authorize", get(authorize))
            .route("/token", post(token))
            .route("/userinfo", get(userinfo))
            .layer(axum::middleware::from_fn_with_state(issuer.clone(), trouble))
            .with_state(issuer.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        issuer
    }

    /// The configuration of a platform that knows it under this name.
    pub fn settings(&self, name: &str) -> String {
        format!(
            "[sign_in.providers.{name}]\nlabel = \"Example Corp\"\nissuer = \"{}\"\nclient_id = \"{CLIENT}\"\nclient_secret = \"{SECRET}\"\n",
            self.url
        )
    }

    /// Changes what it is.
    pub fn set<T>(&self, change: impl FnOnce(&mut Now) -> T) -> T {
        change(&mut self.now.lock().unwrap())
    }
}

async fn trouble(
    State(issuer): State<Issuer>,
    request: axum::extract::Request,
    next: axum::middleware::Next,
) -> Response {
    let path = request.uri().path().to_owned();
    let trouble = issuer.set(|now| {
        now.asked.push(path.clone());
        now.trouble.get(path.as_str()).cloned()
    });
    match trouble {
        None => next.run(request).await,
        Some(Trouble::Down) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Some(Trouble::Slow) => std::future::pending().await,
        Some(Trouble::Says(status, body)) => (StatusCode::from_u16(status).unwrap(), Json(body)).into_response(),
        Some(Trouble::Huge) => {
            let piece = || async { Some((Ok::<_, std::convert::Infallible>(vec![b' '; 64 << 10]), ())) };
            Body::from_stream(futures::stream::unfold((), move |()| piece())).into_response()
        }
    }
}

async fn discovery(State(issuer): State<Issuer>) -> Json<Value> {
    let at = |path: &str| format!("{}{path}", issuer.url);
    let mut said = json!({
        "issuer": issuer.url, "authorization_endpoint": at("/authorize"), "token_endpoint": at("/token"),
        "jwks_uri": at("/keys"), "userinfo_endpoint": at("/userinfo"), "response_types_supported": ["code"],
        "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["RS256", "ES256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "authorization_response_iss_parameter_supported": true,
    });
    merge(&mut said, &issuer.set(|now| now.metadata.clone()));
    Json(said)
}

fn merge(into: &mut Value, from: &Value) {
    for (name, value) in from.as_object().unwrap() {
        if value.is_null() {
            into.as_object_mut().unwrap().remove(name);
        } else {
            into[name] = value.clone();
        }
    }
}

async fn keys(State(issuer): State<Issuer>) -> Json<Value> {
    let mut keys: Vec<_> = issuer.set(|now| now.keys.iter().map(|key| key.public.clone()).collect());
    // Of a kind that nobody knows yet.
    keys.insert(0, json!({"kty": "AKP", "alg": "ML-DSA-87", "kid": "new", "pub": "AA"}));
    Json(json!({"keys": keys}))
}

async fn authorize(State(issuer): State<Issuer>, Query(asked): Query<HashMap<String, String>>) -> Response {
    let of = |name: &str| asked.get(name).cloned().unwrap_or_default();
    let right = of("client_id") == CLIENT
        && of("response_type") == "code"
        && of("scope").split(' ').any(|scope| scope == "openid")
        && of("code_challenge_method") == "S256"
        && of("code_challenge").len() == 43
        && !of("nonce").is_empty()
        && !of("state").is_empty();
    if !right {
        return (StatusCode::BAD_REQUEST, format!("{asked:?}")).into_response();
    }
    let code = hex::encode(rcgen::KeyPair::generate().unwrap().public_key_raw());
    let mut back: url::Url = of("redirect_uri").parse().unwrap();
    back.query_pairs_mut().append_pair("code", &code).append_pair("state", &of("state"));
    issuer.set(|now| {
        now.codes.insert(code.clone(), asked.clone());
        if let Some(iss) = &now.iss {
            back.query_pairs_mut().append_pair("iss", iss);
        }
    });
    (StatusCode::FOUND, [("location", back.to_string())]).into_response()
}

async fn token(State(issuer): State<Issuer>, headers: HeaderMap, body: String) -> Response {
    let form: HashMap<String, String> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let refuse = |error: &str| {
        (StatusCode::BAD_REQUEST, Json(json!({"error": error, "error_description": SECRET}))).into_response()
    };
    if !is_client(&issuer, &headers, &form) {
        return refuse("invalid_client");
    }
    let of = |name: &str| form.get(name).cloned().unwrap_or_default();
    let Some(asked) = issuer.set(|now| now.codes.remove(&of("code"))) else { return refuse("invalid_grant") };
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::of(of("code_verifier")).as_bytes());
    if challenge != asked["code_challenge"] || of("redirect_uri") != asked["redirect_uri"] {
        return refuse("invalid_grant");
    }
    let at = UNIX_EPOCH.elapsed().unwrap().as_secs();
    let id_token = issuer.set(|now| {
        let mut claims = json!({"iss": issuer.url, "aud": CLIENT, "iat": at, "exp": at + 300, "nonce": asked["nonce"]});
        merge(&mut claims, &now.claims);
        merge(&mut claims, &now.bent);
        let key = now.keys.last().unwrap();
        now.signs.as_ref().map_or_else(|| signed(&claims, key), |signs| signs(&claims, key))
    });
    Json(json!({"access_token": "at-issuer", "token_type": "Bearer", "expires_in": 300, "id_token": id_token}))
        .into_response()
}

/// As it should be.
pub fn signed(claims: &Value, key: &Key) -> String {
    let mut header = Header::new(key.algorithm);
    header.kid = Some(key.kid());
    encode(&header, claims, &key.signs).unwrap()
}

fn is_client(issuer: &Issuer, headers: &HeaderMap, form: &HashMap<String, String>) -> bool {
    let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let basic = format!("Basic {}", STANDARD.encode(format!("{}:{}", encoded(CLIENT), encoded(SECRET))));
    let by_header = headers.get("authorization").is_some_and(|sent| sent.to_str().unwrap() == basic);
    let by_form = form.get("client_id").is_some_and(|id| id == CLIENT)
        && form.get("client_secret").is_some_and(|secret| secret == SECRET);
    let methods = issuer.set(|now| now.metadata["token_endpoint_auth_methods_supported"].clone());
    if methods == json!(["client_secret_post"]) { by_form && !by_header } else { by_header && !by_form }
}

async fn userinfo(State(issuer): State<Issuer>, headers: HeaderMap) -> Response {
    if headers.get("authorization").is_none_or(|sent| sent != "Bearer at-issuer") {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    Json(issuer.set(|now| now.userinfo.clone())).into_response()
}

/// Longer than a platform waits that is told to wait a second.
pub const PATIENCE: Duration = Duration::from_secs(8);
