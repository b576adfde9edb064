//! A request as the arguments of the command line that ask it: what a suggestion offers to paste.

use super::{Choice, ChosenPresence, ChosenValue, DateMatch, SearchRequest};
use crate::schema::Origins;

/// A word as a POSIX shell takes it unchanged.
pub(crate) fn shell(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    if word.contains('\'') && !word.contains(['"', '$', '`', '\\', '!']) {
        return format!("\"{word}\"");
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// The options that select the documents of a request, beside its query. `None` if they cannot be
/// written: a value that begins with `=` would be taken for one as written in the source.
pub(crate) fn arguments(request: &SearchRequest) -> Option<Vec<String>> {
    let mut arguments = Vec::new();
    for (facet, choice) in &request.choices {
        arguments.extend(choice_arguments(facet, choice)?);
    }
    for (option, date) in [
        ("--since", request.dates.from),
        ("--until", request.dates.to),
        ("--added-since", request.added_since),
    ] {
        if let Some(date) = date {
            arguments.extend([option.to_owned(), date.to_string()]);
        }
    }
    if request.date_match == DateMatch::Overlap {
        arguments.extend(["--dates".to_owned(), "overlap".to_owned()]);
    }
    if request.tags != Origins::Usual {
        arguments.extend(["--tags".to_owned(), request.tags.to_string()]);
    }
    if request.any {
        arguments.push("--any".to_owned());
    }
    Some(arguments)
}

/// The options that make a choice.
fn choice_arguments(facet: &str, choice: &Choice) -> Option<Vec<String>> {
    let mut arguments = Vec::new();
    for (option, values) in [
        ("-f", &choice.any_of),
        ("--all-of", &choice.all_of),
        ("-x", &choice.none_of),
    ] {
        for value in values {
            arguments.extend([option.to_owned(), value_argument(facet, value)?]);
        }
    }
    match choice.presence {
        Some(ChosenPresence::Has) => arguments.extend(["--has".to_owned(), facet.to_owned()]),
        Some(ChosenPresence::Missing) => {
            arguments.extend(["--missing".to_owned(), facet.to_owned()]);
        }
        None => {}
    }
    Some(arguments)
}

/// `country=Iran`, `country==Persia`.
pub(crate) fn value_argument(facet: &str, value: &ChosenValue) -> Option<String> {
    if !value.written && value.value.starts_with('=') {
        return None;
    }
    let written = if value.written { "=" } else { "" };
    Some(format!("{facet}={written}{}", value.value))
}
