//! A part of a tree to readable text: blocks apart by blank lines, items with their markers, the
//! cells of a row in one line.

use super::names;
use super::tree::Tree;

/// How much of a cell is looked at to tell a table of data from one that only lays out a page.
const CELL_NODES: usize = 200;

/// A cell with more text than this holds paragraphs.
const CELL_BYTES: usize = 400;

/// The text of a node, without what `skipped` names.
pub(super) fn render(tree: &Tree, root: usize, skipped: impl Fn(usize) -> bool) -> String {
    let mut writer = Writer::new(tree);
    let end = tree.nodes[root].end as usize;
    let mut at = root;
    while at < end {
        writer.leave(at);
        let is_silent = tree
            .element(at)
            .is_some_and(|element| names::is_silent(&element.name) && at != root);
        if is_silent || skipped(at) {
            if tree.element(at).is_some_and(|e| names::is_block(&e.name)) {
                writer.raise(Gap::Block);
            }
            at = tree.nodes[at].end as usize;
            continue;
        }
        writer.enter(at);
        at += 1;
    }
    writer.leave(end);
    writer.text.truncate(writer.text.trim_end().len());
    writer.text
}

/// What stands between what is written and what comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    None,
    Space,
    Line,
    Block,
}

struct List {
    /// The number of the next item, if items have numbers.
    next: Option<i64>,
    is_empty: bool,
}

struct Writer<'t> {
    tree: &'t Tree,
    text: String,
    gap: Gap,
    /// The marker of an item, until there is text behind it.
    marker: Option<String>,
    /// How many cells of a row ended since the last text.
    separators: usize,
    cells: usize,
    lists: Vec<List>,
    /// Within how many preformatted elements, and cells of data tables.
    preformatted: usize,
    in_cell: usize,
    /// The open elements: where each ends, its place, whether it is a cell of data.
    open: Vec<(usize, usize, bool)>,
}

impl<'t> Writer<'t> {
    fn new(tree: &'t Tree) -> Self {
        Self {
            tree,
            text: String::new(),
            gap: Gap::None,
            marker: None,
            separators: 0,
            cells: 0,
            lists: Vec::new(),
            preformatted: 0,
            in_cell: 0,
            open: Vec::new(),
        }
    }

    /// Makes the gap at least this wide; right behind a marker there is none.
    fn raise(&mut self, gap: Gap) {
        let gap = if self.in_cell > 0 && gap > Gap::Space {
            Gap::Space
        } else {
            gap
        };
        if self.marker.is_none() || gap == Gap::Space {
            self.gap = self.gap.max(gap);
        }
    }

    fn enter(&mut self, at: usize) {
        let Some(element) = self.tree.element(at) else {
            let text = self.tree.text(at);
            if self.preformatted > 0 {
                self.write_lines(text);
            } else {
                self.write_words(text);
            }
            return;
        };
        let mut is_cell = false;
        match &*element.name {
            "br" => {
                let gap = if self.gap >= Gap::Line {
                    Gap::Block
                } else {
                    Gap::Line
                };
                self.raise(gap);
            }
            "pre" => {
                self.raise(Gap::Block);
                self.preformatted += 1;
            }
            "ul" | "ol" | "menu" | "dir" => {
                let gap = if self.lists.is_empty() {
                    Gap::Block
                } else {
                    Gap::Line
                };
                self.raise(gap);
                let start = || element.attribute("start")?.trim().parse().ok();
                self.lists.push(List {
                    next: (element.name == "ol").then(|| start().unwrap_or(1)),
                    is_empty: true,
                });
            }
            "li" => self.item(element.attribute("value")),
            "tr" if self.in_cell == 0 => {
                self.raise(Gap::Line);
                self.separators = 0;
                self.cells = 0;
            }
            "td" | "th" => {
                is_cell = self.in_cell > 0 || !self.lays_out(at);
                if is_cell {
                    self.cells += 1;
                    self.separators += usize::from(self.cells > 1);
                    self.in_cell += 1;
                } else {
                    self.raise(Gap::Block);
                }
            }
            "tbody" | "thead" | "tfoot" | "dd" => self.raise(Gap::Line),
            "q" => self.write_words("“"),
            "sup" => self.superscript(at),
            name if names::is_block(name) => self.raise(Gap::Block),
            _ => {}
        }
        self.open
            .push((self.tree.nodes[at].end as usize, at, is_cell));
    }

    /// Ends the elements that end before a node.
    fn leave(&mut self, at: usize) {
        while let Some(&(end, place, is_cell)) = self.open.last()
            && end <= at
        {
            self.open.pop();
            let Some(element) = self.tree.element(place) else {
                continue;
            };
            match &*element.name {
                "pre" => {
                    self.preformatted = self.preformatted.saturating_sub(1);
                    self.raise(Gap::Block);
                }
                "ul" | "ol" | "menu" | "dir" => {
                    self.lists.pop();
                    let gap = if self.lists.is_empty() {
                        Gap::Block
                    } else {
                        Gap::Line
                    };
                    self.raise(gap);
                }
                "li" => {
                    self.marker = None;
                    self.raise(Gap::Line);
                }
                "td" | "th" if is_cell => self.in_cell = self.in_cell.saturating_sub(1),
                "tr" | "tbody" | "thead" | "tfoot" | "dt" => self.raise(Gap::Line),
                "q" => self.write_words("”"),
                "sup" if self.is_footnote(place) => self.write_words("]"),
                name if names::is_block(name) => self.raise(Gap::Block),
                _ => {}
            }
        }
    }

