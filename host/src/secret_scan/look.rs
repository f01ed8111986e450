//! How a text looks: drawn at random, or written by somebody.

/// Which characters a run is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Charset {
    /// Capitals and digits.
    Capitals,
    /// Letters and digits.
    Alphanumeric,
    /// With `-` and `_`: base64url.
    Dashed,
    /// With `.` too.
    Dotted,
    /// With `/` too.
    Path,
    /// Whatever keys and passwords are made of; not what stands around values in code, JSON and URLs.
    Value,
}

impl Charset {
    pub(super) fn has(self, byte: u8) -> bool {
        let more: &[u8] = match self {
            Self::Capitals => return byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Self::Alphanumeric => b"",
            Self::Dashed => b"-_",
            Self::Dotted => b"-_.",
            Self::Path => b"-_/",
            Self::Value => b"-_./+~!@#$%^*",
        };
        byte.is_ascii_alphanumeric() || more.contains(&byte)
    }

    /// The longest beginning of `text` made of these characters, `most` at most: so that no text takes long to scan.
    pub(super) fn run(self, text: &str, most: usize) -> &str {
        let length = text.bytes().take(most).take_while(|&byte| self.has(byte)).count();
        &text[..length]
    }
}

/// Shannon's entropy of the characters' frequencies, in bits.
pub(super) fn bits_a_character(text: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in text.bytes() {
        counts[usize::from(byte)] += 1;
    }
    let length: f64 = counts.iter().copied().map(f64::from).sum();
    let bits = counts.iter().filter(|&&count| count > 0).map(|&count| {
        let share = f64::from(count) / length;
        -share * share.log2()
    });
    bits.sum()
}

/// Letters with digits, or letters of both cases: slugs are neither.
pub(super) fn is_mixed(text: &str) -> bool {
    let has = |kind: fn(&u8) -> bool| text.as_bytes().iter().any(kind);
    let (lower, upper) = (has(u8::is_ascii_lowercase), has(u8::is_ascii_uppercase));
    (lower && upper) || ((lower || upper) && has(u8::is_ascii_digit))
}

/// Made of words and short numbers: `get-user-profile-v2`, `config.accessToken`, `/etc/tokens/2024`.
pub(super) fn is_wordy(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric()).all(|part| {
        let letters = part.trim_end_matches(|c: char| c.is_ascii_digit());
        let capitals = letters.bytes().filter(u8::is_ascii_uppercase).count();
        let alphabetic = letters.bytes().all(|b| b.is_ascii_alphabetic());
        // A word for each capital, or all of one case.
        let words = capitals == letters.len() || capitals * 3 <= letters.len();
        alphabetic && words && part.len() - letters.len() <= 4
    })
}

/// `8-4-4-4-12` hexadecimal digits: an id, which documents are full of.
pub(super) fn is_uuid(text: &str) -> bool {
    let lengths = text.split('-').map(|part| part.bytes().all(|b| b.is_ascii_hexdigit()).then_some(part.len()));
    lengths.eq([8, 4, 4, 4, 12].map(Some))
}

/// Stands where a secret will: `your-api-key-here-1`, `AKIAIOSFODNN7EXAMPLE`, `sk-xxxxxxxx`, `1234567890abcdef`.
pub(super) fn is_placeholder(text: &str) -> bool {
    const SIGNS: [&str; 14] = [
        "your",
        "example",
        "placeholder",
        "changeme",
        "change-me",
        "change_me",
        "replace",
        "redacted",
        "dummy",
        "sample",
        "xxxx",
        "****",
        "...",
        "password",
    ];
    let lower = text.to_ascii_lowercase();
    let rising = lower.as_bytes().windows(8).any(|w| w.windows(2).all(|pair| pair[1] == pair[0].wrapping_add(1)));
    rising || SIGNS.iter().any(|sign| lower.contains(sign))
}
