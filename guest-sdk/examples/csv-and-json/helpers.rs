use std::cmp::Ordering;
use std::collections::BTreeMap;

struct Table {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    fn parse(text: &str, delimiter: Option<char>) -> Result<Self> {
        let delimiter = delimiter.unwrap_or_else(|| likely_delimiter(text));
        let delimiter = u8::try_from(delimiter).context("the delimiter must be an ASCII character")?;
        let text = text.trim_start_matches('\u{feff}');
        let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
        let columns: Vec<String> = reader.headers()?.iter().map(|name| name.trim().to_owned()).collect();
        ensure!(!columns.is_empty(), "the CSV is empty: it must begin with a header row");
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record?;
            let line = record.position().map_or(0, |p| p.line());
            let (have, want) = (record.len(), columns.len());
            ensure!(have <= want, "line {line} has {have} fields, the header has {want}");
            rows.push((0..want).map(|i| record.get(i).unwrap_or_default().to_owned()).collect());
        }
        Ok(Self { columns, rows })
    }

    fn column(&self, name: &str) -> Result<usize> {
        let at = self.columns.iter().position(|column| column == name);
        at.with_context(|| format!("there is no column {name:?}: there are {}", self.columns.join(", ")))
    }

    fn write(columns: &[String], rows: impl IntoIterator<Item = Vec<String>>) -> Result<String> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(columns)?;
        for row in rows {
            writer.write_record(row)?;
        }
        Ok(String::from_utf8(writer.into_inner().map_err(|e| err!("{e}"))?)?)
    }
}

/// The separator that the header row has most of.
fn likely_delimiter(text: &str) -> char {
    let header = text.lines().next().unwrap_or_default();
    [',', ';', '\t', '|'].into_iter().rev().max_by_key(|c| header.matches(*c).count()).unwrap_or(',')
}

fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    // `inf` and `nan` are words in a table.
    text.parse::<f64>().ok().filter(|_| text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)))
        .filter(|n| n.is_finite())
}

/// A field as JSON. What would lose a digit or a leading zero stays text.
fn value(field: &str) -> Value {
    match field {
        "" => Value::Null,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ if field.len() > 1 && field.trim_start_matches('-').starts_with('0') && !field.contains('.') => json!(field),
        _ => match (field.parse::<i64>(), number(field)) {
            (Ok(whole), _) => json!(whole),
            (_, Some(real)) if field.len() <= 15 => json!(real),
            _ => json!(field),
        },
    }
}

fn compare(a: &str, b: &str) -> Ordering {
    match (number(a), number(b)) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => a.cmp(b),
    }
}
