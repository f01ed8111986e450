let today = time::now().date_naive();
let first = today - chrono::Duration::days(args.days);
let code = args.to.to_uppercase();
ensure!(code != args.from.to_uppercase(), "{code} in {code} is always 1");
let answer = rates(&format!("{first}..{today}"), &args.from, &[code.clone()])?;
let days = answer["rates"].as_object().context("the answer has no rates")?;
let rates: Vec<(&String, f64)> = days.iter().filter_map(|(day, r)| Some((day, r[&code].as_f64()?))).collect();
let (Some((_, start)), Some((_, end))) = (rates.first(), rates.last()) else {
    bail!("there are no rates of {code} since {first}");
};
let extreme = |better: fn(f64, f64) -> bool| {
    let found = rates.iter().copied().reduce(|best, next| if better(next.1, best.1) { next } else { best });
    found.map(|(day, rate)| json!({ "date": day, "rate": rate }))
};
Ok(json!({
    "from": args.from.to_uppercase(),
    "to": code,
    "low": extreme(|a, b| a < b),
    "high": extreme(|a, b| a > b),
    "changePercent": ((end / start - 1.0) * 10_000.0).round() / 100.0,
    "rates": rates.iter().map(|(day, rate)| json!({ "date": day, "rate": rate })).collect::<Vec<_>>(),
}))
