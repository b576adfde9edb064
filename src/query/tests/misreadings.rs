//! What other tools of the field drop or misread without a word, each with what is made of it
//! here: the right reading, a remark, or a refusal with a place and a way out.

use super::*;

enum Here {
    /// Read in full; the canonical form.
    Reads(&'static str),
    /// Read, with a remark of this code that offers something else.
    Says(&'static str),
    /// Refused with this code.
    Refuses(&'static str),
}
use Here::{Reads, Refuses, Says};

/// What happens elsewhere, a query, and what happens here.
const CASES: &[(&str, &str, Here)] = &[
    // Wildcards, fuzzy words and regular expressions.
    ("the star goes, a word is left", "steuer*", Reads("steuer*")),
    ("the question mark goes", "embarg?", Reads("embarg?")),
    ("a star inside goes", "colo*r", Reads("colo*r")),
    (
        "a star in front is an error, or costs minutes",
        "*crat",
        Reads("*crat"),
    ),
    ("both ends: one star goes", "*nuclea*", Reads("*nuclea*")),
    (
        "a star in a field goes",
        "title:sanction*",
        Reads("title:sanction*"),
    ),
    (
        "cut to the first 50 words",
        "i*",
        Refuses("pattern_too_short"),
    ),
    (
        "stars alone match all, or nothing",
        "**",
        Refuses("pattern_without_letter"),
    ),
    (
        "a star between quotes goes",
        "\"ballistic mis*\"",
        Says("wildcard_in_quotes"),
    ),
    (
        "a question mark between quotes goes",
        "\"embarg? lifted\"",
        Says("wildcard_in_quotes"),
    ),
    (
        "a star behind quotes: 50 words, the rest is dropped",
        "\"ballistic mis\"*",
        Refuses("wildcard_in_phrase"),
    ),
    (
        "divided, and the star at the end of the last word",
        "cease-fi*",
        Refuses("several_words"),
    ),
    (
        "an escaped star is a star all the same",
        "a\\*b*",
        Refuses("several_words"),
    ),
    (
        "a star in a value matches nothing",
        "country:Ir*",
        Refuses("wildcard_in_value"),
    ),
    (
        "a star in a tree matches nothing",
        "topic:politics/*",
        Refuses("wildcard_in_value"),
    ),
    (
        "a star in a date is no date, or 1 January",
        "date:202?",
        Refuses("wildcard_in_value"),
    ),
    (
        "a question is a wildcard",
        "who attacked iran?",
        Says("question_mark"),
    ),
    (
        "wildcards of another language go",
        "sanction%",
        Says("foreign_operator"),
    ),
    (
        "wildcards over pairs of letters match nothing",
        "伊朗*",
        Refuses("unspaced_script"),
    ),
    ("the tilde goes", "hezbolah~", Reads("hezbolah~")),
    (
        "the tilde goes, its number becomes a word",
        "hezbolah~2",
        Reads("hezbolah~2"),
    ),
    ("more than 2 are 2", "hezbolah~3", Refuses("fuzzy_edits")),
    (
        "a likeness of old is 0 edits",
        "hezbolah~0.8",
        Refuses("fuzzy_edits"),
    ),
    (
        "every short word matches",
        "us~2",
        Refuses("fuzzy_too_short"),
    ),
    (
        "star and tilde: one of them goes",
        "hez*~",
        Refuses("fuzzy_pattern"),
    ),
    (
        "a tilde on a value goes",
        "country:Iran~",
        Refuses("fuzzy_value"),
    ),
    (
        "slashes are punctuation unless switched on",
        "/colou?r/",
        Reads("/colou?r/"),
    ),
    ("anchors match no word", "/^iran$/", Refuses("regex_anchor")),
    (
        "spaces in it match nothing",
        "/iran talks/",
        Says("regex_of_words"),
    ),
    (
        "a path is an expression",
        "/usr/bin/",
        Refuses("regex_of_no_word"),
    ),
    (
        "an error without a place",
        "/gr(ay/",
        Refuses("invalid_regex"),
    ),
    (
        "takes all memory",
        "/(a{100}){100}/",
        Refuses("regex_too_large"),
    ),
    // Phrases and places.
    (
        "moves count as 0",
        "\"oil price\"~3",
        Reads("\"oil price\"~3"),
    ),
    (
        "moves without a number are 0",
        "\"oil price\"~",
        Refuses("moves_without_number"),
    ),
    (
        "moves of one word are fuzzy, or nothing",
        "\"hezbollah\"~2",
        Refuses("moves_of_one_word"),
    ),
    (
        "curly quotes are letters",
        "“ballistic missiles”",
        Reads("\"ballistic missiles\""),
    ),
    (
        "other quotes are letters",
        "«ballistic missiles»",
        Reads("\"ballistic missiles\""),
    ),
    (
        "single quotes are dropped",
        "'ballistic missiles'",
        Says("single_quotes"),
    ),
    (
        "a quote left open is closed, or dropped",
        "\"iran talks",
        Refuses("unbalanced_quote"),
    ),
    (
        "a quote too many is dropped",
        "iran talks\"",
        Refuses("unbalanced_quote"),
    ),
    (
        "an empty phrase matches all, or nothing",
        "iran \"\"",
        Refuses("empty_phrase"),
    ),
    (
        "what touches a quote is lost",
        "\"iran\"talks",
        Refuses("missing_space"),
    ),
    (
        "no words near each other",
        "missile NEAR/8 export",
        Reads("missile NEAR/8 export"),
    ),
    (
        "no order",
        "missile BEFORE/5 export",
        Reads("missile BEFORE/5 export"),
    ),
    (
        "no sentences",
        "missile NEAR/s export",
        Reads("missile NEAR/s export"),
    ),
    (
        "no paragraphs",
        "missile NEAR/p export",
        Reads("missile NEAR/p export"),
    ),
    (
        "single words alone can be near each other",
        "(sanction* OR embargo) NEAR/10 (iran OR tehran)",
        Reads("(sanction* OR embargo) NEAR/10 (iran OR tehran)"),
    ),
    (
        "a phrase is taken apart",
        "\"persian gulf\" NEAR/20 tanker",
        Reads("\"persian gulf\" NEAR/20 tanker"),
    ),
    (
        "a distance nobody chose",
        "missile NEAR export",
        Refuses("near_without_distance"),
    ),
    (
        "0 matches nothing",
        "missile NEAR/0 export",
        Refuses("near_zero"),
    ),
    (
        "cut without a word",
        "missile NEAR/5000 export",
        Refuses("near_too_far"),
    ),
    (
        "small letters are words",
        "missile near/8 export",
        Says("small_operator"),
    ),
    (
        "operators of other tools are words",
        "missile w/8 export",
        Says("foreign_operator"),
    ),
    (
        "an operator with nothing behind it goes",
        "missile NEAR/8",
        Refuses("operator_without_operand"),
    ),
    (
        "matches nothing",
        "oil NEAR/5 country:IR",
        Refuses("near_operand"),
    ),
    ("the minus goes", "oil NEAR/5 -gas", Refuses("near_operand")),
    (
        "the minus takes the first word, or all",
        "-oil NEAR/5 gas",
        Refuses("near_sign"),
    ),
    (
        "matches nothing",
        "title:oil NEAR/5 body:gas",
        Refuses("near_fields"),
    ),
    (
        "one of the brackets' words counts",
        "(oil price) NEAR/5 iran",
        Refuses("near_operand"),
    ),
    (
        "binds like AND",
        "oil price NEAR/5 iran",
        Says("mixed_operators"),
    ),
    (
        "one distance for all three",
        "oil NEAR/5 gas NEAR/9 iran",
        Says("chained_proximity"),
    ),
    // Operators.
    (
        "OR takes one word, or all",
        "iran OR iraq oil",
        Says("mixed_operators"),
    ),
    (
        "OR binds before AND",
        "iran AND oil OR gas",
        Reads("(iran AND oil) OR gas"),
    ),
    (
        "small letters are operators, or dropped",
        "cats and dogs",
        Says("small_operator"),
    ),
    (
        "small letters are dropped",
        "iran or iraq",
        Says("small_operator"),
    ),
    (
        "small letters mean the contrary",
        "not nuclear",
        Says("small_operator"),
    ),
    (
        "NOT alone matches nothing",
        "NOT nuclear",
        Reads("* AND NOT nuclear"),
    ),
    (
        "a minus alone matches nothing",
        "-nuclear",
        Reads("* AND NOT nuclear"),
    ),
    (
        "a leading minus does not work",
        "-oil iran",
        Reads("NOT oil AND iran"),
    ),
    (
        "a dash of a word processor goes",
        "iran –nuclear",
        Reads("iran AND NOT nuclear"),
    ),
    (
        "a minus before brackets goes",
        "iran -(oil OR gas)",
        Reads("iran AND NOT (oil OR gas)"),
    ),
    (
        "a dash is NOT, or dropped",
        "iran - oil",
        Refuses("lone_sign"),
    ),
    (
        "two signs are one, or none",
        "--oil",
        Refuses("doubled_sign"),
    ),
    (
        "a plus beside OR changes nothing",
        "+iran OR oil",
        Says("plus_beside_or"),
    ),
    ("dropped", "iran && oil", Refuses("foreign_operator")),
    ("dropped", "iran || oil", Refuses("foreign_operator")),
    (
        "one word that nobody has",
        "iran|iraq",
        Refuses("foreign_operator"),
    ),
    ("dropped", "!oil", Refuses("foreign_operator")),
    (
        "a word to look for",
        "oil ANDNOT gas",
        Says("foreign_operator"),
    ),
    (
        "a word to look for",
        "oil XOR gas",
        Says("foreign_operator"),
    ),
    (
        "an operator at the end goes",
        "iran AND",
        Refuses("operator_without_operand"),
    ),
    (
        "an operator in front goes",
        "OR iran",
        Refuses("operator_without_operand"),
    ),
    (
        "two operators are one",
        "iran AND OR oil",
        Refuses("operator_without_operand"),
    ),
    (
        "brackets are closed, or dropped",
        "(iran OR (oil",
        Refuses("unbalanced_bracket"),
    ),
    (
        "a bracket too many is dropped",
        "iran)",
        Refuses("unbalanced_bracket"),
    ),
    (
        "empty brackets match nothing",
        "iran ()",
        Refuses("empty_group"),
    ),
    (
        "plural in brackets is a second word",
        "sanction(s)",
        Refuses("missing_space"),
    ),
    // Words as they are written.
    ("an error, or two words", "O'Brien", Reads("O'Brien")),
    ("a curly apostrophe divides", "Iran’s", Reads("Iran’s")),
    ("the hyphen is a minus", "cease-fire", Reads("cease-fire")),
    ("signs are operators", "C++ R&D", Reads("C++ AND R&D")),
    (
        "quotes open in the middle of a word",
        "צה\"ל",
        Reads("צה\\\"ל"),
    ),
    (
        "marks of direction belong to the word",
        "\u{200F}iran\u{200E}",
        Reads("iran"),
    ),
    (
        "a hard space is a letter",
        "iran\u{A0}oil",
        Reads("iran AND oil"),
    ),
    (
        "a byte order mark belongs to the word",
        "\u{FEFF}iran",
        Reads("iran"),
    ),
    (
        "wide brackets are letters",
        "（iran OR oil）",
        Reads("iran OR oil"),
    ),
    (
        "the eleventh word is dropped",
        "a b c d e f g h i j k l",
        Reads("a AND b AND c AND d AND e AND f AND g AND h AND i AND j AND k AND l"),
    ),
    ("an operator cannot be looked for", "\\AND", Reads("\\AND")),
    // Fields and values.
    (
        "an unknown field is a word, or nothing",
        "contry:iran",
        Refuses("unknown_field"),
    ),
    (
        "capitals make another field",
        "Title:iran",
        Refuses("unknown_field"),
    ),
    (
        "fields of search engines are words",
        "intitle:iran",
        Refuses("unknown_field"),
    ),
    (
        "the field loses its word",
        "title: iran",
        Refuses("space_after_colon"),
    ),
    (
        "a colon is a field",
        "http://example.org/a",
        Refuses("colon_in_text"),
    ),
    ("a time is a field", "12:30", Refuses("colon_in_text")),
    (
        "covers the first word",
        "body:Barack Obama",
        Says("field_ends"),
    ),
    (
        "covers the first word",
        "actor:Ali Khamenei",
        Says("field_ends"),
    ),
    (
        "one value with a comma",
        "country:IR,IQ",
        Refuses("list_of_values"),
    ),
    (
        "two values, or one",
        "actor:(Ali Khamenei)",
        Says("values_side_by_side"),
    ),
    (
        "a minus in a value goes",
        "country:-IR",
        Refuses("sign_in_value"),
    ),
    ("dropped", "iran country:", Refuses("empty_value")),
    (
        "an unknown facet is had by none",
        "has:contry",
        Refuses("unknown_name"),
    ),
    (
        "no way to ask for no value",
        "missing:country",
        Reads("missing:country"),
    ),
    (
        "no way to drop a value",
        "-country:IR",
        Reads("* AND NOT country:IR"),
    ),
    (
        "two words",
        "words >= 500",
        Refuses("comparison_without_field"),
    ),
    ("one word", "words>=500", Refuses("missing_colon")),
    ("1", "words:1,000", Refuses("not_a_number")),
    (
        "matches nothing",
        "words:200..100",
        Refuses("reversed_range"),
    ),
    (
        "an absolute path matches nothing",
        "path:/reports/**",
        Refuses("absolute_path"),
    ),
    (
        "braces match nothing",
        "path:{a,b}/**",
        Refuses("sign_in_path"),
    ),
    // Dates.
    ("a year is no date", "date:2024", Reads("date:2024")),
    (
        "a month is no date, or its first day",
        "date:2024-03",
        Reads("date:2024-03"),
    ),
    (
        "a quarter is no date",
        "date:2024-Q1",
        Reads("date:2024-01..2024-03"),
    ),
    ("1 January", "date:=1962", Reads("date:=1962")),
    ("from within 2023 on", "date:>2023", Reads("date:2024..")),
    (
        "a reversed range matches nothing",
        "date:2024-06..2024-03",
        Refuses("reversed_range"),
    ),
    (
        "rolls over to March",
        "date:2024-02-30",
        Refuses("impossible_date"),
    ),
    ("one of two months", "date:18.3.2024", Refuses("not_a_date")),
    ("subtracted", "date:2024-2025", Refuses("not_a_date")),
    (
        "a bracket opens a range, or breaks it",
        "date:[2024 TO 2025]",
        Refuses("foreign_range"),
    ),
    (
        "the end is a word to look for",
        "date:2024 TO 2025",
        Says("foreign_range"),
    ),
    (
        "a moment, not a span",
        "date:2w",
        Refuses("relative_date_alone"),
    ),
    (
        "words of time are words",
        "date:soon",
        Refuses("not_a_date"),
    ),
    (
        "an open range on both sides",
        "date:..",
        Refuses("open_range"),
    ),
    // Weights and saved searches.
    ("weights are ignored", "oil^3", Reads("oil^3")),
    (
        "a weight without a number is 1",
        "oil^",
        Refuses("not_a_weight"),
    ),
    (
        "a comma ends the number",
        "oil^0,5",
        Refuses("not_a_weight"),
    ),
    (
        "0 drops the word from the score",
        "oil^0",
        Refuses("boost_out_of_range"),
    ),
    (
        "a weight on a filter does nothing",
        "country:IR^2 oil",
        Refuses("boost_without_score"),
    ),
    (
        "a weight under NOT does nothing",
        "iran -oil^2",
        Says("boost_under_not"),
    ),
    (
        "a name nobody saved is a word",
        "@gulv",
        Refuses("unknown_search"),
    ),
    ("runs for ever", "@loop", Refuses("saved_search_cycle")),
    (
        "an error in it matches nothing",
        "@broken",
        Refuses("unbalanced_bracket"),
    ),
    (
        "the field is dropped",
        "title:@gulf",
        Refuses("saved_search_in_field"),
    ),
];

#[test]
fn nothing_is_dropped_or_misread_without_a_word() {
    for (elsewhere, text, here) in CASES {
        let parsed = read(text);
        check_sanity(text, &parsed);
        check_offers(text, &context(&schema()));
        let severity = parsed.diagnostics.iter().map(|d| d.severity).max();
        let found = codes(&parsed);
        match here {
            Reads(canonical) => {
                assert_eq!(found, Vec::<&str>::new(), "{text} ({elsewhere})");
                assert_eq!(parsed.query.to_string(), *canonical, "{text} ({elsewhere})");
            }
            Says(code) => {
                assert_eq!(found, [*code], "{text} ({elsewhere})");
                assert!(severity < Some(Severity::Error), "{text} ({elsewhere})");
            }
            Refuses(code) => {
                assert_eq!(found, [*code], "{text} ({elsewhere})");
                assert_eq!(severity, Some(Severity::Error), "{text} ({elsewhere})");
            }
        }
        // A query that is offered is read without another word about the same thing.
        for finding in &parsed.diagnostics {
            if let Some(offer) = finding.hint.as_deref().and_then(offered)
                && text != &"@broken"
            {
                let again = read(offer);
                let codes = codes(&again);
                assert!(
                    !codes.contains(&finding.code.as_str()),
                    "{text}: {offer}: {codes:?}"
                );
                assert!(again.clone().into_result().is_ok(), "{text}: {offer}");
            }
        }
    }
}
