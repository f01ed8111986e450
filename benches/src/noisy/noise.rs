//! What the noisy tenant does.

use std::time::Duration;

use axum::Router;
use axum::routing::get;
use clap::ValueEnum;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::tenant::{Server, Tenant};

const SPIN: &str = "let (mut x, mut i) = (1u64, 0i64);
loop { x = x.wrapping_mul(3) ^ 7; i += 1; if i < 0 { break; } }
Ok(x.to_string())";
const YIELD: &str = "loop { if kv::get(\"k\")?.is_some() { break; } std::hint::black_box(time::now_ms()); }
Ok(())";
const WAIT: &str = "Ok(http::get(args.text.unwrap_or_default()).send()?.text())";
/// How long the upstream takes.
const SLOW: Duration = Duration::from_secs(5);

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Noise {
    /// Fifty endless loops.
    Loops,
    /// Fifty loops that read the server's store and the clock.
    Yields,
    /// Sixty-four calls that wait for a slow upstream.
    Upstreams,
}

impl Noise {
    pub(crate) const ALL: [Self; 3] = [Self::Loops, Self::Yields, Self::Upstreams];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Loops => "50 endless loops",
            Self::Yields => "50 loops that ask",
            Self::Upstreams => "64 slow upstreams",
        }
    }

    /// The tool, and how many call it at a time.
    const fn calls(self) -> (&'static str, usize) {
        match self {
            Self::Loops => ("spin", 50),
            Self::Yields => ("yield", 50),
            Self::Upstreams => ("wait", 64),
        }
    }
}

/// The tenant that makes the noise.
pub(crate) struct Noisy {
    tenant: Tenant,
    loops: Server,
    waits: Server,
    upstream: String,
}

/// A noise under way.
pub(crate) struct Made(JoinSet<anyhow::Result<()>>);

impl Noisy {
    pub(crate) async fn new(tenant: Tenant) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let upstream = format!("http://{}", listener.local_addr()?);
        let answer = || async {
            tokio::time::sleep(SLOW).await;
            "at last"
        };
        tokio::spawn(async move { axum::serve(listener, Router::new().route("/", get(answer))).await });
        let loops = tenant.server("loops", [("spin", SPIN), ("yield", YIELD)], &[]).await?;
        let waits = tenant.server("waits", [("wait", WAIT), ("again", WAIT)], &[&upstream]).await?;
        Ok(Self { tenant, loops, waits, upstream })
    }

    /// Calls again whenever a call ends, whatever came of it.
    pub(crate) fn make(&self, noise: Noise) -> Made {
        let (tool, count) = noise.calls();
        let mut calls = JoinSet::new();
        for _ in 0..count {
            let server = if noise == Noise::Upstreams { &self.waits } else { &self.loops };
            let (tenant, server, url) = (self.tenant.clone(), server.clone(), json!({"text": self.upstream}));
            calls.spawn(async move {
                loop {
                    tenant.call(&server, tool, &url).await?;
                }
            });
        }
        Made(calls)
    }
}

impl Made {
    /// Ends it: whether it has not ended by itself.
    pub(crate) fn ends(mut self) -> bool {
        self.0.try_join_next().is_none()
    }
}
