//! Request to live: the time a user waits.

use std::path::Path;
use std::time::Instant;

use serde_json::json;

use crate::model;
use crate::platform::Platform;
use crate::report::Section;
use crate::spread::Spread;
use crate::tenant::Tenant;

/// Six tools with typed arguments and HTTP.
const SIX_TOOLS: &str = include_str!("six-tools.json");

/// The spread of `builds` builds of each spec, one after another, after one that is not counted.
pub(crate) async fn run(binary: &Path, toolchain: &Path, builds: usize) -> anyhow::Result<Section> {
    let compiler =
        format!("[compiler]\ntoolchain = \"{}\"\n[log]\nfilter = \"warn\"\n", toolchain.canonicalize()?.display());
    let demo = Platform::start(binary, &compiler)?;
    let two = measure(&demo.tenant("bench")?, builds).await?;
    drop(demo);
    let provider = model::configured(SIX_TOOLS.to_owned()).await?;
    let six = Platform::start(binary, &format!("{compiler}{provider}"))?;
    let six = measure(&six.tenant("bench")?, builds).await?;
    let mut section = Section::new("Request to live");
    section.table(Spread::HEAD, [two.line("two tools, the demo's"), six.line("six tools with HTTP")]);
    Ok(section)
}

async fn measure(tenant: &Tenant, builds: usize) -> anyhow::Result<Spread> {
    let mut times = vec![];
    for n in 0..=builds {
        let preview = tenant.post("/v1/servers/preview", &json!({"prompt": format!("tools to measure, {n}")})).await?;
        let new = json!({"name": "Bench", "slug": format!("bench-{n}"), "previewId": preview["previewId"]});
        let begun = Instant::now();
        let created = tenant.post("/v1/servers", &new).await?;
        tenant.live(created["buildId"].as_str().unwrap_or_default()).await?;
        if n > 0 {
            times.push(begun.elapsed());
        }
    }
    Ok(Spread::of(times))
}
