//! Chosen operations → the specification of a server.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use cloche_domain::SecretKey;
use cloche_domain::capability::HostPattern;
use cloche_domain::spec::{RequiredSecret, ServerSpec, ToolSpec, bounds};
use serde_json::{Map, Value, json};
use url::Url;

use crate::arguments::Arguments;
use crate::auth::{Chosen, Credential, Form};
use crate::body::plain_kind;
use crate::code;
use crate::document::{Document, Why};
use crate::names::{self, Unique};
use crate::operation::{Operation, Piece};
use crate::schema;
use crate::text::plain;
use crate::{Error, Result};

/// Bytes of a tool's description, of a server's, and of a name.
const TOOL: usize = 600;
const SERVER: usize = 500;
const NAME: usize = 90;

/// What is taken of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// By their ids, like `GET /users`.
    pub operations: Vec<String>,
    /// How the tools sign in: a scheme of the document, `none`, or `bearer` for a token that the document does not speak
    /// of. None: as the document says.
    pub auth: Option<String>,
}

/// An operation, with all that is needed to call it.
#[derive(Debug)]
pub(crate) struct Prepared<'d> {
    pub(crate) operation: Operation<'d>,
    pub(crate) base: String,
    pub(crate) pieces: Vec<Piece>,
    pub(crate) arguments: Arguments<'d>,
    pub(crate) credentials: Vec<Credential>,
    /// What is asked for.
    pub(crate) accept: String,
}

/// The secrets of the credentials.
#[derive(Debug, Default)]
pub(crate) struct Keys(BTreeMap<(String, Form), Vec<SecretKey>>);

impl Keys {
    pub(crate) fn of(&self, credential: &Credential) -> Option<&[SecretKey]> {
        self.0.get(&(credential.scheme.clone(), credential.form.clone())).map(Vec::as_slice)
    }
}

impl<'d> Prepared<'d> {
    /// Looks at all of an operation but its schemas.
    pub(crate) fn of(document: &'d Document, operation: Operation<'d>, chosen: &Chosen) -> Result<Self, Why> {
        if operation.method == "TRACE" {
            return Err("has the method TRACE, which servers cannot send".to_owned());
        }
        let mut credentials = chosen.of(document, &operation)?;
        let signed_in = !credentials.is_empty() || *chosen == Chosen::Nothing;
        let mut arguments = Arguments::of(document, &operation, signed_in)?;
        credentials.append(&mut arguments.credentials);
        let base = operation.base(document)?;
        let pieces = operation.pieces()?;
        let prepared = Self { operation, base, pieces, arguments, credentials, accept: accept(document, &operation) };
        match prepared.grant() {
            Some(_) => Ok(prepared),
            None => Err("goes to a server whose address cannot be granted".to_owned()),
        }
    }

    /// The requests that it needs to be allowed: its method, and its path as far as it is the same in each call.
    fn grant(&self) -> Option<HostPattern> {
        let mut path = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => path.push_str(text),
                Piece::Parameter(_) => {
                    path.truncate(path.rfind('/')?);
                    break;
                }
            }
        }
        let method = self.operation.method;
        let mut to = format!("{}{path}", self.base);
        // What a pattern cannot say is left open, from the end.
        loop {
            if let Ok(pattern) = format!("{method} {to}").parse::<HostPattern>() {
                return Some(pattern);
            }
            let end = to.rfind('/').filter(|&end| end > self.base.find("://").unwrap_or(0) + 2)?;
            to.truncate(end);
        }
    }

    /// The host that its secrets go to.
    fn host(&self) -> Option<String> {
        let url = Url::parse(&self.base).ok()?;
        let pattern: HostPattern = url.origin().ascii_serialization().parse().ok()?;
        Some(pattern.to_string())
    }
}

