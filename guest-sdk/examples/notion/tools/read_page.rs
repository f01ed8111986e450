let id = id(&args.page)?;
let page = answer(request("GET", &format!("pages/{id}")))?;
let mut most = 25;
let blocks = children(&id, &mut most)?;
let text = markdown(&blocks, 0, &mut most)?;
Ok(json!({
    "title": title(&page),
    "url": page["url"],
    "lastEdited": page["last_edited_time"],
    "properties": properties(&page),
    "markdown": text,
    "complete": most > 0,
}))
