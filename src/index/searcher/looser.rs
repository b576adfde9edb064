//! Clauses that admit more than one does.
//!
//! A step is a clause and what it is in words. Steps of one kind make a ladder, the gentlest first:
//! of these the first that gives hits is enough. Inside brackets and under weights everything else
//! stays as it is; the sides of a proximity become nothing that has no place in a text.

use tantivy::DocAddress;

use super::relax::wider_value;
use super::{Searcher, hits};
use crate::Result;
use crate::document::{DateRange, PartialDate, Precision};
use crate::index::layout::names;
use crate::index::search::views::ResolvedFacet;
use crate::query::{
    DateClause, Distance, FacetClause, Fuzzy, MAX_DISTANCE, MAX_EDITS, MAX_MOVES, Near,
    NumberClause, Pattern, Phrase, Query, Regex, TextField, Word,
};
use crate::schema::Origins;
use crate::search::{ChosenValue, FacetRef};

/// Ladders of one clause, at most.
const MOST: usize = 16;
/// How many times as far things that are to be near each other may be.
const FARTHER: [u32; 2] = [2, 5];
/// By how many places the words of a phrase may be moved.
const MOVES: [u32; 3] = [2, 5, 20];

/// Clauses that admit more and more, with what each is in words.
pub(super) type Ladder = Vec<(String, Query)>;

impl Searcher {
    /// Ways in which a clause can admit more. `lonely` are documents that fail nothing else.
    pub(super) fn looser(
        &self,
        clause: &Query,
        tags: Origins,
        lonely: &[DocAddress],
    ) -> Result<Vec<Ladder>> {
        inside(clause, &|leaf| self.looser_leaf(leaf, tags, lonely))
    }

    /// Values in a clause that no document has, spelled otherwise.
    pub(super) fn spelled(&self, clause: &Query, tags: Origins) -> Result<Vec<Ladder>> {
        inside(clause, &|leaf| {
            let Query::Facet(facet) = leaf else {
                return Ok(Vec::new());
            };
            let (resolved, value) = self.value_of(facet, tags)?;
            let near = self.near(&resolved, &value)?.into_iter();
            let near = near.map(|(words, near)| vec![(words, with_value(facet, near))]);
            Ok(near.collect())
        })
    }

    fn looser_leaf(
        &self,
        clause: &Query,
        tags: Origins,
        lonely: &[DocAddress],
    ) -> Result<Vec<Ladder>> {
        let mut looser = Vec::new();
        let mut step = |words: String, query: Query| looser.push(vec![(words, query)]);
        match clause {
            Query::Phrase(phrase) => {
                let words: Vec<Query> = words_of(phrase).collect();
                let change = if words.len() > 1 {
                    format!("the words of `{clause}` anywhere")
                } else {
                    format!("any form of `{clause}`")
                };
                step(change, Query::all(words));
                if let Some(field) = phrase.field {
                    let mut anywhere = phrase.clone();
                    anywhere.field = None;
                    step(in_both(clause, field), Query::Phrase(anywhere));
                }
            }
            Query::Near(near) => {
                looser = looser_places(clause);
                let sides = vec![near.left.as_ref().clone(), near.right.as_ref().clone()];
                looser.push(vec![replaced(clause, Query::all(sides))]);
            }
            Query::Facet(facet) => {
                let (resolved, value) = self.value_of(facet, tags)?;
                for (words, wider) in wider_value(&resolved, &value) {
                    step(words, with_value(facet, wider));
                }
            }
            Query::Date(date) => {
                let (range, exactly) = (date.range, None);
                if date.exactly.is_some() {
                    let (words, query) =
                        replaced(clause, Query::Date(DateClause { range, exactly }));
                    step(words, query);
                }
                for range in self.wider_dates(range, lonely)? {
                    let (words, query) =
                        replaced(clause, Query::Date(DateClause { range, exactly }));
                    step(words, query);
                }
            }
            Query::Number(number) => {
                for wider in self.wider_numbers(number, lonely)? {
                    let (words, query) = replaced(clause, Query::Number(wider));
                    step(words, query);
                }
            }
            Query::Path(glob) => {
                let above = folders_above(glob).into_iter();
                looser.push(
                    above
                        .map(|glob| replaced(clause, Query::Path(glob)))
                        .collect(),
                );
            }
            place => looser = looser_places(place),
        }
        Ok(looser)
    }

