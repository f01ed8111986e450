//! What the platform states of each build, and signs: an in-toto statement with SLSA provenance, in a DSSE envelope.

use cloche_compiler::Artifact;
use cloche_domain::spec::ServerSpec;
use cloche_domain::{BuildId, ServerId, Sha256};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::serde::rfc3339;

use crate::attestation_keys::{PublicKeys, Signer};
use crate::dsse::{self, Envelope};

const PAYLOAD: &str = "application/vnd.in-toto+json";
const STATEMENT: &str = "https://in-toto.io/Statement/v1";
const PROVENANCE: &str = "https://slsa.dev/provenance/v1";
/// What `externalParameters` mean: this version of the compiler service's rendering and embedding.
const BUILD_TYPE: &str = "urn:cloche:tool-server:v1";

/// Of a component that was built elsewhere: that it came here, as it was, and was given its manifest.
const UPLOAD_TYPE: &str = "urn:cloche:uploaded-component:v1";
/// The builder of what was built elsewhere, of whom nothing is known; and its toolchain.
pub const UPLOADED: &str = "uploaded";

/// Why an attestation proves nothing.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Envelope(#[from] dsse::Error),
    #[error("the envelope holds no statement of a build ({0})")]
    Malformed(#[from] serde_json::Error),
    #[error("the envelope holds a statement of another kind ({0}) than a build's")]
    Kind(String),
}

/// An in-toto statement, v1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Statement {
    #[serde(rename = "_type")]
    kind: String,
    subject: [Resource; 1],
    predicate_type: String,
    predicate: Provenance,
}

/// A thing, and the digest that tells it from others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Resource {
    name: String,
    digest: Digest,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Digest {
    sha256: Sha256,
}

/// SLSA provenance, v1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Provenance {
    build_definition: Definition,
    run_details: Run,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Definition {
    build_type: String,
    external_parameters: Parameters,
    resolved_dependencies: Vec<Resource>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Parameters {
    server: ServerId,
    version: i64,
    spec: Digest,
    source: Digest,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Run {
    builder: Builder,
    metadata: Metadata,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Builder {
    /// The platform's public URL; [`UPLOADED`] where the component was built elsewhere.
    id: String,
    version: Software,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Software {
    cloche: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    invocation_id: BuildId,
    #[serde(with = "rfc3339")]
    started_on: OffsetDateTime,
    #[serde(with = "rfc3339")]
    finished_on: OffsetDateTime,
}

/// A build that is to be attested.
#[derive(Clone, Copy, Debug)]
pub struct Built<'a> {
    pub build: BuildId,
    pub server: ServerId,
    pub version: i64,
    pub spec: &'a ServerSpec,
    pub artifact: &'a Artifact,
    /// The platform's public URL.
    pub platform: &'a str,
    pub started: OffsetDateTime,
    pub finished: OffsetDateTime,
}

/// Of the spec as compact JSON.
pub fn spec_sha256(spec: &ServerSpec) -> Sha256 {
    // By way of a `Value`, whose objects are sorted by name: however the spec was written, it has one digest.
    Sha256::of(serde_json::to_value(spec).unwrap_or_default().to_string())
}

/// States how a component was built, and signs it.
pub fn attest(signer: &Signer, built: Built<'_>) -> Result<Envelope, serde_json::Error> {
    let Built { artifact, spec, .. } = built;
    let toolchain = artifact.toolchain.parse::<Sha256>();
    let (build_type, builder) =
        if artifact.toolchain == UPLOADED { (UPLOAD_TYPE, UPLOADED) } else { (BUILD_TYPE, built.platform) };
    let statement = Statement {
        kind: STATEMENT.to_owned(),
        subject: [Resource { name: "component.wasm".to_owned(), digest: Digest { sha256: artifact.sha256 } }],
        predicate_type: PROVENANCE.to_owned(),
        predicate: Provenance {
            build_definition: Definition {
                build_type: build_type.to_owned(),
                external_parameters: Parameters {
                    server: built.server,
                    version: built.version,
                    spec: Digest { sha256: spec_sha256(spec) },
                    source: Digest { sha256: artifact.source_sha256 },
                },
                // The compiler and the SDK pack together.
                resolved_dependencies: toolchain
                    .map(|sha256| Resource { name: "toolchain".to_owned(), digest: Digest { sha256 } })
                    .into_iter()
                    .collect(),
            },
            run_details: Run {
                builder: Builder {
                    id: builder.to_owned(),
                    version: Software { cloche: env!("CARGO_PKG_VERSION").to_owned() },
                },
                metadata: Metadata {
                    invocation_id: built.build,
                    started_on: built.started,
                    finished_on: built.finished,
                },
            },
        },
    };
    Ok(dsse::sign(signer, PAYLOAD, &serde_json::to_vec(&statement)?))
}

/// The statement in an envelope, if a trusted key signed it; and that key's id.
pub fn verify(envelope: &Envelope, keys: &PublicKeys) -> Result<(Statement, String), Error> {
    let (payload, key) = dsse::open(envelope, keys, PAYLOAD)?;
    let statement: Statement = serde_json::from_slice(&payload)?;
    for (actual, expected) in [
        (&statement.kind, &[STATEMENT][..]),
        (&statement.predicate_type, &[PROVENANCE]),
        (&statement.predicate.build_definition.build_type, &[BUILD_TYPE, UPLOAD_TYPE]),
    ] {
        if !expected.contains(&actual.as_str()) {
            return Err(Error::Kind(actual.clone()));
        }
    }
    Ok((statement, key))
}

impl Statement {
    /// Of the component.
    pub fn component(&self) -> Sha256 {
        self.subject[0].digest.sha256
    }

    pub fn spec(&self) -> Sha256 {
        self.predicate.build_definition.external_parameters.spec.sha256
    }

    pub fn source(&self) -> Sha256 {
        self.predicate.build_definition.external_parameters.source.sha256
    }

    /// Server and version.
    pub fn version(&self) -> (ServerId, i64) {
        let of = &self.predicate.build_definition.external_parameters;
        (of.server, of.version)
    }

    /// The toolchain's id.
    pub fn toolchain(&self) -> Option<Sha256> {
        self.predicate.build_definition.resolved_dependencies.first().map(|toolchain| toolchain.digest.sha256)
    }

    /// The platform's public URL, or [`UPLOADED`].
    pub fn builder(&self) -> &str {
        &self.predicate.run_details.builder.id
    }

    pub fn finished_on(&self) -> OffsetDateTime {
        self.predicate.run_details.metadata.finished_on
    }
}
