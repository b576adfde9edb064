//! Rows of cells: quotes hold separators and line breaks, a quote within them is doubled. What is
//! not quoted as it should be is taken as it stands. What lies behind the last cell that a row may
//! have belongs to that cell.

use crate::corpus::limits;

/// The rows of a text, one after the other.
#[derive(Debug)]
pub(super) struct Rows<'t> {
    rest: &'t str,
    separator: char,
}

impl<'t> Rows<'t> {
    pub(super) fn new(text: &'t str, separator: char) -> Self {
        Self {
            rest: text,
            separator,
        }
    }

    /// A cell, and whether the row ends behind it.
    fn cell(&mut self) -> (String, bool) {
        let mut cell = String::new();
        if let Some(quoted) = self.rest.strip_prefix('"') {
            self.rest = quoted;
            loop {
                let Some((before, after)) = self.rest.split_once('"') else {
                    cell.push_str(self.rest);
                    self.rest = "";
                    return (cell, true);
                };
                cell.push_str(before);
                self.rest = after;
                let Some(after) = after.strip_prefix('"') else {
                    break;
                };
                cell.push('"');
                self.rest = after;
            }
        }
        let end = self
            .rest
            .find([self.separator, '\n'])
            .unwrap_or(self.rest.len());
        let plain = &self.rest[..end];
        let is_last = !self.rest[end..].starts_with(self.separator);
        cell.push_str(if is_last {
            plain.strip_suffix('\r').unwrap_or(plain)
        } else {
            plain
        });
        self.rest = self.rest[end..].get(1..).unwrap_or("");
        (cell, is_last)
    }

    /// The cells of the next row, and where each ends in the text; none at the end of it.
    pub(super) fn row(&mut self) -> (Vec<String>, Vec<usize>) {
        let (mut cells, mut ends) = (Vec::new(), Vec::new());
        if self.rest.is_empty() {
            return (cells, ends);
        }
        let whole = self.rest.len();
        loop {
            let (mut cell, mut is_last) = self.cell();
            if cells.len() + 1 == limits::CELLS && !is_last {
                cell.push(self.separator);
                cell.push_str(std::mem::take(&mut self.rest));
                is_last = true;
            }
            cells.push(cell);
            // Behind every cell but the last there is a separator.
            let end = whole - self.rest.len();
            ends.push(if is_last { end } else { end - 1 });
            if is_last {
                return (cells, ends);
            }
        }
    }
}
