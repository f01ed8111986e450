//! What is tried against the platform: each attack against the real binary, with real guests and real upstreams.
//!
//! Every attack is a test. `make attack` runs them all, also those that take long, and prints a table instead.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the table, and what a failed attack should show")]

mod attack;
mod compiler;
mod egress;
mod guest;
mod handmade;
mod identity;
mod marketplace;
mod scene;
mod secrets;
mod table;
mod tenant;
mod tenants;

#[path = "../it/passkeys/authenticator.rs"]
mod authenticator;
#[path = "../it/browser.rs"]
#[expect(dead_code, reason = "shared with the integration tests")]
mod browser;
#[path = "../../crates/sandbox/tests/it/guests.rs"]
#[expect(dead_code, reason = "shared with the sandbox's tests")]
mod guests;
#[path = "../it/identities/issuer.rs"]
#[expect(dead_code, reason = "shared with the integration tests")]
mod issuer;
// The platform and its users are those of the integration tests, which use all of it.
#[path = "../it/caller.rs"]
#[expect(dead_code, reason = "shared with the integration tests")]
mod caller;
#[path = "../it/models/fake.rs"]
#[expect(dead_code, reason = "shared with the integration tests")]
mod fake;
#[path = "../it/hosted.rs"]
mod hosted;
#[path = "../it/market.rs"]
mod market;
#[path = "../../crates/sandbox/tests/it/nameserver.rs"]
mod nameserver;
#[path = "../it/platform.rs"]
#[expect(dead_code, unused_imports, unused_macros, reason = "shared with the integration tests")]
mod platform;
#[path = "../../crates/storage/tests/it/postgres.rs"]
mod postgres;
#[path = "../it/uploaded.rs"]
mod uploaded;
#[path = "../../crates/sandbox/tests/it/upstream.rs"]
mod upstream;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

use attack::Attack;

/// Every attack there is, in the order of the table.
fn attacks() -> Vec<Attack> {
    [
        guest::attacks(),
        egress::attacks(),
        tenants::attacks(),
        marketplace::ATTACKS.to_vec(),
        identity::attacks(),
        compiler::attacks(),
        secrets::attacks(),
    ]
    .concat()
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some((first, wanted)) = arguments.split_first()
        && first == "--table"
    {
        return table::print(attacks(), wanted);
    }
    // The slow ones are for the table alone: a test that is listed is run.
    let quick = attacks().into_iter().filter(|attack| !attack.slow);
    let trial = |attack: Attack| Trial::test(attack.id(), move || attack.run().result.map_err(Into::into));
    libtest_mimic::run(&Arguments::from_args(), quick.map(trial).collect()).exit_code()
}
