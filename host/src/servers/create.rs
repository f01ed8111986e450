//! From a draft to a server that is being built.

use std::collections::BTreeMap;

use cloche_compiler::Adopted;
use cloche_domain::spec::{ServerSpec, SpecProblem};
use cloche_domain::{BuildId, PreviewId, SecretKey, ServerId, Slug, VersionId};
use cloche_storage::jobs::NewJob;
use cloche_storage::servers::Server;
use cloche_storage::versions::NewVersion;
use cloche_storage::{Tx, artifacts, builds, jobs, previews, secrets, servers, versions};
use secrecy::SecretString;
use serde_json::Value;
use time::Duration;

use super::upload::{Upload, adopted};
use super::{Error, Result, check_secret, may_change, noted};
use crate::app::App;
use crate::audit;
use crate::hidden_text;
use crate::http::auth::Member;
use crate::secret_scan;
use crate::worker::BUILD;

/// What a server is made from.
pub struct NewServer {
    pub name: String,
    pub slug: Slug,
    pub from: From,
    pub secrets: BTreeMap<SecretKey, SecretString>,
}

/// Where its first version comes from.
pub enum From {
    /// A draft, and its spec as its author has edited it; none where nothing was changed.
    Draft { preview_id: PreviewId, spec_edit: Option<Value> },
    /// A component that was built elsewhere.
    Upload(Upload),
}

/// A server that waits for its first build.
#[derive(Clone, Debug)]
pub struct Created {
    pub server: Server,
    pub build_id: BuildId,
}

/// Makes a server. One transaction writes it, its first version, the build and its secrets: all of it or nothing.
pub async fn create(app: &App, member: &Member, new: NewServer) -> Result<Created> {
    may_change(member)?;
    let now = app.clock.now();
    let (spec, component) = match new.from {
        From::Draft { preview_id, spec_edit } => {
            let drafted = previews::find(&mut app.db.read().await?, member.org_id, preview_id, now).await?;
            let drafted = drafted.filter(|draft| draft.user_id == member.user_id).ok_or(Error::PreviewExpired)?;
            (checked_spec(drafted.spec, spec_edit, &new.name)?, None)
        }
        From::Upload(upload) => {
            let (spec, component) = adopted(app, upload, Some(&new.name)).await?;
            (spec, Some(component))
        }
    };
    let id = ServerId::new();
    let mut sealed = Vec::new();
    for (key, value) in &new.secrets {
        if !spec.required_secrets.iter().any(|asked| &asked.key == key) {
            return Err(Error::UnknownSecret(key.clone()));
        }
        check_secret(key, value)?;
        sealed.push(app.vault.seal(id, key, value)?);
    }

    let mut tx = audit::begin(app, member.org_id).await?;
    within_plan(app, member, &mut tx).await?;
    let server =
        servers::NewServer { id, org_id: member.org_id, slug: &new.slug, name: &spec.name, created_by: member.user_id };
    servers::insert(&mut tx, &server, now).await.map_err(|error| match error {
        cloche_storage::Error::Taken(_) => Error::SlugTaken(new.slug.clone()),
        other => other.into(),
    })?;
    let build_id = begin_version(app, member, &mut tx, (id, 1), &spec, component).await?;
    for sealed in &sealed {
        secrets::put(&mut tx, sealed, now).await?;
    }
    let server = servers::get(&mut tx, member.org_id, id).await?.ok_or(Error::NotFound)?;
    let done = audit::Done::of("server.created", ("server", &id)).changed(Value::Null, noted(&server));
    let with = serde_json::json!({"build": build_id, "secretsSet": new.secrets.keys().collect::<Vec<_>>()});
    audit::note(app, member, &mut tx, done.with(with)).await?;
    tx.commit().await?;

    tracing::info!(server = %id, build = %build_id, by = %member.user_id, "server created");
    app.wake.ring();
    Ok(Created { server, build_id })
}

