//! Regular expressions, made into tables of bounded size before anything is looked up.

use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::nfa::thompson::{self, WhichCaptures};
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;
use regex_automata::{Anchored, MatchKind};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, ClassUnicodeRange, Hir, HirKind, Look};
use unicode_normalization::UnicodeNormalization;

use super::alphabet::Alphabet;
use crate::analysis::fold;

/// The most bytes the tables of all expressions of a query may have, or come to by the work that they
/// take to make: that is up to 30 ms.
pub(crate) const MAX_TABLE_BYTES: usize = 256 << 10;
/// Steps of that work that count as a byte. Each state of a table may be made of all states of the
/// program, for every code; a step is some 6 ns.
const STEPS: usize = 16;
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
    alphabet: Alphabet,
    /// Over the codes of characters.
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
        let folded = folded(&parsed);
        let alphabet = Alphabet::of(&folded).ok_or_else(|| too_large("", true))?;
        let whole = Hir::concat(vec![alphabet.encoded(&folded), Hir::look(Look::End)]);
        let program = thompson::Compiler::new()
            .configure(
                thompson::Config::new()
                    .nfa_size_limit(Some(MAX_PROGRAM_BYTES))
                    .which_captures(WhichCaptures::None),
            )
            .build_from_hir(&whole)
            .map_err(|error| too_large(&error.to_string(), error.size_limit().is_some()))?;
        // The engine bounds bytes alone: as many states as would take too long are too many.
        let codes = alphabet.codes() + 1;
        let steps = codes * program.states().len();
        let row = codes.next_power_of_two() * size_of::<StateID>();
        let most = (left.saturating_mul(STEPS) / steps).saturating_mul(row);
        let table = dense::Builder::new()
            .configure(
                dense::Config::new()
                    .start_kind(StartKind::Anchored)
                    .match_kind(MatchKind::All)
                    .dfa_size_limit(Some(most.min(*left)))
                    .determinize_size_limit(Some(*left)),
            )
            .build_from_nfa(&program)
            .map_err(|error| too_large(&error.to_string(), error.is_size_limit_exceeded()))?;
        let states = table.memory_usage() / (table.stride() * size_of::<StateID>());
        let work = states.saturating_mul(steps) / STEPS;
        *left = left.saturating_sub(table.memory_usage().max(work));
        let start = table
            .start_state(&start::Config::new().anchored(Anchored::Yes))
            .map_err(|error| error.to_string())?;
        Ok(Self {
            alphabet,
            table,
            start,
        })
    }

    pub(super) fn start(&self) -> State {
        self.start
    }

    #[inline]
    pub(super) fn step(&self, state: State, c: char) -> Option<State> {
        let next = self.table.next_state(state, self.alphabet.code(c));
        (!self.table.is_special_state(next) || !self.table.is_dead_state(next)).then_some(next)
    }

    pub(super) fn fits(&self, state: State) -> bool {
        self.table.is_match_state(self.table.next_eoi_state(state))
    }
}

fn too_large(message: &str, is_limit: bool) -> String {
    if is_limit {
        format!(
            "the expressions of a query cost as much as tables of more than {} KiB",
            MAX_TABLE_BYTES >> 10
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
    use proptest::prelude::*;

    use super::super::WordPattern;
    use super::*;

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
            ("a{2000}{2000}", "more than 256 KiB"),
            (r"(\w{1,30}){1,30}", "more than 256 KiB"),
            (r"\p{Nothing}", "not found"),
            (r"\bword\b", "word boundar"),
            ("[a-", "unclosed"),
        ] {
            let refusal = WordPattern::regex(expression, &mut { MAX_TABLE_BYTES }).unwrap_err();
            assert!(refusal.contains(expected), "{expression}: {refusal}");
        }
        let deep = "(".repeat(10_000) + &")".repeat(10_000);
        assert!(WordPattern::regex(&deep, &mut { MAX_TABLE_BYTES }).is_err());
        let fits =
            |expression: &str, left: &mut usize| WordPattern::regex(expression, left).is_ok();
        let mut left = MAX_TABLE_BYTES;
        // Letters of all scripts cost no more than a few.
        assert!((0..99).all(|_| fits(r"\w{2,9}ing", &mut left)));
        assert!(fits(".*a.{10}", &mut left));
        assert!(
            (0..3).any(|_| !fits(".*a.{10}", &mut left)),
            "together they are too large"
        );
        assert!(fits("a.*", &mut left));
        // It is small, but made of many.
        let mut left = MAX_TABLE_BYTES;
        assert!((0..9).any(|_| !fits("(.*a){300}", &mut left)));
        let letters: String = ('b'..='z').chain('α'..='ω').chain('а'..='я').collect();
        let mut left = MAX_TABLE_BYTES;
        assert!(!fits(&format!("(.*a){{300}}|{letters}"), &mut left));
        assert!(fits(&format!("{letters}|{letters}s"), &mut left));
    }

    /// The same expression followed byte by byte, without codes.
    fn plainly(expression: &str, word: &str) -> bool {
        let parser = ParserBuilder::new().case_insensitive(true).build();
        let whole = vec![
            Hir::look(Look::Start),
            folded(&{ parser }.parse(expression).unwrap()),
            Hir::look(Look::End),
        ];
        let program = thompson::Compiler::new()
            .build_from_hir(&Hir::concat(whole))
            .unwrap();
        let matcher = regex_automata::nfa::thompson::pikevm::PikeVM::new_from_nfa(program).unwrap();
        matcher.is_match(&mut matcher.create_cache(), word)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        #[test]
        fn codes_change_nothing(
            parts in proptest::collection::vec(
                (
                    proptest::sample::select(vec![
                        "a", "é", "中", "[a-cé]", "[^b]", r"\w", r"\W", r"\d", ".", r"\pL",
                        r"[\w&&[^a中]]", "(a|bc)", "(?-u:[a-b])", "ß", "[一-丑]", r"[^\d]",
                    ]),
                    proptest::sample::select(vec!["", "?", "*", "+", "{2}", "{0,2}"]),
                ),
                0..5,
            ),
            words in proptest::collection::vec("[abcés١1中丑𝄞.']{0,6}", 8),
        ) {
            let expression: String = parts.iter().flat_map(|(one, times)| [*one, *times]).collect();
            let pattern = WordPattern::regex(&expression, &mut { MAX_TABLE_BYTES }).unwrap();
            for word in words {
                prop_assert_eq!(
                    pattern.fits_word(&word), plainly(&expression, &word), "{} {}", expression, word
                );
            }
        }
    }
}
