//! Finds secrets in text before it leaves for a model: by the forms that providers give their keys, and by a name
//! like `api_key` before something that looks drawn at random. Not a security boundary: it catches what is pasted by mistake.

mod forms;
mod look;
mod spec;

pub use spec::{Pasted, find};

use forms::{FORMS, Form};
use look::{Charset, bits_a_character, is_mixed, is_placeholder, is_uuid, is_wordy};

/// A secret, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is, for people: `GitHub token`.
    pub kind: &'static str,
    /// Bytes of the text: from here…
    pub start: usize,
    /// …to before here.
    pub end: usize,
    /// Its beginning, so that its owner knows which one is meant.
    pub hint: String,
    /// Whether it is taken for one by its looks alone: what was drawn at random may be no secret.
    pub is_guess: bool,
}

/// Bits a character that what is drawn at random has at least: 16 letters and digits have 3.2 to 4.
const RANDOM: f64 = 2.9;

/// Characters of a secret that are looked at.
const LONGEST: usize = 256;
/// The same of the parts of a JSON Web Token: the header that each `eyJ` may begin is short, so that no text takes long.
const LONGEST_JWT: [usize; 3] = [1_024, 8_192, 8_192];
/// Findings of one text; nobody reads more.
const MOST: usize = 100;

/// The names, without what is no letter, after which a random text is a secret.
const NAMES: [&str; 17] = [
    "apikey",
    "accesskey",
    "secretkey",
    "privatekey",
    "authkey",
    "signingkey",
    "encryptionkey",
    "secret",
    "token",
    "bearer",
    "password",
    "passwd",
    "pwd",
    "appid",
    "passphrase",
    "credential",
    "authorization",
];

/// The words that may stand between a name and its value, types of code included.
const BETWEEN: [&str; 6] = ["is", "basic", "value", "static", "str", "string"];

/// The secrets in `text`, in their order, 100 at most; none overlaps another.
pub fn scan(text: &str) -> Vec<Finding> {
    let mut found = Findings { text, list: vec![] };
    private_keys(&mut found);
    for start in word_starts(text) {
        let rest = &text[start..];
        if let Some((form, length)) = FORMS.iter().find_map(|form| Some((form, form_length(form, rest)?))) {
            found.add(form.kind, start, start + length);
        } else if let Some(length) = jwt_length(rest) {
            found.add("JSON Web Token", start, start + length);
        } else if let Some(length) = telegram_length(rest) {
            found.add("Telegram bot token", start, start + length);
        } else if let Some((from, length)) = url_password(rest) {
            found.guess("password in a URL", start + from, start + from + length);
        }
    }
    named_values(&mut found);
    found.list.sort_by_key(|f| f.start);
    found.list
}

/// What providers have issued, wherever it stands in bytes that nobody has written: texts lie side by side there.
pub fn issued(text: &str) -> Vec<Finding> {
    let mut found = Findings { text, list: vec![] };
    private_keys(&mut found);
    for form in FORMS {
        for (start, _) in text.match_indices(form.prefix) {
            if let Some(length) = form_length(form, &text[start..]) {
                found.add(form.kind, start, start + length);
            }
        }
    }
    for (start, _) in text.match_indices("eyJ") {
        if let Some(length) = jwt_length(&text[start..]) {
            found.add("JSON Web Token", start, start + length);
        }
    }
    found.list
}

/// Characters of a text that is taken for drawn at random, whatever stands before it: of hexadecimal digits, and of letters.
const HEX_RUN: usize = 24;
const LETTERS_RUN: usize = 28;
/// Bits a character of such a text: of 24 hexadecimal digits, one in a thousand has less.
const RANDOM_BITS: f64 = 3.0;
/// Numbers of a list that is a key, where a name says so.
const KEY_BYTES: usize = 16;

