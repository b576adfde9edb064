//! Clauses and choices that restrict and never score, as sets of documents.

use std::collections::BTreeSet;
use std::sync::Arc;

use tantivy::columnar::Column;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{BitSet, SegmentReader, Term};

use super::predicate::{MakeSet, SegmentSet, SetQuery};
use super::views::{ResolvedFacet, SegmentFacet, Views};
use crate::document::{DateRange, PartialDate};
use crate::index::layout::{Fields, names};
use crate::query::{NumberClause, path_fits};
use crate::search::{ChosenValue, DateMatch};
use crate::{Error, Result};

/// More written values than this are tested by column instead of read by postings.
const MOST_POSTINGS: usize = 32;

/// Values of a facet: any document with one of them.
#[derive(Debug, Clone)]
pub(in crate::index) struct ValueSet {
    pub(in crate::index) facet: ResolvedFacet,
    pub(in crate::index) values: Vec<ChosenValue>,
}

impl ValueSet {
    /// The ordinals of each column that count for one of the values.
    fn ordinals(&self, facet: &SegmentFacet) -> Result<Vec<BTreeSet<u32>>> {
        let mut nodes = Vec::with_capacity(self.values.len());
        for value in &self.values {
            nodes.push(if value.written {
                None
            } else {
                facet.ask(&value.value)?
            });
        }
        let mut sets = Vec::with_capacity(facet.columns.len());
        for column in &facet.columns {
            let mut set = BTreeSet::new();
            for (value, hash) in self.values.iter().zip(&nodes) {
                if value.written {
                    set.extend(column.written.find(&value.value)?);
                } else if let Some(node) = hash.and_then(|hash| column.table.find(&hash)) {
                    set.extend(column.table.ordinals_in(column.table.subtree(node)));
                }
            }
            sets.push(set);
        }
        Ok(sets)
    }

    /// The documents of a segment with one of the values.
    pub(in crate::index) fn documents(
        &self,
        field: Field,
        reader: &SegmentReader,
        facet: SegmentFacet,
    ) -> Result<SegmentSet> {
        let ordinals = self.ordinals(&facet)?;
        if ordinals.iter().all(BTreeSet::is_empty) {
            return Ok(SegmentSet::None);
        }
        // Where columns decide one after the other, what a document declares hides what it is about.
        if facet.columns.len() == 1 && ordinals[0].len() <= MOST_POSTINGS {
            return self.by_postings(field, reader, &facet, &ordinals[0]);
        }
        let sets: Vec<BitSet> = facet
            .columns
            .iter()
            .zip(&ordinals)
            .map(|(column, ordinals)| {
                let mut set = BitSet::with_max_value(column.written.len());
                for &ordinal in ordinals {
                    set.insert(ordinal);
                }
                set
            })
            .collect();
        Ok(SegmentSet::Test(Box::new(move |document| {
            let mut found = false;
            facet.values(document, |column, ordinal| {
                found |= sets[column].contains(ordinal);
            });
            found
        })))
    }

    fn by_postings(
        &self,
        field: Field,
        reader: &SegmentReader,
        facet: &SegmentFacet,
        ordinals: &BTreeSet<u32>,
    ) -> Result<SegmentSet> {
        let inverted = reader.inverted_index(field)?;
        let mut docs = BitSet::with_max_value(reader.max_doc());
        for &ordinal in ordinals {
            let Some((part, _)) = facet.columns[0].written.place(ordinal) else {
                continue;
            };
            let path = format!("{}.{}", part.origin, self.facet.definition.name);
            let mut term = Term::from_field_json_path(field, &path, false);
            term.append_type_and_str(&facet.columns[0].text(ordinal)?);
            let postings = inverted
                .read_block_postings(&term, IndexRecordOption::Basic)
                .map_err(tantivy::TantivyError::from)?;
            if let Some(mut postings) = postings {
                while !postings.docs().is_empty() {
                    for &doc in postings.docs() {
                        docs.insert(doc);
                    }
                    postings.advance();
                }
            }
        }
        Ok(SegmentSet::Docs(docs))
    }
}

