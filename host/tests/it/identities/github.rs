//! GitHub as its API is documented: OAuth without ID tokens, `GET /user`, `GET /user/emails`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cloche_domain::Sha256;
use serde_json::{Value, json};

use super::{ADA, identities, signed_in};
use crate::browser::Browser;
use crate::platform::{Platform, Setup, on_both};

const ID: &str = "Iv1.client";
const SECRET: &str = "github-client-secret";

#[derive(Clone)]
struct Fake {
    url: String,
    user: Arc<Mutex<Value>>,
    emails: Arc<Mutex<Value>>,
    codes: Arc<Mutex<HashMap<String, HashMap<String, String>>>>,
}

impl Fake {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let emails = json!([
            {"email": "old@example.com", "primary": false, "verified": true, "visibility": null},
            {"email": ADA, "primary": true, "verified": true, "visibility": "private"},
        ]);
        let user =
            json!({"id": 583_231, "login": "ada", "node_id": "MDQ6", "email": "shown@example.com", "type": "User"});
        let fake =
            Self { url, user: Arc::new(Mutex::new(user)), emails: Arc::new(Mutex::new(emails)), codes: Arc::default() };
        let router = Router::new()
            .route("/login/oauth/authorize", get(authorize))
            .route("/login/oauth/access_token", post(token))
            .route("/api/v3/user", get(user_of))
            .route("/api/v3/user/emails", get(emails_of))
            .with_state(fake.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        fake
    }

    fn settings(&self) -> String {
        let url = &self.url;
        format!(
            "[sign_in.providers.github]\nbase_url = \"{url}\"\napi_url = \"{url}/api/v3\"\nclient_id = \"{ID}\"\nclient_secret = \"{SECRET}\"\n"
        )
    }
}

async fn authorize(State(fake): State<Fake>, Query(asked): Query<HashMap<String, String>>) -> Response {
    if asked["client_id"] != ID || asked["scope"] != "user:email" || asked["code_challenge_method"] != "S256" {
        return StatusCode::NOT_FOUND.into_response();
    }
    let code = hex::encode(&rcgen::KeyPair::generate().unwrap().public_key_raw()[..10]);
    let mut back: url::Url = asked["redirect_uri"].parse().unwrap();
    back.query_pairs_mut().append_pair("code", &code).append_pair("state", &asked["state"]);
    fake.codes.lock().unwrap().insert(code, asked);
    (StatusCode::FOUND, [("location", back.to_string())]).into_response()
}

async fn token(State(fake): State<Fake>, headers: HeaderMap, body: String) -> Response {
    let form: HashMap<String, String> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    if headers["accept"] != "application/json" {
        return "error=form_encoded".into_response();
    }
    // Refusals are 200.
    let refuse =
        |error: &str| Json(json!({"error": error, "error_description": "…", "error_uri": "https://docs.github.com"}));
    if form["client_id"] != ID || form["client_secret"] != SECRET {
        return refuse("incorrect_client_credentials").into_response();
    }
    let Some(asked) = fake.codes.lock().unwrap().remove(&form["code"]) else {
        return refuse("bad_verification_code").into_response();
    };
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::of(&form["code_verifier"]).as_bytes());
    if challenge != asked["code_challenge"] || form["redirect_uri"] != asked["redirect_uri"] {
        return refuse("bad_verification_code").into_response();
    }
    Json(json!({"access_token": "gho_token", "token_type": "bearer", "scope": "user:email"})).into_response()
}

fn of_token(headers: &HeaderMap, answer: &Mutex<Value>) -> Response {
    if headers.get("authorization").is_none_or(|sent| sent != "Bearer gho_token") {
        return (StatusCode::UNAUTHORIZED, Json(json!({"message": "Bad credentials"}))).into_response();
    }
    if !headers.contains_key("user-agent") {
        return StatusCode::FORBIDDEN.into_response();
    }
    Json(answer.lock().unwrap().clone()).into_response()
}

