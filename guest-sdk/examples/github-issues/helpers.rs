fn request(method: &str, path: &str) -> http::Request {
    http::Request::new(method, format!("https://api.github.com/{path}"))
        .header("Accept", "application/vnd.github+json")
        .header("Authorization", "Bearer {GITHUB_TOKEN}")
        .header("User-Agent", "cloche-github-issues")
        .header("X-GitHub-Api-Version", "2022-11-28")
}

/// Sends it; an error status becomes an error that says what to do.
fn answer(request: http::Request) -> Result<Value> {
    read(request.send()?)
}

fn read(answer: http::Response) -> Result<Value> {
    if answer.is_success() {
        return answer.json();
    }
    let body: Value = answer.json().unwrap_or_default();
    let why = body["message"].as_str().unwrap_or("no reason given");
    match answer.status {
        401 => bail!("GitHub does not accept the token ({why}): set GITHUB_TOKEN anew"),
        403 | 429 if answer.header("x-ratelimit-remaining") == Some("0") => {
            bail!("GitHub's rate limit is used up ({why}): try again later")
        }
        403 => bail!("the token may not do this ({why}): give it access to this repository's issues"),
        404 => bail!("there is no such repository or issue, or the token may not see it"),
        410 => bail!("this repository has its issues turned off, or the issue was deleted"),
        422 => bail!("GitHub refuses the request: {why}: {}", body["errors"]),
        status => bail!("GitHub answered with status {status}: {why}"),
    }
}

/// What matters of an issue in a list.
fn brief(issue: &Value) -> Value {
    let names = |list: &str, key: &str| -> Vec<Value> {
        issue[list].as_array().into_iter().flatten().map(|item| item[key].clone()).collect()
    };
    json!({
        "number": issue["number"],
        "title": issue["title"],
        "state": issue["state"],
        "author": issue["user"]["login"],
        "labels": names("labels", "name"),
        "assignees": names("assignees", "login"),
        "comments": issue["comments"],
        "createdAt": issue["created_at"],
        "updatedAt": issue["updated_at"],
        "url": issue["html_url"],
    })
}
