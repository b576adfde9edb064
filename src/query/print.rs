//! Prints a query in canonical form: every operator written out, brackets wherever AND and OR
//! meet, values quoted when they have to be. Reading it again gives the same tree.

use std::fmt::{self, Write};

use super::ast::{DateClause, FacetClause, NumberClause, Presence, Query, TextField};
use super::token::{is_close, is_comparison, is_dash, is_open, is_quote, is_space, keyword};
use crate::document::{DateRange, PartialDate};
use crate::schema::Origin;

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(parts) => list(parts, " AND ", f),
            Self::Or(parts) => list(parts, " OR ", f),
            Self::Not(inner) => {
                f.write_str("NOT ")?;
                operand(inner, f)
            }
            leaf => {
                f.write_str(&prefix(leaf).unwrap_or_default())?;
                value(leaf, f)
            }
        }
    }
}

/// Parts with an operator between them; a field that all of them share is written once.
fn list(parts: &[Query], operator: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let shared = shared_prefix(parts);
    if let Some(prefix) = &shared {
        write!(f, "{prefix}(")?;
    }
    for (number, part) in parts.iter().enumerate() {
        if number > 0 {
            f.write_str(operator)?;
        }
        if shared.is_some() {
            value(part, f)?;
        } else {
            operand(part, f)?;
        }
    }
    if shared.is_some() {
        f.write_char(')')?;
    }
    Ok(())
}

fn operand(query: &Query, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match query {
        Query::And(parts) | Query::Or(parts) if shared_prefix(parts).is_none() => {
            write!(f, "({query})")
        }
        query => write!(f, "{query}"),
    }
}

fn shared_prefix(parts: &[Query]) -> Option<String> {
    let first = prefix(parts.first()?)?;
    // Among other values, the colon of a time would be taken for that of a field, and the sign of
    // what is negative for NOT.
    let fits = |part: &Query| match part {
        Query::Date(_) | Query::Added(_) | Query::Number(_) => {
            let text = Value(part).to_string();
            !text.starts_with('-') && !text.contains(':')
        }
        _ => true,
    };
    let same = |part| fits(part) && prefix(part).as_ref() == Some(&first);
    (parts.len() > 1 && parts.iter().all(same)).then_some(first)
}

/// The field of a clause that has one, up to where its value begins.
fn prefix(query: &Query) -> Option<String> {
    let name = |name: &str, origin: Option<Origin>| match origin {
        Some(origin) => format!("{origin}.{name}:"),
        None => format!("{name}:"),
    };
    match query {
        Query::Word(word) => word.field.map(|field| name(field_name(field), None)),
        Query::Phrase(phrase) => phrase.field.map(|field| name(field_name(field), None)),
        Query::Facet(clause) => {
            let exactly = if clause.written { "=" } else { "" };
            Some(name(&clause.facet, clause.origin) + exactly)
        }
        Query::Date(_) => Some("date:".to_owned()),
        Query::Number(clause) => Some(name(&clause.name, None)),
        Query::Added(_) => Some("added:".to_owned()),
        Query::Id(_) => Some("id:".to_owned()),
        Query::Has(_) => Some("has:".to_owned()),
        Query::Missing(_) => Some("missing:".to_owned()),
        Query::All | Query::And(_) | Query::Or(_) | Query::Not(_) => None,
    }
}

fn field_name(field: TextField) -> &'static str {
    match field {
        TextField::Title => "title",
        TextField::Body => "body",
    }
}

/// The value of a clause, without its field.
struct Value<'q>(&'q Query);

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        value(self.0, f)
    }
}

/// The value of a clause as it is written behind its field.
pub(super) fn value_text(query: &Query) -> String {
    Value(query).to_string()
}

/// What stands behind the colon, or alone.
fn value(query: &Query, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match query {
        Query::Word(word) => f.write_str(&bare(&word.text)),
        Query::Phrase(phrase) => f.write_str(&quoted(&phrase.text)),
        Query::Facet(FacetClause { value, .. }) => f.write_str(&plain_or_quoted(value)),
        Query::Date(DateClause { range, exactly }) => match exactly {
            Some(date) => write!(f, "={date}"),
            None => dates(*range, f),
        },
        Query::Added(range) => dates(*range, f),
        Query::Number(clause) => number(clause, f),
        Query::Id(id) => f.write_str(&plain_or_quoted(id)),
        Query::Has(Presence { name, origin }) | Query::Missing(Presence { name, origin }) => {
            match origin {
                Some(origin) => write!(f, "{origin}.{name}"),
                None => f.write_str(name),
            }
        }
        Query::All => f.write_char('*'),
        Query::And(_) | Query::Or(_) | Query::Not(_) => operand(query, f),
    }
}

fn dates(range: DateRange, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if let (Some(from), Some(to)) = (range.from, range.to)
        && from == to
    {
        return write!(f, "{from}");
    }
    let end = |date: Option<PartialDate>| date.map_or(String::new(), |date| date.to_string());
    write!(f, "{}..{}", end(range.from), end(range.to))
}

fn number(clause: &NumberClause, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match (clause.from, clause.to) {
        (Some(from), Some(to)) if from.total_cmp(&to).is_eq() => write!(f, "={from}"),
        (Some(from), None) if clause.from_excluded => write!(f, ">{from}"),
        (Some(from), None) => write!(f, ">={from}"),
        (None, Some(to)) if clause.to_excluded => write!(f, "<{to}"),
        (None, Some(to)) => write!(f, "<={to}"),
        (from, to) => {
            let end = |end: Option<f64>| end.map_or(String::new(), |end| end.to_string());
            write!(f, "{}..{}", end(from), end(to))
        }
    }
}

/// A text between quotes.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        if c == '\\' || is_quote(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

/// A value without quotes if nothing in it could be taken for anything else.
fn plain_or_quoted(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '\'' | '’');
    let is_plain = text.starts_with(char::is_alphanumeric)
        && text.chars().all(plain)
        && !text.contains("..")
        && keyword(text).is_none();
    if is_plain {
        text.to_owned()
    } else {
        quoted(text)
    }
}

/// A word, with whatever could be taken for an operator escaped.
fn bare(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    if keyword(text).is_some() || text == "&&" {
        out.push('\\');
    }
    for (at, c) in text.char_indices() {
        // Not a mistake here, but what looks like single quotes is remarked on.
        let embraces = matches!(c, '\'' | '‘' | '‚') && text.ends_with(['\'', '’', '‘']);
        let starts = at == 0 && (embraces || is_dash(c) || matches!(c, '+' | '/' | '@' | '!'));
        let separates = is_space(c) || is_open(c) || is_close(c) || is_quote(c) || is_comparison(c);
        if starts || separates || matches!(c, '\\' | '*' | '?' | ':' | '|' | '~' | '^') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
