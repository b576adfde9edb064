//! Finds names of a vocabulary in a text: which entry, by which name, at which bytes.
//!
//! A text is cut into the words that an index would have (`analysis`), so that accents,
//! possessives (`Iran's`) and the stops of an acronym (`U.S.`) do not matter and a name never
//! begins or ends inside a word. At every word the longest name wins, and names do not overlap.
//! Between the words of a name stands white space, a hyphen or an ampersand, or the stop of an
//! abbreviation.
//!
//! Codes are not looked for: too many of them are words (`CAN`, `AND`). Silent entries are not
//! either. A name whose case matters is found in that case only; where nothing is written small
//! (headlines in capitals) the case says nothing, and such a name needs context.

use std::collections::HashMap;
use std::ops::Range;

use super::compiled::{EntryId, Vocabulary};
use super::entry::Role;
use crate::analysis::tokenize;

/// The most words of a name that is looked for; longer names are left out.
const MAX_WORDS: usize = 12;

/// The most bytes between two words of a name.
const MAX_GAP: usize = 3;

/// A name found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mention {
    /// Where it stands: bytes of the text, without a possessive ending.
    pub range: Range<usize>,
    /// The words before it.
    pub position: u32,
    /// The entries that have the name, those with the strongest claim.
    pub entries: Vec<EntryId>,
    /// How the name speaks of them.
    pub role: Role,
    /// The name means other things as well, or several entries, or its case is not known.
    pub needs_context: bool,
}

/// The names of a vocabulary, made ready to be found.
#[derive(Debug)]
pub struct Matcher {
    words: HashMap<String, u32>,
    /// From a node and a word to the next node; 0 is where every name begins.
    steps: HashMap<(u32, u32), u32>,
    /// The names that end at a node.
    ends: HashMap<u32, Vec<Target>>,
}

/// A name of an entry.
#[derive(Debug)]
struct Target {
    entry: EntryId,
    role: Role,
    is_first: bool,
    context: bool,
    /// Its letters and digits as they have to be, if their case matters.
    exactly: Option<String>,
}

/// A word of the text being looked at.
#[derive(Debug, Clone, Copy)]
struct Word {
    id: Option<u32>,
    length: usize,
    start: usize,
    end: usize,
}

impl Matcher {
    /// Makes the names of a vocabulary ready; its memory and time grow with the names.
    pub fn new(vocabulary: &Vocabulary) -> Self {
        let mut matcher = Self {
            words: HashMap::new(),
            steps: HashMap::new(),
            ends: HashMap::new(),
        };
        for entry in vocabulary.entries().filter(|entry| !entry.is_silent()) {
            for (number, name) in entry.names().enumerate() {
                if name.role == Role::Code {
                    continue;
                }
                let target = Target {
                    entry: entry.id(),
                    role: name.role,
                    is_first: number == 0,
                    context: name.context,
                    exactly: name.case.then(|| letters(name.text)),
                };
                matcher.add(name.text, target);
            }
        }
        matcher
    }

    fn add(&mut self, name: &str, target: Target) {
        let mut ids = Vec::new();
        let count = self.words.len() as u32;
        let mut fresh = Vec::new();
        tokenize(name, |token| {
            let known = self.words.get(token.exact).copied();
            let id = known.unwrap_or_else(|| {
                let at = fresh.iter().position(|word| word == token.exact);
                let at = at.unwrap_or_else(|| {
                    fresh.push(token.exact.to_owned());
                    fresh.len() - 1
                });
                count + at as u32
            });
            ids.push(id);
        });
        if ids.is_empty() || ids.len() > MAX_WORDS {
            return;
        }
        self.words
            .extend((count..).zip(fresh).map(|(id, word)| (word, id)));
        let mut node = 0;
        for id in ids {
            let next = self.steps.len() as u32 + 1;
            node = *self.steps.entry((node, id)).or_insert(next);
        }
        self.ends.entry(node).or_default().push(target);
    }

    /// Every name in a text, in order.
    pub fn find(&self, text: &str) -> Vec<Mention> {
        let mut words = Vec::new();
        tokenize(text, |token| {
            words.push(Word {
                id: self.words.get(token.exact).copied(),
                length: token.exact.len(),
                start: token.start,
                end: token.end,
            });
        });
        let has_case = text.chars().any(char::is_lowercase);
        let mut mentions = Vec::new();
        let mut at = 0;
        while at < words.len() {
            match self.longest(text, &words[at..], has_case) {
                Some((length, mut mention)) => {
                    mention.position = at as u32;
                    mentions.push(mention);
                    at += length;
                }
                None => at += 1,
            }
        }
        mentions
    }

    /// The longest name at the first of these words, and how many of them it takes.
    fn longest(&self, text: &str, words: &[Word], has_case: bool) -> Option<(usize, Mention)> {
        let mut node = 0;
        let mut best = None;
        for (at, word) in words.iter().enumerate().take(MAX_WORDS) {
            if at > 0 && !is_gap(text, words[at - 1], *word) {
                break;
            }
            let Some(&next) = word.id.and_then(|id| self.steps.get(&(node, id))) else {
                break;
            };
            node = next;
            if let Some(targets) = self.ends.get(&node) {
                let range = words[0].start..without_possessive(text, word.start, word.end);
                if let Some(mention) = meant(text, range, targets, has_case) {
                    best = Some((at + 1, mention));
                }
            }
        }
        best
    }
}

/// What a name means at a place of a text; `None` if it has to be written otherwise.
fn meant(text: &str, range: Range<usize>, targets: &[Target], has_case: bool) -> Option<Mention> {
    let surface = letters(text.get(range.clone())?);
    let fits = |target: &&Target| {
        let exactly = target.exactly.as_ref();
        !has_case || exactly.is_none_or(|exactly| *exactly == surface)
    };
    let rank = |target: &Target| (target.role, !target.is_first);
    let best = targets.iter().filter(fits).map(rank).min()?;
    let mut entries = Vec::new();
    let mut needs_context = false;
    for target in targets.iter().filter(fits).filter(|&t| rank(t) == best) {
        needs_context |= target.context || (!has_case && target.exactly.is_some());
        if !entries.contains(&target.entry) {
            entries.push(target.entry);
        }
    }
    needs_context |= entries.len() > 1;
    Some(Mention {
        range,
        position: 0,
        entries,
        role: best.0,
        needs_context,
    })
}

/// Whether two words can belong to one name: what stands between them is no end of anything.
fn is_gap(text: &str, before: Word, after: Word) -> bool {
    let Some(gap) = text.get(before.end..after.start) else {
        return false;
    };
    // `St. Lucia`, `J. Roe`: an abbreviation is short.
    let may_stop = before.length <= 3;
    gap.len() <= MAX_GAP
        && gap.chars().all(|c| match c {
            '-' | '&' | '\u{2010}' | '\u{2011}' | '\'' | '\u{2019}' => true,
            '.' => may_stop,
            c => c.is_whitespace(),
        })
}

/// The end of a word without `'s`, or the apostrophe of a plural.
fn without_possessive(text: &str, start: usize, end: usize) -> usize {
    let word = text.get(start..end).unwrap_or("");
    for ending in ["'s", "\u{2019}s", "'S", "\u{2019}S", "'", "\u{2019}"] {
        if let Some(rest) = word.strip_suffix(ending).filter(|rest| !rest.is_empty()) {
            return start + rest.len();
        }
    }
    end
}

/// The letters and digits of a text.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests;
