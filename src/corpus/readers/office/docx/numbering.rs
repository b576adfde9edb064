//! The lists of a document of Word: which of their levels count, and how far they have counted.

use std::collections::BTreeMap;

use crate::corpus::readers::office::xml::{self, Tag, Visitor};

/// Word has nine levels.
const LEVELS: usize = 9;

/// What the part says about lists, and their counts so far.
#[derive(Debug, Default)]
pub(super) struct Numbering {
    /// The kinds of lists: what each level begins with, if it counts.
    kinds: BTreeMap<String, [Option<usize>; LEVELS]>,
    /// The kind of each list.
    lists: BTreeMap<String, String>,
    /// What levels of a list begin with that counts for itself.
    own: BTreeMap<String, [Option<usize>; LEVELS]>,
    /// The last number of each level: by the list if it counts for itself, else by its kind.
    counts: BTreeMap<(bool, String), [Option<usize>; LEVELS]>,
    open_kind: Option<String>,
    open_list: Option<String>,
    level: usize,
    start: usize,
}

impl Numbering {
    /// Reads the part; of one that breaks off, what is there.
    pub(super) fn read(part: &str) -> Self {
        let mut numbering = Self::default();
        let _ = xml::walk(part, &mut numbering);
        numbering
    }

    /// The number of the next item of a list; none if items have no numbers there.
    pub(super) fn next(&mut self, list: &str, level: usize) -> Option<usize> {
        let kind = self.lists.get(list)?;
        let start = (*self.kinds.get(kind)?.get(level)?)?;
        let own = self.own.get(list);
        let start = own.and_then(|own| own[level]).unwrap_or(start);
        let name = if own.is_some() { list } else { kind };
        let key = (own.is_some(), name.to_owned());
        let counts = self.counts.entry(key).or_default();
        let number = counts[level].map_or(start, |last| last.saturating_add(1));
        counts[level] = Some(number);
        counts[level + 1..].fill(None);
        Some(number)
    }
}

impl Visitor for Numbering {
    fn start(&mut self, tag: &Tag<'_>) -> bool {
        match tag.name() {
            "abstractNum" => self.open_kind = tag.attribute("abstractNumId"),
            "num" => {
                self.open_kind = None;
                self.open_list = tag.attribute("numId");
            }
            "abstractNumId" => {
                let kind = tag.attribute("val");
                if let (Some(list), Some(kind)) = (&self.open_list, kind) {
                    self.lists.insert(list.clone(), kind);
                }
            }
            "lvlOverride" => self.level = tag.number("ilvl").unwrap_or(0),
            "startOverride" => {
                if let Some(list) = self.open_list.clone()
                    && let Some(start) = self.own.entry(list).or_default().get_mut(self.level)
                {
                    *start = tag.number("val");
                }
            }
            "lvl" => {
                self.level = tag.number("ilvl").unwrap_or(0);
                self.start = 1;
            }
            "start" => self.start = tag.number("val").unwrap_or(1),
            "numFmt" => {
                let format = tag.attribute("val").unwrap_or_default();
                let counts = !matches!(format.as_str(), "bullet" | "none");
                if let Some(kind) = self.open_kind.clone().filter(|_| counts)
                    && let Some(level) = self.kinds.entry(kind).or_default().get_mut(self.level)
                {
                    *level = Some(self.start);
                }
            }
            _ => {}
        }
        true
    }

    fn end(&mut self, _: &str) {}

    fn text(&mut self, _: &str) {}
}
