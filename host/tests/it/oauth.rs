//! The authorization server: each of its duties, and what is refused.

mod connected;
pub mod dance;
mod documents;
mod expiry;
mod forged;

use dance::{
    CALLBACK, Tokens, asking, code, decide, form, led, param, post, redeem, refresh, register, text, with_form,
};
use reqwest::Method;
use serde_json::json;

use crate::hosted::Hosted;
use crate::platform::Platform;

#[tokio::test]
async fn metadata_says_how_to_get_in_and_nothing_of_what_is_there() {
    let platform = Platform::start().await;
    let anyone = platform.anyone();
    let (status, server) = anyone.get("/.well-known/oauth-authorization-server").await;
    assert_eq!(status, 200);
    assert_eq!(server["issuer"], platform.url);
    assert_eq!(server["code_challenge_methods_supported"], json!(["S256"]));
    assert_eq!(server["authorization_response_iss_parameter_supported"], true);
    assert_eq!(server["client_id_metadata_document_supported"], true);
    let (status, resource) = anyone.get("/.well-known/oauth-protected-resource/mcp/nobody/nothing").await;
    assert_eq!(status, 200);
    assert_eq!(resource["resource"], format!("{}/mcp/nobody/nothing", platform.url));
    assert_eq!(resource["authorization_servers"], json!([platform.url]));
    let (_, keys) = anyone.get("/oauth/jwks.json").await;
    assert_eq!(keys["keys"][0]["crv"], "P-256");
    assert!(keys["keys"][0]["kid"].is_string() && keys["keys"][0]["d"].is_null());
}

#[tokio::test]
async fn clients_register_as_public_ones_and_not_without_end() {
    let platform = Platform::setup().config("[oauth]\nregistrations_per_address = 2\n").start().await;
    let anyone = platform.anyone();
    for (metadata, error) in [
        (json!({}), "invalid_client_metadata"),
        (json!({"redirect_uris": []}), "invalid_client_metadata"),
        (json!({"redirect_uris": ["http://client.example/cb"]}), "invalid_redirect_uri"),
        (json!({"redirect_uris": ["javascript:alert(1)"]}), "invalid_redirect_uri"),
        (
            json!({"redirect_uris": [CALLBACK], "token_endpoint_auth_method": "client_secret_basic"}),
            "invalid_client_metadata",
        ),
        (json!({"redirect_uris": [CALLBACK], "scope": "mcp admin"}), "invalid_scope"),
    ] {
        let (status, refused) = anyone.post("/oauth/register", metadata.clone()).await;
        assert_eq!((status, &refused["error"]), (400, &json!(error)), "{metadata}");
    }
    register(&platform).await;
    register(&platform).await;
    let answer = anyone.send(Method::POST, "/oauth/register", json!({"redirect_uris": [CALLBACK]})).await;
    assert_eq!(answer.status(), 429);
    assert!(answer.headers().contains_key("retry-after"));
}

#[tokio::test]
async fn nothing_is_redirected_before_client_and_redirect_are_known_to_belong_together() {
    let platform = Platform::start().await;
    let anyone = platform.anyone();
    let client = register(&platform).await;
    let server = format!("{}/mcp/ada/demo", platform.url);
    for change in [
        ("client_id", "cli_unknown"),
        ("client_id", ""),
        ("redirect_uri", ""),
        ("redirect_uri", "https://client.example/callback/../evil"),
        ("redirect_uri", "https://client.example/callback?x"),
        ("redirect_uri", "https://client.example.evil.example/callback"),
        ("redirect_uri", "https://client.example@evil.example/callback"),
        ("redirect_uri", "http://localhost/callback"),
        ("redirect_uri", "http://127.0.0.1:9/other"),
    ] {
        let (status, to) = led(&anyone, &asking(&client, &server, &[change])).await;
        assert!(matches!(status, 400 | 401) && to.is_none(), "{change:?}: {status} {to:?}");
    }
    for (change, error) in [
        (("response_type", "token"), "unsupported_response_type"),
        (("code_challenge", ""), "invalid_request"),
        (("code_challenge", "short"), "invalid_request"),
        (("code_challenge_method", "plain"), "invalid_request"),
        (("code_challenge_method", ""), "invalid_request"),
        (("scope", "mcp admin"), "invalid_scope"),
        (("resource", ""), "invalid_target"),
        (("resource", "https://elsewhere.example/mcp/ada/demo"), "invalid_target"),
    ] {
        let (status, to) = led(&anyone, &asking(&client, &server, &[change])).await;
        let to = to.unwrap_or_else(|| panic!("{change:?}: {status}"));
        assert!(status == 303 && to.as_str().starts_with(CALLBACK), "{change:?}: {to}");
        assert_eq!(param(&to, "error").as_deref(), Some(error), "{change:?}");
        assert_eq!(param(&to, "state").as_deref(), Some("the-state"));
        assert_eq!(param(&to, "iss").as_deref(), Some(platform.url.as_str()));
    }
    let twice = format!("{}&scope=mcp", asking(&client, &server, &[]));
    assert_eq!(led(&anyone, &twice).await, (400, None));
    for any_port in ["http://127.0.0.1:49999/callback", "http://127.0.0.1/callback"] {
        let path = asking(&client, &server, &[("redirect_uri", any_port)]);
        let answer = anyone.request(Method::GET, &path).send().await.unwrap();
        assert!(answer.headers()["location"].to_str().unwrap().starts_with("/sign-in?next=%2Foauth%2Fauthorize%3F"));
    }
}

