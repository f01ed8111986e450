//! Titles that look like a verified template's.

use cloche_domain::{Slug, TemplateId};
use cloche_storage::Tx;
use cloche_storage::templates::{self, Template};
use strsim::damerau_levenshtein;
use unicode_security::confusable_detection::skeleton;

use crate::app::App;

/// Letters of a title for which one wrong letter is close, and for which two are.
const ONE_OFF: usize = 5;
const TWO_OFF: usize = 10;

/// A title as it looks: without case, spaces and signs, each letter as the one that it resembles.
fn looks(title: &str) -> String {
    let plain =
        |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    plain(&skeleton(&plain(title)).collect::<String>())
}

/// Whether one title may be taken for another.
fn is_close(a: &str, b: &str) -> bool {
    let (a, b) = (looks(a), looks(b));
    let letters = a.chars().count().min(b.chars().count());
    let most = match letters {
        0 => return false,
        n if n >= TWO_OFF => 2,
        n if n >= ONE_OFF => 1,
        _ => 0,
    };
    damerau_levenshtein(&a, &b) <= most
}

/// The verified template, other than itself, that a template may be taken for by its title.
pub(super) async fn resembled(
    tx: &mut Tx,
    own: Option<TemplateId>,
    title: &str,
) -> cloche_storage::Result<Option<Slug>> {
    let mut verified = templates::titles(tx, true).await?.into_iter();
    let close = verified.find(|known| Some(known.id) != own && is_close(&known.title, title));
    Ok(close.map(|known| known.slug))
}

/// Flags all titles that may be taken for one that is verified from now on.
pub(super) async fn flag(app: &App, verified: &Template) -> cloche_storage::Result<()> {
    let others = templates::titles(&mut app.db.read().await?, false).await?;
    for other in others.iter().filter(|other| other.id != verified.id && is_close(&verified.title, &other.title)) {
        let mut tx = app.db.begin().await?;
        templates::set_resembles(&mut tx, other.id, &verified.slug).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Takes the flags back of those that were held against a template which is verified no longer.
pub(super) async fn clear(app: &App, before: &Template) -> cloche_storage::Result<()> {
    for other in templates::resembling(&mut app.db.read().await?, &before.slug).await? {
        let mut tx = app.db.begin().await?;
        templates::clear_resembles(&mut tx, other).await?;
        tx.commit().await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_that_pass_for_others_are_close() {
        for (verified, title) in [
            ("GitHub Issues", "Github issues"),
            ("GitHub Issues", "GitHub-Issues!"),
            ("GitHub Issues", "GitHub Isues"),
            ("GitHub Issues", "Gi tHub lssues"),
            ("GitHub Issues", "GіtHub Іssues"),
            ("Notion", "Notlon"),
            ("Notion", "Notoin"),
            ("Web", "web"),
        ] {
            assert!(is_close(verified, title), "{verified} {title}");
        }
    }

    #[test]
    fn other_titles_are_not() {
        for (verified, title) in [
            ("GitHub Issues", "GitLab Issues in Bulk"),
            ("Notion", "Nation of birds"),
            ("Web", "Wed"),
            ("Feeds", "!!!"),
        ] {
            assert!(!is_close(verified, title), "{verified} {title}");
        }
    }
}
