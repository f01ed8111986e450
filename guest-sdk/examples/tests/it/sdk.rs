//! What the SDK promises a tool's author, in compiled tools.

use cloche_compiler::Refusal;
use cloche_domain::spec::ServerSpec;
use cloche_sandbox::{CallError, CallReport, Content, Level};
use serde_json::{Value, json};

use crate::house::{House, compile};

fn server(tools: &[(&str, &str)]) -> ServerSpec {
    let tool = |(name, code): &(&str, &str)| json!({"name": name, "description": name, "implementation": code});
    let tools: Vec<Value> = tools.iter().map(tool).collect();
    serde_json::from_value(json!({"name": "Test", "tools": tools})).unwrap()
}

/// Builds a server and calls each of its tools once, without arguments.
async fn run(spec: &ServerSpec) -> (House, Vec<CallReport>) {
    let component = compile(spec).await.unwrap_or_else(|refusal| panic!("{refusal:#?}")).component;
    let house = House::new(None);
    let loaded = house.load(component).await;
    let mut reports = Vec::new();
    for tool in &spec.tools {
        reports.push(house.call(&loaded, spec, tool.name.as_str(), &json!({})).await);
    }
    (house, reports)
}

fn text(report: &CallReport) -> &str {
    match &report.outcome.as_ref().unwrap().content[..] {
        [Content::Text { text }] => text,
        other => panic!("one text expected, not {other:?}"),
    }
}

