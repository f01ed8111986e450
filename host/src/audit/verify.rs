//! Whether a log is as it was written, in the database or in an exported file. Needs no running platform.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::{self, BufRead};

use cloche_domain::{OrgId, Sha256, Slug};
use cloche_storage::audit::{self, Chain, Head, KeptHead};
use cloche_storage::{Db, Tx};
use serde::de::DeserializeOwned;

use super::export::{First, Last, Line};
use super::{Error, seal};
use crate::attestation_keys::PublicKeys;
use crate::dsse::Envelope;

/// Bytes of one line: more than any row has.
const LINE: u64 = 4 << 20;

/// What is not as it was written.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    #[error("{org}: {broken}")]
    Row { org: Slug, broken: audit::Broken },
    #[error(
        "{org}: the log ends at row {found}, and its seal says that it had come to {sealed}: rows are missing at the end"
    )]
    CutOff { org: Slug, found: i64, sealed: i64 },
    #[error("{org}: the log has come to row {found}, and its seal to {sealed}: rows were added past the platform")]
    Unsealed { org: Slug, found: i64, sealed: i64 },
    #[error("{org}: there are rows, and no seal: it was taken away")]
    NoSeal { org: Slug },
    #[error("{org}: the seal is not as it was written: {why}")]
    Seal { org: Slug, why: String },
    #[error("line {at}: {why}")]
    Line { at: usize, why: String },
    #[error("{org}: the file's row {seq} is not the one in the database: one of the two was changed")]
    Differs { org: Slug, seq: i64 },
    #[error(
        "{org}: the file has come to row {file}, and the database to {database}: rows are missing there at the end"
    )]
    Behind { org: Slug, file: i64, database: i64 },
    #[error("there is no organisation {0}")]
    NoSuchOrg(Slug),
    #[error("reading the file: {0}")]
    Read(#[from] io::Error),
}

/// What has been found of one log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    pub org: Slug,
    /// The number of the row before the first that was looked at.
    pub after: i64,
    /// How far it has come.
    pub head: Head,
    /// The key that sealed this; none where nobody has.
    pub key: Option<String>,
}

/// Looks at the logs in a database: of all organisations, or of one. The first that is broken ends it.
pub async fn verify(db: &Db, keys: &PublicKeys, org: Option<&Slug>) -> Result<Vec<Proof>, Error> {
    let mut tx = db.read().await?;
    audit::hold_still(&mut tx).await?;
    let orgs = audit::orgs(&mut tx, org).await?;
    if let (Some(slug), []) = (org, orgs.as_slice()) {
        return Err(Broken::NoSuchOrg(slug.clone()).into());
    }
    let mut proofs = Vec::new();
    for (id, slug) in orgs {
        proofs.push(verify_one(&mut tx, keys, (id, slug)).await?);
    }
    Ok(proofs)
}

async fn verify_one(tx: &mut Tx, keys: &PublicKeys, (id, org): (OrgId, Slug)) -> Result<Proof, Error> {
    let chain = match audit::follow(tx, id).await? {
        Ok(chain) => chain,
        Err(broken) => return Err(Broken::Row { org, broken }.into()),
    };
    let (head, key) = match audit::head(tx, id).await? {
        Some(KeptHead { head, sealed: Some(sealed) }) => {
            let envelope = serde_json::from_str(&sealed).map_err(|error| bad_seal(&org, &error))?;
            (head, Some(opened(&org, head, &envelope, keys)?))
        }
        Some(KeptHead { head, sealed: None }) if chain.is_unsealed() => (head, None),
        None if chain.head().seq == 0 => (chain.head(), None),
        _ => return Err(Broken::NoSeal { org }.into()),
    };
    reaches(&org, chain.head(), head)?;
    Ok(Proof { org, after: 0, head, key })
}

/// Whether a log has come as far as its seal says, and no further.
fn reaches(org: &Slug, found: Head, sealed: Head) -> Result<(), Broken> {
    let (org, seqs) = (org.clone(), (found.seq, sealed.seq));
    match seqs {
        (found, sealed) if found < sealed => Err(Broken::CutOff { org, found, sealed }),
        (found, sealed) if found > sealed => Err(Broken::Unsealed { org, found, sealed }),
        (seq, _) if found.sha256 != sealed.sha256 => Err(Broken::Row { org, broken: audit::Broken::Changed(seq) }),
        _ => Ok(()),
    }
}

