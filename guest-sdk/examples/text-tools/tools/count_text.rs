let text = args.text.as_str();
let mut counts: HashMap<String, usize> = HashMap::new();
let mut words = 0;
for word in text.split(|c: char| !(c.is_alphanumeric() || c == '\'' || c == '’' || c == '-')) {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    if !word.is_empty() {
        words += 1;
        *counts.entry(word.to_lowercase()).or_default() += 1;
    }
}
let mut frequent: Vec<(String, usize)> = counts.into_iter().collect();
frequent.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
frequent.truncate(usize::try_from(args.top)?);
let sentences = pattern(r"[.!?…]+(\s|$)")?.find_iter(text).count();
Ok(json!({
    "characters": text.chars().count(),
    "bytes": text.len(),
    "words": words,
    "lines": text.lines().count(),
    "sentences": if words > 0 { sentences.max(1) } else { 0 },
    "frequent": frequent.iter().map(|(word, count)| json!({ "word": word, "count": count })).collect::<Vec<_>>(),
}))
