//! Drafts: from an author's words to a spec that they can look over, kept for a day.

use std::sync::Arc;

use cloche_domain::server::Role;
use cloche_domain::{PreviewId, ServerId};
use cloche_storage::previews::{self, Drafting, Preview};
use time::Duration;
use tokio::sync::mpsc::Sender;

use crate::app::App;
use crate::http::auth::Member;
use crate::model::{Draft, DraftError, DraftRequest};
use crate::quotas::{self, Reserved, Wanted};
use crate::secret_scan::{self, Finding};
use crate::servers;

/// How long a draft is kept, and how long the same question has the same answer.
const KEPT: Duration = Duration::DAY;
/// Bytes of a prompt.
const PROMPT: usize = 8_000;

/// Why there is no draft.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("your role {0} may look but not draft: ask an owner of the organisation")]
    Forbidden(Role),
    #[error("the description is empty: say what the tools should do")]
    PromptEmpty,
    #[error("the description has {0} bytes and {PROMPT} are allowed: shorten it")]
    PromptTooLong(usize),
    #[error(
        "the description holds what looks like a secret: take it out; secrets are given when the server is built, and no \
         model sees them"
    )]
    SecretInPrompt(Vec<Finding>),
    #[error(transparent)]
    Quota(#[from] quotas::Error),
    #[error(transparent)]
    Draft(#[from] DraftError),
    #[error(transparent)]
    Storage(#[from] cloche_storage::Error),
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What is to be made of a description.
pub enum Begun {
    /// Nothing: the organisation has a draft of it that is less than a day old.
    Kept(Box<Preview>),
    /// A model is to be asked, and there is room for that.
    Open(Box<Question>),
}

/// What may be sent to a model, and what is set aside for it.
pub struct Question {
    id: PreviewId,
    request: DraftRequest,
    reserved: Reserved,
}

/// Checks a description before anything of it leaves the platform, and finds the draft of it that is there, unless a
/// `fresh` one is wanted. Drafts are kept by organisation and never shared between two: what one of them was answered, or
/// that it has asked, is nothing that another may learn.
pub async fn begin(app: &Arc<App>, member: &Member, prompt: String, fresh: bool) -> Result<Begun> {
    servers::may_change(member).map_err(|_| Error::Forbidden(member.role))?;
    let prompt = checked(prompt)?;
    if !fresh && let Some(preview) = kept(app, member, &prompt).await? {
        return Ok(Begun::Kept(Box::new(preview)));
    }
    let request = DraftRequest { prompt, ..DraftRequest::default() };
    let question = Question::new(app, member, None, request).await?;
    Ok(Begun::Open(Box::new(question)))
}

/// A description that may be sent to a model.
pub fn checked(prompt: String) -> Result<String> {
    if prompt.trim().is_empty() {
        return Err(Error::PromptEmpty);
    }
    if prompt.len() > PROMPT {
        return Err(Error::PromptTooLong(prompt.len()));
    }
    let findings = secret_scan::scan(&prompt);
    if findings.is_empty() { Ok(prompt) } else { Err(Error::SecretInPrompt(findings)) }
}

/// The draft that answers a description already: made the member's own, and kept for another day.
async fn kept(app: &App, member: &Member, prompt: &str) -> Result<Option<Preview>> {
    let Some(asked) = app.models.question(member.plan, prompt) else { return Ok(None) };
    let now = app.clock.now();
    let who = (member.org_id, member.user_id);
    let Some(found) = previews::answer(&mut app.db.read().await?, who, asked, now - KEPT).await? else {
        return Ok(None);
    };
    let expires_at = now + KEPT;
    let mut tx = app.db.begin().await?;
    let preview = if found.user_id == member.user_id {
        previews::extend(&mut tx, found.id, expires_at).await?;
        Preview { expires_at, ..found }
    } else {
        // Its author paid for it; it is as old as theirs.
        let drafting = Drafting { asked_sha256: Some(asked), ..Drafting::default() };
        let copy = Preview { id: PreviewId::new(), user_id: member.user_id, expires_at, drafting, ..found };
        previews::insert(&mut tx, &copy).await?;
        copy
    };
    tx.commit().await?;
    Ok(Some(preview))
}

/// Has a model draft a spec, and keeps it. What the model writes goes to `text` as it comes; dropping the future ends the
/// request to the model.
pub async fn draft(app: &App, member: &Member, question: Question, text: Sender<String>) -> Result<Preview> {
    let (id, prompt) = (question.id, question.request.prompt.clone());
    let (draft, reserved) = question.ask(app, member, text).await?;
    let (now, spent) = (app.clock.now(), reserved.meter().spent());
    let count = |n| i64::try_from(n).unwrap_or(i64::MAX);
    let preview = Preview {
        id,
        org_id: member.org_id,
        user_id: member.user_id,
        drafting: Drafting {
            asked_sha256: draft.question(member.plan, &prompt),
            input_tokens: count(spent.input_tokens),
            output_tokens: count(spent.output_tokens),
            cost_micros: count(spent.cost_micros),
        },
        prompt,
        spec: draft.spec,
        model: draft.model,
        demo: draft.demo,
        created_at: now,
        expires_at: now + KEPT,
    };
    match keep(app, &preview, &reserved).await {
        Ok(()) => {
            reserved.close();
            Ok(preview)
        }
        Err(error) => {
            reserved.end(false).await;
            Err(error.into())
        }
    }
}

async fn keep(app: &App, preview: &Preview, reserved: &Reserved) -> cloche_storage::Result<()> {
    let mut tx = app.db.begin().await?;
    previews::delete_expired(&mut tx, preview.created_at).await?;
    previews::insert(&mut tx, preview).await?;
    reserved.settle(&mut tx, true).await?;
    tx.commit().await
}

impl Question {
    /// Sets aside what asking may take: one of the day's previews, and tokens.
    pub async fn new(
        app: &Arc<App>,
        member: &Member,
        server: Option<ServerId>,
        request: DraftRequest,
    ) -> Result<Self, quotas::Error> {
        let id = PreviewId::new();
        let org = (member.org_id, member.plan);
        let wanted = Wanted { org, server, subject: id.to_string(), preview: true, request: &request };
        let reserved = Reserved::new(app, wanted).await?;
        Ok(Self { id, request, reserved })
    }

    /// Asks. What comes to nothing is settled here; a draft is settled by its receiver, with what becomes of it.
    pub async fn ask(self, app: &App, member: &Member, text: Sender<String>) -> Result<(Draft, Reserved)> {
        let drafted = app.models.draft(member.plan, self.request, text, self.reserved.meter()).await;
        match drafted {
            Ok(draft) => Ok((draft, self.reserved)),
            Err(error) => {
                self.reserved.end(error.is_the_authors()).await;
                Err(error.into())
            }
        }
    }
}