/// Makes engine queries out of filters.
#[derive(Debug, Clone)]
pub(in crate::index) struct Filters {
    pub(in crate::index) views: Views,
    pub(in crate::index) fields: Fields,
}

impl Filters {
    fn view<T>(
        views: &Views,
        reader: &SegmentReader,
        make: impl FnOnce(&super::views::SegmentView) -> Result<T>,
    ) -> tantivy::Result<T> {
        let view = views
            .iter()
            .find(|view| view.reader.segment_id() == reader.segment_id());
        let result = match view {
            Some(view) => make(view),
            None => Err(Error::new(crate::ErrorKind::Engine, "a segment is unknown")),
        };
        result.map_err(|error| tantivy::TantivyError::InternalError(error.to_string()))
    }

    fn query(
        make: impl Fn(&SegmentReader) -> tantivy::Result<SegmentSet> + Send + Sync + 'static,
    ) -> SetQuery {
        let make: Arc<MakeSet> = Arc::new(make);
        SetQuery(make)
    }

    /// Documents with one of the values.
    pub(in crate::index) fn values(&self, set: ValueSet) -> SetQuery {
        let (views, field) = (Arc::clone(&self.views), self.fields.facets);
        Self::query(move |reader| {
            Self::view(&views, reader, |view| {
                set.documents(field, reader, view.facet(&set.facet)?)
            })
        })
    }

    /// Documents with some value of a facet.
    pub(in crate::index) fn has_facet(&self, facet: ResolvedFacet) -> SetQuery {
        let views = Arc::clone(&self.views);
        Self::query(move |reader| {
            let facet = Self::view(&views, reader, |view| view.facet(&facet))?;
            if facet.columns.is_empty() {
                return Ok(SegmentSet::None);
            }
            Ok(SegmentSet::Test(Box::new(move |document| {
                facet.has_value(document)
            })))
        })
    }

    /// Documents whose date matches a range.
    pub(in crate::index) fn dates(range: DateRange, how: DateMatch) -> SetQuery {
        Self::query(move |reader| date_set(reader, range, how))
    }

    /// Documents dated to exactly this period, in this precision.
    pub(in crate::index) fn dated_exactly(date: PartialDate) -> SetQuery {
        Self::query(move |reader| {
            let columns = reader.fast_fields();
            let Some(start) = columns.column_opt::<i64>(names::DATE_START)? else {
                return Ok(SegmentSet::None);
            };
            let precision = columns.u64(names::DATE_PRECISION)?;
            let wanted = date.precision() as u64;
            Ok(SegmentSet::Test(Box::new(move |document| {
                start.first(document) == Some(date.start())
                    && precision.first(document) == Some(wanted)
            })))
        })
    }

    /// Documents that entered the index in a range.
    pub(in crate::index) fn added(range: DateRange) -> SetQuery {
        Self::query(move |reader| {
            let Some(added) = reader.fast_fields().column_opt::<i64>(names::ADDED)? else {
                return Ok(SegmentSet::None);
            };
            let (start, end) = (range.start(), range.end());
            Ok(SegmentSet::Test(Box::new(move |document| {
                added
                    .first(document)
                    .is_some_and(|at| (start..=end).contains(&at))
            })))
        })
    }

    /// Documents with a date.
    pub(in crate::index) fn has_date() -> SetQuery {
        Self::query(|reader| {
            Ok(
                match reader.fast_fields().column_opt::<i64>(names::DATE_START)? {
                    None => SegmentSet::None,
                    Some(start) => {
                        SegmentSet::Test(Box::new(move |document| start.index.has_value(document)))
                    }
                },
            )
        })
    }

