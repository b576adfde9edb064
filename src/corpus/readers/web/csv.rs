//! Tables: CSV and TSV, a record a row, the names of its columns as keys.

mod cut;
mod row;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

use crate::corpus::{Article, Cutter, Format, Material, Reader, Refusal, codes};

pub(super) fn formats() -> [Format; 2] {
    [
        Format::new(Table {
            name: "csv",
            extensions: &["csv"],
            separator: None,
        }),
        Format::new(Table {
            name: "tsv",
            extensions: &["tsv", "tab"],
            separator: Some(b'\t'),
        }),
    ]
}

/// Rows of cells; the first row may name the columns.
#[derive(Debug)]
struct Table {
    name: &'static str,
    extensions: &'static [&'static str],
    /// What parts cells, if the name of the file says so; else the first row does.
    separator: Option<u8>,
}

impl Reader for Table {
    fn name(&self) -> &str {
        self.name
    }

    fn extensions(&self) -> &[&str] {
        self.extensions
    }

    fn is_single(&self) -> bool {
        false
    }

    fn cutter(&self) -> Box<dyn Cutter> {
        Box::new(cut::Rows::new(self.separator))
    }

    /// Reads what the cutter put together: the separator, the number of columns, the names of the
    /// first of them, and the row itself.
    fn read(&self, material: &mut Material<'_>) -> Result<Article, Refusal> {
        let text = material.text()?;
        let separator = text.chars().next().unwrap_or(',');
        let rest = &text[separator.len_utf8().min(text.len())..];
        let (wanted, rest) = rest.split_once('\n').unwrap_or_default();
        let mut rows = row::Rows::new(rest, separator);
        let (names, _) = rows.row();
        let (cells, _) = rows.row();
        let wanted = wanted.parse().unwrap_or(names.len());
        if cells.len() != wanted {
            let given = cells.len();
            let message = format!("{given} cells, where the first row has {wanted}");
            material.note(codes::ROW_RAGGED, message);
        }
        let map = keyed(&names, cells, material);
        Ok(super::structured(map, material.fields()))
    }
}

/// The cells by the names of their columns; a cell without a name has its number, counted from 1.
fn keyed(names: &[String], cells: Vec<String>, material: &mut Material<'_>) -> Map<String, Value> {
    let mut map = Map::new();
    let mut repeated = None;
    for (at, cell) in cells.into_iter().enumerate() {
        if cell.trim().is_empty() {
            continue;
        }
        let name = names
            .get(at)
            .map(|name| name.trim())
            .filter(|name| !name.is_empty());
        let name = name.map_or_else(|| (at + 1).to_string(), ToOwned::to_owned);
        match map.get_mut(&name) {
            None => {
                map.insert(name, Value::String(cell));
            }
            Some(Value::Array(values)) => values.push(Value::String(cell)),
            Some(first) => {
                *first = Value::Array(vec![first.take(), Value::String(cell)]);
                repeated.get_or_insert(name);
            }
        }
    }
    if let Some(name) = repeated {
        let shown: String = name.chars().take(80).collect();
        material.note(
            codes::COLUMN_REPEATED,
            format!("two columns are called `{shown}`; both values are kept"),
        );
    }
    map
}
