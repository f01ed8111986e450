//! Unguessable texts: session cookies, links, API keys, codes. Shown once; only their digest is kept.

use aws_lc_rs::rand;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cloche_domain::Sha256;
use secrecy::{ExposeSecret as _, SecretString};

/// The system's generator gave nothing.
#[derive(Debug, thiserror::Error)]
#[error("the system gives no random bytes")]
pub struct NoRandomness;

/// `N` unpredictable bytes.
pub fn random_bytes<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(bytes)
}

/// A new token of 256 bits, after a prefix that says what it is.
pub fn mint(prefix: &str) -> Result<SecretString, NoRandomness> {
    Ok(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(random_bytes::<32>()?)).into())
}

/// What is kept of a token.
pub fn digest(token: &SecretString) -> Sha256 {
    Sha256::of(token.expose_secret())
}
