//! Why documents would be made anew, or the index be rebuilt, in words.

use super::super::forecast::{Rebuild, Remade, RemadeFrom};
use super::super::run::Known;
use crate::corpus::Corpus;
use crate::{Error, ErrorKind, Schema, Searcher};

/// Why an index that gives this error has to be rebuilt.
pub(super) fn rebuild(error: &Error) -> Rebuild {
    let reason = match error.kind() {
        ErrorKind::Version if error.message().contains("analysis") => "analysis",
        ErrorKind::Version => "format",
        _ => "damaged",
    };
    Rebuild {
        reason: reason.to_owned(),
        message: error.message().to_owned(),
    }
}

/// Why documents whose source did not change would be made anew, if they would.
pub(super) fn remade(
    known: &Known,
    searcher: Option<&Searcher>,
    corpus: &Corpus,
    rebuild: bool,
) -> Option<Remade> {
    let again = known.old.again;
    if rebuild || known.old.state.is_empty() || !(again.all || again.remake) {
        return None;
    }
    let from = if again.remake {
        RemadeFrom::Documents
    } else {
        RemadeFrom::Files
    };
    let message = if known.is_missing {
        "documents are missing from the index".to_owned()
    } else {
        let parts = searcher.map(|it| differences(it.schema(), &corpus.config().schema));
        match parts.unwrap_or_default().join("; ") {
            parts if parts.is_empty() => "the rules of the configuration changed".to_owned(),
            parts => format!("the configuration changed: {parts}"),
        }
    };
    Some(Remade { from, message })
}

/// What differs between two schemas.
fn differences(old: &Schema, new: &Schema) -> Vec<String> {
    let mut parts = Vec::new();
    names(&old.facets, &new.facets, |it| &it.name, "facet", &mut parts);
    names(
        &old.numbers,
        &new.numbers,
        |it| &it.name,
        "numeric facet",
        &mut parts,
    );
    let (before, after) = (&old.fields, &new.fields);
    for (name, before, after) in [
        ("id", &before.id, &after.id),
        ("title", &before.title, &after.title),
        ("body", &before.body, &after.body),
        ("date", &before.date, &after.date),
        ("url", &before.url, &after.url),
        ("language", &before.language, &after.language),
    ] {
        if before != after {
            parts.push(format!("the keys of field `{name}` changed"));
        }
    }
    parts
}

/// Compares two lists of things with names.
fn names<'a, T: PartialEq>(
    old: &'a [T],
    new: &'a [T],
    name: impl Fn(&T) -> &str,
    what: &str,
    parts: &mut Vec<String>,
) {
    let find = |list: &'a [T], wanted: &str| list.iter().find(|it| name(it) == wanted);
    for item in new {
        match find(old, name(item)) {
            None => parts.push(format!("{what} `{}` is new", name(item))),
            Some(before) if before != item => {
                parts.push(format!("{what} `{}` changed", name(item)));
            }
            Some(_) => {}
        }
    }
    for item in old.iter().filter(|item| find(new, name(item)).is_none()) {
        parts.push(format!("{what} `{}` is gone", name(item)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FacetDefinition;

    #[test]
    fn differences_are_named() {
        let old = Schema::default();
        assert!(differences(&old, &old).is_empty());
        let mut new = old.clone();
        new.facets.retain(|facet| facet.name != "author");
        new.fields.date.push("day".to_owned());
        let new = new
            .facet(FacetDefinition::new("desk"))
            .and_then(|new| new.facet(FacetDefinition::new("topic").keys(["tags"])))
            .unwrap();
        assert_eq!(
            differences(&old, &new),
            [
                "facet `topic` changed",
                "facet `desk` is new",
                "facet `author` is gone",
                "the keys of field `date` changed",
            ]
        );
    }
}
