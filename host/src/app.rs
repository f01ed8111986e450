//! What every request and job works with: made once by `boot`, shared by all.

use std::sync::Arc;

use cloche_compiler::Compiler;
use cloche_domain::Clock;
use cloche_sandbox::Sandbox;
use cloche_storage::Db;
use tokio::sync::Semaphore;
use url::Url;

use crate::artifacts::Artifacts;
use crate::attestation_keys::Signer;
use crate::billing::Billing;
use crate::calls::Recorder;
use crate::config::Config;
use crate::events::Events;
use crate::gateway::Gateway;
use crate::http::Origins;
use crate::keys::Keys;
use crate::mail::Mailer;
use crate::model::Models;
use crate::oauth::Bearers;
use crate::passkeys::RelyingParty;
use crate::providers::Providers;
use crate::status::Board;
use crate::vault::Vault;
use crate::worker::Wake;

/// The running platform.
pub struct App {
    pub config: Config,
    /// How clients reach this platform.
    pub public_url: Url,
    pub clock: Clock,
    pub db: Db,
    pub events: Events,
    pub models: Models,
    pub compiler: Box<dyn Compiler>,
    pub sandbox: Sandbox,
    pub artifacts: Artifacts,
    /// Places for uploads: each holds its component in memory.
    pub uploads: Arc<Semaphore>,
    /// Places for APIs' descriptions that are being read.
    pub imports: Arc<Semaphore>,
    pub vault: Vault,
    /// Rung when there is work.
    pub wake: Wake,
    pub mail: Mailer,
    /// Where people can sign in besides here.
    pub providers: Providers,
    /// What passkeys are made for.
    pub relying_party: RelyingParty,
    /// What signs access tokens.
    pub keys: Keys,
    /// Whoever bills organisations; none: nobody does.
    pub billing: Option<Box<dyn Billing>>,
    /// Places for questions to them about what is paid for.
    pub billing_places: Semaphore,
    /// What signs how each component was built.
    pub attestation_signer: Signer,
    pub bearers: Arc<Bearers>,
    pub gateway: Arc<Gateway>,
    /// Where calls are noted.
    pub calls: Recorder,
    /// Pages that may call MCP servers.
    pub origins: Origins,
    /// What was last found out about how the platform does.
    pub status: Board,
}
