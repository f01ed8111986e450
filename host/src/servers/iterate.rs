//! From a server to its next version.

use std::collections::BTreeMap;

use cloche_domain::spec::ServerSpec;
use cloche_domain::{BuildId, ServerId, ToolName};
use cloche_storage::versions;
use serde_json::{Value, json};

use super::create::{begin_version, builds_within_plan, checked, parsed};
use super::upload::{Upload, adopted};
use super::{Error, Result, may_change};
use crate::app::App;
use crate::audit;
use crate::http::auth::Member;

/// What the next version is to be.
#[derive(Clone, Debug)]
pub enum Next {
    /// Another spec.
    Spec(Value),
    /// A component that was built elsewhere, and the spec that describes it.
    Upload(Upload),
    /// The newest version's spec with other code.
    Source { tools: BTreeMap<ToolName, String>, helpers: Option<String> },
}

/// A version that is being built.
#[derive(Clone, Copy, Debug)]
pub struct Begun {
    pub version: i64,
    pub build_id: BuildId,
}

/// Makes a server's next version, and begins to build it. The active version answers until the new one does.
pub async fn iterate(app: &App, member: &Member, id: ServerId, next: Next) -> Result<Begun> {
    may_change(member)?;
    let how = match next {
        Next::Spec(_) => "spec",
        Next::Upload(_) => "upload",
        Next::Source { .. } => "source",
    };
    let (next, uploaded) = match next {
        // Before the transaction, which others wait for: reading a component takes a while.
        Next::Upload(upload) => {
            let (spec, component) = adopted(app, upload, None).await?;
            (None, Some((spec, component)))
        }
        next => (Some(next), None),
    };
    // Nobody else numbers a version of this organisation until this is done.
    let mut tx = audit::begin(app, member.org_id).await?;
    let (newest, spec) = versions::newest(&mut tx, member.org_id, id).await?.ok_or(Error::NotFound)?;
    let (spec, component) = match (next, uploaded) {
        (_, Some((spec, component))) => (spec, Some(component)),
        (Some(next), None) => (checked(edited(spec, next)?)?, None),
        (None, None) => (checked(spec)?, None),
    };
    builds_within_plan(app, member, &mut tx).await?;
    let version = newest + 1;
    let build_id = begin_version(app, member, &mut tx, (id, version), &spec, component).await?;
    let how = json!({"version": version, "build": build_id, "by": how});
    let done = audit::Done::of("version.created", ("server", &id)).with(how);
    audit::note(app, member, &mut tx, done).await?;
    tx.commit().await?;
    tracing::info!(server = %id, version, build = %build_id, by = %member.user_id, "version begun");
    app.wake.ring();
    Ok(Begun { version, build_id })
}

fn edited(mut spec: ServerSpec, next: Next) -> Result<ServerSpec> {
    let (tools, helpers) = match next {
        Next::Spec(value) | Next::Upload(Upload { spec: value, .. }) => return parsed(value),
        Next::Source { tools, helpers } => (tools, helpers),
    };
    for (name, code) in tools {
        let tool = spec.tools.iter_mut().find(|tool| tool.name == name).ok_or(Error::UnknownTool(name))?;
        tool.implementation = code;
    }
    if let Some(helpers) = helpers {
        spec.helpers = helpers;
    }
    Ok(spec)
}
