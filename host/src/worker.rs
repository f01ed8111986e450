//! Those who work on jobs, as many at a time as `compiler.parallel` says. A job is held by a lease that is renewed while
//! its work goes on; a node that dies lets its leases run out, and another takes them.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cloche_domain::OrgId;
use cloche_storage::jobs::{self, Claim, Job};
use futures::FutureExt as _;
use time::OffsetDateTime;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::builds;
use crate::templates::{self, NOTICES};
use crate::token::{NoRandomness, random_bytes};

/// The kind of job that builds a version; its subject is the build's id.
pub const BUILD: &str = "build";

/// How long a claim holds without being renewed.
const LEASE: Duration = Duration::from_secs(15);
const RENEW_EVERY: Duration = Duration::from_secs(5);
/// How often the queue is looked at when nobody rings: for jobs that are due later, and for those of dead nodes.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How often a job is begun before it is given up.
pub const ATTEMPTS: i64 = 5;
/// Jobs in hand for each one that is worked on: the others wait for a model.
const IN_HAND: usize = 4;

/// Rung when there is a new job.
#[derive(Clone, Debug, Default)]
pub struct Wake(Arc<Notify>);

impl Wake {
    /// Wakes one worker of this process.
    pub fn ring(&self) {
        self.0.notify_one();
    }
}

/// Places of those who work at the same time: so many in all, and all but one at most for the same organisation, whose
/// jobs may each take their whole time.
#[derive(Debug)]
struct Places {
    all: Arc<Semaphore>,
    share: usize,
    shares: Mutex<HashMap<OrgId, Arc<Semaphore>>>,
}

impl Places {
    fn new(count: usize) -> Self {
        Self { all: Arc::new(Semaphore::new(count)), share: (count - 1).max(1), shares: Mutex::default() }
    }

    fn share_of(&self, org: OrgId) -> Arc<Semaphore> {
        let mut shares = self.shares.lock().unwrap_or_else(PoisonError::into_inner);
        shares.retain(|_, share| Arc::strong_count(share) > 1);
        shares.entry(org).or_insert_with(|| Arc::new(Semaphore::new(self.share))).clone()
    }
}

/// One of the places. It is left while a job waits for someone outside, so that no other waits for that.
#[derive(Debug)]
pub struct Place {
    all: Arc<Semaphore>,
    share: Arc<Semaphore>,
    /// Of the organisation's share, and of all.
    permits: Option<(OwnedSemaphorePermit, OwnedSemaphorePermit)>,
}

impl Place {
    /// The place at hand, if the organisation has room in its share; else that is for others, and this waits.
    async fn take(places: &Places, org: OrgId, free: OwnedSemaphorePermit) -> Self {
        let (all, share) = (places.all.clone(), places.share_of(org));
        let mut place = match share.clone().try_acquire_owned() {
            Ok(own) => return Self { all, share, permits: Some((own, free)) },
            Err(_) => Self { all, share, permits: None },
        };
        drop(free);
        place.enter().await;
        place
    }

    async fn enter(&mut self) {
        // The share first: who waits for it keeps no place from others. It fails only when closed, which nobody does.
        let own = self.share.clone().acquire_owned().await.ok();
        self.permits = own.zip(self.all.clone().acquire_owned().await.ok());
    }

    /// Waits for something, and then for a place again.
    pub async fn left_for<T>(&mut self, waiting: impl Future<Output = T>) -> T {
        self.permits = None;
        let outcome = waiting.await;
        self.enter().await;
        outcome
    }
}

