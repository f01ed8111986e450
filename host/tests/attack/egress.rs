//! Ways out of the grant.

mod connections;
mod names;
mod requests;
mod responses;
mod services;
mod sessions;
mod targets;

use serde_json::{Value, json};

use crate::attack::Attack;
use crate::hosted::Hosted;
use crate::platform::{Platform, Setup};
use crate::tenant::{Said, Tenant};

const GROUP: &str = "Egress";

pub fn attacks() -> Vec<Attack> {
    [
        names::ATTACKS,
        targets::ATTACKS,
        services::ATTACKS,
        requests::ATTACKS,
        responses::ATTACKS,
        connections::ATTACKS,
        sessions::ATTACKS,
    ]
    .concat()
}

/// Sends a GET to its argument, waits a second at most, and returns the answer's text.
const GET: &str = "let seconds = args.n.unwrap_or(1) as u64;
Ok(http::get(args.text.unwrap_or_default()).timeout(std::time::Duration::from_secs(seconds)).send()?.text())";

/// A platform whose operator allows these networks, with more settings of [egress].
fn allowing(networks: &[&str], more: &str) -> Setup {
    Platform::setup().config(&format!("[egress]\nallow_private = {}\n{more}\n", json!(networks)))
}

/// A server that may reach these hosts.
async fn reaching(owner: &Tenant, body: &str, hosts: &[String]) -> Hosted {
    owner.server_with(body, |spec| spec["allowedHosts"] = json!(hosts)).await
}

/// Has the server's tool ask for a URL.
async fn get(platform: &Platform, owner: &Tenant, server: &Hosted, url: &str) -> Said {
    owner.attack(platform, server, json!({"text": url})).await
}

/// What a client reaches that looks at nothing: the text of the answer, or nothing.
async fn naively(url: &str) -> Option<String> {
    let client = reqwest::Client::builder().timeout(std::time::Duration::from_secs(2)).build().unwrap();
    client.get(url).send().await.ok()?.text().await.ok()
}

/// Whether a spec with these hosts is refused, and the answer.
async fn refused(owner: &Tenant, hosts: &[&str]) -> (bool, Value) {
    let (_, draft) = owner.browser.post("/v1/servers/preview", json!({"prompt": "Two tools, echo and now"})).await;
    let mut spec = draft["spec"].clone();
    spec["allowedHosts"] = json!(hosts);
    let new = json!({"name": "wide", "slug": "wide", "previewId": draft["previewId"], "specEdit": spec});
    let (status, answer) = owner.browser.post("/v1/servers", new).await;
    (status == 422 && answer["code"] == "spec_invalid", answer)
}
