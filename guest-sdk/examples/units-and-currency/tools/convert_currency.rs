let from = args.from.to_uppercase();
// The service answers nothing for a currency in itself.
let (same, others): (Vec<String>, Vec<String>) =
    args.to.iter().map(|code| code.to_uppercase()).partition(|code| *code == from);
let mut results: Vec<Value> =
    same.iter().map(|code| json!({ "currency": code, "rate": 1.0, "amount": args.amount })).collect();
let mut date = args.date.clone().unwrap_or_else(|| time::now().date_naive().to_string());
if !others.is_empty() {
    let answer = rates(args.date.as_deref().unwrap_or("latest"), &from, &others)?;
    date = answer["date"].as_str().context("the answer has no date")?.to_owned();
    for code in &others {
        let rate = answer["rates"][code].as_f64().with_context(|| format!("there is no rate from {from} to {code}"))?;
        results.push(json!({ "currency": code, "rate": rate, "amount": rounded(args.amount * rate) }));
    }
}
Ok(json!({ "amount": args.amount, "from": from, "date": date, "results": results }))
