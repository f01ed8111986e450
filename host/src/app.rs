//! What every request and job works with: made once by `boot`, shared by all.

use cloche_domain::Clock;
use cloche_storage::Db;
use url::Url;

use crate::config::Config;
use crate::events::Events;

/// The running platform.
#[derive(Debug)]
pub struct App {
    pub config: Config,
    /// How clients reach this platform.
    pub public_url: Url,
    pub clock: Clock,
    pub db: Db,
    pub events: Events,
}
