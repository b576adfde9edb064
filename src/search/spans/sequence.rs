//! Occurrences of words in order, and of words that may be moved.

use super::{Evaluation, Pile, Sequence, Span, TooMany};

impl Evaluation<'_> {
    /// The positions of the slots of a sequence.
    fn lists(&self, sequence: &Sequence) -> &[Vec<u32>] {
        &self.places.slots[sequence.first..sequence.first + sequence.length]
    }

    pub(super) fn sequence_occurs(&mut self, sequence: &Sequence) -> Result<bool, TooMany> {
        let lists = self.lists(sequence);
        if lists.iter().any(Vec::is_empty) {
            return Ok(false);
        }
        match (lists, sequence.moves) {
            ([], _) => Ok(false),
            ([_], _) => Ok(true),
            (lists, 0) => Ok(runs(lists).next().is_some()),
            (_, moves) => self.moved_occurs(sequence, moves),
        }
    }

    pub(super) fn sequence_spans(
        &mut self,
        sequence: &Sequence,
        tracked: bool,
        spans: &mut Vec<Span>,
    ) -> Result<(), TooMany> {
        let lists = self.lists(sequence);
        if lists.iter().any(Vec::is_empty) {
            return Ok(());
        }
        match lists {
            [] => {}
            [list] => spans.extend(list.iter().map(|&at| Span::whole(at, at))),
            lists if sequence.moves == 0 => {
                let last = lists.len() as u32 - 1;
                spans.extend(runs(lists).map(|start| Span::whole(start, start + last)));
            }
            lists => {
                // Rare words first: fewer beginnings to go on from.
                let mut order: Vec<usize> = (0..lists.len()).collect();
                order.sort_by_key(|&slot| lists[slot].len());
                let mut pile = Pile::default();
                let mut taken = Vec::with_capacity(order.len());
                self.moved(
                    sequence,
                    &order,
                    tracked,
                    &mut taken,
                    (0, u32::MAX),
                    &mut pile,
                )?;
                spans.append(&mut pile.spans);
            }
        }
        Ok(())
    }

    /// Places the next slot of `order` everywhere that the earlier ones leave. `shifts`: the
    /// smallest and the largest displacement that it may have.
    fn moved(
        &mut self,
        sequence: &Sequence,
        order: &[usize],
        tracked: bool,
        taken: &mut Vec<u32>,
        shifts: (u32, u32),
        pile: &mut Pile,
    ) -> Result<(), TooMany> {
        let Some((&slot, order)) = order.split_first() else {
            let mut positions = taken.clone();
            positions.sort_unstable();
            let span = if tracked {
                self.keep(&positions)?
            } else {
                Span::whole(positions[0], positions[positions.len() - 1])
            };
            pile.push(self, span);
            return Ok(());
        };
        // All displacements are made positive by the same amount.
        let offset = (sequence.length - 1 - slot) as u32;
        let index = sequence.first + slot;
        let mut next =
            self.places.slots[index].partition_point(|&at| at.saturating_add(offset) < shifts.0);
        while let Some(&at) = self.places.slots[index].get(next) {
            next += 1;
            self.step()?;
            let shift = at.saturating_add(offset);
            if shift > shifts.1 {
                break;
            }
            if taken.contains(&at) {
                continue;
            }
            let left = (
                shifts.0.max(shift.saturating_sub(sequence.moves)),
                shifts.1.min(shift.saturating_add(sequence.moves)),
            );
            taken.push(at);
            self.moved(sequence, order, tracked, taken, left, pile)?;
            taken.pop();
        }
        Ok(())
    }

    /// Whether the words of a sequence find places of their own in some window of displacements.
    fn moved_occurs(&mut self, sequence: &Sequence, moves: u32) -> Result<bool, TooMany> {
        let lists = self.lists(sequence);
        let mut all: Vec<(u32, usize, u32)> = Vec::with_capacity(lists.iter().map(Vec::len).sum());
        for (slot, list) in lists.iter().enumerate() {
            let offset = (lists.len() - 1 - slot) as u32;
            all.extend(list.iter().map(|&at| (at.saturating_add(offset), slot, at)));
        }
        all.sort_unstable();
        let mut counts = vec![0_u32; lists.len()];
        let mut missing = lists.len();
        let mut end = 0;
        for begin in 0..all.len() {
            while let Some(&(shift, slot, _)) = all.get(end)
                && shift - all[begin].0 <= moves
            {
                counts[slot] += 1;
                missing -= usize::from(counts[slot] == 1);
                end += 1;
            }
            if missing == 0 && self.fits(&all[begin..end], sequence.length)? {
                return Ok(true);
            }
            let slot = all[begin].1;
            counts[slot] -= 1;
            missing += usize::from(counts[slot] == 0);
        }
        Ok(false)
    }

    /// Whether every slot can have a place of its own among those of a window: augmenting paths.
    fn fits(&mut self, window: &[(u32, usize, u32)], slots: usize) -> Result<bool, TooMany> {
        let mut positions: Vec<u32> = window.iter().map(|&(_, _, at)| at).collect();
        positions.sort_unstable();
        positions.dedup();
        if positions.len() < slots {
            return Ok(false);
        }
        if positions.len() == window.len() {
            return Ok(true);
        }
        let mut places = vec![Vec::new(); slots];
        for (_, slot, at) in window {
            places[*slot].push(positions.partition_point(|position| position < at));
        }
        let mut holder: Vec<Option<usize>> = vec![None; positions.len()];
        for slot in 0..slots {
            let mut seen = vec![false; positions.len()];
            if !self.find_place(slot, &places, &mut holder, &mut seen)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn find_place(
        &mut self,
        slot: usize,
        places: &[Vec<usize>],
        holder: &mut [Option<usize>],
        seen: &mut [bool],
    ) -> Result<bool, TooMany> {
        for &place in &places[slot] {
            self.step()?;
            if std::mem::replace(&mut seen[place], true) {
                continue;
            }
            let free = match holder[place] {
                None => true,
                Some(other) => self.find_place(other, places, holder, seen)?,
            };
            if free {
                holder[place] = Some(slot);
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Where lists have positions one after the other: the first of each run.
fn runs(lists: &[Vec<u32>]) -> impl Iterator<Item = u32> {
    let rarest = (0..lists.len())
        .min_by_key(|&slot| lists[slot].len())
        .unwrap_or(0);
    let mut cursors = vec![0; lists.len()];
    lists[rarest].iter().filter_map(move |&at| {
        let start = at.checked_sub(rarest as u32)?;
        for (slot, list) in lists.iter().enumerate() {
            let wanted = start + slot as u32;
            let cursor = &mut cursors[slot];
            // Most of what is looked for lies close ahead.
            while list.get(*cursor).is_some_and(|&at| at < wanted) {
                *cursor += 1;
            }
            if list.get(*cursor) != Some(&wanted) {
                return None;
            }
        }
        Some(start)
    })
}
