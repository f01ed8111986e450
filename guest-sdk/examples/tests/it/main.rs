//! Every example, compiled by the real compiler and run in the real sandbox, against local servers that answer over TLS
//! in the upstream's documented form. The cases lie beside the examples, in `cases.json`.

#![expect(clippy::panic, clippy::unwrap_used, reason = "this is a test")]

mod case;
mod house;
mod sdk;
mod upstream;

use std::collections::BTreeSet;
use std::path::Path;

use case::Case;
use house::{House, compile};
use serde_json::json;
use upstream::Upstream;

macro_rules! examples {
    ($($test:ident = $name:literal),* $(,)?) => {
        $(
            #[tokio::test]
            async fn $test() {
                check($name).await;
            }
        )*

        #[test]
        fn no_example_is_left_out() {
            assert_eq!(cloche_starter::names(), [$($name),*]);
        }
    };
}

examples! {
    csv_and_json = "csv-and-json",
    echo_and_now = "echo-and-now",
    feeds = "feeds",
    github_issues = "github-issues",
    notion = "notion",
    text_tools = "text-tools",
    units_and_currency = "units-and-currency",
    weather = "weather",
    web_pages = "web-pages",
}

async fn check(name: &str) {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let cases = case::of(&here.join(name));
    let spec = cloche_starter::spec(name).unwrap();
    let untried: BTreeSet<_> = spec.tools.iter().map(|tool| tool.name.as_str()).collect();
    let tried = cases.iter().map(|case| case.tool.as_str()).collect();
    assert_eq!(untried, tried, "each tool has a case");

    let artifact = compile(&spec).await.unwrap_or_else(|refusal| panic!("{refusal:#?}"));
    let reaches = artifact.imports.iter().any(|import| import.starts_with("cloche:tool/http@"));
    assert_eq!(reaches, !spec.allowed_hosts.is_empty(), "asks for hosts if and only if it sends requests");
    let upstream = Upstream::new(cases.iter().flat_map(Case::hosts).collect()).await;
    let house = House::new(Some(&upstream));
    let loaded = house.load(artifact.component).await;
    for case in cases {
        upstream.await_requests(&case.upstream);
        let tool = spec.tools.iter().find(|tool| tool.name.as_str() == case.tool).unwrap();
        let report = house.call(&loaded, &spec, &case.tool, &case.arguments).await;
        let result = match &report.outcome {
            Ok(output) => json!(output),
            Err(error) => json!({"isError": true, "content": [{"text": error.to_string()}]}),
        };
        case.check(tool, &result);
        upstream.check(&case.name);
    }
}
