//! The meaning of one word, quote or value, given the field it stands behind.

use super::ParseContext;
use super::ast::{DateClause, FacetClause, Query};
use super::dates::read_date;
use super::field::{Field, find_presence};
use super::numbers::{looks_like_number_range, read_number_range};
use super::print::quoted;
use super::problem::Problem;
use super::token::{Marks, Tail, is_comparison, is_dash};
use super::words::read_text;
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
    pub(super) fn around(&self, mark: usize) -> (&'v str, &'v str) {
        self.raw.split_at(mark - self.start)
    }

    /// The part of `raw` before a mark; all of it without one.
    pub(super) fn raw_before(&self, mark: Option<usize>) -> &'v str {
        mark.map_or(self.raw, |mark| self.around(mark).0)
    }

    /// What stands directly behind it.
    pub(super) fn tail(&self) -> Tail<'v> {
        self.marks.tail(self.raw, self.start)
    }

    pub(super) fn is_star(&self) -> bool {
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
            refuse_marks(name, value)?;
            read_number_range(name, &format!("{comparison}{}", value.text)).map(Query::Number)
        }
        Some(Field::Date) if value.is_star() => Err(any_value("date")),
        Some(Field::Added) if value.is_star() => Err(Problem::new(
            "any_value",
            "every document has entered the index at some time",
        )
        .hint("leave the clause out")),
        Some(Field::Date) => {
            refuse_marks("date", value)?;
            let date = read_date(&format!("{comparison}{}", value.text), context.today)?;
            Ok(Query::Date(DateClause {
                range: date.range,
                exactly: date.exactly,
            }))
        }
        Some(Field::Added) => {
            refuse_marks("added", value)?;
            let date = read_date(&format!("{comparison}{}", value.text), context.today)?;
            match date.exactly {
                None => Ok(Query::Added(date.range)),
                Some(exactly) => Err(Problem::new(
                    "added_exactly",
                    "the time of entering the index has no precision to be equal to",
                )
                .clause(format!("added:{exactly}"), "")),
            }
        }
        Some(own @ (Field::Text(_) | Field::Id | Field::Path | Field::Has | Field::Missing))
            if !comparison.is_empty() =>
        {
            Err(Problem::new(
                "comparison_without_number",
                format!("`{comparison}` compares numbers and dates, and this is neither"),
            )
            .hint(format!("leave `{comparison}` out"))
            .clause(format!("{}:{}", own.name(), value.raw), ""))
        }
        Some(Field::Id) => {
            refuse_marks("id", value)?;
            if value.text.is_empty() {
                return Err(empty_value("id"));
            }
            Ok(Query::Id(value.text.to_owned()))
        }
        Some(Field::Path) => read_path(value),
        Some(Field::Has) => {
            refuse_marks("has", value)?;
            find_presence(value.text, context.schema).map(Query::Has)
        }
        Some(Field::Missing) => {
            refuse_marks("missing", value)?;
            find_presence(value.text, context.schema).map(Query::Missing)
        }
        Some(Field::Text(text)) => read_text(Some(*text), value, context),
    }
}

fn read_path(value: Value<'_>) -> Result<Query, Problem> {
    if !value.is_quoted {
        let marks = value.marks;
        if marks.boost.is_some() {
            return Err(no_weight("path").better(value.raw_before(marks.boost)));
        }
        if marks.fuzzy.is_some() {
            return Err(Problem::new(
                "sign_in_path",
                format!("the `~` in `{}` could be part of the name", value.raw),
            )
            .better(quoted(value.raw)));
        }
        if value.text.contains(['[', '{']) {
            let problem = Problem::new(
                "sign_in_path",
                format!(
                    "`{}` has brackets, which stand for nothing but themselves: the wildcards are \
                     `*`, `**` and `?`",
                    value.raw
                ),
            );
            return Err(match split_braces(value.text) {
                Some(paths) => problem.better(format!("({})", paths.join(" OR "))),
                None => problem.better(quoted(value.text)),
            });
        }
    }
    let text = value.text.strip_prefix("./").unwrap_or(value.text);
    if text.is_empty() {
        return Err(empty_value("path"));
    }
    if let Some(inner) = text.strip_prefix('/') {
        let problem = Problem::new(
            "absolute_path",
            "paths are those inside the corpus, and begin with the name of a file or folder",
        );
        return Err(match inner {
            "" => problem.hint("write `path:reports/**` for what is in the folder `reports`"),
            inner => problem.better(if value.is_quoted {
                quoted(inner)
            } else {
                inner.to_owned()
            }),
        });
    }
    if !value.is_quoted && text.contains('\\') {
        return Err(Problem::new(
            "sign_in_path",
            format!("the parts of a path have `/` between them, and `{text}` has a `\\`"),
        )
        .better(text.replace('\\', "/")));
    }
    Ok(Query::Path(text.to_owned()))
}

