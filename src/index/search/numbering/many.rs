//! The numbers of many documents at once: what most of them need is done for all values in one go,
//! and what only those with several values need for these alone.

use super::{Of, Span, shared};
use crate::index::segment::nodes::{NodeTable, ROOT};

/// The values of some documents, one document after the other.
#[derive(Debug, Clone, Copy)]
pub(in crate::index::search) struct Many<'v> {
    pub(in crate::index::search) ordinals: &'v [u32],
    /// Where those of each document end; `None` if each has one.
    pub(in crate::index::search) ends: Option<&'v [u32]>,
}

impl<'v> Many<'v> {
    /// Where the values of each document with several lie.
    fn with_several(self) -> impl Iterator<Item = (usize, usize)> + 'v {
        let ends = self.ends.unwrap_or_default();
        let starts = std::iter::once(&0).chain(ends);
        let all = starts
            .zip(ends)
            .map(|(&from, &to)| (from as usize, to as usize));
        all.filter(|(from, to)| to.saturating_sub(*from) > 1)
    }

    /// The values of each document that has any.
    fn each(self) -> impl Iterator<Item = &'v [u32]> {
        let mut rest = self.ordinals;
        let mut before = 0;
        let alone = self.ends.is_none().then(|| self.ordinals.chunks(1));
        let several = self.ends.unwrap_or_default().iter().map(move |&end| {
            let length = (end.saturating_sub(before) as usize).min(rest.len());
            before = end;
            let (of_one, others) = rest.split_at(length);
            rest = others;
            of_one
        });
        let each = alone.into_iter().flatten().chain(several);
        each.filter(|of_one| !of_one.is_empty())
    }
}

/// Room to work in, for one table.
#[derive(Debug, Default)]
pub(in crate::index::search) struct Room {
    leaves: Vec<u32>,
    nodes: Vec<u32>,
    documents: Vec<u32>,
    /// Values whose own leaves were looked for one by one, as some were in lists or nowhere.
    looked_up: usize,
    /// The own leaf of every ordinal, once that saves more than it costs.
    own: Vec<u32>,
}

impl Room {
    /// Puts the own leaf of every ordinal into `leaves`; false if one leads nowhere.
    fn own_leaves(&mut self, table: &NodeTable, ordinals: &[u32]) -> bool {
        let leaves = &mut self.leaves;
        if self.own.is_empty() {
            if table.single_leaves(ordinals, leaves) {
                return true;
            }
            self.looked_up += ordinals.len();
            if self.looked_up > table.ordinals() as usize {
                self.own = (0..table.ordinals()).map(|o| table.leaf(o)).collect();
            }
        }
        leaves.clear();
        if self.own.is_empty() {
            leaves.extend(ordinals.iter().map(|&ordinal| table.leaf(ordinal)));
        } else {
            let own = |&ordinal: &u32| self.own.get(ordinal as usize).copied();
            leaves.extend(ordinals.iter().map(|ordinal| own(ordinal).unwrap_or(ROOT)));
        }
        !leaves.contains(&ROOT)
    }
}

impl Span {
    /// Appends the numbers of the documents that have a value.
    pub(in crate::index::search) fn push_many(
        self,
        table: &NodeTable,
        many: Many<'_>,
        room: &mut Room,
        into: &mut Vec<u32>,
    ) {
        if self.of.is_ordinal() {
            into.extend(many.ordinals.iter().map(|ordinal| self.base + ordinal));
            return;
        }
        let has_one_each = match self.of {
            Of::Nodes => room.own_leaves(table, many.ordinals),
            _ => table.single_leaves(many.ordinals, &mut room.leaves),
        };
        if !has_one_each {
            for ordinals in many.each() {
                let ordinals = ordinals.iter().copied();
                self.push(table, ordinals, &mut room.nodes, into);
            }
            return;
        }
        match self.of {
            Of::Nodes => self.push_different(many, room, into),
            _ => self.push_of_tree(table, many, &mut room.leaves, into),
        }
    }

    /// Each leaf of a document once.
    fn push_different(self, many: Many<'_>, room: &mut Room, into: &mut Vec<u32>) {
        let leaves = &mut room.leaves;
        if may_repeat(leaves, many.ends.unwrap_or_default(), &mut room.documents) {
            for (from, to) in many.with_several() {
                if let Some(of_one) = leaves.get_mut(from..to) {
                    mark_repeated(of_one);
                }
            }
            let leaves = leaves.iter().filter(|leaf| **leaf != ROOT);
            into.extend(leaves.map(|leaf| self.base + leaf));
        } else {
            into.extend(leaves.iter().map(|leaf| self.base + leaf));
        }
    }

