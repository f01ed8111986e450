//! Titles, and which of them are close to a verified one's.

use cloche_domain::{Slug, TemplateId};
use sqlx::FromRow;

use crate::{Result, Tx};

const VERIFIED: &str = "SELECT id, slug, verified_title AS title FROM templates WHERE verified_title IS NOT NULL
    ORDER BY id";
const TITLES: &str = "SELECT id, slug, title FROM templates WHERE verified_title IS NULL ORDER BY id";

/// A template's title.
#[derive(Clone, Debug, FromRow)]
pub struct Titled {
    pub id: TemplateId,
    pub slug: Slug,
    pub title: String,
}

/// The titles of templates, as they were vouched for, or of the others.
pub async fn titles(tx: &mut Tx, verified: bool) -> Result<Vec<Titled>> {
    let sql = if verified { VERIFIED } else { TITLES };
    Ok(on_conn!(*tx, c => sqlx::query_as(sql).fetch_all(c).await)?)
}

/// Notes that a template's title is close to a verified one's.
pub async fn set_resembles(tx: &mut Tx, id: TemplateId, slug: &Slug) -> Result<()> {
    const SQL: &str = "UPDATE templates SET resembles = $2 WHERE id = $1";
    Ok(on_conn!(*tx, c => sqlx::query(SQL).bind(id).bind(slug).execute(c).await.map(|_| ()))?)
}

/// The templates whose titles are close to that of one.
pub async fn resembling(tx: &mut Tx, slug: &Slug) -> Result<Vec<TemplateId>> {
    const SQL: &str = "SELECT id FROM templates WHERE resembles = $1 ORDER BY id";
    Ok(on_conn!(*tx, c => sqlx::query_scalar(SQL).bind(slug).fetch_all(c).await)?)
}

/// Notes that a template's title is close to no verified one's any more.
pub async fn clear_resembles(tx: &mut Tx, id: TemplateId) -> Result<()> {
    const SQL: &str = "UPDATE templates SET resembles = NULL WHERE id = $1";
    Ok(on_conn!(*tx, c => sqlx::query(SQL).bind(id).execute(c).await.map(|_| ()))?)
}
