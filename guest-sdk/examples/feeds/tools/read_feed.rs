let name = args.feed.as_str();
let (_, url) = FEEDS.iter().find(|(known, _)| *known == name).context("no such feed")?;
let mut entries = entries(&request(url).send()?.ok()?.text())?;
if let Some(hours) = args.since_hours {
    let oldest = time::now() - chrono::Duration::hours(hours);
    entries.retain(|entry| entry.published.is_some_and(|at| at >= oldest));
}
entries.truncate(usize::try_from(args.limit)?);
Ok(json!({ "feed": name, "entries": entries.iter().map(Entry::json).collect::<Vec<_>>() }))
