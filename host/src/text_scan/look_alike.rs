//! Words whose letters are not those that they look like (UTS #39).

use std::collections::{HashMap, HashSet};

use cloche_domain::capability::HostName;
use cloche_domain::report::{Capabilities, Reach};
use unicode_security::confusable_detection::skeleton;
use unicode_security::mixed_script::AugmentedScriptSet;
use unicode_security::{MixedScript as _, RestrictionLevel, RestrictionLevelDetection as _};
use url::quirks::domain_to_unicode;

/// Names that many trust, and that others would pass for. In lower case.
const TRUSTED: [&str; 36] = [
    "airtable",
    "amazon",
    "anthropic",
    "apple",
    "asana",
    "atlassian",
    "chatgpt",
    "claude",
    "cloudflare",
    "discord",
    "dropbox",
    "facebook",
    "figma",
    "github",
    "gitlab",
    "gmail",
    "google",
    "hubspot",
    "instagram",
    "linkedin",
    "microsoft",
    "netflix",
    "notion",
    "openai",
    "outlook",
    "paypal",
    "salesforce",
    "shopify",
    "slack",
    "spotify",
    "stripe",
    "telegram",
    "twitter",
    "whatsapp",
    "youtube",
    "zendesk",
];
/// Letters of a name that others are held against: shorter ones look like too many.
const SHORTEST_NAME: usize = 4;
/// Letters of a word that is told though it looks like no such name.
const SHORTEST_WORD: usize = 3;

/// Of several scripts, or made up.
const STYLED: &str = "its letters are of several scripts, or stand for plain ones: it may pass for another word";
const FOREIGN: &str =
    "its letters are of another script than the texts', and look like plain ones: it may pass for another word";
const ALMOST: &str = "it looks like the name of a known service or a host of this server, and is spelled otherwise";
const TWINS: &str = "two tools have names that look the same";

/// What words are held against.
pub(super) struct Names {
    /// How a name looks, and the ways in which it is spelled right.
    known: HashMap<String, HashSet<String>>,
    /// Scripts that a text has words in which pass for no others: it is written in them.
    written_in: HashSet<AugmentedScriptSet>,
}

impl Names {
    /// The trusted names, the hosts of a server, and the scripts that its texts are written in.
    pub(super) fn of<'a>(capabilities: &Capabilities, texts: impl Iterator<Item = &'a str>) -> Self {
        let mut known: HashMap<_, HashSet<_>> = HashMap::new();
        for name in TRUSTED {
            known.entry(looks(name)).or_default().insert(name.to_owned());
        }
        let hosts = capabilities.reaches.iter().flat_map(labels);
        for label in hosts.filter(|label| label.is_ascii() && label.len() >= SHORTEST_NAME) {
            // One that looks like a trusted name is not thereby spelled right.
            known.entry(looks(&label)).or_insert_with(|| HashSet::from([label]));
        }
        let own = |word: &&str| is_of_another_script(word) && !looks_plain(word);
        let written_in =
            texts.flat_map(words).filter(own).map(unicode_security::MixedScript::resolve_script_set).collect();
        Self { known, written_in }
    }

    /// Why a word should be looked at.
    pub(super) fn suspect(&self, word: &str) -> Option<&'static str> {
        if is_made_up(word) {
            Some(STYLED)
        } else if self.is_almost_known(word) {
            Some(ALMOST)
        } else if is_of_another_script(word)
            && word.chars().count() >= SHORTEST_WORD
            && looks_plain(word)
            && !self.written_in.contains(&word.resolve_script_set())
        {
            Some(FOREIGN)
        } else {
            None
        }
    }

    fn is_almost_known(&self, word: &str) -> bool {
        let lower = word.to_lowercase();
        let is = |look: String| self.known.get(&look).is_some_and(|right| !right.contains(&lower));
        word.chars().count() >= SHORTEST_NAME && (is(looks(word)) || is(looks(&lower)))
    }
}

/// Words of a server's hosts and tools that should be looked at: where in the report they stand, and why.
pub(super) fn in_names(names: &Names, of: &Capabilities) -> Vec<(String, String, &'static str)> {
    let mut found = Vec::new();
    for (i, reach) in of.reaches.iter().enumerate() {
        for label in labels(reach) {
            if let Some(why) = label.split('-').find_map(|word| names.suspect(word)) {
                found.push((format!("/reaches/{i}/host"), label, why));
            }
        }
    }
    let mut seen: HashMap<String, &str> = HashMap::new();
    for (i, tool) in of.tools.iter().enumerate() {
        let name = tool.name.as_str();
        let looks = [looks(name), looks(&name.to_lowercase())];
        if looks.iter().any(|look| seen.get(look).is_some_and(|other| *other != name)) {
            found.push((format!("/tools/{i}/name"), name.to_owned(), TWINS));
        }
        seen.extend(looks.map(|look| (look, name)));
    }
    found
}

/// The labels of a host's name but the last, as a person reads them.
fn labels(reach: &Reach) -> Vec<String> {
    let (HostName::Exact(name) | HostName::Below(name)) = &reach.pattern.host;
    if name.parse::<std::net::Ipv4Addr>().is_ok() || name.starts_with('[') {
        return Vec::new();
    }
    let name = domain_to_unicode(name);
    let mut labels: Vec<_> = name.split('.').map(str::to_owned).collect();
    labels.pop();
    labels
}

pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// What two words have in common that look the same.
fn looks(word: &str) -> String {
    skeleton(word).collect::<String>().to_lowercase()
}

/// Whether a word passes for one of plain letters.
fn looks_plain(word: &str) -> bool {
    skeleton(word).all(|c| c.is_ascii_alphanumeric())
}

/// Letters, and none of them Latin.
fn is_of_another_script(word: &str) -> bool {
    word.chars().all(|c| c.is_ascii_digit() || !c.is_ascii() && c.is_alphabetic())
        && !word.is_ascii()
        && word.is_single_script()
}

/// Of scripts that no language writes together, or of letters that mathematics and typesetting have made of plain ones.
fn is_made_up(word: &str) -> bool {
    let styled = |c| matches!(c, '\u{1D400}'..='\u{1D7FF}' | '\u{FF21}'..='\u{FF5A}');
    !word.is_ascii()
        && (word.contains(styled)
            || !word.is_single_script() && !word.check_restriction_level(RestrictionLevel::HighlyRestrictive))
}
