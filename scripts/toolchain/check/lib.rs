//! The smallest server: scripts/toolchain.sh compiles it to see that the toolchain it made works.
#![no_std]
#![forbid(unsafe_code, deprecated)]

use std::tool_prelude::*;

#[derive(Deserialize)]
struct Args {
    text: String,
}

fn echo(args: Args) -> Result<impl IntoOutput> {
    println!("{} bytes", args.text.len());
    Ok(json!({ "text": args.text, "now": time::now().to_rfc3339() }))
}

fn call(name: &str, arguments: &str) -> Result<Output, String> {
    match name {
        "echo" => cloche_sdk::glue::run::<Args, _>(arguments, echo),
        _ => cloche_sdk::glue::unknown(name),
    }
}

cloche_sdk::export_server!(call);
