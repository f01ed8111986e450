//! What models are told is true: every example of it compiles on a platform, runs, and does what it says; every function
//! that it names is called so; and there is no other code in it.

use std::fs;

use cloche::model::{SDK_REFERENCE, SYSTEM};
use cloche_domain::spec::ServerSpec;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::fake::{Fake, Reply, openai};
use crate::case::Case;
use crate::hosted::{Hosted, call};
use crate::platform::{Caller, Platform};
use crate::upstream::Upstream;

/// The fenced blocks of a text: what stands behind the fence, and what is in it.
fn blocks(text: &str) -> Vec<(&str, &str)> {
    text.split("```").skip(1).step_by(2).map(|block| block.split_once('\n').unwrap()).collect()
}

/// The examples marked ```` ```rust tool SCHEMA ````, as tools.
fn examples() -> Vec<Value> {
    let blocks = blocks(SDK_REFERENCE).into_iter().enumerate();
    let tool = |(i, (mark, body)): (usize, (&str, &str))| {
        let schema = mark.strip_prefix("rust tool ").unwrap_or_else(|| panic!("a block that is no example: {mark}"));
        tool(&format!("example_{i}"), serde_json::from_str(schema).unwrap(), body)
    };
    blocks.map(tool).collect()
}

#[expect(clippy::needless_pass_by_value, reason = "a schema is written where it is given")]
fn tool(name: &str, schema: Value, body: &str) -> Value {
    json!({"name": name, "description": "An example", "inputSchema": schema, "implementation": body})
}

/// What the reference tells in single words only, at work.
const WORDS: &str = include_str!("reference/words.rs.txt");
const REQUESTS: &str = include_str!("reference/requests.rs.txt");

/// A server of all examples. Its hosts and its secret are those that the examples name.
fn spec() -> ServerSpec {
    let mut tools = examples();
    assert_eq!(tools.len(), 5);
    let unit = json!({"type": "object", "properties": {"unit": {"type": "string", "enum": ["celsius", "kelvin"]}},
                      "required": ["unit"]});
    tools.push(tool("words", unit, WORDS));
    tools.push(tool("requests", json!({"type": "object"}), REQUESTS));
    let secret = json!({"key": "NOTION_TOKEN", "hosts": ["api.notion.com"]});
    let hosts = [
        "api.example.com",
        "api.notion.com",
        "api.open-meteo.com",
        "geocoding-api.open-meteo.com",
        "hacker-news.firebaseio.com",
    ];
    serde_json::from_value(
        json!({"name": "Examples", "tools": tools, "requiredSecrets": [secret], "allowedHosts": hosts}),
    )
    .unwrap()
}

/// The one that the instructions show.
fn shown() -> ServerSpec {
    let instructions = SYSTEM.strip_suffix(SDK_REFERENCE).unwrap();
    let blocks = blocks(instructions);
    let [("json", text)] = blocks.as_slice() else { panic!("a block that is not looked at: {blocks:?}") };
    serde_json::from_str(text).unwrap()
}

#[tokio::test]
async fn every_example_compiles_and_runs() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("reference/cases.json")).unwrap();
    let upstream = Upstream::new(cases.iter().flat_map(Case::hosts).collect()).await;
    let (spec, shown) = (spec(), shown());
    for tool in spec.tools.iter().chain(&shown.tools) {
        assert!(cases.iter().any(|case| case.tool == tool.name.as_str()), "no case calls {}", tool.name);
    }
    let model = Fake::start([&spec, &shown].map(|spec| Reply::events(openai::answer(&json!(spec).to_string())))).await;
    let files = TempDir::new().unwrap();
    let platform = Platform::setup().config(&config(&model, &upstream, &files)).start().await;
    let key = platform.api_key("ada@example.com");
    let ada = platform.with_key(&key);
    let servers = [(begin(&ada, "examples").await, spec), (begin(&ada, "shown").await, shown)];
    for (server, spec) in servers {
        let server = server.live(&ada).await;
        for case in cases.iter().filter(|case| spec.tools.iter().any(|tool| tool.name.as_str() == case.tool)) {
            upstream.await_requests(&case.upstream);
            let answer = server.send(&platform, &key, call(&case.tool, &case.arguments)).await;
            let answer: Value = answer.json().await.unwrap();
            let tool = spec.tools.iter().find(|tool| tool.name.as_str() == case.tool).unwrap();
            case.check(tool, &answer["result"]);
            upstream.check(&case.name);
        }
    }
}

