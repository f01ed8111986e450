let pattern = pattern(&args.pattern)?;
let limit = usize::try_from(args.limit)?;
let mut found = Vec::new();
let (mut line, mut line_start, mut seen) = (1, 0, 0);
for captures in pattern.captures_iter(&args.text).take(limit) {
    let whole = captures.get(0).context("a match without text")?;
    for (at, _) in args.text[seen..whole.start()].match_indices('\n') {
        line += 1;
        line_start = seen + at + 1;
    }
    seen = whole.start();
    let groups: Vec<Option<&str>> = captures.iter().skip(1).map(|group| group.map(|g| g.as_str())).collect();
    found.push(json!({
        "match": whole.as_str(),
        "line": line,
        "column": args.text[line_start..whole.start()].chars().count() + 1,
        "groups": groups,
    }));
}
Ok(json!({ "count": found.len(), "complete": found.len() < limit, "matches": found }))
