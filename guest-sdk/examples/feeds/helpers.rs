use chrono::{DateTime, Utc};

const FEEDS: &[(&str, &str)] = &[
    ("hacker-news", "https://news.ycombinator.com/rss"),
    ("rust-blog", "https://blog.rust-lang.org/feed.xml"),
    ("github-blog", "https://github.blog/feed/"),
    ("bbc-world", "https://feeds.bbci.co.uk/news/world/rss.xml"),
    ("nasa", "https://www.nasa.gov/feed/"),
];

#[derive(Default, Clone)]
struct Entry {
    title: String,
    link: String,
    published: Option<DateTime<Utc>>,
    summary: String,
}

impl Entry {
    fn json(&self) -> Value {
        let published = self.published.map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true));
        json!({ "title": self.title, "link": self.link, "published": published, "summary": self.summary })
    }
}

fn request(url: &str) -> http::Request {
    http::get(url)
        .header("Accept", "application/rss+xml, application/atom+xml, application/xml;q=0.9")
        .header("User-Agent", "cloche-feeds")
}

/// The entries of an RSS 2.0, RSS 1.0 or Atom document, in its order.
fn entries(xml: &str) -> Result<Vec<Entry>> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut path: Vec<String> = Vec::new();
    let (mut inside, mut is_feed) = (None, false);
    for token in Tokens(xml) {
        match token {
            Token::Open { name, attributes, empty } => {
                is_feed |= matches!(name, "rss" | "feed" | "RDF");
                if matches!(name, "item" | "entry") && inside.is_none() {
                    inside = Some(path.len());
                    entries.push(Entry::default());
                }
                // Atom names the link in an attribute; the entry's own page is the one without another relation.
                if let (Some(_), "link", Some(entry)) = (inside, name, entries.last_mut())
                    && let Some(href) = attribute(attributes, "href")
                    && matches!(attribute(attributes, "rel").as_deref(), None | Some("alternate"))
                {
                    entry.link = href;
                }
                if !empty {
                    path.push(name.to_owned());
                }
            }
            Token::Close(name) => {
                if let Some(at) = path.iter().rposition(|open| open == name) {
                    path.truncate(at);
                }
                inside = inside.filter(|at| path.len() > *at);
            }
            Token::Text(text) => {
                let (Some(at), Some(entry)) = (inside, entries.last_mut()) else { continue };
                match path.get(at + 1).map(String::as_str) {
                    Some("title") => entry.title.push_str(&text),
                    Some("link" | "id" | "guid") if entry.link.is_empty() => entry.link = text.trim().to_owned(),
                    Some("link") if !text.trim().is_empty() => entry.link = text.trim().to_owned(),
                    Some("pubDate" | "published" | "date") => entry.published = date(&text).or(entry.published),
                    Some("updated") => entry.published = entry.published.or_else(|| date(&text)),
                    Some("description" | "summary") => entry.summary.push_str(&text),
                    Some("content" | "encoded") if entry.summary.is_empty() => entry.summary.push_str(&text),
                    _ => {}
                }
            }
        }
    }
    ensure!(is_feed, "the answer is neither RSS nor Atom");
    for entry in &mut entries {
        // A title is text; `<` in it is no markup.
        entry.title = line(&entry.title, 300);
        entry.summary = line(&without_markup(&entry.summary), 500);
    }
    Ok(entries)
}

fn date(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    let date = DateTime::parse_from_rfc3339(text).or_else(|_| DateTime::parse_from_rfc2822(text));
    date.ok().map(|date| date.with_timezone(&Utc))
}

enum Token<'a> {
    Open { name: &'a str, attributes: &'a str, empty: bool },
    Close(&'a str),
    Text(String),
}

/// XML read forward, as far as feeds need it: names without their prefix, texts and CDATA, no declarations.
struct Tokens<'a>(&'a str);

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let rest = self.0;
            if rest.is_empty() {
                return None;
            }
            if let Some(rest) = rest.strip_prefix("<![CDATA[") {
                let (text, rest) = rest.split_once("]]>").unwrap_or((rest, ""));
                self.0 = rest;
                return Some(Token::Text(text.to_owned()));
            }
            if let Some(rest) = rest.strip_prefix("<!--") {
                self.0 = rest.split_once("-->").map_or("", |(_, rest)| rest);
                continue;
            }
            let Some(tag) = rest.strip_prefix('<') else {
                let end = rest.find('<').unwrap_or(rest.len());
                self.0 = &rest[end..];
                return Some(Token::Text(unescape(&rest[..end])));
            };
            let (tag, rest) = tag.split_once('>').unwrap_or((tag, ""));
            self.0 = rest;
            if tag.starts_with(['?', '!']) {
                continue;
            }
            let local = |name: &'a str| name.trim().rsplit(':').next().unwrap_or_default();
            if let Some(name) = tag.strip_prefix('/') {
                return Some(Token::Close(local(name)));
            }
            let empty = tag.ends_with('/');
            let tag = tag.trim_end_matches('/');
            let (name, attributes) = tag.split_once(|c: char| c.is_whitespace()).unwrap_or((tag, ""));
            return Some(Token::Open { name: local(name), attributes, empty });
        }
    }
}

fn attribute(attributes: &str, name: &str) -> Option<String> {
    let pattern = regex_lite::Regex::new(r#"([\w:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')"#).ok()?;
    let found = pattern.captures_iter(attributes).find(|c| &c[1] == name)?;
    found.get(2).or(found.get(3)).map(|value| unescape(value.as_str()))
}

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let known = after.find(';').filter(|end| *end <= 8).and_then(|end| Some((entity(&after[..end])?, &after[end + 1..])));
        let (c, after) = known.unwrap_or(('&', after));
        out.push(c);
        rest = after;
    }
    out + rest
}

fn entity(name: &str) -> Option<char> {
    if let Some(hex) = name.strip_prefix("#x").or_else(|| name.strip_prefix("#X")) {
        return char::from_u32(u32::from_str_radix(hex, 16).ok()?);
    }
    if let Some(decimal) = name.strip_prefix('#') {
        return char::from_u32(decimal.parse().ok()?);
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        _ => return None,
    })
}

/// The text of HTML.
fn without_markup(html: &str) -> String {
    let text: String = Tokens(html)
        .map(|token| match token {
            Token::Text(text) => text,
            _ => " ".to_owned(),
        })
        .collect();
    unescape(&text)
}

/// In one line, cut to `most` characters.
fn line(text: &str, most: usize) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
