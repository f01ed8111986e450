//! Wiring: the one place that knows what a platform is made of, embedded or on a fleet.

use std::sync::Arc;

use anyhow::Context as _;
use cloche_domain::Clock;
use cloche_storage::Db;
use tokio::net::TcpListener;

use crate::app::App;
use crate::config::Config;
use crate::events::Events;
use crate::http;

/// Makes the platform from its configuration: opens the database and brings its tables up to date.
pub async fn app(config: Config) -> anyhow::Result<Arc<App>> {
    std::fs::create_dir_all(&config.data).with_context(|| format!("cannot make {}", config.data.display()))?;
    let db = Db::open(&config.database_url()).await?;
    db.migrate().await?;
    let public_url = config.public_url()?;
    Ok(Arc::new(App { public_url, clock: Clock::default(), db, events: Events::new(), config }))
}

/// Serves until asked to stop; then finishes what is open.
pub async fn serve(config: Config) -> anyhow::Result<()> {
    let listen = config.http.listen;
    let listener = TcpListener::bind(listen).await.with_context(|| format!("cannot listen on {listen}"))?;
    let app = app(config).await?;
    http::serve(listener, app).await
}
