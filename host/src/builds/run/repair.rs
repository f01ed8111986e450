//! Code that does not build goes back to a model, with what is wrong at the author's own lines: three times at most, each
//! told in the build's stream.
//!
//! Only code is taken from its answer. Names, descriptions, schemas, hosts and secrets are what the author has gone
//! through: whatever a model is told by a text that it reads, it cannot ask for more here. A try is counted before the model
//! is asked, so that a node that dies in between takes none back.

use cloche_domain::server::BuildState;
use cloche_domain::spec::ServerSpec;
use cloche_storage::builds::{self, Changed, Failure, Repair};
use cloche_storage::{Tx, versions};
use serde_json::json;
use tokio::sync::mpsc;

use super::{End, Run};
use crate::events::Event;
use crate::model::DraftRequest;
use crate::quotas::{self, Reserved, Wanted};
use crate::servers;

/// Tries of one build.
const TRIES: i64 = 3;
/// Bytes of what was wrong that a model is told.
const PROBLEMS: usize = 8 << 10;
/// Bytes of changed lines that are told of one tool.
const LINES: usize = 4 << 10;

/// Failures that other code can mend.
const MENDABLE: [&str; 6] =
    ["compile_error", "forbidden_item", "undeclared_capability", "too_large", "timed_out", "smoke_failed"];

impl Run<'_> {
    /// Has a model mend what the build failed with, and gives the version its code. Fails with the same where it may not, or
    /// cannot, be mended.
    pub(super) async fn repair(&mut self, mut failure: Failure) -> Result<(), End> {
        let attempt = self.work.repairs + 1;
        let may = self.work.repair && self.work.uploaded_sha256.is_none() && MENDABLE.contains(&failure.code.as_str());
        let request = self.request(&failure);
        // Nothing is needed where there is no model.
        if !may || attempt > TRIES || self.app.models.most_tokens(self.work.plan, &request) == 0 {
            return Err(End::Failed(failure));
        }
        let reserved = match self.reserve(attempt, &request).await {
            Ok(reserved) => reserved,
            Err(quotas::Error::Storage(error)) => return Err(error.into()),
            Err(quotas::Error::Over(over)) => {
                failure.message = format!("{} (no model mends it: {over})", failure.message);
                return Err(End::Failed(failure));
            }
        };
        self.begin(attempt, &failure).await?;

        let (text, _) = mpsc::channel(1);
        let drafting = self.app.models.draft(self.work.plan, request, text, reserved.meter());
        let drafted = self.place.left_for(drafting).await;
        let drafted = match drafted {
            Ok(draft) => draft.spec,
            Err(error) => {
                self.told_of_try(reserved, attempt, (format!("No model mended it: {error}"), vec![])).await?;
                return Err(End::Failed(failure));
            }
        };
        let mended = with_code_of(&self.work.spec, &drafted);
        let changed = changes(&self.work.spec, &mended);
        let refused = match servers::checked(mended.clone()) {
            _ if changed.is_empty() => Some("it changed nothing".to_owned()),
            Ok(_) => None,
            Err(error) => Some(error.to_string()),
        };
        if let Some(why) = refused {
            return self.told_of_try(reserved, attempt, (format!("The mended code is not taken: {why}"), vec![])).await;
        }
        self.work.spec = mended;
        let left_out = if kept_to_code(&drafted, &self.work.spec) { "" } else { ". What else it changed is left out" };
        self.told_of_try(reserved, attempt, (format!("A model mended {}{left_out}", places(&changed)), changed)).await
    }

    fn request(&self, failure: &Failure) -> DraftRequest {
        let spec = &self.work.spec;
        let mut problems = failure.message.clone();
        for diagnostic in &failure.diagnostics {
            problems = format!("{problems}\n{diagnostic}");
        }
        problems.truncate(problems.floor_char_boundary(PROBLEMS));
        DraftRequest {
            prompt: format!("{}: {}", spec.name, spec.description),
            previous: Some(spec.clone()),
            diagnostics: Some(problems),
        }
    }

    async fn reserve(&self, attempt: i64, request: &DraftRequest) -> quotas::Result<Reserved> {
        let work = &self.work;
        // Whoever takes the job up after a crash sets aside anew.
        let subject = format!("{}/{attempt}/{}", work.build_id, self.job.lease);
        let org = (work.org_id, work.plan);
        Reserved::new(self.app, Wanted { org, server: Some(work.server_id), subject, preview: false, request }).await
    }

    /// Counts the try, and tells of it.
    async fn begin(&mut self, attempt: i64, failure: &Failure) -> Result<(), End> {
        let mut tx = self.held().await?;
        if !builds::count_repair(&mut tx, self.work.build_id, attempt).await? {
            return Err(End::LeaseLost);
        }
        self.work.repairs = attempt;
        let message = format!("Try {attempt} of {TRIES}: a model mends what is wrong: {}", failure.message);
        let mut event = self.event(BuildState::Generating, message);
        event.diagnostics.clone_from(&failure.diagnostics);
        event.repair = Some(Repair { attempt, of: TRIES, changed: vec![] });
        self.advance(&mut tx, event).await?;
        self.go_back(tx).await
    }

    /// Settles the try and tells what came of it; with changes, writes the version's spec.
    async fn told_of_try(
        &mut self,
        reserved: Reserved,
        attempt: i64,
        (message, changed): (String, Vec<Changed>),
    ) -> Result<(), End> {
        let mut tx = self.held().await?;
        reserved.settle(&mut tx, false).await?;
        if !changed.is_empty() {
            versions::mend(&mut tx, self.work.version_id, &self.work.spec).await?;
        }
        let mut event = self.event(BuildState::Generating, message);
        event.repair = Some(Repair { attempt, of: TRIES, changed });
        self.advance(&mut tx, event).await?;
        self.go_back(tx).await?;
        reserved.close();
        Ok(())
    }

    /// Ends the transaction; the build's steps from here on are told anew.
    async fn go_back(&mut self, tx: Tx) -> Result<(), End> {
        tx.commit().await?;
        self.state = BuildState::Generating;
        self.app.events.tell(Event::Build(self.work.build_id));
        Ok(())
    }
}

