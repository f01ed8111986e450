{
    let mut customers: std::collections::BTreeMap<String, (i64, f64)> = std::collections::BTreeMap::new();
    let mut open = 0;
    for order in args.orders {
        if !order.paid {
            open += 1;
            continue;
        }
        let customer = customers.entry(order.customer).or_default();
        customer.0 += order.quantity;
        customer.1 += order.price * order.quantity as f64;
    }
    let paid: Vec<_> = customers
        .into_iter()
        .map(|(customer, (items, sum))| json!({"customer": customer.to_uppercase(), "items": items, "sum": sum}))
        .collect();
    Ok(json!({"customers": paid, "open": open}))
}
