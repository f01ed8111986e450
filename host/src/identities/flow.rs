//! What binds a sign-in to the browser that began it: all of it follows from the browser's own secret and the state, so
//! that the database knows neither.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cloche_domain::Sha256;
use secrecy::{ExposeSecret as _, SecretString};

/// One sign-in's values.
pub(super) struct Flow {
    state: SecretString,
    /// What the ID token has to repeat.
    pub nonce: String,
    /// What proves that who brings the code also asked for it (RFC 7636).
    pub verifier: SecretString,
}

impl Flow {
    pub(super) fn of(browser: &SecretString, state: &SecretString) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, browser.expose_secret().as_bytes());
        let derived = |what: &str| {
            let text = format!("{what}:{}", state.expose_secret());
            URL_SAFE_NO_PAD.encode(hmac::sign(&key, text.as_bytes()).as_ref())
        };
        Self { state: state.clone(), nonce: derived("nonce"), verifier: derived("verifier").into() }
    }

    pub(super) fn state(&self) -> &str {
        self.state.expose_secret()
    }

    /// S256 of the verifier.
    pub(super) fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::of(self.verifier.expose_secret()).as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_browser_and_each_state_has_its_own() {
        let of = |browser: &str, state: &str| Flow::of(&browser.into(), &state.into());
        let flows = [of("a", "1"), of("a", "2"), of("b", "1")];
        for (i, one) in flows.iter().enumerate() {
            assert_eq!(one.verifier.expose_secret().len(), 43, "RFC 7636 §4.1");
            assert_ne!(one.nonce, one.verifier.expose_secret(), "what is sent does not tell what is kept");
            for other in &flows[i + 1..] {
                assert_ne!(one.nonce, other.nonce);
                assert_ne!(one.challenge(), other.challenge());
            }
        }
        let again = of("a", "1");
        assert_eq!((&again.nonce, again.challenge()), (&flows[0].nonce, flows[0].challenge()));
    }
}
