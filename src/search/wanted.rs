//! What a clause about text wants, for every engine and the highlighter alike: which words in which
//! slots, and how the slots stand to each other.

use std::sync::Arc;

use super::pattern::{Element, MAX_PATTERN_CHARACTERS, WordPattern};
use super::spans::{Near, Sequence, Shape};
use crate::analysis::{Analyzer, fold, is_mark, is_unspaced_letter};
use crate::query::{Diagnostic, Query, Severity, TextField};
use crate::{Error, ErrorKind, Result};

/// Words that a slot stands for.
#[derive(Debug, Clone)]
pub(crate) enum Form {
    /// A word in all its forms, given by its exact form.
    Any(String),
    /// Exactly this form.
    Exact(String),
    /// Every word whose exact form fits.
    Fits(Arc<WordPattern>),
}

/// A place for a word.
#[derive(Debug, Clone)]
pub(crate) struct WantedSlot {
    /// Any of these.
    pub forms: Vec<Form>,
    /// Where it stands; in title or body if `None`.
    pub field: Option<TextField>,
}

/// What a clause wants.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub slots: Vec<WantedSlot>,
    pub shape: Shape,
}

/// Reads a clause about text; `None` if analysis left nothing of it. `table_bytes`: those that the
/// tables of the query's regular expressions may still have.
///
/// # Errors
/// [`ErrorKind::Query`] if an expression or pattern cannot be used, or stands beside `NEAR` and
/// has no place in a text.
pub(crate) fn wanted(
    analyzer: &Analyzer,
    query: &Query,
    diagnostics: &mut Vec<Diagnostic>,
    table_bytes: &mut usize,
) -> Result<Option<Wanted>> {
    let mut reading = Reading {
        analyzer,
        table_bytes,
        slots: Vec::new(),
        diagnostics,
    };
    let shape = reading.shape(query)?;
    let slots = reading.slots;
    Ok(shape.map(|shape| Wanted { slots, shape }))
}

/// That analysis left nothing of a text.
fn left_out(text: &str) -> Diagnostic {
    let message = format!("`{text}` holds no letter or digit and was left out");
    Diagnostic::new(Severity::Warning, "nothing_to_search", message)
}

struct Reading<'a> {
    analyzer: &'a Analyzer,
    slots: Vec<WantedSlot>,
    diagnostics: &'a mut Vec<Diagnostic>,
    /// What the tables of expressions may still have.
    table_bytes: &'a mut usize,
}

impl Reading<'_> {
    fn shape(&mut self, query: &Query) -> Result<Option<Shape>> {
        match query {
            Query::Word(word) => Ok(self.words(&word.text, word.field, 0, Form::Any)),
            Query::Phrase(phrase) => {
                Ok(self.words(&phrase.text, phrase.field, phrase.moves, Form::Exact))
            }
            Query::Fuzzy(fuzzy) => Ok(self.words(&fuzzy.text, fuzzy.field, 0, |word| {
                Form::Fits(Arc::new(WordPattern::fuzzy(&word, fuzzy.edits)))
            })),
            Query::Pattern(pattern) => {
                let slots = pattern_slots(self.analyzer, &pattern.text)?;
                if slots.is_empty() {
                    self.diagnostics.push(left_out(&pattern.text));
                }
                Ok(self.sequence(slots, pattern.field, 0))
            }
            Query::Regex(regex) => {
                let pattern =
                    WordPattern::regex(&regex.pattern, self.table_bytes).map_err(|reason| {
                        Error::new(
                            ErrorKind::Query,
                            format!("`/{}/` cannot be used: {reason}", regex.pattern),
                        )
                        .with_code("regex")
                        .with_hint(
                            "an expression fits one word as a whole, such as `/tank(er|s)?/`",
                        )
                    })?;
                let slots = vec![vec![Form::Fits(Arc::new(pattern))]];
                Ok(self.sequence(slots, regex.field, 0))
            }
            Query::Boost(inner, _) => self.shape(inner),
            Query::Or(parts) => {
                let mut shapes = Vec::with_capacity(parts.len());
                for part in parts {
                    shapes.extend(self.shape(part)?);
                }
                Ok(match shapes.len() {
                    0 => None,
                    1 => shapes.pop(),
                    _ => Some(Shape::Any(shapes)),
                })
            }
            Query::Near(near) => {
                let (left, right) = (self.shape(&near.left)?, self.shape(&near.right)?);
                Ok(match (left, right) {
                    (Some(left), Some(right)) => Some(Shape::Near(Box::new(Near {
                        left,
                        right,
                        within: near.within,
                        ordered: near.ordered,
                    }))),
                    (one, None) | (None, one) => one,
                })
            }
            other => Err(Error::new(
                ErrorKind::Query,
                format!("`{other}` has no place in a text that something could be near to"),
            )
            .with_code("not_a_place")
            .with_hint("join it to the rest with AND")),
        }
    }

    /// The words of a text one after the other.
    fn words(
        &mut self,
        text: &str,
        field: Option<TextField>,
        moves: u32,
        form: impl Fn(String) -> Form,
    ) -> Option<Shape> {
        let tokens = self.analyzer.query_tokens(text);
        if tokens.is_empty() {
            self.diagnostics.push(left_out(text));
        }
        let last = tokens.len().saturating_sub(1);
        let slots = (0..).zip(tokens).map(|(at, token)| {
            let form = form(token.exact.clone());
            match form {
                Form::Any(_) | Form::Exact(_)
                    if (moves == 0 || last == 0) && is_lone_letter(&token.exact) =>
                {
                    lone_letter(token.exact, at == 0, at == last)
                }
                form => vec![form],
            }
        });
        let slots = slots.collect();
        self.sequence(slots, field, moves)
    }

    fn sequence(
        &mut self,
        slots: Vec<Vec<Form>>,
        field: Option<TextField>,
        moves: u32,
    ) -> Option<Shape> {
        let first = self.slots.len();
        let length = slots.len();
        let slots = slots.into_iter().map(|forms| WantedSlot { forms, field });
        self.slots.extend(slots);
        (length > 0).then_some(Shape::Sequence(Sequence {
            first,
            length,
            moves,
        }))
    }
}

