let mut query = format!("{} is:issue", args.query.trim());
if let Some(repository) = &args.repository {
    query = format!("{query} repo:{repository}");
}
let answer = answer(request("GET", "search/issues").query("q", query).query("per_page", args.limit))?;
let found = answer["items"].as_array().context("GitHub's answer has no items")?;
let issues: Vec<Value> = found
    .iter()
    .map(|issue| {
        let mut brief = brief(issue);
        // https://api.github.com/repos/owner/name
        let repository = issue["repository_url"].as_str().and_then(|url| url.split("/repos/").nth(1));
        brief["repository"] = json!(repository);
        brief
    })
    .collect();
Ok(json!({ "total": answer["total_count"], "issues": issues }))