    fn value_of(&self, facet: &FacetClause, tags: Origins) -> Result<(ResolvedFacet, ChosenValue)> {
        let reference = FacetRef {
            origin: facet.origin,
            name: facet.facet.clone(),
        };
        let value = ChosenValue {
            value: facet.value.clone(),
            written: facet.written,
        };
        let resolved = ResolvedFacet::find(self.schema(), &reference, tags)?;
        Ok((resolved, value))
    }

    /// Ranges that reach to the nearest dates before and after, in no finer steps than the range
    /// was given in.
    pub(super) fn wider_dates(
        &self,
        range: DateRange,
        lonely: &[DocAddress],
    ) -> Result<Vec<DateRange>> {
        let (mut before, mut after): (Option<PartialDate>, Option<PartialDate>) = (None, None);
        for &address in lonely {
            let Some(date) = hits::card(&self.snapshot.views, address)?.date else {
                continue;
            };
            if date.end() <= range.end() && before.is_none_or(|b| date.start() > b.start()) {
                before = Some(date);
            }
            if date.start() >= range.start() && after.is_none_or(|a| date.end() < a.end()) {
                after = Some(date);
            }
        }
        let mut wider = Vec::new();
        if let (Some(from), Some(before)) = (range.from, before) {
            let from = coarse(before, from.precision());
            wider.push(DateRange {
                from: Some(from),
                ..range
            });
        }
        if let (Some(to), Some(after)) = (range.to, after) {
            let to = coarse(after, to.precision());
            wider.push(DateRange {
                to: Some(to),
                ..range
            });
        }
        Ok(wider)
    }

    /// Ranges that reach to the nearest numbers below and above.
    fn wider_numbers(
        &self,
        clause: &NumberClause,
        lonely: &[DocAddress],
    ) -> Result<Vec<NumberClause>> {
        let (mut below, mut above): (Option<f64>, Option<f64>) = (None, None);
        for (segment, view) in self.snapshot.views.iter().enumerate() {
            let path = format!("{}.{}", names::NUMBERS, clause.name);
            let columns = view.reader.fast_fields();
            let Some(column) = columns.column_opt::<f64>(&path)? else {
                continue;
            };
            for address in lonely.iter().filter(|at| at.segment_ord == segment as u32) {
                for number in column.values_for_doc(address.doc_id) {
                    if clause.from.is_some_and(|from| number <= from) {
                        below = Some(below.map_or(number, |below| below.max(number)));
                    }
                    if clause.to.is_some_and(|to| number >= to) {
                        above = Some(above.map_or(number, |above| above.min(number)));
                    }
                }
            }
        }
        let mut wider = Vec::new();
        if let Some(below) = below {
            let from = Some(below);
            wider.push(NumberClause {
                from,
                from_excluded: false,
                ..clause.clone()
            });
        }
        if let Some(above) = above {
            let to = Some(above);
            wider.push(NumberClause {
                to,
                to_excluded: false,
                ..clause.clone()
            });
        }
        Ok(wider)
    }
}

