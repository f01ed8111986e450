//! The words of the marketplace: what is published, and what is decided about it.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::capability::HostPattern;
use crate::spec::{RequiredSecret, ServerSpec, SpecProblem};
use crate::words::states;
use crate::{SecretKey, ToolName};

states! {
    /// Whether a template is shown, and whether its forks answer.
    TemplateStatus {
        Published = "published",
        /// Its owner shows it no more; forks go on.
        Unpublished = "unpublished",
        /// An admin shows it no more; forks go on.
        Hidden = "hidden",
        /// An admin has stopped it, and all its forks.
        TakenDown = "taken_down",
    }
}

states! {
    /// What a template is for.
    Category {
        Data = "data",
        Developer = "developer",
        Communication = "communication",
        Productivity = "productivity",
        Finance = "finance",
        Web = "web",
        Knowledge = "knowledge",
        Utilities = "utilities",
        Other = "other",
    }
}

states! {
    /// The order of a list of templates.
    Tab {
        /// By what was forked of late and answers.
        Trending = "trending",
        /// By forks.
        Top = "top",
        Newest = "newest",
        /// One's own organisation's, of any status, newest first.
        Mine = "mine",
    }
}

states! {
    /// What a report is about.
    Concern {
        Malicious = "malicious",
        LeakedSecret = "leaked_secret",
        Impersonation = "impersonation",
        Misleading = "misleading",
        Broken = "broken",
        Other = "other",
    }
}

states! {
    /// What admins are asked to look at.
    CaseKind {
        /// Somebody has something against a template.
        Report = "report",
        /// Its owner has something against what was decided.
        Appeal = "appeal",
    }
}

states! {
    /// How far a case has come.
    CaseState {
        Open = "open",
        /// It was right.
        Upheld = "upheld",
        Dismissed = "dismissed",
    }
}

/// Bounds of what an owner says of a template.
pub mod bounds {
    /// Characters.
    pub const TITLE: usize = 60;
    pub const SHORT: usize = 160;
    /// Bytes.
    pub const LONG: usize = 10_000;
    pub const HINT: usize = 1_000;
}

/// What an owner says of a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Listing {
    pub title: String,
    pub category: Category,
    /// One line for lists.
    pub short_description: String,
    #[serde(default)]
    pub long_description: String,
    /// What its secrets are and how to get them, where the spec does not say so well enough.
    #[serde(default)]
    pub secret_hints: Vec<SecretHint>,
}

/// How whoever forks a template gets one of its secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SecretHint {
    pub key: SecretKey,
    /// What it is, and how to get one.
    pub hint: String,
    /// Where: an `https` URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub how_to_get_url: Option<String>,
}

impl Listing {
    /// What has to be mended before it can be shown beside `spec`.
    pub fn problems(&self, spec: &ServerSpec) -> Vec<SpecProblem> {
        let mut problems = Vec::new();
        let mut add = |pointer: String, message: &str| {
            problems.push(SpecProblem { pointer, message: message.to_owned() });
        };
        for (pointer, text, most, message) in [
            ("/title", &self.title, bounds::TITLE, "must have 1 to 60 characters, on one line"),
            ("/shortDescription", &self.short_description, bounds::SHORT, "must have 1 to 160 characters, on one line"),
        ] {
            if text.trim().is_empty() || text.chars().count() > most || text.contains(['\n', '\r', '\t']) {
                add(pointer.to_owned(), message);
            }
        }
        if self.long_description.len() > bounds::LONG {
            add("/longDescription".to_owned(), "is longer than 10,000 bytes: shorten it");
        }
        for (i, hint) in self.secret_hints.iter().enumerate() {
            if !spec.required_secrets.iter().any(|secret| secret.key == hint.key) {
                add(format!("/secretHints/{i}/key"), "names no secret that the server asks for");
            }
            if self.secret_hints[..i].iter().any(|other| other.key == hint.key) {
                add(format!("/secretHints/{i}/key"), "has its hint already");
            }
            if hint.hint.len() > bounds::HINT {
                add(format!("/secretHints/{i}/hint"), "is longer than 1,000 bytes: shorten it");
            }
            if hint.how_to_get_url.as_ref().is_some_and(|url| !is_web_page(url)) {
                add(format!("/secretHints/{i}/howToGetUrl"), "must be an https URL of at most 500 bytes");
            }
        }
        problems
    }

