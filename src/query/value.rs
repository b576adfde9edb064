//! The meaning of one word, quote or value, given the field it stands behind.

use super::ast::{DateClause, FacetClause, Phrase, Query, TextField, Word};
use super::dates::read_date;
use super::field::{Field, find_presence, is_known};
use super::numbers::{looks_like_number_range, read_number_range};
use super::print::quoted;
use super::problem::Problem;
use super::token::{Marks, is_comparison, is_dash};
use super::{MAX_PHRASE_WORDS, ParseContext};
use crate::schema::Origin;

/// A word, quote or bare value as the lexer read it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Value<'v> {
    /// Without quotes and escapes.
    pub(super) text: &'v str,
    /// As it stands in the query.
    pub(super) raw: &'v str,
    /// Where `raw` begins in the query.
    pub(super) start: usize,
    pub(super) is_quoted: bool,
    pub(super) marks: Marks,
}

impl<'v> Value<'v> {
    /// The part of `raw` before and behind a mark.
    fn around(&self, mark: usize) -> (&'v str, &'v str) {
        self.raw.split_at(mark - self.start)
    }

    fn is_star(&self) -> bool {
        !self.is_quoted && self.raw == "*"
    }
}

/// Reads a value behind a field, or a free word or quote. The offer of a [`Problem`] replaces the
/// value.
pub(super) fn read_value(
    field: Option<&Field>,
    comparison: &str,
    value: Value<'_>,
    context: &ParseContext<'_>,
) -> Result<Query, Problem> {
    match field {
        None => read_text(None, value, context),
        Some(Field::Text(text)) if comparison.is_empty() => read_text(Some(*text), value, context),
        Some(Field::Facet { name, origin }) => {
            let shape = format!("{comparison}{}", value.text);
            if context.schema.is_none() && !value.is_quoted && looks_like_number_range(&shape) {
                return read_number_range(name, &shape).map(Query::Number);
            }
            read_facet(name, *origin, comparison, value)
        }
        Some(Field::Number(name)) if value.is_star() => Err(any_value(name)),
        Some(Field::Number(name)) => {
            read_number_range(name, &format!("{comparison}{}", value.text)).map(Query::Number)
        }
        Some(Field::Date) if value.is_star() => Err(any_value("date")),
        Some(Field::Added) if value.is_star() => Err(Problem::new(
            "any_value",
            "every document has entered the index at some time",
        )
        .hint("leave the clause out")),
        Some(Field::Date) => {
            let date = read_date(&format!("{comparison}{}", value.text), context.today)?;
            Ok(Query::Date(DateClause {
                range: date.range,
                exactly: date.exactly,
            }))
        }
        Some(Field::Added) => {
            let date = read_date(&format!("{comparison}{}", value.text), context.today)?;
            match date.exactly {
                None => Ok(Query::Added(date.range)),
                Some(exactly) => Err(Problem::new(
                    "added_exactly",
                    "the time of entering the index has no precision to be equal to",
                )
                .hint(format!("write `added:{exactly}`"))),
            }
        }
        Some(Field::Text(_) | Field::Id | Field::Has | Field::Missing)
            if !comparison.is_empty() =>
        {
            Err(Problem::new(
                "comparison_without_number",
                format!("`{comparison}` compares numbers and dates, and this is neither"),
            )
            .hint(format!("leave `{comparison}` out")))
        }
        Some(Field::Id) => {
            refuse_marks(value)?;
            if value.text.is_empty() {
                return Err(empty_value("id"));
            }
            Ok(Query::Id(value.text.to_owned()))
        }
        Some(Field::Has) => find_presence(value.text, context.schema).map(Query::Has),
        Some(Field::Missing) => find_presence(value.text, context.schema).map(Query::Missing),
        Some(Field::Text(text)) => read_text(Some(*text), value, context),
    }
}

