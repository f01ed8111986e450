//! Fork to live: from `POST /v1/servers` with a template to the new server's first answer. Beside it, in the same run, the
//! same server made of a draft.

use std::path::Path;
use std::time::Instant;

use serde_json::json;

use crate::platform::Platform;
use crate::report::Section;
use crate::spread::Spread;

/// The spread of `forks` forks and of a tenth as many builds, in turns, after one of each that is not counted.
pub(crate) async fn run(binary: &Path, toolchain: &Path, forks: usize) -> anyhow::Result<Section> {
    let config =
        format!("[compiler]\ntoolchain = \"{}\"\n[log]\nfilter = \"warn\"\n", toolchain.canonicalize()?.display());
    let platform = Platform::start(binary, &config)?;
    let (publisher, tenant) = (platform.tenant("publisher")?, platform.tenant("forker")?);
    let tools = [("repeat", "Ok(args.text.unwrap_or_default())"), ("count", "Ok(args.n.unwrap_or_default())")];
    let source = publisher.server("source", tools, &[]).await?;
    let about =
        json!({"serverId": source.id, "title": "Bench", "category": "other", "shortDescription": "To be measured"});
    publisher.post("/v1/templates", &about).await?;
    let (mut forked, mut built) = (Vec::new(), Vec::new());
    for n in 0..=forks {
        let preview = tenant.post("/v1/templates/bench/fork", &json!({})).await?;
        let new = json!({"name": "Bench", "slug": format!("fork-{n}"), "previewId": preview["previewId"],
            "templateId": preview["templateId"]});
        let begun = Instant::now();
        let server = tenant.create(new).await?;
        tenant.call(&server, "repeat", &json!({"text": "first"})).await?;
        if n > 0 {
            forked.push(begun.elapsed());
        }
        if n % 10 == 0 {
            let begun = Instant::now();
            let server = tenant.server(&format!("built-{n}"), tools, &[]).await?;
            tenant.call(&server, "repeat", &json!({"text": "first"})).await?;
            if n > 0 {
                built.push(begun.elapsed());
            }
        }
    }
    let lines =
        [Spread::of(forked).line("fork to its first answer"), Spread::of(built).line("draft to its first answer")];
    let mut section = Section::new("Fork to live");
    section.table(Spread::HEAD, lines);
    Ok(section)
}
