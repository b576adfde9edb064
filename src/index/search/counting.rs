//! The facets of a search in one segment: what is counted of which documents, and together with
//! which other facets.

use std::sync::Arc;

use super::block::Block;
use super::collect::Counted;
use super::counts::{Part, SegmentCounts, SegmentTotals};
use super::kept::{HowKept, KeptFacet};
use super::rows::Rows;
use super::stream::Stream;
use super::views::SegmentView;
use super::watch::Watch;
use super::written_rows::RowReader;
use crate::{Error, Result};

/// The facets of a search in one segment.
pub(in crate::index) struct Counting {
    facets: Vec<Facet>,
    /// Counts the hits of all facets at once.
    together: Option<(Arc<Rows>, Vec<u32>)>,
    /// Reads them for all facets at once, where nothing is kept.
    rows: Option<Box<RowReader>>,
    /// Why something could not be counted.
    failed: Option<Error>,
}

/// A facet: what is counted now, or was before.
enum Facet {
    Now(SegmentCounts, Option<Box<Choice>>),
    Before(Arc<KeptFacet>, Arc<SegmentTotals>),
}

/// The choice in a facet, and documents that fail nothing else.
struct Choice {
    /// The number of its filter.
    own: usize,
    /// Whether it wants one of some values.
    splits: bool,
    spare: Stream,
    apart: Stream,
}

impl Counting {
    /// `splits`: whether the filter of this number wants one of some values. `is_whole`: whether
    /// every document of the segment will count.
    pub(in crate::index) fn open(
        view: &SegmentView,
        facets: &[Counted],
        splits: impl Fn(usize) -> bool,
        is_whole: bool,
        watch: &Watch,
    ) -> Result<Self> {
        let kept = facets.iter().map(|counted| view.kept(&counted.facet));
        let kept: Vec<Arc<KeptFacet>> = kept.collect::<Result<_>>()?;
        // Of what every document counts for the sums are kept.
        let how = if is_whole {
            HowKept::Later
        } else if facets.len() < 2 {
            HowKept::Alone
        } else {
            let names = facets.iter().map(|counted| counted.facet.key()).collect();
            view.rows(names, &kept, watch)?
        };
        let mut opened = Vec::with_capacity(facets.len());
        for (counted, kept) in facets.iter().zip(&kept) {
            let kept = Arc::clone(kept);
            if is_whole && let Some(totals) = kept.corpus() {
                opened.push(Facet::Before(kept, totals));
                continue;
            }
            let counts = SegmentCounts::new(kept, counted.own.is_some(), &how, watch)?;
            let choice = counted.own.map(|own| {
                Box::new(Choice {
                    own,
                    splits: splits(own),
                    spare: Stream::default(),
                    apart: Stream::default(),
                })
            });
            opened.push(Facet::Now(counts, choice));
        }
        let together = match how {
            HowKept::Together(rows) => {
                let counters = rows.counters();
                Some((rows, counters))
            }
            HowKept::Later | HowKept::Alone => None,
        };
        let rows = if is_whole || together.is_some() {
            None
        } else {
            let is_read =
                |facet: &Facet| matches!(facet, Facet::Now(counts, _) if counts.reads_columns());
            let all = facets.iter().zip(&kept).zip(&opened);
            let all = all.map(|((counted, kept), facet)| (&counted.facet, &**kept, is_read(facet)));
            RowReader::open(view, all)?
        };
        Ok(Self {
            facets: opened,
            together,
            rows: rows.map(Box::new),
            failed: None,
        })
    }

    /// Whether everything was counted before.
    pub(in crate::index) fn is_done(&self) -> bool {
        let is_before = |facet: &Facet| matches!(facet, Facet::Before(..));
        self.facets.iter().all(is_before)
    }

    /// Counts the documents of a block, all of them hits.
    pub(in crate::index) fn hits(&mut self, block: Block<'_>) {
        if self.failed.is_some() {
            return;
        }
        if let Some((rows, counters)) = &mut self.together {
            rows.count(block, counters);
            return;
        }
        let rows = self.rows.as_deref_mut();
        let rows = rows.and_then(|rows| rows.read(block).then_some(&*rows));
        for (number, facet) in self.facets.iter_mut().enumerate() {
            if let Facet::Now(counts, _) = facet {
                let counted = match rows {
                    Some(rows) => counts.count_rows(block, rows.block(), rows.places(number)),
                    None => counts.count(block, Part::Hits),
                };
                note(&mut self.failed, counted);
            }
        }
    }

