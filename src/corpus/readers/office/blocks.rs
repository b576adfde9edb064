//! Gathers what a word processor keeps in paragraphs, lists and tables as readable text.

use std::mem;

/// A cell with more characters than this is no cell of a table but a place in a layout.
const CELL_CHARS: usize = 200;

/// What a paragraph is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::corpus::readers::office) enum Kind {
    /// A paragraph or heading.
    Paragraph,
    /// An item of a list, this many levels down, with its number if items have numbers there.
    Item(usize, Option<usize>),
    /// A row of a table.
    Row,
}

/// Text in the making: paragraphs apart by blank lines, items and rows by line ends.
#[derive(Debug, Default)]
pub(in crate::corpus::readers::office) struct Blocks {
    text: String,
    last: Option<Kind>,
    /// The paragraph that is being gathered, and around it those that it interrupted.
    line: String,
    outer: Vec<String>,
    /// The rows that are open, the innermost last.
    rows: Vec<Row>,
    notes: Vec<(String, String)>,
    /// The note that is open, with what it interrupts.
    note: Option<(String, Box<Self>)>,
    title: Option<String>,
}

#[derive(Debug, Default)]
struct Row {
    cells: Vec<Vec<String>>,
}

impl Blocks {
    /// Adds to the paragraph that is open.
    pub(in crate::corpus::readers::office) fn push(&mut self, text: &str) {
        self.line.push_str(text);
    }

    /// Whether the paragraph that is open has no text yet.
    pub(in crate::corpus::readers::office) fn at_start(&self) -> bool {
        self.line.trim().is_empty()
    }

    /// A paragraph begins, perhaps within another one, as in a text box.
    pub(in crate::corpus::readers::office) fn begin(&mut self) {
        let line = mem::take(&mut self.line);
        self.outer.push(line);
    }

    /// The innermost paragraph ends.
    pub(in crate::corpus::readers::office) fn end(&mut self, kind: Kind) {
        let line = mem::take(&mut self.line);
        self.line = self.outer.pop().unwrap_or_default();
        self.paragraph(&line, kind);
    }

    /// The innermost paragraph ends and is the title of the document, if there is none yet.
    pub(in crate::corpus::readers::office) fn end_title(&mut self) {
        let words: Vec<&str> = self.line.split_whitespace().collect();
        if self.title.is_none() && !words.is_empty() && self.rows.is_empty() {
            self.title = Some(words.join(" "));
            self.line = self.outer.pop().unwrap_or_default();
        } else {
            self.end(Kind::Paragraph);
        }
    }

    /// Adds a whole paragraph.
    pub(in crate::corpus::readers::office) fn paragraph(&mut self, text: &str, kind: Kind) {
        let text = text.trim_matches(|c: char| c.is_whitespace() && c != '\u{a0}');
        if text.is_empty() {
            return;
        }
        if let Some(row) = self.rows.last_mut() {
            if let Some(cell) = row.cells.last_mut() {
                cell.push(text.to_owned());
            } else {
                row.cells.push(vec![text.to_owned()]);
            }
            return;
        }
        let together = matches!(
            (self.last, kind),
            (Some(Kind::Row), Kind::Row) | (Some(Kind::Item(..)), Kind::Item(..))
        );
        if !self.text.is_empty() {
            self.text.push_str(if together { "\n" } else { "\n\n" });
        }
        if let Kind::Item(level, number) = kind {
            for _ in 0..level.min(16) {
                self.text.push_str("  ");
            }
            let marker = number.map_or_else(|| "- ".to_owned(), |number| format!("{number}. "));
            self.text.push_str(&marker);
        }
        self.text.push_str(text);
        self.last = Some(kind);
    }

    /// A row of a table begins.
    pub(in crate::corpus::readers::office) fn begin_row(&mut self) {
        self.rows.push(Row::default());
    }

    /// A cell begins.
    pub(in crate::corpus::readers::office) fn begin_cell(&mut self) {
        if let Some(row) = self.rows.last_mut() {
            row.cells.push(Vec::new());
        }
    }

    /// Takes the last cell of the innermost row away if there is nothing in it.
    pub(in crate::corpus::readers::office) fn drop_empty_cell(&mut self) {
        if let Some(row) = self.rows.last_mut()
            && row.cells.last().is_some_and(Vec::is_empty)
        {
            row.cells.pop();
        }
    }

    /// The innermost row ends. Pages that are laid out by tables have one cell with all the text,
    /// or cells with long paragraphs: these stay paragraphs.
    pub(in crate::corpus::readers::office) fn end_row(&mut self) {
        let Some(row) = self.rows.pop() else {
            return;
        };
        let long = |cell: &Vec<String>| {
            cell.iter().map(|text| text.chars().count()).sum::<usize>() > CELL_CHARS
        };
        if row.cells.len() == 1 || row.cells.iter().any(long) {
            for text in row.cells.iter().flatten() {
                self.paragraph(text, Kind::Paragraph);
            }
            return;
        }
        let cells: Vec<String> = row.cells.iter().map(|cell| cell.join(" ")).collect();
        if cells.iter().any(|cell| !cell.is_empty()) {
            self.paragraph(&cells.join(" | "), Kind::Row);
        }
    }

    /// A footnote begins, which is called this; its text goes to the end.
    pub(in crate::corpus::readers::office) fn begin_note(&mut self, name: &str) {
        let around = mem::take(self);
        self.note = Some((name.to_owned(), Box::new(around)));
    }

    /// The footnote ends.
    pub(in crate::corpus::readers::office) fn end_note(&mut self) {
        if let Some((name, around)) = self.note.take() {
            let text = mem::replace(self, *around).finish().1;
            self.add_note(&name, &text);
        }
    }

    /// Adds a whole footnote.
    pub(in crate::corpus::readers::office) fn add_note(&mut self, name: &str, text: &str) {
        self.notes.push((name.to_owned(), text.to_owned()));
    }

    /// Title and text. What is still open is closed, so that nothing is lost of a document that
    /// breaks off.
    pub(in crate::corpus::readers::office) fn finish(mut self) -> (Option<String>, String) {
        while self.note.is_some() {
            self.end_note();
        }
        loop {
            let line = mem::take(&mut self.line);
            self.paragraph(&line, Kind::Paragraph);
            match self.outer.pop() {
                Some(outer) => self.line = outer,
                None => break,
            }
        }
        while !self.rows.is_empty() {
            self.end_row();
        }
        for (name, text) in mem::take(&mut self.notes) {
            let text = format!("[{name}] {}", text.trim());
            self.paragraph(&text, Kind::Paragraph);
        }
        (self.title, self.text)
    }
}
