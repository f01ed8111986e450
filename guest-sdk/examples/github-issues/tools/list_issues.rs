// The list holds pull requests too: ask for more than is wanted.
let mut request = request("GET", &format!("repos/{}/issues", args.repository))
    .query("state", args.state)
    .query("sort", "created")
    .query("per_page", 100);
if let Some(labels) = &args.labels {
    request = request.query("labels", labels.join(","));
}
if let Some(assignee) = &args.assignee {
    request = request.query("assignee", assignee);
}
let answer = answer(request)?;
let all = answer.as_array().context("GitHub's answer is no list")?;
let issues = all.iter().filter(|issue| issue.get("pull_request").is_none());
let issues: Vec<Value> = issues.take(usize::try_from(args.limit)?).map(brief).collect();
Ok(json!({ "repository": args.repository, "count": issues.len(), "issues": issues }))