/// The spec that is to be built: the draft's, or the edited one, under the server's name.
fn checked_spec(drafted: ServerSpec, spec_edit: Option<Value>, name: &str) -> Result<ServerSpec> {
    let tools = drafted.tools.len();
    let mut spec = match spec_edit {
        None => drafted,
        Some(edited) => parsed(edited)?,
    };
    name.clone_into(&mut spec.name);
    if spec.tools.len() != tools {
        return Err(Error::ToolCountMismatch { drafted: tools, edited: spec.tools.len() });
    }
    checked(spec)
}

/// A spec as someone wrote it.
pub(super) fn parsed(spec: Value) -> Result<ServerSpec> {
    let unreadable = |message| Error::SpecInvalid(vec![SpecProblem { pointer: String::new(), message }]);
    serde_json::from_value(spec).map_err(|error| unreadable(error.to_string()))
}

/// Writes a version that is to be built, its build and the job.
pub(super) async fn begin_version(
    app: &App,
    member: &Member,
    tx: &mut Tx,
    (server, n): (ServerId, i64),
    spec: &ServerSpec,
    component: Option<Adopted>,
) -> Result<BuildId> {
    let now = app.clock.now();
    let uploaded_sha256 = component.as_ref().map(|component| component.sha256);
    if let Some(component) = component {
        // Before the transaction ends, and after all that it may be refused for: no upload is kept that nothing refers to.
        artifacts::lay(tx, component.sha256, now).await?;
        app.artifacts.put(component.sha256, component.component).await?;
    }
    let (id, build) = (VersionId::new(), BuildId::new());
    let version = NewVersion { id, server_id: server, n, spec, uploaded_sha256, created_by: member.user_id };
    versions::insert(tx, &version, now).await?;
    builds::insert(tx, build, (server, id), "Waiting for a builder", now).await?;
    let subject = build.to_string();
    jobs::enqueue(tx, NewJob { org_id: member.org_id, kind: BUILD, subject: &subject }, now).await?;
    Ok(build)
}

/// A spec that may be built: no hidden text, no secret pasted into it, nothing that the compiler would refuse unread.
pub(super) fn checked(spec: ServerSpec) -> Result<ServerSpec> {
    let spec = safe(spec)?;
    match spec.problems() {
        problems if problems.is_empty() => Ok(spec),
        problems => Err(Error::SpecInvalid(problems)),
    }
}

/// A spec without hidden text, and without a secret pasted into it.
pub(super) fn safe(spec: ServerSpec) -> Result<ServerSpec> {
    let texts = serde_json::to_value(&spec).unwrap_or_default();
    if let Some(hidden) = hidden_text::find(&texts) {
        return Err(Error::UnsafeText(hidden));
    }
    if let Some(pasted) = secret_scan::find(&texts) {
        return Err(Error::SecretInCode(pasted));
    }
    Ok(spec)
}

/// Whether the plan has room for one more server, and for one more build today.
async fn within_plan(app: &App, member: &Member, tx: &mut Tx) -> Result<()> {
    let limits = app.config.plans.of(member.plan);
    let servers = servers::count_to_add(tx, member.org_id).await?;
    if let Some(limit) = limits.servers
        && servers >= i64::from(limit)
    {
        return Err(Error::PlanLimit { what: "servers", limit, advice: "delete one, or take a larger plan" });
    }
    builds_within_plan(app, member, tx).await
}

/// Whether the plan has room for one more build today.
pub(super) async fn builds_within_plan(app: &App, member: &Member, tx: &mut Tx) -> Result<()> {
    if let Some(limit) = app.config.plans.of(member.plan).builds_per_day {
        let today = builds::made_since(tx, member.org_id, app.clock.now() - Duration::DAY).await?;
        if today >= i64::from(limit) {
            return Err(Error::PlanLimit { what: "builds a day", limit, advice: "wait, or take a larger plan" });
        }
    }
    Ok(())
}
