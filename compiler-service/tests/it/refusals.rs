use cloche_compiler::{Diagnostic, Refusal};
use serde_json::json;

use crate::platform::{both, compile, spec, with};

fn first(refusal: Refusal) -> Diagnostic {
    match refusal {
        Refusal::CompileError { diagnostics } => diagnostics.into_iter().next().unwrap(),
        other => panic!("{other:?}"),
    }
}

both! {
    async fn an_error_stands_at_the_authors_line(compiler: &dyn Compiler) {
        let error = first(compile(compiler, &spec(&["Ok(1)", "let a = 1;\nlet b: String = a;\nOk(b)"])).await.unwrap_err());
        assert_eq!((error.tool.as_deref(), error.line, error.column), (Some("tool-2"), 2, 17));
        assert_eq!(error.code.as_deref(), Some("E0308"));
        assert_eq!(error.text.as_deref(), Some("let b: String = a;"));
        assert!(error.message.contains("mismatched types"), "{error}");
        assert!(error.hint.unwrap().contains("expected `String`"));
    }

    async fn an_error_in_the_helpers_does_too(compiler: &dyn Compiler) {
        let helpers = "fn fine() {}\n\nfn wrong() -> u8 { \"x\" }";
        let error = first(compile(compiler, &with(&["Ok(1)"], &json!({"helpers": helpers}))).await.unwrap_err());
        assert_eq!((error.tool, error.line), (None, 3));
    }

    async fn what_is_too_large_is_not_compiled(compiler: &dyn Compiler) {
        let long = format!("Ok({}1)", "1 + ".repeat(20_000));
        match compile(compiler, &spec(&[&long])).await.unwrap_err() {
            Refusal::TooLarge { what, limit, actual } => {
                assert_eq!((what.as_str(), limit), ("the code of tool tool-1", 65_536));
                assert!(actual > limit);
            }
            other => panic!("{other:?}"),
        }
    }

    async fn a_forbidden_item_is_named(compiler: &dyn Compiler) {
        match compile(compiler, &spec(&["let x = 1;\nunsafe { core::hint::unreachable_unchecked() }"])).await.unwrap_err() {
            Refusal::ForbiddenItem { tool, line, item, .. } => {
                assert_eq!((tool.as_deref(), line, item.as_str()), (Some("tool-1"), 2, "unsafe"));
            }
            other => panic!("{other:?}"),
        }
    }

    async fn a_spec_with_problems_is_told_all_of_them(compiler: &dyn Compiler) {
        let mut spec = with(&["Ok(1)"], &json!({"name": " "}));
        spec.tools[0].input_schema = json!({"type": "string"});
        match compile(compiler, &spec).await.unwrap_err() {
            Refusal::InvalidSpec { problems } => assert_eq!(problems.len(), 2, "{problems:?}"),
            other => panic!("{other:?}"),
        }
    }
}

/// Where errors stand that have no line of their own, and what they say.
#[tokio::test]
async fn errors_lead_to_what_to_do() {
    for (body, line, says) in [
        // The return type is in our header.
        ("let x = 1;\nOk(std::rc::Rc::new(x))", 1, "a tool cannot return"),
        ("Ok(args.txet)", 1, "no field `txet`"),
        ("Ok(std::fs::read_to_string(\"x\")?)", 1, ""),
        ("let t = std::time::Instant::now();\nOk(1)", 1, "clock"),
        ("let a = vec![1;\nOk(1)", 1, "not closed"),
        ("Ok(1)\n}\npub fn evil() {", 2, "closed twice"),
        ("let a = 1\nOk(a)", 1, "expected `;`"),
    ] {
        let error = first(compile(crate::platform::local(), &spec(&[body])).await.unwrap_err());
        assert_eq!((error.tool.as_deref(), error.line), (Some("tool-1"), line), "{body}: {error:?}");
        let all = format!("{} {}", error.message, error.hint.unwrap_or_default());
        assert!(all.contains(says), "{body}: {all}");
    }
}
