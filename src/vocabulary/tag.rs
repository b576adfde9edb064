//! Finds names of vocabularies in a text: which entries, by which name, at which bytes.
//!
//! A text is cut into the words that an index would have (`analysis`), so that accents,
//! possessives (`Iran's`) and the stops of an acronym (`U.S.`) do not matter and a name never
//! begins or ends inside a word. In each vocabulary the longest name wins at every word, and names
//! do not overlap. Between the words of a name stands white space, a hyphen or an ampersand, or the
//! stop of an abbreviation.
//!
//! Codes are not looked for: too many of them are words (`CAN`, `AND`). Silent entries are not
//! either. A name whose case matters is found in that case only; where nothing is written small
//! (headlines in capitals) or the name is (a dateline), the case says nothing, and such a name
//! needs context. A phrase can be set against the names in it: `New Mexico` is not Mexico.
//!
//! Memory does not grow with the text.

use std::ops::Range;

pub(crate) use self::hints::Hints;
use self::words::Words;
pub(crate) use self::words::{QuickMap, QuickSet};
use super::compiled::{EntryId, Vocabulary};
use super::entry::Role;
use crate::analysis::{MarkedWord, Token, tokenize};

/// The most words of a name that is looked for; longer names are left out.
const MAX_WORDS: usize = 12;

/// The most bytes between two words of a name.
const MAX_GAP: usize = 3;

/// The most bytes of a word that may be an abbreviation.
const ABBREVIATION: usize = 3;

/// Words of a text that are kept at a time.
const WINDOW: usize = 4096;

/// For so many bytes of a text room is made for a word that stands in names.
const LETTERS: usize = 12;

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

/// The most vocabularies that one matcher looks for names of.
const MAX_LISTS: usize = 8;

/// The names of vocabularies, made ready to be found.
#[derive(Debug, Default)]
pub struct Matcher {
    words: Words,
    /// What each of them can be, by number.
    places: Vec<Place>,
    /// The hashes of the first two words of every name of several words.
    pairs: Vec<u64>,
    /// Of those: most neighbours begin no name, which is to be found out fast.
    hints: Hints,
    lists: Vec<Names>,
}

/// Where a word can stand in names, a bit for each vocabulary.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    begins: u8,
    goes_on: u8,
    /// It is a name by itself.
    alone: u8,
    /// Whether the word is so short that a stop behind it may mean that it is cut.
    is_short: bool,
}

/// The names of one vocabulary.
#[derive(Debug, Default)]
struct Names {
    /// From the first word of a name to its node; 0 if none begins with it.
    first: Vec<u32>,
    /// From a node and a word to the next node.
    steps: QuickMap<u64, u32>,
    nodes: u32,
    /// The names that end at a node.
    ends: Vec<Vec<Target>>,
}

/// A name of an entry.
#[derive(Debug)]
struct Target {
    /// `None`: a phrase that is set against the names in it.
    entry: Option<EntryId>,
    role: Role,
    is_first: bool,
    context: bool,
    language: Option<String>,
    /// Its letters and digits as they have to be, if their case matters.
    exactly: Option<String>,
}

/// Why a name needs context.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Doubt {
    /// It needs none.
    None,
    /// Its case matters, and is not known here.
    Case,
    /// It means other things as well.
    Said,
    /// It means several entries.
    Several,
}

/// A name found, with what tells it from others.
#[derive(Debug)]
pub(crate) struct Found {
    /// Which of the vocabularies.
    pub(crate) list: usize,
    /// Equal for equal names, however they are written.
    pub(crate) node: u32,
    pub(crate) doubt: Doubt,
    pub(crate) mention: Mention,
}

/// What a name means at a place.
type Meant = (Mention, Doubt);

/// A word of the text being looked at that stands in some name.
#[derive(Debug, Clone, Copy)]
struct Word {
    /// Its place among the words of names.
    id: u32,
    place: Place,
    /// The words of the text before it.
    position: u32,
    start: usize,
    end: usize,
}

