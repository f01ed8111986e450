use cloche_compiler::{Event, EventSink, Limits, imports, read_manifest};
use cloche_domain::Sha256;
use serde_json::json;

use crate::platform::{assert_no_host_path, both, compile, local_with, spec, with};

const LOG: &str = "cloche:tool/log@0.1.0";

both! {
    async fn a_spec_becomes_a_component_that_says_what_it_is(compiler: &dyn Compiler) {
        let spec = with(&["Ok(args.text)", "Ok(time::now().to_rfc3339())"], &json!({"description": "Two tools"}));
        let (sink, mut events) = EventSink::channel();
        let artifact = compiler.compile(&spec, sink).await.unwrap();

        assert_eq!(artifact.imports, ["cloche:tool/clock@0.1.0", LOG]);
        assert_eq!(imports(&artifact.component).unwrap(), artifact.imports);
        assert_eq!(artifact.sha256, Sha256::of(&artifact.component));
        let manifest = read_manifest(&artifact.component).unwrap();
        assert_eq!(manifest, artifact.manifest);
        assert_eq!((manifest.description.as_str(), manifest.tools.len()), ("Two tools", 2));
        assert_eq!(manifest.tools[0].input_schema, spec.tools[0].input_schema);
        assert_eq!(manifest.source_sha256, artifact.source.sha256());
        assert_eq!(artifact.toolchain, compiler.ready().await.unwrap());

        let mut seen = Vec::new();
        while let Some(event) = events.recv().await {
            seen.push(event);
        }
        assert!(matches!(seen[..], [Event::Rendered { lines: 20.. }, Event::Compiling, Event::Inspecting]), "{seen:?}");
    }

    async fn helpers_are_seen_by_tools_and_typed_arguments_work(compiler: &dyn Compiler) {
        let mut spec = with(
            &["let Args { unit, limit, tags, place, .. } = args;\n\
               let place: &ArgsPlace = place.as_ref().context(\"no place\")?;\n\
               Ok(json!({\"unit\": unit.as_str(), \"n\": limit + 1, \"x\": twice(place.lat.unwrap_or(Half::VALUE)),\n\
               \"tags\": tags.unwrap_or_default().join(\",\")}))"],
            &json!({"helpers": "struct Half;\nimpl Half { const VALUE: f64 = 0.5; }\nfn twice(x: f64) -> f64 { x * 2.0 }"}),
        );
        spec.tools[0].input_schema = json!({"type": "object", "properties": {
            "unit": {"type": "string", "enum": ["°C", "°F"], "default": "°C"}, "limit": {"type": "integer", "default": 5},
            "tags": {"type": "array", "items": {"type": "string"}}, "class": {"type": ["string", "null"]},
            "place": {"type": "object", "properties": {"lat": {"type": "number"}, "in": {"$ref": "#/properties/place"}}}
        }});
        compile(compiler, &spec).await.unwrap();
    }

    async fn a_warning_is_an_event_at_the_authors_line(compiler: &dyn Compiler) {
        let (sink, mut events) = EventSink::channel();
        compiler.compile(&spec(&["let x = 1;\n\"1\".parse::<u8>();\nOk(x)"]), sink).await.unwrap();
        let mut warned = None;
        while let Some(event) = events.recv().await {
            if let Event::Warning { diagnostic } = event {
                warned = Some((diagnostic.tool, diagnostic.line, diagnostic.code));
            }
        }
        assert_eq!(warned, Some((Some("tool-1".into()), 2, Some("unused_must_use".into()))));
    }

    async fn a_capability_must_be_declared_and_then_it_is_there(compiler: &dyn Compiler) {
        let body = "Ok(http::get(\"https://api.example.com/\").send()?.text())";
        let refusal = compile(compiler, &spec(&[body])).await.unwrap_err();
        let cloche_compiler::Refusal::UndeclaredCapability { interface, hint } = &refusal else {
            panic!("{refusal}");
        };
        assert_eq!(interface, "cloche:tool/http@0.1.0");
        assert!(hint.contains("allowedHosts"), "{hint}");

        let declared = with(&[body], &json!({"allowedHosts": ["api.example.com"]}));
        let artifact = compile(compiler, &declared).await.unwrap();
        assert_eq!(artifact.imports, ["cloche:tool/http@0.1.0", LOG]);
    }
}

/// That they parse is tested beside the generator; rustc must like them too.
#[tokio::test]
async fn types_of_odd_schemas_compile() {
    let schemas = [
        json!({"type": "object", "additionalProperties": {"type": "integer"}}),
        json!({"type": "object", "additionalProperties": {"type": "integer"}, "properties": {
            "rest": {"type": "string"}, "type": {"type": "boolean", "default": true}, "self": {"$ref": "#"}}}),
        json!({"type": "object", "$defs": {
            "Node": {"anyOf": [{"type": "null"}, {"type": "object", "properties": {"next": {"$ref": "#/$defs/Node"}}}]},
            "A": {"type": "object", "properties": {"b": {"$ref": "#/$defs/B"}}},
            "B": {"type": "object", "properties": {"a": {"$ref": "#/$defs/A"}, "all": {"type": "array", "items": {"$ref": "#"}}}}
        }, "properties": {"list": {"$ref": "#/$defs/Node"}, "a": {"$ref": "#/$defs/A"}, "b": {"$ref": "#/$defs/B"}}}),
        json!({"type": "object", "properties": {
            "unit": {"enum": ["a", "A", "", "1", "ä", "Self", null], "default": "1"}, "f": {"type": "number", "default": 1},
            "n": {"type": ["integer", "null"], "default": i64::MIN}, "s": {"type": "string", "default": "\"\\\u{202e}\0"},
            "\u{0}\"": {"const": "x"}, "fn": {"items": {}, "type": "array"}, "Value": {"type": "object", "properties": {"x": {}}}}}),
    ];
    let mut spec = spec(&["let _ = &args;\nOk(format!(\"{args:?}\"))"; 4]);
    for (tool, schema) in spec.tools.iter_mut().zip(schemas) {
        tool.input_schema = schema;
    }
    compile(crate::platform::local(), &spec).await.unwrap();
}

#[tokio::test]
async fn the_same_source_gives_the_same_bytes_in_any_directory() {
    let six = ["Ok(args.text)"; 6].map(|body| {
        format!(
            "let words: Vec<String> = args.text.split(' ').map(str::to_uppercase).collect();\nlet _ = words;\n{body}"
        )
    });
    let spec = spec(&six.each_ref().map(String::as_str));
    let compiler = local_with(Limits::default());
    // Each compilation has a fresh directory of its own, and these two run at the same time.
    let (first, second) = tokio::join!(compile(&compiler, &spec), compile(&compiler, &spec));
    let (first, second) = (first.unwrap(), second.unwrap());
    assert_eq!(first.sha256, second.sha256);
    assert_eq!(first, second);
    let third = compile(&local_with(Limits::default()), &spec).await.unwrap();
    assert_eq!(first.sha256, third.sha256);
    assert_no_host_path(&String::from_utf8_lossy(&first.component));
}

#[tokio::test]
async fn another_word_in_the_source_gives_another_digest() {
    let compiler = crate::platform::local();
    let one = compile(compiler, &spec(&["Ok(\"one\")"])).await.unwrap();
    let two = compile(compiler, &spec(&["Ok(\"two\")"])).await.unwrap();
    assert_ne!(one.source_sha256, two.source_sha256);
    assert_ne!(one.sha256, two.sha256);
}