impl Document {
    /// The server that these operations make.
    pub fn draft(&self, choice: &Choice) -> Result<ServerSpec> {
        let chosen = Chosen::named(self, choice.auth.as_deref());
        let chosen = chosen.ok_or_else(|| Error::UnknownAuth(choice.auth.clone().unwrap_or_default()))?;
        let prepared = self.prepared(&choice.operations, &chosen)?;
        let (secrets, keys) = self.secrets(&prepared);
        let mut names = Unique::default();
        let mut tools = Vec::with_capacity(prepared.len());
        for one in &prepared {
            let tool = self.tool(one, &keys, &mut names);
            tools.push(tool.map_err(|why| Error::NotImportable { id: one.operation.id(), why })?);
        }
        let title = plain(self.title(), NAME);
        let about = plain(self.root()["info"]["description"].as_str().unwrap_or_default(), SERVER);
        let spec = ServerSpec {
            name: if title.is_empty() { "Imported API".to_owned() } else { title },
            description: about,
            tools,
            helpers: code::SHARED.to_owned(),
            required_secrets: secrets,
            allowed_hosts: grants(&prepared),
        };
        match spec.problems() {
            problems if problems.is_empty() => Ok(spec),
            problems => Err(Error::Spec(problems)),
        }
    }

    fn prepared(&self, ids: &[String], chosen: &Chosen) -> Result<Vec<Prepared<'_>>> {
        match ids.len() {
            0 => return Err(Error::NoneChosen),
            many if many > bounds::TOOLS => return Err(Error::TooManyChosen(many)),
            _ => {}
        }
        let mut seen = HashSet::new();
        let each = ids.iter().map(|id| {
            if !seen.insert(id) {
                return Err(Error::ChosenTwice(shown(id)));
            }
            let operation = self.operation(id).ok_or_else(|| Error::UnknownOperation(shown(id)))?;
            Prepared::of(self, operation, chosen).map_err(|why| Error::NotImportable { id: shown(id), why })
        });
        each.collect()
    }

    fn tool(&self, prepared: &Prepared<'_>, keys: &Keys, names: &mut Unique) -> Result<ToolSpec, Why> {
        let operation = &prepared.operation;
        let name = names.tool(operation.text("operationId"), operation.method, operation.path);
        let summary = plain(operation.text("summary"), NAME);
        let implementation = code::tool(prepared, keys);
        if implementation.len() > bounds::IMPLEMENTATION {
            return Err(format!(
                "makes {} bytes of code: at most {} are allowed",
                implementation.len(),
                bounds::IMPLEMENTATION
            ));
        }
        Ok(ToolSpec {
            name: name.ok_or_else(|| "has no name that a tool can have".to_owned())?,
            title: (!summary.is_empty()).then_some(summary),
            description: described(operation),
            input_schema: schema::input(self, &prepared.arguments)?,
            // Documents are not exact enough about answers to refuse one that differs.
            output_schema: None,
            annotations: Some(annotations(operation.method)),
            implementation,
        })
    }

    /// The secrets that are asked for, each bound to the hosts that it goes to; and which credential has which.
    fn secrets(&self, prepared: &[Prepared<'_>]) -> (Vec<RequiredSecret>, Keys) {
        let mut hosts: BTreeMap<(String, Form), (&Credential, BTreeSet<String>)> = BTreeMap::new();
        for one in prepared {
            for credential in &one.credentials {
                let of = (credential.scheme.clone(), credential.form.clone());
                hosts.entry(of).or_insert((credential, BTreeSet::new())).1.extend(one.host());
            }
        }
        let prefix = names::prefix(self.title());
        let (mut names, mut keys, mut secrets) = (Unique::default(), Keys::default(), Vec::new());
        for (of, (credential, hosts)) in hosts {
            let mut ask = |what: &str, how: String| {
                let key = names.secret(&format!("{prefix}_{what}"))?;
                let description = format!("{how} {}", credential.description).trim().to_owned();
                let hosts = hosts.iter().cloned().collect();
                let how_to_get_url = credential.more.clone();
                secrets.push(RequiredSecret { key: key.clone(), description, how_to_get_url, hosts });
                Some(key)
            };
            let sent = |how: &str| format!("Sent as {how}.");
            let asked = match &credential.form {
                Form::Bearer => vec![ask("TOKEN", sent("the header Authorization: Bearer …"))],
                Form::Basic => vec![
                    ask("USERNAME", "The user name, sent by basic authentication.".to_owned()),
                    ask("PASSWORD", "The password, sent by basic authentication.".to_owned()),
                ],
                Form::Header(name) => {
                    vec![ask("API_KEY", sent(&format!("the header {name}, exactly as it is given here")))]
                }
                Form::Query(name) => vec![ask("API_KEY", sent(&format!("the query value {}", plain(name, 100))))],
                Form::Cookie(name) => vec![ask("API_KEY", sent(&format!("the cookie {name}")))],
            };
            keys.0.insert(of, asked.into_iter().flatten().collect());
        }
        (secrets, keys)
    }
}

