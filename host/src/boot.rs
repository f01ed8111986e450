//! Wiring: the one place that knows what a platform is made of, embedded or on a fleet.

mod compiler;

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use cloche_domain::Clock;
use cloche_sandbox::{CompilerProgram, EgressSettings, Sandbox, Settings};
use cloche_storage::{Db, jobs};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::artifacts::{self, Artifacts};
use crate::attestation_keys::Signer;
use crate::billing::{self, Billing, Stripe};
use crate::calls::{self, Recorder};
use crate::config::Config;
use crate::events::{Event, Events, nodes};
use crate::gateway::Gateway;
use crate::http::Origins;
use crate::keys::Keys;
use crate::mail::{Mailer, Outbox};
use crate::model::Models;
use crate::oauth::Bearers;
use crate::passkeys::RelyingParty;
use crate::providers::Providers;
use crate::status::Board;
use crate::vault::Vault;
use crate::worker::{Wake, Workers};
use crate::{greeting, http, imports, stop, templates};

/// Questions at a time about what organisations pay for: far below what Stripe takes.
const BILLING_PLACES: usize = 8;

/// Makes the platform from its configuration: opens the database and brings its tables up to date.
pub async fn app(config: Config) -> anyhow::Result<Arc<App>> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&config.data)
        .with_context(|| format!("cannot make {}", config.data.display()))?;
    let db = Db::open(&config.database_url()).await?;
    db.migrate().await?;
    let public_url = config.public_url()?;
    let mail = Mailer::Outbox(Outbox::new(config.data_dir("outbox"), public_url.host_str().unwrap_or("localhost")));
    let clock = Clock::default();
    let keys = Keys::open(&config.data_dir("keys/oauth"), Duration::days(config.oauth.key_days.into()), clock.now())?;
    let (gateway, bearers) = (Arc::new(Gateway::new(config.sandbox.loaded)), Arc::<Bearers>::default());
    let events = events(gateway.clone(), bearers.clone());
    let origins = Origins::new(&public_url, &config.mcp.allowed_origins)?;
    let billing = Stripe::new(&config.billing, config.plan)?.map(|stripe| Box::new(stripe) as Box<dyn Billing>);
    let sign_in = &config.sign_in;
    let providers = Providers::new(&sign_in.providers, sign_in.provider_timeout_s, &public_url)?;
    Ok(Arc::new(App {
        providers,
        relying_party: RelyingParty::of(&public_url)?,
        public_url,
        models: Models::new(&config.model)?,
        compiler: compiler::compiler(&config.compiler)?,
        sandbox: sandbox(&config)?,
        artifacts: Artifacts::new(config.data_dir("artifacts")),
        uploads: Arc::new(Semaphore::new(config.sandbox.uploads)),
        imports: Arc::new(Semaphore::new(imports::PLACES)),
        vault: Vault::open(&config.data_dir("keys/secrets"), &clock)?,
        billing,
        billing_places: Semaphore::new(BILLING_PLACES),
        wake: Wake::default(),
        clock,
        db,
        events,
        mail,
        keys,
        attestation_signer: Signer::open(&attestation_keys(&config))?,
        bearers,
        gateway,
        calls: Recorder::default(),
        origins,
        status: Board::default(),
        config,
    }))
}

/// The database as it is, to be looked at: nothing is made, and its tables stay what they are.
pub async fn database(config: &Config) -> anyhow::Result<Db> {
    let file = config.data_dir("cloche.db");
    ensure!(!config.is_embedded() || file.is_file(), "there is no database {}: is --data right?", file.display());
    Ok(Db::open(&config.database_url()).await?)
}

/// Where the keys are that sign attestations, and the audit log.
pub fn attestation_keys(config: &Config) -> PathBuf {
    config.data_dir("keys/attestation")
}

/// What has changed ends what is remembered of it.
fn events(gateway: Arc<Gateway>, bearers: Arc<Bearers>) -> Events {
    Events::new(move |event| match event {
        Event::Server(server) => {
            gateway.forget(server);
            bearers.forget_rights();
        }
        Event::Template(template) => gateway.forget_forks(template),
        Event::Grant(grant) => bearers.forget_grant(grant),
        Event::Rights => bearers.forget_rights(),
        Event::All => {
            gateway.forget_all();
            bearers.forget_rights();
        }
        Event::Plan(org) => gateway.forget_org(org),
        Event::Build(_) => {}
    })
}

