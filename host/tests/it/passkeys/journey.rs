//! A person's ways in, in Chromium: with its virtual authenticator, and at a provider.

use std::path::Path;

use tempfile::TempDir;

use crate::accounts::with_a_clock_and;
use crate::identities::issuer::Issuer;

/// Adds a passkey and a provider, signs in with each, and removes them; errors in the host's words. The pictures are in
/// target/journey.
#[tokio::test]
async fn with_a_passkey_and_at_a_provider() {
    let (data, issuer) = (TempDir::new().unwrap(), Issuer::start().await);
    // Browsers make passkeys for a name only.
    let settings = |port| format!("{}[http]\npublic_url = \"http://localhost:{port}\"\n", issuer.settings("corp"));
    let (app, _, _) = with_a_clock_and(&data, settings).await;
    let link = cloche::accounts::operator_link(&app, &"ada@example.com".parse().unwrap()).await.unwrap();
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let pictures = workspace.join("target/journey");
    std::fs::create_dir_all(&pictures).unwrap();
    let mut walk = std::process::Command::new("node");
    walk.arg(workspace.join("web/test/journeys/sign-in.mjs"))
        .arg(link.as_str())
        .arg(pictures)
        .arg(data.path().join("outbox"));
    let done = tokio::task::spawn_blocking(move || walk.output().unwrap()).await.unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}
