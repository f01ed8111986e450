//! What passkeys are made for: this platform at its public address.

use url::{Host, Url};
use webauthn_rs::prelude::{Webauthn, WebauthnBuilder, WebauthnError};

use super::{Error, Result};

/// What people's devices show beside the address.
const NAME: &str = "Cloche";

/// The relying party, where this platform can be one.
#[derive(Debug)]
pub struct RelyingParty(Option<Webauthn>);

impl RelyingParty {
    /// Browsers make passkeys for names and not for numbers, and where nobody can listen in (Web Authentication §5.1.3).
    pub fn of(public_url: &Url) -> std::result::Result<Self, WebauthnError> {
        let Some(Host::Domain(name)) = public_url.host() else { return Ok(Self(None)) };
        if public_url.scheme() != "https" && name != "localhost" {
            return Ok(Self(None));
        }
        Ok(Self(Some(WebauthnBuilder::new(name, public_url)?.rp_name(NAME).build()?)))
    }

    pub fn is_available(&self) -> bool {
        self.0.is_some()
    }

    pub(super) fn get(&self) -> Result<&Webauthn> {
        self.0.as_ref().ok_or(Error::Unavailable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passkeys_are_for_names_where_nobody_can_listen_in() {
        for (url, is) in [
            ("https://cloche.example", true),
            ("https://cloche.example:8443", true),
            ("http://localhost:8787", true),
            ("http://127.0.0.1:8787", false),
            ("https://192.0.2.1", false),
            ("https://[2001:db8::1]", false),
            ("http://cloche.example", false),
        ] {
            assert_eq!(RelyingParty::of(&url.parse().unwrap()).unwrap().is_available(), is, "{url}");
        }
    }
}
