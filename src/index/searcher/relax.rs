//! The smallest changes that give a search without hits some: another spelling, a looser clause, a
//! clause or filter left out, any of the words.
//!
//! A clause is only loosened where leaving it out would give hits: a looser clause gives some of
//! those. What is left out are the smallest combinations of clauses and filters, all of them
//! where there are few. The hits of every change come from asking the very request that is
//! offered.

use super::Searcher;
use super::looser::Ladder;
use super::spelling::Correction;
use super::why_not::{Part, Parts};
use crate::Result;
use crate::index::search::failing::Failing;
use crate::index::search::near_values::is_known;
use crate::index::search::views::ResolvedFacet;
use crate::query::Query;
use crate::search::{
    Choice, ChosenValue, Control, DateMatch, FacetRef, Question, Relaxation, SearchRequest,
    arguments,
};

/// Changes offered, at most.
const OFFERED: usize = 8;
/// Changes of one kind, at most.
const OF_A_KIND: usize = 4;
/// The most clauses and filters that are left out together.
const TOGETHER: u32 = 3;

/// The kinds of changes, the gentlest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// A word or value spelled otherwise.
    Spelling,
    /// A clause or filter that admits more.
    Looser,
    /// One clause or filter less.
    Without,
    /// Any of the words.
    Any,
    /// Several clauses or filters less.
    WithoutSeveral,
}

struct Change {
    kind: Kind,
    /// Clauses and filters that are changed.
    size: u32,
    /// Of changes of one ladder, the first that gives hits is enough.
    ladder: Option<usize>,
    words: String,
    request: SearchRequest,
}

impl Change {
    fn looser(words: String, request: SearchRequest) -> Self {
        Self {
            kind: Kind::Looser,
            size: 1,
            ladder: None,
            words,
            request,
        }
    }

    fn spelling(words: String, request: SearchRequest) -> Self {
        Self {
            kind: Kind::Spelling,
            ..Self::looser(words, request)
        }
    }
}

impl Searcher {
    /// The changes that give hits, best first: by kind, by size, by hits.
    pub(super) fn relaxations(
        &self,
        query: &Query,
        parts: &Parts<'_>,
        failing: &Failing,
        corrections: &[Correction],
        control: &Control,
    ) -> Result<Vec<Relaxation>> {
        let mut changes: Vec<Change> = corrections
            .iter()
            .map(|correction| {
                let mut request = parts.request.clone();
                request.question = Question::Text(correction.text.clone());
                let pairs = correction.words.iter();
                let pairs = pairs.map(|(typed, better)| format!("`{better}` for `{typed}`"));
                Change::spelling(pairs.collect::<Vec<_>>().join(", "), request)
            })
            .collect();
        let smallest = failing.smallest_to_drop();
        for (dropped, _) in &smallest {
            if dropped.is_power_of_two() {
                self.loosened(
                    parts,
                    dropped.trailing_zeros() as usize,
                    failing,
                    &mut changes,
                )?;
            }
        }
        if parts.request.date_match == DateMatch::Within {
            let mut request = parts.request.clone();
            request.date_match = DateMatch::Overlap;
            let words = "coarse dates that could lie in the range".to_owned();
            changes.push(Change::looser(words, request));
        }
        changes.extend(any_of_the_words(query, parts));
        changes.extend(left_out(parts, &smallest));
        self.asked(changes, control)
    }

