//! What stands between a component's one export and the author's functions. Called by rendered code, not by authors.

use std::panic::PanicHookInfo;

use serde::de::DeserializeOwned;
use serde_json::Value;

pub use crate::bindings::exports::cloche::tool::tools::Guest;
use crate::{IntoOutput, Output, Result, log};

/// Makes the component's export of `fn call(name: &str, arguments: &str) -> Result<Output, String>`.
///
/// ```
/// use cloche_sdk::prelude::*;
///
/// #[derive(Deserialize)]
/// struct Args { text: String }
///
/// fn call(name: &str, arguments: &str) -> Result<Output, String> {
///     match name {
///         "echo" => cloche_sdk::glue::run(arguments, |args: Args| Ok(args.text)),
///         _ => cloche_sdk::glue::unknown(name),
///     }
/// }
/// cloche_sdk::export_server!(call);
/// ```
#[macro_export]
macro_rules! export_server {
    ($call:path) => {
        struct Server;
        impl $crate::glue::Guest for Server {
            fn call(
                name: $crate::private::String,
                arguments: $crate::private::String,
            ) -> ::core::result::Result<$crate::Output, $crate::private::String> {
                $crate::glue::start();
                $call(&name, &arguments)
            }
        }
        $crate::bindings::export_component!(Server with_types_in $crate::bindings);
    };
}

/// Before each call: panics are to reach the log.
pub fn start() {
    std::panic::set_hook(Box::new(log_panic));
}

fn log_panic(info: &PanicHookInfo<'_>) {
    let text = info.payload_as_str().unwrap_or("panic");
    match info.location() {
        Some(at) => log::error(format!("panicked at {}:{}:{}: {text}", at.file(), at.line(), at.column())),
        None => log::error(format!("panicked: {text}")),
    }
}

/// Parses the arguments, runs the tool, makes its result the component's.
pub fn run<A: DeserializeOwned, O: IntoOutput>(
    arguments: &str,
    tool: impl FnOnce(A) -> Result<O>,
) -> Result<Output, String> {
    let arguments = from_json(arguments.as_bytes()).map_err(|e| format!("the arguments do not fit: {e}"))?;
    tool(arguments).and_then(O::into_output).map_err(|e| e.to_string())
}

/// The answer to a tool name that is none of the server's.
pub fn unknown(name: &str) -> Result<Output, String> {
    Err(format!("this server has no tool {name:?}"))
}

/// JSON text as a typed value. By way of `Value`, so that the parser is compiled once, in the SDK, and not again for
/// each of a tool's types.
pub fn from_json<T: DeserializeOwned>(text: &[u8]) -> serde_json::Result<T> {
    T::deserialize(serde_json::from_slice::<Value>(text)?)
}
