//! What an organisation uses, against its plan and day by day.

use std::collections::HashMap;

use cloche_domain::{Day, ServerId};
use cloche_storage::servers;
use cloche_storage::usage::{self, OfDay, OfServer, Used};

use crate::app::App;
use crate::http::auth::Member;
use crate::quotas::{self, Standing};

/// Days that are shown, today among them.
pub const DAYS: u16 = 30;
/// Days that are kept.
pub const KEPT: u16 = 400;
/// Servers that are shown, newest first: as many as the largest plan has by default.
const SERVERS: i64 = 500;

/// Why use is not shown.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no such server in your organisation")]
    NotFound,
    #[error(transparent)]
    Storage(#[from] cloche_storage::Error),
}

/// What is used.
#[derive(Clone, Debug)]
pub struct Usage {
    pub standings: Vec<Standing>,
    /// Each of the last days, oldest first.
    pub days: Vec<OfDay>,
    /// What each server used in them.
    pub servers: Vec<OfServer>,
}

/// What the organisation uses; its days those of one server alone, where one is named.
pub async fn of(app: &App, member: &Member, server: Option<ServerId>) -> Result<Usage, Error> {
    let org = member.org_id;
    let today = Day::of(app.clock.now());
    let since = today.back(DAYS - 1);
    let mut tx = app.db.read().await?;
    if let Some(server) = server {
        servers::get(&mut tx, org, server).await?.ok_or(Error::NotFound)?;
    }
    let standings = quotas::standings(app, member, &mut tx).await?;
    let used: HashMap<_, _> =
        usage::days(&mut tx, org, since, server).await?.into_iter().map(|of| (of.day, of.used)).collect();
    let days = (0..DAYS).rev().map(|back| today.back(back));
    let days = days.map(|day| OfDay { day, used: used.get(&day).copied().unwrap_or_default() }).collect();
    let servers = usage::servers(&mut tx, org, since, SERVERS).await?;
    Ok(Usage { standings, days, servers })
}

/// The currency that millionths are of.
pub fn whole(used: &Used) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "money of tokens is far below 2^53 millionths")]
    let micros = used.cost_micros as f64;
    micros / 1e6
}
