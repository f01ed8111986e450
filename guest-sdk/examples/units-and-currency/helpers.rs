struct Unit {
    kind: &'static str,
    symbol: &'static str,
    names: &'static [&'static str],
    /// How many of the kind's base unit one of these is.
    factor: f64,
    /// What is added before: 273.15 for degrees Celsius.
    offset: f64,
}

const fn unit(kind: &'static str, symbol: &'static str, names: &'static [&'static str], factor: f64) -> Unit {
    Unit { kind, symbol, names, factor, offset: 0.0 }
}

const UNITS: &[Unit] = &[
    unit("length", "m", &["meter", "metre"], 1.0),
    unit("length", "km", &["kilometer", "kilometre"], 1000.0),
    unit("length", "cm", &["centimeter", "centimetre"], 0.01),
    unit("length", "mm", &["millimeter", "millimetre"], 0.001),
    unit("length", "in", &["inch", "inches"], 0.0254),
    unit("length", "ft", &["foot", "feet"], 0.3048),
    unit("length", "yd", &["yard"], 0.9144),
    unit("length", "mi", &["mile"], 1609.344),
    unit("length", "nmi", &["nautical mile"], 1852.0),
    unit("mass", "kg", &["kilogram", "kilo"], 1.0),
    unit("mass", "g", &["gram"], 0.001),
    unit("mass", "mg", &["milligram"], 0.000_001),
    unit("mass", "t", &["tonne", "metric ton"], 1000.0),
    unit("mass", "lb", &["lbs", "pound"], 0.453_592_37),
    unit("mass", "oz", &["ounce"], 0.028_349_523_125),
    unit("mass", "st", &["stone"], 6.350_293_18),
    unit("temperature", "K", &["kelvin"], 1.0),
    Unit { kind: "temperature", symbol: "°C", names: &["c", "celsius"], factor: 1.0, offset: 273.15 },
    Unit { kind: "temperature", symbol: "°F", names: &["f", "fahrenheit"], factor: 5.0 / 9.0, offset: 459.67 },
    unit("volume", "l", &["liter", "litre"], 1.0),
    unit("volume", "ml", &["milliliter", "millilitre"], 0.001),
    unit("volume", "m³", &["m3", "cubic meter", "cubic metre"], 1000.0),
    unit("volume", "gal", &["gallon", "us gallon"], 3.785_411_784),
    unit("volume", "imp gal", &["imperial gallon"], 4.546_09),
    unit("volume", "cup", &["us cup"], 0.236_588_236_5),
    unit("volume", "fl oz", &["fluid ounce"], 0.029_573_529_562_5),
    unit("volume", "tbsp", &["tablespoon"], 0.014_786_764_781_25),
    unit("volume", "tsp", &["teaspoon"], 0.004_928_921_593_75),
    unit("area", "m²", &["m2", "square meter", "square metre"], 1.0),
    unit("area", "km²", &["km2", "square kilometer", "square kilometre"], 1_000_000.0),
    unit("area", "ha", &["hectare"], 10_000.0),
    unit("area", "acre", &["ac"], 4_046.856_422_4),
    unit("area", "ft²", &["ft2", "sq ft", "square foot", "square feet"], 0.092_903_04),
    unit("speed", "m/s", &["meter per second", "metre per second"], 1.0),
    unit("speed", "km/h", &["kmh", "kph"], 1.0 / 3.6),
    unit("speed", "mph", &["mile per hour"], 0.447_04),
    unit("speed", "kn", &["knot"], 1852.0 / 3600.0),
    unit("time", "s", &["second", "sec"], 1.0),
    unit("time", "min", &["minute"], 60.0),
    unit("time", "h", &["hour", "hr"], 3600.0),
    unit("time", "d", &["day"], 86_400.0),
    unit("time", "week", &["wk"], 604_800.0),
    unit("data", "B", &["byte"], 1.0),
    unit("data", "kB", &["kilobyte"], 1e3),
    unit("data", "MB", &["megabyte"], 1e6),
    unit("data", "GB", &["gigabyte"], 1e9),
    unit("data", "TB", &["terabyte"], 1e12),
    unit("data", "KiB", &["kibibyte"], 1024.0),
    unit("data", "MiB", &["mebibyte"], 1_048_576.0),
    unit("data", "GiB", &["gibibyte"], 1_073_741_824.0),
    unit("data", "TiB", &["tebibyte"], 1_099_511_627_776.0),
    unit("energy", "J", &["joule"], 1.0),
    unit("energy", "kJ", &["kilojoule"], 1000.0),
    unit("energy", "cal", &["calorie"], 4.184),
    unit("energy", "kcal", &["kilocalorie"], 4184.0),
    unit("energy", "kWh", &["kilowatt hour", "kilowatt-hour"], 3_600_000.0),
    unit("pressure", "Pa", &["pascal"], 1.0),
    unit("pressure", "hPa", &["hectopascal", "mbar", "millibar"], 100.0),
    unit("pressure", "bar", &[], 100_000.0),
    unit("pressure", "psi", &["pound per square inch"], 6_894.757_293_168),
    unit("pressure", "atm", &["atmosphere"], 101_325.0),
];

/// The unit of a symbol, in its own case first, or of a name, also in the plural.
fn find_unit(text: &str) -> Result<&'static Unit> {
    let text = text.trim();
    let name = text.to_lowercase();
    let singular = name.strip_suffix('s').unwrap_or(&name);
    let by_symbol = UNITS.iter().find(|unit| unit.symbol == text);
    let by_name = || UNITS.iter().find(|u| u.names.iter().any(|n| *n == name || *n == singular));
    let by_folded_symbol = || UNITS.iter().find(|unit| unit.symbol.to_lowercase() == name);
    by_symbol
        .or_else(by_name)
        .or_else(by_folded_symbol)
        .with_context(|| format!("{text:?} is no unit that is known here: list_units lists them"))
}

/// Twelve significant digits: what is past them is the arithmetic's, not the number's.
fn rounded(number: f64) -> f64 {
    format!("{number:.11e}").parse().unwrap_or(number)
}

/// An answer of api.frankfurter.dev: rates of the European Central Bank.
fn rates(path: &str, from: &str, to: &[String]) -> Result<Value> {
    let answer = http::get(format!("https://api.frankfurter.dev/v1/{path}"))
        .query("base", from.to_uppercase())
        .query("symbols", to.join(",").to_uppercase())
        .send()?;
    if answer.status == 404 || answer.status == 422 {
        bail!("there are no rates from {from} to {} for {path}: check the currency codes and the date", to.join(", "));
    }
    answer.ok()?.json()
}
