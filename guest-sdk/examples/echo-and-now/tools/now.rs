use chrono::{Datelike, FixedOffset};

let seconds = i32::try_from(args.offset_minutes * 60)?;
let offset = FixedOffset::east_opt(seconds).with_context(|| format!("{} minutes is no offset", args.offset_minutes))?;
let now = time::now().with_timezone(&offset);
Ok(json!({
    "time": now.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
    "weekday": now.format("%A").to_string(),
    "week": now.iso_week().week(),
    "unixSeconds": now.timestamp(),
}))
