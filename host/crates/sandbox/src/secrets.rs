//! Secrets that a guest can name and never read: put in as a request leaves, taken out where the answer echoes them.

mod scrub;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::OnceLock;

use cloche_domain::SecretKey;
use cloche_domain::capability::HostPattern;
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use scrub::Echoes;

/// Bytes of one text with its secrets in it. A short text can name a long secret many times.
const FILLED: usize = 64 << 10;

/// A secret that a server declares.
pub struct Secret {
    /// None until its owner has set it.
    pub value: Option<SecretString>,
    /// The only requests that carry it.
    pub hosts: Vec<HostPattern>,
}

/// A server's secrets, by the name that its code uses.
#[derive(Default)]
pub struct Secrets {
    secrets: BTreeMap<SecretKey, Secret>,
    echoes: OnceLock<Option<Echoes>>,
}

impl FromIterator<(SecretKey, Secret)> for Secrets {
    fn from_iter<I: IntoIterator<Item = (SecretKey, Secret)>>(secrets: I) -> Self {
        Self { secrets: secrets.into_iter().collect(), echoes: OnceLock::new() }
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.secrets.keys()).finish()
    }
}

/// Why a placeholder cannot be filled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SecretError {
    #[error("secret {key} has no value yet: set it in the server's settings")]
    Unset { key: SecretKey },
    #[error("secret {key} is bound to {bound} and may not be sent to {target}: bind it there, or leave it out")]
    Unbound { key: SecretKey, bound: String, target: String },
    #[error("a text with secret {key} in it is over the limit of {FILLED} bytes: name the secret once")]
    TooLong { key: SecretKey },
}

impl Secrets {
    /// `text` with each `{KEY}` of a declared secret replaced by its value, in the form that `encode` gives it, for a
    /// request of `method` to `url`; none where there is nothing to replace.
    pub(crate) fn fill(
        &self,
        text: &str,
        encode: fn(&str) -> String,
        method: &str,
        url: &Url,
    ) -> Result<Option<String>, SecretError> {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((key, secret, start, end)) = self.next_in(rest) {
            let value = secret.value_for(key, method, url)?;
            filled.push_str(&rest[..start]);
            filled.push_str(&encode(value.expose_secret()));
            if filled.len() > FILLED {
                return Err(SecretError::TooLong { key: key.clone() });
            }
            rest = &rest[end..];
        }
        if rest.len() == text.len() {
            return Ok(None);
        }
        filled.push_str(rest);
        Ok(Some(filled))
    }

    /// The first placeholder of `text`: its secret, and where it starts and ends.
    fn next_in(&self, text: &str) -> Option<(&SecretKey, &Secret, usize, usize)> {
        text.match_indices('{').find_map(|(start, _)| {
            let after = &text[start + 1..];
            // A key has 64 characters at most: no further, lest a long text be searched again from each brace.
            let length = after.bytes().take(65).position(|b| b == b'}')?;
            let name = &after[..length];
            let (key, secret) = self.secrets.get_key_value(&name.parse().ok()?)?;
            Some((key, secret, start, start + name.len() + 2))
        })
    }

    /// `bytes` with every value put back to its placeholder; none where there is none in it.
    pub(crate) fn scrub(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let echoes = self.echoes.get_or_init(|| {
            let values = self.secrets.iter().filter_map(|(key, s)| Some((key, s.value.as_ref()?)));
            Echoes::of(values.map(|(key, value)| (key, value.expose_secret())))
        });
        echoes.as_ref()?.replace(bytes)
    }
}