    /// Every leaf, and the lowest node that two neighbours of a document share.
    fn push_of_tree(
        self,
        table: &NodeTable,
        many: Many<'_>,
        leaves: &mut [u32],
        into: &mut Vec<u32>,
    ) {
        into.extend(leaves.iter().map(|leaf| self.base + leaf));
        for (from, to) in many.with_several() {
            let Some(of_one) = leaves.get_mut(from..to) else {
                continue;
            };
            // It does not matter which of two comes first.
            if of_one.len() > 2 && !of_one.is_sorted() {
                of_one.sort_unstable();
            }
            for pair in of_one.windows(2) {
                if let Some(shared) = shared(table, pair[0], pair[1]) {
                    into.push(self.base + self.nodes + shared);
                }
            }
        }
    }
}

/// If a document has more values, those of its block are looked at one by one.
const MANY: u32 = 8;

/// Whether some document may have a leaf twice. Hardly any has: all are compared at once, without a
/// decision for each, which a processor could not guess.
fn may_repeat(leaves: &[u32], ends: &[u32], documents: &mut Vec<u32>) -> bool {
    let starts = std::iter::once(&0).chain(ends);
    let lengths = starts.zip(ends).map(|(from, to)| to.saturating_sub(*from));
    let longest = lengths.max().unwrap_or_default();
    if longest < 2 {
        return false;
    }
    if longest > MANY {
        return true;
    }
    // Which document each is of: one more wherever another one begins.
    documents.clear();
    documents.resize(leaves.len(), 0);
    for &end in ends {
        if let Some(begins) = documents.get_mut(end as usize) {
            *begins = 1;
        }
    }
    let mut number = 0;
    for document in &mut *documents {
        number += *document;
        *document = number;
    }
    (1..longest as usize).any(|apart| {
        let leaves = leaves.iter().zip(leaves.iter().skip(apart));
        let documents = documents.iter().zip(documents.iter().skip(apart));
        // Neither the leaf nor the document is another one.
        let differs = leaves
            .zip(documents)
            .map(|(a, b)| (a.0 ^ a.1) | (b.0 ^ b.1));
        differs.fold(0, |any, differs| any | u32::from(differs == 0)) != 0
    })
}

/// Puts [`ROOT`] in place of every leaf of a document that is there already; the order may change.
fn mark_repeated(leaves: &mut [u32]) {
    leaves.sort_unstable();
    for at in (1..leaves.len()).rev() {
        if leaves[at] == leaves[at - 1] {
            leaves[at] = ROOT;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_are_found_that_a_document_has_twice() {
        let documents: [&[u32]; 8] = [
            &[5],
            &[5, 6],
            &[],
            &[6, 3, 5],
            &[5],
            &[1, 2, 3, 4, 5, 6, 7, 8],
            &[8, 1, 7, 2],
            &[2, 8],
        ];
        let check = |documents: &[Vec<u32>]| {
            let lengths = documents.iter().map(|of_one| of_one.len() as u32);
            let ends = lengths.scan(0, |end, length| {
                *end += length;
                Some(*end)
            });
            let ends: Vec<u32> = ends.collect();
            may_repeat(&documents.concat(), &ends, &mut Vec::new())
        };
        let documents: Vec<Vec<u32>> = documents.iter().map(|of_one| of_one.to_vec()).collect();
        for first in 0..documents.len() {
            assert!(!check(&documents[first..]), "from document {first}");
        }
        for (number, of_one) in documents.iter().enumerate() {
            for from in 0..of_one.len() {
                for to in from + 1..of_one.len() {
                    let mut changed = documents.clone();
                    changed[number][to] = of_one[from];
                    assert!(check(&changed), "document {number}: {from} and {to}");
                    let mut marked = changed[number].clone();
                    mark_repeated(&mut marked);
                    let left = marked.iter().filter(|leaf| **leaf != ROOT).count();
                    assert_eq!(left, of_one.len() - 1);
                }
            }
        }
        let long: Vec<u32> = (0..=MANY).collect();
        assert!(check(&[long]), "those are looked at by themselves");
    }
}
