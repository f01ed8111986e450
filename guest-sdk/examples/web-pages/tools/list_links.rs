let page = fetch(&args.url)?;
let wanted = args.contains.to_lowercase();
let mut seen = std::collections::HashSet::new();
let links: Vec<Value> = page
    .links
    .iter()
    .filter(|(text, url)| url.starts_with("http") && format!("{text} {url}").to_lowercase().contains(&wanted))
    .filter(|(_, url)| seen.insert(url.as_str()))
    .map(|(text, url)| json!({ "text": text, "url": url }))
    .collect();
let shown = &links[..links.len().min(usize::try_from(args.limit)?)];
Ok(json!({ "url": page.url, "total": links.len(), "links": shown }))
