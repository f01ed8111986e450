//! Signed envelopes (DSSE 1.0): what is signed is the type and the exact bytes of a payload.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::attestation_keys::{PublicKeys, Signer};

/// An envelope, as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Envelope {
    /// Base64.
    pub payload: String,
    pub payload_type: String,
    pub signatures: Vec<Signature>,
}

/// One signature of an envelope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    pub keyid: String,
    /// Base64.
    pub sig: String,
}

/// Why an envelope proves nothing.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the envelope's payload or signature is not base64: it was changed or cut")]
    NotBase64,
    #[error("the envelope holds {actual:?}, not {expected:?}")]
    Type { actual: String, expected: &'static str },
    #[error(
        "none of the envelope's signatures is by a key that is trusted (it names {0}): is this the right platform's key file?"
    )]
    UnknownKey(String),
    #[error("the signature by key {0} does not match: the attestation was changed after it was signed")]
    Forged(String),
}

/// Signs a payload.
pub fn sign(signer: &Signer, payload_type: &str, payload: &[u8]) -> Envelope {
    let sig = signer.sign(&encoded(payload_type, payload));
    Envelope {
        payload: STANDARD.encode(payload),
        payload_type: payload_type.to_owned(),
        signatures: vec![Signature { keyid: signer.key_id().to_owned(), sig: STANDARD.encode(sig) }],
    }
}

/// The payload, if a trusted key signed it as this type; and the id of that key.
pub fn open(envelope: &Envelope, keys: &PublicKeys, expected: &'static str) -> Result<(Vec<u8>, String), Error> {
    let payload = STANDARD.decode(&envelope.payload).map_err(|_| Error::NotBase64)?;
    if envelope.payload_type != expected {
        return Err(Error::Type { actual: envelope.payload_type.clone(), expected });
    }
    let message = encoded(&envelope.payload_type, &payload);
    let mut forged = None;
    for signature in &envelope.signatures {
        let Some(key) = keys.get(&signature.keyid) else { continue };
        let sig = STANDARD.decode(&signature.sig).map_err(|_| Error::NotBase64)?;
        if key.verifies(&message, &sig) {
            return Ok((payload, signature.keyid.clone()));
        }
        forged = Some(signature.keyid.clone());
    }
    Err(forged.map_or_else(|| Error::UnknownKey(named(envelope)), Error::Forged))
}

fn named(envelope: &Envelope) -> String {
    match envelope.signatures.as_slice() {
        [] => "none".to_owned(),
        signatures => signatures.iter().map(|s| s.keyid.as_str()).collect::<Vec<_>>().join(", "),
    }
}

/// The pre-authentication encoding: `DSSEv1 <length> <type> <length> <payload>`.
fn encoded(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut message = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len()).into_bytes();
    message.extend_from_slice(payload);
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encoding_is_that_of_the_specification() {
        // The example of protocol.md of DSSE.
        let message = encoded("http://example.com/HelloWorld", b"hello world");
        assert_eq!(message, b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    }

    #[test]
    fn an_envelope_opens_only_as_it_was_sealed() {
        let (ours, theirs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let signer = Signer::open(ours.path()).unwrap();
        let keys = Signer::open(ours.path()).unwrap().public().unwrap();
        let sealed = sign(&signer, "text/plain", b"statement");
        assert_eq!(open(&sealed, &keys, "text/plain").unwrap(), (b"statement".to_vec(), signer.key_id().to_owned()));

        assert!(matches!(open(&sealed, &keys, "text/html"), Err(Error::Type { .. })));
        let mut retyped = sealed.clone();
        retyped.payload_type = "text/html".to_owned();
        assert!(matches!(open(&retyped, &keys, "text/html"), Err(Error::Forged(_))));
        let mut changed = sealed.clone();
        changed.payload = STANDARD.encode("Statement");
        assert!(matches!(open(&changed, &keys, "text/plain"), Err(Error::Forged(_))));
        let mut unsigned = sealed.clone();
        unsigned.signatures.clear();
        assert!(matches!(open(&unsigned, &keys, "text/plain"), Err(Error::UnknownKey(_))));
        let others = Signer::open(theirs.path()).unwrap().public().unwrap();
        assert!(matches!(open(&sealed, &others, "text/plain"), Err(Error::UnknownKey(_))));
    }
}
