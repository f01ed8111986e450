//! How far a log has come, signed: a database alone cannot say that its last rows were never there.

use cloche_domain::{OrgId, Sha256};
use cloche_storage::audit::Head;
use serde::{Deserialize, Serialize};

use crate::attestation_keys::{PublicKeys, Signer};
use crate::dsse::{self, Envelope};

/// What the envelope holds. No attestation is one of these: the type is signed too.
const TYPE: &str = "application/vnd.cloche.audit-head+json";

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sealed {
    org: OrgId,
    seq: i64,
    sha256: Sha256,
}

/// A head as it is kept beside its log.
pub(super) fn sealed(signer: &Signer, head: &Head) -> String {
    let sealed = Sealed { org: head.org_id, seq: head.seq, sha256: head.sha256 };
    let payload = serde_json::json!(sealed).to_string();
    serde_json::json!(dsse::sign(signer, TYPE, payload.as_bytes())).to_string()
}

/// Why a seal proves nothing.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the seal is no envelope: {0}")]
    NoEnvelope(#[from] serde_json::Error),
    #[error(transparent)]
    Envelope(#[from] dsse::Error),
}

/// What a seal says, if a trusted key signed it; and the id of that key.
pub(super) fn open(sealed: &Envelope, keys: &PublicKeys) -> Result<(Head, String), Error> {
    let (payload, key) = dsse::open(sealed, keys, TYPE)?;
    let Sealed { org, seq, sha256 } = serde_json::from_slice(&payload)?;
    Ok((Head { org_id: org, seq, sha256 }, key))
}
