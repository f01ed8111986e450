let mut kinds = Map::new();
for unit in UNITS {
    let symbols = kinds.entry(unit.kind).or_insert_with(|| json!([]));
    if let Value::Array(symbols) = symbols {
        symbols.push(json!(unit.symbol));
    }
}
Ok(kinds)