/// Whether a word is a single letter of a script without spaces: in a text it is mostly found in
/// pairs with its neighbours.
fn is_lone_letter(word: &str) -> bool {
    let mut characters = word.chars();
    characters.next().is_some_and(is_unspaced_letter) && characters.all(is_mark)
}

/// The words in which a letter of a script without spaces stands: alone; as the second of a pair,
/// if nothing comes before it in the query; as the first, if nothing comes after it.
fn lone_letter(letter: String, is_first: bool, is_last: bool) -> Vec<Form> {
    let pair = [Element::Letter, Element::Marks];
    let chars = || letter.chars().map(Element::Char);
    let mut patterns = Vec::new();
    if is_first {
        patterns.push(pair.into_iter().chain(chars()).collect());
    }
    if is_last {
        patterns.push(chars().chain(pair).collect());
    }
    let mut forms: Vec<Form> = patterns
        .into_iter()
        .filter_map(WordPattern::wildcards)
        .map(|pattern| Form::Fits(Arc::new(pattern)))
        .collect();
    forms.push(Form::Exact(letter));
    forms
}

/// Letters and numbers of dead scripts, which stand for wildcards while the words of a pattern are
/// told apart: those that the pattern itself has not are taken.
const LETTERS: std::ops::RangeInclusive<char> = '\u{10330}'..='\u{10340}';
const NUMBERS: std::ops::RangeInclusive<char> = '\u{10107}'..='\u{10117}';

/// The words of a pattern: mostly one, two where a sign inside it divides words.
fn pattern_slots(analyzer: &Analyzer, text: &str) -> Result<Vec<Vec<Form>>> {
    let characters = text.chars().filter(|&c| c != '*').count();
    if characters > MAX_PATTERN_CHARACTERS {
        return Err(Error::new(
            ErrorKind::Query,
            format!(
                "`{text}` has {characters} characters; a pattern may have {MAX_PATTERN_CHARACTERS}"
            ),
        )
        .with_code("pattern_too_long")
        .with_hint("shorten it with `*`"));
    }
    let plain: String = text.chars().filter(|c| !matches!(c, '*' | '?')).collect();
    if fold(&plain).chars().any(is_unspaced_letter) {
        return unspaced_slots(text);
    }
    let unused = |range: std::ops::RangeInclusive<char>| {
        let mut unused = range.filter(|&c| !text.contains(c));
        (unused.next().unwrap_or('x'), unused.next().unwrap_or('y'))
    };
    let (letters, numbers) = (unused(LETTERS), unused(NUMBERS));
    let mut replaced = String::with_capacity(text.len() * 2);
    for c in text.chars() {
        // Behind the comma of a number a wildcard stands for a digit, else for a letter.
        let (many, one) = if replaced.ends_with(['.', ',']) {
            numbers
        } else {
            letters
        };
        replaced.push(match c {
            '*' => many,
            '?' => one,
            c => c,
        });
    }
    let is_many = |c: char| c == letters.0 || c == numbers.0;
    let is_one = |c: char| c == letters.1 || c == numbers.1;
    let mut slots = Vec::new();
    for token in analyzer.query_tokens(&replaced) {
        let word = token.exact;
        if !word.contains(|c| is_many(c) || is_one(c)) {
            slots.push(vec![Form::Exact(word)]);
            continue;
        }
        let elements = word.chars().map(|c| match c {
            c if is_many(c) => Element::Many,
            c if is_one(c) => Element::One,
            c => Element::Char(c),
        });
        let pattern = WordPattern::wildcards(elements.collect());
        slots.push(
            pattern
                .map(|p| Form::Fits(Arc::new(p)))
                .into_iter()
                .collect(),
        );
    }
    Ok(slots)
}

