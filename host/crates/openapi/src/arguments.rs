//! What a tool is asked for: the parameters of an operation, and its body.

use serde_json::Value;

use crate::auth::{self, Credential};
use crate::body::{self, Body, Content};
use crate::document::{Document, Why};
use crate::names::{self, Unique};
use crate::operation::{Operation, Piece};
use crate::place::Place;

/// Arguments of a tool.
const ARGUMENTS: usize = 250;
/// Bytes of a parameter's name.
const NAME: usize = 200;

/// All that one operation is called with.
#[derive(Clone, Debug)]
pub(crate) struct Arguments<'d> {
    pub(crate) parameters: Vec<Parameter<'d>>,
    pub(crate) body: Option<Body<'d>>,
    /// The arguments that the body's fields are, in their order; one for a whole body.
    pub(crate) of_body: Vec<Argument<'d>>,
    /// What the operation is signed in by, where a parameter says so and nothing else does.
    pub(crate) credentials: Vec<Credential>,
}

/// A parameter, and the argument that it is.
#[derive(Clone, Debug)]
pub(crate) struct Parameter<'d> {
    /// As the API calls it.
    pub(crate) name: &'d str,
    pub(crate) place: Place,
    pub(crate) argument: Argument<'d>,
}

/// An argument as the model sees it.
#[derive(Clone, Debug)]
pub(crate) struct Argument<'d> {
    pub(crate) name: String,
    pub(crate) required: bool,
    pub(crate) schema: &'d Value,
    pub(crate) description: &'d str,
}

static NOTHING: Value = Value::Null;

impl<'d> Arguments<'d> {
    /// The arguments of an operation, which has these credentials already.
    ///
    /// Each has the name of its parameter, or of the body's property. A name that is there twice is the first's, in the
    /// order path, query, headers, body; the other is `query_…`, `header_…` or `body_…`.
    pub(crate) fn of(document: &'d Document, operation: &Operation<'d>, signed_in: bool) -> Result<Self, Why> {
        let mut all = Self { parameters: vec![], body: None, of_body: vec![], credentials: vec![] };
        let mut names = Unique::default();
        let mut placed = Vec::new();
        for parameter in parameters(document, operation)? {
            if let Some(credential) = auth::credential(parameter) {
                if !signed_in && !all.credentials.iter().any(|known| known.scheme == credential.scheme) {
                    all.credentials.push(credential);
                }
                continue;
            }
            if let Some(place) = Place::of(parameter)? {
                placed.push((place, parameter));
            }
        }
        let pieces = operation.pieces()?;
        let in_path = |name: &str| pieces.iter().any(|piece| matches!(piece, Piece::Parameter(p) if p == name));
        placed.sort_by_key(|(place, _)| match place {
            Place::Path { .. } => 0,
            Place::Query(_) => 1,
            Place::Header => 2,
        });
        for (place, parameter) in placed {
            let name = parameter["name"].as_str().unwrap_or_default();
            let is_path = matches!(place, Place::Path { .. });
            if is_path && !in_path(name) {
                continue;
            }
            if name.is_empty() || name.len() > NAME {
                return Err(format!("has a parameter whose name is empty, or longer than {NAME} bytes"));
            }
            let otherwise = match place {
                Place::Path { .. } => "path",
                Place::Query(_) => "query",
                Place::Header => "header",
            };
            all.parameters.push(Parameter {
                name,
                place,
                argument: Argument {
                    name: named(&mut names, name, otherwise),
                    required: is_path || parameter["required"] == Value::Bool(true),
                    schema: schema_of(parameter),
                    description: parameter["description"].as_str().unwrap_or_default(),
                },
            });
        }
        if pieces.iter().any(|piece| matches!(piece, Piece::Parameter(name) if !all.describes(name))) {
            return Err("has a parameter in its path that it does not describe".to_owned());
        }
        all.body = body::of(document, operation)?;
        if let Some(body) = &all.body {
            all.of_body = match &body.content {
                Content::Fields(fields) => {
                    let argument = |field: &body::Field<'d>| Argument {
                        name: named(&mut names, field.name, "body"),
                        required: field.required,
                        schema: field.schema,
                        description: "",
                    };
                    fields.iter().map(argument).collect()
                }
                Content::Whole(schema) => {
                    let name = named(&mut names, "body", "request");
                    vec![Argument { name, required: body.required, schema, description: "" }]
                }
            };
        }
        match all.all().count() {
            many if many > ARGUMENTS => Err(format!("takes {many} arguments: at most {ARGUMENTS} are supported")),
            _ => Ok(all),
        }
    }

    /// Every argument.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Argument<'d>> {
        self.parameters.iter().map(|parameter| &parameter.argument).chain(&self.of_body)
    }

    /// The parameter of the path with this name.
    pub(crate) fn in_path(&self, name: &str) -> Option<&Parameter<'d>> {
        self.parameters.iter().find(|p| p.name == name && matches!(p.place, Place::Path { .. }))
    }

    fn describes(&self, name: &str) -> bool {
        self.in_path(name).is_some()
    }
}

/// The parameters of an operation: its own, and those of its path that it does not describe anew.
fn parameters<'d>(document: &'d Document, operation: &Operation<'d>) -> Result<Vec<&'d Value>, Why> {
    let of = |list: Option<&'d Value>| list.and_then(Value::as_array).into_iter().flatten().take(2 * ARGUMENTS);
    let mut all: Vec<&Value> = Vec::new();
    for parameter in of(operation.said.get("parameters")).chain(of(operation.item.get("parameters"))) {
        let parameter = document.resolve(parameter)?;
        if !all.iter().any(|known| known["name"] == parameter["name"] && known["in"] == parameter["in"]) {
            all.push(parameter);
        }
    }
    Ok(all)
}

fn schema_of(parameter: &Value) -> &Value {
    let content = parameter["content"].as_object().and_then(|content| content.values().next());
    content.map_or_else(|| parameter.get("schema"), |media| media.get("schema")).unwrap_or(&NOTHING)
}

fn named(names: &mut Unique, name: &str, otherwise: &str) -> String {
    let name = names::argument(name);
    if names.has(&name) { names.of(&format!("{otherwise}_{name}"), 64) } else { names.of(&name, 64) }
}
