//! Regular expressions, made into tables of bounded size before anything is looked up.

use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::nfa::thompson::{self, WhichCaptures};
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;
use regex_automata::{Anchored, MatchKind};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, ClassUnicodeRange, Hir, HirKind, Look};
use unicode_normalization::UnicodeNormalization;

use crate::analysis::fold;

/// The most bytes the tables of all expressions of a query may have: a MiB takes up to 40 ms to make.
pub(crate) const MAX_TABLE_BYTES: usize = 2 << 20;
/// The most bytes what they are made from may have.
const MAX_PROGRAM_BYTES: usize = 1 << 20;
/// The most levels of an expression.
const MAX_NESTING: u32 = 48;
/// The most characters of a class that are folded one by one; larger ones, such as `\w`, hold
/// what their characters fold to.
const MAX_FOLDED: usize = 512;

/// Words that an expression fits.
#[derive(Debug)]
pub(crate) struct Regex {
    table: dense::DFA<Vec<u32>>,
    start: StateID,
}

pub(super) type State = StateID;

impl Regex {
    /// Reads an expression as words are folded: case and accents do not matter in it. `left`: the
    /// bytes that its tables may have; what they have is taken off.
    pub(super) fn new(expression: &str, left: &mut usize) -> Result<Self, String> {
        let expression: String = expression.nfc().collect();
        let parsed = ParserBuilder::new()
            .case_insensitive(true)
            .nest_limit(MAX_NESTING)
            .build()
            .parse(&expression)
            .map_err(|error| reason(&error))?;
        let whole = Hir::concat(vec![folded(&parsed), Hir::look(Look::End)]);
        let program = thompson::Compiler::new()
            .configure(
                thompson::Config::new()
                    .nfa_size_limit(Some(MAX_PROGRAM_BYTES))
                    .which_captures(WhichCaptures::None),
            )
            .build_from_hir(&whole)
            .map_err(|error| too_large(&error.to_string(), error.size_limit().is_some()))?;
        let table = dense::Builder::new()
            .configure(
                dense::Config::new()
                    .start_kind(StartKind::Anchored)
                    .match_kind(MatchKind::All)
                    .dfa_size_limit(Some(*left))
                    .determinize_size_limit(Some(*left)),
            )
            .build_from_nfa(&program)
            .map_err(|error| too_large(&error.to_string(), error.is_size_limit_exceeded()))?;
        *left = left.saturating_sub(table.memory_usage());
        let start = table
            .start_state(&start::Config::new().anchored(Anchored::Yes))
            .map_err(|error| error.to_string())?;
        Ok(Self { table, start })
    }

    pub(super) fn start(&self) -> State {
        self.start
    }

    #[inline]
    pub(super) fn step(&self, state: State, byte: u8) -> Option<State> {
        let next = self.table.next_state(state, byte);
        (!self.table.is_special_state(next) || !self.table.is_dead_state(next)).then_some(next)
    }

    pub(super) fn fits(&self, state: State) -> bool {
        self.table.is_match_state(self.table.next_eoi_state(state))
    }
}

fn too_large(message: &str, is_limit: bool) -> String {
    if is_limit {
        format!(
            "the expressions of a query need tables of more than {} MiB",
            MAX_TABLE_BYTES >> 20
        )
    } else {
        message.to_owned()
    }
}

/// The last line of the parser's report, which says what is wrong; the others draw it.
fn reason(error: &regex_syntax::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default().trim();
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}

/// The expression with every letter as words have it.
fn folded(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) | HirKind::Class(Class::Bytes(_)) => hir.clone(),
        HirKind::Literal(literal) => match std::str::from_utf8(&literal.0) {
            Ok(text) => Hir::literal(fold(text).into_bytes()),
            Err(_) => hir.clone(),
        },
        HirKind::Class(Class::Unicode(class)) => {
            let count: usize = class.iter().map(ClassUnicodeRange::len).sum();
            if count > MAX_FOLDED {
                return hir.clone();
            }
            let mut class = class.clone();
            let mut several = Vec::new();
            let characters: Vec<char> = class
                .iter()
                .flat_map(|range| range.start()..=range.end())
                .collect();
            for c in characters {
                let text = fold(c.encode_utf8(&mut [0; 4]));
                let mut letters = text.chars();
                match (letters.next(), letters.next()) {
                    (Some(one), None) => class.push(ClassUnicodeRange::new(one, one)),
                    (Some(_), Some(_)) => several.push(Hir::literal(text.into_bytes())),
                    (None, _) => {}
                }
            }
            several.insert(0, Hir::class(Class::Unicode(class)));
            Hir::alternation(several)
        }
        HirKind::Repetition(repetition) => {
            let mut repetition = repetition.clone();
            *repetition.sub = folded(&repetition.sub);
            Hir::repetition(repetition)
        }
        HirKind::Capture(capture) => folded(&capture.sub),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(folded).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.iter().map(folded).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::WordPattern;
    use super::MAX_TABLE_BYTES;

    #[test]
    fn expressions_fit_whole_words_whatever_their_case_and_accents() {
        let check = |expression: &str, fits: &[&str], misses: &[&str]| {
            let pattern = WordPattern::regex(expression, &mut { MAX_TABLE_BYTES }).unwrap();
            for word in fits {
                assert!(pattern.fits_word(word), "{expression} {word}");
            }
            for word in misses {
                assert!(!pattern.fits_word(word), "{expression} {word}");
            }
        };
        check(
            "Khom[ae]ini?",
            &["khomeini", "khomain"],
            &["khomeinis", "akhomeini"],
        );
        check("a|ab", &["a", "ab"], &["abc", "b"]);
        check("^caf[éè]$", &["cafe"], &["caf"]);
        check("e\u{301}t\u{e9}", &["ete"], &["eta"]);
        check("stra(ß|x)e", &["strasse", "straxe"], &["strase"]);
        check("[A-C]{2}", &["ab", "cc"], &["ad", "a", "abc"]);
        check(r"\d+(st|th)", &["1st", "20th"], &["th"]);
        check("核.", &["核武"], &["核", "武核"]);
        check(".*", &["", "a", "中"], &[]);
        check("", &[""], &["a"]);
        check("[^a]b", &["bb", "中b"], &["ab"]);
    }

    #[test]
    fn what_is_too_large_or_cannot_be_read_is_refused() {
        for (expression, expected) in [
            ("(", "unclosed group"),
            ("a{2000}{2000}", "more than 2 MiB"),
            (r"(\w{1,30}){1,30}", "more than 2 MiB"),
            (r"\p{Nothing}", "not found"),
            (r"\bword\b", "word boundar"),
            ("[a-", "unclosed"),
        ] {
            let refusal = WordPattern::regex(expression, &mut { MAX_TABLE_BYTES }).unwrap_err();
            assert!(refusal.contains(expected), "{expression}: {refusal}");
        }
        let deep = "(".repeat(10_000) + &")".repeat(10_000);
        assert!(WordPattern::regex(&deep, &mut { MAX_TABLE_BYTES }).is_err());
        let mut left = MAX_TABLE_BYTES;
        assert!(WordPattern::regex(r"\w{2,9}", &mut left).is_ok());
        assert!(
            WordPattern::regex(r"\w{2,9}", &mut left).is_err(),
            "together they are too large"
        );
        assert!(WordPattern::regex("a.*", &mut left).is_ok());
    }
}
