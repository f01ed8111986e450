use super::*;
use crate::operation::all;

/// The input schema of the only operation of a document with this body's schema.
fn body(schema: &Value, schemas: &Value) -> Value {
    let content = json!({"application/json": {"schema": schema}});
    let document = json!({"openapi": "3.1.0", "info": {"title": "T"}, "servers": [{"url": "https://a.example"}],
        "paths": {"/a": {"post": {"requestBody": {"required": true, "content": content}}}},
        "components": {"schemas": schemas}});
    let document = Document::read(document.to_string().as_bytes()).unwrap();
    let operation = all(&document).next().unwrap();
    let schema = input(&document, &Arguments::of(&document, &operation, true).unwrap()).unwrap();
    checker().build(&schema).unwrap();
    assert!(cloche_domain::schema::Cost::of(&schema).is_ok());
    schema
}

fn property(schema: &Value, schemas: &Value) -> Value {
    body(&json!({"type": "object", "properties": {"p": schema}}), schemas)["properties"]["p"].clone()
}

#[test]
fn both_versions_of_openapi_are_written_alike() {
    for (said, written) in [
        (json!({"type": "string", "nullable": true}), json!({"type": ["string", "null"]})),
        (json!({"type": ["null", "string"]}), json!({"type": ["null", "string"]})),
        (
            json!({"type": "integer", "minimum": 0, "exclusiveMinimum": true}),
            json!({"type": "integer", "exclusiveMinimum": 0}),
        ),
        (json!({"type": "integer", "minimum": 0, "exclusiveMinimum": false}), json!({"type": "integer", "minimum": 0})),
        (json!({"type": "number", "exclusiveMaximum": 5}), json!({"type": "number", "exclusiveMaximum": 5})),
        (json!({"const": "a"}), json!({"enum": ["a"]})),
        (
            json!({"type": "string", "enum": ["a", "a", "b"], "nullable": true}),
            json!({"type": ["string", "null"], "enum": ["a", "b", null]}),
        ),
        (json!({"type": "boolean", "enum": ["true"]}), json!({"enum": ["true"]})),
        (json!({"type": "string", "pattern": "^(?!x)"}), json!({"type": "string"})),
        (json!({"type": "file", "xml": {}, "example": 1, "discriminator": {}}), json!({})),
        (
            json!({"allOf": [{"$ref": "#/components/schemas/E"}], "description": "D", "nullable": true}),
            json!({"type": ["string", "null"], "enum": ["x", "y", null], "description": "D"}),
        ),
        (
            json!({"oneOf": [{"type": "string"}, {"type": "integer"}], "nullable": true}),
            json!({"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]}),
        ),
        (json!({"anyOf": [{"type": "string"}, {}]}), json!({})),
        (
            json!({"properties": {"a": {"type": "string", "readOnly": true}, "b": {}}, "required": ["a", "b"]}),
            json!({"type": "object", "properties": {"b": {}}, "required": ["b"]}),
        ),
        (
            json!({"type": "object", "additionalProperties": {"type": "string"}}),
            json!({"type": "object", "additionalProperties": {"type": "string"}}),
        ),
        (json!(true), json!({})),
        (json!({"$ref": "#/components/schemas/None"}), json!({})),
    ] {
        let schemas = json!({"E": {"type": "string", "enum": ["x", "y"]}});
        assert_eq!(property(&said, &schemas), written, "{said}");
    }
}

#[test]
fn what_goes_on_without_end_is_written_once() {
    let schemas = json!({"Node": {"type": "object", "description": "A node", "properties": {
        "name": {"type": "string"}, "children": {"type": "array", "items": {"$ref": "#/components/schemas/Node"}}}},
        "Self": {"$ref": "#/components/schemas/Self"}, "Both": {"allOf": [{"$ref": "#/components/schemas/Both"}, {"type": "string"}]}});
    let node = property(&json!({"$ref": "#/components/schemas/Node"}), &schemas);
    assert_eq!(node["properties"]["children"]["items"], json!({"type": "object", "description": "A node"}));
    for name in ["Self", "Both"] {
        property(&json!({"$ref": format!("#/components/schemas/{name}")}), &schemas);
    }
}

#[test]
fn what_is_too_large_is_written_as_deep_as_fits() {
    // Written out, this has 2⁴⁰ parts.
    let mut schemas = Map::new();
    for i in 0..40 {
        let next = json!({"$ref": format!("#/components/schemas/S{}", i + 1)});
        schemas.insert(format!("S{i}"), json!({"type": "object", "properties": {"a": next, "b": next}}));
    }
    schemas.insert("S40".to_owned(), json!({"type": "string"}));
    let schema = body(&json!({"$ref": "#/components/schemas/S0"}), &schemas.into());
    let size = schema.to_string().len();
    assert!((1_000..=BYTES).contains(&size), "{size}");
    assert_eq!(schema["properties"]["a"]["type"], "object");

    let wide: Map<String, Value> =
        (0..150).map(|i| (format!("p{i}"), json!({"type": "string", "description": "long ".repeat(200)}))).collect();
    let schema = body(&json!({"type": "object", "properties": wide}), &json!({}));
    assert_eq!(schema["properties"].as_object().unwrap().len(), 150);
    assert!(schema.to_string().len() <= bounds::SCHEMA);
}

#[test]
fn nothing_hidden_gets_into_a_schema() {
    let hidden = "a\u{202E}b";
    let schema = body(
        &json!({"type": "object", "properties": {
            hidden: {"type": "string", "description": hidden, "default": hidden, "pattern": hidden, "format": hidden},
            "c": {"enum": [hidden, "x"], "description": "d\u{200B}e"},
            "n": {"type": "object", "properties": {hidden: {}, "ok": {}}}}}),
        &json!({}),
    );
    assert_eq!(hidden_text::find(&schema), None, "{schema}");
    assert_eq!(schema["properties"]["c"], json!({"description": "de"}));
    assert_eq!(schema["properties"]["n"]["properties"], json!({"ok": {}}));
}

#[test]
fn parts_of_a_whole_are_one_object() {
    let schemas = json!({"A": {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
        "B": {"allOf": [{"$ref": "#/components/schemas/A"}, {"properties": {"b": {"type": "integer"}}, "required": ["b"]}]}});
    let schema = body(&json!({"allOf": [{"$ref": "#/components/schemas/B"}, {"properties": {"c": {}}}]}), &schemas);
    let names: Vec<_> = schema["properties"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["a", "b", "c"]);
    assert_eq!(schema["required"], json!(["a", "b"]));
    let choice =
        body(&json!({"oneOf": [{"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/B"}]}), &schemas);
    assert_eq!(choice["required"], json!(["body"]));
    assert_eq!(choice["properties"]["body"]["anyOf"].as_array().unwrap().len(), 2);
}