    /// Asks every change, and keeps the best of those that give hits.
    fn asked(&self, changes: Vec<Change>, control: &Control) -> Result<Vec<Relaxation>> {
        let mut offered: Vec<(Kind, u32, Relaxation)> = Vec::new();
        let mut climbed: Option<usize> = None;
        for change in changes {
            if change.ladder.is_some() && change.ladder == climbed {
                continue;
            }
            let Some(options) = arguments(&change.request) else {
                continue;
            };
            let Question::Text(query) = &change.request.question else {
                continue;
            };
            let query = query.clone();
            let is_known = offered
                .iter()
                .any(|(.., other)| other.query == query && other.options == options);
            let total = self.total(&change.request, control)?.unwrap_or_default();
            if total > 0 {
                climbed = change.ladder;
            }
            if total > 0 && !is_known {
                let relaxation = Relaxation {
                    change: change.words,
                    query,
                    options,
                    count: total,
                    request: change.request,
                };
                offered.push((change.kind, change.size, relaxation));
            }
        }
        offered.sort_by(|(a_kind, a_size, a), (b_kind, b_size, b)| {
            let by_size = a_kind.cmp(b_kind).then(a_size.cmp(b_size));
            by_size.then(b.count.cmp(&a.count))
        });
        let mut before = None;
        let mut of_a_kind = 0;
        offered.retain(|(kind, ..)| {
            of_a_kind = if before == Some(*kind) {
                of_a_kind + 1
            } else {
                1
            };
            before = Some(*kind);
            of_a_kind <= OF_A_KIND
        });
        offered.truncate(OFFERED);
        Ok(offered
            .into_iter()
            .map(|(.., relaxation)| relaxation)
            .collect())
    }

    /// The ways in which one part can admit more.
    fn loosened(
        &self,
        parts: &Parts<'_>,
        number: usize,
        failing: &Failing,
        changes: &mut Vec<Change>,
    ) -> Result<()> {
        let request = parts.request;
        let lonely = &failing.lonely[number];
        match &parts.list[number] {
            Part::Clause(clause) => {
                let tags = parts.request.tags;
                let spelled = self.spelled(&parts.clauses[*clause], tags)?;
                let looser = self.looser(&parts.clauses[*clause], tags, lonely)?;
                let mut climb = |ladder: Ladder, change: fn(String, SearchRequest) -> Change| {
                    let number = changes.len();
                    for (words, new) in ladder {
                        let mut clauses = parts.clauses.clone();
                        clauses[*clause] = new;
                        changes.push(Change {
                            ladder: Some(number),
                            ..change(words, parts.with_clauses(clauses))
                        });
                    }
                };
                for ladder in spelled {
                    climb(ladder, Change::spelling);
                }
                for ladder in looser {
                    climb(ladder, Change::looser);
                }
            }
            Part::AnyOf(facet) => {
                let values = &request.choices[facet].any_of;
                let chosen = |choice: &mut Choice, number: usize, value: ChosenValue| {
                    choice.any_of[number] = value;
                };
                self.chosen(parts, facet, values, chosen, changes)?;
            }
            Part::AllOf(facet, number) => {
                let values = &request.choices[facet].all_of;
                let chosen = |choice: &mut Choice, _: usize, value: ChosenValue| {
                    choice.all_of[*number] = value;
                };
                self.chosen(parts, facet, &values[*number..=*number], chosen, changes)?;
                if values.len() > 1 && request.choices[facet].any_of.is_empty() {
                    let mut changed = parts.with_clauses(parts.clauses.clone());
                    let choice = changed.choice(facet.as_str());
                    choice.any_of = std::mem::take(&mut choice.all_of);
                    let words = format!("any of the values of `{facet}` instead of all");
                    changes.push(Change::looser(words, changed));
                }
            }
            Part::Dates => {
                for range in self.wider_dates(request.dates, lonely)? {
                    let mut changed = parts.with_clauses(parts.clauses.clone());
                    changed.dates = range;
                    changes.push(Change::looser("a wider range of dates".to_owned(), changed));
                }
            }
            Part::NoneOf(..) | Part::Presence(_) | Part::Added | Part::Rest(_) => {}
        }
        Ok(())
    }

    /// Chosen values spelled otherwise, or the nodes above them.
    fn chosen(
        &self,
        parts: &Parts<'_>,
        facet: &str,
        values: &[ChosenValue],
        set: impl Fn(&mut Choice, usize, ChosenValue),
        changes: &mut Vec<Change>,
    ) -> Result<()> {
        let resolved =
            ResolvedFacet::find(self.schema(), &FacetRef::parse(facet), parts.request.tags)?;
        for (number, value) in values.iter().enumerate() {
            let with = |value: ChosenValue| {
                let mut changed = parts.with_clauses(parts.clauses.clone());
                set(changed.choice(facet), number, value);
                changed
            };
            for (words, new) in self.near(&resolved, value)? {
                changes.push(Change::spelling(words, with(new)));
            }
            for (words, new) in wider_value(&resolved, value) {
                changes.push(Change::looser(words, with(new)));
            }
        }
        Ok(())
    }

