let table = Table::parse(&args.csv, None)?;
let summary = |at: usize, name: &String| {
    let fields: Vec<&str> = table.rows.iter().map(|row| row[at].trim()).filter(|field| !field.is_empty()).collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for field in &fields {
        *counts.entry(field).or_default() += 1;
    }
    let mut column = json!({ "name": name, "filled": fields.len(), "distinct": counts.len() });
    let numbers: Vec<f64> = fields.iter().filter_map(|field| number(field)).collect();
    if !numbers.is_empty() && numbers.len() == fields.len() {
        let sum: f64 = numbers.iter().sum();
        column["minimum"] = json!(numbers.iter().copied().fold(f64::INFINITY, f64::min));
        column["maximum"] = json!(numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max));
        column["mean"] = json!(sum / numbers.len() as f64);
        column["sum"] = json!(sum);
    } else {
        let mut frequent: Vec<_> = counts.into_iter().collect();
        frequent.sort_by(|a, b| b.1.cmp(&a.1));
        frequent.truncate(5);
        column["frequent"] = frequent.iter().map(|(value, count)| json!({ "value": value, "count": count })).collect();
    }
    column
};
let columns: Vec<Value> = table.columns.iter().enumerate().map(|(at, name)| summary(at, name)).collect();
Ok(json!({ "rows": table.rows.len(), "columns": columns }))
