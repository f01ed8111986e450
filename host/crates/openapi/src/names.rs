//! Names out of any text.

use std::collections::HashSet;

use cloche_domain::{SecretKey, ToolName};

/// Words of a title that do not name who makes the API.
const COMMON: [&str; 14] = [
    "API",
    "APIS",
    "REST",
    "HTTP",
    "WEB",
    "OFFICIAL",
    "OPENAPI",
    "SPEC",
    "SPECIFICATION",
    "PUBLIC",
    "SERVICE",
    "AND",
    "FOR",
    "OF",
];

/// Names that are there once, whatever their case.
#[derive(Debug, Default)]
pub(crate) struct Unique(HashSet<String>);

impl Unique {
    /// `name`, or with the first number that makes it new; at most `most` bytes of ASCII.
    pub(crate) fn of(&mut self, name: &str, most: usize) -> String {
        let mut unique = name.to_owned();
        unique.truncate(most);
        let mut number = 2;
        while !self.0.insert(unique.to_ascii_lowercase()) {
            let suffix = format!("_{number}");
            name.clone_into(&mut unique);
            unique.truncate(most.saturating_sub(suffix.len()));
            unique.push_str(&suffix);
            number += 1;
        }
        unique
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains(&name.to_ascii_lowercase())
    }

    /// A tool's name for an operation: `issues/list-for-repo` becomes `issues_list_for_repo`.
    pub(crate) fn tool(&mut self, operation_id: &str, method: &str, path: &str) -> Option<ToolName> {
        let mut name = words(operation_id, '_', "");
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            name = words(&format!("{} {path}", method.to_ascii_lowercase()), '_', "");
        }
        self.of(&name, 64).parse().ok()
    }

    /// A secret's name.
    pub(crate) fn secret(&mut self, name: &str) -> Option<SecretKey> {
        self.of(name, 64).parse().ok()
    }
}

/// An argument's name for a parameter: letters, digits, `_`, `-` and `.`, as AI clients want it.
pub(crate) fn argument(name: &str) -> String {
    let mut name = words(name, '_', "-._");
    name.truncate(64);
    if name.is_empty() { "value".to_owned() } else { name }
}

/// What the secrets of an API begin with: `Slack Web API` becomes `SLACK`.
pub(crate) fn prefix(title: &str) -> String {
    let title = words(&title.replace("'s", "").replace("’s", ""), ' ', "").to_ascii_uppercase();
    let named = title.split(' ').skip_while(|word| *word == "THE" || COMMON.contains(word));
    let is_version = |word: &str| word.strip_prefix('V').is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()));
    let named: Vec<&str> = named.take_while(|word| !COMMON.contains(word) && !is_version(word)).take(2).collect();
    let mut prefix = named.join("_");
    prefix.truncate(40);
    if prefix.len() > 1 && prefix.starts_with(|c: char| c.is_ascii_uppercase()) { prefix } else { "API".to_owned() }
}

/// The letters and digits of a text, and what is kept besides, with one `between` for all that lies between them.
fn words(text: &str, between: char, kept: &str) -> String {
    let mut words = String::new();
    for c in text.chars().take(500) {
        if c.is_ascii_alphanumeric() || kept.contains(c) {
            words.push(c);
        } else if !words.is_empty() && !words.ends_with(between) {
            words.push(between);
        }
    }
    words.trim_end_matches(between).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tools_have_right_names_once() {
        let mut names = Unique::default();
        for (id, expected) in [
            ("issues/list-for-repo", "issues_list_for_repo"),
            ("chat_postMessage", "chat_postMessage"),
            ("Chat.PostMessage", "Chat_PostMessage_2"),
            ("", "get_users_id_x"),
            ("123", "get_users_id_x_2"),
            ("\"); evil(", "evil"),
            ("Größe", "Gr_e"),
            (&"a".repeat(90), &"a".repeat(64)),
            (&"a".repeat(91), &format!("{}_2", "a".repeat(62))),
        ] {
            assert_eq!(names.tool(id, "GET", "/users/{id}/x").unwrap().as_str(), expected);
        }
    }

    #[test]
    fn arguments_keep_what_clients_take() {
        for (name, expected) in [
            ("per_page", "per_page"),
            ("X-Request-Id", "X-Request-Id"),
            ("expand[]", "expand"),
            ("created[gte]", "created_gte"),
            ("日本", "value"),
            ("_hidden", "_hidden"),
        ] {
            assert_eq!(argument(name), expected);
        }
    }

    #[test]
    fn secrets_begin_with_whose_they_are() {
        for (title, expected) in [
            ("Slack Web API", "SLACK"),
            ("GitHub's official OpenAPI spec + Octokit extension", "GITHUB"),
            ("GitHub v3 REST API", "GITHUB"),
            ("Twilio - Api", "TWILIO"),
            ("The Google Calendar API", "GOOGLE_CALENDAR"),
            ("API", "API"),
            ("", "API"),
            ("1Password Connect", "API"),
            ("日本", "API"),
        ] {
            assert_eq!(prefix(title), expected, "{title}");
        }
    }
}
