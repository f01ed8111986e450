//! Which components lie on the disk, and which of them no version or release of a template refers to any more.
//!
//! Whoever lays one down touches its row first, and refers to it in a transaction that touches it again. Whoever takes one
//! away deletes its row, which waits for such a transaction and then finds it touched, and ends his own after the file is
//! gone. So there is no moment in which a version refers to a file that is being deleted, also where equal bytes are built
//! again, and whatever dies in between.

use cloche_domain::{OrgId, ServerId, Sha256, VersionId};
use time::OffsetDateTime;

use crate::{Result, Tx};

const LAY: &str = "INSERT INTO artifacts (sha256, touched_at) VALUES ($1, $2)
    ON CONFLICT (sha256) DO UPDATE SET touched_at = excluded.touched_at";

/// Before a component is laid down.
pub async fn lay(tx: &mut Tx, sha256: Sha256, now: OffsetDateTime) -> Result<()> {
    Ok(on_conn!(*tx, c => sqlx::query(LAY).bind(sha256).bind(now).execute(c).await.map(|_| ()))?)
}

const HOLD: &str = "UPDATE artifacts SET touched_at = $2 WHERE sha256 = $1";

/// In the transaction that refers to a component: false where it has been taken away since it was laid down.
pub async fn hold(tx: &mut Tx, sha256: Sha256, now: OffsetDateTime) -> Result<bool> {
    let rows = on_conn!(*tx, c => sqlx::query(HOLD).bind(sha256).bind(now).execute(c).await
        .map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

const TOUCH_OF_VERSION: &str = "UPDATE artifacts SET touched_at = $2 WHERE sha256 IN (
    SELECT component_sha256 FROM versions WHERE id = $1 UNION SELECT uploaded_sha256 FROM versions WHERE id = $1)";

/// Before a version is deleted: those who read its component just now have time to finish.
pub(crate) async fn touch_of_version(tx: &mut Tx, id: VersionId, now: OffsetDateTime) -> Result<()> {
    Ok(on_conn!(*tx, c => sqlx::query(TOUCH_OF_VERSION).bind(id).bind(now).execute(c).await.map(|_| ()))?)
}

const TOUCH_OF_SERVER: &str = "UPDATE artifacts SET touched_at = $3 WHERE sha256 IN (
    SELECT v.component_sha256 FROM versions v JOIN servers s ON s.id = v.server_id WHERE s.org_id = $1 AND s.id = $2
    UNION
    SELECT v.uploaded_sha256 FROM versions v JOIN servers s ON s.id = v.server_id WHERE s.org_id = $1 AND s.id = $2)";

/// The same, before a server is deleted.
pub(crate) async fn touch_of_server(tx: &mut Tx, org: OrgId, id: ServerId, now: OffsetDateTime) -> Result<()> {
    Ok(on_conn!(*tx, c => sqlx::query(TOUCH_OF_SERVER).bind(org).bind(id).bind(now).execute(c).await.map(|_| ()))?)
}

/// That no version or release refers to a component `a`, and that nobody has touched it since `$1`.
macro_rules! unused {
    () => {
        "a.touched_at <= $1
        AND NOT EXISTS (SELECT 1 FROM versions v WHERE v.component_sha256 = a.sha256)
        AND NOT EXISTS (SELECT 1 FROM versions v WHERE v.uploaded_sha256 = a.sha256)
        AND NOT EXISTS (SELECT 1 FROM template_releases r WHERE r.component_sha256 = a.sha256)
        AND NOT EXISTS (SELECT 1 FROM template_releases r WHERE r.uploaded_sha256 = a.sha256)"
    };
}

const UNUSED: &str = concat!("SELECT a.sha256 FROM artifacts a WHERE ", unused!(), " ORDER BY a.touched_at LIMIT 1000");

/// Components that no version refers to, and that nobody has touched since.
pub async fn unused(tx: &mut Tx, since: OffsetDateTime) -> Result<Vec<Sha256>> {
    Ok(on_conn!(*tx, c => sqlx::query_scalar(UNUSED).bind(since).fetch_all(c).await)?)
}

const WAIT: &str = "UPDATE artifacts SET touched_at = touched_at WHERE sha256 = $1";
const TAKE: &str = concat!("DELETE FROM artifacts AS a WHERE a.sha256 = $2 AND ", unused!());

/// Takes a component away, if it is still unused: its file is to be deleted before this transaction ends.
pub async fn take(tx: &mut Tx, sha256: Sha256, since: OffsetDateTime) -> Result<bool> {
    // Whoever holds it ends first; the statement after that sees what they refer to.
    on_conn!(*tx, c => sqlx::query(WAIT).bind(sha256).execute(c).await.map(|_| ()))?;
    let rows = on_conn!(*tx, c => sqlx::query(TAKE).bind(since).bind(sha256).execute(c).await
        .map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

const ADOPT: &str = "INSERT INTO artifacts (sha256, touched_at) VALUES ($1, $2) ON CONFLICT (sha256) DO NOTHING";

/// Takes note of a component that lies on the disk, where nobody has: it then ends like others.
pub async fn adopt(tx: &mut Tx, sha256: Sha256, now: OffsetDateTime) -> Result<()> {
    Ok(on_conn!(*tx, c => sqlx::query(ADOPT).bind(sha256).bind(now).execute(c).await.map(|_| ()))?)
}
