//! The parts of URLs that people choose.

use crate::words::word;

word!(
    /// The last part of a server's URL, or an organisation's part of it: 2 to 40 lower-case letters, digits and single
    /// hyphens, beginning with a letter.
    Slug, "slug", |text| {
        let shape = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let ends = text.starts_with(|c: char| c.is_ascii_lowercase()) && !text.ends_with('-') && !text.contains("--");
        if (2..=40).contains(&text.len()) && shape && ends {
            Ok(text.to_owned())
        } else {
            Err("must be 2 to 40 lower-case letters, digits and single hyphens, beginning with a letter")
        }
    }
);

impl Slug {
    /// The nearest slug to a title: `Acme, Inc.` becomes `acme-inc`. `fallback` where nothing is left.
    pub fn from_title(title: &str, fallback: &str) -> String {
        let mut slug = String::new();
        for c in title.chars() {
            if c.is_ascii_alphanumeric() {
                slug.push(c.to_ascii_lowercase());
            } else if !slug.ends_with('-') {
                slug.push('-');
            }
        }
        let slug = slug.trim_start_matches(|c: char| !c.is_ascii_lowercase());
        let slug = slug.get(..slug.len().min(32)).unwrap_or_default().trim_end_matches('-');
        if slug.len() < 2 { fallback.to_owned() } else { slug.to_owned() }
    }

    /// The slug `start` and others like it: `weather`, `weather-2`, `weather-3` …
    pub fn numbered(start: &str) -> impl Iterator<Item = Self> {
        // Room for the number.
        let start = start.get(..start.len().min(36)).unwrap_or_default().trim_end_matches('-').to_owned();
        let numbers = std::iter::once(String::new()).chain((2..1_000).map(|n| format!("-{n}")));
        numbers.filter_map(move |number| format!("{start}{number}").parse().ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_parts_of_a_url() {
        for good in ["ab", "weather-2", "a1"] {
            assert!(good.parse::<Slug>().is_ok(), "{good}");
        }
        for bad in ["", "a", "-ab", "ab-", "a--b", "Ab", "1ab", "a_b", "é-b", &"a".repeat(41)] {
            assert!(bad.parse::<Slug>().is_err(), "{bad}");
        }
        assert_eq!(Slug::from_title("Acme, Inc.", "org"), "acme-inc");
        assert_eq!(Slug::from_title("漢字", "org"), "org");
        assert_eq!(Slug::from_title("42", "org"), "org");
        let numbered: Vec<_> = Slug::numbered("weather").take(3).map(|slug| slug.to_string()).collect();
        assert_eq!(numbered, ["weather", "weather-2", "weather-3"]);
        assert_eq!(Slug::numbered(&format!("{}-b", "a".repeat(38))).nth(998).unwrap().to_string().len(), 40);
    }
}