#[tokio::test]
async fn consent_takes_one_click_of_the_person_who_saw_the_page() {
    let platform = Platform::start().await;
    let (ada, eve) = (platform.sign_in("ada@example.com").await, platform.sign_in("eve@example.com").await);
    let server = Hosted::demo(&ada, "demo").await;
    let client = register(&platform).await;
    let path = asking(&client, &server.url, &[]);

    let page = ada.request(Method::GET, &path).send().await.unwrap();
    let header = |name: &str| page.headers()[name].to_str().unwrap().to_owned();
    let policy = header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(policy.contains("form-action 'self' https://client.example;"), "{policy}");
    assert_eq!((header("x-frame-options"), header("cache-control")), ("DENY".into(), "no-store".into()));
    let html = page.text().await.unwrap();
    for said in [
        "Weather app",
        "client.example",
        "<code>mcp</code>",
        "demo",
        "nothing outside",
        "ada@example.com",
        "Nothing else.",
    ] {
        assert!(html.contains(said), "{said} is not in {html}");
    }
    assert!(!html.contains("<script") && !html.contains("style="));

    // Whoever may not use the server sees the same, whether there is one or not.
    let page = |server: &str| eve.request(Method::GET, &asking(&client, server, &[])).send();
    let (theirs, none) = (page(&server.url).await.unwrap(), page(&format!("{}-x", server.url)).await.unwrap());
    assert_eq!((theirs.status().as_u16(), none.status().as_u16()), (403, 403));
    assert_eq!(theirs.text().await.unwrap(), none.text().await.unwrap().replace("demo-x", "demo"));

    let shown = form(&ada, &path).await;
    assert_eq!(decide(&eve, &shown, "allow").await, (400, None), "another person's page");
    assert_eq!(decide(&platform.anyone(), &shown, "allow").await, (400, None), "nobody's page");
    assert_eq!(decide(&ada, &shown[..shown.len() - 4], "allow").await, (400, None), "a changed page");
    assert_eq!(decide(&ada, &shown, "").await, (400, None), "no decision");
    let other_session = platform.sign_in("ada@example.com").await;
    assert_eq!(decide(&other_session, &shown, "allow").await, (400, None), "another session's page");
    let forged = ada.request(Method::POST, "/oauth/authorize").header("sec-fetch-site", "cross-site");
    let forged = with_form(forged, &[("form", &shown), ("decision", "allow")]).send().await.unwrap();
    assert_eq!(forged.status(), 400, "another site's page");

    let (status, denied) = decide(&ada, &shown, "deny").await;
    let denied = denied.unwrap();
    assert_eq!((status, param(&denied, "error").as_deref()), (303, Some("access_denied")));
    assert_eq!(param(&denied, "iss").as_deref(), Some(platform.url.as_str()));
    let (_, allowed) = decide(&ada, &shown, "allow").await;
    let allowed = allowed.unwrap();
    assert!(param(&allowed, "code").is_some());
    assert_eq!(param(&allowed, "iss").as_deref(), Some(platform.url.as_str()));
    assert_eq!(param(&allowed, "state").as_deref(), Some("the-state"));
    assert_eq!(decide(&ada, &shown, "allow").await, (400, None), "the same page again");
    // What was allowed once is asked again.
    form(&ada, &path).await;
}

#[tokio::test]
async fn a_code_is_good_once_and_only_for_whom_it_was_given() {
    let platform = Platform::start().await;
    let ada = platform.sign_in("ada@example.com").await;
    let server = Hosted::demo(&ada, "demo").await;
    let client = register(&platform).await;
    let other = register(&platform).await;
    for (change, error) in [
        (("code_verifier", "another-verifier-of-more-than-forty-three-characters"), "invalid_grant"),
        (("code_verifier", ""), "invalid_grant"),
        (("redirect_uri", "https://client.example/other"), "invalid_grant"),
        (("redirect_uri", ""), "invalid_grant"),
        (("client_id", other.as_str()), "invalid_grant"),
        (("resource", "https://elsewhere.example/mcp/ada/demo"), "invalid_target"),
    ] {
        let code = code(&ada, &client, &server.url).await;
        let (status, refused) = redeem(&platform, &client, &code, &[change]).await;
        assert_eq!((status, &refused["error"]), (400, &json!(error)), "{change:?}");
        let (status, _) = redeem(&platform, &client, &code, &[]).await;
        assert_eq!(status, 400, "a code that was tried wrongly is used up: {change:?}");
    }
    let code = code(&ada, &client, &server.url).await;
    let resource = [("resource", server.url.as_str())];
    let tries = (0..200).map(|_| redeem(&platform, &client, &code, &resource));
    let answers = futures::future::join_all(tries).await;
    let won: Vec<_> = answers.iter().filter(|(status, _)| *status == 200).collect();
    assert_eq!(won.len(), 1, "{answers:?}");
    // The others have shown that two hold the code: all that it gave is over.
    assert_eq!(server.echo(&platform, &text(&won[0].1, "access_token")).await.0, 401);
    assert_eq!(refresh(&platform, &client, &text(&won[0].1, "refresh_token")).await.1["error"], "invalid_grant");
    let (_, unsupported) = post(&platform, "/oauth/token", &[("grant_type", "password")]).await;
    assert_eq!(unsupported["error"], "unsupported_grant_type");
}

