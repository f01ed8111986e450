//! Drafts: from an author's words to a spec that they can look over, kept for a day.

use cloche_domain::PreviewId;
use cloche_storage::previews::{self, Preview};
use time::Duration;
use tokio::sync::mpsc::Sender;

use crate::app::App;
use crate::http::auth::Member;
use crate::model::{DraftError, DraftRequest};
use crate::secret_scan::{self, Finding};

/// How long a draft is kept, and the day in which drafts are counted.
const KEPT: Duration = Duration::DAY;
/// Bytes of a prompt.
const PROMPT: usize = 8_000;

/// Why there is no draft.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the description is empty: say what the tools should do")]
    PromptEmpty,
    #[error("the description has {0} bytes and {PROMPT} are allowed: shorten it")]
    PromptTooLong(usize),
    #[error(
        "the description holds what looks like a secret: take it out; secrets are given when the server is built, and no \
         model sees them"
    )]
    SecretInPrompt(Vec<Finding>),
    #[error("{limit} drafts a day are in your plan: the next is free in {} s", retry_after.whole_seconds())]
    TooMany { limit: u32, retry_after: Duration },
    #[error(transparent)]
    Draft(#[from] DraftError),
    #[error(transparent)]
    Storage(#[from] cloche_storage::Error),
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A description that may be sent to a model.
#[derive(Clone, Debug)]
pub struct Checked(String);

/// Checks a description before anything of it leaves the platform.
pub async fn check(app: &App, member: &Member, prompt: String) -> Result<Checked> {
    if prompt.trim().is_empty() {
        return Err(Error::PromptEmpty);
    }
    if prompt.len() > PROMPT {
        return Err(Error::PromptTooLong(prompt.len()));
    }
    let findings = secret_scan::scan(&prompt);
    if !findings.is_empty() {
        return Err(Error::SecretInPrompt(findings));
    }
    if let Some(limit) = app.config.plans.of(member.plan).previews_per_day {
        let now = app.clock.now();
        let made = previews::made_since(&mut app.db.read().await?, member.org_id, now - KEPT).await?;
        let over = made.len().checked_sub(usize::try_from(limit).unwrap_or(usize::MAX));
        if let Some(oldest) = over.and_then(|over| made.get(over)) {
            return Err(Error::TooMany { limit, retry_after: *oldest + KEPT - now });
        }
    }
    Ok(Checked(prompt))
}

/// Has a model draft the description's spec, and keeps it. What the model writes goes to `text` as it comes; dropping
/// the future ends the request to the model.
pub async fn draft(app: &App, member: &Member, prompt: Checked, text: Sender<String>) -> Result<Preview> {
    let request = DraftRequest { prompt: prompt.0.clone(), ..DraftRequest::default() };
    let draft = app.models.draft(request, text).await?;
    let now = app.clock.now();
    let preview = Preview {
        id: PreviewId::new(),
        org_id: member.org_id,
        user_id: member.user_id,
        prompt: prompt.0,
        spec: draft.spec,
        model: draft.model,
        demo: draft.demo,
        created_at: now,
        expires_at: now + KEPT,
    };
    let mut tx = app.db.begin().await?;
    previews::delete_expired(&mut tx, now).await?;
    previews::insert(&mut tx, &preview).await?;
    tx.commit().await?;
    Ok(preview)
}
