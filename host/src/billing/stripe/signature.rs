//! The signature of an event (<https://docs.stripe.com/webhooks/signature>).

use aws_lc_rs::hmac;
use secrecy::{ExposeSecret as _, SecretString};
use time::{Duration, OffsetDateTime};

use crate::billing::Refusal;

/// How far the signature's time may be from ours.
const TOLERANCE: Duration = Duration::minutes(5);
/// Signatures that are tried: while its secret is replaced, an event has one by each.
const SIGNATURES: usize = 16;

/// Makes sure that a body was signed with a secret, and lately.
pub(super) fn check(
    secret: &SecretString,
    header: Option<&str>,
    body: &[u8],
    now: OffsetDateTime,
) -> Result<(), Refusal> {
    let mut at = None;
    let mut signatures: Vec<[u8; 32]> = Vec::new();
    for part in header.ok_or(Refusal::Unreadable)?.split(',') {
        match part.trim().split_once('=') {
            Some(("t", time)) if at.replace(time).is_some() => return Err(Refusal::Unreadable),
            Some(("v1", signature)) if signatures.len() < SIGNATURES => {
                let mut bytes = [0; 32];
                if hex::decode_to_slice(signature, &mut bytes).is_ok() {
                    signatures.push(bytes);
                }
            }
            // Others are of schemes that we do not know.
            _ => {}
        }
    }
    let at = at.ok_or(Refusal::Unreadable)?;
    let seconds: i64 = at.parse().map_err(|_| Refusal::Unreadable)?;
    let signed_at = OffsetDateTime::from_unix_timestamp(seconds).map_err(|_| Refusal::Unreadable)?;
    if signatures.is_empty() {
        return Err(Refusal::Unreadable);
    }
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret().as_bytes());
    let signed = [at.as_bytes(), b".", body].concat();
    // Compares in constant time.
    if !signatures.iter().any(|signature| hmac::verify(&key, &signed, signature).is_ok()) {
        return Err(Refusal::Wrong);
    }
    if (now - signed_at).abs() > TOLERANCE { Err(Refusal::Old) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = b"{\"id\": \"evt_1\"}";
    const AT: i64 = 1_700_000_000;

    fn signed(secret: &str, at: &str, body: &[u8]) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        hex::encode(hmac::sign(&key, &[at.as_bytes(), b".", body].concat()))
    }

    fn checked(header: &str, after: i64) -> Result<(), Refusal> {
        let now = OffsetDateTime::from_unix_timestamp(AT + after).unwrap();
        check(&"whsec_1".into(), Some(header), BODY, now)
    }

    #[test]
    fn what_was_signed_lately_with_the_secret_counts() {
        let good = signed("whsec_1", "1700000000", BODY);
        let other = signed("whsec_2", "1700000000", BODY);
        for header in [
            format!("t=1700000000,v1={good}"),
            format!("v1={good},t=1700000000"),
            format!("t=1700000000, v1={other}, v1={good}, v0=00"),
            format!("t=1700000000,v1=zz,v1={good},extra"),
        ] {
            assert_eq!(checked(&header, 0), Ok(()), "{header}");
            assert_eq!(checked(&header, 300), Ok(()));
            assert_eq!(checked(&header, -300), Ok(()));
            for late in [301, -301] {
                assert_eq!(checked(&header, late), Err(Refusal::Old), "{header}");
            }
        }
    }

    #[test]
    fn what_was_not_is_refused() {
        let good = signed("whsec_1", "1700000000", BODY);
        for (header, refusal) in [
            (String::new(), Refusal::Unreadable),
            ("t=1700000000".to_owned(), Refusal::Unreadable),
            (format!("v1={good}"), Refusal::Unreadable),
            (format!("t=soon,v1={good}"), Refusal::Unreadable),
            (format!("t=1700000000,t=1700000000,v1={good}"), Refusal::Unreadable),
            (format!("t=99999999999999999,v1={good}"), Refusal::Unreadable),
            (format!("t=1700000000,v0={good}"), Refusal::Unreadable),
            (format!("t=1700000000,v1={}", &good[..62]), Refusal::Unreadable),
            (format!("t=1700000001,v1={good}"), Refusal::Wrong),
            (format!("t=01700000000,v1={good}"), Refusal::Wrong),
            (format!("t=1700000000,v1={}", signed("whsec_2", "1700000000", BODY)), Refusal::Wrong),
            (format!("t=1700000000,v1={}", signed("whsec_1", "1700000000", b"{}")), Refusal::Wrong),
            (format!("t=1700000000,{}v1={good}", "v1=".to_owned() + &"00".repeat(32) + ","), Refusal::Wrong),
        ] {
            let many = header.replacen("v1=0", &("v1=".to_owned() + &"00".repeat(32) + ",").repeat(16), 1);
            let header = if refusal == Refusal::Wrong && header.contains("v1=00") { many } else { header };
            assert_eq!(checked(&header, 0), Err(refusal), "{header}");
        }
        assert_eq!(check(&"whsec_1".into(), None, BODY, OffsetDateTime::UNIX_EPOCH), Err(Refusal::Unreadable));
    }
}