/// A pattern in a script without spaces, whose texts are kept as pairs of neighbouring letters:
/// there `*` at an end says nothing, as no word ends there.
fn unspaced_slots(text: &str) -> Result<Vec<Vec<Form>>> {
    let refuse = |message: &str, hint: &str| {
        Err(Error::new(ErrorKind::Query, format!("`{text}` {message}"))
            .with_code("pattern_without_spaces")
            .with_hint(hint))
    };
    // Each letter with its marks; none for `?`.
    let mut letters: Vec<Option<String>> = Vec::new();
    for (number, piece) in text.trim_matches('*').split('*').enumerate() {
        if number > 0 {
            return refuse(
                "has `*` between letters of a script without spaces",
                "look for both sides near each other: `核 BEFORE/8 器`",
            );
        }
        for (number, run) in piece.split('?').enumerate() {
            if number > 0 {
                letters.push(None);
            }
            for c in fold(run).chars() {
                match letters.last_mut() {
                    Some(Some(letter)) if is_mark(c) => letter.push(c),
                    _ if is_unspaced_letter(c) => letters.push(Some(c.to_string())),
                    _ => {
                        return refuse(
                            "mixes scripts with and without spaces",
                            "write a pattern for each of them, next to each other",
                        );
                    }
                }
            }
        }
    }
    if let [Some(letter)] = letters.as_slice() {
        return Ok(vec![lone_letter(letter.clone(), true, true)]);
    }
    let elements = |letter: &Option<String>| -> Vec<Element> {
        match letter {
            Some(letter) => letter.chars().map(Element::Char).collect(),
            None => vec![Element::Letter, Element::Marks],
        }
    };
    Ok(letters
        .windows(2)
        .map(|pair| match pair {
            [Some(a), Some(b)] => vec![Form::Exact(format!("{a}{b}"))],
            pair => {
                let elements = pair.iter().flat_map(elements).collect();
                let pattern = WordPattern::wildcards(elements);
                pattern
                    .map(|p| Form::Fits(Arc::new(p)))
                    .into_iter()
                    .collect()
            }
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::Pattern;

    fn slots(text: &str) -> std::result::Result<Vec<Vec<Form>>, String> {
        pattern_slots(&Analyzer::new(), text).map_err(|error| error.code().to_owned())
    }

    fn fits(slot: &[Form], word: &str) -> bool {
        slot.iter().any(|form| match form {
            Form::Exact(exact) | Form::Any(exact) => exact == word,
            Form::Fits(pattern) => pattern.fits_word(word),
        })
    }

    #[test]
    fn patterns_are_cut_into_words_as_texts_are() {
        let check = |text: &str, words: &[&str], misses: &[&str]| {
            let slots = slots(text).unwrap();
            assert_eq!(slots.len(), words.len(), "{text} {slots:?}");
            for (slot, word) in slots.iter().zip(words) {
                assert!(fits(slot, word), "{text} {word}");
            }
            for word in misses {
                assert!(!fits(&slots[0], word), "{text} {word}");
            }
        };
        check("Sanction*", &["sanctions"], &["sanctio"]);
        check("caf?", &["cafe"], &["cafes"]);
        check("CAFÉ*", &["cafeteria"], &[]);
        check("o'bri*", &["o'brien"], &["obrien"]);
        check("1,2*", &["1,200"], &["1200"]);
        check("1,*", &["1,200"], &[]);
        check("cease-f*", &["cease", "fire"], &["ceasing"]);
        check("*", &["anything"], &[]);
        check("核*", &["核武"], &["武器"]);
        check("核*", &["武核"], &[]);
        check("核*", &["核"], &[]);
        check("核?", &["核武"], &["核", "武核"]);
        check("*核武器", &["核武", "武器"], &["核"]);
        check("核?器", &["核武", "武器"], &["武核"]);
    }

    #[test]
    fn patterns_that_cannot_be_looked_up_are_refused() {
        assert_eq!(slots(&"x".repeat(61)).unwrap_err(), "pattern_too_long");
        assert_eq!(slots("核*器").unwrap_err(), "pattern_without_spaces");
        assert_eq!(slots("iran核*").unwrap_err(), "pattern_without_spaces");
    }

    #[test]
    fn only_what_has_a_place_in_a_text_is_near_something() {
        let pattern = |text: &str| {
            Query::Pattern(Pattern {
                text: text.to_owned(),
                field: None,
            })
        };
        let near = |left: Query, right: Query| {
            Query::Near(crate::query::Near {
                left: Box::new(left),
                right: Box::new(right),
                within: crate::query::Distance::Words(3),
                ordered: false,
            })
        };
        let read = |query: &Query| wanted(&Analyzer::new(), query, &mut Vec::new(), &mut 0);
        let both = read(&near(pattern("a*"), pattern("b*"))).unwrap().unwrap();
        assert!(matches!(both.shape, Shape::Near(_)));
        let one = read(&near(pattern("a*"), pattern("&"))).unwrap().unwrap();
        assert!(matches!(one.shape, Shape::Sequence(_)));
        let error = read(&near(pattern("a*"), Query::All)).unwrap_err();
        assert_eq!(error.code(), "not_a_place");
    }
}
