//! One build, from its job to a live version.
//!
//! Every step is written in a transaction that shows first that the job is still in this hand. A run that takes up where
//! a dead one stopped goes through the same steps, and tells only those that were not told yet.

mod repair;

use std::sync::Arc;
use std::time::Duration;

use cloche_compiler::{Artifact, Event as Step, EventSink, ManifestError, Source, imports, read_manifest};
use cloche_domain::report::Capabilities;
use cloche_domain::server::BuildState;
use cloche_domain::{BuildId, Sha256};
use cloche_storage::artifacts as kept;
use cloche_storage::builds::{self, BuildEvent, Failure, Work};
use cloche_storage::jobs::{self, Job};
use cloche_storage::versions::{self, Compiled};
use cloche_storage::{Tx, servers};

use serde_json::json;

use super::failure::End;
use super::outcome::Outcome;
use super::smoke;
use crate::app::App;
use crate::artifacts;
use crate::attestation::{self, Built, UPLOADED};
use crate::audit::{self, Done};
use crate::dsse::Envelope;
use crate::events::Event;
use crate::quotas;
use crate::versions::{retire, settle};
use crate::worker::{ATTEMPTS, Place, lease_end};

/// The pause before a second attempt; each further one is twice as long.
const PAUSE: Duration = Duration::from_secs(1);

/// Runs the build that a job is about, and takes the job out of the queue or puts it back. Fails when the database does
/// not answer: the job is then taken up again when its lease ends.
pub(crate) async fn run(app: &Arc<App>, job: &Job, place: Place) -> cloche_storage::Result<()> {
    let work = match job.subject.parse::<BuildId>() {
        Ok(id) => builds::work(&mut app.db.read().await?, id).await?,
        Err(_) => None,
    };
    let Some(work) = work else { return drop_job(app, job).await };
    let mut run = Run { app, job, place, state: work.state, work };
    let outcome = if job.attempts > ATTEMPTS {
        Err(End::failed("interrupted", "the build was interrupted too often: build again, and if it stays so, tell us"))
    } else {
        run.bring_live().await
    };
    match outcome {
        Ok(()) | Err(End::LeaseLost) => Ok(()),
        Err(End::Failed(failure)) => run.fail(failure).await,
        Err(end) if let Some(full) = end.storage_full() => {
            tracing::error!(build = %run.work.build_id, error = %end, "build given up");
            run.fail(full).await
        }
        Err(end) if job.attempts >= ATTEMPTS => {
            tracing::error!(build = %run.work.build_id, error = %end, "build given up");
            run.give_back().await?;
            run.fail(end.give_up(job.attempts)).await
        }
        Err(end) => {
            tracing::warn!(build = %run.work.build_id, error = %end, attempt = job.attempts, "build will be tried again");
            run.retry(&end).await
        }
    }
}

/// The job is about nothing that there is.
async fn drop_job(app: &App, job: &Job) -> cloche_storage::Result<()> {
    let mut tx = app.db.begin().await?;
    jobs::finish(&mut tx, job).await?;
    tx.commit().await
}

struct Run<'a> {
    app: &'a Arc<App>,
    job: &'a Job,
    place: Place,
    work: Work,
    /// What has been told.
    state: BuildState,
}

