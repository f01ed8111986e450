//! Typed ids: a prefix that says of what, then a UUIDv7 in Crockford's base 32, so that text order is order of creation.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Text that is not an id of the kind asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not an id of the form {prefix}_…: copy it from where it was shown")]
pub struct IdError {
    prefix: &'static str,
    text: String,
}

fn encode(uuid: Uuid) -> String {
    let value = uuid.as_u128();
    (0..26).rev().map(|i| char::from(ALPHABET[((value >> (i * 5)) & 31) as usize])).collect()
}

fn decode(text: &str) -> Option<Uuid> {
    if text.len() != 26 || text.as_bytes()[0] > b'7' {
        return None;
    }
    let mut value: u128 = 0;
    for byte in text.bytes() {
        let digit = ALPHABET.iter().position(|&a| a == byte)?;
        value = (value << 5) | digit as u128;
    }
    Some(Uuid::from_u128(value))
}

macro_rules! typed_id {
    ($(#[$doc:meta] $name:ident, $prefix:literal;)*) => {$(
        #[$doc]
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Uuid);

        impl $name {
            /// A new id, later in order than those made before it.
            #[expect(clippy::disallowed_methods, reason = "ids are made here and nowhere else")]
            #[expect(clippy::new_without_default, reason = "each id is new: there is no default one")]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }

            /// After all others in order: where a list of the newest begins.
            pub const LAST: Self = Self(Uuid::max());

            /// Its 16 bytes, for what takes no text.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                text.strip_prefix(concat!($prefix, "_"))
                    .and_then(decode)
                    .map(Self)
                    .ok_or_else(|| IdError { prefix: $prefix, text: text.chars().take(40).collect() })
            }
        }

        crate::words::as_text!($name);
    )*};
}

typed_id! {
    /// A person's account.
    UserId, "usr";
    /// An organisation: the tenant.
    OrgId, "org";
    /// A hosted server.
    ServerId, "srv";
    /// One immutable version of a server.
    VersionId, "ver";
    /// One build, from request to live or failed.
    BuildId, "bld";
    /// A drafted spec, kept for a day.
    PreviewId, "prv";
    /// An API's description, kept for a day.
    ImportId, "imp";
    /// One call of a tool.
    CallId, "cal";
    /// A row of the job queue.
    JobId, "job";
    /// A browser's session.
    SessionId, "ses";
    /// An API key.
    ApiKeyId, "key";
    /// An invitation into an organisation.
    InviteId, "inv";
    /// A person as a provider knows them.
    IdentityId, "idn";
    /// A passkey of a person.
    PasskeyId, "psk";
    /// A stored secret of a server.
    SecretId, "sec";
    /// An OAuth client that registered dynamically.
    ClientId, "cli";
    /// What one person allowed one client on one server: the family of its tokens.
    GrantId, "grt";
    /// A published template.
    TemplateId, "tpl";
    /// A report about a template, or an appeal of its owner's.
    CaseId, "cas";
}

impl UserId {
    /// Nobody: what the platform has made itself.
    pub const PLATFORM: Self = Self(Uuid::nil());
}

impl OrgId {
    /// The platform's own organisation, to which nobody belongs: its templates, and the log of its admins (migration 0013).
    pub const PLATFORM: Self = Self(Uuid::nil());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_round_trip_and_sort_by_creation() {
        let (a, b) = (ServerId::new(), ServerId::new());
        assert_eq!(a.to_string().parse::<ServerId>().unwrap(), a);
        assert!(a.to_string() < b.to_string());
        assert_eq!(a.to_string().len(), 30);
    }

    #[test]
    fn an_id_of_another_kind_is_refused() {
        let user = UserId::new().to_string();
        assert!(user.parse::<ServerId>().is_err());
        assert!("srv_8zzzzzzzzzzzzzzzzzzzzzzzzz".parse::<ServerId>().is_err());
        assert!("srv_".parse::<ServerId>().is_err());
    }
}