/// What all of them need to be allowed, without what is within another.
fn grants(prepared: &[Prepared<'_>]) -> Vec<HostPattern> {
    let mut methods: BTreeMap<String, HostPattern> = BTreeMap::new();
    for pattern in prepared.iter().filter_map(Prepared::grant) {
        let place = HostPattern { methods: vec![], ..pattern.clone() }.to_string();
        let of_place = &mut methods.entry(place).or_insert_with(|| pattern.clone()).methods;
        of_place.extend(pattern.methods);
        of_place.sort_unstable();
        of_place.dedup();
    }
    let all: Vec<HostPattern> = methods.into_values().collect();
    let within_another = |one: &HostPattern| all.iter().any(|other| other != one && other.covers(one));
    all.iter().filter(|one| !within_another(one)).cloned().collect()
}

/// What a tool is called with: a title and what the document says of it, or its method and path.
fn described(operation: &Operation<'_>) -> String {
    let (summary, text) = (plain(operation.text("summary"), NAME), plain(operation.text("description"), TOOL));
    match (summary.trim_end_matches('.'), text.as_str()) {
        ("", "") => plain(&operation.id(), TOOL),
        ("", text) => text.to_owned(),
        (summary, "") => summary.to_owned(),
        (summary, text) if text.starts_with(summary) => text.to_owned(),
        (summary, text) => plain(&format!("{summary}. {text}"), TOOL),
    }
}

fn annotations(method: &str) -> Map<String, Value> {
    let said = match method {
        "GET" | "HEAD" | "OPTIONS" => json!({"readOnlyHint": true, "openWorldHint": true}),
        "DELETE" => {
            json!({"readOnlyHint": false, "destructiveHint": true, "idempotentHint": true, "openWorldHint": true})
        }
        "PUT" => json!({"readOnlyHint": false, "idempotentHint": true, "openWorldHint": true}),
        _ => json!({"readOnlyHint": false, "openWorldHint": true}),
    };
    match said {
        Value::Object(said) => said,
        _ => Map::new(),
    }
}

/// The media type that is asked for: JSON, if the operation answers in it.
fn accept(document: &Document, operation: &Operation<'_>) -> String {
    let answers = operation.said.get("responses").and_then(Value::as_object).into_iter().flatten();
    let good = answers.filter(|(status, _)| status.starts_with('2') || *status == "default");
    let kinds = good.filter_map(|(_, answer)| document.resolve(answer).ok()?["content"].as_object());
    let kinds: Vec<String> = kinds.flatten().filter_map(|(kind, _)| plain_kind(kind)).take(50).collect();
    let is_json = |kind: &&String| kind.ends_with("/json") || kind.ends_with("+json");
    kinds.iter().find(is_json).map_or_else(|| "*/*".to_owned(), |kind| format!("{kind}, */*;q=0.5"))
}

fn shown(id: &str) -> String {
    crate::text::cut(id, 200)
}