impl Run<'_> {
    async fn bring_live(&mut self) -> Result<(), End> {
        if self.state.is_final() {
            return Ok(drop_job(self.app, self.job).await?);
        }
        let artifact = loop {
            match self.make().await {
                Err(End::Failed(failure)) => self.repair(failure).await?,
                made => break made?,
            }
        };
        self.reach(BuildState::Deploying, format!("Storing component {}", artifact.sha256)).await?;
        artifacts::lay(self.app, artifact.sha256).await?;
        self.app.artifacts.put(artifact.sha256, artifact.component.clone()).await?;
        self.go_live(&artifact).await
    }

    /// A component that starts.
    async fn make(&mut self) -> Result<Artifact, End> {
        let artifact = match self.work.uploaded_sha256 {
            Some(component) => self.uploaded(component).await?,
            None => self.compile().await?,
        };
        self.reach(BuildState::Testing, "Starting the component in the sandbox".into()).await?;
        smoke::check(self.app, &self.work, &artifact).await?;
        Ok(artifact)
    }

    /// The component as it was taken in, where it was held against its spec. What is told of it here is read from it.
    async fn uploaded(&mut self, sha256: Sha256) -> Result<Artifact, End> {
        self.reach(BuildState::Inspecting, "Holding its imports against the spec".into()).await?;
        let component = self.app.artifacts.get(sha256).await?;
        let unreadable = |error: ManifestError| End::failed("component_invalid", error.to_string());
        let manifest = read_manifest(&component).map_err(unreadable)?;
        Ok(Artifact {
            imports: imports(&component).map_err(unreadable)?,
            source: Source { files: Vec::new() },
            source_sha256: manifest.source_sha256,
            toolchain: UPLOADED.to_owned(),
            sha256,
            manifest,
            component,
        })
    }

    async fn compile(&mut self) -> Result<Artifact, End> {
        self.reach(BuildState::Generating, "Writing the source".into()).await?;
        let (sink, mut steps) = EventSink::channel();
        let spec = self.work.spec.clone();
        let mut compiling = self.app.compiler.compile(&spec, sink);
        let artifact = loop {
            tokio::select! {
                biased;
                Some(step) = steps.recv() => self.follow(&step).await?,
                compiled = &mut compiling => break compiled?,
            }
        };
        while let Ok(step) = steps.try_recv() {
            self.follow(&step).await?;
        }
        // What comes over a network is taken for what it is, not for what it says it is.
        if Sha256::of(&artifact.component) == artifact.sha256 {
            Ok(artifact)
        } else {
            Err(End::Compiler("its answer was damaged on the way".into()))
        }
    }

    async fn follow(&mut self, step: &Step) -> Result<(), End> {
        match step {
            Step::Rendered { lines } => self.reach(BuildState::Compiling, format!("Compiling {lines} lines")).await,
            Step::Compiling => self.reach(BuildState::Compiling, "Compiling".into()).await,
            Step::Inspecting => self.reach(BuildState::Inspecting, "Holding its imports against the spec".into()).await,
            Step::Warning { .. } => Ok(()),
        }
    }

    /// Tells that the build has come to a state, if that was not told before.
    async fn reach(&mut self, state: BuildState, message: String) -> Result<(), End> {
        if state <= self.state {
            return Ok(());
        }
        let mut tx = self.held().await?;
        self.advance(&mut tx, self.event(state, message)).await?;
        tx.commit().await?;
        self.state = state;
        self.app.events.tell(Event::Build(self.work.build_id));
        Ok(())
    }

    /// A transaction that has shown that the job is in this hand.
    async fn held(&self) -> Result<Tx, End> {
        let mut tx = audit::begin(self.app, self.work.org_id).await?;
        if jobs::renew(&mut tx, self.job, lease_end(self.app)).await? { Ok(tx) } else { Err(End::LeaseLost) }
    }

    /// Completes the version, makes it the one that answers unless it has to be approved first, and ends the job: all at
    /// once.
    async fn go_live(&mut self, artifact: &Artifact) -> Result<(), End> {
        let attestation = self.attest(artifact)?;
        let mut tx = audit::begin(self.app, self.work.org_id).await?;
        if !jobs::finish(&mut tx, self.job).await? {
            return Err(End::LeaseLost);
        }
        if !kept::hold(&mut tx, artifact.sha256, self.app.clock.now()).await? {
            return Err(End::TakenAway);
        }
        let compiled = Compiled {
            source: &artifact.source,
            source_sha256: artifact.source_sha256,
            component_sha256: artifact.sha256,
            imports: &artifact.imports,
            toolchain: &artifact.toolchain,
            attestation: &attestation,
        };
        versions::complete(&mut tx, self.work.version_id, &compiled).await?;
        let capabilities = Capabilities::of(&artifact.imports, &artifact.manifest);
        let of = (self.work.server_id, self.work.version_id);
        let (outcome, before) = settle(&mut tx, of, &capabilities, self.app.clock.now()).await?;
        self.note(&mut tx, outcome, before).await?;
        let event = self.event(outcome.state(), outcome.message());
        let elapsed_ms = event.elapsed_ms;
        self.advance(&mut tx, event).await?;
        tx.commit().await?;
        let said = outcome.said();
        tracing::info!(build = %self.work.build_id, server = %self.work.server_id, elapsed_ms, "{said}");
        self.tell_end();
        self.retire().await;
        Ok(())
    }

    /// What is kept too long goes. That it does not is no failure of the build.
    async fn retire(&self) {
        if let Err(error) = retire(self.app, self.work.org_id, self.work.server_id).await {
            tracing::warn!(server = %self.work.server_id, %error, "old versions are left until the next build");
        }
    }

    async fn note(&self, tx: &mut Tx, outcome: Outcome, before: Option<i64>) -> cloche_storage::Result<()> {
        let n = self.work.version_n;
        let done = Done::of(outcome.action(), ("server", &self.work.server_id));
        let done = done.with(json!({"version": n, "build": self.work.build_id}));
        let done = match outcome {
            Outcome::Answers => done.changed(json!({"activeVersion": before}), json!({"activeVersion": n})),
            _ => done,
        };
        audit::note_platform(self.app, self.work.org_id, tx, done).await
    }

    fn attest(&self, artifact: &Artifact) -> Result<Envelope, End> {
        let built = Built {
            build: self.work.build_id,
            server: self.work.server_id,
            version: self.work.version_n,
            spec: &self.work.spec,
            artifact,
            platform: self.app.public_url.as_str(),
            started: self.work.created_at,
            finished: self.app.clock.now(),
        };
        Ok(attestation::attest(&self.app.attestation_signer, built)?)
    }

    /// The build is none of the day's: it was not its author who failed.
    async fn give_back(&self) -> cloche_storage::Result<()> {
        let mut tx = self.app.db.begin().await?;
        quotas::give_back_build(&mut tx, self.work.org_id, self.work.build_id, self.work.created_at).await?;
        tx.commit().await
    }

    async fn fail(&self, failure: Failure) -> cloche_storage::Result<()> {
        let mut tx = audit::begin(self.app, self.work.org_id).await?;
        if !jobs::finish(&mut tx, self.job).await? {
            return Ok(());
        }
        tracing::info!(build = %self.work.build_id, code = failure.code, "build failed");
        let with = json!({"version": self.work.version_n, "build": self.work.build_id, "code": failure.code});
        let done = Done::of("version.failed", ("server", &self.work.server_id)).with(with);
        audit::note_platform(self.app, self.work.org_id, &mut tx, done).await?;
        let mut event = self.event(BuildState::Failed, failure.message);
        event.code = Some(failure.code);
        event.diagnostics = failure.diagnostics;
        servers::fail(&mut tx, self.work.server_id, event.at).await?;
        builds::advance(&mut tx, self.work.build_id, event).await?;
        tx.commit().await?;
        self.tell_end();
        self.retire().await;
        Ok(())
    }

    async fn retry(&self, end: &End) -> cloche_storage::Result<()> {
        let doublings = u32::try_from(self.job.attempts).unwrap_or(0).saturating_sub(1).min(6);
        let at = self.app.clock.now() + PAUSE * 2_u32.pow(doublings);
        let mut tx = self.app.db.begin().await?;
        jobs::retry(&mut tx, self.job, at, &end.to_string()).await?;
        tx.commit().await
    }

    async fn advance(&self, tx: &mut Tx, event: BuildEvent) -> Result<(), End> {
        // Only the job's holder moves the build: where it has ended, someone else held the job.
        if builds::advance(tx, self.work.build_id, event).await? { Ok(()) } else { Err(End::LeaseLost) }
    }

    fn event(&self, state: BuildState, message: String) -> BuildEvent {
        let at = self.app.clock.now();
        let elapsed = (at - self.work.created_at).whole_milliseconds();
        BuildEvent {
            seq: 0, // given as it is written
            at,
            state,
            message,
            code: None,
            diagnostics: Vec::new(),
            repair: None,
            elapsed_ms: i64::try_from(elapsed).unwrap_or(i64::MAX),
        }
    }

    fn tell_end(&self) {
        self.app.events.tell(Event::Build(self.work.build_id));
        self.app.events.tell(Event::Server(self.work.server_id));
    }
}
