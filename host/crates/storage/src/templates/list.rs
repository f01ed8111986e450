//! Lists of templates: one query a page, whatever it shows.

use cloche_domain::template::{Category, Summary, Tab, TemplateStatus};
use cloche_domain::{OrgId, Slug, TemplateId, UserId};
use sqlx::{AssertSqlSafe, FromRow};
use time::OffsetDateTime;

use crate::{Result, Tx};

/// A template as a list shows it.
#[derive(Clone, Debug, FromRow)]
pub struct Listed {
    pub id: TemplateId,
    pub slug: Slug,
    pub title: String,
    pub category: Category,
    pub short_description: String,
    #[sqlx(json)]
    pub summary: Summary,
    pub status: TemplateStatus,
    pub verified: bool,
    pub resembles: Option<Slug>,
    pub forks: i64,
    /// Organisations, other than its publisher's, where a fork answers.
    pub live: i64,
    pub score: f64,
    pub release_n: i64,
    /// The first of the two admins who take down a verified one, and why.
    pub takedown_asked_by: Option<UserId>,
    pub takedown_asked_at: Option<OffsetDateTime>,
    pub takedown_reason: Option<String>,
    pub published_at: OffsetDateTime,
    pub updated_at: OffsetDateTime,
    /// The public name of whose it is.
    pub publisher: Option<String>,
    pub publisher_slug: Option<Slug>,
}

/// Where a page begins: after what stands there.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// What the list is ordered by: a score, or a number of forks.
    pub value: f64,
    pub id: TemplateId,
}

/// What is looked for.
#[derive(Clone, Copy, Debug)]
pub struct Sought<'a> {
    /// Not [`Tab::Mine`]: that is [`of_org`].
    pub tab: Tab,
    pub category: Option<Category>,
    /// Words to be found, each by its beginning: letters and digits alone.
    pub words: &'a [String],
    pub after: Option<Place>,
    pub limit: i64,
}

/// The columns of a page's templates, and for these alone: by whom they are, and in how many organisations a fork answers.
macro_rules! page {
    ($of:expr, $order:expr) => {
        format!(
            "WITH page AS (
        SELECT t.id, t.slug, t.title, t.category, t.short_description, t.summary, t.status,
            t.verified_release IS NOT NULL AND t.verified_release = t.releases AS verified, t.resembles, t.forks,
            t.score, t.releases AS release_n, t.published_at, t.updated_at, t.org_id, t.takedown_asked_by,
            t.takedown_asked_at, t.takedown_reason
        FROM templates t WHERE {of} ORDER BY {order} LIMIT $1)
    SELECT p.id, p.slug, p.title, p.category, p.short_description, p.summary, p.status, p.verified, p.resembles,
        p.forks, p.score, p.release_n, p.published_at, p.updated_at, p.takedown_asked_by, p.takedown_asked_at,
        p.takedown_reason, o.name AS publisher, o.slug AS publisher_slug,
        {live} AS live
    FROM page p LEFT JOIN orgs o ON o.id = p.org_id
    ORDER BY {outer}",
            live = live!("p"),
            of = $of,
            order = $order,
            outer = $order.replace("t.", "p."),
        )
    };
}

/// The text of [`list`]'s query: made of constant parts alone, so that each order has its index; what is looked for is
/// bound, in the order of the numbers here.
pub fn list_sql(sought: Sought<'_>, on_postgres: bool) -> String {
    let (by, order) = match sought.tab {
        Tab::Trending => ("t.score", "t.score DESC, t.id DESC"),
        Tab::Top => ("t.forks", "t.forks DESC, t.id DESC"),
        Tab::Newest | Tab::Mine => ("", "t.id DESC"),
    };
    let mut of = vec!["t.status = 'published'".to_owned()];
    let mut bound = 1;
    let mut next = || {
        bound += 1;
        bound
    };
    if sought.category.is_some() {
        of.push(format!("t.category = ${}", next()));
    }
    if !sought.words.is_empty() {
        let n = next();
        let found = if on_postgres {
            format!("words @@ to_tsquery('simple', ${n})")
        } else {
            format!("template_texts MATCH ${n}")
        };
        of.push(format!("t.number IN (SELECT rowid FROM template_texts WHERE {found})"));
    }
    if sought.after.is_some() {
        of.push(match by {
            "" => format!("t.id < ${}", next()),
            by => format!("({by}, t.id) < (${}, ${})", next(), next()),
        });
    }
    page!(of.join(" AND "), order)
}

/// Words as each engine asks for them, by their beginnings.
fn found(words: &[String], on_postgres: bool) -> String {
    if on_postgres {
        words.iter().map(|word| format!("{word}:*")).collect::<Vec<_>>().join(" & ")
    } else {
        words.iter().map(|word| format!("\"{word}\"*")).collect::<Vec<_>>().join(" AND ")
    }
}

/// Published templates.
pub async fn list(tx: &mut Tx, sought: Sought<'_>) -> Result<Vec<Listed>> {
    let on_postgres = matches!(tx, Tx::Postgres(_));
    let (sql, words) = (list_sql(sought, on_postgres), found(sought.words, on_postgres));
    Ok(on_conn!(*tx, c => {
        let mut query = sqlx::query_as(AssertSqlSafe(sql)).bind(sought.limit);
        if let Some(category) = sought.category {
            query = query.bind(category);
        }
        if !sought.words.is_empty() {
            query = query.bind(words);
        }
        if let Some(Place { value, id }) = sought.after {
            query = match sought.tab {
                Tab::Trending => query.bind(value),
                #[expect(clippy::cast_possible_truncation, reason = "it was a number of forks")]
                Tab::Top => query.bind(value as i64),
                Tab::Newest | Tab::Mine => query,
            };
            query = query.bind(id);
        }
        query.fetch_all(c).await
    })?)
}

/// An organisation's templates, of any status, newest first.
pub async fn of_org(tx: &mut Tx, org: OrgId, after: Option<TemplateId>, limit: i64) -> Result<Vec<Listed>> {
    by_column(tx, ("t.org_id", org.to_string()), after, limit).await
}

/// Templates of a status, newest first.
pub async fn with_status(
    tx: &mut Tx,
    status: TemplateStatus,
    after: Option<TemplateId>,
    limit: i64,
) -> Result<Vec<Listed>> {
    by_column(tx, ("t.status", status.to_string()), after, limit).await
}

async fn by_column(
    tx: &mut Tx,
    (column, value): (&str, String),
    after: Option<TemplateId>,
    limit: i64,
) -> Result<Vec<Listed>> {
    let before = if after.is_some() { " AND t.id < $3" } else { "" };
    let sql = page!(format!("{column} = $2{before}"), "t.id DESC");
    Ok(on_conn!(*tx, c => {
        let mut query = sqlx::query_as(AssertSqlSafe(sql)).bind(limit).bind(value);
        if let Some(after) = after {
            query = query.bind(after);
        }
        query.fetch_all(c).await
    })?)
}
