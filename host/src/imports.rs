//! From an API's description to a draft, without a model: the description is kept for a day, and tools are chosen from it.

use std::io::{Read as _, Write as _};
use std::time::Duration;

use cloche_domain::spec::ServerSpec;
use cloche_domain::{ImportId, PreviewId};
use cloche_openapi::{BYTES, Choice, Document, Overview};
use cloche_storage::imports::{self, Import};
use cloche_storage::previews::{self, Drafting, Preview};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use time::OffsetDateTime;
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::{JoinError, spawn_blocking};
use tokio::time::timeout;
use url::Url;

use crate::app::App;
use crate::audit;
use crate::http::auth::Member;
use crate::secret_scan;
use crate::servers::{self, may_change};

/// How long a description is kept.
const KEPT: time::Duration = time::Duration::DAY;
/// Descriptions of one organisation that are kept: one more takes the oldest's place.
const MOST: i64 = 10;
/// Descriptions that are read at a time: each takes some ten times its size in memory.
pub const PLACES: usize = 4;
/// For a place.
const WAIT: Duration = Duration::from_secs(5);
/// For a description at a URL.
const PATIENCE: Duration = Duration::from_secs(20);
/// Examples of secrets that are taken out of a description's texts.
const EXAMPLES: usize = 200;
/// Which model drafted it: none.
const MODEL: &str = "openapi";

