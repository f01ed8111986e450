struct Place {
    name: String,
    latitude: f64,
    longitude: f64,
}

/// What the geocoding service finds, best first.
fn search(name: &str, limit: i64) -> Result<Vec<Value>> {
    let answer: Value = http::get("https://geocoding-api.open-meteo.com/v1/search")
        .query("name", name.trim())
        .query("count", limit)
        .query("language", "en")
        .query("format", "json")
        .send()?
        .ok()?
        .json()?;
    // Without a hit there is no `results` at all.
    Ok(answer["results"].as_array().cloned().unwrap_or_default())
}

fn full_name(found: &Value) -> String {
    let parts = ["name", "admin1", "country"].map(|part| found[part].as_str().unwrap_or_default());
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(", ")
}

/// Coordinates as they are, a name by search; `Paris, Texas` is the Paris whose region or country is Texas.
fn locate(text: &str) -> Result<Place> {
    let coordinates = text.split_once(',').and_then(|(a, b)| Some((a.trim().parse().ok()?, b.trim().parse().ok()?)));
    if let Some((latitude, longitude)) = coordinates {
        ensure!(f64::abs(latitude) <= 90.0 && f64::abs(longitude) <= 180.0, "{text:?} are no coordinates on Earth");
        return Ok(Place { name: text.to_owned(), latitude, longitude });
    }
    let (name, region) = text.split_once(',').unwrap_or((text, ""));
    let region = region.trim().to_lowercase();
    let found = search(name, if region.is_empty() { 1 } else { 20 })?;
    let fits = |place: &&Value| {
        ["admin1", "admin2", "country", "country_code"]
            .iter()
            .any(|part| place[*part].as_str().is_some_and(|value| value.to_lowercase().contains(&region)))
    };
    let place = if region.is_empty() { found.first() } else { found.iter().find(fits) };
    let place = place.with_context(|| format!("no place is called {text:?}: try another spelling or find_place"))?;
    Ok(Place {
        name: full_name(place),
        latitude: place["latitude"].as_f64().context("the place has no latitude")?,
        longitude: place["longitude"].as_f64().context("the place has no longitude")?,
    })
}

/// An answer of the forecast service; `what` is `current` or `daily`, and `fields` what is asked for.
fn weather(place: &Place, imperial: bool, what: &str, fields: &[&str], days: i64) -> Result<Value> {
    let mut request = http::get("https://api.open-meteo.com/v1/forecast")
        .query("latitude", place.latitude)
        .query("longitude", place.longitude)
        .query("timezone", "auto")
        .query("forecast_days", days)
        .query(what, fields.join(","));
    if imperial {
        request = request
            .query("temperature_unit", "fahrenheit")
            .query("wind_speed_unit", "mph")
            .query("precipitation_unit", "inch");
    }
    let answer = request.send()?;
    if let (false, Ok(refusal)) = (answer.is_success(), answer.json::<Value>()) {
        bail!("the weather service refuses: {}", refusal["reason"].as_str().unwrap_or("it does not say why"));
    }
    answer.ok()?.json()
}

/// A value with its unit, as the service names it: `21.4 °C`.
fn measure(values: &Value, units: &Value, field: &str) -> Value {
    match &values[field] {
        Value::Null => Value::Null,
        value => json!(format!("{value} {}", units[field].as_str().unwrap_or_default()).trim()),
    }
}

/// WMO 4677, as Open-Meteo uses it.
fn sky(code: &Value) -> &'static str {
    match code.as_i64().unwrap_or(-1) {
        0 => "clear",
        1 => "mainly clear",
        2 => "partly cloudy",
        3 => "overcast",
        45 | 48 => "fog",
        51..=57 => "drizzle",
        61 => "light rain",
        63 => "rain",
        65 => "heavy rain",
        66 | 67 => "freezing rain",
        71 => "light snow",
        73 => "snow",
        75 => "heavy snow",
        77 => "snow grains",
        80..=82 => "rain showers",
        85 | 86 => "snow showers",
        95 => "thunderstorm",
        96 | 99 => "thunderstorm with hail",
        _ => "unknown",
    }
}

fn compass(degrees: &Value) -> &'static str {
    const POINTS: [&str; 8] = ["N", "NE", "E", "SE", "S", "SW", "W", "NW"];
    let eighth = degrees.as_f64().map_or(0.0, |degrees| (degrees.rem_euclid(360.0) / 45.0).round());
    POINTS[eighth as usize % 8]
}
