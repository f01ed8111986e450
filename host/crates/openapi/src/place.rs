//! Where in a request a value stands, and how it is written there.

use serde_json::Value;

use crate::document::Why;

/// Headers that a parameter cannot be: RFC 9110 §7.6.1 and what the platform sets itself; and those that OpenAPI says are
/// described elsewhere.
const RESERVED: [&str; 16] = [
    "accept",
    "authorization",
    "connection",
    "content-length",
    "content-type",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "range",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// How lists and objects are written as query or form values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Style {
    /// `a=1&a=2`; an object's members are values of their own.
    Exploded,
    /// `a=1,2`, with what stands between.
    Joined(&'static str),
    /// `a[k]=v`, `a[0]=1`.
    Deep,
    /// As JSON.
    Json,
}

/// Where a parameter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// As one segment of the path, or as several where slashes part them.
    Path {
        segments: bool,
    },
    Query(Style),
    Header,
}

impl Place {
    /// Where a parameter stands; none where it is left out.
    pub(crate) fn of(parameter: &Value) -> Result<Option<Self>, Why> {
        let name = parameter["name"].as_str().unwrap_or_default();
        let required = parameter["required"] == Value::Bool(true);
        let style = parameter["style"].as_str();
        match parameter["in"].as_str() {
            Some("path") if style.is_none_or(|style| style == "simple") => {
                Ok(Some(Self::Path { segments: parameter["x-multi-segment"] == Value::Bool(true) }))
            }
            Some("path") => Err("has a path parameter of a style other than simple".to_owned()),
            Some("query") if parameter["content"].is_object() => Ok(Some(Self::Query(Style::Json))),
            Some("query") => Ok(Some(Self::Query(Style::of(parameter)))),
            // OpenAPI 3.0.3 §4.7.12.2: these three are not parameters.
            Some("header")
                if ["accept", "authorization", "content-type"].iter().any(|n| name.eq_ignore_ascii_case(n)) =>
            {
                Ok(None)
            }
            Some("header") if is_header(name) => Ok(Some(Self::Header)),
            _ if !required => Ok(None),
            Some("header") => Err("needs a header that a server cannot set".to_owned()),
            Some("cookie") => Err("needs a cookie".to_owned()),
            _ => Err("needs a parameter that is neither in the path, nor in the query, nor a header".to_owned()),
        }
    }
}

impl Style {
    /// What `style` and `explode` of a parameter, or of a form's field, say.
    pub(crate) fn of(said: &Value) -> Self {
        let style = said["style"].as_str().unwrap_or("form");
        let exploded = said["explode"].as_bool().unwrap_or(style == "form");
        match style {
            "deepObject" => Self::Deep,
            "spaceDelimited" if !exploded => Self::Joined("%20"),
            "pipeDelimited" if !exploded => Self::Joined("%7C"),
            _ if !exploded => Self::Joined(","),
            _ => Self::Exploded,
        }
    }

    /// As the generated code says it.
    pub(crate) fn code(self) -> String {
        match self {
            Self::Exploded => "Style::Exploded".to_owned(),
            Self::Joined(between) => format!("Style::Joined({between:?})"),
            Self::Deep => "Style::Deep".to_owned(),
            Self::Json => "Style::Json".to_owned(),
        }
    }
}

/// Whether a text is the name of a header (RFC 9110 §5.1) that a server may set.
pub(crate) fn is_header(name: &str) -> bool {
    let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    let is_token = !name.is_empty() && name.len() <= 100 && name.bytes().all(token);
    is_token && !RESERVED.contains(&name.to_ascii_lowercase().as_str())
}