impl Word {
    fn of(word: MarkedWord) -> Self {
        let [a, b, c, d, begins, goes_on, alone, short] = word.mark.to_le_bytes();
        Self {
            id: u32::from_le_bytes([a, b, c, d]).saturating_sub(1),
            place: Place {
                begins,
                goes_on,
                alone,
                is_short: short != 0,
            },
            position: word.position,
            start: word.start,
            end: word.end,
        }
    }
}

/// A text being looked at.
struct Text<'a> {
    whole: &'a str,
    /// Whether some letter is small.
    has_case: bool,
    language: Option<&'a str>,
}

impl Matcher {
    /// Makes the names of a vocabulary ready; its memory and time grow with the names.
    pub fn new(vocabulary: &Vocabulary) -> Self {
        let mut matcher = Self::default();
        matcher.push(vocabulary, |_| true);
        matcher
    }

    /// Makes the names of those entries of one more vocabulary ready that `wanted` takes; the
    /// others are found, and mean nothing.
    ///
    /// # Panics
    /// If it is the ninth.
    pub(crate) fn push(&mut self, vocabulary: &Vocabulary, wanted: impl Fn(EntryId) -> bool) {
        let list = self.lists.len();
        assert!(list < MAX_LISTS, "{MAX_LISTS} vocabularies at most");
        self.lists.push(Names::default());
        for entry in vocabulary.entries().filter(|entry| !entry.is_silent()) {
            let is_wanted = wanted(entry.id());
            for (number, name) in entry.names().enumerate() {
                if name.role == Role::Code {
                    continue;
                }
                let target = Target {
                    entry: is_wanted.then(|| entry.id()),
                    role: name.role,
                    is_first: number == 0,
                    context: name.context,
                    language: name.language(),
                    exactly: name.case.then(|| letters(name.text).collect()),
                };
                self.add(list, name.text, target);
            }
        }
    }

    /// Sets a phrase against the names of a vocabulary that stand in it.
    pub(crate) fn set_against(&mut self, list: usize, phrase: &str) {
        let target = Target {
            entry: None,
            role: Role::Name,
            is_first: false,
            context: false,
            language: None,
            exactly: None,
        };
        self.add(list, phrase, target);
    }

    fn add(&mut self, list: usize, name: &str, target: Target) {
        let mut words: Vec<Box<str>> = Vec::new();
        tokenize(name, |token| {
            if words.len() <= MAX_WORDS {
                words.push(token.exact.into());
            }
        });
        if words.is_empty() || words.len() > MAX_WORDS {
            return;
        }
        let ids: Vec<u32> = words.iter().map(|word| self.words.number(word)).collect();
        self.places.resize(self.words.len(), Place::default());
        for (&id, word) in ids.iter().zip(&words) {
            self.places[id as usize].is_short = word.len() <= ABBREVIATION;
        }
        let bit = 1 << list;
        let first = ids[0] as usize;
        self.places[first].begins |= bit;
        match ids[..] {
            [_] => self.places[first].alone |= bit,
            [one, two, ..] => {
                self.pairs.push(pair(one, two));
                self.hint(pair(one, two));
            }
            [] => {}
        }
        let names = &mut self.lists[list];
        if names.first.len() <= first {
            names.first.resize(first + 1, 0);
        }
        if names.first[first] == 0 {
            names.nodes += 1;
            names.first[first] = names.nodes;
        }
        let mut node = names.first[first];
        for &id in &ids[1..] {
            self.places[id as usize].goes_on |= bit;
            let next = names.nodes + 1;
            node = *names.steps.entry(step(node, id)).or_insert(next);
            names.nodes = names.nodes.max(node);
        }
        let at = node as usize;
        if names.ends.len() <= at {
            names.ends.resize_with(at + 1, Vec::new);
        }
        names.ends[at].push(target);
    }

    /// Takes the hash of a new pair into the hints.
    fn hint(&mut self, hash: u64) {
        if !self.hints.is_enough(self.pairs.len()) {
            self.hints = Hints::of(self.pairs.len(), self.pairs.iter().copied());
        }
        self.hints.add(hash);
    }

