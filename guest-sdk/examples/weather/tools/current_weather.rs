let place = locate(&args.place)?;
let fields = [
    "temperature_2m",
    "apparent_temperature",
    "relative_humidity_2m",
    "precipitation",
    "weather_code",
    "wind_speed_10m",
    "wind_direction_10m",
];
let answer = weather(&place, args.units == ArgsUnits::Imperial, "current", &fields, 1)?;
let (now, units) = (&answer["current"], &answer["current_units"]);
let measure = |field| measure(now, units, field).as_str().unwrap_or("unknown").to_owned();
Ok(json!({
    "place": place.name,
    "time": now["time"].as_str().context("the answer has no time")?,
    "weather": sky(&now["weather_code"]),
    "temperature": measure("temperature_2m"),
    "feelsLike": measure("apparent_temperature"),
    "humidity": measure("relative_humidity_2m"),
    "precipitation": measure("precipitation"),
    "wind": format!("{} from {}", measure("wind_speed_10m"), compass(&now["wind_direction_10m"])),
}))
