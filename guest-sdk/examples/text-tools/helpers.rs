use std::collections::HashMap;

/// The words of a name or a text: `parseHTTPRequest` is `parse`, `HTTP`, `Request`.
fn words(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut words = vec![String::new()];
    for (i, c) in chars.iter().enumerate() {
        let before = i.checked_sub(1).map(|i| chars[i]);
        let ends_lower = before.is_some_and(|b| b.is_lowercase() || b.is_numeric()) && c.is_uppercase();
        let ends_capitals = before.is_some_and(|b| b.is_uppercase())
            && c.is_uppercase()
            && chars.get(i + 1).is_some_and(|n| n.is_lowercase());
        if !c.is_alphanumeric() || ends_lower || ends_capitals {
            words.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.push(*c);
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn capitalized(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars.flat_map(char::to_lowercase)).collect())
}

fn pattern(text: &str) -> Result<regex_lite::Regex> {
    regex_lite::Regex::new(text).with_context(|| format!("{text:?} is no regular expression"))
}
