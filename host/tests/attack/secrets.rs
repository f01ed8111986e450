//! Ways to a secret's value.

mod bindings;
mod echoes;
mod leaks;
mod memory;
mod pasted;
mod rotation;
mod vault;

use serde_json::{Value, json};

use crate::attack::Attack;
use crate::hosted::Hosted;
use crate::platform::{Platform, Setup};
use crate::tenant::Tenant;
use crate::upstream::Upstream;

const GROUP: &str = "Secrets";
/// Long, and with characters that each encoding writes differently.
const VALUE: &str = "s3cr3t/va|ue+\"of\" the owner~7fQx";
/// A part of [`VALUE`] that every encoding but Base64 leaves as it is.
const MARK: &str = "s3cr3t";

pub fn attacks() -> Vec<Attack> {
    [
        echoes::ATTACKS,
        bindings::ATTACKS,
        memory::ATTACKS,
        leaks::ATTACKS,
        vault::ATTACKS,
        rotation::ATTACKS,
        pasted::ATTACKS,
    ]
    .concat()
}

/// A platform whose servers may reach this machine.
pub fn local() -> Setup {
    Platform::setup().config("[egress]\nallow_private = [\"127.0.0.0/8\"]\n")
}

/// A server with the secret `API_KEY`, bound to an upstream, that may reach others as well.
async fn server(owner: &Tenant, body: &str, bound: &Upstream, others: &[&Upstream]) -> Hosted {
    let server = owner
        .server_with(body, |spec| {
            let allowed = std::iter::once(&bound).chain(others).map(|upstream| json!(upstream.pattern()));
            spec["allowedHosts"] = allowed.collect();
            spec["requiredSecrets"] = json!([{"key": "API_KEY", "hosts": [bound.pattern()]}]);
        })
        .await;
    let path = format!("/v1/servers/{}/secrets/API_KEY", server.id);
    let (status, problem) = owner.browser.put(&path, json!({"value": VALUE})).await;
    assert_eq!((status, &problem), (204, &Value::Null));
    server
}

/// The forms of [`VALUE`] that a text may hold it in, looked for without a thought of how the platform does it.
fn holds_value(text: &str) -> bool {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
    let plain = percent_encoding::percent_decode_str(text).decode_utf8_lossy().replace('+', " ");
    let words = || text.split(|c: char| !c.is_ascii_alphanumeric() && !"+/-_".contains(c));
    let decoded = words().filter(|word| word.len() > 8).any(|word| {
        let whole = &word[..word.len() / 4 * 4];
        [STANDARD_NO_PAD.decode(whole), URL_SAFE_NO_PAD.decode(whole)]
            .into_iter()
            .flatten()
            .any(|bytes| String::from_utf8_lossy(&bytes).contains(MARK))
    });
    text.contains(MARK) || plain.contains(MARK) || decoded
}
