let words: Vec<String> = args.query.to_lowercase().split_whitespace().map(str::to_owned).collect();
let requests = FEEDS.iter().map(|(_, url)| request(url)).collect();
let (mut found, mut failed) = (Vec::new(), Vec::new());
for ((name, _), answer) in FEEDS.iter().zip(http::send_all(requests)) {
    match answer.and_then(http::Response::ok).and_then(|answer| entries(&answer.text())) {
        Ok(entries) => found.extend(entries.into_iter().map(|entry| (*name, entry))),
        Err(error) => failed.push(json!({ "feed": name, "error": error.to_string() })),
    }
}
ensure!(failed.len() < FEEDS.len(), "no feed can be read: {}", failed[0]["error"]);
found.retain(|(_, entry)| {
    let text = format!("{} {}", entry.title, entry.summary).to_lowercase();
    words.iter().all(|word| text.contains(word))
});
found.sort_by(|(_, a), (_, b)| b.published.cmp(&a.published));
found.truncate(usize::try_from(args.limit)?);
let entry = |(feed, entry): &(&str, Entry)| {
    let mut json = entry.json();
    json["feed"] = json!(feed);
    json
};
Ok(json!({ "entries": found.iter().map(entry).collect::<Vec<_>>(), "failed": failed }))
