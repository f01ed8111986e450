//! Names that are checked once, where they enter, and are right from then on.

use std::fmt;
use std::str::FromStr;

/// What is wrong with a name, and what a right one looks like.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} {text:?} {problem}")]
pub struct WordError {
    what: &'static str,
    text: String,
    problem: &'static str,
}

impl WordError {
    pub(crate) fn new(what: &'static str, text: &str, problem: &'static str) -> Self {
        Self { what, text: text.chars().take(80).collect(), problem }
    }
}

/// Serde (as text), and sqlx and OpenAPI where their features are on, by `Display` and `FromStr`. The values are named
/// where there are but a few.
macro_rules! as_text {
    ($name:ident $(, $value:literal)*) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        #[cfg(feature = "sqlx")]
        crate::words::as_column!($name);

        #[cfg(feature = "openapi")]
        const _: () = {
            impl utoipa::PartialSchema for $name {
                fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                    crate::words::text_schema(&[$($value),*])
                }
            }

            impl utoipa::ToSchema for $name {}
        };
    };
}
pub(crate) use as_text;

/// A string, or one of some strings, in the OpenAPI document.
#[cfg(feature = "openapi")]
pub(crate) fn text_schema(values: &[&str]) -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
    use utoipa::openapi::schema::{ObjectBuilder, Type};
    let text = ObjectBuilder::new().schema_type(Type::String);
    let values = (!values.is_empty()).then(|| values.iter().copied().map(serde_json::Value::from));
    text.enum_values(values).into()
}

/// sqlx: the text form in a TEXT column.
#[cfg(feature = "sqlx")]
macro_rules! as_column {
    ($name:ident) => {
        impl<DB: sqlx::Database> sqlx::Type<DB> for $name
        where
            String: sqlx::Type<DB>,
        {
            fn type_info() -> DB::TypeInfo {
                <String as sqlx::Type<DB>>::type_info()
            }
            fn compatible(ty: &DB::TypeInfo) -> bool {
                <String as sqlx::Type<DB>>::compatible(ty)
            }
        }

        impl<'q, DB: sqlx::Database> sqlx::Encode<'q, DB> for $name
        where
            String: sqlx::Encode<'q, DB>,
        {
            fn encode_by_ref(
                &self,
                buf: &mut <DB as sqlx::Database>::ArgumentBuffer,
            ) -> Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
                <String as sqlx::Encode<'q, DB>>::encode(self.to_string(), buf)
            }
        }

        impl<'r, DB: sqlx::Database> sqlx::Decode<'r, DB> for $name
        where
            String: sqlx::Decode<'r, DB>,
        {
            fn decode(value: <DB as sqlx::Database>::ValueRef<'r>) -> Result<Self, sqlx::error::BoxDynError> {
                Ok(<String as sqlx::Decode<'r, DB>>::decode(value)?.parse()?)
            }
        }
    };
}
#[cfg(feature = "sqlx")]
pub(crate) use as_column;

macro_rules! word {
    ($(#[$doc:meta])* $name:ident, $what:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::words::WordError;
            fn from_str(text: &str) -> Result<Self, $crate::words::WordError> {
                let check: fn(&str) -> Result<String, &'static str> = $check;
                check(text).map(Self).map_err(|problem| $crate::words::WordError::new($what, text, problem))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Debug::fmt(&self.0, f)
            }
        }

        crate::words::as_text!($name);
    };
}
pub(crate) use word;

word!(
    /// A tool's name: 1 to 64 letters, digits, `_` and `-`, beginning with a letter (MCP 2025-11-25, «Tool Names», less
    /// `.`, which some clients refuse).
    ToolName, "tool name", |text| {
        let shape = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        if (1..=64).contains(&text.len()) && shape && text.starts_with(|c: char| c.is_ascii_alphabetic()) {
            Ok(text.to_owned())
        } else {
            Err("must be 1 to 64 letters, digits, `_` or `-`, beginning with a letter, like `get_weather`")
        }
    }
);

word!(
    /// The name of a secret: 2 to 64 capitals, digits and `_`, beginning with a letter.
    SecretKey, "secret", |text| {
        let shape = text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
        if (2..=64).contains(&text.len()) && shape && text.starts_with(|c: char| c.is_ascii_uppercase()) {
            Ok(text.to_owned())
        } else {
            Err("must be 2 to 64 capitals, digits and `_`, beginning with a letter, like `NOTION_TOKEN`")
        }
    }
);