    /// Values near to one that no document has.
    pub(super) fn near(
        &self,
        facet: &ResolvedFacet,
        value: &ChosenValue,
    ) -> Result<Vec<(String, ChosenValue)>> {
        if is_known(&self.snapshot.views, facet, value)? {
            return Ok(Vec::new());
        }
        let near = self.near_values(facet, value)?;
        let near = near.into_iter().map(|near| {
            let words = format!("`{}` for `{}`", near.value, value.value);
            let written = value.written;
            (
                words,
                ChosenValue {
                    value: near.value,
                    written,
                },
            )
        });
        Ok(near.collect())
    }
}

/// Nodes above a value, and any spelling of one that must be written so.
pub(super) fn wider_value(
    facet: &ResolvedFacet,
    value: &ChosenValue,
) -> Vec<(String, ChosenValue)> {
    let written = &value.value;
    if value.written {
        let words = format!("any spelling of `{written}`");
        return vec![(
            words,
            ChosenValue {
                value: written.clone(),
                written: false,
            },
        )];
    }
    let above = facet
        .definition
        .tree
        .and_then(|tree| written.rsplit_once(tree));
    let above = above.map(|(above, _)| above.trim());
    let above = above.filter(|above| !above.is_empty()).map(|above| {
        let words = format!("`{above}` for `{written}`");
        (
            words,
            ChosenValue {
                value: above.to_owned(),
                written: false,
            },
        )
    });
    above.into_iter().collect()
}

/// The same words, any of which is enough.
fn any_of_the_words(query: &Query, parts: &Parts<'_>) -> Option<Change> {
    let is_word = |clause: &&Query| clause.wants_words();
    let words = parts.clauses.iter().filter(is_word).count();
    if parts.request.any || words < 2 {
        return None;
    }
    let mut request = parts.request.clone();
    request.any = true;
    if matches!(request.question, Question::Tree(_)) {
        let (words, mut rest): (Vec<Query>, Vec<Query>) = query
            .conjuncts()
            .into_iter()
            .partition(|clause| is_word(&clause));
        rest.insert(0, Query::any(words));
        request = parts.with_clauses(rest);
    }
    Some(Change {
        kind: Kind::Any,
        size: 1,
        ladder: None,
        words: "any of the words".to_owned(),
        request,
    })
}

/// The request without its smallest combinations of parts.
fn left_out(parts: &Parts<'_>, smallest: &[(usize, u64)]) -> Vec<Change> {
    let fewest = smallest
        .first()
        .map_or(0, |(dropped, _)| dropped.count_ones());
    let mut changes = Vec::new();
    for &(dropped, _) in smallest {
        let size = dropped.count_ones();
        let named: Vec<&Part> = parts
            .list
            .iter()
            .enumerate()
            .filter(|(number, _)| dropped >> number & 1 == 1)
            .map(|(_, part)| part)
            .collect();
        let keeps_some = named.len() < parts.list.len();
        let is_told = named.iter().all(|part| !matches!(part, Part::Rest(_)));
        if !keeps_some || !is_told || size > fewest.max(TOGETHER) || changes.len() >= 2 * OF_A_KIND
        {
            continue;
        }
        let words: Vec<String> = named
            .iter()
            .map(|part| format!("`{}`", parts.written(part)))
            .collect();
        changes.push(Change {
            kind: if size == 1 {
                Kind::Without
            } else {
                Kind::WithoutSeveral
            },
            size,
            ladder: None,
            words: format!("without {}", words.join(" and ")),
            request: parts.without(dropped),
        });
    }
    changes
}
