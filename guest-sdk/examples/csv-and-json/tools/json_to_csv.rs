let columns = args.columns.unwrap_or_else(|| {
    let mut columns: Vec<String> = Vec::new();
    for key in args.rows.iter().flat_map(|row| row.keys()) {
        if !columns.contains(key) {
            columns.push(key.clone());
        }
    }
    columns
});
let field = |row: &Map<String, Value>, column: &String| match row.get(column) {
    None | Some(Value::Null) => String::new(),
    Some(Value::String(text)) => text.clone(),
    Some(other) => other.to_string(),
};
Table::write(&columns, args.rows.iter().map(|row| columns.iter().map(|column| field(row, column)).collect()))
