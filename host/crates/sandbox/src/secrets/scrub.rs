//! The forms in which an answer may give a secret back.

use std::collections::BTreeSet;

use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use cloche_domain::SecretKey;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// Values shorter than this are not looked for: they would be found everywhere.
const SHORTEST: usize = 4;
/// Likewise for what is left of a value inside longer base64.
const SHORTEST_BASE64: usize = 8;
/// Bytes by which placeholders may make an answer longer: those after that are cut to the length of what they replace.
const GROWTH: usize = 64 << 10;

/// Finds every form of every value in one pass.
pub(super) struct Echoes {
    finder: AhoCorasick,
    /// What takes the place of each form.
    placeholders: Vec<String>,
}

impl Echoes {
    /// None where there is nothing to find.
    pub(super) fn of<'a>(values: impl Iterator<Item = (&'a SecretKey, &'a str)>) -> Option<Self> {
        let known = values.filter(|(_, value)| value.len() >= SHORTEST);
        let found =
            known.flat_map(|(key, value)| forms(value).into_iter().map(move |form| (form, format!("{{{key}}}"))));
        let (forms, placeholders): (Vec<_>, Vec<_>) = found.unzip();
        if forms.is_empty() {
            return None;
        }
        // Leftmost and longest, so that a value within another does not break it up. Building fails only beyond 2³¹
        // states, one for each byte: more than all the secrets of a server have.
        let finder = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(forms).ok()?;
        Some(Self { finder, placeholders })
    }

    /// `bytes` with a placeholder for each form; none where there is none in it.
    pub(super) fn replace(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        self.finder.find(bytes)?;
        let (mut clean, mut room) = (Vec::with_capacity(bytes.len()), GROWTH);
        self.finder.replace_all_with_bytes(bytes, &mut clean, |found, form, clean| {
            let placeholder = self.placeholders[found.pattern()].as_bytes();
            let kept = placeholder.len().min(form.len() + room);
            room -= kept.saturating_sub(form.len());
            clean.extend_from_slice(&placeholder[..kept]);
            true
        });
        Some(clean)
    }
}

fn forms(value: &str) -> BTreeSet<String> {
    let mut forms = BTreeSet::from([value.to_owned()]);
    let percent = utf8_percent_encode(value, NON_ALPHANUMERIC).to_string();
    // What is left alone differs: everything but letters and digits encoded, RFC 3986, form data; either case.
    let unreserved = |text: &str| text.replace("%2D", "-").replace("%2E", ".").replace("%5F", "_");
    let form: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
    for encoded in [unreserved(&percent).replace("%7E", "~"), percent, form] {
        forms.insert(lower_escapes(&encoded));
        forms.insert(encoded);
    }
    let json = serde_json::Value::from(value).to_string();
    let json = json[1..json.len() - 1].to_owned();
    forms.insert(json.replace('/', "\\/"));
    forms.insert(json);
    for skipped in 0..3 {
        // Base64 takes three bytes at a time: a value within a longer text can begin at each of the three. The digits that
        // also hold bits of its neighbours are left out.
        let shifted = [&[0; 2][..skipped.min(2)], value.as_bytes()].concat();
        let (first, end) = ((skipped * 8).div_ceil(6), shifted.len() * 8 / 6);
        for text in [STANDARD_NO_PAD.encode(&shifted), URL_SAFE_NO_PAD.encode(&shifted)] {
            let inner = &text[first..end];
            if inner.len() >= SHORTEST_BASE64 {
                forms.insert(inner.to_owned());
            }
        }
    }
    forms
}

/// `%2F` as `%2f`.
fn lower_escapes(text: &str) -> String {
    let mut pieces = text.split('%');
    let mut lower = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (escape, rest) = piece.split_at(2.min(piece.len()));
        lower.push('%');
        lower.push_str(&escape.to_ascii_lowercase());
        lower.push_str(rest);
    }
    lower
}
