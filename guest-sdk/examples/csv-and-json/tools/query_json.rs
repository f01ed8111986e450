let document: Value = serde_json::from_str(&args.json).context("the text is no JSON")?;
let mut found = vec![&document];
let step = regex_lite::Regex::new(r"^(?:\.?([^.\[\]]+)|\[(\d+|\*)\])")?;
let mut rest = args.path.trim().trim_start_matches('$');
while !rest.is_empty() {
    let captures = step.captures(rest).with_context(|| format!("the path can't be read from {rest:?} on"))?;
    rest = &rest[captures[0].len()..];
    found = match (captures.get(1), captures.get(2).map(|index| index.as_str())) {
        (Some(key), _) => found.iter().filter_map(|value| value.get(key.as_str())).collect(),
        (_, Some("*")) => found
            .iter()
            .flat_map(|value| match value {
                Value::Array(items) => items.iter().collect(),
                Value::Object(map) => map.values().collect(),
                _ => Vec::new(),
            })
            .collect(),
        (_, index) => {
            let index: usize = index.unwrap_or_default().parse()?;
            found.iter().filter_map(|value| value.get(index)).collect()
        }
    };
}
ensure!(!found.is_empty(), "nothing in the document is at {:?}", args.path);
Ok(json!({ "count": found.len(), "values": found }))
