//! Comma-separated tables that a spreadsheet opens without running what is in them.

use std::borrow::Cow;
use std::io::{self, Write};

use pressmark::Schema;

use super::fields;
use super::page::{Head, Listed, Printer};
use super::{clean, json};
use crate::args::FieldName;
use crate::console::Stream;

/// The columns of a list when none are asked for.
pub(crate) const DEFAULT: [FieldName; 6] = [
    FieldName::Id,
    FieldName::Date,
    FieldName::Title,
    FieldName::Url,
    FieldName::Path,
    FieldName::Facets,
];

/// Writes a row.
pub(crate) fn row<T: AsRef<str>>(
    out: &mut dyn Write,
    cells: impl IntoIterator<Item = T>,
) -> io::Result<()> {
    for (at, text) in cells.into_iter().enumerate() {
        if at > 0 {
            out.write_all(b",")?;
        }
        out.write_all(cell(text.as_ref()).as_bytes())?;
    }
    out.write_all(b"\n")
}

/// A cell: quoted if it has to be, and with `'` before what a spreadsheet would run.
fn cell(text: &str) -> Cow<'_, str> {
    let is_formula =
        text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let is_quoted =
        text.contains([',', '"', '\n', '\r']) || text.starts_with(' ') || text.ends_with(' ');
    let guard = if is_formula { "'" } else { "" };
    match (is_formula, is_quoted) {
        (false, false) => Cow::Borrowed(text),
        (true, false) => Cow::Owned(format!("{guard}{text}")),
        (_, true) => Cow::Owned(format!("\"{guard}{}\"", text.replace('"', "\"\""))),
    }
}

/// A list as a table.
pub(super) struct Table {
    names: Vec<FieldName>,
    facets: Vec<String>,
    schema: Schema,
    stream: Stream,
}

impl Table {
    pub(super) fn new(names: &[FieldName], schema: &Schema, stream: Stream) -> Self {
        Self {
            names: names.to_vec(),
            facets: schema
                .facets
                .iter()
                .map(|facet| facet.name.clone())
                .collect(),
            schema: schema.clone(),
            stream,
        }
    }

    fn write(&self, out: &mut dyn Write, cells: Vec<String>) -> io::Result<()> {
        if self.stream.is_terminal {
            return row(out, cells.iter().map(|cell| clean::line(cell)));
        }
        row(out, cells)
    }
}

impl Printer for Table {
    fn begin(&mut self, out: &mut dyn Write, _: &Head) -> io::Result<()> {
        let mut cells = Vec::new();
        for name in &self.names {
            match name {
                FieldName::Facets => cells.extend(self.facets.iter().cloned()),
                name => cells.push(name.name().to_owned()),
            }
        }
        self.write(out, cells)
    }

    fn hit(&mut self, out: &mut dyn Write, listed: Listed<'_>) -> io::Result<()> {
        let hit = listed.hit;
        let mut cells = Vec::new();
        for name in &self.names {
            cells.push(match name {
                FieldName::Id => hit.id.to_string(),
                FieldName::Score => hit.score.map(|score| score.to_string()).unwrap_or_default(),
                FieldName::Title => hit.title.clone(),
                FieldName::Date => hit.date.map(|date| date.to_string()).unwrap_or_default(),
                FieldName::Url => hit.url.clone().unwrap_or_default(),
                FieldName::Path => hit.path.clone().unwrap_or_default(),
                FieldName::Snippets => {
                    let texts: Vec<&str> = hit
                        .snippets
                        .iter()
                        .map(|snippet| snippet.text.as_str())
                        .collect();
                    texts.join(" … ")
                }
                FieldName::Facets => {
                    for facet in &self.facets {
                        cells.push(
                            hit.facets
                                .get(facet)
                                .map(|v| v.join("; "))
                                .unwrap_or_default(),
                        );
                    }
                    continue;
                }
                FieldName::Text => listed
                    .stored
                    .map(|stored| stored.document.body.clone())
                    .unwrap_or_default(),
                FieldName::Hash => listed
                    .stored
                    .map(|stored| stored.text_hash.clone())
                    .unwrap_or_default(),
                FieldName::Meta => match listed.stored {
                    Some(stored) => nested(&fields::meta(stored, &self.schema))?,
                    None => String::new(),
                },
                FieldName::Tags => match listed.stored {
                    Some(stored) => nested(&fields::tags(stored))?,
                    None => String::new(),
                },
            });
        }
        self.write(out, cells)
    }
}

/// What has structure stands in its cell as JSON.
fn nested(value: &impl serde::Serialize) -> io::Result<String> {
    let mut bytes = Vec::new();
    json::value(&mut bytes, value)?;
    String::from_utf8(bytes).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn formulas_are_defused_and_cells_quoted() {
        for (text, expected) in [
            ("plain", "plain"),
            ("=1+1", "'=1+1"),
            ("+x", "'+x"),
            ("-1962", "'-1962"),
            ("@x", "'@x"),
            ("\t=x", "'\t=x"),
            ("\r=x", "\"'\r=x\""),
            ("=cmd(\"a\",1)", "\"'=cmd(\"\"a\"\",1)\""),
            ("a, b", "\"a, b\""),
            ("two\nlines", "\"two\nlines\""),
            (" padded", "\" padded\""),
            ("", ""),
        ] {
            assert_eq!(cell(text), expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn a_row_reads_back(cells in prop::collection::vec("[a-z=+@\",\n\r -]{0,6}", 1..5)) {
            let mut out = Vec::new();
            row(&mut out, &cells).unwrap();
            let read = parse(&String::from_utf8(out).unwrap());
            prop_assert_eq!(read.len(), cells.len());
            for (read, cell) in read.iter().zip(&cells) {
                prop_assert!(!read.starts_with(['=', '+', '-', '@', '\t', '\r']));
                prop_assert_eq!(read.strip_prefix('\'').unwrap_or(read), cell);
            }
        }
    }

    /// Reads one row by the rules of RFC 4180.
    fn parse(text: &str) -> Vec<String> {
        let mut cells = vec![String::new()];
        let mut chars = text.strip_suffix('\n').unwrap().chars().peekable();
        let mut quoted = false;
        while let Some(c) = chars.next() {
            match c {
                '"' if quoted && chars.peek() == Some(&'"') => {
                    chars.next();
                    cells.last_mut().unwrap().push('"');
                }
                '"' => quoted = !quoted,
                ',' if !quoted => cells.push(String::new()),
                c => cells.last_mut().unwrap().push(c),
            }
        }
        cells
    }
}
