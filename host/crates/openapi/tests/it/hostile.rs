//! Documents whose texts try to become code, to hide, or to lead elsewhere.

use cloche_openapi::{Choice, Document, Error};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Texts that end a string, a comment, a format or a line; that are not seen; that name a secret.
const TEXTS: [&str; 14] = [
    "\"); std::process::exit(1); (\"",
    "*/ } fn evil() {} /*",
    "\n} pub fn evil() { loop {} } //",
    "\r\nX-Evil: 1",
    "{}{0}{evil}",
    "{API_TOKEN}",
    "\\",
    "\\\"",
    "\u{202E}txet\u{200B}",
    "\u{0}\u{7}\u{1b}[31m",
    "r#\"",
    "../../../admin",
    "%2e%2e%2fadmin",
    "日本\u{2028}語",
];

fn spec(document: &Value) -> Result<cloche_domain::spec::ServerSpec, Error> {
    let document = Document::read(document.to_string().as_bytes())?;
    let overview = document.overview();
    let ids = overview.operations.iter().filter(|o| o.not_importable.is_none()).map(|o| o.id.clone());
    document.draft(&Choice { operations: ids.take(20).collect(), ..Choice::default() })
}

/// A document with a text everywhere that texts stand.
fn filled(text: &str) -> Value {
    let parameter = |place: &str| {
        json!({"name": text, "in": place, "required": false, "description": text,
        "schema": {"type": "string", "enum": [text], "default": text, "description": text, "pattern": text}})
    };
    let schema = json!({"type": "object", "description": text, "required": [text, "b"], "properties": {text: {"description": text,
        "type": "object", "properties": {text: {"type": text}}}, "b": {"enum": [text]}}});
    let operation = |kind: &str| {
        json!({"operationId": text, "summary": text, "description": text, "tags": [text],
        "parameters": [parameter("query"), parameter("header"), parameter("cookie"), parameter("path")],
        "requestBody": {"content": {kind: {"schema": schema, "encoding": {text: {"style": text}}}, text: {}}},
        "responses": {"200": {"content": {text: {}, format!("application/{text}+json"): {}}}},
        "security": [{text: []}]})
    };
    json!({"openapi": "3.1.0", "info": {"title": text, "description": text, "version": text},
        "servers": [{"url": "https://api.example.com/{v}", "variables": {"v": {"default": "v1"}}, "description": text}],
        "paths": {
            format!("/a/{text}"): {"get": operation("application/json")},
            format!("/{{{text}}}"): {"post": operation("application/json")},
            "/c": {"post": operation("application/x-www-form-urlencoded"), "put": operation(&format!("text/{text}"))},
        },
        "components": {"securitySchemes": {text: {"type": "apiKey", "in": "query", "name": text, "description": text}}}})
}

/// The code of a tool without its string literals and line comments; None where one is not closed on its line.
fn skeleton(code: &str) -> Option<String> {
    let mut rest = String::new();
    for line in code.lines() {
        let mut chars = line.chars();
        let mut before = ' ';
        while let Some(c) = chars.next() {
            match c {
                '"' => loop {
                    match chars.next()? {
                        '\\' => drop(chars.next()?),
                        '"' => break,
                        _ => {}
                    }
                },
                '/' if before == '/' => break,
                c => rest.push(c),
            }
            before = c;
        }
        rest.push('\n');
    }
    Some(rest)
}

fn is_harmless(spec: &cloche_domain::spec::ServerSpec) -> Result<(), String> {
    let texts = serde_json::to_value(spec).unwrap();
    if let Some(hidden) = cloche_domain::hidden_text::find(&texts) {
        return Err(format!("{hidden:?} is hidden"));
    }
    for host in &spec.allowed_hosts {
        if !host.to_string().contains(" api.example.com/v1") {
            return Err(format!("{host} may be reached"));
        }
    }
    for tool in &spec.tools {
        let code = &tool.implementation;
        let skeleton = skeleton(code).ok_or_else(|| format!("a literal is not closed:\n{code}"))?;
        // All that is left is the vocabulary of this crate.
        let known = [
            "Call",
            "new",
            "format",
            "segment",
            "segments",
            "args",
            "set",
            "secret",
            "query",
            "header",
            "get",
            "json",
            "optional_json",
            "json_body",
            "text_body",
            "fields",
            "form",
            "send",
            "Style",
            "Exploded",
            "Joined",
            "Deep",
            "Json",
            "",
        ];
        if let Some(word) = skeleton.split(|c: char| !c.is_alphanumeric() && c != '_').find(|w| !known.contains(w)) {
            return Err(format!("{word:?} got into the code:\n{code}"));
        }
        if !code.is_ascii() {
            return Err(format!("not ASCII:\n{code}"));
        }
    }
    Ok(())
}