/// A spec with the code of another, and with nothing else of it.
fn with_code_of(spec: &ServerSpec, other: &ServerSpec) -> ServerSpec {
    let mut spec = ServerSpec { helpers: other.helpers.clone(), ..spec.clone() };
    for tool in &mut spec.tools {
        if let Some(same) = other.tools.iter().find(|same| same.name == tool.name) {
            tool.implementation.clone_from(&same.implementation);
        }
    }
    spec
}

/// Whether a model kept to what it was asked for.
fn kept_to_code(drafted: &ServerSpec, mended: &ServerSpec) -> bool {
    json!(drafted) == json!(mended)
}

fn changes(before: &ServerSpec, after: &ServerSpec) -> Vec<Changed> {
    let tools = before.tools.iter().zip(&after.tools);
    let code = tools.map(|(a, b)| (Some(a.name.clone()), a.implementation.as_str(), b.implementation.as_str()));
    let code = code.chain([(None, before.helpers.as_str(), after.helpers.as_str())]);
    code.filter(|(_, before, after)| before != after)
        .map(|(tool, before, after)| {
            let (line, removed, added) = differing(before, after);
            Changed { tool, line, removed, added }
        })
        .collect()
}

/// The lines between those that two texts begin and end with: the first one's number, and the lines of each.
fn differing(before: &str, after: &str) -> (usize, String, String) {
    let (before, after): (Vec<_>, Vec<_>) = (before.lines().collect(), after.lines().collect());
    let start = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
    let rest = before[start..].iter().rev().zip(after[start..].iter().rev());
    let end = rest.take_while(|(a, b)| a == b).count();
    let lines = |all: &[&str]| {
        let mut text = all[start..all.len() - end].join("\n");
        if text.len() > LINES {
            text.truncate(text.floor_char_boundary(LINES));
            text.push('…');
        }
        text
    };
    (start + 1, lines(&before), lines(&after))
}

fn places(changed: &[Changed]) -> String {
    let places = changed.iter().map(|changed| match &changed.tool {
        Some(tool) => format!("{tool}, line {}", changed.line),
        None => format!("the helpers, line {}", changed.line),
    });
    places.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_is_the_lines_between_those_that_stay() {
        for (before, after, told) in [
            ("a\nb\nc", "a\nx\ny\nc", (2, "b", "x\ny")),
            ("a\nb", "a\nb\nc", (3, "", "c")),
            ("a\na", "a", (2, "a", "")),
            ("", "a", (1, "", "a")),
            ("a", "b", (1, "a", "b")),
        ] {
            assert_eq!(
                differing(before, after),
                (told.0, told.1.to_owned(), told.2.to_owned()),
                "{before:?} {after:?}"
            );
        }
        let long = "é\n".repeat(LINES);
        let (_, removed, added) = differing(&long, "");
        assert!(removed.len() <= LINES + 4 && removed.ends_with('…') && added.is_empty());
    }
}
