//! Texts of a document as people and models read them: one line, no markup, nothing hidden, not long.

use cloche_domain::hidden_text::is_hidden;

/// A text on one line, without hidden characters, tags and Markdown's marks, of `most` bytes at most.
pub(crate) fn plain(text: &str, most: usize) -> String {
    // What is cut off later need not be cleaned: documents have texts of any length.
    let text = head(text, most.saturating_mul(8).max(1_000));
    let text = without_links(&without_tags(text));
    let mut clean = String::new();
    for line in text.lines() {
        let line = line.trim().trim_start_matches(['#', '>', '*']).trim_start();
        // Rulers, fences and tables' rules say nothing.
        if line.starts_with("```") || line.chars().all(|c| matches!(c, '-' | '=' | '|' | ':' | ' ' | '_')) {
            continue;
        }
        clean.push(' ');
        clean.extend(line.chars().filter(|&c| !is_hidden(c) || c.is_whitespace()));
    }
    let words: Vec<&str> = clean.split_whitespace().collect();
    cut(&words.join(" ").replace("**", "").replace("__", ""), most)
}

/// The text, or its beginning with `…`, in `most` bytes.
pub(crate) fn cut(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let room = head(text, most.saturating_sub('…'.len_utf8()));
    // At the end of a word, if there is one near.
    let end = room.rfind(' ').filter(|&end| end > room.len() / 2).unwrap_or(room.len());
    format!("{}…", room[..end].trim_end_matches([' ', ',', ';', ':']))
}

/// The first bytes of a text, up to a whole character.
pub(crate) fn head(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

/// HTML's tags taken out. A `<` that begins no tag stays.
fn without_tags(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        clean.push_str(before);
        let is_tag = after.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!');
        let end = after.find('>').filter(|&end| is_tag && end < 500 && !after[..end].contains('\n'));
        if let Some(end) = end {
            // Paragraphs and breaks part words; links and emphasis don't.
            let name = after[..end].trim_start_matches('/').to_ascii_lowercase();
            if ["p", "br", "li", "ul", "ol", "div", "td", "tr", "h"].iter().any(|tag| name.starts_with(tag)) {
                clean.push(' ');
            }
            rest = &after[end + 1..];
        } else {
            clean.push('<');
            rest = after;
        }
    }
    clean + rest
}

/// `[words](target)` as `words`.
fn without_links(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(end) = rest.find("](") {
        let (before, after) = (&rest[..end], &rest[end + 2..]);
        let (Some(start), Some(close)) = (before.rfind('['), after.find(')').filter(|&close| close < 2_000)) else {
            clean.push_str(&rest[..end + 2]);
            rest = after;
            continue;
        };
        clean.push_str(before[..start].trim_end_matches('!'));
        clean.push_str(&before[start + 1..]);
        rest = &after[close + 1..];
    }
    clean + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_goes_and_words_stay() {
        for (written, read) in [
            ("<p>Lists a <code>Charge</code>.</p><p>More</p>", "Lists a Charge. More"),
            (
                "# Title\n\n**Note:** see [the guide](https://x.example/a) and ![i](b)",
                "Title Note: see the guide and i",
            ),
            ("a < b and c > d, 1<2", "a < b and c > d, 1<2"),
            ("```json\n{}\n```\n---\nend", "{} end"),
            ("tabs\tand\r\nlines", "tabs and lines"),
            ("hid\u{200B}den \u{202E}txet\u{0} \u{1b}[31m", "hidden txet [31m"),
            ("](", "]("),
            ("[a](", "[a]("),
            ("<", "<"),
        ] {
            assert_eq!(plain(written, 200), read, "{written:?}");
        }
    }

    #[test]
    fn long_texts_end_at_a_word() {
        assert_eq!(plain("one two three four", 14), "one two…");
        assert_eq!(plain(&"ü".repeat(100), 10), "üüü…");
        assert!(plain(&"[".repeat(1 << 20), 50).len() <= 50);
        assert!(plain(&"](".repeat(1 << 20), 50).len() <= 50);
        assert!(plain(&"<a".repeat(1 << 20), 50).len() <= 50);
    }
}
