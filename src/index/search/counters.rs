//! A counter for each number of a facet, and the numbers of all documents of a segment laid out
//! so that a block of them is counted at once.

use super::block::{BLOCK, Block};
use super::numbering::Numbering;
use super::numbers::NumberReader;
use super::views::{FacetColumn, SegmentFacet};
use super::watch::Watch;
use crate::Result;

/// With up to so many counters there are several of each. What is frequent would otherwise wait
/// for its own counter all the time; more counters would not stay close to the processor.
const FEW: u32 = 1024;
/// How many there are of each.
const LANES: usize = 4;
/// Blocks between two looks at the clock.
const PATIENCE: u32 = 1024;

/// A counter for each number.
#[derive(Debug, Default)]
pub(in crate::index) struct Counters {
    counts: Vec<u32>,
    numbers: usize,
}

impl Counters {
    pub(in crate::index) fn new(numbers: u32) -> Self {
        let lanes = if numbers <= FEW { LANES } else { 1 };
        Self {
            counts: vec![0; numbers as usize * lanes],
            numbers: numbers as usize,
        }
    }

    /// Adds one for a number. A number that there is no counter for comes from damaged bytes.
    #[inline]
    fn add(&mut self, number: u32) {
        if let Some(counter) = self.counts.get_mut(number as usize) {
            *counter += 1;
        }
    }

    /// Adds one for each of these.
    #[inline]
    pub(in crate::index) fn add_all<N: Copy + Into<u32>>(&mut self, numbers: &[N]) {
        if self.counts.len() == self.numbers {
            for &number in numbers {
                self.add(number.into());
            }
            return;
        }
        let (first, rest) = self.counts.split_at_mut(self.numbers);
        let (second, rest) = rest.split_at_mut(self.numbers);
        let (third, fourth) = rest.split_at_mut(self.numbers);
        let add = |counts: &mut [u32], number: N| {
            if let Some(counter) = counts.get_mut(number.into() as usize) {
                *counter += 1;
            }
        };
        let (chunks, tail) = numbers.as_chunks::<LANES>();
        for &[a, b, c, d] in chunks {
            add(first, a);
            add(second, b);
            add(third, c);
            add(fourth, d);
        }
        for &number in tail {
            add(first, number);
        }
    }

    /// How often each number was counted.
    pub(in crate::index) fn finish(mut self) -> Vec<u32> {
        let (counts, lanes) = self.counts.split_at_mut(self.numbers);
        for lane in lanes.chunks_exact(self.numbers.max(1)) {
            for (count, more) in counts.iter_mut().zip(lane) {
                *count += more;
            }
        }
        self.counts.truncate(self.numbers);
        self.counts
    }
}

/// The numbers of every document of a segment.
#[derive(Debug)]
pub(in crate::index) struct Dense {
    numbers: Numbers,
    /// Where those of each document begin, and the last ones end; none if each has one. Every
    /// document has at least one.
    starts: Option<Box<[u32]>>,
}

/// Numbers one after the other, in as few bytes as the greatest of them needs.
#[derive(Debug)]
pub(in crate::index) enum Numbers {
    Narrow(Box<[u16]>),
    Wide(Box<[u32]>),
}

impl Numbers {
    /// The bytes that they take.
    pub(in crate::index) fn bytes(&self) -> usize {
        match self {
            Self::Narrow(numbers) => size_of_val(&**numbers),
            Self::Wide(numbers) => size_of_val(&**numbers),
        }
    }
}

impl Dense {
    /// The most bytes that it may take, also while it is made; `None` if there are too many values.
    pub(in crate::index) fn most_bytes(
        facet: &SegmentFacet,
        numbering: &Numbering,
        documents: u32,
    ) -> Option<usize> {
        let numbers = most_numbers(facet, documents);
        let width = if is_narrow(numbering) { 2 } else { 4 };
        let is_small = u32::try_from(numbers).is_ok();
        is_small.then(|| numbers * width + (documents as usize + 1) * 4)
    }

    /// The bytes that it takes.
    pub(in crate::index) fn bytes(&self) -> usize {
        let starts = self.starts.as_deref();
        self.numbers.bytes() + starts.map_or(0, size_of_val)
    }

