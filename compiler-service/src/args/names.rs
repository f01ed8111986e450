//! Names for types, fields and variants out of any text.

use std::collections::{HashMap, HashSet};

/// The longest name made from a key; the rest is cut.
const LENGTH: usize = 60;

/// The names that are taken.
#[derive(Default)]
pub(super) struct Names {
    taken: HashSet<String>,
    variants: HashMap<(String, String), String>,
}

impl Names {
    pub(super) fn has(&self, name: &str) -> bool {
        self.taken.contains(name)
    }

    /// `name`, or with the first number that makes it new; not taken yet.
    pub(super) fn free(&self, name: &str) -> String {
        let mut free = name.to_owned();
        let mut number = 2;
        while self.taken.contains(&free) {
            free = format!("{name}{number}");
            number += 1;
        }
        free
    }

    /// The same, and takes it.
    pub(super) fn unique(&mut self, name: &str) -> String {
        let name = self.free(name);
        self.taken.insert(name.clone());
        name
    }

    /// A field's name for a JSON key.
    pub(super) fn field(&mut self, key: &str) -> String {
        let name = self.unique(&snake(key));
        match name.as_str() {
            "self" | "super" | "crate" => self.unique(&format!("{name}_")),
            // rustc and syn agree on what is a keyword; the raw form is the name still.
            _ if syn::parse_str::<syn::Ident>(&name).is_err() || name == "gen" => format!("r#{name}"),
            _ => name,
        }
    }

    /// A new variant of an enum for a text; None if the enum has that text already.
    pub(super) fn new_variant(&mut self, of: &str, text: &str) -> Option<String> {
        let key = (of.to_owned(), text.to_owned());
        if self.variants.contains_key(&key) {
            return None;
        }
        let scope = format!("{of}::");
        let name = self.unique(&format!("{scope}{}", pascal(text)));
        let name = name.strip_prefix(&scope).unwrap_or(&name).to_owned();
        self.variants.insert(key, name.clone());
        Some(name)
    }

    /// The variant for a text.
    pub(super) fn variant(&self, of: &str, text: &str) -> Option<&str> {
        self.variants.get(&(of.to_owned(), text.to_owned())).map(String::as_str)
    }
}

/// `get-user name` → `GetUserName`.
pub(super) fn pascal(text: &str) -> String {
    let mut name = String::new();
    for word in text.split(|c: char| !c.is_ascii_alphanumeric()) {
        let mut letters = word.chars().take(LENGTH.saturating_sub(name.len()));
        name.extend(letters.next().map(|c| c.to_ascii_uppercase()));
        name.extend(letters);
    }
    if !name.starts_with(|c: char| c.is_ascii_uppercase()) || name == "Self" {
        name.insert(0, 'X');
    }
    name
}

/// `getUser-name` → `get_user_name`.
fn snake(text: &str) -> String {
    let mut name = String::new();
    let mut after_lower = false;
    for c in text.chars().take(LENGTH) {
        if !c.is_ascii_alphanumeric() {
            if !name.is_empty() && !name.ends_with('_') {
                name.push('_');
            }
            after_lower = false;
            continue;
        }
        if c.is_ascii_uppercase() && after_lower {
            name.push('_');
        }
        after_lower = !c.is_ascii_uppercase();
        name.push(c.to_ascii_lowercase());
    }
    let name = name.trim_end_matches('_');
    if name.starts_with(|c: char| c.is_ascii_lowercase()) {
        name.to_owned()
    } else {
        format!("field_{name}").trim_end_matches('_').to_owned()
    }
}

/// A Rust string literal. `Debug` for `str` writes only escapes that Rust reads.
pub(super) fn text_literal(text: &str) -> String {
    format!("{text:?}")
}