    /// Documents of files whose path a glob fits.
    pub(in crate::index) fn path(glob: String) -> SetQuery {
        Self::query(move |reader| {
            let Some(column) = reader.fast_fields().str(names::PATH)? else {
                return Ok(SegmentSet::None);
            };
            let bare = glob.strip_prefix("./").unwrap_or(&glob);
            let fixed = &bare[..bare.find(['*', '?']).unwrap_or(bare.len())];
            let dictionary = column.dictionary();
            let mut paths = dictionary.prefix_range(fixed).into_stream()?;
            let mut fitting = BitSet::with_max_value(column.num_terms() as u32);
            while paths.advance() {
                if std::str::from_utf8(paths.key()).is_ok_and(|path| path_fits(&glob, path)) {
                    fitting.insert(paths.term_ord() as u32);
                }
            }
            if fitting.len() == 0 {
                return Ok(SegmentSet::None);
            }
            Ok(SegmentSet::Test(Box::new(move |document| {
                let mut ordinals = column.ords().values_for_doc(document);
                ordinals.any(|ordinal| fitting.contains(ordinal as u32))
            })))
        })
    }

    /// Documents with a value of a numeric facet, in a range if one is given.
    pub(in crate::index) fn number(name: String, range: Option<NumberClause>) -> SetQuery {
        Self::query(move |reader| {
            let path = format!("{}.{name}", names::NUMBERS);
            let Some(column) = reader.fast_fields().column_opt::<f64>(&path)? else {
                return Ok(SegmentSet::None);
            };
            let range = range.clone();
            Ok(SegmentSet::Test(Box::new(move |document| match &range {
                None => column.index.has_value(document),
                Some(range) => column.values_for_doc(document).any(|n| in_range(n, range)),
            })))
        })
    }

    /// Documents with a token in one of these fields.
    pub(in crate::index) fn has_text(fields: Vec<Field>) -> SetQuery {
        Self::query(move |reader| {
            let mut norms = Vec::new();
            for &field in &fields {
                norms.push(reader.get_fieldnorms_reader(field)?);
            }
            Ok(SegmentSet::Test(Box::new(move |document| {
                norms.iter().any(|norms| norms.fieldnorm(document) > 0)
            })))
        })
    }

    /// Documents whose card passes a test.
    pub(in crate::index) fn card(
        &self,
        test: fn(&crate::index::segment::card::Card<'_>) -> bool,
    ) -> SetQuery {
        let views = Arc::clone(&self.views);
        Self::query(move |reader| {
            let cards = Self::view(&views, reader, |view| view.all_cards().cloned())?;
            Ok(SegmentSet::Test(Box::new(move |document| {
                cards.get(document).is_some_and(|card| test(&card))
            })))
        })
    }
}

fn in_range(number: f64, range: &NumberClause) -> bool {
    let above = range.from.is_none_or(|from| {
        if range.from_excluded {
            number > from
        } else {
            number >= from
        }
    });
    let below = range.to.is_none_or(|to| {
        if range.to_excluded {
            number < to
        } else {
            number <= to
        }
    });
    above && below
}

/// The columns of the dates of a segment, if it has any.
pub(in crate::index) struct DateColumns {
    pub(in crate::index) start: Column<i64>,
    pub(in crate::index) end: Column<i64>,
}

impl DateColumns {
    pub(in crate::index) fn open(reader: &SegmentReader) -> tantivy::Result<Option<Self>> {
        let columns = reader.fast_fields();
        let Some(start) = columns.column_opt::<i64>(names::DATE_START)? else {
            return Ok(None);
        };
        Ok(Some(Self {
            start,
            end: columns.i64(names::DATE_END)?,
        }))
    }

    /// First and last second of a document's period.
    pub(in crate::index) fn period(&self, document: u32) -> Option<(i64, i64)> {
        Some((self.start.first(document)?, self.end.first(document)?))
    }
}

/// The documents of a segment whose date matches a range.
pub(in crate::index) fn date_set(
    reader: &SegmentReader,
    range: DateRange,
    how: DateMatch,
) -> tantivy::Result<SegmentSet> {
    let Some(columns) = DateColumns::open(reader)? else {
        return Ok(SegmentSet::None);
    };
    let (from, to) = (range.start(), range.end());
    Ok(SegmentSet::Test(Box::new(move |document| {
        columns
            .period(document)
            .is_some_and(|(start, end)| match how {
                DateMatch::Within => start >= from && end <= to,
                DateMatch::Overlap => start <= to && end >= from,
            })
    })))
}
