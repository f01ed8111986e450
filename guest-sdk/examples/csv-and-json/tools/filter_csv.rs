let mut table = Table::parse(&args.csv, None)?;
for condition in args.r#where.unwrap_or_default() {
    let at = table.column(&condition.column)?;
    let wanted = condition.value.as_str();
    table.rows.retain(|row| {
        let field = row[at].as_str();
        match condition.is {
            ArgsWhereItemIs::Equal => compare(field, wanted) == Ordering::Equal,
            ArgsWhereItemIs::NotEqual => compare(field, wanted) != Ordering::Equal,
            ArgsWhereItemIs::Less => compare(field, wanted) == Ordering::Less,
            ArgsWhereItemIs::Greater => compare(field, wanted) == Ordering::Greater,
            ArgsWhereItemIs::Contains => field.to_lowercase().contains(&wanted.to_lowercase()),
            ArgsWhereItemIs::Empty => field.trim().is_empty(),
            ArgsWhereItemIs::NotEmpty => !field.trim().is_empty(),
        }
    });
}
if let Some(column) = &args.sort_by {
    let at = table.column(column)?;
    table.rows.sort_by(|a, b| compare(&a[at], &b[at]));
    if args.descending {
        table.rows.reverse();
    }
}
let columns = args.columns.unwrap_or_else(|| table.columns.clone());
let picked = columns.iter().map(|column| table.column(column)).collect::<Result<Vec<usize>>>()?;
table.rows.truncate(usize::try_from(args.limit)?);
Table::write(&columns, table.rows.iter().map(|row| picked.iter().map(|at| row[*at].clone()).collect()))
