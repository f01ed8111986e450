let table = Table::parse(&args.csv, args.delimiter.and_then(|d| d.chars().next()))?;
let object = |row: &Vec<String>| -> Value {
    table.columns.iter().cloned().zip(row.iter().map(|field| value(field))).collect::<Map<_, _>>().into()
};
let rows: Vec<Value> = table.rows.iter().map(object).collect();
Ok(json!({ "count": rows.len(), "rows": rows }))
