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
}

impl Iterator for Rows<'_> {
    type Item = Vec<String>;

    fn next(&mut self) -> Option<Vec<String>> {
        if self.rest.is_empty() {
            return None;
        }
        let mut cells = Vec::new();
        loop {
            let (mut cell, is_last) = self.cell();
            if cells.len() + 1 == limits::CELLS && !is_last {
                cell.push(self.separator);
                cell.push_str(std::mem::take(&mut self.rest));
                cells.push(cell);
                return Some(cells);
            }
            cells.push(cell);
            if is_last {
                return Some(cells);
            }
        }
    }
}
