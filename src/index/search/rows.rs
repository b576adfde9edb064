//! The numbers of several facets that are asked for together, those of one document side by side.
//!
//! Documents that match a rare word lie far apart, and to fetch their numbers facet by facet waits
//! for memory once for every facet. Here each facet has a range of numbers of its own, so that a
//! document counts for all of them by one run of numbers over one list of counters.

use std::ops::Range;
use std::sync::Arc;

use super::block::{BLOCK, Block};
use super::counters::{Numbers, most_numbers};
use super::kept::KeptFacet;
use super::numbers::NumberReader;
use super::watch::Watch;
use crate::Result;

/// Documents between two looks at the clock.
const PATIENCE: u32 = 1 << 14;

/// The numbers of every document of a segment for some facets.
#[derive(Debug)]
pub(in crate::index) struct Rows {
    numbers: Numbers,
    /// Where those of each document begin, and the last ones end.
    starts: Box<[u32]>,
    layout: Layout,
}

/// Which numbers belong to which facet.
#[derive(Debug)]
struct Layout {
    /// The first number of each facet, and one more than the last of all.
    bases: Vec<u32>,
}

impl Layout {
    /// `None` if there are too many numbers.
    fn new(facets: &[Arc<KeptFacet>]) -> Option<Self> {
        let mut bases = vec![0u32];
        let mut end = 0u32;
        for facet in facets {
            end = end.checked_add(facet.numbering.len())?;
            bases.push(end);
        }
        Some(Self { bases })
    }

    fn len(&self) -> u32 {
        self.bases.last().copied().unwrap_or_default()
    }

    fn is_narrow(&self) -> bool {
        self.len() <= 1 << 16
    }
}

impl Rows {
    /// The most bytes that they may take, also while they are made; `None` if there are too many
    /// values.
    pub(in crate::index) fn most_bytes(facets: &[Arc<KeptFacet>], documents: u32) -> Option<usize> {
        let layout = Layout::new(facets)?;
        let numbers = most(facets, documents)?;
        let width = if layout.is_narrow() { 2 } else { 4 };
        Some(numbers * width + (documents as usize + 1) * 4)
    }

    /// The bytes that they take.
    pub(in crate::index) fn bytes(&self) -> usize {
        self.numbers.bytes() + size_of_val(&*self.starts)
    }

    /// Reads the columns of the facets from end to end; `None` if there are too many values.
    pub(in crate::index) fn read(
        facets: &[Arc<KeptFacet>],
        documents: u32,
        watch: &Watch,
    ) -> Result<Option<Self>> {
        let (Some(layout), Some(most)) = (Layout::new(facets), most(facets, documents)) else {
            return Ok(None);
        };
        let (numbers, starts) = if layout.is_narrow() {
            let (numbers, starts) = read(facets, &layout, documents, most, watch, |n| n as u16)?;
            (Numbers::Narrow(numbers), starts)
        } else {
            let (numbers, starts) = read(facets, &layout, documents, most, watch, |n| n)?;
            (Numbers::Wide(numbers), starts)
        };
        Ok(Some(Self {
            numbers,
            starts,
            layout,
        }))
    }

    /// A counter for each number.
    pub(in crate::index) fn counters(&self) -> Vec<u32> {
        vec![0; self.layout.len() as usize]
    }

    /// The counters of a facet, by its place among the facets.
    pub(in crate::index) fn of_facet(&self, facet: usize) -> Range<usize> {
        self.layout.bases[facet] as usize..self.layout.bases[facet + 1] as usize
    }

    /// Counts the documents of a block.
    pub(in crate::index) fn count(&self, block: Block<'_>, counters: &mut [u32]) {
        match &self.numbers {
            Numbers::Narrow(numbers) => self.count_in(numbers, block, counters),
            Numbers::Wide(numbers) => self.count_in(numbers, block, counters),
        }
    }