/// What can be done to the clauses inside brackets and under weights, done there.
fn inside(query: &Query, of: &dyn Fn(&Query) -> Result<Vec<Ladder>>) -> Result<Vec<Ladder>> {
    let within = |parts: &[Query], join: fn(Vec<Query>) -> Query| -> Result<Vec<Ladder>> {
        let mut all = Vec::new();
        for (number, part) in parts.iter().enumerate() {
            let with = |part: Query| {
                let mut parts = parts.to_vec();
                parts[number] = part;
                join(parts)
            };
            let ladders = inside(part, of)?;
            all.extend(ladders.into_iter().map(|ladder| rebuilt(ladder, &with)));
            if all.len() >= MOST {
                break;
            }
        }
        Ok(all)
    };
    let mut ladders = match query {
        Query::And(parts) => within(parts, Query::all)?,
        Query::Or(parts) => within(parts, Query::any)?,
        Query::Boost(inner, factor) => {
            let ladders = inside(inner, of)?.into_iter();
            let weighed = |query: Query| query.weighed(*factor);
            ladders.map(|ladder| rebuilt(ladder, &weighed)).collect()
        }
        leaf => of(leaf)?,
    };
    ladders.truncate(MOST);
    Ok(ladders)
}

/// A ladder whose clauses stand in something.
fn rebuilt(ladder: Ladder, with: &dyn Fn(Query) -> Query) -> Ladder {
    let steps = ladder.into_iter();
    steps.map(|(words, query)| (words, with(query))).collect()
}

/// A clause with what it stands for.
fn replaced(old: &Query, new: Query) -> (String, Query) {
    (format!("`{new}` for `{old}`"), new)
}

/// Ways in which something with places in a text can have more of them.
fn looser_places(place: &Query) -> Vec<Ladder> {
    let mut looser: Vec<Ladder> = Vec::new();
    match place {
        Query::Phrase(phrase) => {
            let mut words = words_of(phrase);
            match (words.next(), words.next()) {
                (Some(word), None) => looser.push(vec![(format!("any form of `{place}`"), word)]),
                _ => looser.push(
                    MOVES
                        .into_iter()
                        .filter(|&moves| moves > phrase.moves && moves <= MAX_MOVES)
                        .map(|moves| {
                            let moved = Phrase {
                                moves,
                                ..phrase.clone()
                            };
                            replaced(place, Query::Phrase(moved))
                        })
                        .collect(),
                ),
            }
        }
        Query::Fuzzy(fuzzy) if fuzzy.edits < MAX_EDITS => {
            let edits = MAX_EDITS;
            let fuzzier = Fuzzy {
                edits,
                ..fuzzy.clone()
            };
            looser.push(vec![replaced(place, Query::Fuzzy(fuzzier))]);
        }
        Query::Or(parts) => {
            for (number, part) in parts.iter().enumerate() {
                let with = |part: Query| {
                    let mut parts = parts.clone();
                    parts[number] = part;
                    Query::any(parts)
                };
                let ladders = looser_places(part).into_iter();
                looser.extend(ladders.map(|ladder| rebuilt(ladder, &with)));
                if looser.len() >= MOST {
                    break;
                }
            }
        }
        Query::Near(near) => {
            let with = |new: Near| replaced(place, Query::Near(new));
            let farther = farther(near.within).into_iter();
            let farther = farther.map(|within| Near {
                within,
                ..near.clone()
            });
            looser.push(farther.map(with).collect());
            if near.ordered {
                looser.push(vec![with(Near {
                    ordered: false,
                    ..near.clone()
                })]);
            }
            for ladder in looser_places(&near.left) {
                let with = |left: Query| {
                    let left = Box::new(left);
                    Query::Near(Near {
                        left,
                        ..near.clone()
                    })
                };
                looser.push(rebuilt(ladder, &with));
            }
            for ladder in looser_places(&near.right) {
                let with = |right: Query| {
                    let right = Box::new(right);
                    Query::Near(Near {
                        right,
                        ..near.clone()
                    })
                };
                looser.push(rebuilt(ladder, &with));
            }
        }
        _ => {}
    }
    if let Some((field, anywhere)) = anywhere(place) {
        looser.push(vec![(in_both(place, field), anywhere)]);
    }
    looser.truncate(MOST);
    looser
}

