//! What is set aside before a model is asked, and settled when it is known what it took.

use std::sync::Arc;

use cloche_domain::plan::{Counted, Plan};
use cloche_domain::{Day, OrgId, ServerId};
use cloche_storage::quotas::{self, Use};
use cloche_storage::usage::{self, Used};
use cloche_storage::{Tx, audit};
use time::Duration;
use tokio::runtime::Handle;

use super::{Result, within};
use crate::app::App;
use crate::model::{DraftRequest, Meter};

/// After the longest time that a model has: what a node that died has set aside is free again.
const LATE: Duration = Duration::MINUTE;

/// What a model is asked for.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    pub org: (OrgId, Plan),
    /// Whose use it is, where there is a server already.
    pub server: Option<ServerId>,
    /// What no other has: the id of the draft, or of the build and its attempt.
    pub subject: String,
    /// Whether it is one of the day's previews.
    pub preview: bool,
    pub request: &'a DraftRequest,
}

/// Room for one request to models. Dropped unsettled, by an author who went away, it counts as a preview if something had
/// been written, and with the tokens that it took until then.
pub struct Reserved {
    /// None: settled.
    open: Option<Open>,
    meter: Meter,
}

struct Open {
    app: Arc<App>,
    org: OrgId,
    server: Option<ServerId>,
    subject: String,
    preview: bool,
    day: Day,
    meter: Meter,
}

impl Reserved {
    /// Sets aside a preview, where it is one, and the most tokens that it may take.
    pub async fn new(app: &Arc<App>, wanted: Wanted<'_>) -> Result<Self> {
        let now = app.clock.now();
        let ((org, plan), day) = (wanted.org, Day::of(now));
        let until = Some(now + app.models.total() + LATE);
        let tokens = app.models.most_tokens(plan, wanted.request);
        let of = |what| Use { org_id: org, day, what, subject: &wanted.subject };
        let mut tx = app.db.begin().await?;
        audit::lock(&mut tx, org).await?;
        quotas::forget_before(&mut tx, org, day).await?;
        if wanted.preview {
            within(app, org, &mut tx, Counted::Previews, 1).await?;
            quotas::take(&mut tx, &of(Counted::Previews), 1, until).await?;
        }
        within(app, org, &mut tx, Counted::Tokens, tokens).await?;
        quotas::take(&mut tx, &of(Counted::Tokens), number(tokens), until).await?;
        tx.commit().await?;
        let (meter, Wanted { server, subject, preview, .. }) = (Meter::default(), wanted);
        let open = Open { app: app.clone(), org, server, subject, preview, day, meter: meter.clone() };
        Ok(Self { open: Some(open), meter })
    }

    /// Counts what models take.
    pub fn meter(&self) -> &Meter {
        &self.meter
    }

    /// Writes what was used, `counts` as a preview or not. [`Reserved::close`] is to follow the transaction's end.
    pub async fn settle(&self, tx: &mut Tx, counts: bool) -> cloche_storage::Result<()> {
        match &self.open {
            Some(open) => open.settle(tx, counts).await,
            None => Ok(()),
        }
    }

    /// It is settled, for good.
    pub fn close(mut self) {
        self.open = None;
    }

    /// Settles what has come to nothing, in a transaction of its own.
    pub async fn end(mut self, counts: bool) {
        if let Some(open) = self.open.take() {
            open.end(counts).await;
        }
    }
}

impl Open {
    async fn settle(&self, tx: &mut Tx, counts: bool) -> cloche_storage::Result<()> {
        let spent = self.meter.spent();
        let of = |what| Use { org_id: self.org, day: self.day, what, subject: &self.subject };
        let drafts = i64::from(counts && self.preview);
        if self.preview {
            quotas::settle(tx, &of(Counted::Previews), drafts).await?;
        }
        // Once only, also where an answer to the transaction's end was lost.
        if quotas::settle(tx, &of(Counted::Tokens), number(spent.tokens())).await? {
            let used = Used {
                drafts,
                input_tokens: number(spent.input_tokens),
                output_tokens: number(spent.output_tokens),
                cost_micros: number(spent.cost_micros),
                ..Used::default()
            };
            usage::add(tx, self.org, self.server, self.day, &used).await?;
        }
        Ok(())
    }

    async fn end(self, counts: bool) {
        let settled = async {
            let mut tx = self.app.db.begin().await?;
            self.settle(&mut tx, counts).await?;
            tx.commit().await
        };
        if let Err(error) = settled.await {
            tracing::error!(subject = self.subject, %error, "a draft is not settled: what was set aside for it lapses");
        }
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        if let (Some(open), Ok(runtime)) = (self.open.take(), Handle::try_current()) {
            let counts = open.meter.begun();
            runtime.spawn(open.end(counts));
        }
    }
}

/// As the database counts.
fn number(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
