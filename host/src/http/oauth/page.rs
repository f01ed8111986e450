//! The pages that a person sees on the way: plain HTML, no script, never in a frame, never from a cache.

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use cloche_domain::spec::ServerSpec;
use cloche_storage::oauth::Target;
use maud::{DOCTYPE, Markup, html};

use crate::oauth::authorize::Asked;
use crate::oauth::{Error, SCOPE, clients};

/// How the consent page looks.
#[utoipa::path(get, path = "/oauth/page.css", tag = "oauth", security(()),
    responses((status = OK, content_type = "text/css", body = String)))]
pub(in crate::http) async fn stylesheet() -> impl IntoResponse {
    ([("content-type", "text/css; charset=utf-8"), ("cache-control", "public, max-age=3600")], include_str!("page.css"))
}

/// Asks for consent: which client, for which server, with which powers.
pub(super) fn consent(asked: &Asked, target: &Target, email: &str, form: &str) -> Response {
    let (client, host) = (&asked.client, asked.redirect.shown());
    let body = html! {
        h1 { "Allow " strong { (client.name) } " to use " strong { (target.server_name) } "?" }
        dl {
            dt { "Application" } dd { (client.name) span.muted { " says its name is this; nobody has checked it" } }
            @if clients::is_document(client.client_id.as_str()) {
                dt { "Described at" } dd { code { (client.client_id) } }
            }
            dt { "Answers go to" } dd { code { (host) } }
            dt { "Server" } dd { (target.server_name) " of " (target.org_name) " " code { (asked.mount) } }
            dt { "It may" }
            dd { "list and call this server's tools as you (scope " code { (SCOPE) } "). No other server." }
            dt { "You are" } dd { (email) }
        }
        @if let Some(spec) = &target.spec { (card(spec, target.imports.as_deref().unwrap_or_default())) }
        form method="post" action="/oauth/authorize" {
            input type="hidden" name="form" value=(form);
            button.primary type="submit" name="decision" value="allow" { "Allow" }
            button type="submit" name="decision" value="deny" { "Don't allow" }
        }
        p.muted { "Allow it only if you have just asked " (client.name) " to connect." }
    };
    respond(StatusCode::OK, "Allow access", &body, &asked.redirect.csp_source())
}

/// The capability card: what calls of this server can do, and that they can do nothing else.
fn card(spec: &ServerSpec, imports: &[String]) -> Markup {
    let keeps = imports.iter().any(|import| import.starts_with("cloche:tool/kv"));
    html! {
        section.card aria-label="What the server can do" {
            p { "What " strong { (spec.name) } " can do when it is called" }
            dl {
                dt { "reaches" }
                dd {
                    @if spec.allowed_hosts.is_empty() { "nothing outside" }
                    @for host in &spec.allowed_hosts { code { (host) } " " }
                }
                dt { "uses" }
                dd {
                    @if spec.required_secrets.is_empty() { "no secret" }
                    @for secret in &spec.required_secrets {
                        div { code { (secret.key) } " → " code { (secret.hosts.join(", ")) } }
                    }
                }
                dt { "keeps" } dd { @if keeps { "a small store of its own" } @else { "nothing between calls" } }
                dt { "asks" } dd { "you nothing" }
                dt { "tools" } dd { @for tool in &spec.tools { code { (tool.name) } " " } }
            }
            p.closing { "Nothing else." }
        }
    }
}

/// The person may not use this server; whether there is one, they are not told.
pub(super) fn not_yours(asked: &Asked, email: &str) -> Response {
    let body = html! {
        h1 { "You cannot use this server" }
        p { "You are signed in as " (email) ", who is no member of the organisation of " code { (asked.mount) }
            ", or there is no such server. Ask its owner to invite you, or sign in as someone else; then connect again." }
        p.muted { "Code: access_denied" }
    };
    respond(StatusCode::FORBIDDEN, "You cannot use this server", &body, "")
}

/// There is nothing yet to consent to.
pub(super) fn not_built(target: &Target) -> Response {
    let body = html! {
        h1 { (target.server_name) " is not live yet" }
        p { "Its first version is still being built, or has failed. Connect again when it is live." }
        p.muted { "Code: temporarily_unavailable" }
    };
    respond(StatusCode::SERVICE_UNAVAILABLE, "Not live yet", &body, "")
}

/// The request was refused, and it is not safe to tell its sender.
pub(super) fn refused(status: StatusCode, error: &Error) -> Response {
    if status.is_server_error() {
        tracing::error!(%error, "authorization failed");
    }
    let body = html! {
        h1 { "This application cannot connect" }
        p { (error.description()) }
        p.muted { "Code: " (error.code()) }
    };
    respond(status, "This application cannot connect", &body, "")
}

fn respond(status: StatusCode, title: &str, body: &Markup, form_target: &str) -> Response {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (title) " · Cloche" }
                link rel="stylesheet" href="/oauth/page.css";
            }
            body { main { p.brand { "Cloche" } (body) } }
        }
    };
    let policy = format!(
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'self' {form_target}; frame-ancestors 'none'"
    );
    let mut response = (status, page.into_string()).into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        ("cache-control", "no-store"),
        ("x-frame-options", "DENY"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    // A redirect URI whose host cannot stand in a header can only have `'self'`: the browser then stays on our page.
    let policy = HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static(
        "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'",
    ));
    headers.insert("content-security-policy", policy);
    response
}
