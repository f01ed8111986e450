//! Request to live: the time a user waits.

use std::path::Path;
use std::time::Instant;

use serde_json::json;

use crate::model;
use crate::platform::Platform;
use crate::spread::Spread;
use crate::tenant::Tenant;

/// Six tools with typed arguments and HTTP.
const SIX_TOOLS: &str = include_str!("six-tools.json");

/// Prints the spread of `builds` builds of each spec, one after another, after one that is not counted.
#[expect(clippy::print_stdout, reason = "a bench's output")]
pub(crate) async fn run(binary: &Path, toolchain: &Path, builds: usize) -> anyhow::Result<()> {
    let compiler =
        format!("[compiler]\ntoolchain = \"{}\"\n[log]\nfilter = \"warn\"\n", toolchain.canonicalize()?.display());
    let demo = Platform::start(binary, &compiler)?;
    println!("request to live, demo spec (two tools):  {}", measure(&demo.tenant("bench")?, builds).await?);
    drop(demo);
    let url = model::serve(SIX_TOOLS.to_owned()).await?;
    let provider = format!(
        "[[model.providers]]\nname = \"bench\"\nkind = \"openai\"\nbase_url = {url:?}\nmodel = \"bench\"\napi_key = \"bench\"\n"
    );
    let six = Platform::start(binary, &format!("{compiler}{provider}"))?;
    println!("request to live, six tools with HTTP:    {}", measure(&six.tenant("bench")?, builds).await?);
    Ok(())
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
