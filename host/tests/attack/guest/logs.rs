//! Texts of strangers in the platform's own log.

use reqwest::Method;
use serde_json::{Value, json};

use super::GROUP;
use crate::attack::{Attack, attack};
use crate::hosted::{Hosted, call};
use crate::platform::Platform;
use crate::scene::Scene;
use crate::tenant::Tenant;

pub const ATTACKS: &[Attack] = &[
    attack!(GROUP, forged_lines_in_the_log, "whoever reads the platform's log in a terminal"),
    attack!(GROUP, terminal_codes_in_a_calls_log, "the owner, who reads the log of a call"),
    attack!(GROUP, log_flood, "the database's disk, and the owner's page"),
];

/// A line of its own, in red, in the right-to-left order, with the line before it wiped out.
const FORGED: &str = "x\r\n2026-01-01T00:00:00Z  INFO FORGED all is well\u{1b}[2K\u{1b}[31m\u{202e}\u{9b}0m\n";

async fn forged_lines_in_the_log(scene: &Scene) {
    let printed = std::process::Command::new("printf").args(["%s", FORGED]).output().unwrap().stdout;
    let lines = String::from_utf8_lossy(&printed).lines().count();
    scene.control(
        "a program that prints the text as it is prints two lines and steers the terminal",
        lines == 2,
        lines,
    );

    let platform = scene.platform(Platform::setup().config("[log]\nfilter = \"debug\"\n")).await;
    let ada = Tenant::new(&platform, "ada").await;
    let body = "let text = args.text.unwrap_or_default();
        log::error(&text);
        println!(\"{text}\");
        progress::step(1.0, &text);
        if args.n == Some(1) { panic!(\"{text}\") }
        if args.n == Some(2) { return Ok(()) }
        bail!(\"{text}\")";
    let server = ada.server(body).await;
    for n in [0, 1] {
        ada.attack(&platform, &server, json!({"text": FORGED, "n": n})).await;
    }
    server.send(&platform, &ada.key, call(FORGED, &json!({}))).await;
    server.send(&platform, &ada.key, json!({"jsonrpc": "2.0", "id": FORGED, "method": FORGED})).await;
    let anyone = platform.anyone();
    anyone.get("/v1/servers/x%0d%0aFORGED%1b[31m").await;
    anyone.get("/mcp/ada/x%0aFORGED%1b[31m").await;
    anyone.post("/v1/auth/magic-link", json!({"email": format!("a@b.example{FORGED}")})).await;
    anyone.post("/oauth/register", json!({"client_name": FORGED, "redirect_uris": ["https://a.example/"]})).await;
    for path in ["/health", "/mcp/ada/x"] {
        let request = anyone.request(Method::GET, path).header("x-request-id", "FORGED  INFO \u{9b}");
        let _ = request.header("user-agent", "FORGED\u{9b}31m").send().await;
    }
    ada.browser.post("/v1/servers/preview", json!({"prompt": FORGED})).await;

    let log = platform.log();
    let lines = log.lines().filter(|line| !line.is_empty());
    let forged: Vec<_> = lines.filter(|line| !line.starts_with("20") || line.starts_with("2026-01-01")).collect();
    scene.guard("each line begins with the platform's own time", forged.is_empty(), forged);
    let steers = |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
    let line = log.lines().find(|line| line.chars().any(steers));
    scene.guard("nothing in it steers a terminal", line.is_none(), line);
    let told = log.contains("FORGED");
    scene.guard("and yet it says what was asked for", told, "nothing of it is in the log");
}

/// Tries a tool as its owner does: the record, with its log.
async fn tried(owner: &Tenant, server: &Hosted, arguments: Value) -> Value {
    let body = json!({"tool": "attack", "arguments": arguments});
    let (status, record) = owner.browser.post(&format!("/v1/servers/{}/try", server.id), body).await;
    assert_eq!(status, 200, "{record}");
    record
}

async fn terminal_codes_in_a_calls_log(scene: &Scene) {
    let platform = scene.platform(Platform::setup()).await;
    let ada = Tenant::new(&platform, "ada").await;
    let body = "let text = args.text.unwrap_or_default();
        log::error(&text);
        match args.n { Some(0) => Ok(()), Some(1) => bail!(\"{text}\"), _ => panic!(\"{text}\") }";
    let server = ada.server(body).await;
    let mut seen = vec![];
    for n in 0..3 {
        let record = tried(&ada, &server, json!({"text": FORGED, "n": n})).await;
        let lines = record["logs"].as_array().unwrap().clone();
        let clean = lines.iter().all(|line| {
            let text = line["message"].as_str().unwrap();
            !text.chars().any(|c| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c))
        });
        scene.guard("a line of the log is one line, and steers nothing", clean, &lines);
        seen.extend(lines);
    }
    let kept = seen.iter().filter(|line| line.to_string().contains("FORGED")).count();
    scene.control("what a tool writes into its log is what its owner reads", kept >= 3, seen);
}

async fn log_flood(scene: &Scene) {
    let platform = scene.platform(Platform::setup()).await;
    let ada = Tenant::new(&platform, "ada").await;
    let body = "let line = \"x\".repeat(args.m.unwrap_or(0) as usize);
        for _ in 0..args.n.unwrap_or(0) { log::info(&line); }
        Ok(())";
    let server = ada.server(body).await;
    let kept = async |lines: i64, bytes: i64| {
        let record = tried(&ada, &server, json!({"n": lines, "m": bytes})).await;
        let lines = record["logs"].as_array().unwrap().clone();
        let bytes: usize = lines.iter().map(|line| line["message"].as_str().unwrap().len()).sum();
        (lines.len(), bytes, lines.last().map(ToString::to_string).unwrap_or_default())
    };
    let (lines, bytes, _) = kept(3, 8_000).await;
    scene.control("each of three lines of 8 kB is kept", (lines, bytes) == (3, 24_000), (lines, bytes));
    for (lines, bytes) in [(30_000, 8_000), (100, 1_000_000), (500_000, 0), (100_000, 40)] {
        let (kept, size, last) = kept(lines, bytes).await;
        let bounded = kept < 10_000 && size < 300_000 && last.contains("not kept");
        scene.guard("over its bound nothing more is kept, and the log says so", bounded, (lines, kept, size, last));
    }
}