    /// What is known of a word that stands in a name: its number from 1, and what it can be; 0 for
    /// other words.
    pub(crate) fn mark(&self, word: &str) -> u64 {
        self.words.find(word).map_or(0, |id| {
            let place = self.places[id as usize];
            let short = u8::from(place.is_short);
            let [a, b, c, d] = (id + 1).to_le_bytes();
            u64::from_le_bytes([a, b, c, d, place.begins, place.goes_on, place.alone, short])
        })
    }

    /// The vocabularies in which the first of these words may begin a name.
    #[inline]
    fn begins_at(&self, words: &[Word]) -> u8 {
        let may_go_on = match words {
            [word, next, ..] if next.position - word.position <= 1 => {
                let is_known = self.hints.may_hold(pair(word.id, next.id));
                if is_known { next.place.goes_on } else { 0 }
            }
            _ => 0,
        };
        let first = words.first().map(|word| word.place);
        first.map_or(0, |place| place.begins & (place.alone | may_go_on))
    }

    /// Every name in a text, in order.
    pub fn find(&self, text: &str) -> Vec<Mention> {
        let mut mentions = Vec::new();
        let mut scan = self.scan(text, None);
        let mut add = |found: Found| mentions.push(found.mention);
        tokenize(text, |word| scan.word(word, &mut add));
        scan.finish(&mut add);
        mentions
    }

    /// Looks for names in a text whose words are to come. Where the language of a text is known,
    /// names of one other language alone are left out.
    pub(crate) fn scan<'a>(&'a self, text: &'a str, language: Option<&'a str>) -> Scan<'a> {
        Scan {
            matcher: self,
            text: Text {
                whole: text,
                has_case: text.chars().any(char::is_lowercase),
                language,
            },
            words: Vec::with_capacity((text.len() / LETTERS).min(WINDOW)),
            next: [0; MAX_LISTS],
        }
    }
}

/// A look through a text for names.
pub(crate) struct Scan<'a> {
    matcher: &'a Matcher,
    text: Text<'a>,
    /// The last of its words that stand in names.
    words: Vec<Word>,
    /// For each vocabulary the next of the words to be looked at.
    next: [usize; MAX_LISTS],
}

impl Scan<'_> {
    /// Takes the next word. Gives names that have ended, each vocabulary's in order.
    pub(crate) fn word(&mut self, word: Token<'_>, f: &mut impl FnMut(Found)) {
        let mark = self.matcher.mark(word.exact);
        if mark != 0 {
            let word = MarkedWord {
                mark,
                position: word.position,
                start: word.start,
                end: word.end,
            };
            self.marked(word, f);
        }
    }

    /// The same, of a word that is marked; those that are not may be left out.
    #[inline]
    pub(crate) fn marked(&mut self, word: MarkedWord, f: &mut impl FnMut(Found)) {
        if self.words.len() == WINDOW {
            let ready = WINDOW - MAX_WORDS;
            self.pass(ready, f);
            self.words.drain(..ready);
            for next in &mut self.next {
                *next = next.saturating_sub(ready);
            }
        }
        self.words.push(Word::of(word));
    }

    /// Gives the names that are left.
    pub(crate) fn finish(mut self, f: &mut impl FnMut(Found)) {
        self.pass(self.words.len(), f);
    }

    /// Gives the names that begin before the word `ready`.
    fn pass(&mut self, ready: usize, f: &mut impl FnMut(Found)) {
        let lists = &self.matcher.lists;
        let next = &mut self.next[..lists.len()];
        let from = next.iter().copied().min().unwrap_or(ready);
        for at in from..ready {
            let word = self.words[at];
            let mut begins = self.matcher.begins_at(&self.words[at..]);
            while begins != 0 {
                let list = begins.trailing_zeros() as usize;
                begins &= begins - 1;
                if at < next[list] {
                    continue;
                }
                let Some((length, node, mention)) =
                    lists[list].longest(1 << list, &self.text, &self.words[at..])
                else {
                    continue;
                };
                next[list] = at + length;
                if let Some((mut mention, doubt)) = mention {
                    mention.position = word.position;
                    f(Found {
                        list,
                        node,
                        doubt,
                        mention,
                    });
                }
            }
        }
        for next in next {
            *next = ready.max(*next);
        }
    }
}