/// Why there is nothing to choose from, or no draft.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no such import in your organisation, or no longer: bring the document again")]
    NotFound,
    #[error("as many documents as this platform reads at a time are being read: try again in a moment")]
    Busy,
    #[error("{0:?} is no web address: give it in full, with https://")]
    Url(String),
    #[error("the document at {url} {why}")]
    Unreachable { url: Url, why: String },
    #[error(transparent)]
    Document(#[from] cloche_openapi::Error),
    #[error(transparent)]
    Server(#[from] servers::Error),
    #[error("a kept document cannot be read: {0}")]
    Kept(#[from] std::io::Error),
    #[error(transparent)]
    Stopped(#[from] JoinError),
    #[error(transparent)]
    Storage(#[from] cloche_storage::Error),
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What is brought.
pub struct NewImport {
    pub from: From,
    /// Where all operations go, in place of what the document says.
    pub server: Option<String>,
}

/// Where the document is.
pub enum From {
    /// Here, in JSON or YAML.
    Text(Vec<u8>),
    Url(String),
}

/// A description that is kept, and what it has to offer.
#[derive(Clone, Debug)]
pub struct Kept {
    pub id: ImportId,
    pub expires_at: OffsetDateTime,
    pub overview: Overview,
}

/// A place among those who have a document read.
pub async fn place(app: &App) -> Result<OwnedSemaphorePermit> {
    let place = timeout(WAIT, app.imports.clone().acquire_owned()).await;
    place.ok().and_then(Result::ok).ok_or(Error::Busy)
}

/// Reads a document, and keeps it.
pub async fn create(app: &App, member: &Member, new: NewImport, place: OwnedSemaphorePermit) -> Result<Kept> {
    may_change(member)?;
    let (bytes, source) = match new.from {
        From::Text(bytes) => (bytes, None),
        From::Url(url) => {
            let url = Url::parse(&url).map_err(|_| Error::Url(url.chars().take(200).collect()))?;
            (fetched(app, &url).await?, Some(url))
        }
    };
    let now = app.clock.now();
    let import = Import {
        id: ImportId::new(),
        org_id: member.org_id,
        user_id: member.user_id,
        document: vec![],
        source: source.map(Into::into),
        server: new.server,
        created_at: now,
        expires_at: now + KEPT,
    };
    let (import, overview) = spawn_blocking(move || {
        let _place = place;
        let overview = document(&import, &bytes)?.overview();
        Ok::<_, Error>((Import { document: compressed(&bytes)?, ..import }, overview))
    })
    .await??;
    let named = json!({"title": overview.title, "operations": overview.operations.len(), "source": import.source});
    let mut tx = app.db.begin().await?;
    imports::delete_expired(&mut tx, now).await?;
    imports::insert(&mut tx, &import, MOST).await?;
    audit::note(app, member, &mut tx, audit::Done::of("import.created", ("import", &import.id)).with(named)).await?;
    tx.commit().await?;
    Ok(Kept { id: import.id, expires_at: import.expires_at, overview })
}

/// What a kept document has to offer.
pub async fn get(app: &App, member: &Member, id: ImportId) -> Result<Kept> {
    let import = find(app, member, id).await?;
    let place = place(app).await?;
    let (id, expires_at) = (import.id, import.expires_at);
    let overview = spawn_blocking(move || {
        let _place = place;
        Ok::<_, Error>(document(&import, &decompressed(&import.document)?)?.overview())
    });
    Ok(Kept { id, expires_at, overview: overview.await?? })
}

/// Drafts the server that some of a document's operations make, and keeps the draft as one that a model wrote.
pub async fn draft(app: &App, member: &Member, id: ImportId, choice: Choice) -> Result<Preview> {
    may_change(member)?;
    let import = find(app, member, id).await?;
    let place = place(app).await?;
    let asked = choice.operations.join(", ");
    let spec = spawn_blocking(move || {
        let _place = place;
        let spec = document(&import, &decompressed(&import.document)?)?.draft(&choice)?;
        Ok::<_, Error>(without_examples(spec))
    });
    let spec = servers::safe(spec.await??)?;
    let now = app.clock.now();
    let preview = Preview {
        id: PreviewId::new(),
        org_id: member.org_id,
        user_id: member.user_id,
        prompt: format!("OpenAPI: {}: {asked}", spec.name),
        spec,
        model: MODEL.to_owned(),
        demo: false,
        created_at: now,
        expires_at: now + KEPT,
        drafting: Drafting::default(),
    };
    let mut tx = app.db.begin().await?;
    previews::delete_expired(&mut tx, now).await?;
    previews::insert(&mut tx, &preview).await?;
    tx.commit().await?;
    Ok(preview)
}

/// A document that this member has brought.
async fn find(app: &App, member: &Member, id: ImportId) -> Result<Import> {
    let found = imports::find(&mut app.db.read().await?, member.org_id, id, app.clock.now()).await?;
    found.filter(|import| import.user_id == member.user_id).ok_or(Error::NotFound)
}

/// Reads a document by the gate that all outbound requests pass: whoever names a URL must not make us ask a private
/// address.
async fn fetched(app: &App, url: &Url) -> Result<Vec<u8>> {
    let unreachable = |why: String| Error::Unreachable { url: url.clone(), why };
    let answer = app.sandbox.fetch(url, BYTES as u64, PATIENCE).await;
    match answer.map_err(|why| unreachable(format!("cannot be read: {why}")))? {
        (200, body) => Ok(body),
        (status @ 300..=399, _) => Err(unreachable(format!(
            "is answered with status {status}, which leads elsewhere: give the address that it leads to"
        ))),
        (status, _) => Err(unreachable(format!("is answered with status {status}, not 200"))),
    }
}

fn document(import: &Import, bytes: &[u8]) -> Result<Document> {
    let mut document = Document::read(bytes)?;
    if let Some(source) = import.source.as_deref().and_then(|source| Url::parse(source).ok()) {
        document = document.found_at(source);
    }
    if let Some(server) = &import.server {
        document = document.with_server(server)?;
    }
    Ok(document)
}

fn compressed(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes)?;
    encoder.finish()
}

fn decompressed(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut document = Vec::new();
    GzDecoder::new(bytes).take(BYTES as u64).read_to_end(&mut document)?;
    Ok(document)
}

/// A spec without what looks like a secret in its texts: descriptions show examples, and a server with a secret in it is
/// refused.
fn without_examples(spec: ServerSpec) -> ServerSpec {
    let Ok(mut texts) = serde_json::to_value(&spec) else { return spec };
    for _ in 0..EXAMPLES {
        let Some(pasted) = secret_scan::find(&texts) else { break };
        let is_code = ["/helpers", "/implementation"].iter().any(|code| pasted.pointer.ends_with(code));
        match texts.pointer_mut(&pasted.pointer) {
            Some(Value::String(text)) if !is_code => {
                text.replace_range(pasted.finding.start..pasted.finding.end, "…");
            }
            _ => break,
        }
    }
    serde_json::from_value(texts).unwrap_or(spec)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_of_secrets_are_taken_out_of_texts() {
        let token = format!("ghp_{}", "aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xY1zA2");
        let tool = json!({"name": "a", "description": format!("Send {token}, or {token}"), "implementation": "Ok(())",
            "inputSchema": {"type": "object", "properties": {"a": {"default": token}}}});
        let spec: ServerSpec = serde_json::from_value(json!({"name": "S", "tools": [tool]})).unwrap();
        assert!(servers::safe(spec.clone()).is_err());
        let clean = servers::safe(without_examples(spec)).unwrap();
        assert_eq!(clean.tools[0].description, "Send …, or …");
    }

    #[test]
    fn a_document_is_kept_as_it_was() {
        let text = b"openapi: 3.0.0\n".repeat(1_000);
        let kept = compressed(&text).unwrap();
        assert!(kept.len() < 1_000);
        assert_eq!(decompressed(&kept).unwrap(), text);
    }
}
