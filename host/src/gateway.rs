//! From a server's place to a tool's answer.
//!
//! What is remembered of a server ends with an event about it, before whoever made the change is answered; and where it is
//! not known for a second what others have changed, it is read anew.

mod answer;
mod bodies;
mod forks;
mod record;
mod remembered;
mod schema;
mod tools;

use std::collections::HashMap;
use std::fmt;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use cloche_domain::server::ServerStatus;
use cloche_domain::spec::ServerSpec;
use cloche_domain::{OrgId, SecretKey, ServerId, TemplateId, VersionId};
use cloche_sandbox::{Grant, Loaded, Progress, Secret, Secrets, ToolCall};
use cloche_storage::servers::{self as store, LiveServer, Standing};
use moka::sync::Cache;
use secrecy::SecretString;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

pub use answer::{Answer, Outcome};
pub use bodies::{Bodies, TooMuch};
pub use schema::Schema;
pub use tools::{Tool, Tools};

use remembered::Remembered;

use crate::app::App;
use crate::kv::ServerKv;
use crate::mount::Mount;
use crate::oauth::access::{Caller, Right};
use crate::{artifacts, vault};

/// How long a server counts as what it was while it is not known what others have changed: that counts here within a second.
const TRUST: Duration = Duration::from_millis(900);
/// How long it counts where all changes are known.
const LIFE: Duration = Duration::from_mins(10);
/// Servers that are remembered.
const SERVERS: u64 = 20_000;

