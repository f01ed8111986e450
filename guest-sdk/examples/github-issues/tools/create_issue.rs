let body = json!({ "title": args.title, "body": args.body, "labels": args.labels.unwrap_or_default() });
let issue = answer(request("POST", &format!("repos/{}/issues", args.repository)).json(&body)?)?;
Ok(json!({ "number": issue["number"], "url": issue["html_url"] }))
