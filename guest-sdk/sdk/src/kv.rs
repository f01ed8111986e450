//! A small store of this server's own. Bounded: keys of 256 bytes, values of 64 KiB, 1 MiB and 1,000 keys in all.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::bindings::cloche::tool::kv::{self, Error as Refusal};
use crate::{Context as _, Error, Result};

/// The value of a key, if it has one.
pub fn get(key: &str) -> Result<Option<Vec<u8>>> {
    kv::get(key).map_err(refused)
}

/// The value of a key, as text.
pub fn get_text(key: &str) -> Result<Option<String>> {
    let text = get(key)?.map(String::from_utf8).transpose();
    text.with_context(|| format!("the stored value of {key:?} is no text"))
}

/// The value of a key, from JSON: `kv::get_json::<Vec<String>>("list")?.unwrap_or_default()`.
pub fn get_json<T: DeserializeOwned>(key: &str) -> Result<Option<T>> {
    let value = get(key)?.map(|json| crate::glue::from_json(&json)).transpose();
    value.with_context(|| format!("the stored value of {key:?} has another form"))
}

/// Stores bytes or text.
pub fn set(key: &str, value: impl AsRef<[u8]>) -> Result<()> {
    kv::set(key, value.as_ref()).map_err(refused)
}

/// Stores a value as JSON.
pub fn set_json(key: &str, value: &impl Serialize) -> Result<()> {
    set(key, serde_json::to_vec(value)?)
}

/// Forgets a key. It need not exist.
pub fn delete(key: &str) -> Result<()> {
    kv::delete(key).map_err(refused)
}

/// Keys that start with `prefix`, in byte order, `limit` of them at most, and never more than 1,000.
pub fn list(prefix: &str, limit: u32) -> Result<Vec<String>> {
    kv::list(prefix, limit).map_err(refused)
}

fn refused(refusal: Refusal) -> Error {
    match refusal {
        Refusal::Quota(why) | Refusal::Unavailable(why) => Error::msg(format_args!("store: {why}")),
    }
}
