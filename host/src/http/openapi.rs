//! The API's own description: OpenAPI 3.1, made from the handlers.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use serde_json::{Value, json};
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder, RefOr, SecurityRequirement};

use super::problem::Problem;
use super::router;
use super::{Shared, cookies};

/// As a platform shows it that bills organisations, or does not; and whose models have prices, or have none.
static DOCUMENTS: LazyLock<[[String; 2]; 2]> =
    LazyLock::new(|| [false, true].map(|bills| [false, true].map(|prices| shown(bills, prices).to_string())));

/// The tag of what a platform has that bills organisations.
const BILLING: &str = "billing";

/// The document without what a platform has none of: it tells nobody of money.
fn shown(bills: bool, prices: bool) -> Value {
    let mut document = json!(router::api().1);
    if !bills && let Some(paths) = document["paths"].as_object_mut() {
        let is_other = |operation: &Value| operation["tags"][0] != BILLING;
        paths.retain(|_, operations| operations.as_object().is_some_and(|them| them.values().all(is_other)));
    }
    if !prices {
        leave_out_cost(&mut document["components"]["schemas"]);
    }
    // What nothing refers to any more; until nothing more of it goes.
    let mut before = usize::MAX;
    loop {
        let text = document.to_string();
        let Some(schemas) = document["components"]["schemas"].as_object_mut() else { break };
        if schemas.len() == before {
            break;
        }
        before = schemas.len();
        schemas.retain(|name, _| text.contains(&format!("\"#/components/schemas/{name}\"")));
    }
    document
}

/// Takes the property `cost` away, wherever it is one.
fn leave_out_cost(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if let Some(Value::Object(properties)) = members.get_mut("properties") {
                properties.remove("cost");
            }
            members.values_mut().for_each(leave_out_cost);
        }
        Value::Array(elements) => elements.iter_mut().for_each(leave_out_cost),
        _ => {}
    }
}

/// What stands before the routes: the API's name, and the two ways to say who one is.
pub(super) fn preamble() -> OpenApi {
    let cookie = ApiKey::Cookie(ApiKeyValue::with_description(cookies::NAME, "A browser's session"));
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("An API key, `clo_…`")).build();
    let access = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("An OAuth access token")).build();
    let components = ComponentsBuilder::new()
        .security_scheme("accessToken", SecurityScheme::Http(access))
        .security_scheme("session", SecurityScheme::ApiKey(cookie))
        .security_scheme("apiKey", SecurityScheme::Http(bearer));
    let either = [("session", &[][..]), ("apiKey", &["api"])]
        .map(|(way, scopes)| SecurityRequirement::new(way, scopes.to_vec()));
    let info = InfoBuilder::new().title("Cloche").version(env!("CARGO_PKG_VERSION"));
    OpenApiBuilder::new().info(info.build()).components(Some(components.build())).security(Some(either)).build()
}

/// Gives each operation an id of its own, made from its method and path: `getServersIdVersions`. Handlers' names repeat.
pub(super) fn named(mut document: OpenApi) -> OpenApi {
    for (path, item) in &mut document.paths.paths {
        let segments = path.trim_start_matches("/v1").split(|c: char| !c.is_ascii_alphanumeric());
        let words: String = segments.filter(|segment| !segment.is_empty()).map(capitalised).collect();
        let methods = [
            ("get", &mut item.get),
            ("put", &mut item.put),
            ("post", &mut item.post),
            ("patch", &mut item.patch),
            ("delete", &mut item.delete),
        ];
        for (method, operation) in methods {
            if let Some(operation) = operation {
                operation.operation_id = Some(format!("{method}{words}"));
            }
        }
    }
    document
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(chars).collect()
}

/// The whole document, indented.
pub fn pretty() -> String {
    format!("{:#}", json!(router::api().1))
}

/// This document, without what this platform has none of.
#[utoipa::path(get, path = "/v1/openapi.json", tag = "platform", security(()), responses((status = OK, body = Value)))]
pub(super) async fn document(State(app): Shared) -> impl IntoResponse {
    let document = &DOCUMENTS[usize::from(app.billing.is_some())][usize::from(app.models.have_prices())];
    ([(CONTENT_TYPE, "application/json")], document.as_str())
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
