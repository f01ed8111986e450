//! Ways through the whole platform, in Chromium: each is a program in web/test/journeys.

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use crate::platform::{Platform, Setup};

/// Walks one on this platform. The pictures are in target/journey.
async fn walk(name: &str, setup: Setup) {
    walk_with(name, &setup.start().await, &[]);
}

fn walk_with(name: &str, platform: &Platform, more: &[&str]) {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let pictures = workspace.join("target/journey");
    std::fs::create_dir_all(&pictures).unwrap();
    let mut walk = Command::new("node");
    walk.arg(workspace.join(format!("web/test/journeys/{name}.mjs"))).arg(&platform.url).arg(pictures);
    let walk = walk.arg(platform.data().join("outbox")).args(more).output().unwrap();
    assert!(walk.status.success(), "{}{}", String::from_utf8_lossy(&walk.stderr), platform.log());
}

/// A mail, a secret refused, a draft edited and built, tried, connected and called; a version that waits and is approved, the
/// way back, and the end of the client and of the server.
#[tokio::test]
async fn a_new_user_goes_the_whole_way() {
    walk("whole", Platform::setup()).await;
}

#[tokio::test]
async fn a_server_is_shared_found_and_forked() {
    walk("market", Platform::setup()).await;
}

/// Offline, a session that ends, code that does not build, an address that is taken, a plan that is full.
#[tokio::test]
async fn nothing_written_is_lost_by_what_goes_wrong() {
    let plan = "plan = \"hobby\"\n[plans.hobby]\npreviews_per_day = 50\nbuilds_per_day = 50\nservers = 2\n";
    walk("errors", Platform::setup().config(plan)).await;
}

#[tokio::test]
async fn two_people_never_see_what_is_the_others() {
    walk("two", Platform::setup()).await;
}

#[tokio::test]
async fn a_keyboard_is_enough() {
    walk("keyboard", Platform::setup()).await;
}

#[tokio::test]
async fn a_phone_is_enough() {
    walk("phone", Platform::setup()).await;
}

/// Markup in whatever people, models and clients supply is text on every page.
#[tokio::test]
async fn what_others_supply_is_text() {
    // Where the journey's own model will listen.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let model = format!(
        "[[model.providers]]\nname = \"planted\"\nkind = \"openai\"\nbase_url = \"http://127.0.0.1:{port}\"\nmodel = \"m\"\n"
    );
    let platform = Platform::setup().config(&model).start().await;
    platform.admin("grant", &["--email", "admin@example.com"]);
    walk_with("planted", &platform, &[&port]);
}