word!(
    /// A mail address, in lower case. Only the shape is checked: that it is its owner's is shown by the link sent to it.
    Email, "mail address", |text| {
        let text = text.trim().to_ascii_lowercase();
        let plain = text.len() <= 254 && text.bytes().all(|b| b.is_ascii_graphic() && !b"<>()[],;:\\\"".contains(&b));
        match text.split_once('@') {
            Some((local, host))
                if plain
                    && (1..=64).contains(&local.len())
                    && !host.contains('@')
                    && host.len() >= 3
                    && !host.starts_with(['.', '-'])
                    && !host.ends_with(['.', '-'])
                    && (host.contains('.') || host == "localhost") =>
            {
                Ok(text)
            }
            _ => Err("must look like name@example.com"),
        }
    }
);

word!(
    /// An OAuth client's id: `cli_…` where it has registered (RFC 7591), else the https URL of the document in which it
    /// describes itself (OAuth Client ID Metadata Document §3).
    OauthClientId, "client_id", |text| {
        if text.parse::<crate::ClientId>().is_ok() {
            return Ok(text.to_owned());
        }
        match url::Url::parse(text) {
            Ok(url)
                if url.scheme() == "https"
                    && url.as_str() == text
                    && url.path().len() > 1
                    && url.fragment().is_none()
                    && url.username().is_empty()
                    && url.password().is_none()
                    && text.len() <= 1024 =>
            {
                Ok(text.to_owned())
            }
            _ => Err("must be one that this platform gave, or the https URL, with a path, of a client's own document"),
        }
    }
);

/// A SHA-256 digest, as 64 hexadecimal digits in lower case.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sha256([u8; 32]);

impl Sha256 {
    /// The digest of `bytes`.
    pub fn of(bytes: impl AsRef<[u8]>) -> Self {
        use sha2::Digest as _;
        Self(sha2::Sha256::digest(bytes.as_ref()).into())
    }

    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Sha256 {
    type Err = WordError;
    fn from_str(text: &str) -> Result<Self, WordError> {
        let mut bytes = [0; 32];
        let lower = !text.bytes().any(|b| b.is_ascii_uppercase());
        match hex::decode_to_slice(text, &mut bytes) {
            Ok(()) if lower => Ok(Self(bytes)),
            _ => Err(WordError {
                what: "SHA-256",
                text: text.chars().take(80).collect(),
                problem: "must be 64 hexadecimal digits in lower case",
            }),
        }
    }
}

as_text!(Sha256);

/// Declares an enum of plain words: text in JSON, text in a column.
macro_rules! states {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            /// Each of them, in this order.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::words::UnknownWord;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($text => Ok(Self::$variant),)*
                    _ => Err($crate::words::UnknownWord::new(stringify!($name), text, &[$($text),*])),
                }
            }
        }

        $crate::words::as_text!($name $(, $text)*);
    };
}
pub(crate) use states;

/// A word that is none of those known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no {what}: it must be one of {known}")]
pub struct UnknownWord {
    what: String,
    text: String,
    known: String,
}

impl UnknownWord {
    pub fn new(what: &str, text: &str, known: &[&str]) -> Self {
        Self { what: what.to_lowercase(), text: text.chars().take(80).collect(), known: known.join(", ") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_addresses_are_folded_and_plain() {
        assert_eq!(" Ada@Example.COM ".parse::<Email>().unwrap().as_str(), "ada@example.com");
        for bad in ["", "a", "@b.c", "a@", "a@b", "a@@b.c", "a b@c.d", "a@.c", "a@b.", "a\n@b.cd", "<a@b.cd>"] {
            assert!(bad.parse::<Email>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_client_is_registered_or_describes_itself_at_an_https_url() {
        let registered = crate::ClientId::new().to_string();
        for good in [registered.as_str(), "https://client.example/oauth.json"] {
            assert!(good.parse::<OauthClientId>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "cli_x",
            "https://client.example/",
            "https://client.example/a/../b",
            "http://client.example/a",
            "https://u@client.example/a",
            "https://client.example/a#b",
            "HTTPS://client.example/a",
        ] {
            assert!(bad.parse::<OauthClientId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn digests_round_trip() {
        let digest = Sha256::of("abc");
        assert!(digest.to_string().starts_with("ba7816bf"));
        assert_eq!(digest.to_string().parse::<Sha256>().unwrap(), digest);
        assert!(digest.to_string().to_uppercase().parse::<Sha256>().is_err());
    }
}