/// What looks drawn at random, and what a name says is a secret though it is an id or a list of bytes: for what is to be
/// public. All of it is guessed.
pub fn random(text: &str) -> Vec<Finding> {
    let mut found = Findings { text, list: vec![] };
    for start in word_starts(text) {
        let has = |byte: u8| Charset::Path.has(byte) || byte == b'+';
        if start > 0 && has(text.as_bytes()[start - 1]) {
            continue;
        }
        let length = text[start..].bytes().take(LONGEST).take_while(|&byte| has(byte)).count();
        let run = &text[start..start + length];
        let is_named = || name_before(&text[..start]).is_some();
        if is_uuid(run) {
            if is_named() && !is_placeholder(run) {
                found.guess("key in the form of an id", start, start + run.len());
            }
            continue;
        }
        let least = if run.bytes().all(|byte| byte.is_ascii_hexdigit()) { HEX_RUN } else { LETTERS_RUN };
        let random = run.len() >= least && bits_a_character(run) >= RANDOM_BITS && is_mixed(run);
        if random && !is_wordy(run) && !is_placeholder(run) {
            found.guess("long random text", start, start + run.len());
        }
    }
    for (start, _) in text.match_indices('[') {
        let length = numbers_length(&text[start + 1..]);
        if length.is_some() && name_before(&text[..start]).is_some() {
            found.guess("key as a list of bytes", start, start + 1 + length.unwrap_or_default());
        }
    }
    found.list
}

/// How long the list of bytes is that `rest` begins with, where it has as many as a key.
fn numbers_length(rest: &str) -> Option<usize> {
    let end = rest.bytes().take(8 * LONGEST).position(|byte| byte == b']')?;
    let is_byte = |text: &str| {
        let text = text.trim().trim_end_matches("_u8").trim_end_matches("u8");
        let hex = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
        hex.map_or_else(|| text.parse::<u8>().is_ok(), |hex| u8::from_str_radix(hex, 16).is_ok())
    };
    let numbers = rest[..end].trim_end().trim_end_matches(',').split(',');
    let count = numbers.clone().count();
    (count >= KEY_BYTES && numbers.clone().all(is_byte)).then_some(end)
}

struct Findings<'a> {
    text: &'a str,
    list: Vec<Finding>,
}

impl Findings<'_> {
    fn add(&mut self, kind: &'static str, start: usize, end: usize) {
        self.put(kind, start, end, false);
    }

    fn guess(&mut self, kind: &'static str, start: usize, end: usize) {
        self.put(kind, start, end, true);
    }

    fn put(&mut self, kind: &'static str, start: usize, end: usize, is_guess: bool) {
        if self.list.len() == MOST || self.list.iter().any(|f| f.start < end && start < f.end) {
            return;
        }
        let shown = (end - start).div_euclid(4).min(4);
        let hint: String = self.text[start..end].chars().take(shown).collect();
        self.list.push(Finding { kind, start, end, hint: format!("{hint}…"), is_guess });
    }
}

/// Where a run of letters and digits begins.
fn word_starts(text: &str) -> impl Iterator<Item = usize> {
    let bytes = text.as_bytes();
    (0..bytes.len())
        .filter(move |&i| bytes[i].is_ascii_alphanumeric() && (i == 0 || !bytes[i - 1].is_ascii_alphanumeric()))
}

/// How long the secret of this form is that `rest` begins with.
fn form_length(form: &Form, rest: &str) -> Option<usize> {
    let body = form.charset.run(rest.strip_prefix(form.prefix)?, LONGEST);
    if body.len() < form.least || form.most.is_some_and(|most| body.len() > most) {
        return None;
    }
    let random = bits_a_character(body) >= RANDOM && (form.charset == Charset::Capitals || is_mixed(body));
    (random && !is_placeholder(body)).then_some(form.prefix.len() + body.len())
}

/// `header.payload.signature`, the first two being JSON objects in base64url (RFC 7519 §3).
fn jwt_length(rest: &str) -> Option<usize> {
    let mut length = 0;
    for (i, (least, most)) in [10, 10, 20].into_iter().zip(LONGEST_JWT).enumerate() {
        let part = &rest[length..];
        if i < 2 && !part.starts_with("eyJ") {
            return None;
        }
        let part = Charset::Dashed.run(part, most);
        if part.len() < least {
            return None;
        }
        length += part.len();
        if i < 2 {
            rest[length..].strip_prefix('.')?;
            length += 1;
        }
    }
    Some(length)
}

