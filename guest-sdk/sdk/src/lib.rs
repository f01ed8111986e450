//! What a Cloche tool is written with.
//!
//! A tool is one function: typed arguments in, something that [`IntoOutput`] knows out. Everything it may do to the world
//! is in the modules here, and only what it really calls becomes an import of its component.
//!
//! ```
//! use cloche_sdk::prelude::*;
//!
//! #[derive(Deserialize)]
//! struct Args { city: String }
//!
//! fn run(args: Args) -> Result<impl IntoOutput> {
//!     let found: Value = http::get("https://api.example.com/search").query("name", &args.city).send()?.ok()?.json()?;
//!     let first = found["results"].get(0).context("no such city")?;
//!     Ok(json!({ "name": first["name"], "latitude": first["latitude"] }))
//! }
//! ```

// The generated bindings name this crate as their users do.
extern crate self as cloche_sdk;

#[allow(missing_docs, unsafe_code, clippy::all, clippy::pedantic, unused_qualifications)]
#[rustfmt::skip]
#[doc(hidden)]
pub mod bindings;
#[doc(hidden)]
pub use wit_bindgen::rt as wit_rt;

mod error;
#[doc(hidden)]
pub mod glue;
pub mod http;
pub mod kv;
pub mod log;
mod output;
pub mod progress;
pub mod random;
pub mod time;

pub use error::{Context, Error, Result};
pub use output::{Content, Embedded, Image, IntoOutput, Json, Link, Output};

pub use {base64, chrono, csv, hex, hmac, percent_encoding, regex_lite, serde, serde_json, sha2, url};

/// Takes what memory there is from the start before it asks for more: growing costs the host two changes of protection a
/// call, and all its threads a pause with each.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

/// What the macros of this crate expand to.
#[doc(hidden)]
pub mod private {
    pub use std::format;
    pub use std::string::String;
}

/// What every tool has in scope.
pub mod prelude {
    pub use crate::{Content, Context, Error, IntoOutput, Json, Output, Result, bail, ensure, err};
    pub use crate::{base64, chrono, csv, hex, hmac, percent_encoding, regex_lite, serde_json, sha2, url};
    pub use crate::{http, kv, log, progress, random, time};
    pub use serde::{Deserialize, Serialize};
    pub use serde_json::{Map, Value, json};
}
