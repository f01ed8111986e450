Ok(json!({ "feeds": FEEDS.iter().map(|(name, url)| json!({ "name": name, "url": url })).collect::<Vec<_>>() }))
