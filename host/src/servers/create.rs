//! From a draft to a server that is being built.

use std::collections::BTreeMap;

use cloche_compiler::Adopted;
use cloche_domain::spec::{ServerSpec, SpecProblem};
use cloche_domain::{BuildId, PreviewId, SecretKey, ServerId, Slug, VersionId};
use cloche_storage::jobs::NewJob;
use cloche_storage::secrets::Sealed;
use cloche_storage::servers::Server;
use cloche_storage::versions::NewVersion;
use cloche_storage::{Tx, artifacts, builds, jobs, previews, secrets, servers, versions};
use secrecy::SecretString;
use serde_json::Value;

use super::upload::{Upload, adopted};
use super::{Error, Result, check_secret, may_change, noted};
use crate::app::App;
use crate::audit;
use crate::hidden_text;
use crate::http::auth::Member;
use crate::quotas;
use crate::secret_scan;
use crate::worker::BUILD;

/// What a server is made from.
pub struct NewServer {
    pub name: String,
    pub slug: Slug,
    pub from: From,
    pub secrets: BTreeMap<SecretKey, SecretString>,
    /// Whether a model may mend the code where its build fails; if nothing is said, where a model wrote it.
    pub repair: Option<bool>,
}

/// Where its first version comes from.
pub enum From {
    /// A draft, and its spec as its author has edited it; none where nothing was changed.
    Draft { preview_id: PreviewId, spec_edit: Option<Value> },
    /// A component that was built elsewhere.
    Upload(Upload),
    /// What the platform itself brings along.
    Spec(Box<ServerSpec>),
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
    let (spec, component, by_model) = match new.from {
        From::Draft { preview_id, spec_edit } => {
            let drafted = previews::find(&mut app.db.read().await?, member.org_id, preview_id, now).await?;
            let drafted = drafted.filter(|draft| draft.user_id == member.user_id).ok_or(Error::PreviewExpired)?;
            let by_model = drafted.drafting.asked_sha256.is_some();
            let code = code(&drafted.spec);
            let spec = checked_spec(drafted.spec, spec_edit, &new.name)?;
            let by_model = by_model && code == self::code(&spec);
            (spec, None, by_model)
        }
        From::Upload(upload) => {
            let (spec, component) = adopted(app, upload, Some(&new.name)).await?;
            (spec, Some(component), false)
        }
        From::Spec(spec) => (checked(*spec)?, None, false),
    };
    let id = ServerId::new();
    let sealed = sealed(app, id, &spec, &new.secrets)?;

    let mut tx = audit::begin(app, member.org_id).await?;
    quotas::room_for_server(app, member, &mut tx).await?;
    let server =
        servers::NewServer { id, org_id: member.org_id, slug: &new.slug, name: &spec.name, created_by: member.user_id };
    servers::insert(&mut tx, &server, now).await.map_err(|error| match error {
        cloche_storage::Error::Taken(_) => Error::SlugTaken(new.slug.clone()),
        other => other.into(),
    })?;
    let begun = Beginning { spec: &spec, component, repair: new.repair.unwrap_or(by_model) };
    let build_id = begin_version(app, member, &mut tx, (id, 1), begun).await?;
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

/// The secrets that a new server is given, as they are kept.
pub(super) fn sealed(
    app: &App,
    server: ServerId,
    spec: &ServerSpec,
    secrets: &BTreeMap<SecretKey, SecretString>,
) -> Result<Vec<Sealed>> {
    let sealed = secrets.iter().map(|(key, value)| {
        if !spec.required_secrets.iter().any(|asked| &asked.key == key) {
            return Err(Error::UnknownSecret(key.clone()));
        }
        check_secret(key, value)?;
        Ok(app.vault.seal(server, key, value)?)
    });
    sealed.collect()
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

/// The code of a spec, by tool, and the helpers'. As long as it is as a model wrote it, a model may mend it: what a person
/// has written is changed by nobody else, unless that person asks for it.
pub(super) fn code(spec: &ServerSpec) -> (Vec<String>, String) {
    (spec.tools.iter().map(|tool| tool.implementation.clone()).collect(), spec.helpers.clone())
}

/// What a version begins with.
pub(super) struct Beginning<'a> {
    pub(super) spec: &'a ServerSpec,
    pub(super) component: Option<Adopted>,
    /// Whether a model may mend its code.
    pub(super) repair: bool,
}

/// Writes a version that is to be built, its build and the job, and counts the build.
pub(super) async fn begin_version(
    app: &App,
    member: &Member,
    tx: &mut Tx,
    (server, n): (ServerId, i64),
    beginning: Beginning<'_>,
) -> Result<BuildId> {
    let Beginning { spec, component, repair } = beginning;
    let (id, build, now) = (VersionId::new(), BuildId::new(), app.clock.now());
    quotas::count_build(app, member, tx, (server, build)).await?;
    let uploaded_sha256 = component.as_ref().map(|component| component.sha256);
    if let Some(component) = component {
        // Before the transaction ends, and after all that it may be refused for: no upload is kept that nothing refers to.
        artifacts::lay(tx, component.sha256, now).await?;
        app.artifacts.put(component.sha256, component.component).await?;
    }
    let created_by = member.user_id;
    let version = NewVersion { id, server_id: server, n, spec, uploaded_sha256, repair, release_n: None, created_by };
    versions::insert(tx, &version, now).await?;
    builds::insert(tx, build, (server, id), "Waiting for a builder", now).await?;
    let subject = build.to_string();
    jobs::enqueue(tx, NewJob { org_id: member.org_id, kind: BUILD, subject: &subject }, now).await?;
    Ok(build)
}

/// A spec that may be built: no hidden text, no secret pasted into it, nothing that the compiler would refuse unread.
pub(crate) fn checked(spec: ServerSpec) -> Result<ServerSpec> {
    let spec = safe(spec)?;
    match spec.problems() {
        problems if problems.is_empty() => Ok(spec),
        problems => Err(Error::SpecInvalid(problems)),
    }
}

/// A spec without hidden text, and without a secret pasted into it.
pub(crate) fn safe(spec: ServerSpec) -> Result<ServerSpec> {
    let texts = serde_json::to_value(&spec).unwrap_or_default();
    if let Some(hidden) = hidden_text::find(&texts) {
        return Err(Error::UnsafeText(hidden));
    }
    if let Some(pasted) = secret_scan::find(&texts) {
        return Err(Error::SecretInCode(pasted));
    }
    Ok(spec)
}