/// Serves until asked to stop; then finishes what is open.
pub async fn serve(mut config: Config) -> anyhow::Result<()> {
    open_more_files();
    let listen = config.http.listen;
    let listener = TcpListener::bind(listen).await.with_context(|| format!("cannot listen on {listen}"))?;
    config.http.listen = listener.local_addr()?; // port 0 is any free one
    let app = app(config).await?;
    let embedded = app.config.is_embedded();
    greeting::print(&app, embedded).await?;
    if embedded {
        release_jobs(&app.db).await?;
    }
    let workers = Workers::start(&app, compiler::parallel(&app.config.compiler));
    let stopping = CancellationToken::new();
    let writing = tokio::spawn(calls::write(app.clone(), stopping.clone()));
    let tidying = tokio::spawn(artifacts::tidy(app.clone(), stopping.clone()));
    let hearing = tokio::spawn(nodes::hear(app.clone(), stopping.clone()));
    let comparing = tokio::spawn(billing::reconcile(app.clone(), stopping.clone()));
    let ranking = tokio::spawn(templates::rank(app.clone(), stopping.clone()));
    let starting = app
        .config
        .marketplace
        .starters
        .then(|| tokio::spawn(templates::publish_starters(app.clone(), stopping.clone())));
    let served = http::serve(listener, app.clone()).await;
    stopping.cancel();
    writing.await?;
    tidying.await?;
    hearing.await?;
    comparing.await?;
    ranking.await?;
    if let Some(starting) = starting {
        starting.await?;
    }
    workers.stop().await;
    app.db.close().await;
    served
}

/// As many open files as the system lets this process have: connections and calls are bounded by them, and the usual 1,024
/// are meant for other programs.
fn open_more_files() {
    let files = getrlimit(Resource::Nofile);
    if files.maximum.is_some() {
        // Where it cannot be raised, it stays: all that is opened keeps to it.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: files.maximum, ..files });
    }
}

/// Works on jobs beside nodes that serve, until asked to stop.
pub async fn work(config: Config) -> anyhow::Result<()> {
    ensure!(
        !config.is_embedded(),
        "an embedded platform builds by itself: set database.url to Postgres to have workers"
    );
    let app = app(config).await?;
    let workers = Workers::start(&app, compiler::parallel(&app.config.compiler));
    let stopping = CancellationToken::new();
    let tidying = tokio::spawn(artifacts::tidy(app.clone(), stopping.clone()));
    let hearing = tokio::spawn(nodes::hear(app.clone(), stopping.clone()));
    tracing::info!("working on jobs");
    stop::asked().await;
    stopping.cancel();
    tidying.await?;
    hearing.await?;
    workers.stop().await;
    app.db.close().await;
    Ok(())
}

/// The jobs that were in hand when the platform last ended: nobody else works on an embedded one.
async fn release_jobs(db: &Db) -> cloche_storage::Result<()> {
    let mut tx = db.begin().await?;
    let released = jobs::release_all(&mut tx).await?;
    tx.commit().await?;
    if released > 0 {
        tracing::info!(released, "taking up what was interrupted");
    }
    Ok(())
}

fn sandbox(config: &Config) -> Result<Sandbox, cloche_sandbox::Error> {
    let egress = config.egress.clone();
    Sandbox::new(Settings {
        cache_dir: config.data_dir("cache/compiled"),
        slots: config.sandbox.slots,
        loaded: config.sandbox.loaded,
        // This very program, also where another version has been put in its place since.
        compiler: Some(CompilerProgram { program: "/proc/self/exe".into(), args: vec!["precompile".into()] }),
        egress: EgressSettings {
            allow_private: egress.allow_private,
            nameserver: egress.nameserver,
            ca_file: egress.ca_file,
            connect_to: egress.connect_to,
        },
    })
}
