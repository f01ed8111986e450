let mut body = json!({
    "query": args.query,
    "page_size": args.limit,
    "sort": { "direction": "descending", "timestamp": "last_edited_time" },
});
if args.kind != ArgsKind::Any {
    body["filter"] = json!({ "property": "object", "value": args.kind });
}
let answer = answer(request("POST", "search").json(&body)?)?;
let found = answer["results"].as_array().context("Notion's answer has no results")?;
let result = |object: &Value| {
    json!({
        "id": object["id"],
        "kind": object["object"],
        "title": title(object),
        "url": object["url"],
        "lastEdited": object["last_edited_time"],
    })
};
Ok(json!({ "results": found.iter().map(result).collect::<Vec<_>>(), "more": answer["has_more"] == true }))