/// Why a job cannot be taken.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error(transparent)]
    Storage(#[from] cloche_storage::Error),
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

/// The running workers.
#[derive(Debug)]
pub struct Workers {
    tasks: JoinSet<()>,
    stopping: CancellationToken,
}

impl Workers {
    /// Starts workers, of which `count` work at a time.
    pub fn start(app: &Arc<App>, count: usize) -> Self {
        let stopping = CancellationToken::new();
        let places = Arc::new(Places::new(count));
        // Of what is in hand, one organisation leaves some to others.
        let share = i64::try_from(count * (IN_HAND - 1)).unwrap_or(i64::MAX);
        let mut tasks = JoinSet::new();
        for _ in 0..count * IN_HAND {
            tasks.spawn(work(app.clone(), (places.clone(), share), stopping.clone()));
        }
        Self { tasks, stopping }
    }

    /// Puts the jobs in hand back into the queue: whoever comes next takes them up where they are.
    pub async fn stop(mut self) {
        self.stopping.cancel();
        while self.tasks.join_next().await.is_some() {}
    }
}

async fn work(app: Arc<App>, (places, share): (Arc<Places>, i64), stopping: CancellationToken) {
    while !stopping.is_cancelled() {
        // Held also while there is nothing to do: those beyond the places do not look.
        let free = tokio::select! {
            free = places.all.clone().acquire_owned() => free,
            () = stopping.cancelled() => return,
        };
        let Ok(free) = free else { return };
        match claim(&app, share).await {
            Ok(Some(job)) => {
                // Another may be waiting behind it.
                app.wake.ring();
                hold(&app, (&job, &places, free), &stopping).await;
                continue;
            }
            Ok(None) => {}
            Err(error) => tracing::error!(%error, "cannot take a job: will look again"),
        }
        tokio::select! {
            () = app.wake.0.notified() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = stopping.cancelled() => {}
        }
    }
}

async fn claim(app: &App, share: i64) -> Result<Option<Job>, Error> {
    let lease = hex::encode(random_bytes::<16>()?);
    let mut tx = app.db.begin().await?;
    let job = jobs::claim(&mut tx, Claim { lease: &lease, until: lease_end(app), share }, app.clock.now()).await?;
    tx.commit().await?;
    Ok(job)
}

/// When a lease taken or renewed now ends.
pub fn lease_end(app: &App) -> OffsetDateTime {
    app.clock.now() + LEASE
}

/// Works on a job for as long as it is ours.
async fn hold(
    app: &Arc<App>,
    (job, places, free): (&Job, &Places, OwnedSemaphorePermit),
    stopping: &CancellationToken,
) {
    let work = async {
        if job.kind == NOTICES {
            // It waits for mail and the database: the place is for those who build.
            drop(free);
            return templates::tell_owners(app, job).await;
        }
        builds::run(app, job, Place::take(places, job.org_id, free).await).await
    };
    // Both go on side by side: a renewal must not wait for a transaction of the work, nor the work for it.
    let outcome = tokio::select! {
        // A panic must not take the worker along. The job is begun again when its lease ends, and given up in time.
        outcome = AssertUnwindSafe(work).catch_unwind() => outcome,
        () = renew(app, job) => {
            tracing::warn!(job = %job.id, "the job is in another hand now");
            return;
        }
        () = stopping.cancelled() => Ok(give_back(app, job).await),
    };
    match outcome {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::error!(job = %job.id, %error, "a job is left as it is until its lease ends"),
        Err(_) => tracing::error!(job = %job.id, "the work on a job panicked"),
    }
}

/// Returns when the lease is lost.
async fn renew(app: &App, job: &Job) {
    let mut held_until = lease_end(app);
    while app.clock.now() < held_until {
        tokio::time::sleep(RENEW_EVERY).await;
        let until = lease_end(app);
        match try_renew(app, job, until).await {
            Ok(true) => held_until = until,
            Ok(false) => return,
            Err(error) => tracing::warn!(job = %job.id, %error, "cannot renew a lease: will try again"),
        }
    }
}

async fn try_renew(app: &App, job: &Job, until: OffsetDateTime) -> cloche_storage::Result<bool> {
    let mut tx = app.db.begin().await?;
    let held = jobs::renew(&mut tx, job, until).await?;
    tx.commit().await?;
    Ok(held)
}

async fn give_back(app: &App, job: &Job) -> cloche_storage::Result<()> {
    let mut tx = app.db.begin().await?;
    jobs::give_back(&mut tx, job).await?;
    tx.commit().await
}
