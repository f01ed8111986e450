//! From an API's description to a server's specification, without a model: chosen operations of an OpenAPI 3 document
//! become tools, whose code is written here.
//!
//! A document is hostile input. What of it gets into the code is a string literal that this crate writes, or one of few
//! words that it knows; what gets into texts is cleaned; all that is followed, counted or copied has a bound.

mod arguments;
mod auth;
mod body;
mod code;
mod document;
mod draft;
mod error;
mod names;
mod operation;
mod overview;
mod place;
mod read;
mod schema;
mod text;

pub use document::Document;
pub use draft::Choice;
pub use error::{Error, Result};
pub use overview::{Auth, AuthKind, Listed, Overview, Server};
pub use read::BYTES;
