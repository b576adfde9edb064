//! Many questions in one file: a query a line, or a table with the columns `name` and `query`.

use std::io::Read;

use crate::failure::Failure;

/// The most bytes a file of questions may have.
const MOST_BYTES: u64 = 64 << 20;

/// One question, as it stands in the file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Question {
    /// The line it begins on, from 1.
    pub(crate) line: u64,
    pub(crate) name: Option<String>,
    /// The query, or what is wrong with the line.
    pub(crate) text: Result<String, Trouble>,
}

/// What is wrong with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    Encoding,
    NoQuery,
    OpenQuote,
}

impl Trouble {
    pub(crate) fn into_failure(self) -> Failure {
        match self {
            Self::Encoding => Failure::new("invalid_encoding", "the line is not UTF-8")
                .with_hint("save the file as UTF-8"),
            Self::NoQuery => Failure::new("no_query", "the row has no query")
                .with_hint("write `*` to ask for every document"),
            Self::OpenQuote => Failure::new("unbalanced_quote", "a quoted cell is never closed")
                .with_hint("write a quote inside a quoted cell twice"),
        }
    }
}

/// Reads the questions. A file is a table if the first line names both columns, in any order and
/// among others, with commas, semicolons or tabs between them; otherwise every line that is not
/// blank is a query.
///
/// # Errors
/// What reading says; a file that is too large.
pub(crate) fn read(input: impl Read) -> Result<Vec<Question>, Failure> {
    let mut bytes = Vec::new();
    input
        .take(MOST_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::new("io", format!("cannot read the questions: {error}")))?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(
            Failure::new("io", "the questions take more than 64 MiB").with_hint("split the file")
        );
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let first = bytes
        .split(|&byte| byte == b'\n')
        .next()
        .unwrap_or_default();
    for separator in [b',', b';', b'\t'] {
        let header = rows(first, separator).into_iter().next();
        let cells = header.map(|row| row.cells).unwrap_or_default();
        let column = |name: &str| {
            let is_it = |cell: &Vec<u8>| cell.trim_ascii().eq_ignore_ascii_case(name.as_bytes());
            cells.iter().position(is_it)
        };
        if let (Some(name), Some(query)) = (column("name"), column("query")) {
            return Ok(table(bytes, separator, name, query));
        }
    }
    Ok(lines(bytes))
}

fn lines(bytes: &[u8]) -> Vec<Question> {
    let numbered = (1..).zip(bytes.split(|&byte| byte == b'\n'));
    numbered
        .map(|(line, bytes)| (line, bytes.trim_ascii()))
        .filter(|(_, bytes)| !bytes.is_empty())
        .map(|(line, bytes)| Question {
            line,
            name: None,
            text: text(bytes),
        })
        .collect()
}

fn table(bytes: &[u8], separator: u8, name: usize, query: usize) -> Vec<Question> {
    let rows = rows(bytes, separator).into_iter().skip(1);
    let rows = rows.filter(|row| !row.cells.iter().all(|cell| cell.trim_ascii().is_empty()));
    rows.map(|row| {
        let cell = |column: usize| row.cells.get(column).map(|cell| cell.trim_ascii());
        let name = cell(name).unwrap_or_default();
        let query = match cell(query) {
            _ if row.is_open => Err(Trouble::OpenQuote),
            None | Some([]) => Err(Trouble::NoQuery),
            Some(query) => text(query),
        };
        Question {
            line: row.line,
            name: Some(String::from_utf8_lossy(name).into_owned()),
            text: query,
        }
    })
    .collect()
}

fn text(bytes: &[u8]) -> Result<String, Trouble> {
    let text = std::str::from_utf8(bytes).map_err(|_| Trouble::Encoding)?;
    Ok(text.trim().to_owned())
}

/// A row of a table.
struct Row {
    line: u64,
    cells: Vec<Vec<u8>>,
    /// Whether its last quote is never closed.
    is_open: bool,
}

/// The rows of a table (RFC 4180): a cell that begins with a quote ends with the next single one,
/// and may hold separators and lines; two quotes in it are one.
fn rows(bytes: &[u8], separator: u8) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut line = 1;
    let mut at = 0;
    while at < bytes.len() {
        let mut row = Row {
            line,
            cells: vec![Vec::new()],
            is_open: false,
        };
        while let Some(&byte) = bytes.get(at) {
            at += 1;
            line += u64::from(byte == b'\n');
            let Some(cell) = row.cells.last_mut() else {
                break;
            };
            match byte {
                b'"' if row.is_open && bytes.get(at) == Some(&b'"') => {
                    cell.push(b'"');
                    at += 1;
                }
                b'"' if row.is_open => row.is_open = false,
                byte if row.is_open => cell.push(byte),
                b'"' if cell.trim_ascii().is_empty() => {
                    cell.clear();
                    row.is_open = true;
                }
                b'\n' => break,
                byte if byte == separator => row.cells.push(Vec::new()),
                byte => cell.push(byte),
            }
        }
        rows.push(row);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Line, name and query of each question.
    fn read_all(bytes: &[u8]) -> Vec<(u64, Option<String>, Result<String, Trouble>)> {
        let questions = super::read(bytes).unwrap();
        let parts = questions.into_iter();
        parts.map(|one| (one.line, one.name, one.text)).collect()
    }

    #[test]
    fn every_line_is_a_query() {
        let read = read_all(b"\xef\xbb\xbfferry\r\n\n \"harbour office\"\n\xff\nlast");
        assert_eq!(
            read,
            [
                (1, None, Ok("ferry".to_owned())),
                (3, None, Ok("\"harbour office\"".to_owned())),
                (4, None, Err(Trouble::Encoding)),
                (5, None, Ok("last".to_owned())),
            ]
        );
        assert_eq!(read_all(b""), []);
    }

    #[test]
    fn a_table_has_names() {
        let name = |name: &str| Some(name.to_owned());
        let read = read_all(
            b"Query,note,name\r\nferry,x,one\n\"\"\"harbour office\"\", \nfreight\",,two\n\n,,three\n\"open,,four\n",
        );
        assert_eq!(
            read,
            [
                (2, name("one"), Ok("ferry".to_owned())),
                (
                    3,
                    name("two"),
                    Ok("\"harbour office\", \nfreight".to_owned())
                ),
                (6, name("three"), Err(Trouble::NoQuery)),
                (7, name(""), Err(Trouble::OpenQuote)),
            ]
        );
        let read = read_all(b"name;query\na;b;c\n");
        assert_eq!(read, [(2, name("a"), Ok("b".to_owned()))]);
        assert_eq!(read_all(b"name,queries\n").len(), 1);
    }
}
