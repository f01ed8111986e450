//! `cloche serve`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use crate::config::{Config, Flags};
use crate::{boot, log};

#[derive(Args, Debug)]
pub(super) struct Serve {
    /// The directory of everything that the platform keeps; made if it is not there.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The address to listen on.
    #[arg(long, value_name = "ADDR:PORT")]
    listen: Option<SocketAddr>,
    /// A configuration file; `cloche config` prints one to begin with.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Serve {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let config = Config::load(&Flags { config: self.config, data: self.data, listen: self.listen })?;
        let _log = log::begin(&config.log)?;
        super::block_on(boot::serve(config))
    }
}
