//! The marketplace: what is published, found, forked and taken down.

mod browse;
mod fork;
mod moderate;
mod publish;
mod shelf;
mod takedown;
mod updates;