#[tokio::test]
async fn refresh_tokens_rotate_and_a_second_use_ends_the_family() {
    let platform = Platform::start().await;
    let ada = platform.sign_in("ada@example.com").await;
    let server = Hosted::demo(&ada, "demo").await;
    let Tokens { client, access, refresh: first } = Tokens::of(&platform, &ada, &server).await;
    assert_eq!(server.echo(&platform, &access).await.1["result"]["content"][0]["text"], "hello");
    let other = register(&platform).await;
    assert_eq!(refresh(&platform, &other, &first).await.0, 400, "another client");
    let fields =
        [("grant_type", "refresh_token"), ("client_id", &client), ("refresh_token", &first), ("scope", "mcp x")];
    assert_eq!(post(&platform, "/oauth/token", &fields).await.1["error"], "invalid_scope");
    let (status, rotated) = refresh(&platform, &client, &first).await;
    assert_eq!(status, 200, "{rotated}");
    let (access, second) = (text(&rotated, "access_token"), text(&rotated, "refresh_token"));
    assert_eq!(server.echo(&platform, &access).await.0, 200);
    assert_eq!(refresh(&platform, &client, &first).await.1["error"], "invalid_grant", "a second use");
    assert_eq!(refresh(&platform, &client, &second).await.1["error"], "invalid_grant", "the family");
    assert_eq!(server.echo(&platform, &access).await.0, 401, "the access token, though it was known to be good");
}

#[tokio::test]
async fn what_is_revoked_ends_at_once() {
    let platform = Platform::start().await;
    let ada = platform.sign_in("ada@example.com").await;
    let server = Hosted::demo(&ada, "demo").await;
    for by in ["access", "refresh"] {
        let tokens = Tokens::of(&platform, &ada, &server).await;
        let token = if by == "access" { &tokens.access } else { &tokens.refresh };
        assert_eq!(server.echo(&platform, &tokens.access).await.0, 200);
        let other = register(&platform).await;
        assert_eq!(post(&platform, "/oauth/revoke", &[("token", token), ("client_id", &other)]).await.0, 401);
        assert_eq!(server.echo(&platform, &tokens.access).await.0, 200);
        assert_eq!(post(&platform, "/oauth/revoke", &[("token", token), ("client_id", &tokens.client)]).await.0, 200);
        assert_eq!(server.echo(&platform, &tokens.access).await.0, 401, "by {by} token");
        assert_eq!(refresh(&platform, &tokens.client, &tokens.refresh).await.0, 400, "by {by} token");
    }
    assert_eq!(post(&platform, "/oauth/revoke", &[("token", "unknown")]).await.0, 200);
    let tokens = Tokens::of(&platform, &ada, &server).await;
    assert_eq!(server.echo(&platform, &tokens.access).await.0, 200);
    ada.delete(&format!("/v1/servers/{}", server.id)).await;
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    assert_eq!(server.echo(&platform, &tokens.access).await.0, 401, "of a deleted server");
}

#[tokio::test]
async fn tokens_are_kept_from_caches_and_open_to_pages_of_any_origin() {
    let platform = Platform::start().await;
    let request = platform.anyone().request(Method::POST, "/oauth/token");
    let answer =
        with_form(request.header("origin", "https://app.example"), &[("grant_type", "x")]).send().await.unwrap();
    assert_eq!(answer.headers()["cache-control"], "no-store");
    assert_eq!(answer.headers()["access-control-allow-origin"], "*");
    let preflight = platform.anyone().request(Method::OPTIONS, "/oauth/token").header("origin", "https://app.example");
    let preflight = preflight.header("access-control-request-method", "POST").send().await.unwrap();
    assert_eq!(preflight.status(), 200);
    let allowed = |name: &str| preflight.headers()[&format!("access-control-{name}")].to_str().unwrap().to_owned();
    assert_eq!((allowed("allow-origin"), allowed("allow-methods")), ("*".to_owned(), "GET,POST".to_owned()));
    assert_eq!(allowed("allow-headers"), "authorization,content-type,mcp-protocol-version");
    let as_json = platform.anyone().post("/oauth/token", json!({"grant_type": "authorization_code"})).await;
    assert_eq!((as_json.0, &as_json.1["error"]), (400, &json!("invalid_request")));
}
