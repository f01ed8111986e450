/// The arguments as they came; the platform has held them against the tool's schema.
pub type Args = Map<String, Value>;

/// A request that is being put together.
struct Call {
    method: &'static str,
    url: String,
    query: Vec<String>,
    headers: Vec<(&'static str, String)>,
    body: Option<Vec<u8>>,
}

/// How lists and objects are written as query or form values.
#[derive(Clone, Copy)]
enum Style {
    /// `a=1&a=2`; an object's members are values of their own.
    Exploded,
    /// `a=1,2`, with what stands between.
    Joined(&'static str),
    /// `a[k]=v`, `a[0]=1`.
    Deep,
    /// As JSON.
    Json,
}

impl Call {
    fn new(method: &'static str, url: impl Into<String>) -> Self {
        Self { method, url: url.into(), query: vec![], headers: vec![], body: None }
    }

    /// A header of our own; `{KEY}` in it is a secret's name.
    fn set(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// A query value that is a secret's name.
    fn secret(mut self, name: &str, key: &str) -> Self {
        self.query.push(format!("{}={key}", http::encode(name)));
        self
    }

    /// A header that the caller gives. It must not name a secret.
    fn header(mut self, name: &'static str, value: Option<&Value>) -> Result<Self> {
        if let Some(value) = value.filter(|value| !value.is_null()) {
            let value = joined(value);
            ensure!(!value.contains(['{', '}']), "{name} cannot have braces in it");
            self.headers.push((name, value));
        }
        Ok(self)
    }

    /// A query value that the caller gives.
    fn query(mut self, name: &str, value: Option<&Value>, style: Style) -> Self {
        self.query.extend(value.into_iter().flat_map(|value| pairs(name, value, style)));
        self
    }

    /// A JSON body of the fields that were given, if any was.
    fn optional_json(self, kind: &str, fields: Map<String, Value>) -> Result<Self> {
        if fields.is_empty() { Ok(self) } else { self.json(kind, fields) }
    }

    /// A JSON body of the fields that were given.
    fn json(mut self, kind: &str, fields: Map<String, Value>) -> Result<Self> {
        self.body = Some(serde_json::to_vec(&fields)?);
        Ok(self.set("Content-Type", kind))
    }

    /// A JSON body as it was given, if it was.
    fn json_body(mut self, kind: &str, body: Option<&Value>) -> Result<Self> {
        let Some(body) = body else { return Ok(self) };
        self.body = Some(serde_json::to_vec(body)?);
        Ok(self.set("Content-Type", kind))
    }

    /// A text as it was given, if it was.
    fn text_body(mut self, kind: &str, body: Option<&Value>) -> Self {
        let Some(body) = body else { return self };
        self.body = Some(text(body).into_bytes());
        self.set("Content-Type", kind)
    }

    /// A form's field, if it was given.
    fn form(mut self, name: &str, value: Option<&Value>, style: Style) -> Self {
        let written = value.map(|value| pairs(name, value, style).join("&")).unwrap_or_default();
        if written.is_empty() {
            return self;
        }
        match &mut self.body {
            Some(body) => {
                body.push(b'&');
                body.extend(written.into_bytes());
                self
            }
            None => {
                self.body = Some(written.into_bytes());
                self.set("Content-Type", "application/x-www-form-urlencoded")
            }
        }
    }

    /// Sends it. What comes back is the tool's result; a status that is not 2xx is its error.
    fn send(self) -> Result<Output> {
        let mut url = self.url;
        if !self.query.is_empty() {
            url = format!("{url}?{}", self.query.join("&"));
        }
        let mut request = http::Request::new(self.method, url);
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        if let Some(body) = self.body {
            request = request.body(body);
        }
        answer(request.send()?)
    }
}

/// A part of the path, escaped: it cannot lead elsewhere.
fn segment(args: &Args, name: &str) -> Result<String> {
    let value = joined(args.get(name).with_context(|| format!("{name} is missing"))?);
    ensure!(!matches!(value.as_str(), "" | "." | ".."), "{name} cannot be {value:?}: it is a part of the path");
    Ok(http::encode(value))
}

/// Several parts of the path, with slashes between them.
fn segments(args: &Args, name: &str) -> Result<String> {
    let value = joined(args.get(name).with_context(|| format!("{name} is missing"))?);
    let parts = value.trim_matches('/').split('/');
    let fine = parts.clone().all(|part| !matches!(part, "" | "." | ".."));
    ensure!(fine, "{name} cannot be {value:?}: each part of the path has a name");
    Ok(parts.map(http::encode).collect::<Vec<_>>().join("/"))
}

/// The fields of a body that were given: those called as in the API, and those called otherwise here.
fn fields(args: &Args, same: &[&str], other: &[(&str, &str)]) -> Map<String, Value> {
    let same = same.iter().map(|name| (*name, *name));
    same.chain(other.iter().copied())
        .filter_map(|(argument, name)| Some((name.to_owned(), args.get(argument)?.clone())))
        .collect()
}

/// `name=value`, escaped: none, one or many.
fn pairs(name: &str, value: &Value, style: Style) -> Vec<String> {
    let pair = |name: &str, value: &Value| format!("{}={}", http::encode(name), http::encode(text(value)));
    match (value, style) {
        (Value::Null, _) => vec![],
        (value, Style::Json) => vec![format!("{}={}", http::encode(name), http::encode(value.to_string()))],
        (Value::Array(items), Style::Exploded) => items.iter().map(|item| pair(name, item)).collect(),
        (Value::Object(members), Style::Exploded) => members.iter().map(|(key, value)| pair(key, value)).collect(),
        (Value::Array(items), Style::Deep) => {
            let items = items.iter().enumerate();
            items.flat_map(|(i, item)| pairs(&format!("{name}[{i}]"), item, style)).collect()
        }
        (Value::Object(members), Style::Deep) => {
            members.iter().flat_map(|(key, value)| pairs(&format!("{name}[{key}]"), value, style)).collect()
        }
        (Value::Array(items), Style::Joined(between)) => {
            let items: Vec<String> = items.iter().map(|item| http::encode(text(item))).collect();
            vec![format!("{}={}", http::encode(name), items.join(between))]
        }
        (Value::Object(members), Style::Joined(between)) => {
            let members: Vec<String> =
                members.iter().flat_map(|(key, value)| [http::encode(key), http::encode(text(value))]).collect();
            vec![format!("{}={}", http::encode(name), members.join(between))]
        }
        (value, _) => vec![pair(name, value)],
    }
}

/// A value as text: a text without its quotes.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A value as text, a list with commas between.
fn joined(value: &Value) -> String {
    match value {
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(","),
        value => text(value),
    }
}

/// What the API answered.
fn answer(answer: http::Response) -> Result<Output> {
    let kind = answer.header("content-type").unwrap_or_default().to_ascii_lowercase();
    if !answer.is_success() {
        let said: String = answer.text().trim().chars().take(1_000).collect();
        let to = answer.header("location").map(|to| format!(" and leads to {to}")).unwrap_or_default();
        bail!("the API answered with status {}{to}: {said}", answer.status);
    }
    if answer.body.is_empty() {
        return Ok(Output::text(format!("done, with status {}", answer.status)));
    }
    if let Ok(value) = answer.json::<Value>() {
        return value.into_output();
    }
    if kind.starts_with("image/") {
        return Content::image(answer.body, kind).into_output();
    }
    match String::from_utf8(answer.body) {
        Ok(text) => Ok(Output::text(text)),
        Err(bytes) => Ok(Output::text(format!("{} bytes of {kind}, which are no text", bytes.as_bytes().len()))),
    }
}
