//! What a document has to offer: its operations, servers and ways to sign in.

use cloche_domain::spec::bounds;
use serde::Serialize;
use serde_json::Value;

use crate::auth::{self, Chosen, Form};
use crate::document::Document;
use crate::draft::Prepared;
use crate::operation;
use crate::text::plain;

/// Servers of a document that are shown.
const SERVERS: usize = 20;

/// A document as one chooses from it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = ImportOverview))]
#[serde(rename_all = "camelCase")]
pub struct Overview {
    pub title: String,
    pub version: String,
    /// In the document's order.
    pub operations: Vec<Listed>,
    /// How many of them can be tools.
    pub importable: usize,
    /// How many tools a server has at most.
    pub most_tools: usize,
    /// Whether more can be tools than one server has: then some are to be chosen.
    pub too_large: bool,
    /// What to do next, in a sentence.
    pub advice: String,
    pub servers: Vec<Server>,
    pub auth: Vec<Auth>,
}

/// An operation of the document.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = ImportOperation))]
#[serde(rename_all = "camelCase")]
pub struct Listed {
    /// What it is chosen by: its method and path.
    pub id: String,
    pub method: String,
    pub path: String,
    pub summary: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub deprecated: bool,
    /// Why it cannot be a tool; left out where it can.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_importable: Option<String>,
}

/// A server that the document names.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = ImportServer))]
#[serde(rename_all = "camelCase")]
pub struct Server {
    /// With its variables in braces.
    pub url: String,
    pub description: String,
    /// The address with each variable as it is by default; left out where that is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// A way to sign in.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = ImportAuth))]
#[serde(rename_all = "camelCase")]
pub struct Auth {
    /// What it is chosen by.
    pub name: String,
    pub kind: AuthKind,
    pub description: String,
}

/// How a secret is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AuthKind {
    Bearer,
    Basic,
    Header,
    Query,
    Cookie,
    /// In a way that is not supported.
    Unsupported,
}

impl Document {
    /// What it has to offer.
    pub fn overview(&self) -> Overview {
        let operations: Vec<Listed> = operation::all(self).map(|operation| self.listed(operation)).collect();
        let importable = operations.iter().filter(|operation| operation.not_importable.is_none()).count();
        let too_large = importable > bounds::TOOLS;
        Overview {
            title: plain(self.title(), 100),
            version: plain(self.root()["info"]["version"].as_str().unwrap_or_default(), 40),
            advice: advice(operations.len(), importable),
            operations,
            importable,
            most_tools: bounds::TOOLS,
            too_large,
            servers: self.servers(),
            auth: self.auth(),
        }
    }

    fn listed(&self, operation: operation::Operation<'_>) -> Listed {
        Listed {
            id: operation.id(),
            method: operation.method.to_owned(),
            path: operation.path.to_owned(),
            summary: match (plain(operation.text("summary"), 120), plain(operation.text("description"), 120)) {
                (summary, description) if summary.is_empty() => description,
                (summary, _) => summary,
            },
            tag: operation.said.get("tags").and_then(|tags| tags[0].as_str()).map(|tag| plain(tag, 60)),
            deprecated: operation.said.get("deprecated") == Some(&Value::Bool(true)),
            not_importable: Prepared::of(self, operation, &Chosen::Own).err(),
        }
    }

    fn servers(&self) -> Vec<Server> {
        let servers = self.root()["servers"].as_array().into_iter().flatten().take(SERVERS);
        servers
            .map(|server| Server {
                url: plain(server["url"].as_str().unwrap_or_default(), 500),
                description: plain(server["description"].as_str().unwrap_or_default(), 200),
                address: operation::address(self, server).ok().map(Into::into),
            })
            .collect()
    }

    /// The document's ways to sign in; where it has none, that a token may be sent all the same.
    fn auth(&self) -> Vec<Auth> {
        let kind = |form: &Form| match form {
            Form::Bearer => AuthKind::Bearer,
            Form::Basic => AuthKind::Basic,
            Form::Header(_) => AuthKind::Header,
            Form::Query(_) => AuthKind::Query,
            Form::Cookie(_) => AuthKind::Cookie,
        };
        let mut all: Vec<Auth> = auth::schemes(self)
            .map(|(name, _)| match auth::scheme(self, name) {
                Ok(one) => Auth { name: name.clone(), kind: kind(&one.form), description: one.description },
                Err(why) => Auth { name: name.clone(), kind: AuthKind::Unsupported, description: why },
            })
            .collect();
        if all.is_empty() {
            let description = "The document names no way to sign in: choose this to send a token, or \"none\"";
            all.push(Auth { name: "bearer".to_owned(), kind: AuthKind::Bearer, description: description.to_owned() });
        }
        all
    }
}

fn advice(all: usize, importable: usize) -> String {
    let most = bounds::TOOLS;
    match importable {
        0 => "none of the operations can be a tool: each says why".to_owned(),
        few if few <= most => format!("{few} of {all} operations can be tools: choose those that are needed"),
        many => format!(
            "the document is too large for one server: {many} of {all} operations can be tools, and a server has {most} \
             at most; choose up to {most}"
        ),
    }
}
