//! The API's own description: OpenAPI 3.1, made from the handlers.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use serde_json::json;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder, RefOr, SecurityRequirement};

use super::cookies;
use super::problem::Problem;
use super::router;

static DOCUMENT: LazyLock<String> = LazyLock::new(|| json!(router::api().1).to_string());

/// What stands before the routes: the API's name, and the two ways to say who one is.
pub(super) fn preamble() -> OpenApi {
    let cookie = ApiKey::Cookie(ApiKeyValue::with_description(cookies::NAME, "A browser's session"));
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("An API key, `clo_…`")).build();
    let access = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("An OAuth access token")).build();
    let components = ComponentsBuilder::new()
        .security_scheme("accessToken", SecurityScheme::Http(access))
        .security_scheme("session", SecurityScheme::ApiKey(cookie))
        .security_scheme("apiKey", SecurityScheme::Http(bearer));
    let either = ["session", "apiKey"].map(|scheme| SecurityRequirement::new(scheme, Vec::<String>::new()));
    let info = InfoBuilder::new().title("Cloche").version(env!("CARGO_PKG_VERSION"));
    OpenApiBuilder::new().info(info.build()).components(Some(components.build())).security(Some(either)).build()
}

/// The whole document, indented.
pub fn pretty() -> String {
    format!("{:#}", json!(router::api().1))
}

/// This document.
#[utoipa::path(get, path = "/v1/openapi.json", tag = "platform", security(()), responses((status = OK, body = Value)))]
pub(super) async fn document() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], DOCUMENT.as_str())
}

/// What any operation may answer instead.
impl utoipa::IntoResponses for Problem {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let text = || ObjectBuilder::new().schema_type(Type::String);
        let problem = ObjectBuilder::new()
            .property("type", text())
            .property("title", text())
            .property("status", ObjectBuilder::new().schema_type(Type::Integer))
            .property("code", text().description(Some("A stable name of what went wrong")))
            .property("detail", text().description(Some("What went wrong, and what to do")))
            .property("requestId", text().description(Some("To quote when asking for help")));
        let problem = ["type", "title", "status", "code", "detail"].iter().fold(problem, |p, name| p.required(*name));
        let content = ContentBuilder::new().schema(Some(problem)).build();
        let response = ResponseBuilder::new()
            .description("A problem (RFC 9457)")
            .content("application/problem+json", content)
            .build();
        BTreeMap::from([("default".to_owned(), response.into())])
    }
}