impl Names {
    /// The longest name at the first of these words: how many of them it takes, its node, and
    /// what it means, if that is anything. `bit`: that of the vocabulary.
    fn longest(
        &self,
        bit: u8,
        text: &Text<'_>,
        words: &[Word],
    ) -> Option<(usize, u32, Option<Meant>)> {
        let first = words.first()?;
        let mut node = *self.first.get(first.id as usize)?;
        let mut best = None;
        for (at, word) in words.iter().enumerate().take(MAX_WORDS) {
            if at > 0 {
                let before = words[at - 1];
                if word.place.goes_on & bit == 0 || word.position - before.position > 1 {
                    break;
                }
                match self.steps.get(&step(node, word.id)) {
                    Some(&next) if is_gap(text.whole, before, *word) => node = next,
                    _ => break,
                }
            }
            if let Some(targets) = self.ends.get(node as usize).filter(|it| !it.is_empty()) {
                let range = first.start..without_possessive(text.whole, word.start, word.end);
                match meant(text, range, targets) {
                    Reading::Otherwise => {}
                    Reading::Nothing => best = Some((at + 1, node, None)),
                    Reading::Names(meant) => best = Some((at + 1, node, Some(meant))),
                }
            }
        }
        best
    }
}

/// How a name is read at a place of a text.
enum Reading {
    /// It has to be written otherwise, or is of another language.
    Otherwise,
    /// It is set against what stands in it.
    Nothing,
    Names(Meant),
}

/// What a name means at a place of a text.
fn meant(text: &Text<'_>, range: Range<usize>, targets: &[Target]) -> Reading {
    let Some(written) = text.whole.get(range.clone()) else {
        return Reading::Otherwise;
    };
    let is_as_told = |target: &Target| {
        let exactly = target.exactly.as_deref();
        exactly.is_none_or(|exactly| letters(written).eq(exactly.chars()))
    };
    let fits = |target: &&Target| {
        let is_foreign = match (&target.language, text.language) {
            (Some(own), Some(here)) => own != here,
            _ => false,
        };
        let is_otherwise = text.has_case && !is_as_told(target) && !is_shouted(written);
        !(is_otherwise || is_foreign && written.is_ascii())
    };
    let rank = |target: &Target| (target.role, !target.is_first);
    let fitting = || targets.iter().filter(fits);
    let Some(best) = fitting().map(rank).min() else {
        return Reading::Otherwise;
    };
    // The stops of `U.S.` tell it from a word in capitals.
    let is_known = text.has_case || written.contains('.');
    let mut doubt = Doubt::None;
    let mut entries = Vec::new();
    for target in fitting().filter(|target| rank(target) == best) {
        let other_case = !is_as_told(target) || !is_known;
        if target.context {
            doubt = doubt.max(Doubt::Said);
        } else if target.exactly.is_some() && other_case {
            doubt = doubt.max(Doubt::Case);
        }
        let Some(entry) = target.entry else {
            return Reading::Nothing;
        };
        if !entries.contains(&entry) {
            entries.push(entry);
        }
    }
    if entries.len() > 1 {
        doubt = Doubt::Several;
    }
    let mention = Mention {
        range,
        position: 0,
        needs_context: doubt != Doubt::None,
        entries,
        role: best.0,
    };
    Reading::Names((mention, doubt))
}

/// Whether a name of several letters is all capitals: what it would be otherwise is not known.
fn is_shouted(written: &str) -> bool {
    letters(written).nth(3).is_some() && letters(written).all(char::is_uppercase)
}

fn step(node: u32, word: u32) -> u64 {
    u64::from(node) << 32 | u64::from(word)
}

/// The hash of two neighbouring words.
fn pair(word: u32, next: u32) -> u64 {
    step(word, next).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// Whether two words can belong to one name: what stands between them is no end of anything.
fn is_gap(text: &str, before: Word, after: Word) -> bool {
    let Some(gap) = text.get(before.end..after.start) else {
        return false;
    };
    // `St. Lucia`, `J. Roe`: an abbreviation is short.
    let may_stop = before.place.is_short;
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
fn letters(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|c| c.is_alphanumeric())
}

mod hints;
#[cfg(test)]
mod tests;
mod words;
