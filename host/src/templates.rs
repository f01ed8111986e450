//! The marketplace: servers whose code is shared. A template gives away an immutable version, never anything of the server
//! that it was published from: no secret, no call, no store.

mod browse;
mod cases;
mod fork;
mod moderate;
mod notices;
mod publish;
mod rank;
mod scan;
mod starters;
mod titles;
mod update;
mod words;

use cloche_domain::Slug;
use cloche_domain::server::Role;
use cloche_domain::spec::SpecProblem;
use time::Duration;

pub use browse::{Detail, Page, Wanted, browse, detail, release};
pub use cases::{appeal, decide, open, report};
pub use fork::{Preview, preview};
pub use moderate::{Action, Moderated, Seen, log, moderate, shown_to_admins};
pub(crate) use notices::{NOTICES, run as tell_owners};
pub use publish::{Publish, Published, publish, set_visibility};
pub use rank::rank;
pub use scan::{Finding, Kind};
pub use starters::publish_starters;
pub use update::{OfServer, Update, of_server};

use crate::{artifacts, servers, versions};

/// Characters of a reason, a report or an appeal.
const REASON: usize = 1_000;

/// Why a template is not shown, published, forked or decided on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no such template, or it is not shown any more")]
    NotFound,
    #[error("there is no such release of the template")]
    NoRelease,
    #[error("your role {0} does not publish: ask an owner of the organisation")]
    Forbidden(Role),
    #[error("no version of the server answers: wait for its build, or activate one")]
    NotLive,
    #[error("the server was itself made from a template, which is shared already: publish what you have made yourself")]
    IsFork,
    #[error("version {0} was built before this platform attested builds: build it again, then publish")]
    NotAttested(i64),
    #[error("version {0} answers no longer: look at the one that does, and publish again")]
    Changed(i64),
    #[error("what is said of the template cannot be shown: {}", first(.0))]
    Invalid(Vec<SpecProblem>),
    #[error("this cannot be public as it is: {} to mend, each listed with its place", places(.0.len()))]
    Blocked(Vec<Finding>),
    #[error("the slug {0:?} is taken: choose another, or leave it out")]
    SlugTaken(Slug),
    #[error("many templates have such a title already: choose a slug, or another title")]
    NoFreeSlug,
    #[error("the template was hidden by an admin: appeal, if you think that it should not have been")]
    Hidden,
    #[error("the template was taken down by an admin: appeal, if you think that it should not have been")]
    TakenDown,
    #[error("this does what the template {0} did, which was taken down: it cannot be published again")]
    SameAsTakenDown(Slug),
    #[error("the template's slug is {0}, and stays: leave it out")]
    SlugFixed(Slug),
    #[error("the template has changed since you have looked at it: look again")]
    ChangedSince,
    #[error("say why, in 1 to 1,000 characters")]
    Reason,
    #[error("you have an open report about this template: it is waiting for an admin")]
    AlreadyReported,
    #[error("you have an open appeal: it is waiting for an admin")]
    AlreadyAppealed,
    #[error("you have reported or appealed {limit} times in a day: try again later")]
    TooMany { limit: u32, retry_after: Duration },
    #[error("nothing was decided about this template that you could appeal against")]
    NothingToAppeal,
    #[error("there is no such case")]
    NoCase,
    #[error("the case has been decided already")]
    Decided,
    #[error("a verified template is taken down by two admins: you are the first, so another one has to confirm it")]
    SecondAdmin,
    #[error("the template is your own organisation's: another admin of this platform has to decide in its favour")]
    Own,
    #[error("the template is {0} already")]
    Already(&'static str),
    #[error(transparent)]
    Version(#[from] versions::Error),
    #[error(transparent)]
    Server(#[from] servers::Error),
    #[error(transparent)]
    Artifacts(#[from] artifacts::Error),
    #[error(transparent)]
    Storage(#[from] cloche_storage::Error),
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

fn first(problems: &[SpecProblem]) -> String {
    problems.first().map(|problem| format!("{} {}", problem.pointer, problem.message)).unwrap_or_default()
}

fn places(count: usize) -> String {
    if count == 1 { "1 place".to_owned() } else { format!("{count} places") }
}

/// A reason, a report or an appeal, as it is kept.
fn said(text: &str) -> Result<&str> {
    let text = text.trim();
    let fits = !text.is_empty() && text.chars().count() <= REASON && !text.contains('\0');
    if fits { Ok(text) } else { Err(Error::Reason) }
}
