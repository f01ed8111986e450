use proptest::prelude::*;
use serde_json::json;

use super::*;

#[track_caller]
fn parses(schema: &Value) -> String {
    let code = render(schema);
    let file = syn::parse_file(&code).unwrap_or_else(|e| panic!("{e}\n{schema:#}\n{code}"));
    let names: Vec<String> = file
        .items
        .iter()
        .filter_map(|item| match item {
            syn::Item::Struct(s) => Some(s.ident.to_string()),
            syn::Item::Enum(e) => Some(e.ident.to_string()),
            syn::Item::Type(t) => Some(t.ident.to_string()),
            syn::Item::Fn(f) => Some(f.sig.ident.to_string()),
            _ => None,
        })
        .collect();
    let distinct: std::collections::HashSet<_> = names.iter().collect();
    assert_eq!(distinct.len(), names.len(), "{names:?}");
    assert!(names.iter().any(|n| n == "Args"), "{names:?}");
    code
}

#[test]
fn plain_properties_have_plain_types() {
    let code = parses(&json!({"type": "object", "required": ["city", "days"], "properties": {
        "city": {"type": "string"}, "days": {"type": "integer"}, "scale": {"type": "number"},
        "tags": {"type": "array", "items": {"type": "string"}}, "deep": {"type": ["boolean", "null"]},
        "anything": {}, "map": {"type": "object", "additionalProperties": {"type": "integer"}}
    }}));
    for field in [
        "pub city: String,",
        "pub days: i64,",
        "pub scale: Option<f64>,",
        "pub tags: Option<Vec<String>>,",
        "pub deep: Option<bool>,",
        "pub anything: Option<serde_json::Value>,",
        "pub map: Option<std::collections::BTreeMap<String, i64>>,",
    ] {
        assert!(code.contains(field), "{field}\n{code}");
    }
}

#[test]
fn odd_names_are_renamed_and_kept_apart() {
    let code = parses(&json!({"type": "object", "properties": {
        "type": {"type": "string"}, "self": {"type": "string"}, "crate": {"type": "string"}, "": {"type": "string"},
        "userId": {"type": "string"}, "user-id": {"type": "string"}, "user_id": {"type": "string"},
        "9lives": {"type": "string"}, "é\"\\\n}": {"type": "string"}, "gen": {"type": "string"}
    }}));
    for part in ["pub r#type:", "pub self_:", "#[serde(rename = \"user-id\")]", "pub field_9lives:", "pub r#gen:"] {
        assert!(code.contains(part), "{part}\n{code}");
    }
}

#[test]
fn defaults_enums_and_references() {
    let code = parses(&json!({"type": "object", "$defs": {
        "Point": {"type": "object", "properties": {"x": {"type": "number"}, "next": {"$ref": "#/$defs/Point"}}},
        "Loop": {"$ref": "#/$defs/Loop"}
    }, "properties": {
        "unit": {"type": "string", "enum": ["°C", "°F", "Self", "", "°C"], "default": "°F"},
        "limit": {"type": "integer", "default": -5}, "note": {"type": "string", "default": "a\"b"},
        "ratio": {"type": "number", "default": 1e300}, "wrong": {"type": "integer", "default": "x"},
        "at": {"$ref": "#/$defs/Point"}, "again": {"$ref": "#/$defs/Point"}, "root": {"$ref": "#"},
        "loop": {"$ref": "#/$defs/Loop"}, "gone": {"$ref": "#/nowhere"},
        "maybe": {"anyOf": [{"type": "null"}, {"type": "string"}]},
        "either": {"oneOf": [{"type": "integer"}, {"type": "string"}]}
    }}));
    for part in [
        "pub unit: ArgsUnit,",
        "-5_i64",
        "String::from(\"a\\\"b\")",
        "1e300_f64",
        "pub wrong: Option<i64>,",
        "pub at: Option<ArgsPoint>,",
        "pub again: Option<ArgsPoint>,",
        "pub next: Option<Box<ArgsPoint>>,",
        "pub root: Option<Box<Args>>,",
        "pub r#loop: Option<serde_json::Value>,",
        "pub maybe: Option<String>,",
        "pub either: Option<serde_json::Value>,",
    ] {
        assert!(code.contains(part), "{part}\n{code}");
    }
}

#[test]
fn a_cycle_through_a_nullable_type_stays_nullable() {
    let code = parses(&json!({"type": "object", "required": ["list"], "$defs": {
        "Node": {"anyOf": [{"type": "null"}, {"type": "object", "required": ["next"],
            "properties": {"next": {"$ref": "#/$defs/Node"}}}]}
    }, "properties": {"list": {"$ref": "#/$defs/Node"}}}));
    assert!(code.contains("pub next: Option<Box<ArgsNode>>,"), "{code}");
    assert!(code.contains("pub list: Option<ArgsNode>,"), "{code}");
}

/// Any JSON, mostly in the shape of a schema, with words that mean something.
fn schema() -> impl Strategy<Value = Value> {
    let word = prop_oneof![
        "[a-zA-Z_ -]{0,8}",
        any::<String>(),
        prop::sample::select(vec!["type", "self", "Args", "Value", "rest", "r#fn", "Option", "1", "_", "\u{202e}"])
            .prop_map(str::to_owned),
    ];
    let kind = prop::sample::select(vec!["string", "integer", "number", "boolean", "array", "object", "null", "odd"]);
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        word.clone().prop_map(Value::from),
        Just(json!({"$ref": "#"})),
        Just(json!({"$ref": "#/properties/a"})),
        Just(json!({"$ref": "#/$defs/Self"})),
        (kind.clone(), any::<Option<i64>>()).prop_map(|(k, d)| json!({"type": k, "default": d})),
        (kind.clone(), word.clone()).prop_map(|(k, d)| json!({"type": [k, "null"], "default": d})),
        (prop::collection::vec(word.clone(), 0..5), word.clone()).prop_map(|(e, d)| json!({"enum": e, "default": d})),
    ];
    leaf.prop_recursive(5, 60, 6, move |inner| {
        let map = prop::collection::btree_map(word.clone(), inner.clone(), 0..6);
        let list = prop::collection::vec(inner.clone(), 0..4);
        prop_oneof![
            (map.clone(), prop::collection::vec(word.clone(), 0..3), inner.clone()).prop_map(|(p, r, a)| {
                json!({"type": "object", "properties": p, "required": r, "additionalProperties": a, "$defs": p})
            }),
            map.clone().prop_map(|p| json!({"properties": p, "$defs": {"Self": {"type": "object", "properties": p}}})),
            inner.clone().prop_map(|i| json!({"type": "array", "items": i})),
            list.clone().prop_map(|l| json!({"anyOf": l})),
            list.prop_map(|l| json!({"enum": l})),
            map.prop_map(|m| json!(m)),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_schema_gives_code_that_parses(schema in schema()) {
        parses(&schema);
    }
}