impl Secret {
    fn value_for(&self, key: &SecretKey, method: &str, url: &Url) -> Result<&SecretString, SecretError> {
        let bound = self.hosts.iter().any(|pattern| crate::egress::is_within(pattern, method, url));
        if !bound {
            let bound: Vec<String> = self.hosts.iter().map(ToString::to_string).collect();
            return Err(SecretError::Unbound {
                key: key.clone(),
                bound: bound.join(", "),
                target: url.origin().ascii_serialization(),
            });
        }
        self.value.as_ref().ok_or_else(|| SecretError::Unset { key: key.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets() -> Secrets {
        let secret = |value: Option<&str>| Secret {
            value: value.map(Into::into),
            hosts: vec!["api.example.com".parse().unwrap()],
        };
        [("TOKEN".parse().unwrap(), secret(Some("s3cr3t/value+1"))), ("UNSET".parse().unwrap(), secret(None))]
            .into_iter()
            .collect()
    }

    fn fill(text: &str, url: &str) -> Result<Option<String>, String> {
        secrets().fill(text, str::to_owned, "GET", &Url::parse(url).unwrap()).map_err(|e| e.to_string())
    }

    #[test]
    fn placeholders_are_filled_toward_the_bound_host_only() {
        let to = "https://api.example.com/v1";
        assert_eq!(fill("Bearer {TOKEN}", to), Ok(Some("Bearer s3cr3t/value+1".into())));
        assert_eq!(fill("{{TOKEN}}{TOKEN}", to), Ok(Some("{s3cr3t/value+1}s3cr3t/value+1".into())));
        assert_eq!(fill("{OTHER} {token} {", to), Ok(None));
        for elsewhere in ["https://evil.example/", "http://api.example.com/", "https://api.example.com:444/"] {
            let error = fill("{TOKEN}", elsewhere).unwrap_err();
            assert!(error.contains("TOKEN") && error.contains("bound to api.example.com"), "{error}");
        }
        assert!(fill("{UNSET}", to).unwrap_err().contains("UNSET has no value"));
    }

    #[test]
    fn echoes_are_taken_out_in_every_form() {
        use base64::Engine as _;
        use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
        let value = "s3cr3t/value+1";
        for before in ["", "u", "us", "user:"] {
            for text in [
                format!("{before}{value}"),
                STANDARD.encode(format!("{before}{value} tail")),
                URL_SAFE_NO_PAD.encode(format!("{before}{value}tail")),
                format!("{before}s3cr3t%2Fvalue%2B1"),
                format!("{before}s3cr3t%2fvalue%2b1"),
                format!("{before}s3cr3t\\/value+1"),
            ] {
                let clean = secrets().scrub(text.as_bytes()).map(|b| String::from_utf8(b).unwrap());
                assert!(clean.as_ref().is_some_and(|c| c.contains("{TOKEN}")), "{text} became {clean:?}");
            }
        }
        assert_eq!(secrets().scrub(b"nothing of it"), None);
    }

    #[test]
    fn a_short_text_does_not_become_a_long_one() {
        let url = Url::parse("https://api.example.com/").unwrap();
        let secret =
            Secret { value: Some("x".repeat(16 << 10).into()), hosts: vec!["api.example.com".parse().unwrap()] };
        let long: Secrets = [("TOKEN".parse().unwrap(), secret)].into_iter().collect();
        let filled = |times| long.fill(&"{TOKEN}".repeat(times), str::to_owned, "GET", &url);
        assert_eq!(filled(2).unwrap().unwrap().len(), 32 << 10);
        assert!(matches!(filled(1_000), Err(SecretError::TooLong { .. })));

        let secret = Secret { value: Some("abcd".into()), hosts: vec![] };
        let short: Secrets = [(format!("K{}", "0".repeat(60)).parse().unwrap(), secret)].into_iter().collect();
        let echo = "abcd".repeat(256 << 10);
        let clean = short.scrub(echo.as_bytes()).unwrap();
        assert!(clean.starts_with(b"{K0") && clean.len() < 2 * echo.len(), "{}", clean.len());
        assert!(!clean.windows(4).any(|w| w == b"abcd"));
    }

    #[test]
    fn secrets_do_not_print() {
        assert_eq!(format!("{:?}", secrets()), "{\"TOKEN\", \"UNSET\"}");
    }
}
