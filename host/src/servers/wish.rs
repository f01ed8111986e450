//! A server's next spec, drafted by a model from its newest one and its author's wish.

use std::sync::Arc;

use cloche_domain::ServerId;
use cloche_domain::spec::ServerSpec;
use cloche_storage::versions;
use tokio::sync::mpsc;

use super::{Error, Result};
use crate::app::App;
use crate::http::auth::Member;
use crate::model::DraftRequest;
use crate::previews::{self, Question};
use crate::quotas::{self, Reserved};

/// A drafted spec, what it was drafted from, and what has to be settled with it.
pub(super) struct Wished {
    /// The number of the version that the model was shown.
    pub(super) from: i64,
    pub(super) spec: ServerSpec,
    pub(super) reserved: Reserved,
}

/// Asks a model. This is one of the previews of the day, and takes tokens.
pub(super) async fn wished(app: &Arc<App>, member: &Member, id: ServerId, prompt: String) -> Result<Wished> {
    let prompt = previews::checked(prompt)?;
    let newest = versions::newest(&mut app.db.read().await?, member.org_id, id).await?;
    let (from, spec) = newest.ok_or(Error::NotFound)?;
    if spec.tools.iter().all(|tool| tool.implementation.is_empty()) {
        return Err(Error::NoCode);
    }
    // What could not be built need not be drafted.
    quotas::room_for_build(app, member).await?;
    let request = DraftRequest { prompt, previous: Some(spec), diagnostics: None };
    let question = Question::new(app, member, Some(id), request).await.map_err(previews::Error::from)?;
    let (text, _) = mpsc::channel(1);
    let (draft, reserved) = question.ask(app, member, text).await?;
    if draft.demo {
        reserved.end(false).await;
        return Err(Error::NoModel);
    }
    Ok(Wished { from, spec: draft.spec, reserved })
}
