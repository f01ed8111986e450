let place = locate(&args.place)?;
let fields = [
    "weather_code",
    "temperature_2m_min",
    "temperature_2m_max",
    "precipitation_sum",
    "precipitation_probability_max",
    "wind_speed_10m_max",
    "sunrise",
    "sunset",
];
let answer = weather(&place, args.units == ArgsUnits::Imperial, "daily", &fields, args.days)?;
let (daily, units) = (&answer["daily"], &answer["daily_units"]);
let dates = daily["time"].as_array().context("the answer has no days")?;
let day = |i: usize| {
    let values: Map<String, Value> = fields.iter().map(|field| ((*field).to_owned(), daily[*field][i].clone())).collect();
    let values = Value::Object(values);
    let clock = |field: &str| values[field].as_str().and_then(|t| t.split('T').nth(1)).map(str::to_owned);
    json!({
        "date": dates[i],
        "weather": sky(&values["weather_code"]),
        "low": measure(&values, units, "temperature_2m_min"),
        "high": measure(&values, units, "temperature_2m_max"),
        "precipitation": measure(&values, units, "precipitation_sum"),
        "chanceOfRain": measure(&values, units, "precipitation_probability_max"),
        "wind": measure(&values, units, "wind_speed_10m_max"),
        "sunrise": clock("sunrise"),
        "sunset": clock("sunset"),
    })
};
let days: Vec<Value> = (0..dates.len()).map(day).collect();
Ok(json!({ "place": place.name, "timezone": answer["timezone"], "days": days }))