    /// The secrets of `spec`, with what is said of them here.
    pub fn hinted(&self, spec: &ServerSpec) -> Vec<RequiredSecret> {
        let mut secrets = spec.required_secrets.clone();
        for hint in &self.secret_hints {
            if let Some(secret) = secrets.iter_mut().find(|secret| secret.key == hint.key) {
                hint.hint.clone_into(&mut secret.description);
                if hint.how_to_get_url.is_some() {
                    secret.how_to_get_url.clone_from(&hint.how_to_get_url);
                }
            }
        }
        secrets
    }
}

fn is_web_page(url: &str) -> bool {
    url.len() <= 500 && url.parse::<url::Url>().is_ok_and(|url| url.scheme() == "https" && url.username().is_empty())
}

/// What a list shows of a template's newest release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    pub tools: Vec<ToolName>,
    /// Where its requests may go.
    pub hosts: Vec<HostPattern>,
    /// The names of the secrets that it asks for.
    pub secrets: Vec<SecretKey>,
}

/// How much a template is in use: what answers counts more than what was tried, and new ones come up.
pub fn score(live: i64, forks: i64, published_at: OffsetDateTime, now: OffsetDateTime) -> f64 {
    let days = (now - published_at).as_seconds_f64().max(0.0) / 86_400.0;
    #[expect(clippy::cast_precision_loss, reason = "nobody has forked anything 2^53 times")]
    let weight = live.saturating_mul(3).saturating_add(forks) as f64;
    weight / (days + 1.0).sqrt()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use time::Duration;
    use time::macros::datetime;

    use super::*;

    fn spec() -> ServerSpec {
        let spec = json!({"name": "S", "tools": [], "allowedHosts": ["api.example.com"],
            "requiredSecrets": [{"key": "TOKEN", "description": "A token", "hosts": ["api.example.com"]}]});
        serde_json::from_value(spec).unwrap()
    }

    fn listing(change: &serde_json::Value) -> Listing {
        let mut whole = json!({"title": "Weather", "category": "data", "shortDescription": "Tells the weather"});
        whole.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        serde_json::from_value(whole).unwrap()
    }

    #[test]
    fn what_an_owner_says_has_its_bounds() {
        assert_eq!(listing(&json!({})).problems(&spec()), []);
        let hint = |hint: serde_json::Value| json!({"secretHints": [hint]});
        for (change, pointer) in [
            (json!({"title": " "}), "/title"),
            (json!({"title": "a\nb"}), "/title"),
            (json!({"title": "é".repeat(61)}), "/title"),
            (json!({"shortDescription": ""}), "/shortDescription"),
            (json!({"longDescription": "x".repeat(10_001)}), "/longDescription"),
            (hint(json!({"key": "OTHER", "hint": "h"})), "/secretHints/0/key"),
            (hint(json!({"key": "TOKEN", "hint": "x".repeat(1_001)})), "/secretHints/0/hint"),
            (
                hint(json!({"key": "TOKEN", "hint": "h", "howToGetUrl": "http://a.example"})),
                "/secretHints/0/howToGetUrl",
            ),
            (hint(json!({"key": "TOKEN", "hint": "h", "howToGetUrl": "javascript:x"})), "/secretHints/0/howToGetUrl"),
        ] {
            let problems = listing(&change).problems(&spec());
            assert_eq!(problems.iter().map(|p| p.pointer.as_str()).collect::<Vec<_>>(), [pointer]);
        }
    }

    #[test]
    fn a_hint_says_more_than_the_spec() {
        let hinted = listing(&json!({"secretHints": [
            {"key": "TOKEN", "hint": "From your settings", "howToGetUrl": "https://example.com/tokens"},
        ]}));
        let secret = &hinted.hinted(&spec())[0];
        assert_eq!(secret.description, "From your settings");
        assert_eq!(secret.how_to_get_url.as_deref(), Some("https://example.com/tokens"));
        assert_eq!(listing(&json!({})).hinted(&spec())[0].description, "A token");
    }

    #[test]
    fn what_answers_counts_three_times_and_age_takes_away() {
        let now = datetime!(2026-11-27 12:00 UTC);
        let score = |live, forks, days| score(live, forks, now - Duration::days(days), now);
        assert!((score(2, 4, 0) - 10.0).abs() < 1e-9);
        assert!((score(2, 4, 3) - 5.0).abs() < 1e-9);
        assert!(score(0, 0, 0).abs() < 1e-9);
        // A clock that was set back does not make it more.
        assert!((score(1, 0, -5) - 3.0).abs() < 1e-9);
    }
}
