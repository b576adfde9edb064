//! Words, phrases, patterns and fuzzy words: what stands free, or behind `title:` and `body:`.

use unicode_normalization::char::is_combining_mark;

use super::ast::{Fuzzy, Pattern, Phrase, Query, TextField, Word};
use super::build::boosted;
use super::field::is_known;
use super::print::quoted;
use super::problem::Problem;
use super::token::{Marks, Tail, keyword};
use super::value::{Value, any_value};
use super::{
    MAX_BOOST, MAX_EDITS, MAX_MOVES, MAX_PHRASE_WORDS, MAX_WILDCARDS, MIN_BOOST, MIN_STAR_LETTERS,
    ParseContext,
};

/// Quotes of one stroke, which mean nothing around a word.
const QUOTES: [char; 4] = ['\'', '’', '‘', '‚'];

/// A longer fuzzy word is refused: comparing costs too much, and words are shorter.
pub(super) const MAX_FUZZY_CHARACTERS: usize = 64;

/// Reads a word or quote with what stands behind it.
pub(super) fn read_text(
    field: Option<TextField>,
    value: Value<'_>,
    context: &ParseContext<'_>,
) -> Result<Query, Problem> {
    if value.is_quoted {
        return read_phrase(field, value.text);
    }
    if value.is_star() {
        return match field {
            None => Ok(Query::All),
            Some(TextField::Title) => Err(any_value("title")),
            Some(TextField::Body) => Err(any_value("body")),
        };
    }
    let marks = value.marks;
    let name = value.raw.strip_prefix('@').unwrap_or_default();
    if name.starts_with(char::is_alphanumeric) {
        return Err(saved_search_in_field(value.raw));
    }
    if let Some(at) = marks.foreign {
        return Err(foreign_operator(value, at));
    }
    if let Some(at) = marks.comparison {
        let (name, rest) = value.around(at);
        if name.is_empty() {
            return Err(Problem::new(
                "comparison_without_field",
                format!("`{}` has no number or date in front", value.raw),
            )
            .hint("write `words:>=500` or `date:>=2024`, without spaces; or put it in quotes"));
        }
        if field.is_none() && is_known(name, context.schema) {
            return Err(Problem::new(
                "missing_colon",
                format!("`{name}` needs a colon before its value"),
            )
            .better(format!("{name}:{}", rest.strip_prefix('=').unwrap_or(rest))));
        }
    }
    if marks.colon.is_some() {
        return Err(Problem::new(
            "colon_in_text",
            format!("the colon in `{}` has no field in front", value.raw),
        )
        .better(quoted(value.text)));
    }
    if value.raw.chars().all(|c| c == '?') {
        // Set off by a space, as in French: punctuation, of which the search says that it is none
        // of its words.
        return Ok(Query::Word(Word {
            text: value.text.to_owned(),
            field,
        }));
    }
    let tail = value.tail();
    if keyword(value.text).is_some() && tail != Tail::default() && marks.escape.is_none() {
        return Err(Problem::new(
            "sign_on_operator",
            format!(
                "`{}` is an operator with a sign for words behind it",
                value.raw
            ),
        )
        .better(format!("\\{}", value.raw)));
    }
    let query = match tail.tilde {
        Some(number) => read_fuzzy(field, value, number)?,
        None if marks.wildcard.is_some() => read_pattern(field, value)?,
        None => Query::Word(Word {
            text: value.text.to_owned(),
            field,
        }),
    };
    read_weight(query, tail).map_err(|problem| match problem.better {
        Some(weight) => Problem {
            better: Some(format!("{}{weight}", value.raw_before(marks.boost))),
            ..problem
        },
        None => problem,
    })
}

/// Gives a query the weight behind it. The offer of a [`Problem`] replaces `^` and its number.
pub(super) fn read_weight(query: Query, tail: Tail<'_>) -> Result<Query, Problem> {
    let Some(number) = tail.caret else {
        return Ok(query);
    };
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let is_number = |number: &str| {
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty())
    };
    if !is_number(number) {
        let problem = Problem::new(
            "not_a_weight",
            format!("`^{number}` is not a weight: how many times as much to count"),
        );
        let with_stop = number.replace(',', ".");
        return Err(if number.is_empty() {
            problem.better("^2")
        } else if is_number(&with_stop) {
            problem.better(format!("^{with_stop}"))
        } else {
            problem.hint(
                "write a number such as `^3` or `^0.5`; a `\\` before `^` makes it a plain sign",
            )
        });
    }
    let factor: f32 = number.parse().unwrap_or(f32::INFINITY);
    let boosted = boosted(query, factor);
    // Weights upon weights multiply, so that the product counts.
    let whole = match &boosted {
        Query::Boost(_, factor) => *factor,
        _ => 1.0,
    };
    if factor >= MIN_BOOST && (MIN_BOOST..=MAX_BOOST).contains(&whole) {
        return Ok(boosted);
    }
    let problem = Problem::new(
        "boost_out_of_range",
        format!("`^{number}` is beyond the weights there are, {MIN_BOOST} to {MAX_BOOST}"),
    );
    Err(if whole.total_cmp(&factor).is_eq() {
        problem.better(format!("^{}", factor.clamp(MIN_BOOST, MAX_BOOST)))
    } else {
        problem.hint("weights in weights multiply: leave one of them out")
    })
}

