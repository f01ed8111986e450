//! The sandbox against real components, real servers and a real name server, all on this machine.
#![expect(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests fail as tests do")]

mod bounds;
mod egress;
mod guests;
mod imports;
mod kept;
mod kit;
mod loading;
mod names;
mod nameserver;
mod neighbours;
mod secrets;
mod table;
mod tls;
#[path = "../../../../tests/it/uploaded.rs"]
#[expect(dead_code, reason = "shared with the host's tests")]
mod uploaded;
mod upstream;
