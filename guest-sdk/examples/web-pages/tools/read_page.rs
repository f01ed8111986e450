let page = fetch(&args.url)?;
let (offset, length) = (usize::try_from(args.offset)?, usize::try_from(args.length)?);
let total = page.text.chars().count();
ensure!(offset == 0 || offset < total, "the page has {total} characters: there is nothing at {offset}");
let text: String = page.text.chars().skip(offset).take(length).collect();
Ok(json!({
    "url": page.url,
    "title": page.title,
    "text": text,
    "nextOffset": (offset + length < total).then_some(offset + length),
    "totalCharacters": total,
}))