    fn item(&mut self, value: Option<&str>) {
        let depth = self.lists.len();
        let Some(list) = self.lists.last_mut() else {
            self.raise(Gap::Line);
            return;
        };
        let value = value.and_then(|value| value.trim().parse().ok());
        let number = list.next.map(|next| value.unwrap_or(next));
        list.next = number.map(|number: i64| number.saturating_add(1));
        let is_first = std::mem::replace(&mut list.is_empty, false);
        // Paragraphs within items do not spread the list.
        if !is_first && self.gap == Gap::Block {
            self.gap = Gap::Line;
        }
        self.marker = None;
        self.raise(Gap::Line);
        let indent = "  ".repeat(depth.saturating_sub(1).min(16));
        self.marker = Some(match number {
            Some(number) => format!("{indent}{number}. "),
            None => format!("{indent}- "),
        });
    }

    /// Whether a cell holds blocks of its own, as where tables lay out a page.
    fn lays_out(&self, cell: usize) -> bool {
        let (mut blocks, mut bytes) = (0, 0);
        for at in self.tree.inside(cell).take(CELL_NODES) {
            match self.tree.element(at) {
                Some(element) if element.name == "table" => return true,
                Some(element) => blocks += usize::from(names::is_block(&element.name)),
                None => bytes += self.tree.text(at).trim().len(),
            }
        }
        bytes > CELL_BYTES || (blocks > 2 && bytes > CELL_BYTES / 4)
    }

    /// Powers must not become digits of the number before them, nor notes letters of a word.
    fn superscript(&mut self, at: usize) {
        if self.is_footnote(at) {
            self.write_words("[");
        } else if self.text.ends_with(|c: char| c.is_ascii_digit())
            && self.gap == Gap::None
            && self.starts_with_digit(at)
        {
            self.write_words("^");
        }
    }

    fn starts_with_digit(&self, at: usize) -> bool {
        let mut texts = self
            .tree
            .inside(at)
            .take(16)
            .map(|inner| self.tree.text(inner).trim());
        let first = texts.find(|text| !text.is_empty()).unwrap_or("");
        first.starts_with(|c: char| c.is_ascii_digit())
    }

    /// A linked number.
    fn is_footnote(&self, at: usize) -> bool {
        let inside = self.tree.inside(at);
        inside.len() <= 4
            && self.starts_with_digit(at)
            && inside.into_iter().any(|at| self.tree.is(at, "a"))
    }

    /// Writes what stands between the text before and the text to come.
    fn begin(&mut self) {
        let is_first = self.text.is_empty();
        match self.gap {
            _ if is_first => {}
            Gap::None => {}
            Gap::Space => {
                if self.separators == 0 || self.in_cell == 0 {
                    self.text.push(' ');
                }
            }
            Gap::Line => self.text.push('\n'),
            Gap::Block => self.text.push_str("\n\n"),
        }
        if self.in_cell > 0 {
            for _ in 0..std::mem::take(&mut self.separators) {
                self.text.push_str(" | ");
            }
        }
        if let Some(marker) = self.marker.take() {
            self.text.push_str(&marker);
        }
        self.gap = Gap::None;
    }

    fn write_words(&mut self, text: &str) {
        let is_space = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}');
        let mut words = text
            .split(is_space)
            .filter(|word| !word.is_empty())
            .peekable();
        if words.peek().is_none() {
            if !text.is_empty() {
                self.space();
            }
            return;
        }
        if text.starts_with(is_space) {
            self.space();
        }
        for (number, word) in words.enumerate() {
            if number > 0 {
                self.text.push(' ');
            } else {
                self.begin();
            }
            self.text.push_str(word);
        }
        if text.ends_with(is_space) {
            self.space();
        }
    }

    fn space(&mut self) {
        if !self.text.is_empty() && self.marker.is_none() {
            self.gap = self.gap.max(Gap::Space);
        }
    }

    fn write_lines(&mut self, text: &str) {
        // The line break right behind the tag is no text.
        let text = if self.gap >= Gap::Line || self.text.is_empty() {
            text.trim_start_matches('\n')
        } else {
            text
        };
        if text.trim().is_empty() {
            if text.contains('\n') {
                self.raise(Gap::Line);
            }
            return;
        }
        self.begin();
        let end = text.trim_end().len();
        self.text.push_str(&text[..end]);
        if text[end..].contains('\n') {
            self.raise(Gap::Line);
        } else if end < text.len() {
            self.space();
        }
    }
}
