//! What a search looks through, and what is looked for: words in lower case, without accents.

use cloche_domain::spec::ServerSpec;
use cloche_domain::template::Listing;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Words of a search that count.
const MOST: usize = 8;

/// The words of a text.
pub(super) fn words(text: &str) -> Vec<String> {
    let folded: String = text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect();
    folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// The words that are looked for.
pub(super) fn sought(query: &str) -> Vec<String> {
    let mut words = words(query);
    words.truncate(MOST);
    words
}

/// The words by which a template is found: its owner's, and those of its tools and hosts.
pub(super) fn text(listing: &Listing, spec: &ServerSpec) -> String {
    let mut all =
        vec![listing.title.as_str(), &listing.short_description, &listing.long_description, listing.category.as_str()];
    all.extend([spec.name.as_str(), spec.description.as_str()]);
    for tool in &spec.tools {
        all.extend([tool.name.as_str(), tool.description.as_str()]);
        all.extend(tool.title.as_deref());
    }
    let hosts: Vec<String> = spec.allowed_hosts.iter().map(ToString::to_string).collect();
    all.extend(hosts.iter().map(String::as_str));
    words(&all.join(" ")).join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_however_they_are_written() {
        assert_eq!(words("Créer_issues, in GitHub!"), ["creer", "issues", "in", "github"]);
        assert_eq!(words("天気 ﬁle"), ["天気", "file"]);
        assert_eq!(words("\"*' OR & | !"), ["or"]);
        assert_eq!(sought(&"a ".repeat(20)).len(), MOST);
    }
}
