let (from, to) = (find_unit(&args.from)?, find_unit(&args.to)?);
ensure!(from.kind == to.kind, "{} is a unit of {}, {} one of {}", from.symbol, from.kind, to.symbol, to.kind);
let base = (args.value + from.offset) * from.factor;
ensure!(
    from.kind != "temperature" || base >= -1e-9,
    "{} {} is below absolute zero",
    args.value,
    from.symbol
);
let value = rounded(base / to.factor - to.offset);
Ok(json!({
    "value": value,
    "unit": to.symbol,
    "kind": to.kind,
    "text": format!("{} {} = {value} {}", args.value, from.symbol, to.symbol),
}))