/// The paths that `a/{b,c}/d` stands for elsewhere.
fn split_braces(text: &str) -> Option<Vec<String>> {
    let (before, rest) = text.split_once('{')?;
    let (inner, after) = rest.split_once('}')?;
    let is_plain = |text: &str| !text.contains(['[', ']', '{', '}', ' ']);
    let is_simple = is_plain(before) && is_plain(inner) && is_plain(after);
    is_simple.then(|| {
        let parts = inner.split(',');
        parts.map(|part| format!("{before}{part}{after}")).collect()
    })
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
        .hint(format!("leave `{comparison}` out"))
        .clause(format!("{full_name}:{}", value.raw), ""));
    }
    let mut text = value.text;
    if !value.is_quoted {
        if let Some(rest) = text.strip_prefix('=').filter(|_| !written) {
            (text, written) = (rest, true);
        }
        refuse_marks(&full_name, value)?;
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
            let problem = Problem::new(
                "sign_in_value",
                format!("the sign of `{text}` stands behind the field"),
            );
            return Err(match text.trim_start_matches(|c| is_dash(c) || c == '+') {
                "" => problem.better(quoted(text)),
                rest => problem.clause(
                    format!("-{full_name}:{rest}"),
                    " to drop the value, or put it in quotes",
                ),
            });
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
    let problem = Problem::new("empty_value", format!("`{name}:` has no value behind it"));
    match name {
        "id" => problem.hint("write `id:\"…\"` with the id of a document"),
        "path" => problem.hint("write `path:reports/**` for what is in the folder `reports`"),
        name => problem.clause(format!("missing:{name}"), " for documents without one"),
    }
}

pub(super) fn any_value(name: &str) -> Problem {
    Problem::new("any_value", format!("`{name}:*` asks for any value at all"))
        .clause(format!("has:{name}"), "")
}

/// Refuses signs that mean something in words and nothing in a value.
fn refuse_marks(name: &str, value: Value<'_>) -> Result<(), Problem> {
    if value.is_quoted {
        return Ok(());
    }
    let marks = value.marks;
    if marks.boost.is_some() {
        return Err(no_weight(name).better(value.raw_before(marks.boost)));
    }
    if marks.fuzzy.is_some() {
        return Err(Problem::new(
            "fuzzy_value",
            format!("`~` looks for words with other letters, and `{name}:` compares whole values"),
        )
        .better(value.raw_before(marks.fuzzy)));
    }
    let Some(at) = marks.wildcard else {
        return Ok(());
    };
    let problem = Problem::new(
        "wildcard_in_value",
        format!("`{name}:` compares whole values, and a wildcard is no part of one"),
    );
    let (stem, signs) = value.around(at);
    let is_branch = stem.ends_with('/') && signs.chars().all(|c| c == '*');
    Err(match stem.trim_end_matches('/') {
        // A value covers what is below it in its tree.
        branch if is_branch && !branch.is_empty() => problem.better(branch),
        _ => problem.hint(format!(
            "name the values, as in `{name}:(a OR b)`, or put in quotes what is written with `{}`",
            &signs[..1]
        )),
    })
}

/// What is wrong with a weight on a clause that no score comes from.
pub(super) fn no_weight(name: &str) -> Problem {
    Problem::new(
        "boost_without_score",
        format!("`{name}:` keeps or drops documents and counts nothing, so no weight changes it"),
    )
}