#[test]
fn no_text_becomes_code() {
    for text in TEXTS {
        let spec = spec(&filled(text)).unwrap_or_else(|error| panic!("{text:?}: {error}"));
        assert!(!spec.tools.is_empty(), "{text:?}");
        assert_eq!(is_harmless(&spec), Ok(()), "{text:?}");
    }
}

#[test]
fn no_path_leads_out_of_its_server() {
    for path in [
        "/../admin",
        "/a/%2e%2e/admin",
        "/a/..;/b",
        "/a/.",
        "//evil.example/x",
        "/a\\..\\b",
        "/a?x=1",
        "/a#b",
        "@evil.example/",
    ] {
        let document = json!({"openapi": "3.0.0", "info": {"title": "T"}, "servers": [{"url": "https://api.example.com/v1"}],
            "paths": {path: {"get": {}}}});
        match spec(&document) {
            Ok(spec) => assert_eq!(is_harmless(&spec), Ok(()), "{path}"),
            Err(error) => assert_eq!(error, Error::NoneChosen, "{path}"),
        }
    }
    for server in [
        "https://u:p@api.example.com",
        "javascript:alert(1)",
        "//evil.example",
        "/v1",
        "https://a.example/?x=",
        "https://{x}.example",
    ] {
        let document = json!({"openapi": "3.0.0", "info": {"title": "T"}, "servers": [{"url": server}], "paths": {"/a": {"get": {}}}});
        assert_eq!(spec(&document).unwrap_err(), Error::NoneChosen, "{server}");
    }
}

#[test]
fn a_body_made_of_ever_more_parts_comes_to_an_end() {
    let mut schemas = serde_json::Map::new();
    for i in 0..16 {
        let next = json!({"$ref": format!("#/components/schemas/S{}", i + 1)});
        schemas.insert(format!("S{i}"), json!({"allOf": [next, next, next], "anyOf": [next, next], "items": next}));
        schemas.insert(format!("L{i}"), json!({"$ref": format!("#/components/schemas/L{}", (i + 1) % 16)}));
    }
    for name in ["S0", "L0"] {
        let content =
            json!({"application/json": {"schema": {"allOf": [{"$ref": format!("#/components/schemas/{name}")}]}}});
        let document = json!({"openapi": "3.0.0", "info": {"title": "T"}, "servers": [{"url": "https://a.example"}],
            "paths": {"/a": {"post": {"requestBody": {"required": true, "content": content}}}}, "components": {"schemas": schemas}});
        let _ = spec(&document);
    }
}

/// Any JSON, with the words of OpenAPI in it.
fn anything() -> impl Strategy<Value = Value> {
    let word = prop::sample::select(vec![
        "$ref",
        "type",
        "properties",
        "items",
        "allOf",
        "oneOf",
        "required",
        "name",
        "in",
        "schema",
        "content",
        "enum",
        "application/json",
        "parameters",
        "requestBody",
        "security",
        "url",
        "servers",
        "variables",
        "default",
        "x",
        "object",
        "array",
        "string",
        "query",
        "path",
        "#/components/schemas/A",
        "#/paths",
        "style",
        "deepObject",
    ]);
    let leaf = prop_oneof![
        word.clone().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        any::<i8>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        Just(Value::Null),
    ];
    leaf.prop_recursive(6, 60, 6, move |inner| {
        let key = prop_oneof![word.clone().prop_map(str::to_owned), ".{0,6}"];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key, inner), 0..6).prop_map(|all| Value::Object(all.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_operation_is_a_harmless_tool_or_none(parameters in anything(), body in anything(), schema in anything(), security in anything()) {
        let document = json!({"openapi": "3.0.0", "info": {"title": "T"}, "servers": [{"url": "https://api.example.com/v1"}],
            "paths": {"/a/{x}": {"parameters": [{"name": "x", "in": "path", "schema": schema}],
                "get": {"parameters": [parameters]}, "post": {"requestBody": body},
                "put": {"requestBody": {"content": {"application/json": {"schema": schema}}}, "security": security},
                "patch": {"requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": schema}}}}}},
            "components": {"schemas": {"A": schema}, "securitySchemes": security}});
        match spec(&document) {
            Ok(spec) => prop_assert_eq!(is_harmless(&spec), Ok(())),
            Err(error) => prop_assert_eq!(error, Error::NoneChosen),
        }
    }

    #[test]
    fn any_text_is_harmless(text in ".{0,40}") {
        if let Ok(spec) = spec(&filled(&text)) {
            prop_assert_eq!(is_harmless(&spec), Ok(()));
        }
    }
}
