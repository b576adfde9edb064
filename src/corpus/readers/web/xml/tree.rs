//! XML to a flat tree. Entities are never expanded: those of the language are resolved, all others
//! stay as they are written. What is not well formed is read as far as it can be.

use std::ops::Range;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::corpus::limits;
use crate::corpus::read::metadata::cut_at;

/// A document as a list of nodes; a node's descendants follow it, up to its `end`.
#[derive(Debug, Default)]
pub(super) struct Xml {
    pub(super) nodes: Vec<Node>,
    text: String,
    /// Where it breaks off, if it does.
    pub(super) broken: Option<String>,
    /// The first entity that was not expanded.
    pub(super) entity: Option<String>,
    /// Whether some elements were left out because there was too much of them.
    pub(super) flattened: bool,
    /// The elements that were open at the end.
    pub(super) unclosed: Vec<usize>,
}

#[derive(Debug)]
pub(super) struct Node {
    pub(super) parent: usize,
    /// The first node that is not in it.
    pub(super) end: usize,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Element {
        /// Without its prefix.
        name: Box<str>,
        prefix: Box<str>,
        attributes: Vec<(Box<str>, Box<str>)>,
    },
    Text(Range<usize>),
}

impl Xml {
    pub(super) fn new(source: &str) -> Self {
        let mut builder = Builder::default();
        let mut reader = Reader::from_str(source);
        let config = reader.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        loop {
            match reader.read_event() {
                Ok(Event::Start(start)) => builder.start(&start, false),
                Ok(Event::Empty(start)) => builder.start(&start, true),
                Ok(Event::End(end)) => builder.end(end.local_name().as_ref()),
                Ok(Event::Text(text)) => builder.push_text(&text),
                Ok(Event::CData(text)) => builder.push_text(&text),
                Ok(Event::GeneralRef(reference)) => builder.reference(&reference),
                Ok(Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_)) => {}
                Ok(Event::Eof) => break,
                Err(error) => {
                    let at = reader.error_position();
                    builder.xml.broken = Some(format!("{error} at byte {at}"));
                    break;
                }
            }
        }
        builder.finish()
    }

    /// The name of an element without its prefix; nothing for a text.
    pub(super) fn name(&self, at: usize) -> &str {
        match &self.nodes[at].kind {
            Kind::Element { name, .. } => name,
            Kind::Text(_) => "",
        }
    }

    pub(super) fn prefix(&self, at: usize) -> &str {
        match &self.nodes[at].kind {
            Kind::Element { prefix, .. } => prefix,
            Kind::Text(_) => "",
        }
    }

    pub(super) fn text(&self, at: usize) -> &str {
        match &self.nodes[at].kind {
            Kind::Text(range) => &self.text[range.clone()],
            Kind::Element { .. } => "",
        }
    }

    /// An attribute by its name without prefix.
    pub(super) fn attribute(&self, at: usize, name: &str) -> Option<&str> {
        let Kind::Element { attributes, .. } = &self.nodes[at].kind else {
            return None;
        };
        let found = attributes.iter().find(|(known, _)| &**known == name);
        found
            .map(|(_, value)| &**value)
            .filter(|value| !value.trim().is_empty())
    }

    /// The elements right in a node.
    pub(super) fn children(&self, at: usize) -> impl Iterator<Item = usize> {
        let end = self.nodes[at].end;
        let next = move |at: usize| Some(at).filter(|&at| at < end);
        let all = std::iter::successors(next(at + 1), move |&at| next(self.nodes[at].end));
        all.filter(|&at| !self.name(at).is_empty())
    }

    /// The elements of this name anywhere in a node, but not in each other: what is nested must
    /// not be read once for each level.
    pub(super) fn all<'x>(&'x self, at: usize, name: &'x str) -> impl Iterator<Item = usize> + 'x {
        let end = self.nodes[at].end;
        let find = move |from: usize| (from..end).find(|&at| self.name(at) == name);
        std::iter::successors(find(at + 1), move |&at| find(self.nodes[at].end))
    }

    /// The first element of this name anywhere in a node.
    pub(super) fn first(&self, at: usize, name: &str) -> Option<usize> {
        self.all(at, name).next()
    }

    /// The first element right in a node that has this name.
    pub(super) fn child(&self, at: usize, name: &str) -> Option<usize> {
        self.children(at).find(|&at| self.name(at) == name)
    }

    /// The text in a node in one line: more than is kept of a text within metadata, and no more.
    pub(super) fn plain(&self, at: usize) -> String {
        self.line(at, 2 * limits::METADATA_TEXT_BYTES)
    }

    /// The text in a node in one line, up to the word behind so many bytes.
    pub(super) fn line(&self, at: usize, most: usize) -> String {
        let mut line = String::new();
        let mut is_apart = false;
        for inner in at..self.nodes[at].end {
            let text = self.text(inner);
            for (place, word) in text.split_whitespace().enumerate() {
                is_apart |= place > 0 || text.starts_with(char::is_whitespace);
                if is_apart && !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(&word[..cut_at(word, most)]);
                is_apart = false;
                if line.len() > most {
                    return line;
                }
            }
            is_apart |= text.ends_with(char::is_whitespace);
        }
        line
    }

    /// All text in a node as it is written.
    pub(super) fn raw(&self, at: usize) -> String {
        (at..self.nodes[at].end).map(|at| self.text(at)).collect()
    }

    /// The text of the first element of this name, if there is any.
    pub(super) fn text_of(&self, at: usize, name: &str) -> Option<String> {
        let found = self.all(at, name).map(|at| self.plain(at));
        found.into_iter().find(|text| !text.is_empty())
    }

    /// Readable text: the elements that `is_block` names are apart by blank lines; those that
    /// `is_left_out` names are left out. Within others, runs of white space are one space.
    pub(super) fn blocks(
        &self,
        root: usize,
        is_block: impl Fn(&str) -> bool,
        is_left_out: impl Fn(&str) -> bool,
    ) -> String {
        let mut blocks = Blocks::default();
        let mut open: Vec<(usize, bool)> = Vec::new();
        let end = self.nodes[root].end;
        let mut at = root;
        while at < end {
            blocks.leave(&mut open, at);
            let name = self.name(at);
            if name.is_empty() {
                blocks.block.push_str(self.text(at));
            } else if is_left_out(name) {
                at = self.nodes[at].end;
                continue;
            } else if matches!(name, "br" | "lb") {
                blocks.block.push(' ');
            } else if matches!(name, "td" | "th" | "cell" | "entry") {
                open.push((self.nodes[at].end, true));
            } else if is_block(name) {
                blocks.flush();
                blocks.is_tight = matches!(name, "tr" | "row" | "li" | "item" | "l");
                if matches!(name, "li" | "item") {
                    blocks.block.push_str("- ");
                }
                open.push((self.nodes[at].end, false));
            }
            at += 1;
        }
        blocks.leave(&mut open, end);
        blocks.flush();
        blocks.text
    }
}