/// The same word, pattern or phrase in title and body, if it is to stand in one of them.
fn anywhere(place: &Query) -> Option<(TextField, Query)> {
    let field = None;
    Some(match place {
        Query::Word(word) => (
            word.field?,
            Query::Word(Word {
                field,
                ..word.clone()
            }),
        ),
        Query::Phrase(phrase) => (
            phrase.field?,
            Query::Phrase(Phrase {
                field,
                ..phrase.clone()
            }),
        ),
        Query::Pattern(pattern) => (
            pattern.field?,
            Query::Pattern(Pattern {
                field,
                ..pattern.clone()
            }),
        ),
        Query::Fuzzy(fuzzy) => (
            fuzzy.field?,
            Query::Fuzzy(Fuzzy {
                field,
                ..fuzzy.clone()
            }),
        ),
        Query::Regex(regex) => (
            regex.field?,
            Query::Regex(Regex {
                field,
                ..regex.clone()
            }),
        ),
        _ => return None,
    })
}

/// The words of a phrase, each in any form.
fn words_of(phrase: &Phrase) -> impl Iterator<Item = Query> {
    let field = phrase.field;
    phrase.text.split_whitespace().map(move |text| {
        let text = text.to_owned();
        Query::Word(Word { text, field })
    })
}

/// Distances that are farther than one.
fn farther(within: Distance) -> Vec<Distance> {
    match within {
        Distance::Words(words) => {
            let farther = FARTHER.map(|times| words.saturating_mul(times).min(MAX_DISTANCE));
            let mut farther: Vec<u32> = farther.into_iter().chain([MAX_DISTANCE]).collect();
            farther.retain(|&farther| farther > words);
            farther.dedup();
            farther.into_iter().map(Distance::Words).collect()
        }
        Distance::Sentence => vec![Distance::Paragraph],
        Distance::Paragraph => Vec::new(),
    }
}

/// The folders above the one that a glob names, the nearest first.
fn folders_above(glob: &str) -> Vec<String> {
    let parts: Vec<&str> = glob.split('/').filter(|part| !part.is_empty()).collect();
    let names = parts
        .iter()
        .rposition(|part| !part.trim_matches('*').is_empty());
    let last = names.unwrap_or(0);
    (1..=last)
        .rev()
        .map(|count| parts[..count].join("/"))
        .filter(|above| above.contains(char::is_alphanumeric))
        .collect()
}

fn with_value(facet: &FacetClause, value: ChosenValue) -> Query {
    Query::Facet(FacetClause {
        value: value.value,
        written: value.written,
        ..facet.clone()
    })
}

fn in_both(clause: &Query, field: TextField) -> String {
    let other = match field {
        TextField::Title => "body",
        TextField::Body => "title",
    };
    format!("`{clause}` in the {other}, too")
}

/// A period that holds a date, no finer than asked for.
fn coarse(date: PartialDate, precision: Precision) -> PartialDate {
    let (year, month, day) = date.ymd();
    let coarse = match precision.min(date.precision()) {
        Precision::Year => PartialDate::year(year),
        Precision::Month => PartialDate::month(year, month),
        Precision::Day => PartialDate::day(year, month, day),
        Precision::Second => return date,
    };
    // A date near midnight lies in the next day of UTC, which is what ranges are compared in.
    match coarse {
        Ok(coarse) if coarse.start() <= date.start() && coarse.end() >= date.end() => coarse,
        _ => date,
    }
}

#[cfg(test)]
mod tests {
    use super::folders_above;
    use crate::*;