    /// Reads the columns of a facet from end to end.
    pub(in crate::index) fn read(
        facet: &SegmentFacet,
        numbering: &Numbering,
        documents: u32,
        watch: &Watch,
    ) -> Result<Self> {
        if is_narrow(numbering) {
            let (numbers, starts) = read(facet, numbering, documents, watch, |n| n as u16)?;
            let numbers = Numbers::Narrow(numbers);
            return Ok(Self { numbers, starts });
        }
        let (numbers, starts) = read(facet, numbering, documents, watch, |n| n)?;
        let numbers = Numbers::Wide(numbers);
        Ok(Self { numbers, starts })
    }

    /// Counts the documents of a block.
    #[inline]
    pub(in crate::index) fn count(&self, block: Block<'_>, counters: &mut Counters) {
        match &self.numbers {
            Numbers::Narrow(numbers) => self.count_in(numbers, block, counters),
            Numbers::Wide(numbers) => self.count_in(numbers, block, counters),
        }
    }

    #[inline]
    fn count_in<N: Copy + Into<u32>>(
        &self,
        numbers: &[N],
        block: Block<'_>,
        counters: &mut Counters,
    ) {
        if let Some(run) = block.run() {
            let (from, to) = match &self.starts {
                None => (run.start, run.end),
                Some(starts) => (starts[run.start as usize], starts[run.end as usize]),
            };
            counters.add_all(&numbers[from as usize..to as usize]);
            return;
        }
        // Documents far apart are waited for, so none must wait for the one before: first all the
        // places, then the first number at each, then the rest, which lie beside it.
        let docs = block.docs();
        let mut first = [0; BLOCK];
        let Some(starts) = &self.starts else {
            for (first, &doc) in first.iter_mut().zip(docs) {
                *first = numbers[doc as usize].into();
            }
            counters.add_all(&first[..docs.len()]);
            return;
        };
        let mut places = [(0, 0); BLOCK];
        for (place, &doc) in places.iter_mut().zip(docs) {
            *place = (starts[doc as usize], starts[doc as usize + 1]);
        }
        let places = &places[..docs.len()];
        for (first, place) in first.iter_mut().zip(places) {
            *first = numbers[place.0 as usize].into();
        }
        counters.add_all(&first[..docs.len()]);
        for &(from, to) in places {
            for &number in &numbers[from as usize + 1..to as usize] {
                counters.add(number.into());
            }
        }
    }
}

fn is_narrow(numbering: &Numbering) -> bool {
    numbering.len() <= 1 << 16
}

/// The most numbers that the documents of a segment may have.
pub(in crate::index) fn most_numbers(facet: &SegmentFacet, documents: u32) -> usize {
    let each = |column: &FacetColumn| {
        let values = column.written.of_documents();
        // Values of several origins are counted a second time where they are declared.
        let times = if column.written.is_alone() { 1 } else { 2 };
        values
            * times
            * match (column.table.simple, facet.is_nested) {
                (true, _) | (false, false) => 1,
                (false, true) => 2 * column.table.most_leaves(),
            }
    };
    let values: usize = facet.columns.iter().map(each).sum();
    documents as usize + values
}

type Columns<N> = (Box<[N]>, Option<Box<[u32]>>);

fn read<N>(
    facet: &SegmentFacet,
    numbering: &Numbering,
    documents: u32,
    watch: &Watch,
    narrow: impl Fn(u32) -> N,
) -> Result<Columns<N>> {
    facet.open()?;
    let mut reader = NumberReader::new(facet.clone(), numbering.clone());
    let mut numbers = Vec::with_capacity(most_numbers(facet, documents));
    let mut starts = Vec::with_capacity(documents as usize + 1);
    let mut of_block = Vec::new();
    for doc in 0..documents {
        if doc.is_multiple_of(PATIENCE * BLOCK as u32) {
            watch.check()?;
        }
        starts.push(numbers.len() as u32);
        of_block.clear();
        reader.read_one(doc, &mut of_block);
        numbers.extend(of_block.iter().map(|&number| narrow(number)));
    }
    starts.push(numbers.len() as u32);
    let has_one_each = numbers.len() == documents as usize;
    let starts = (!has_one_each).then(|| starts.into_boxed_slice());
    Ok((numbers.into_boxed_slice(), starts))
}