fn read_text(
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
    refuse_marks(value)?;
    if let Some(at) = value.marks.foreign {
        return Err(foreign_operator(value, at));
    }
    if let Some(at) = value.marks.comparison {
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
    if value.marks.colon.is_some() {
        return Err(Problem::new(
            "colon_in_text",
            format!("the colon in `{}` has no field in front", value.raw),
        )
        .better(quoted(value.text)));
    }
    Ok(Query::Word(Word {
        text: value.text.to_owned(),
        field,
    }))
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

fn read_facet(
    name: &str,
    origin: Option<Origin>,
    comparison: &str,
    value: Value<'_>,
) -> Result<Query, Problem> {
    let full_name = origin.map_or(name.to_owned(), |origin| format!("{origin}.{name}"));
    if value.is_star() {
        return Err(any_value(&full_name));
    }
    let mut written = comparison == "=";
    if !comparison.is_empty() && !written {
        return Err(Problem::new(
            "comparison_without_number",
            format!("`{comparison}` compares numbers and dates, and `{name}` is a facet"),
        )
        .hint(format!("write `{full_name}:{}`", quoted(value.text))));
    }
    let mut text = value.text;
    if !value.is_quoted {
        if let Some(rest) = text.strip_prefix('=').filter(|_| !written) {
            (text, written) = (rest, true);
        }
        refuse_marks(value)?;
        if text.contains([',', '|']) {
            let values: Vec<&str> = text.split([',', '|']).filter(|v| !v.is_empty()).collect();
            let problem = Problem::new(
                "list_of_values",
                format!("`{text}` could be one value or several"),
            );
            return Err(if values.len() > 1 {
                problem.better(format!("({})", values.join(" OR ")))
            } else {
                problem.hint(format!(
                    "write `{full_name}:(a OR b)` for several values, quotes around one with a comma"
                ))
            });
        }
        if text.contains("..") || text.starts_with(is_comparison) {
            return Err(Problem::new(
                "range_of_values",
                format!("`{name}` is a facet: its values have no order to compare by"),
            )
            .better(quoted(text)));
        }
        if text.starts_with(|c| is_dash(c) || c == '+') {
            return Err(Problem::new(
                "sign_in_value",
                format!("the sign of `{text}` stands behind the field"),
            )
            .hint(format!(
                "write `-{full_name}:{}` to drop the value, or put it in quotes",
                text.trim_start_matches(|c| is_dash(c) || c == '+')
            )));
        }
    }
    if text.is_empty() {
        return Err(empty_value(&full_name));
    }
    Ok(Query::Facet(FacetClause {
        facet: name.to_owned(),
        origin,
        value: text.to_owned(),
        written,
    }))
}

fn empty_value(name: &str) -> Problem {
    Problem::new("empty_value", format!("`{name}:` has no value behind it")).hint(if name == "id" {
        "write `id:\"…\"` with the id of a document".to_owned()
    } else {
        format!("write `missing:{name}` for documents without one")
    })
}

fn any_value(name: &str) -> Problem {
    Problem::new("any_value", format!("`{name}:*` asks for any value at all"))
        .hint(format!("write `has:{name}`"))
}

/// Refuses what the language has a meaning for that is not there yet.
fn refuse_marks(value: Value<'_>) -> Result<(), Problem> {
    if value.is_quoted {
        return Ok(());
    }
    let marks = value.marks;
    if let Some(at) = marks.boost {
        return Err(Problem::new(
            "unsupported_boost",
            "weights such as `oil^3` do not work yet",
        )
        .better(value.around(at).0));
    }
    if let Some(at) = marks.fuzzy {
        return Err(Problem::new(
            "unsupported_fuzzy",
            "words with spelling mistakes (`~`) cannot be searched yet",
        )
        .better(value.around(at).0));
    }
    if marks.wildcard.is_some() {
        let (stem, signs) = match value.raw.find(['*', '?']) {
            Some(at) => value.raw.split_at(at),
            None => (value.raw, ""),
        };
        let problem = Problem::new(
            "unsupported_wildcard",
            format!(
                "`{}` has a wildcard, which cannot be searched yet",
                value.raw
            ),
        );
        let is_tail = !stem.is_empty() && signs.chars().all(|c| matches!(c, '*' | '?'));
        return Err(if is_tail {
            problem.better(stem)
        } else {
            problem.hint("write the forms one by one, `(color OR colour)`, or put it in quotes")
        });
    }
    Ok(())
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