fn config(model: &Fake, upstream: &Upstream, files: &TempDir) -> String {
    let certificates = files.path().join("ca.pem");
    fs::copy(upstream.certificate(), &certificates).unwrap();
    let hosts: Vec<_> = upstream.hosts.iter().map(|host| format!("{host:?} = \"{}\"\n", upstream.at)).collect();
    let hosts = hosts.concat();
    let ca = certificates.display();
    let egress =
        format!("[egress]\nallow_private = [\"127.0.0.0/8\"]\nca_file = \"{ca}\"\n[egress.connect_to]\n{hosts}");
    model.config("openai") + &egress
}

/// Has the next reply's server built.
async fn begin(owner: &Caller, slug: &str) -> Hosted {
    let (status, draft) = owner.post("/v1/servers/preview", json!({"prompt": slug})).await;
    assert_eq!(status, 200, "{draft:#}");
    let secrets = json!({"NOTION_TOKEN": "value-of-the-token"});
    let new = json!({"name": slug, "slug": slug, "previewId": draft["previewId"], "secrets": secrets});
    Hosted::create(owner, new).await
}

/// The names before a `(` or a `::<` in code, with their paths: `kv::get_json`, `.query`, `bail!`.
fn called(code: &str) -> Vec<String> {
    let mut names = vec![];
    for (at, _) in code.match_indices('(') {
        let before = &code[..at];
        let before = before.split_once("::<").map_or(before, |(name, _)| name);
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | ':' | '.' | '!');
        let start = before.char_indices().rev().take_while(|(_, c)| is_name(*c)).last().map_or(at, |(i, _)| i);
        let name = &before[start..];
        let method = name.rfind('.').map_or(name, |dot| &name[dot..]);
        names.extend((!method.trim_matches('.').is_empty()).then(|| method.to_owned()));
    }
    names
}

#[test]
fn every_function_that_is_named_is_called_in_an_example() {
    let code: String = spec().tools.iter().map(|tool| tool.implementation.as_str()).collect::<Vec<_>>().join("\n");
    let used = |name: &str| code.contains(&format!("{name}(")) || code.contains(&format!("{name}::"));
    // Fences are looked at above; what is indented is the function that the platform writes around a body.
    let mut prose: String = SDK_REFERENCE.split("```").step_by(2).collect();
    prose = prose.lines().filter(|line| !line.starts_with("    ")).collect::<Vec<_>>().join("\n");
    let spans: Vec<_> = prose.split('`').skip(1).step_by(2).collect();
    let missing: Vec<_> = spans.iter().flat_map(|span| called(span)).filter(|name| !used(name)).collect();
    assert_eq!(missing, [""; 0], "named in the reference, and called nowhere");
    let crates = prose.split("and the crates").nth(1).unwrap().split("What else").next().unwrap();
    let crates: Vec<_> = crates.split('`').skip(1).step_by(2).collect();
    assert!(crates.len() >= 9, "{crates:?}");
    for name in crates {
        assert!(used(name), "the crate {name} is named, and used nowhere");
    }
    assert_eq!(called("kv::get_json::<T>(key)?"), ["kv::get_json"]);
    assert_eq!(called(".json::<T>()?"), [".json"]);
    assert_eq!(called("value.context(\"x\")?.ok_or_else(|| err!(\"y\"))"), [".context", ".ok_or_else", "err!"]);
}

#[tokio::test]
async fn what_the_demo_drafter_drafts_compiles() {
    let platform = Platform::start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    Hosted::demo(&ada, "demo").await;
}