/// What is wrong with `title:@gulf`.
pub(super) fn saved_search_in_field(raw: &str) -> Problem {
    Problem::new(
        "saved_search_in_field",
        format!("`{raw}` is a whole question, and no value of a field"),
    )
    .hint(format!(
        "write it beside the field, or `{}` to look for the text",
        quoted(raw)
    ))
}

fn read_phrase(field: Option<TextField>, text: &str) -> Result<Query, Problem> {
    let words = text.split_whitespace().count();
    if words == 0 {
        return Err(Problem::new("empty_phrase", "there is nothing between the quotes").better(""));
    }
    if words > MAX_PHRASE_WORDS {
        return Err(Problem::new(
            "phrase_too_long",
            format!("the phrase has {words} words, more than {MAX_PHRASE_WORDS}"),
        )
        .hint("quote the telling part of it"));
    }
    Ok(Query::Phrase(Phrase {
        text: text.to_owned(),
        field,
        moves: 0,
    }))
}

/// Gives a phrase the moves behind it. The offer of a [`Problem`] replaces the phrase with them.
pub(super) fn read_moves(phrase: Phrase, number: &str) -> Result<Query, Problem> {
    let words: Vec<&str> = phrase.text.split_whitespace().collect();
    let bare = quoted(&phrase.text);
    if let [word] = words.as_slice() {
        let problem = Problem::new(
            "moves_of_one_word",
            format!("`~{number}` moves the words of a phrase, and there is only one"),
        );
        let word = word.trim_matches(|c: char| !is_word(c));
        return Err(if is_one_word(word) && word.chars().count() > 3 {
            let edits = if number == "2" { "2" } else { "" };
            problem.better(format!("{word}~{edits}"))
        } else {
            problem.better(bare)
        });
    }
    match number.parse() {
        Ok(moves) if moves <= MAX_MOVES && is_digits(number) => {
            Ok(Query::Phrase(Phrase { moves, ..phrase }))
        }
        Err(_) if number.is_empty() => Err(Problem::new(
            "moves_without_number",
            "`~` behind a phrase needs the number of moves",
        )
        .better(format!("{bare}~2"))),
        _ if is_digits(number) => Err(Problem::new(
            "too_many_moves",
            format!("`~{number}` is more than {MAX_MOVES} moves"),
        )
        .better(format!("{bare}~{MAX_MOVES}"))),
        _ => Err(Problem::new(
            "not_a_number",
            format!("`~{number}` is not a number of moves"),
        )
        .better(format!("{bare}~2"))),
    }
}

fn read_fuzzy(field: Option<TextField>, value: Value<'_>, number: &str) -> Result<Query, Problem> {
    let word = value.text.trim_matches(QUOTES);
    let edits = match number {
        "" | "1" => 1,
        "2" => MAX_EDITS,
        "0" => {
            return Err(Problem::new(
                "fuzzy_edits",
                "`~0` allows no other letter, which a word in quotes does",
            )
            .better(quoted(word)));
        }
        _ => {
            return Err(Problem::new(
                "fuzzy_edits",
                format!("`~{number}` is not 1 or 2, the letters that may differ"),
            )
            .better(format!(
                "{}~{}",
                value.raw_before(value.marks.fuzzy),
                if number.starts_with("0.") { "" } else { "2" }
            )));
        }
    };
    if value.marks.wildcard.is_some() {
        return Err(Problem::new(
            "fuzzy_pattern",
            format!(
                "`{}` has wildcards and `~`, which do not go together",
                value.raw
            ),
        )
        .better(value.raw_before(value.marks.fuzzy)));
    }
    if !is_one_word(word) {
        return Err(several_words(word, |part| {
            let letters = part.chars().count();
            (letters > 2).then(|| format!("{part}~"))
        }));
    }
    if let Some(letter) = word.chars().find(|&c| is_unspaced(c)) {
        return Err(unspaced(letter).better(quoted(word)));
    }
    let letters = word.chars().filter(|c| c.is_alphanumeric()).count();
    if letters < usize::from(edits) + 2 {
        return Err(Problem::new(
            "fuzzy_too_short",
            format!(
                "`{word}` is too short for `~{edits}`, which any word of its length would fit: it \
                 takes {} letters",
                edits + 2
            ),
        )
        .better(if letters > 2 {
            format!("{word}~")
        } else {
            word.to_owned()
        }));
    }
    if letters > MAX_FUZZY_CHARACTERS {
        return Err(Problem::new(
            "fuzzy_too_long",
            format!("the word before `~` has {letters} letters, more than {MAX_FUZZY_CHARACTERS}"),
        )
        .hint("leave `~` out"));
    }
    Ok(Query::Fuzzy(Fuzzy {
        text: word.to_owned(),
        edits,
        field,
    }))
}