#[tokio::test]
async fn std_that_cannot_work_is_refused_with_the_alternative() {
    let cases = [
        (r#"Ok(std::fs::read_to_string("/etc/passwd")?)"#, "kv::set"),
        (r#"use std::fs::File; let _ = File::open("x")?; Ok(())"#, "http::get"),
        (r#"Ok(std::env::var("HOME")?)"#, "{KEY}"),
        (r#"let _ = std::net::TcpStream::connect("a:1")?; Ok(())"#, "only HTTP goes out"),
        (r#"let _ = std::process::Command::new("ls"); Ok(())"#, "neither start nor end a process"),
        ("std::thread::spawn(|| ()); Ok(())", "http::send_all"),
        ("std::thread::sleep(std::time::Duration::from_secs(1)); Ok(())", "cannot sleep"),
        ("let _ = std::time::SystemTime::now(); Ok(())", "time::now()"),
        ("use std::time::Instant; let _ = Instant::now(); Ok(())", "time::now_ms()"),
        ("let mut s = String::new(); std::io::stdin().read_line(&mut s)?; Ok(s)", "no standard streams"),
    ];
    let tools: Vec<_> = cases.iter().enumerate().map(|(i, (code, _))| (format!("t{i}"), *code)).collect();
    let tools: Vec<_> = tools.iter().map(|(name, code)| (name.as_str(), *code)).collect();
    let refusal = compile(&server(&tools)).await.unwrap_err();
    let Refusal::CompileError { diagnostics } = refusal else { panic!("{refusal:#?}") };
    for ((name, code), (_, alternative)) in tools.iter().zip(cases) {
        let said = diagnostics.iter().any(|d| d.tool.as_deref() == Some(name) && d.message.contains(alternative));
        assert!(said, "{code}: {diagnostics:#?}");
    }
}

#[tokio::test]
async fn what_std_can_do_works() {
    let spec = server(&[(
        "run",
        r#"use std::collections::{BTreeMap, HashMap, VecDeque};
use std::{cell::RefCell, fmt::Write as _, net::IpAddr, path::Path, rc::Rc, sync::Mutex};
thread_local!(static SEEN: RefCell<u32> = const { RefCell::new(0) });
SEEN.with(|seen| *seen.borrow_mut() += 1);
let mut text = String::new();
write!(text, "{:?}", HashMap::from([(1, "a")]))?;
let list: VecDeque<i32> = (1..=3).collect();
let ip: IpAddr = "192.0.2.1".parse()?;
let shared = Rc::new(Mutex::new(BTreeMap::from([("k", vec![1])])));
shared.lock().unwrap().entry("k").or_default().push(2);
let name = Path::new("a/b.txt").extension().and_then(|e| e.to_str()).unwrap_or_default();
Ok(format!("{text} {list:?} {ip} {:?} {name} {:.2}", shared.lock().unwrap(), std::f64::consts::PI))"#,
    )]);
    let (_, reports) = run(&spec).await;
    assert_eq!(text(&reports[0]), r#"{1: "a"} [1, 2, 3] 192.0.2.1 {"k": [1, 2]} txt 3.14"#);
}

#[tokio::test]
async fn panics_and_printed_lines_reach_the_log() {
    let tools = [
        ("fails", "let numbers: Vec<i32> = vec![];\nOk(numbers[random::range(3..=3) as usize])"),
        ("prints", "println!(\"n = {}\", 1); eprintln!(\"two\"); log::warn!(\"{}\", 3); log::error(\"four\"); Ok(())"),
        ("ends", "ensure!(args_are_fine(), \"not fine: {}\", 7);\nOk(())"),
        ("asks", "let n: u32 = \"x\".parse().context(\"how many\")?;\nOk(n)"),
    ];
    let mut spec = server(&tools);
    spec.helpers = "fn args_are_fine() -> bool { false }".into();
    let (_, reports) = run(&spec).await;
    assert!(matches!(reports[0].outcome, Err(CallError::Trap(_))), "{:?}", reports[0]);
    let panic = &reports[0].logs[0].message;
    assert!(panic.starts_with("panicked at tool_1_fails.rs:") && panic.contains("index is 3"), "{panic}");
    let lines: Vec<_> = reports[1].logs.iter().map(|line| (line.level, line.message.as_str())).collect();
    assert_eq!(lines, [(Level::Info, "n = 1"), (Level::Info, "two"), (Level::Warn, "3"), (Level::Error, "four")]);
    let error = |report: &CallReport| report.outcome.as_ref().unwrap_err().to_string();
    assert_eq!(error(&reports[2]), "not fine: 7");
    assert_eq!(error(&reports[3]), "how many: invalid digit found in string");
}

#[tokio::test]
async fn the_store_progress_time_and_chance() {
    let (house, reports) = run(&server(&[
        (
            "store",
            r#"kv::set_json("a/1", &json!([1, 2]))?;
kv::set("a/2", "text")?;
kv::set("b", [0xff])?;
kv::delete("none")?;
let list: Vec<i64> = kv::get_json("a/1")?.unwrap_or_default();
let wrong = kv::get_text("b").unwrap_err().to_string();
Ok(format!("{list:?} {:?} {:?} {:?} {wrong}", kv::get_text("a/2")?, kv::get("none")?, kv::list("a/", 9)?))"#,
        ),
        ("progress", r#"progress::report(1, 2, "half"); progress::step(2.5, "on"); Ok(())"#),
        (
            "chance",
            r#"let (a, b) = (random::uuid(), random::uuid());
ensure!(a != b && a.len() == 36 && &a[14..15] == "4", "{a} {b}");
ensure!((0..100).all(|_| (1..=6).contains(&random::range(1..=6))), "a die");
ensure!(random::choose(&["x"]) == Some(&"x") && random::bytes(3).len() == 3, "a choice");
ensure!(time::now().timestamp_millis() as u64 <= time::now_ms() && time::now_ms() > 1_700_000_000_000, "the time");
Ok(())"#,
        ),
    ]))
    .await;
    assert_eq!(
        text(&reports[0]),
        r#"[1, 2] Some("text") None ["a/1", "a/2"] the stored value of "b" is no text: invalid utf-8 sequence of 1 bytes from index 0"#
    );
    let progress = house.progress.lock().unwrap();
    let progress: Vec<_> = progress.iter().map(|p| (p.done, p.total, p.message.as_deref())).collect();
    assert_eq!(progress, [(1.0, Some(2.0), Some("half")), (2.5, None, Some("on"))]);
    assert!(reports[1].outcome.is_ok() && reports[2].outcome.is_ok(), "{reports:?}");
}

#[tokio::test]
async fn a_wrong_result_type_says_what_a_tool_may_return() {
    let refusal = compile(&server(&[("t", "Ok(Some(1))")])).await.unwrap_err();
    let Refusal::CompileError { diagnostics } = refusal else { panic!("{refusal:#?}") };
    assert!(diagnostics[0].message.contains("a tool cannot return"), "{diagnostics:#?}");
}

#[tokio::test]
async fn the_conformance_fixture_answers_in_every_kind_of_content() {
    let spec: ServerSpec = serde_json::from_str(include_str!("../../../fixtures/conformance.json")).unwrap();
    assert_eq!(spec.problems(), vec![]);
    let component = compile(&spec).await.unwrap_or_else(|refusal| panic!("{refusal:#?}")).component;
    let house = House::new(None);
    let loaded = house.load(component).await;
    for tool in &spec.tools {
        let report = house.call(&loaded, &spec, tool.name.as_str(), &json!({"region": "r"})).await;
        let kinds: Vec<&str> = report.outcome.iter().flat_map(|output| &output.content).map(kind).collect();
        let expected: &[&str] = match tool.name.as_str() {
            "test_image_content" => &["image"],
            "test_audio_content" => &["audio"],
            "test_embedded_resource" => &["resource"],
            "test_multiple_content_types" => &["text", "image", "resource"],
            "test_error_handling" => &[],
            _ => &["text"],
        };
        assert_eq!(kinds, expected, "{}: {report:?}", tool.name);
    }
    assert_eq!(house.progress.lock().unwrap().len(), 3);
}

fn kind(content: &Content) -> &'static str {
    match content {
        Content::Text { .. } => "text",
        Content::Image { .. } => "image",
        Content::Audio { .. } => "audio",
        Content::ResourceLink { .. } => "resource_link",
        Content::Resource { .. } => "resource",
    }
}