    fn searcher() -> Searcher {
        let index = Index::create_in_memory(Schema::default()).unwrap();
        let mut writer = index.writer().unwrap();
        for (id, title, body, path) in [
            (
                "d1",
                "Harbour",
                "Pilots of the old port went on strike.",
                "wire/1901/a.md",
            ),
            (
                "d2",
                "",
                "A strike. Pilots came.\n\nTariffs fell and trade rose.",
                "wire/1902/b.md",
            ),
            ("d3", "Trade talks", "Envoys spoke.", "notes/c.md"),
        ] {
            let mut document = Document::new(id).title(title).body(body).language("en");
            document.source = Some(SourceLocation {
                path: path.to_owned(),
                ..SourceLocation::default()
            });
            writer.put(document.facet("country", "Peru")).unwrap();
        }
        writer.commit().unwrap();
        index.searcher().unwrap()
    }

    #[test]
    fn clauses_are_loosened_where_they_stand() {
        let searcher = searcher();
        for (query, expected) in [
            (
                "pilots BEFORE/2 strike",
                &[
                    ("pilots AND strike", "pilots BEFORE/2 strike", 2),
                    ("pilots BEFORE/10 strike", "pilots BEFORE/2 strike", 1),
                    ("pilots NEAR/2 strike", "pilots BEFORE/2 strike", 1),
                ][..],
            ),
            (
                "(pilots NEAR/s tariffs)^2",
                &[("pilots AND tariffs", "pilots NEAR/s tariffs", 1)],
            ),
            (
                "\"port pilots\" NEAR/8 strike",
                &[("\"port pilots\"~5", "\"port pilots\"", 1)],
            ),
            ("pilt~", &[("pilt~2", "pilt~", 2)]),
            (
                "path:wire/1903/c.md",
                &[("path:wire", "path:wire/1903/c.md", 2)],
            ),
        ] {
            let offered = offered(&searcher, query);
            let expected = expected
                .iter()
                .map(|(new, old, count)| (format!("`{new}` for `{old}`"), *count));
            let offered: Vec<_> = offered
                .into_iter()
                .map(|(change, _, n)| (change, n))
                .collect();
            assert_eq!(offered, expected.collect::<Vec<_>>(), "{query}");
        }
        for (query, change, new, count) in [
            (
                "\"tariff\" NEAR/4 rose",
                "any form of `\"tariff\"`",
                "tariff NEAR/4 rose",
                1,
            ),
            (
                "(zeppelin OR title:strike)^3",
                "`title:strike` in the body, too",
                "(zeppelin OR strike)^3",
                2,
            ),
            (
                "title:pilots NEAR/4 port",
                "`title:pilots` in the body, too",
                "pilots NEAR/4 port",
                1,
            ),
            (
                "(country:Peru AND \"strike pilots\"^2 AND port)^2",
                "the words of `\"strike pilots\"` anywhere",
                "(country:Peru AND (strike AND pilots)^2 AND port)^2",
                1,
            ),
            (
                "(zeppelin OR country:Perru)",
                "`Peru` for `Perru`",
                "zeppelin OR country:Peru",
                3,
            ),
        ] {
            let offered = offered(&searcher, query);
            let wanted = (change.to_owned(), new.to_owned(), count);
            assert!(offered.contains(&wanted), "{query}: {offered:?}");
        }
    }

    /// What is changed, the query, and its hits.
    fn offered(searcher: &Searcher, query: &str) -> Vec<(String, String, u64)> {
        let request = SearchRequest::query(query).unwrap();
        let found = searcher.search(&request).unwrap();
        assert_eq!(found.total, 0, "{query}");
        let offered = found.relaxations.into_iter();
        let offered = offered.filter(|one| one.change != "any of the words");
        offered
            .map(|one| (one.change, one.query, one.count))
            .collect()
    }

    #[test]
    fn folders_lie_above_each_other() {
        for (glob, expected) in [
            ("a/b/c.md", &["a/b", "a"][..]),
            ("a/b/**", &["a"]),
            ("a/b/*.md", &["a/b", "a"]),
            ("a/", &[]),
            ("**/x.md", &[]),
            ("*", &[]),
            ("", &[]),
        ] {
            assert_eq!(folders_above(glob), expected, "{glob}");
        }
    }
}
