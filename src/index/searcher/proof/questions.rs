//! Random questions made of what stands in the documents, the same for the same seed.

use std::collections::BinaryHeap;

use tantivy::DocAddress;

use super::super::Searcher;
use crate::index::generation::DAMAGE_HINT;
use crate::index::stored::StoredDocument;
use crate::query::{DateClause, FacetClause, Phrase, Query, Word};
use crate::schema::Origins;
use crate::search::{ChosenPresence, ChosenValue, DateMatch, SearchRequest};
use crate::{DateRange, Error, ErrorKind, PartialDate, Result};

/// The longest part of a text that words are taken from, in bytes.
const LOOKED_AT: usize = 64 << 10;

/// Random numbers by the method `SplitMix64` (G. Steele, D. Lea and C. Flood, "Fast splittable
/// pseudorandom number generators", OOPSLA 2014).
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below another one; 0 if there is none.
    pub(super) fn below(&mut self, end: usize) -> usize {
        match end {
            0 => 0,
            end => (self.next() % end as u64) as usize,
        }
    }

    /// Once in so many times.
    pub(super) fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn pick<'t, T>(&mut self, list: &'t [T]) -> Option<&'t T> {
        list.get(self.below(list.len()))
    }
}

/// Documents that questions are about, at most.
const SAMPLED: usize = 4_096;

/// Takes questions out of some documents of an index.
pub(super) struct Sampler<'a> {
    searcher: &'a Searcher,
    /// Some documents at random. Which ones, and in which order, the seed and their ids decide:
    /// not where in the index they lie.
    documents: Vec<DocAddress>,
}

impl<'a> Sampler<'a> {
    pub(super) fn new(searcher: &'a Searcher, dice: &mut Dice) -> Result<Self> {
        let seed = dice.next();
        let mut sampled = BinaryHeap::new();
        for (segment, view) in searcher.snapshot.views.iter().enumerate() {
            let keys = view.keys()?.whole()?;
            for doc in view.reader.doc_ids_alive() {
                let rank = Dice(keys.of(doc).unwrap_or_default() ^ seed).next();
                sampled.push((rank, DocAddress::new(segment as u32, doc)));
                if sampled.len() > SAMPLED {
                    sampled.pop();
                }
            }
        }
        let documents = sampled.into_sorted_vec().into_iter();
        Ok(Self {
            searcher,
            documents: documents.map(|(_, address)| address).collect(),
        })
    }

    /// A question that some document could be the answer to.
    pub(super) fn question(&self, dice: &mut Dice) -> Result<SearchRequest> {
        let about = self.document(dice)?;
        let query = self.query(&about, dice)?;
        let mut request = SearchRequest::tree(query);
        if dice.one_in(6) {
            request.date_match = DateMatch::Overlap;
        }
        if let Some(date) = about.document.date.filter(|_| dice.one_in(5)) {
            request.dates.from = PartialDate::year(date.ymd().0).ok();
        }
        if let Some(&tags) = dice.pick(&Origins::ALL).filter(|_| dice.one_in(2)) {
            request.tags = tags;
        }
        let facets = &self.searcher.schema().facets;
        for _ in 0..dice.below(3) {
            if let Some(facet) = dice.pick(facets) {
                self.choose(&facet.name, &about, &mut request, dice)?;
            }
        }
        Ok(request)
    }

    /// Chooses values of a facet: of this document, sometimes of another.
    fn choose(
        &self,
        facet: &str,
        about: &StoredDocument,
        request: &mut SearchRequest,
        dice: &mut Dice,
    ) -> Result<()> {
        let other = self.document(dice)?;
        let value = |of: &StoredDocument, dice: &mut Dice| {
            let declared = of.document.facets.get(facet).into_iter().flatten();
            let tags = of.tags.iter().filter(|tag| tag.facet == facet);
            let values = declared.chain(tags.map(|tag| &tag.value));
            let value = (*dice.pick(&values.collect::<Vec<_>>())?).clone();
            Some(ChosenValue {
                value,
                written: false,
            })
        };
        let (one, another) = (value(about, dice), value(&other, dice));
        let choice = request.choice(facet);
        match dice.below(8) {
            0..=2 => choice.any_of.extend(one),
            3 => choice.any_of.extend(one.into_iter().chain(another)),
            4 => choice.all_of.extend(one),
            5 => choice.none_of.extend(another),
            6 => {
                choice.any_of.extend(another);
                choice.none_of.extend(one);
            }
            _ => {
                let presence = [ChosenPresence::Has, ChosenPresence::Missing];
                choice.presence = dice.pick(&presence).copied();
            }
        }
        Ok(())
    }

    fn query(&self, about: &StoredDocument, dice: &mut Dice) -> Result<Query> {
        let words = words(about);
        let other = self.document(dice)?;
        let word = |text: &str| {
            let (text, field) = (text.to_owned(), None);
            Query::Word(Word { text, field })
        };
        let one = dice.pick(&words).map(|text| word(text));
        let another = dice.pick(&words).map(|text| word(text));
        let foreign = dice.pick(&self::words(&other)).map(|text| word(text));
        Ok(match (dice.below(9), one, another, foreign) {
            (1..=2, Some(one), _, _) => one,
            (3, Some(one), Some(another), _) => Query::all(vec![one, another]),
            (4, Some(one), _, Some(foreign)) => Query::any(vec![one, foreign]),
            (5, Some(one), _, Some(foreign)) => {
                Query::all(vec![one, Query::Not(Box::new(foreign))])
            }
            (6, Some(_), _, _) => {
                let at = dice.below(words.len());
                let text = words[at..words.len().min(at + 2)].join(" ");
                let (field, moves) = (None, 0);
                Query::Phrase(Phrase { text, field, moves })
            }
            (7, ..) => self.value_clause(about, dice),
            (8, ..) => match about.document.date {
                Some(date) => Query::Date(DateClause {
                    range: DateRange {
                        from: PartialDate::year(date.ymd().0).ok(),
                        to: None,
                    },
                    exactly: None,
                }),
                None => Query::All,
            },
            _ => Query::All,
        })
    }

    fn value_clause(&self, about: &StoredDocument, dice: &mut Dice) -> Query {
        let facets: Vec<_> = about.document.facets.iter().collect();
        let Some((name, values)) = dice.pick(&facets) else {
            return Query::All;
        };
        let is_known = self.searcher.schema().find_facet(name).is_some();
        match dice.pick(values).filter(|_| is_known) {
            Some(value) => Query::Facet(FacetClause {
                facet: (*name).clone(),
                origin: None,
                value: value.clone(),
                written: false,
            }),
            None => Query::All,
        }
    }

    /// One of the documents.
    fn document(&self, dice: &mut Dice) -> Result<StoredDocument> {
        let Some(&address) = dice.pick(&self.documents) else {
            let nothing = "an index says that it has more documents than it has";
            return Err(Error::new(ErrorKind::Damaged, nothing).with_hint(DAMAGE_HINT));
        };
        self.searcher.stored(address)
    }
}

/// The words of a document's title and of the beginning of its text.
fn words(of: &StoredDocument) -> Vec<String> {
    let body = &of.document.body;
    let end = body.floor_char_boundary(LOOKED_AT.min(body.len()));
    let text = format!("{} {}", of.document.title, &body[..end]);
    let bare = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    let words = text.split_whitespace().map(bare);
    words
        .filter(|word| word.chars().count() > 1 && word.chars().all(char::is_alphanumeric))
        .collect()
}