async fn user_of(State(fake): State<Fake>, headers: HeaderMap) -> Response {
    of_token(&headers, &fake.user)
}

async fn emails_of(State(fake): State<Fake>, headers: HeaderMap) -> Response {
    of_token(&headers, &fake.emails)
}

on_both!(a_person_signs_in_with_github, async |setup: Setup| {
    let github = Fake::start().await;
    let platform = setup.config(&github.settings()).start().await;
    let ways = platform.anyone().get("/v1/auth/providers").await.1;
    assert_eq!(ways["providers"], json!([{"name": "github", "label": "GitHub"}]));
    let browser = Browser::at(&platform.url);
    let (status, arrived) = browser.sign_in("github").await;
    assert_eq!((status, &arrived["user"]["email"]), (200, &json!(ADA)), "{arrived}");
    assert_eq!(identities(&browser).await[0]["shown"], "ada");

    // Another login, another address: the same number is the same person.
    github.user.lock().unwrap()["login"] = json!("countess");
    *github.emails.lock().unwrap() = json!([{"email": "new@example.com", "primary": true, "verified": true}]);
    let phone = Browser::at(&platform.url);
    assert_eq!(phone.sign_in("github").await.1["user"]["email"], ADA);
    assert_eq!(identities(&phone).await[0]["shown"], "countess");
    // The login that is free now is taken by somebody else.
    *github.user.lock().unwrap() = json!({"id": 7, "login": "ada"});
    *github.emails.lock().unwrap() = json!([{"email": ADA, "primary": true, "verified": true}]);
    assert_eq!(Browser::at(&platform.url).sign_in("github").await.1["outcome"], "consentMailed");
});

#[tokio::test]
async fn only_the_primary_address_counts_and_only_if_it_is_verified() {
    let github = Fake::start().await;
    let platform = Platform::setup().config(&github.settings()).start().await;
    for (emails, code) in [
        (
            json!([{"email": ADA, "primary": true, "verified": false}, {"email": "b@example.com", "primary": false, "verified": true}]),
            "email_not_verified",
        ),
        (json!([{"email": ADA, "primary": false, "verified": true}]), "email_missing"),
        (json!([]), "email_missing"),
        (json!({"message": "no"}), "provider_not_believed"),
    ] {
        *github.emails.lock().unwrap() = emails;
        assert_eq!(Browser::at(&platform.url).sign_in("github").await.1["code"], code);
    }
    // A number is what it is known by; a text is none.
    *github.user.lock().unwrap() = json!({"id": "583231", "login": "ada"});
    assert_eq!(Browser::at(&platform.url).sign_in("github").await.1["code"], "provider_not_believed");
}

#[tokio::test]
async fn githubs_refusals_are_200_and_are_understood() {
    let github = Fake::start().await;
    let wrong = github.settings().replace(SECRET, "wrong-secret");
    let platform = Platform::setup().config(&wrong).start().await;
    assert_eq!(Browser::at(&platform.url).sign_in("github").await.1["code"], "provider_refused");
    assert!(platform.log().contains("incorrect_client_credentials"), "{}", platform.log());
    assert!(!platform.log().contains("wrong-secret"));
    let bob = signed_in(&platform, "bob@example.com").await;
    assert_eq!(bob.connect("github").await.1["code"], "provider_refused");
}

#[tokio::test]
async fn a_secret_may_come_from_the_environment() {
    let platform = Platform::start().await;
    let without = "[sign_in.providers.github]\nclient_id = \"a\"\n";
    platform.configure(without);
    let (well, said) = platform.beside(&["serve"], &["--listen", "127.0.0.1:0"]);
    assert!(!well && said.contains("client_secret is missing"), "{said}");
    let mut command = platform.admin_command("user");
    command.env("CLOCHE_SIGN_IN__PROVIDERS__GITHUB__CLIENT_SECRET", "from-outside").args(["--email", ADA]);
    let done = command.output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}