/// `123456789:AA` and 33 more.
fn telegram_length(rest: &str) -> Option<usize> {
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let token = Charset::Dashed.run(rest[digits..].strip_prefix(':')?, LONGEST);
    let fits = (8..=10).contains(&digits) && token.starts_with("AA") && token.len() == 35 && !is_placeholder(token);
    fits.then_some(digits + 1 + token.len())
}

/// The password of `scheme://user:password@host`: where it begins, and its length.
fn url_password(rest: &str) -> Option<(usize, usize)> {
    let scheme = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let authority = rest[scheme..].strip_prefix("://")?;
    let end = authority.find(|c: char| c.is_whitespace() || "/?#\"'`<>".contains(c)).unwrap_or(authority.len());
    let (user, _) = authority[..end].rsplit_once('@')?;
    let (name, password) = user.split_once(':')?;
    let random = password.len() >= 8 && !is_wordy(password) && !is_placeholder(password);
    random.then_some((scheme + 3 + name.len() + 1, password.len()))
}

/// PEM from its first dashes to its last (RFC 7468 §2), or to the text's end where its own is missing.
fn private_keys(found: &mut Findings<'_>) {
    let text = found.text;
    for (start, begin) in text.match_indices("-----BEGIN ") {
        let label_at = start + begin.len();
        let Some(label_length) = text[label_at..].find("-----").filter(|&length| length <= 40) else { continue };
        let label = &text[label_at..label_at + label_length];
        let body = &text[label_at + label_length + 5..];
        let length = body.find("-----").unwrap_or(body.len());
        // Without a body it is only talked about.
        let has_body = body[..length].bytes().filter(u8::is_ascii_alphanumeric).count() >= 40;
        if has_body && (label.ends_with("PRIVATE KEY") || label.ends_with("PRIVATE KEY BLOCK")) {
            let close = format!("-----END {label}-----");
            let end = body[length..].strip_prefix(close.as_str()).map_or(length, |_| length + close.len());
            found.add("private key", start, text.len() - body.len() + end);
        }
    }
}

/// Random texts that a name like `api_key` stands before: `api_key = …`, `"token": "…"`, `Bearer …`.
fn named_values(found: &mut Findings<'_>) {
    let text = found.text;
    let mut at = 0;
    while let Some(skip) = text.as_bytes()[at..].iter().position(|&byte| Charset::Value.has(byte)) {
        let start = at + skip;
        let value = Charset::Value.run(&text[start..], LONGEST);
        at = start + value.len();
        let value = value.trim_end_matches(['.', '!', '/']);
        let Some(name) = name_before(&text[..start]) else { continue };
        let least = if name.starts_with("pass") || name == "pwd" { 10 } else { 16 };
        let random = value.len() >= least && bits_a_character(value) >= RANDOM && is_mixed(value);
        if random && !is_wordy(value) && !is_uuid(value) && !is_placeholder(value) {
            found.guess("key or password", start, start + value.len());
        }
    }
}

/// The secret's name that `before` ends with.
fn name_before(before: &str) -> Option<&'static str> {
    // The last 40 bytes say enough.
    let from = before.ceil_char_boundary(before.len().saturating_sub(40));
    let mut words: Vec<&str> =
        before[from..].split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).collect();
    // What may stand between: «the token is …», `API_KEY: &'static str = "…"`.
    while words.last().is_some_and(|w| BETWEEN.contains(&w.to_ascii_lowercase().as_str())) {
        words.pop();
    }
    let name = words[words.len().saturating_sub(3)..].concat().to_ascii_lowercase();
    // What pages through lists is a token only by name.
    if name.ends_with("pagetoken") || name.ends_with("nexttoken") {
        return None;
    }
    NAMES.into_iter().find(|known| name.ends_with(known))
}