    /// Counts what fails one choice alone. `failing` gives for the filter of a number the documents
    /// of a block that only lack one of its values, and those that only fail what else it demands.
    pub(in crate::index) fn others(
        &mut self,
        block: Block<'_>,
        failing: impl Fn(usize) -> (u64, u64),
    ) {
        let failed = &mut self.failed;
        if failed.is_some() {
            return;
        }
        for facet in &mut self.facets {
            let Facet::Now(counts, Some(choice)) = facet else {
                continue;
            };
            let (spare, apart) = failing(choice.own);
            choice.spare.add(block, spare, |block| {
                note(failed, counts.count(block, Part::Spare));
            });
            choice.apart.add(block, apart, |block| {
                note(failed, counts.count(block, Part::Apart));
            });
        }
    }

    /// What was counted, for each facet. `is_whole`: whether it was every document.
    ///
    /// # Errors
    /// What kept something from being counted.
    pub(in crate::index) fn finish(
        mut self,
        is_whole: bool,
    ) -> Result<Vec<(Arc<KeptFacet>, Arc<SegmentTotals>)>> {
        let failed = &mut self.failed;
        let together = self.together;
        let facets = self.facets.into_iter().enumerate();
        let finished = facets.map(|(number, facet)| match facet {
            Facet::Before(kept, totals) => (kept, totals),
            Facet::Now(mut counts, choice) => {
                let splits = choice.as_ref().map(|choice| choice.splits);
                if let Some(mut choice) = choice {
                    choice
                        .spare
                        .finish(|block| note(failed, counts.count(block, Part::Spare)));
                    choice
                        .apart
                        .finish(|block| note(failed, counts.count(block, Part::Apart)));
                }
                let hits = together
                    .as_ref()
                    .map(|(rows, counters)| &counters[rows.of_facet(number)]);
                let (kept, totals) = counts.finish(hits, splits);
                let totals = Arc::new(totals);
                if is_whole && failed.is_none() {
                    kept.keep_corpus(&totals);
                }
                (kept, totals)
            }
        });
        let finished = finished.collect();
        match self.failed {
            None => Ok(finished),
            Some(error) => Err(error),
        }
    }
}

/// Keeps the first failure.
fn note(failed: &mut Option<Error>, counted: Result<()>) {
    if let Err(error) = counted {
        failed.get_or_insert(error);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;
    use crate::index::search::kept::Budget;
    use crate::index::search::lazy_column::LazyColumn;
    use crate::index::search::numbers::tests::{DOCUMENTS, columns, facet};
    use crate::index::search::written::Written;
    use crate::schema::Origin;
    use crate::{Document, Index, Schema};

    #[test]
    fn what_failed_to_be_counted_is_told_and_not_kept() {
        let index = Index::create_in_memory(Schema::default()).unwrap();
        let mut writer = index.writer().unwrap();
        writer.put(Document::new("a")).unwrap();
        writer.commit().unwrap();
        let searcher = index.searcher().unwrap();
        let fields = searcher.segments()[0].fast_fields();
        let mut broken = columns().remove(0).1;
        let column = LazyColumn::later(fields, "facets.declared.none".to_owned(), 23, true);
        broken.written = Written::of(Origin::Declared, column, None);
        let budget = Arc::new(Budget::new(1 << 20));
        let kept = Arc::new(KeptFacet::new(facet(vec![broken]), DOCUMENTS, budget).unwrap());
        let count = || {
            let counts =
                SegmentCounts::new(Arc::clone(&kept), false, &HowKept::Later, &Watch::default());
            let mut counting = Counting {
                facets: vec![Facet::Now(counts.unwrap(), None)],
                together: None,
                rows: None,
                failed: None,
            };
            for docs in [[0, 1], [2, 3]] {
                counting.hits(Block::new(&docs));
            }
            counting
                .finish(true)
                .map(|_| ())
                .map_err(|error| error.kind())
        };
        for _ in 0..2 {
            assert_eq!(count(), Err(ErrorKind::Damaged));
            assert!(kept.corpus().is_none());
        }
    }
}
