//! What a query means, by trying everything: occurrences are sets of positions, put together one by
//! one from the words of a text.

use std::collections::BTreeSet;

use crate::analysis::{Analyzer, Language, unpack};
use crate::query::{Distance, Near, Query, TextField};

/// A text as the index sees it.
#[derive(Debug, Clone)]
pub(super) struct Text {
    words: Vec<(String, String)>,
    sentences: Vec<u32>,
    paragraphs: Vec<u32>,
    language: Language,
}

type Set = BTreeSet<u32>;
/// Whether a word (exact form, stem) may stand somewhere.
type Slot = Box<dyn Fn(&str, &str) -> bool>;

impl Text {
    pub(super) fn new(text: &str, language: Language, is_body: bool) -> Self {
        let analysis = Analyzer::new().analyze(text, language);
        let words = unpack(&analysis.exact).zip(unpack(&analysis.stem));
        let one = |starts: Vec<u32>| if is_body { starts } else { vec![0] };
        Self {
            words: words
                .map(|((exact, _), (stem, _))| (exact.to_owned(), stem.to_owned()))
                .collect(),
            sentences: one(analysis.sentences),
            paragraphs: one(analysis.paragraphs),
            language,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether a clause about text is met in this field.
    pub(super) fn meets(&self, query: &Query, field: TextField) -> bool {
        !self.occurrences(query, field).is_empty()
    }

    fn occurrences(&self, query: &Query, field: TextField) -> BTreeSet<Set> {
        let (slots, of, moves): (Vec<Slot>, _, _) = match query {
            Query::Or(parts) => {
                let parts = parts.iter().map(|part| self.occurrences(part, field));
                return parts.flatten().collect();
            }
            Query::Boost(inner, _) => return self.occurrences(inner, field),
            Query::Near(near) => return self.near(near, field),
            Query::Word(word) => {
                let mut analyzer = Analyzer::new();
                let tokens = exact(&word.text);
                let last = tokens.len().saturating_sub(1);
                let slots = tokens
                    .into_iter()
                    .enumerate()
                    .map(|(at, token)| {
                        lone(&token, at == 0, at == last).unwrap_or_else(|| {
                            let wanted = analyzer.stem(&token, self.language).to_owned();
                            Box::new(move |_, stem| stem == wanted)
                        })
                    })
                    .collect();
                (slots, word.field, 0)
            }
            Query::Phrase(phrase) => {
                let tokens = exact(&phrase.text);
                let last = tokens.len().saturating_sub(1);
                let slots = tokens
                    .into_iter()
                    .enumerate()
                    .map(|(at, token)| {
                        let beside = phrase.moves > 0;
                        lone(
                            &token,
                            at == 0 && !beside || last == 0,
                            at == last && !beside || last == 0,
                        )
                        .unwrap_or_else(|| is(token))
                    })
                    .collect();
                (slots, phrase.field, phrase.moves)
            }
            Query::Pattern(pattern) => {
                let slots = match pattern.text.as_str() {
                    "核*" => vec![contains("核")],
                    "?武" | "*核武" => vec![is("核武".to_owned())],
                    "*武器*" => vec![is("武器".to_owned())],
                    "核?器" => vec![is("核武".to_owned()), is("武器".to_owned())],
                    text => text
                        .split('-')
                        .map(|part| {
                            let part: Vec<char> = part.to_lowercase().chars().collect();
                            Box::new(move |exact: &str, _: &str| {
                                glob(&part, &exact.chars().collect::<Vec<_>>())
                            }) as Slot
                        })
                        .collect(),
                };
                (slots, pattern.field, 0)
            }
            Query::Fuzzy(fuzzy) => {
                let edits = usize::from(fuzzy.edits);
                let slots = exact(&fuzzy.text).into_iter().map(|word| {
                    Box::new(move |exact: &str, _: &str| distance(&word, exact) <= edits) as Slot
                });
                (slots.collect(), fuzzy.field, 0)
            }
            Query::Regex(regex) => {
                let fits: fn(&str) -> bool = match regex.pattern.as_str() {
                    "WARS?" => |word| word == "war" || word == "wars",
                    "pri.+" => |word| word.starts_with("pri") && word.len() > 3,
                    "[ot].*" => |word| word.starts_with(['o', 't']),
                    ".*(s|ÿ)" => |word| word.ends_with(['s', 'y']),
                    "." => |word| word.chars().count() == 1,
                    other => panic!("not generated: {other}"),
                };
                let slot: Slot = Box::new(move |exact, _| fits(exact));
                (vec![slot], regex.field, 0)
            }
            other => panic!("no clause about text: {other:?}"),
        };
        if of.is_some_and(|of| of != field) {
            return BTreeSet::new();
        }
        self.sequences(&slots, moves)
    }

    fn sequences(&self, slots: &[Slot], moves: u32) -> BTreeSet<Set> {
        let mut partial: Vec<Vec<u32>> = vec![Vec::new()];
        for slot in slots {
            let mut longer = Vec::new();
            for chosen in partial {
                for (at, (exact, stem)) in (0..).zip(&self.words) {
                    if slot(exact, stem) && !chosen.contains(&at) {
                        longer.push([chosen.as_slice(), &[at]].concat());
                    }
                }
            }
            partial = longer;
        }
        partial.retain(|chosen| {
            let shifts = || (0_i64..).zip(chosen).map(|(k, &at)| i64::from(at) - k);
            let spread = shifts().max().zip(shifts().min()).map(|(a, b)| a - b);
            spread.is_some_and(|spread| spread <= i64::from(moves))
        });
        partial
            .into_iter()
            .map(|chosen| chosen.into_iter().collect())
            .collect()
    }

    fn near(&self, near: &Near, field: TextField) -> BTreeSet<Set> {
        let lefts = self.occurrences(&near.left, field);
        let rights = self.occurrences(&near.right, field);
        let mut found = BTreeSet::new();
        for left in &lefts {
            for right in &rights {
                if left.is_disjoint(right) && self.are_near(near, left, right) {
                    found.insert(left | right);
                }
            }
        }
        found
    }

    fn are_near(&self, near: &Near, left: &Set, right: &Set) -> bool {
        let first = |set: &Set| i64::from(*set.first().unwrap());
        let last = |set: &Set| i64::from(*set.last().unwrap());
        if near.ordered && last(left) >= first(right) {
            return false;
        }
        let starts = match near.within {
            Distance::Words(words) => {
                let gap = (first(right) - last(left)).max(first(left) - last(right));
                return gap <= i64::from(words);
            }
            Distance::Sentence => &self.sentences,
            Distance::Paragraph => &self.paragraphs,
        };
        let mut units = left
            .union(right)
            .map(|at| starts.iter().filter(|&start| start <= at).count());
        let one = units.next();
        units.all(|unit| Some(unit) == one)
    }
}

fn exact(text: &str) -> Vec<String> {
    let tokens = Analyzer::new().query_tokens(text).into_iter();
    tokens.map(|token| token.exact).collect()
}

fn is(word: String) -> Slot {
    Box::new(move |exact, _| exact == word)
}

fn contains(letter: &str) -> Slot {
    let letter = letter.to_owned();
    Box::new(move |exact, _| exact.contains(&letter))
}

/// A letter that stands in pairs: with one before it unless something else is wanted there, with
/// one behind it likewise.
fn lone(token: &str, is_first: bool, is_last: bool) -> Option<Slot> {
    if token != "核" {
        return None;
    }
    Some(Box::new(move |exact, _| {
        exact == "核" || is_first && exact.ends_with('核') || is_last && exact.starts_with('核')
    }))
}

fn glob(pattern: &[char], word: &[char]) -> bool {
    match (pattern.split_first(), word.split_first()) {
        (None, None) => true,
        (Some(('*', rest)), _) => {
            glob(rest, word)
                || word
                    .split_first()
                    .is_some_and(|(_, word)| glob(pattern, word))
        }
        (Some(('?', rest)), Some((_, word))) => glob(rest, word),
        (Some((wanted, rest)), Some((found, word))) => wanted == found && glob(rest, word),
        _ => false,
    }
}

/// Insertions, deletions, replacements and exchanges of neighbours, no letter edited twice: the
/// whole table.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            if i == 0 || j == 0 {
                table[i][j] = i + j;
                continue;
            }
            let replaced = table[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = replaced.min(table[i - 1][j] + 1).min(table[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(table[i - 2][j - 2] + 1);
            }
            table[i][j] = least;
        }
    }
    table[a.len()][b.len()]
}