/// The key that signed a head.
fn opened(org: &Slug, head: Head, sealed: &Envelope, keys: &PublicKeys) -> Result<String, Broken> {
    let (said, key) = seal::open(sealed, keys).map_err(|error| bad_seal(org, &error))?;
    if said == head { Ok(key) } else { Err(bad_seal(org, &"it is of another row")) }
}

fn bad_seal(org: &Slug, why: &dyn Display) -> Broken {
    Broken::Seal { org: org.clone(), why: why.to_string() }
}

/// Looks at an exported file. Without keys the seal is not looked at, and the proof says so by naming none.
pub fn verify_file(file: impl BufRead, keys: Option<&PublicKeys>) -> Result<(Proof, BTreeMap<i64, Sha256>), Broken> {
    let mut lines = Lines { file, at: 0 };
    let Some(first) = lines.next()? else { return Err(lines.wrong("the file is empty")) };
    let First { org: id, slug: org, after, sha256 } = lines.read(&first)?;
    let mut chain = Chain::after(Head { org_id: id, seq: after, sha256 });
    if after == 0 && chain.head() != Chain::beginning(id).head() {
        return Err(lines.wrong("this is not where this organisation's log begins"));
    }
    let mut digests = BTreeMap::new();
    let last: Last = loop {
        let Some(line) = lines.next()? else { return Err(lines.wrong("the file ends without a seal: it was cut off")) };
        if line.starts_with("{\"head\":") {
            break lines.read(&line)?;
        }
        let row: Line = lines.read(&line)?;
        let row = row.into();
        chain.follow(&row).map_err(|broken| Broken::Row { org: org.clone(), broken })?;
        digests.insert(row.seq, row.sha256);
    };
    if lines.next()?.is_some() {
        return Err(lines.wrong("there is something after the seal"));
    }
    let head = Head { org_id: id, seq: last.head, sha256: last.sha256 };
    let key = match (last.sealed, keys) {
        (Some(sealed), Some(keys)) => Some(opened(&org, head, &sealed, keys)?),
        (None, _) if !chain.is_unsealed() => return Err(Broken::NoSeal { org }),
        _ => None,
    };
    reaches(&org, chain.head(), head)?;
    Ok((Proof { org, after, head, key }, digests))
}

/// Holds what a file had against the database: nothing in it may have changed or gone there.
pub async fn compare(db: &Db, proof: &Proof, digests: &BTreeMap<i64, Sha256>) -> Result<(), Error> {
    let mut tx = db.read().await?;
    let (id, org) = (proof.head.org_id, proof.org.clone());
    let mut seq = proof.after;
    while seq < proof.head.seq {
        let rows = audit::next(&mut tx, id, seq, proof.head.seq).await?;
        let Some(last) = rows.last() else {
            return Err(Broken::Behind { org, file: proof.head.seq, database: seq }.into());
        };
        seq = last.seq;
        if let Some(row) = rows.iter().find(|row| digests.get(&row.seq) != Some(&row.sha256)) {
            return Err(Broken::Differs { org, seq: row.seq }.into());
        }
    }
    Ok(())
}

/// The lines of a file, and where we are in it.
struct Lines<R> {
    file: R,
    at: usize,
}

impl<R: BufRead> Lines<R> {
    fn next(&mut self) -> Result<Option<String>, Broken> {
        self.at += 1;
        let mut line = String::new();
        let read = io::Read::take(&mut self.file, LINE).read_line(&mut line)?;
        if read > 0 && !line.ends_with('\n') {
            return Err(self.wrong("the line does not end: the file was cut off, or is no exported log"));
        }
        Ok((read > 0).then_some(line))
    }

    fn read<T: DeserializeOwned>(&self, line: &str) -> Result<T, Broken> {
        serde_json::from_str(line).map_err(|error| self.wrong(format!("it is no line of an exported log: {error}")))
    }

    fn wrong(&self, why: impl Into<String>) -> Broken {
        Broken::Line { at: self.at, why: why.into() }
    }
}
