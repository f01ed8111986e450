//! How far up a template stands in the list of what is trending.

use cloche_domain::TemplateId;
use cloche_domain::template::score;
use sqlx::FromRow;
use time::OffsetDateTime;

use crate::{Db, Result, Tx};

/// The query of [`Ranked`], up to its conditions.
macro_rules! ranked {
    () => {
        concat!("SELECT t.id, t.forks, t.score, t.published_at, ", live!("t"), " AS live FROM templates t")
    };
}

const RANKED: &str = concat!(ranked!(), " WHERE t.forks > 0 ORDER BY t.id");
const RANKED_ONE: &str = concat!(ranked!(), " WHERE t.id = $1");

#[derive(FromRow)]
struct Ranked {
    id: TemplateId,
    forks: i64,
    score: f64,
    published_at: OffsetDateTime,
    live: i64,
}

/// Brings the scores of all templates up to date that were ever forked. Each is written by itself: nobody waits for the
/// others.
pub async fn rank_all(db: &Db, now: OffsetDateTime) -> Result<()> {
    let ranked: Vec<Ranked> = on_conn!(db.read().await?, c => sqlx::query_as(RANKED).fetch_all(c).await)?;
    for one in ranked.iter().filter(|one| one.has_moved(now)) {
        let mut tx = db.begin().await?;
        rank(&mut tx, one, now).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Brings the score of one template up to date.
pub async fn rank_one(tx: &mut Tx, id: TemplateId, now: OffsetDateTime) -> Result<()> {
    let one: Option<Ranked> = on_conn!(*tx, c => sqlx::query_as(RANKED_ONE).bind(id).fetch_optional(c).await)?;
    if let Some(one) = one {
        rank(tx, &one, now).await?;
    }
    Ok(())
}

impl Ranked {
    /// Whether its score is another, as far as an order shows it.
    fn has_moved(&self, now: OffsetDateTime) -> bool {
        let score = score(self.live, self.forks, self.published_at, now);
        (score - self.score).abs() > self.score.abs() * 0.001
    }
}

async fn rank(tx: &mut Tx, one: &Ranked, now: OffsetDateTime) -> Result<()> {
    const SQL: &str = "UPDATE templates SET score = $2 WHERE id = $1";
    let score = score(one.live, one.forks, one.published_at, now);
    Ok(on_conn!(*tx, c => sqlx::query(SQL).bind(one.id).bind(score).execute(c).await.map(|_| ()))?)
}
