//! A new user's way through the first page, in Chromium.

use std::path::Path;
use std::process::Command;

use crate::platform::Platform;

/// Sign in, describe, edit, build, consent to a client, delete; nothing that keeps someone out, and nothing asked of others.
/// The pictures are in target/journey.
#[tokio::test]
async fn from_a_sign_in_link_to_a_server_and_its_end() {
    let platform = Platform::start().await;
    let link = platform.admin("sign-in-link", &["--email", "new@example.com"]);
    let link = link.replace("http://127.0.0.1:8787", &platform.url);
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let pictures = workspace.join("target/journey");
    std::fs::create_dir_all(&pictures).unwrap();
    let walk =
        Command::new("node").arg(workspace.join("web/test/journey.mjs")).arg(link).arg(pictures).output().unwrap();
    assert!(walk.status.success(), "{}{}", String::from_utf8_lossy(&walk.stderr), platform.log());
}
