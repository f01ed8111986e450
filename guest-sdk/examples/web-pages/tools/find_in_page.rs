let page = fetch(&args.url)?;
let wanted = args.text.to_lowercase();
let mut heading = "";
let mut found = Vec::new();
let mut count = 0;
for paragraph in page.text.split('\n').map(str::trim).filter(|paragraph| !paragraph.is_empty()) {
    if paragraph.starts_with('#') {
        heading = paragraph.trim_start_matches('#').trim();
    }
    if paragraph.to_lowercase().contains(&wanted) {
        count += 1;
        if found.len() < usize::try_from(args.limit)? {
            found.push(json!({ "under": heading, "text": paragraph }));
        }
    }
}
Ok(json!({ "url": page.url, "title": page.title, "count": count, "paragraphs": found }))
