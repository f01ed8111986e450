//! Characters that a reader doesn't see but a model or a terminal does: they may hide instructions, or show text in
//! another order than it has (Unicode TR36 §3, CVE-2021-42574).

use serde_json::Value;

/// A hidden character, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hidden {
    /// JSON pointer (RFC 6901) of the text.
    pub pointer: String,
    pub character: char,
}

/// The first hidden character in a JSON document's texts and names.
pub fn find(value: &Value) -> Option<Hidden> {
    look(value, &mut String::new())
}

fn look(value: &Value, pointer: &mut String) -> Option<Hidden> {
    match value {
        Value::String(text) => hidden_in(text).map(|character| Hidden { pointer: pointer.clone(), character }),
        Value::Array(items) => items.iter().enumerate().find_map(|(i, item)| look_below(item, pointer, &i.to_string())),
        Value::Object(map) => map.iter().find_map(|(name, item)| {
            let named = hidden_in(name).map(|character| Hidden { pointer: pointer.clone(), character });
            named.or_else(|| look_below(item, pointer, &name.replace('~', "~0").replace('/', "~1")))
        }),
        _ => None,
    }
}

fn look_below(value: &Value, pointer: &mut String, name: &str) -> Option<Hidden> {
    let length = pointer.len();
    pointer.push('/');
    pointer.push_str(name);
    let found = look(value, pointer);
    pointer.truncate(length);
    found
}

fn hidden_in(text: &str) -> Option<char> {
    if text.is_ascii() {
        return text.chars().find(|&c| is_hidden(c));
    }
    let chars: Vec<char> = text.chars().collect();
    let beside = |at: Option<usize>| at.and_then(|i| chars.get(i)).copied().unwrap_or(' ');
    chars.iter().enumerate().find_map(|(i, &c)| {
        let (before, after) = (beside(i.checked_sub(1)), beside(i.checked_add(1)));
        let hidden = match c {
            // Joiners make one emoji of several and belong to the spelling of some scripts; nowhere else.
            '\u{200C}' | '\u{200D}' => {
                before.is_ascii() || is_hidden(before) && before != '\u{FE0F}' || after.is_ascii() || is_hidden(after)
            }
            // Asks for the colourful form of the character before it.
            '\u{FE0F}' => before.is_whitespace() || is_hidden(before),
            _ => is_hidden(c),
        };
        hidden.then_some(c)
    })
}

/// Whether a reader doesn't see a character, or sees others in another order for it; line breaks and tabs aside.
pub fn is_hidden(c: char) -> bool {
    let control = c.is_control() && !matches!(c, '\n' | '\t' | '\r');
    control
        || matches!(c,
            '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}'
            | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn hidden_characters_are_found_where_they_stand() {
        for (text, character) in [
            ("pay\u{202E}load", '\u{202E}'),
            ("a\u{200B}b", '\u{200B}'),
            ("tag\u{E0041}", '\u{E0041}'),
            ("\u{FEFF}bom", '\u{FEFF}'),
            ("bell\u{7}", '\u{7}'),
            ("a\u{200D}b", '\u{200D}'),
            ("a\u{FE0F}\u{FE0F}", '\u{FE0F}'),
            ("é\u{200D}\u{200D}é", '\u{200D}'),
            ("nul\0", '\0'),
        ] {
            let found = find(&json!({"tools": [{"a/b": text}]}));
            assert_eq!(found, Some(Hidden { pointer: "/tools/0/a~1b".into(), character }), "{text:?}");
        }
        assert_eq!(find(&json!({"x": {"k\u{200B}": 1}})).unwrap().pointer, "/x");
    }

    #[test]
    fn what_people_write_is_not_hidden() {
        for text in ["plain\n\ttext\r\n", "naïve 漢字", "⚠️ care", "👩‍💻 codes", "🏳️‍🌈", "می‌خواهم", "1️⃣"]
        {
            assert_eq!(find(&json!([text])), None, "{text:?}");
        }
    }
}
