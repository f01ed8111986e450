let path = format!("repos/{}/issues/{}", args.repository, args.number);
let mut requests = vec![request("GET", &path)];
if args.comments > 0 {
    requests.push(request("GET", &format!("{path}/comments")).query("per_page", args.comments));
}
let mut answers = http::send_all(requests).into_iter();
let issue = read(answers.next().context("no answer")??)?;
let comments = answers.next().transpose()?.map(read).transpose()?.unwrap_or_default();
let comment = |comment: &Value| {
    json!({ "author": comment["user"]["login"], "createdAt": comment["created_at"], "body": comment["body"] })
};
let mut full = brief(&issue);
full["body"] = issue["body"].clone();
full["commentTexts"] = comments.as_array().into_iter().flatten().map(comment).collect();
Ok(full)
