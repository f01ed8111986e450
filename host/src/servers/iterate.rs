//! From a server to its next version.

use std::collections::BTreeMap;
use std::sync::Arc;

use cloche_domain::spec::ServerSpec;
use cloche_domain::{BuildId, ServerId, ToolName};
use cloche_storage::{Tx, versions};
use serde_json::{Value, json};

use super::create::{Beginning, begin_version, checked, parsed};
use super::upload::{Upload, adopted};
use super::wish::{Wished, wished};
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
    /// What a model makes of the newest version's spec and this wish.
    Wish(String),
}

/// A version that is being built.
#[derive(Clone, Copy, Debug)]
pub struct Begun {
    pub version: i64,
    pub build_id: BuildId,
}

/// Makes a server's next version, and begins to build it. The active version answers until the new one does.
///
/// What a model made of a wish is built at once, like what a person wrote: it is read where any version is, in the diff from
/// the active one; it waits for approval where it asks for more, and the way back is one update.
pub async fn iterate(app: &Arc<App>, member: &Member, id: ServerId, next: Next, repair: Option<bool>) -> Result<Begun> {
    may_change(member)?;
    // Before the transaction, which others wait for: reading a component takes a while, and a model longer.
    match next {
        Next::Upload(upload) => {
            let (spec, component) = adopted(app, upload, None).await?;
            let mut tx = audit::begin(app, member.org_id).await?;
            let (newest, _) = newest(&mut tx, member, id).await?;
            let beginning = Beginning { spec: &spec, component: Some(component), repair: false };
            begin(app, member, tx, (id, newest + 1, "upload"), beginning).await
        }
        Next::Wish(prompt) => {
            let wished = wished(app, member, id, prompt).await?;
            build_wished(app, member, id, wished, repair.unwrap_or(true)).await
        }
        Next::Spec(spec) => edited(app, member, (id, repair, "spec"), |_| parsed(spec)).await,
        Next::Source { tools, helpers } => {
            edited(app, member, (id, repair, "source"), |newest| with_code(newest, tools, helpers)).await
        }
    }
}

/// Begins to build what a person made of the newest version's spec. A model mends it only where that person asks for it.
async fn edited(
    app: &App,
    member: &Member,
    (id, repair, by): (ServerId, Option<bool>, &'static str),
    edit: impl FnOnce(ServerSpec) -> Result<ServerSpec>,
) -> Result<Begun> {
    let mut tx = audit::begin(app, member.org_id).await?;
    let (newest, spec) = newest(&mut tx, member, id).await?;
    let spec = checked(edit(spec)?)?;
    let beginning = Beginning { spec: &spec, component: None, repair: repair.unwrap_or(false) };
    begin(app, member, tx, (id, newest + 1, by), beginning).await
}

/// Begins to build what a model made of a wish. The draft counts also where it may not be built: it was what was asked for.
async fn build_wished(app: &Arc<App>, member: &Member, id: ServerId, wished: Wished, repair: bool) -> Result<Begun> {
    let Wished { from, spec, reserved } = wished;
    let begun = async {
        let spec = checked(spec)?;
        let mut tx = audit::begin(app, member.org_id).await?;
        let (newest, _) = newest(&mut tx, member, id).await?;
        if newest != from {
            return Err(Error::Overtaken { from, newest });
        }
        reserved.settle(&mut tx, true).await?;
        let beginning = Beginning { spec: &spec, component: None, repair };
        begin(app, member, tx, (id, newest + 1, "prompt"), beginning).await
    };
    match begun.await {
        Ok(begun) => {
            reserved.close();
            Ok(begun)
        }
        Err(error) => {
            reserved.end(!matches!(error, Error::Storage(_))).await;
            Err(error)
        }
    }
}

/// The newest version's number and spec. Nobody else numbers a version of this organisation until the transaction ends,
/// which [`audit::begin`] began.
async fn newest(tx: &mut Tx, member: &Member, id: ServerId) -> Result<(i64, ServerSpec)> {
    versions::newest(tx, member.org_id, id).await?.ok_or(Error::NotFound)
}

/// Writes the version, and has it built.
async fn begin(
    app: &App,
    member: &Member,
    mut tx: Tx,
    (id, version, by): (ServerId, i64, &'static str),
    beginning: Beginning<'_>,
) -> Result<Begun> {
    let build_id = begin_version(app, member, &mut tx, (id, version), beginning).await?;
    let how = json!({"version": version, "build": build_id, "by": by});
    let done = audit::Done::of("version.created", ("server", &id)).with(how);
    audit::note(app, member, &mut tx, done).await?;
    tx.commit().await?;
    tracing::info!(server = %id, version, build = %build_id, by = %member.user_id, "version begun");
    app.wake.ring();
    Ok(Begun { version, build_id })
}

fn with_code(mut spec: ServerSpec, tools: BTreeMap<ToolName, String>, helpers: Option<String>) -> Result<ServerSpec> {
    for (name, code) in tools {
        let tool = spec.tools.iter_mut().find(|tool| tool.name == name).ok_or(Error::UnknownTool(name))?;
        tool.implementation = code;
    }
    if let Some(helpers) = helpers {
        spec.helpers = helpers;
    }
    Ok(spec)
}
