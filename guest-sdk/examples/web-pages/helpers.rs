/// Elements whose content is not the page's text.
const SKIPPED: &[&str] = &["script", "style", "noscript", "template", "svg", "nav", "footer", "form", "iframe", "head"];
/// Elements that begin a new paragraph.
const BLOCKS: &[&str] = &[
    "p", "div", "section", "article", "main", "header", "aside", "ul", "ol", "table", "tr", "pre", "blockquote", "dl",
    "dt", "dd", "figure", "figcaption", "hr",
];

#[derive(Default)]
struct Page {
    url: String,
    title: String,
    text: String,
    links: Vec<(String, String)>,
}

/// Fetches a page, following redirects within the allowed sites, and takes it apart.
fn fetch(address: &str) -> Result<Page> {
    let mut url = url::Url::parse(address).with_context(|| format!("{address:?} is no address"))?;
    for _ in 0..5 {
        let answer = http::get(url.as_str()).header("Accept", "text/html, text/plain;q=0.8").header("User-Agent", "cloche-web-pages").send()?;
        if let (300..=399, Some(location)) = (answer.status, answer.header("location")) {
            url = url.join(location)?;
            continue;
        }
        let answer = answer.ok().with_context(|| format!("{url} can't be read"))?;
        let kind = answer.header("content-type").unwrap_or("text/html").to_ascii_lowercase();
        if kind.starts_with("text/html") || kind.starts_with("application/xhtml") {
            return Ok(Page::parse(&url, &answer.text()));
        }
        ensure!(kind.starts_with("text/") || kind.contains("json"), "{url} is {kind}, not a page of text");
        return Ok(Page { url: url.to_string(), text: answer.text(), ..Page::default() });
    }
    bail!("{address} redirects more than five times")
}

impl Page {
    fn parse(base: &url::Url, html: &str) -> Self {
        let mut page = Self { url: base.to_string(), ..Self::default() };
        let mut rest = html;
        // What is being skipped or collected: the end tag that ends it.
        let mut skipped: Option<String> = None;
        let (mut in_title, mut preformatted) = (false, false);
        let mut link: Option<(String, usize)> = None;
        while let Some(start) = rest.find('<') {
            let text = unescape(&rest[..start]);
            if in_title {
                page.title.push_str(&text);
            } else if skipped.is_none() {
                page.add(&text, preformatted);
            }
            rest = &rest[start + 1..];
            if let Some(comment) = rest.strip_prefix("!--") {
                rest = comment.split_once("-->").map_or("", |(_, rest)| rest);
                continue;
            }
            let Some((tag, after)) = rest.split_once('>') else { break };
            rest = after;
            let (end, tag) = (tag.starts_with('/'), tag.trim_start_matches('/'));
            let name = tag.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default().to_ascii_lowercase();
            if name == "title" {
                in_title = !end && page.title.is_empty();
                continue;
            }
            if let Some(until) = &skipped {
                skipped = Some(until.clone()).filter(|until| !(end && *until == name));
                continue;
            }
            match name.as_str() {
                _ if SKIPPED.contains(&name.as_str()) && !end && !tag.ends_with('/') => skipped = Some(name),
                "a" if end => {
                    if let Some((address, from)) = link.take() {
                        let text = page.text.get(from..).unwrap_or_default().split_whitespace().collect::<Vec<_>>();
                        page.links.push((text.join(" "), address));
                    }
                }
                "a" => link = attribute(tag, "href").and_then(|to| Some((base.join(&to).ok()?.to_string(), page.text.len()))),
                "br" => page.text.push('\n'),
                "li" if !end => page.block("- "),
                "td" | "th" if end => page.text.push_str(" | "),
                "h1" | "h2" | "h3" | "h4" | "h5" | "h6" if !end => {
                    let level = name[1..].parse().unwrap_or(1);
                    page.block(&format!("{} ", "#".repeat(level)));
                }
                "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => page.block(""),
                _ if BLOCKS.contains(&name.as_str()) => {
                    page.block("");
                    preformatted = if name == "pre" { !end } else { preformatted };
                }
                _ => {}
            }
        }
        page.title = page.title.split_whitespace().collect::<Vec<_>>().join(" ");
        page.text = page.text.trim().to_owned();
        page
    }

    /// Adds text; runs of white space count as one space, except where they are part of it.
    fn add(&mut self, text: &str, preformatted: bool) {
        if preformatted {
            self.text.push_str(text);
            return;
        }
        if text.starts_with(|c: char| c.is_whitespace()) && !self.text.ends_with(char::is_whitespace) {
            self.text.push(' ');
        }
        self.text.push_str(&text.split_whitespace().collect::<Vec<_>>().join(" "));
        if text.ends_with(|c: char| c.is_whitespace()) && !self.text.ends_with(char::is_whitespace) {
            self.text.push(' ');
        }
    }

    /// Begins a paragraph with this mark.
    fn block(&mut self, mark: &str) {
        let end = self.text.trim_end().len();
        // A list item's own mark needs no second line.
        if self.text[..end].ends_with("\n-") || &self.text[..end] == "-" {
            return;
        }
        self.text.truncate(end);
        let last = self.text.rsplit('\n').next().unwrap_or_default();
        let list_goes_on = mark == "- " && last.starts_with(mark);
        if end > 0 {
            self.text.push_str(if list_goes_on { "\n" } else { "\n\n" });
        }
        self.text.push_str(mark);
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let pattern = regex_lite::Regex::new(r#"([A-Za-z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))"#).ok()?;
    let found = pattern.captures_iter(tag).find(|c| c[1].eq_ignore_ascii_case(name))?;
    found.get(2).or(found.get(3)).or(found.get(4)).map(|value| unescape(value.as_str()))
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

/// The character references that pages use most; the others stay as they are written.
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
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "lsquo" => '‘',
        "rsquo" => '’',
        "ldquo" => '“',
        "rdquo" => '”',
        "laquo" => '«',
        "raquo" => '»',
        "copy" => '©',
        "times" => '×',
        "middot" => '·',
        _ => return None,
    })
}
