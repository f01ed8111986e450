//! The last look at a component before it answers anyone: it says of itself what the spec says, it starts in the sandbox,
//! and it answers. No tool is run: a tool may do things that cannot be taken back.

use std::sync::Arc;

use cloche_compiler::{Artifact, read_manifest};
use cloche_domain::manifest::Manifest;
use cloche_domain::plan::{CallLimits, Plan};
use cloche_sandbox::{CallError, Error, Grant, Secrets, ToolCall};
use cloche_storage::builds::Work;

use super::failure::End;
use crate::app::App;

/// Fuel for a start, at most: that of the smallest plan's calls.
const START_FUEL: u64 = Plan::Hobby.limits().call.fuel;
/// A name that no tool can have.
const NO_TOOL: &str = "";

pub(super) async fn check(app: &App, work: &Work, artifact: &Artifact) -> Result<(), End> {
    let manifest = read_manifest(&artifact.component)
        .map_err(|error| End::failed("manifest_mismatch", format!("the component has no proper manifest: {error}")))?;
    if manifest != Manifest::of(&work.spec, artifact.source_sha256) {
        return Err(End::failed("manifest_mismatch", "the component describes another server than the spec does"));
    }
    // Powers are read from the binary: a compiler service that was taken over may say what it likes.
    let imports = cloche_compiler::imports(&artifact.component).map_err(|error| {
        End::failed("manifest_mismatch", format!("the component's imports cannot be read: {error}"))
    })?;
    if imports != artifact.imports {
        return Err(End::failed("manifest_mismatch", "the component imports other interfaces than its compiler says"));
    }
    let bytes = artifact.component.clone();
    let loaded = app.sandbox.load(work.org_id, artifact.sha256, async move || Ok::<_, String>(bytes)).await;
    let loaded = loaded.map_err(|error| match error {
        Error::Start(_) | Error::Process(_) | Error::Cache { .. } | Error::Fetch { .. } => {
            End::Sandbox(error.to_string())
        }
        error => End::failed("smoke_failed", error.to_string()),
    })?;
    let call = ToolCall { name: NO_TOOL.to_owned(), arguments: "{}".to_owned() };
    match app.sandbox.call(&loaded, powerless(app, work), call).await.outcome {
        Err(CallError::Tool(_)) => Ok(()),
        Err(
            CallError::Concurrency { .. }
            | CallError::Waiting { .. }
            | CallError::WaitingBytes { .. }
            | CallError::Slots { .. }
            | CallError::Files
            | CallError::Stopped,
        ) => Err(End::Sandbox("it is busy, or being stopped".into())),
        Err(error) => Err(End::failed("smoke_failed", format!("the component does not start: {error}"))),
        Ok(_) => Err(End::failed("smoke_failed", "the component answers to a tool that it does not have")),
    }
}

/// No host, no secret, no store; as much of the rest as the plan gives every call, but no more fuel than a start needs: it
/// takes a builder's place.
fn powerless(app: &App, work: &Work) -> Grant {
    let call = app.config.plans.of(work.plan).call;
    Grant {
        tenant: work.org_id,
        server: work.server_id,
        limits: CallLimits { fuel: call.fuel.min(START_FUEL), ..call },
        hosts: Arc::default(),
        secrets: Arc::new(Secrets::default()),
        kv: None,
        progress: None,
        witness: None,
    }
}
