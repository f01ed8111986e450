use cloche_domain::spec::{SpecProblem, bounds};

use crate::read::BYTES;

/// Why a description, or a choice out of it, makes no server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("the document has {0} bytes and {BYTES} are allowed: give the part that is needed")]
    TooLarge(usize),
    #[error("the document cannot be read as {format}: {reason}")]
    Unreadable { format: &'static str, reason: String },
    #[error(
        "this is a Swagger {0} document, and OpenAPI 3 is understood: convert it first, for example by `npx \
         swagger2openapi`, or ask the API's maker for its OpenAPI 3 document"
    )]
    Swagger(String),
    #[error("this is OpenAPI {0}, and 3.0 and 3.1 are understood: give the document in one of these")]
    Version(String),
    #[error("this is no OpenAPI document: it must be an object with `openapi: 3.x`, `info` and `paths`")]
    NotOpenApi,
    #[error("the document has {0} operations and {OPERATIONS} are looked at: give the part that is needed")]
    TooMany(usize),
    #[error("the document describes no operation: its `paths` are empty")]
    Empty,
    #[error("server {0:?} is no address of a server: write it in full, like https://api.example.com/v1")]
    Server(String),
    #[error("no operation was chosen: name at least one by its id, like \"GET /users\"")]
    NoneChosen,
    #[error("{0} operations were chosen and a server has {most} tools at most: choose up to {most}", most = bounds::TOOLS)]
    TooManyChosen(usize),
    #[error("operation {0:?} is not in the document: take an id from the list of its operations")]
    UnknownOperation(String),
    #[error("operation {0:?} was chosen twice: name it once")]
    ChosenTwice(String),
    #[error("operation {id:?} cannot be imported: {why}")]
    NotImportable { id: String, why: String },
    #[error("the document has no way to sign in called {0:?}: take a name from its `auth`, or \"none\" or \"bearer\"")]
    UnknownAuth(String),
    #[error("the server made of it is not right: {}", shown(.0))]
    Spec(Vec<SpecProblem>),
}

/// Operations of a document that are looked at.
pub(crate) const OPERATIONS: usize = 5_000;

pub type Result<T, E = Error> = std::result::Result<T, E>;

fn shown(problems: &[SpecProblem]) -> String {
    let each: Vec<_> = problems.iter().take(3).map(|p| format!("{} {}", p.pointer, p.message)).collect();
    each.join("; ")
}
