let mut body = json!({
    "page_size": args.limit,
    "sorts": [{ "timestamp": "last_edited_time", "direction": "descending" }],
});
if let Some(contains) = &args.contains {
    body["filter"] = json!({ "property": contains.property, "rich_text": { "contains": contains.text } });
}
let path = format!("databases/{}/query", id(&args.database)?);
let answer = answer(request("POST", &path).json(&body)?)?;
let rows = answer["results"].as_array().context("Notion's answer has no results")?;
let row = |row: &Value| json!({ "id": row["id"], "title": title(row), "url": row["url"], "properties": properties(row) });
Ok(json!({ "rows": rows.iter().map(row).collect::<Vec<_>>(), "more": answer["has_more"] == true }))
