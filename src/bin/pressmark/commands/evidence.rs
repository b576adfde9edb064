//! The sentences that speak for the inferred values that a query asks for.

use pressmark::analysis::{Boundaries, Boundary, tokenize};
use pressmark::query::FacetClause;
use pressmark::vocabulary::{Folded, Meaning, bundled, key};
use pressmark::{InferredTag, Origin, Query, StoredDocument, TagSurface};

use crate::output::explanation::{LeftOut, Proof};

/// Separates the steps of a value that is a path.
const STEP: char = '/';

/// Everything in the text of a document that speaks for values in these clauses.
pub(super) fn of(stored: &StoredDocument, clauses: &[Query]) -> Vec<Proof> {
    let mut sentences = Vec::new();
    for clause in clauses {
        match clause {
            Query::Facet(clause) => {
                let tags = stored.tags.iter().filter(|tag| is_meant(clause, tag));
                for tag in tags {
                    sentences.extend(of_tag(stored, tag));
                }
            }
            Query::And(parts) | Query::Or(parts) => sentences.extend(of(stored, parts)),
            _ => {}
        }
    }
    sentences
}

/// Whether a clause asks for a tag. Without an origin it asks for all of them: why a value does not
/// count is of interest, too.
fn is_meant(clause: &FacetClause, tag: &InferredTag) -> bool {
    clause.facet == tag.facet
        && clause.origin.is_none_or(|origin| origin == tag.origin)
        && is_value(clause, &tag.value)
}

/// Whether a clause asks for a value, or for one above it.
fn is_value(clause: &FacetClause, value: &str) -> bool {
    if is_at_or_below(value, &clause.value) {
        return true;
    }
    let Some(vocabulary) = bundled(&clause.facet) else {
        return false;
    };
    // A path of topics means the last of them.
    let (Folded::Entry(asked), Meaning::One(found)) = (
        vocabulary.fold_value(&clause.value, Some(STEP)),
        vocabulary.look_up(value),
    ) else {
        return false;
    };
    asked == found || vocabulary.entry(found).ancestors().contains(&asked)
}

/// Whether a value is another, or a path below it.
fn is_at_or_below(value: &str, asked: &str) -> bool {
    let mut steps = value.split(STEP);
    key(value) == key(asked)
        || asked
            .split(STEP)
            .all(|asked| steps.next().map(key) == Some(key(asked)))
}

/// The names in a document that may mean values in these clauses, and were left out.
pub(super) fn left_out(stored: &StoredDocument, clauses: &[Query]) -> Vec<LeftOut> {
    let mut found = Vec::new();
    for clause in clauses {
        match clause {
            Query::Facet(clause) if clause.origin != Some(Origin::Declared) => {
                let names = stored.ambiguous.iter();
                let names = names.filter(|name| name.facet == clause.facet);
                found.extend(names.filter_map(|name| {
                    let surface = name.surface.text(&stored.document)?;
                    let is_meant = name.values.iter().any(|value| is_value(clause, value));
                    (is_meant || key(surface) == key(&clause.value)).then(|| LeftOut {
                        facet: name.facet.clone(),
                        values: name.values.clone(),
                        mentions: name.mentions,
                        field: name.surface.field.name(),
                        surface: surface.to_owned(),
                        start: name.surface.start,
                        end: name.surface.end,
                        sentence: sentence(stored, &name.surface),
                    })
                }));
            }
            Query::And(parts) | Query::Or(parts) => found.extend(left_out(stored, parts)),
            _ => {}
        }
    }
    found
}

/// The title, or the sentence of the body, in which something stands.
fn sentence(stored: &StoredDocument, surface: &TagSurface) -> String {
    let sentence = if surface.field == pressmark::tagging::TextField::Title {
        stored.document.title.as_str()
    } else {
        around(&stored.document.body, surface.start, surface.end)
    };
    sentence.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn of_tag(stored: &StoredDocument, tag: &InferredTag) -> Vec<Proof> {
    let surfaces = tag.surfaces.iter().map(|surface| Proof {
        facet: tag.facet.clone(),
        value: tag.value.clone(),
        origin: tag.origin.name(),
        rule: tag.rule,
        confidence: tag.confidence,
        field: surface.field.name(),
        surface: surface
            .text(&stored.document)
            .unwrap_or_default()
            .to_owned(),
        start: surface.start,
        end: surface.end,
        sentence: sentence(stored, surface),
    });
    let mut sentences: Vec<Proof> = surfaces.collect();
    sentences.dedup_by(|a, b| (&a.sentence, &a.surface) == (&b.sentence, &b.surface));
    sentences
}

/// The sentence in which a part of a text lies.
fn around(text: &str, start: usize, end: usize) -> &str {
    let mut boundaries = Boundaries::default();
    let (mut from, mut until) = (0, None);
    tokenize(text, |token| {
        if until.is_some() || boundaries.step(text, token.start, token.end) == Boundary::None {
            return;
        }
        if token.start <= start {
            from = token.start;
        } else if token.start >= end {
            until = Some(token.start);
        }
    });
    text.get(from..until.unwrap_or(text.len()))
        .unwrap_or("")
        .trim()
}

#[cfg(test)]
mod tests {
    use super::{around, is_at_or_below};

    #[test]
    fn a_path_lies_below_its_beginnings() {
        for (value, asked, expected) in [
            ("Country/Farming", "country", true),
            ("Country/Farming", "Country/farming", true),
            ("Country", "Country/Farming", false),
            ("Country/Farming", "Farming", false),
            ("Country club", "Country", false),
        ] {
            assert_eq!(is_at_or_below(value, asked), expected, "{value} {asked}");
        }
    }

    #[test]
    fn a_sentence_is_cut_out() {
        let text = "It rained. In Peru it did not. Chile waits.";
        for (name, expected) in [
            ("rained", "It rained."),
            ("Peru", "In Peru it did not."),
            ("Chile", "Chile waits."),
        ] {
            let at = text.find(name).unwrap();
            assert_eq!(around(text, at, at + name.len()), expected);
        }
    }
}