/// The text of one block after the other.
#[derive(Default)]
struct Blocks {
    text: String,
    block: String,
    /// Whether the block stands right under one of its kind, as items and rows do.
    is_tight: bool,
    was_tight: bool,
}

impl Blocks {
    /// Ends the elements that end before a node.
    fn leave(&mut self, open: &mut Vec<(usize, bool)>, at: usize) {
        while let Some(&(end, is_cell)) = open.last()
            && end <= at
        {
            open.pop();
            if is_cell {
                self.block.push_str(" | ");
            } else {
                self.flush();
            }
        }
    }

    fn flush(&mut self) {
        let words: Vec<&str> = self.block.split_whitespace().collect();
        let line = words.join(" ");
        let line = line.trim_end_matches([' ', '|']);
        if line == "-" {
            // The text of the item stands in a block of its own.
            return;
        }
        if !line.is_empty() {
            if !self.text.is_empty() {
                let is_tight = self.is_tight && self.was_tight;
                self.text.push_str(if is_tight { "\n" } else { "\n\n" });
            }
            self.text.push_str(line);
            self.was_tight = self.is_tight;
            self.is_tight = false;
        }
        self.block.clear();
    }
}

#[derive(Default)]
struct Builder {
    xml: Xml,
    open: Vec<usize>,
    elements: usize,
    /// How many elements are open that were left out.
    left_out: usize,
    /// How many ends had no start, and how many entities no meaning.
    unmatched: usize,
    unknown: usize,
}

impl Builder {
    fn push(&mut self, kind: Kind) -> usize {
        let at = self.xml.nodes.len();
        let parent = self.open.last().copied().unwrap_or(at);
        self.xml.nodes.push(Node {
            parent,
            end: at + 1,
            kind,
        });
        at
    }

