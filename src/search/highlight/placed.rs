//! Matches that depend on where words stand: the words are noted while the text is read, and put
//! together when all of it is known.

use crate::analysis::Token;
use crate::search::spans::{Places, Sequence};
use crate::search::wanted::Wanted;

/// The number of a clause, and that of a slot in it.
pub(super) type Place = (usize, usize);

/// A word that stands in some slot.
#[derive(Debug, Clone, Copy)]
struct Noted {
    position: u32,
    start: usize,
    end: usize,
}

/// Notes the words of one field.
#[derive(Debug)]
pub(super) struct Notes<'w> {
    clauses: &'w [Wanted],
    /// Of each slot of each clause; nothing until there is a word.
    positions: Vec<Vec<Vec<u32>>>,
    noted: Vec<Noted>,
}

impl<'w> Notes<'w> {
    pub(super) fn new(clauses: &'w [Wanted]) -> Self {
        Self {
            clauses,
            positions: Vec::new(),
            noted: Vec::new(),
        }
    }

    /// Takes a word that may stand in some slots.
    pub(super) fn step(&mut self, token: &Token<'_>, places: &[Place]) {
        if self.positions.is_empty() {
            let slots = self.clauses.iter().map(|wanted| wanted.slots.len());
            self.positions = slots.map(|slots| vec![Vec::new(); slots]).collect();
        }
        for &(clause, slot) in places {
            self.positions[clause][slot].push(token.position);
        }
        self.noted.push(Noted {
            position: token.position,
            start: token.start,
            end: token.end,
        });
    }

    /// Puts the words together: gives every match, numbered from `first` on, a number for each
    /// sequence of words of each clause.
    pub(super) fn finish(
        self,
        first: usize,
        sentences: &[u32],
        paragraphs: &[u32],
        mut found: impl FnMut(usize, usize, usize),
    ) {
        let mut number = first;
        for (wanted, slots) in self.clauses.iter().zip(&self.positions) {
            let places = Places {
                slots,
                sentences,
                paragraphs,
            };
            let used = wanted.shape.used(places);
            wanted.shape.sequences(&mut |sequence| {
                for (start, end) in runs(sequence, slots, &used) {
                    if let (Some(start), Some(end)) = (self.at(start), self.at(end)) {
                        found(number, start.start, end.end);
                    }
                }
                number += 1;
            });
        }
    }

    fn at(&self, position: u32) -> Option<&Noted> {
        let at = self
            .noted
            .binary_search_by_key(&position, |noted| noted.position);
        at.ok().map(|at| &self.noted[at])
    }
}

/// The first and last positions of what is marked as one: a phrase where it stands as written, else
/// as many of its words as stand next to each other.
fn runs(sequence: &Sequence, slots: &[Vec<u32>], used: &[u32]) -> Vec<(u32, u32)> {
    let slots = &slots[sequence.first..][..sequence.length];
    let is_used = |position: u32| used.binary_search(&position).is_ok();
    let length = slots.len() as u32;
    let Some((first, others)) = slots.split_first() else {
        return Vec::new();
    };
    if sequence.moves == 0 {
        let stands = |&start: &u32| {
            is_used(start)
                && (1..).zip(others).all(|(offset, slot)| {
                    slot.binary_search(&(start + offset)).is_ok() && is_used(start + offset)
                })
        };
        let starts = first.iter().copied().filter(|start| stands(start));
        return starts.map(|start| (start, start + length - 1)).collect();
    }
    let mut positions: Vec<u32> = slots.iter().flatten().copied().collect();
    positions.sort_unstable();
    positions.dedup();
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for position in positions.into_iter().filter(|&position| is_used(position)) {
        match runs.last_mut() {
            Some((_, end)) if *end + 1 == position => *end = position,
            _ => runs.push((position, position)),
        }
    }
    runs
}