fn read_pattern(field: Option<TextField>, value: Value<'_>) -> Result<Query, Problem> {
    // Quotes of one stroke around it, and the punctuation of a sentence, mean as little as they do
    // around a word.
    let text = value
        .text
        .trim_end_matches(['.', ',', ';', '!'])
        .trim_matches(QUOTES);
    let is_wildcard = |c: char| matches!(c, '*' | '?');
    let letters = || text.chars().filter(|&c| c.is_alphanumeric());
    if letters().next().is_none() {
        return Err(Problem::new(
            "pattern_without_letter",
            format!("`{}` has no letter beside its wildcards", value.raw),
        )
        .hint("write `*` alone for every document, a `\\` before a sign to make it plain"));
    }
    let without: String = text.chars().filter(|&c| !is_wildcard(c)).collect();
    if value.marks.escape.is_some() {
        return Err(Problem::new(
            "several_words",
            format!("`{}` has a plain sign, which no word has", value.raw),
        )
        .hint("leave the sign out, or write the words one by one, with `BEFORE/1` between them"));
    }
    if !without.chars().all(is_word) {
        return Err(several_words(text, |part| {
            let pattern = Value {
                text: part,
                raw: part,
                start: 0,
                is_quoted: false,
                marks: Marks::default(),
            };
            let is_fine = !part.contains(is_wildcard) || read_pattern(field, pattern).is_ok();
            is_fine.then(|| part.to_owned())
        }));
    }
    if let Some(letter) = letters().find(|&c| is_unspaced(c)) {
        return Err(unspaced(letter).better(quoted(&without)));
    }
    if text.contains('*') && letters().count() < MIN_STAR_LETTERS {
        return Err(Problem::new(
            "pattern_too_short",
            format!(
                "`{}` would stand for too many words: beside `*` there must be {MIN_STAR_LETTERS} \
                 letters",
                value.raw
            ),
        )
        .hint("write more of the word, or `?` for single letters"));
    }
    let wildcards = text.chars().filter(|&c| is_wildcard(c)).count();
    if wildcards > MAX_WILDCARDS {
        return Err(Problem::new(
            "too_many_wildcards",
            format!("the pattern has {wildcards} wildcards, more than {MAX_WILDCARDS}"),
        )
        .hint("write `*` for any number of letters"));
    }
    Ok(Query::Pattern(Pattern {
        text: text.to_owned(),
        field,
    }))
}

fn unspaced(letter: char) -> Problem {
    Problem::new(
        "unspaced_script",
        format!(
            "`{letter}` belongs to a script without spaces, whose words are found by pairs of \
             letters anyway"
        ),
    )
}

/// What is wrong with signs for one word on a text of several; the offer has them in a row.
fn several_words(text: &str, offer: impl Fn(&str) -> Option<String>) -> Problem {
    let is_part = |c: char| is_word(c) || matches!(c, '*' | '?');
    let parts: Vec<&str> = text
        .split(|c| !is_part(c))
        .filter(|part| !part.is_empty())
        .collect();
    let problem = Problem::new(
        "several_words",
        format!("`{text}` is more than one word, and the sign is for one"),
    );
    let offered: Option<Vec<String>> = parts.iter().map(|part| offer(part)).collect();
    match offered {
        Some(parts) if parts.len() > 1 => problem.better(format!("({})", parts.join(" BEFORE/1 "))),
        Some(parts) if !parts.is_empty() => problem.better(parts.concat()),
        _ => problem.hint("write the words one by one, with `BEFORE/1` between them"),
    }
}

/// Whether a text is what analysis will take for one word.
fn is_one_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(is_word)
}

/// Whether it can stand inside a word: letters, digits, their marks, apostrophes, the joiners of
/// Persian and Indic scripts.
fn is_word(c: char) -> bool {
    c.is_alphanumeric()
        || is_combining_mark(c)
        || matches!(
            c,
            '\'' | '’' | '‘' | 'ʼ' | '\u{200C}' | '\u{200D}' | '\u{AD}'
        )
}

/// Whether it belongs to a script that writes no spaces, whose words are pairs of letters.
fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{E00}'..='\u{EFF}' | '\u{1000}'..='\u{109F}' | '\u{1100}'..='\u{11FF}'
        | '\u{1780}'..='\u{17FF}' | '\u{2E80}'..='\u{A4CF}' | '\u{AC00}'..='\u{D7FF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn foreign_operator(value: Value<'_>, at: usize) -> Problem {
    let problem = |sign: &str, own: &str| {
        Problem::new(
            "foreign_operator",
            format!("`{sign}` is not an operator here: write `{own}`"),
        )
    };
    if value.raw == "&&" {
        return problem("&&", "AND").better("AND");
    }
    if value.raw[at - value.start..].starts_with('!') {
        return problem("!", "-").better(format!("-{}", value.raw.trim_start_matches('!')));
    }
    let words: Vec<&str> = value
        .raw
        .split('|')
        .filter(|word| !word.is_empty())
        .collect();
    match words.as_slice() {
        [] => problem("|", "OR").better("OR"),
        words => problem("|", "OR").better(format!("({})", words.join(" OR "))),
    }
}