    fn count_in<N: Copy + Into<u32>>(&self, numbers: &[N], block: Block<'_>, counters: &mut [u32]) {
        let starts = &*self.starts;
        if let Some(run) = block.run() {
            let (from, to) = (starts[run.start as usize], starts[run.end as usize]);
            add_all(&numbers[from as usize..to as usize], counters);
            return;
        }
        // No document waits for the one before: first all the places, then the first and the last
        // number at each, which may lie in different lines of memory, then those between them. There
        // are two at least, one for each facet.
        let docs = block.docs();
        let mut places = [(0, 0); BLOCK];
        for (place, &doc) in places.iter_mut().zip(docs) {
            *place = (
                starts[doc as usize] as usize,
                starts[doc as usize + 1] as usize - 1,
            );
        }
        let places = &places[..docs.len()];
        let mut ends = [[0u32; 2]; BLOCK];
        for (ends, &(first, last)) in ends.iter_mut().zip(places) {
            *ends = [numbers[first].into(), numbers[last].into()];
        }
        add_all(ends[..docs.len()].as_flattened(), counters);
        for &(first, last) in places {
            add_all(&numbers[first + 1..last], counters);
        }
    }
}

/// Adds one for each of these. A number that there is no counter for comes from damaged bytes.
#[inline]
fn add_all<N: Copy + Into<u32>>(numbers: &[N], counters: &mut [u32]) {
    for &number in numbers {
        if let Some(counter) = counters.get_mut(number.into() as usize) {
            *counter += 1;
        }
    }
}

/// The most numbers that documents may have.
fn most(facets: &[Arc<KeptFacet>], documents: u32) -> Option<usize> {
    let each = |facet: &Arc<KeptFacet>| most_numbers(&facet.facet, documents);
    let numbers: usize = facets.iter().map(each).sum();
    u32::try_from(numbers).is_ok().then_some(numbers)
}

/// Numbers, and where those of each document begin.
type Columns<N> = (Box<[N]>, Box<[u32]>);

fn read<N>(
    facets: &[Arc<KeptFacet>],
    layout: &Layout,
    documents: u32,
    most: usize,
    watch: &Watch,
    narrow: impl Fn(u32) -> N,
) -> Result<Columns<N>> {
    for facet in facets {
        facet.facet.open()?;
    }
    let readers = facets.iter().zip(&layout.bases).map(|(facet, &base)| {
        let reader = NumberReader::new(facet.facet.clone(), facet.numbering.clone());
        (reader, base)
    });
    let mut readers: Vec<(NumberReader, u32)> = readers.collect();
    let mut numbers = Vec::with_capacity(most);
    let mut starts = Vec::with_capacity(documents as usize + 1);
    let mut of_one = Vec::new();
    for doc in 0..documents {
        if doc.is_multiple_of(PATIENCE) {
            watch.check()?;
        }
        starts.push(numbers.len() as u32);
        for (reader, base) in &mut readers {
            of_one.clear();
            reader.read_one(doc, &mut of_one);
            numbers.extend(of_one.iter().map(|&number| narrow(*base + number)));
        }
    }
    starts.push(numbers.len() as u32);
    Ok((numbers.into_boxed_slice(), starts.into_boxed_slice()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::search::counters::Counters;
    use crate::index::search::kept::Budget;
    use crate::index::search::numbers::tests::{DOCUMENTS, blocks, columns, facet};

    #[test]
    fn rows_count_what_each_facet_counts_by_itself() {
        let budget = Arc::new(Budget::new(0));
        let keep = |columns| {
            Arc::new(KeptFacet::new(facet(columns), DOCUMENTS, Arc::clone(&budget)).unwrap())
        };
        let columns: Vec<_> = columns().into_iter().map(|(_, column)| column).collect();
        let mut facets: Vec<_> = columns.iter().map(|c| keep(vec![c.clone()])).collect();
        facets.push(keep(Vec::new()));
        facets.push(keep(vec![columns[5].clone(), columns[0].clone()]));
        let rows = Rows::read(&facets, DOCUMENTS, &Watch::default());
        let rows = rows.unwrap().unwrap();
        assert!(rows.bytes() <= Rows::most_bytes(&facets, DOCUMENTS).unwrap());
        for docs in &blocks() {
            let block = Block::new(docs);
            let mut counters = rows.counters();
            rows.count(block, &mut counters);
            for (number, kept) in facets.iter().enumerate() {
                let mut alone = Counters::new(kept.numbering.len());
                let mut numbers = Vec::new();
                let facet = kept.facet.clone();
                NumberReader::new(facet, kept.numbering.clone()).read(block, &mut numbers);
                alone.add_all(&numbers);
                let together = &counters[rows.of_facet(number)];
                assert_eq!(together, alone.finish(), "{docs:?}, facet {number}");
            }
        }
    }
}
