//! The sandbox against real components, real servers and a real name server, all on this machine.

mod bounds;
mod egress;
mod guests;
mod imports;
mod kit;
mod loading;
mod names;
mod neighbours;
mod secrets;
mod tls;
mod upstream;
