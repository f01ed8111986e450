//! How an operation is signed in to: which secrets it needs, and where they go.

use serde_json::Value;

use crate::document::{Document, Why};
use crate::operation::Operation;
use crate::place::is_header;
use crate::text::plain;

/// Schemes that are looked at.
const SCHEMES: usize = 50;
/// Alternatives of one operation that are looked at.
const ALTERNATIVES: usize = 50;

/// Which way to sign in is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Chosen {
    /// What each operation says.
    Own,
    /// None at all.
    Nothing,
    /// A bearer token, whatever the document says.
    Bearer,
    /// A scheme of the document.
    Named(String),
}

/// One thing that proves who is asking.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Credential {
    /// What it is called in the document: two of one name are the same.
    pub(crate) scheme: String,
    pub(crate) form: Form,
    pub(crate) description: String,
    pub(crate) more: Option<String>,
}

/// How it is sent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Form {
    /// `Authorization: Bearer …`
    Bearer,
    /// `Authorization: Basic …`, of a user and a password.
    Basic,
    Header(String),
    Query(String),
    Cookie(String),
}

impl Form {
    /// How many secrets it takes.
    fn secrets(&self) -> usize {
        if *self == Self::Basic { 2 } else { 1 }
    }
}

impl Chosen {
    /// What a name stands for: a scheme's, `none` or `bearer`; none where it stands for nothing.
    pub(crate) fn named(document: &Document, name: Option<&str>) -> Option<Self> {
        match name {
            None => Some(Self::Own),
            Some(name) if schemes(document).any(|(known, _)| known == name) => Some(Self::Named(name.to_owned())),
            Some("none") => Some(Self::Nothing),
            Some("bearer") => Some(Self::Bearer),
            Some(_) => None,
        }
    }

    /// The credentials that an operation needs. Of several ways that the document allows, the one with the fewest secrets,
    /// and of these the first; going without counts only where there is no other.
    pub(crate) fn of(&self, document: &Document, operation: &Operation<'_>) -> Result<Vec<Credential>, Why> {
        match self {
            Self::Nothing => return Ok(vec![]),
            Self::Bearer => return Ok(vec![bearer()]),
            Self::Named(name) => return Ok(vec![scheme(document, name)?]),
            Self::Own => {}
        }
        let said = operation.said.get("security").or_else(|| document.root().get("security"));
        let Some(alternatives) = said.and_then(Value::as_array).filter(|list| !list.is_empty()) else {
            return Ok(vec![]);
        };
        let (mut best, mut refused): (Option<Vec<Credential>>, _) = (None, String::new());
        for alternative in alternatives.iter().take(ALTERNATIVES) {
            let names = alternative.as_object().into_iter().flatten().take(SCHEMES).map(|(name, _)| name);
            match names.map(|name| scheme(document, name)).collect::<Result<Vec<_>, Why>>() {
                Ok(found) => {
                    let rank = |found: &[Credential]| match found {
                        [] => usize::MAX,
                        found => found.iter().map(|one| one.form.secrets()).sum(),
                    };
                    if best.as_ref().is_none_or(|best| rank(&found) < rank(best)) {
                        best = Some(found);
                    }
                }
                Err(why) => refused = why,
            }
        }
        best.ok_or(refused)
    }
}

/// The schemes of a document.
pub(crate) fn schemes(document: &Document) -> impl Iterator<Item = (&String, &Value)> {
    document.root()["components"]["securitySchemes"].as_object().into_iter().flatten().take(SCHEMES)
}

/// A token that the document does not speak of.
pub(crate) fn bearer() -> Credential {
    Credential { scheme: "bearer".to_owned(), form: Form::Bearer, description: String::new(), more: None }
}

/// A scheme by its name.
pub(crate) fn scheme(document: &Document, name: &str) -> Result<Credential, Why> {
    let known = schemes(document).find(|(known, _)| *known == name);
    let (_, said) = known.ok_or_else(|| format!("signs in by {name:.80?}, which the document does not describe"))?;
    let said = document.resolve(said)?;
    let text = |member: &str| said[member].as_str().unwrap_or_default();
    let own = text("name");
    let kind = text("type").to_ascii_lowercase();
    let form = match (kind.as_str(), text("scheme").to_ascii_lowercase().as_str(), text("in")) {
        ("http", "bearer", _) | ("oauth2" | "openidconnect", _, _) => Form::Bearer,
        ("http", "basic", _) => Form::Basic,
        ("apikey", _, "header") if own.eq_ignore_ascii_case("authorization") || is_header(own) => {
            Form::Header(own.to_owned())
        }
        ("apikey", _, "query") if !own.is_empty() && own.len() <= 100 => Form::Query(own.to_owned()),
        ("apikey", _, "cookie") if is_header(own) => Form::Cookie(own.to_owned()),
        (kind, scheme, _) => {
            return Err(format!("signs in by {:.80}, which is not supported", format!("{kind} {scheme}").trim()));
        }
    };
    let how = match kind.as_str() {
        "oauth2" | "openidconnect" => "An access token. ",
        _ => "",
    };
    let link = said["externalDocs"]["url"].as_str().or_else(|| said["openIdConnectUrl"].as_str());
    let more = link.filter(|link| link.starts_with("https://") && link.len() <= 500).map(str::to_owned);
    let description = format!("{how}{}", plain(text("description"), 300)).trim().to_owned();
    Ok(Credential { scheme: name.to_owned(), form, description, more })
}

/// Whether a parameter is what the operation is signed in by, as some documents have it: it is not for a model to fill in.
pub(crate) fn credential(parameter: &Value) -> Option<Credential> {
    let name = parameter["name"].as_str()?;
    let plain_name: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let is_named = ["token", "accesstoken", "authtoken", "apitoken", "apikey", "xapikey", "xauthtoken"]
        .contains(&plain_name.as_str());
    let said = plain(parameter["description"].as_str().unwrap_or_default(), 300);
    let lower = said.to_ascii_lowercase();
    let is_said = ["authentication token", "access token", "api key", "auth token", "api token"]
        .iter()
        .any(|words| lower.contains(words));
    let form = match parameter["in"].as_str()? {
        "header" if is_named && is_header(name) => Form::Header(name.to_owned()),
        "query" if is_named && is_said => Form::Query(name.to_owned()),
        _ => return None,
    };
    Some(Credential { scheme: format!("parameter {name}"), form, description: said, more: None })
}