    fn start(&mut self, start: &BytesStart<'_>, is_empty: bool) {
        self.elements += 1;
        let is_deep = self.open.len() >= limits::XML_DEPTH;
        if is_deep || self.elements > limits::XML_NODES {
            self.xml.flattened = true;
            self.left_out += usize::from(!is_empty);
            self.push_text(" ");
            return;
        }
        let name = start.local_name().as_ref().into();
        let prefix = start.name().prefix();
        let prefix = prefix.map_or_else(|| "".into(), |prefix| prefix.as_ref().into());
        let mut attributes = Vec::new();
        for attribute in start
            .html_attributes()
            .with_checks(false)
            .flatten()
            .take(256)
        {
            let key: Box<str> = attribute.key.local_name().as_ref().into();
            let value = self.resolved(&attribute.value);
            attributes.push((key, value.into()));
        }
        let at = self.push(Kind::Element {
            name,
            prefix,
            attributes,
        });
        if !is_empty {
            self.open.push(at);
        }
    }

    /// Ends the innermost open element of this name, and what is in it; none if there is none.
    fn end(&mut self, name: &str) {
        if self.left_out > 0 {
            self.left_out -= 1;
            return;
        }
        // Whoever writes many ends without starts does not get all elements looked at each time.
        let depth = if self.unmatched < 1_000 {
            self.open.len()
        } else {
            16
        };
        let from = self.open.len().saturating_sub(depth);
        let place = self.open[from..]
            .iter()
            .rposition(|&at| self.xml.name(at) == name);
        let Some(place) = place.map(|place| from + place) else {
            self.unmatched += 1;
            self.note_broken("an end without its start");
            return;
        };
        if place + 1 < self.open.len() {
            self.note_broken("an element is not closed where the one around it ends");
        }
        self.close(place);
    }

    fn note_broken(&mut self, what: &str) {
        self.xml.broken.get_or_insert_with(|| what.to_owned());
    }

    fn close(&mut self, from: usize) {
        let end = self.xml.nodes.len();
        for at in self.open.drain(from..) {
            self.xml.nodes[at].end = end;
        }
    }

    fn push_text(&mut self, text: &str) {
        if self.open.is_empty() {
            return;
        }
        let start = self.xml.text.len();
        // Line ends are one character, and NUL is none.
        let clean = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
        if text.chars().all(clean) {
            self.xml.text.push_str(text);
        } else {
            self.xml.text.extend(text.chars().filter(|&c| clean(c)));
        }
        let end = self.xml.text.len();
        let last = self.xml.nodes.len() - 1;
        let is_here = self.open.last() == Some(&self.xml.nodes[last].parent);
        match &mut self.xml.nodes[last].kind {
            Kind::Text(range) if is_here && range.end == start => range.end = end,
            _ => {
                self.push(Kind::Text(start..end));
            }
        }
    }

    fn reference(&mut self, name: &str) {
        let text = self.resolve(name);
        self.push_text(&text);
    }

    /// What stands between `&` and `;`: a character of the language, or itself.
    fn resolve(&mut self, name: &str) -> String {
        if let Some(number) = name.strip_prefix('#') {
            let hex = number.strip_prefix(['x', 'X']);
            let code = match hex {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            let c = code
                .ok()
                .and_then(char::from_u32)
                .unwrap_or(char::REPLACEMENT_CHARACTER);
            return c.to_string();
        }
        let known = quick_xml::escape::resolve_predefined_entity(name);
        if let Some(known) = known {
            return known.to_owned();
        }
        let whole = format!("&{name};");
        // Whoever invents names by the thousand gets none of them looked up any more.
        if self.unknown > 1_000 {
            return whole;
        }
        // The names of HTML are known without a definition, and feeds use them.
        let html = super::super::html::text(&whole);
        if html.chars().count() == 1 || name == "nbsp" {
            return if html.is_empty() {
                "\u{a0}".to_owned()
            } else {
                html
            };
        }
        self.unknown += 1;
        self.xml
            .entity
            .get_or_insert_with(|| name.chars().take(80).collect());
        whole
    }

    fn resolved(&mut self, value: &str) -> String {
        if !value.contains('&') {
            return value.to_owned();
        }
        let mut text = String::new();
        let mut rest = value;
        while let Some((before, after)) = rest.split_once('&') {
            text.push_str(before);
            rest = after;
            match after.split_once(';') {
                Some((name, after)) if name.len() <= 32 => {
                    text.push_str(&self.resolve(name));
                    rest = after;
                }
                _ => text.push('&'),
            }
        }
        text.push_str(rest);
        text
    }

    fn finish(mut self) -> Xml {
        self.xml.unclosed.clone_from(&self.open);
        self.close(0);
        self.xml
    }
}