/// Why a server does not answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no such server, or you may not use it")]
    NotFound,
    #[error("the token is for a server that is no longer at this address: authorize again")]
    OtherServer,
    #[error("the server's first version is being built: try again shortly")]
    Building,
    #[error("the server {0}")]
    NotLive(&'static str),
    #[error(transparent)]
    Tools(#[from] tools::Error),
    #[error(transparent)]
    Sandbox(#[from] cloche_sandbox::Error),
    #[error(transparent)]
    Vault(#[from] vault::Error),
    #[error(transparent)]
    Storage(#[from] cloche_storage::Error),
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A server that answers, with all that its calls need. A call that has begun keeps the version it began with.
#[derive(Clone)]
pub struct Served {
    pub known: Arc<Known>,
    pub tools: Arc<Tools>,
    loaded: Arc<Loaded>,
}

/// What is remembered of a server, besides its tools and its component: of these only the last called are held.
pub struct Known {
    pub live: LiveServer,
    secrets: Arc<Secrets>,
    kv: Arc<ServerKv>,
    /// How often a template's word on its forks had changed when this was read.
    words: u64,
    /// When reading it began.
    read: Instant,
    /// What each answer says of who gave it, as JSON.
    pub info: OnceLock<Box<RawValue>>,
}

impl fmt::Debug for Served {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Served").field("live", &self.known.live).finish_non_exhaustive()
    }
}

/// What is remembered of servers.
#[derive(Debug)]
pub struct Gateway {
    known: Remembered<Mount, Arc<Known>>,
    /// A version never changes.
    tools: Cache<VersionId, Arc<Tools>>,
    /// How often a template's word on its forks has changed.
    words: AtomicU64,
    pub bodies: Bodies,
}

impl Gateway {
    /// Remembers the tools of so many versions: as many as there are components in memory.
    pub fn new(loaded: u64) -> Self {
        Self {
            known: Remembered::new(SERVERS, LIFE),
            tools: Cache::new(loaded),
            words: AtomicU64::new(0),
            bodies: Bodies::default(),
        }
    }

    /// A server was changed.
    pub fn forget(&self, server: ServerId) {
        self.known.forget_if(move |known| known.live.server_id == server);
    }

    /// All forks of a template were stopped, or are so no longer.
    pub fn forget_forks(&self, template: TemplateId) {
        self.words.fetch_add(1, Ordering::SeqCst);
        self.known.forget_if(move |known| known.live.template_id == Some(template));
    }

    /// Any may have changed.
    pub fn forget_all(&self) {
        self.words.fetch_add(1, Ordering::SeqCst);
        self.known.forget_if(|_| true);
    }

    /// An organisation has other limits.
    pub fn forget_org(&self, org: OrgId) {
        self.known.forget_if(move |known| known.live.org_id == org);
    }
}

/// The server at a place, if this caller may use it and it can answer.
pub async fn serve(app: &App, caller: &Caller, mount: &Mount) -> Result<Served> {
    if let Some(known) = app.gateway.known.get(mount)
        && (app.events.are_known(TRUST) || known.read.elapsed() < TRUST)
        && let Some(tools) = app.gateway.tools.get(&known.live.version_id)
    {
        check_right(caller, known.live.server_id, known.live.org_id)?;
        let loaded = match app.sandbox.loaded(known.live.component_sha256) {
            Some(loaded) => loaded,
            None => Box::pin(load(app, &known.live)).await?,
        };
        return Ok(Served { known, tools, loaded });
    }
    Box::pin(read(app, caller, mount)).await
}

/// The same, from the database.
async fn read(app: &App, caller: &Caller, mount: &Mount) -> Result<Served> {
    let now = Instant::now();
    let (began, words) = (app.gateway.known.begin(), app.gateway.words.load(Ordering::SeqCst));
    let mut tx = app.db.read().await?;
    let Some(Standing { id, org_id, status, taken_down }) = store::status(&mut tx, &mount.org, &mount.slug).await?
    else {
        return Err(Error::NotFound);
    };
    check_right(caller, id, org_id)?;
    if taken_down {
        return Err(Error::NotLive(forks::STOPPED));
    }
    let (live, spec) = store::live(&mut tx, &mount.org, &mount.slug).await?.ok_or_else(|| not_live(status))?;
    if status == ServerStatus::Paused {
        return Err(not_live(status));
    }
    let secrets = app.vault.open_all(&mut tx, id).await?;
    drop(tx);
    let loaded = load(app, &live).await?;
    let tools = tools(app, live.version_id, &spec)?;
    let known = Arc::new(Known {
        secrets: Arc::new(bound(&spec, secrets)),
        kv: Arc::new(ServerKv { db: app.db.clone(), clock: app.clock.clone(), server: id }),
        live,
        words,
        read: now,
        info: OnceLock::new(),
    });
    app.gateway.known.keep(began, mount.clone(), known.clone());
    Ok(Served { known, tools, loaded })
}

async fn load(app: &App, live: &LiveServer) -> Result<Arc<Loaded>> {
    let sha256 = live.component_sha256;
    let fetch = async || -> Result<Vec<u8>, artifacts::Error> { app.artifacts.get(sha256).await };
    Ok(app.sandbox.load(live.org_id, sha256, fetch).await?)
}

fn tools(app: &App, version: VersionId, spec: &ServerSpec) -> Result<Arc<Tools>> {
    if let Some(known) = app.gateway.tools.get(&version) {
        return Ok(known);
    }
    let tools = Arc::new(Tools::of(spec)?);
    app.gateway.tools.insert(version, tools.clone());
    Ok(tools)
}

fn check_right(caller: &Caller, server: ServerId, org: OrgId) -> Result<()> {
    match caller.right {
        Right::Server(theirs) if theirs != server => Err(Error::OtherServer),
        Right::Org(theirs) if theirs != org => Err(Error::NotFound),
        _ => Ok(()),
    }
}

const fn not_live(status: ServerStatus) -> Error {
    match status {
        ServerStatus::Building | ServerStatus::Live => Error::Building,
        ServerStatus::Paused => Error::NotLive("is paused: its owner can resume it"),
        ServerStatus::Failed => Error::NotLive("was not built: its build says why"),
        ServerStatus::NeedsApproval => Error::NotLive("waits for approval by its owner or a reviewer"),
    }
}

/// The secrets that the spec declares: those that are set with their values, each bound to its hosts.
fn bound(spec: &ServerSpec, values: Vec<(SecretKey, SecretString)>) -> Secrets {
    let mut values: HashMap<_, _> = values.into_iter().collect();
    let declared = spec.required_secrets.iter();
    declared
        .map(|secret| {
            let hosts = secret.hosts.iter().filter_map(|host| host.parse().ok()).collect();
            (secret.key.clone(), Secret { value: values.remove(&secret.key), hosts })
        })
        .collect()
}

/// One call, with its arguments checked before and its result after. It leaves a record, also where it is dropped.
pub async fn call(
    app: &App,
    served: &Served,
    caller: &Caller,
    tool: &Tool,
    arguments: Map<String, Value>,
    progress: Option<Box<dyn Fn(Progress) + Send + Sync>>,
) -> Answer {
    let Served { known, tools, loaded } = served;
    let live = &known.live;
    let value = Value::Object(arguments);
    let arguments = value.to_string();
    let begun = record::begun(live, caller, tool.name(), arguments.len(), app.clock.now());
    if let Some(wrong) = tool.input.problems(&value) {
        let why = format!("the arguments of {} are not as its inputSchema says: {wrong}", tool.name());
        let answer = Answer::refused(begun, why);
        app.calls.note(answer.call.clone());
        return answer;
    }
    // The text is what goes on: a call that waits should not hold its arguments twice.
    drop(value);
    let (calls, dropped) = (app.calls.clone(), begun.clone());
    let grant = Grant {
        tenant: live.org_id,
        server: live.server_id,
        limits: app.config.plans.of(live.plan).call,
        hosts: tools.hosts.clone(),
        secrets: known.secrets.clone(),
        kv: Some(known.kv.clone()),
        progress,
        witness: Some(Box::new(move |report| {
            calls.note(record::ended(dropped, &report, report.outcome.as_ref().err()));
        })),
    };
    let call = ToolCall { name: tool.name().to_owned(), arguments };
    // Lent, not given: each hand that a future goes through keeps a place as large as it.
    let running = pin!(app.sandbox.call(loaded, grant, call));
    let Some(report) = forks::unless_stopped(app, known, running).await else {
        // Its record is made as it is dropped.
        return Answer::refused(begun, format!("the server {}", forks::STOPPED));
    };
    let answer = Answer::of(begun, report, tool);
    app.calls.note(answer.call.clone());
    answer
}
