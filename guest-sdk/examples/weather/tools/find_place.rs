let found = search(&args.name, args.limit)?;
ensure!(!found.is_empty(), "no place is called {:?}: try another spelling", args.name);
let places: Vec<Value> = found
    .iter()
    .map(|place| {
        json!({
            "name": full_name(place),
            "latitude": place["latitude"],
            "longitude": place["longitude"],
            "timezone": place["timezone"],
            "population": place["population"],
        })
    })
    .collect();
Ok(json!({ "places": places }))
