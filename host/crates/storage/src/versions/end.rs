//! How a version stands, and its end.

use cloche_domain::server::{BuildState, Review};
use cloche_domain::{ServerId, Sha256, VersionId};
use sqlx::FromRow;
use time::OffsetDateTime;

use crate::{Result, Tx, artifacts};

/// What decides on whether a version may answer, or go.
#[derive(Clone, Debug, FromRow)]
pub struct Standing {
    pub id: VersionId,
    pub active: bool,
    /// Of its newest build.
    pub state: BuildState,
    /// None where it is not built.
    pub component_sha256: Option<Sha256>,
    pub review: Option<Review>,
    /// How many versions the server has.
    pub of: i64,
}

const STANDING: &str = "SELECT v.id, v.id = s.active_version_id AND s.active_version_id IS NOT NULL AS active, b.state,
        v.component_sha256, v.review, (SELECT count(*) FROM versions a WHERE a.server_id = s.id) AS of
    FROM versions v
    JOIN servers s ON s.id = v.server_id
    JOIN builds b ON b.version_id = v.id
    WHERE v.server_id = $1 AND v.n = $2 AND b.id = (SELECT max(n.id) FROM builds n WHERE n.version_id = v.id)";

/// How a server's version stands.
pub async fn standing(tx: &mut Tx, server: ServerId, n: i64) -> Result<Option<Standing>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(STANDING).bind(server).bind(n).fetch_optional(c).await)?)
}

const DELETE: &str = "DELETE FROM versions WHERE id = $1";

/// Deletes a version with its builds. Its component stays on the disk for a while.
pub async fn delete(tx: &mut Tx, id: VersionId, now: OffsetDateTime) -> Result<()> {
    artifacts::touch_of_version(tx, id, now).await?;
    Ok(on_conn!(*tx, c => sqlx::query(DELETE).bind(id).execute(c).await.map(|_| ()))?)
}

const SUPERFLUOUS: &str = "SELECT v.id, v.n FROM versions v
    JOIN servers s ON s.id = v.server_id
    WHERE v.server_id = $1
        AND (s.active_version_id IS NULL OR v.id <> s.active_version_id)
        AND (v.review IS NULL OR v.review <> $4)
        AND (v.answered_at IS NULL OR v.answered_at < $3)
        AND NOT EXISTS (SELECT 1 FROM builds b WHERE b.version_id = v.id AND b.finished_at IS NULL)
        AND v.n < CASE WHEN v.component_sha256 IS NULL
            THEN (SELECT min(k.n) FROM (SELECT n FROM versions WHERE server_id = $1 ORDER BY n DESC LIMIT $2) AS k)
            ELSE (SELECT min(k.n) FROM (SELECT n FROM versions WHERE server_id = $1 AND component_sha256 IS NOT NULL
                ORDER BY n DESC LIMIT $2) AS k) END
    ORDER BY v.n";

/// The versions of a server beyond the newest `keep` that are built, and beyond the newest `keep` of all where they are
/// not: whoever fails often loses no version that works. Not the active one, none that waits for a decision or is being
/// built, and none that has answered since.
pub async fn superfluous(
    tx: &mut Tx,
    server: ServerId,
    keep: i64,
    since: OffsetDateTime,
) -> Result<Vec<(VersionId, i64)>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(SUPERFLUOUS).bind(server).bind(keep).bind(since).bind(Review::Waiting)
        .fetch_all(c).await)?)
}
