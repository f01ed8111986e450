//! Statements that write many rows at once: each statement costs a way to the database and back.

use crate::Tx;

/// A statement for `ROWS` rows of `COLUMNS` columns, and for one, in the words of each engine.
pub(crate) struct Rows<const ROWS: usize, const COLUMNS: usize> {
    sqlite: [String; 2],
    postgres: [String; 2],
}

impl<const ROWS: usize, const COLUMNS: usize> Rows<ROWS, COLUMNS> {
    /// Makes them of what `statement` makes of `VALUES …`. SQLite looks through all names of places for each that is filled,
    /// and so has places without names.
    pub(crate) fn new(statement: impl Fn(&str) -> String) -> Self {
        let of = |place: fn(usize) -> String| [ROWS, 1].map(|rows| statement(&values(rows, COLUMNS, place)));
        Self { sqlite: of(|_| "?".to_owned()), postgres: of(|place| format!("${place}")) }
    }

    /// The one for so many rows, which are `ROWS` or one.
    pub(crate) fn of(&self, tx: &Tx, rows: usize) -> &str {
        let statements = match tx {
            Tx::Sqlite(_) => &self.sqlite,
            Tx::Postgres(_) => &self.postgres,
        };
        &statements[usize::from(rows == 1)]
    }
}

fn values(rows: usize, columns: usize, place: fn(usize) -> String) -> String {
    let row = |row: usize| {
        let places: Vec<_> = (1..=columns).map(|column| place(row * columns + column)).collect();
        format!("({})", places.join(", "))
    };
    format!("VALUES {}", (0..rows).map(row).collect::<Vec<_>>().join(", "))
}

/// All of them, `ROWS` at a time while there are as many, and then one by one.
pub(crate) fn chunks<T, const ROWS: usize>(all: &[T]) -> impl Iterator<Item = &[T]> {
    let (many, few) = all.as_chunks::<ROWS>();
    many.iter().map(<[T; ROWS]>::as_slice).chain(few.chunks(1))
}
