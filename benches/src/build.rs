//! Request to live: the time a user waits, cold and warm, alone and beside others.

use std::path::Path;
use std::time::{Duration, Instant};

use futures::future::try_join_all;
use serde_json::json;

use crate::model;
use crate::platform::Platform;
use crate::report::Section;
use crate::spread::Spread;
use crate::tenant::Tenant;

/// Six tools with typed arguments and HTTP.
const SIX_TOOLS: &str = include_str!("six-tools.json");
const AT_ONCE: usize = 4;

/// The spread of `builds` builds of each spec, one after another and four at once, and of a quarter as many that are the
/// first of a platform that has just started.
pub(crate) async fn run(binary: &Path, toolchain: &Path, builds: usize) -> anyhow::Result<Section> {
    let compiler =
        format!("[compiler]\ntoolchain = \"{}\"\n[log]\nfilter = \"warn\"\n", toolchain.canonicalize()?.display());
    let six = model::configured(SIX_TOOLS.to_owned()).await?;
    let mut lines = vec![];
    for (tools, provider) in [("two tools, the demo's", ""), ("six tools with HTTP", &six)] {
        let start = || Platform::start(binary, &format!("{compiler}{provider}"));
        let mut cold = vec![];
        for n in 0..builds.div_ceil(AT_ONCE) {
            cold.push(build(&start()?.tenant("bench")?, &format!("cold-{n}")).await?);
        }
        lines.push(Spread::of(cold).line(&format!("{tools}: the first after a start")));
        let platform = start()?;
        let tenant = platform.tenant("bench")?;
        build(&tenant, "warm").await?;
        let mut alone = vec![];
        for n in 0..builds {
            alone.push(build(&tenant, &format!("alone-{n}")).await?);
        }
        lines.push(Spread::of(alone).line(&format!("{tools}: one at a time")));
        let mut together = vec![];
        for n in 0..builds.div_ceil(AT_ONCE) {
            let slugs: Vec<_> = (0..AT_ONCE).map(|of| format!("together-{n}-{of}")).collect();
            together.extend(try_join_all(slugs.iter().map(|slug| build(&tenant, slug))).await?);
        }
        lines.push(Spread::of(together).line(&format!("{tools}: {AT_ONCE} at once")));
    }
    let mut section = Section::new("Request to live");
    section.paragraph("Wanted: a median of at most 1,500 ms for two tools and 4,000 ms for six, warm.");
    section.table(Spread::HEAD, lines);
    Ok(section)
}

async fn build(tenant: &Tenant, slug: &str) -> anyhow::Result<Duration> {
    let preview = tenant.post("/v1/servers/preview", &json!({"prompt": format!("tools to measure, {slug}")})).await?;
    let new = json!({"name": "Bench", "slug": slug, "previewId": preview["previewId"]});
    let begun = Instant::now();
    tenant.create(new).await?;
    Ok(begun.elapsed())
}
