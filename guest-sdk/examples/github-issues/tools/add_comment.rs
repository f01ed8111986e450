let path = format!("repos/{}/issues/{}/comments", args.repository, args.number);
let comment = answer(request("POST", &path).json(&json!({ "body": args.body }))?)?;
Ok(json!({ "id": comment["id"], "url": comment["html_url"] }))
