//! What a guest's return, or its end, means to the caller.

use serde_json::{Map, Value};
use wasmtime::component::ResourceTableError;
use wasmtime::{PoolConcurrencyLimitError, Trap};
use wasmtime_wasi::I32Exit;
use wasmtime_wasi_http::FieldMapError;

use super::Allowed;
use crate::bindings::tools;
use crate::bound::Exceeded;
use crate::engine::{HANDLES, STACK, TABLE_ELEMENTS};
use crate::guest::{Guest, TRANSFER, TransferExceeded};
use crate::{Axis, Bound, CallError, Content, Output, Resource, wasi};

/// wasmtime's words where a single step passes too much: its error has no public type.
const PASSED_TOO_MUCH: &str = "fuel allocated for hostcalls";
const TOO_MANY_HANDLES: &str = "store handle limit exceeded";
/// wasmtime-wasi's, before the number.
const TOO_MUCH_RANDOM: &str = "requested len ";

/// Which bound ended the guest, or how it crashed.
pub(super) fn of_trap(error: &wasmtime::Error, guest: &Guest, allowed: &Allowed) -> CallError {
    let &Allowed { fuel, passes, slots, .. } = allowed;
    let trap = error.downcast_ref::<Trap>();
    if trap == Some(&Trap::OutOfFuel) {
        return CallError::Fuel { limit: fuel };
    }
    if trap == Some(&Trap::StackOverflow) {
        return CallError::Stack { limit: STACK as u64 };
    }
    if let Some(&TransferExceeded { actual }) = error.downcast_ref() {
        return CallError::Transfer { limit: TRANSFER, actual };
    }
    if error.is::<PoolConcurrencyLimitError>() {
        return CallError::Slots { limit: slots, running: slots };
    }
    if let Some(bound) = of_platform(error) {
        return CallError::Bound(bound);
    }
    if let Some(I32Exit(status)) = error.downcast_ref() {
        return CallError::Trap(format!("the program ended itself with status {status} before it answered"));
    }
    let text = error.root_cause().to_string();
    if text.contains(PASSED_TOO_MUCH) {
        // How much it was, wasmtime does not say: it stops at the first byte over the limit.
        return CallError::Transfer { limit: passes, actual: passes + 1 };
    }
    // A program that is refused memory or table elements seldom says so: it gives up.
    if let Some(wanted) = guest.memory.refused() {
        return CallError::Memory { limit: guest.memory.limit(), wanted };
    }
    if let Some(wanted) = guest.memory.elements_refused() {
        return CallError::Table { limit: TABLE_ELEMENTS as u64, wanted: wanted as u64 };
    }
    CallError::Trap(guest.journal.panic().unwrap_or(text))
}

/// A bound of the host's own parts, which say in types or words of their own that it was hit. How much was wanted they
/// seldom say: it was one more.
fn of_platform(error: &wasmtime::Error) -> Option<Bound> {
    if let Some(&Exceeded(bound)) = error.downcast_ref() {
        return Some(bound);
    }
    let one_more = |axis, limit: usize| Bound::new(axis, limit as u64, limit as u64 + 1);
    if let Some(ResourceTableError::Full) = error.downcast_ref() {
        return Some(one_more(Axis::WasiResources, wasi::RESOURCES));
    }
    if let Some(FieldMapError::TotalSizeTooBig | FieldMapError::TooManyFields) = error.downcast_ref() {
        return Some(one_more(Axis::WasiFields, wasi::FIELDS));
    }
    let text = error.root_cause().to_string();
    if text.contains(TOO_MANY_HANDLES) {
        return Some(one_more(Axis::Handles, HANDLES));
    }
    let wanted = text.strip_prefix(TOO_MUCH_RANDOM)?.split(' ').next()?.parse().ok()?;
    Some(Bound::new(Axis::Random, wasi::RANDOM, wanted))
}

/// The result, if it may be passed on; and its size in bytes.
pub(super) fn of_result(returned: Result<tools::Output, String>, limit: u64) -> (Result<Output, CallError>, u64) {
    let actual = match &returned {
        Ok(output) => {
            output.content.iter().map(size).sum::<usize>() + output.structured.as_ref().map_or(0, String::len)
        }
        Err(text) => text.len(),
    } as u64;
    if actual > limit {
        return (Err(CallError::ResultTooLarge { limit, actual }), actual);
    }
    (returned.map_err(CallError::Tool).and_then(passed_on), actual)
}

fn passed_on(output: tools::Output) -> Result<Output, CallError> {
    Ok(Output {
        content: output.content.into_iter().map(Into::into).collect(),
        structured: output.structured.as_deref().map(object).transpose()?,
    })
}

fn object(text: &str) -> Result<Map<String, Value>, CallError> {
    serde_json::from_str(text)
        .map_err(|e| CallError::BadResult(format!("its structured content is no JSON object: {e}")))
}

fn size(content: &tools::Content) -> usize {
    let optional = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    // With what the JSON around it takes, so that a million empty pieces are not free.
    64 + match content {
        tools::Content::Text(text) => text.len(),
        tools::Content::Image(data) | tools::Content::Audio(data) => data.data.len() + data.mime_type.len(),
        tools::Content::ResourceLink(link) => {
            link.uri.len() + link.name.len() + optional(&link.description) + optional(&link.mime_type)
        }
        tools::Content::Resource(resource) => resource.uri.len() + resource.text.len() + optional(&resource.mime_type),
    }
}

impl From<tools::Content> for Content {
    fn from(content: tools::Content) -> Self {
        match content {
            tools::Content::Text(text) => Self::Text { text },
            tools::Content::Image(tools::Image { data, mime_type }) => Self::Image { data, mime_type },
            tools::Content::Audio(tools::Image { data, mime_type }) => Self::Audio { data, mime_type },
            tools::Content::ResourceLink(link) => Self::ResourceLink {
                uri: link.uri,
                name: link.name,
                description: link.description,
                mime_type: link.mime_type,
            },
            tools::Content::Resource(tools::Embedded { uri, mime_type, text }) => {
                Self::Resource { resource: Resource { uri, mime_type, text } }
            }
        }
    }
}
