//! The values that were counted, in as little memory as they need: where few of many values have
//! hits, or a search is the first of its process, each page of it counts.

use super::NO_ENTRY;

/// On the entry above an entry: it may be listed itself. There are never so many entries.
const LISTED: u32 = 1 << 31;

/// All of what was counted for a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) count: u64,
    pub(super) combined: u64,
    /// Of `count`: documents that declare no such value.
    pub(super) inferred: u64,
    /// The first segment, column and node that it was found in.
    pub(super) place: (u32, u32, u32),
}

/// What is kept of each value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub(super) count: u64,
    /// The entry above, or [`NO_ENTRY`]; with the mark [`LISTED`].
    above: u32,
    table: u32,
    node: u32,
}

impl Row {
    /// The entry above.
    #[inline]
    pub(super) fn parent(&self) -> Option<u32> {
        let above = self.above & !LISTED;
        (above != NO_ENTRY & !LISTED).then_some(above)
    }

    /// Whether it may be listed unless it is chosen: not a group that no document has itself.
    #[inline]
    pub(super) fn is_listed(&self) -> bool {
        self.above & LISTED != 0
    }
}

/// Documents that a node of a segment adds to an entry.
#[derive(Debug, Clone, Copy)]
pub(super) struct Added {
    pub(super) count: u32,
    pub(super) combined: u32,
    pub(super) inferred: u32,
    /// Whether some document has the value itself.
    pub(super) is_listed: bool,
}

/// Entries by their numbers.
#[derive(Debug, Default)]
pub(super) struct Entries {
    rows: Vec<Row>,
    /// `combined` and `inferred` of each, once one of them says more than `count`.
    details: Vec<(u64, u64)>,
    /// Segment and column of each table that entries were found in.
    tables: Vec<(u32, u32)>,
    /// The number of the present one.
    table: u32,
}

impl Entries {
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The bytes that they take.
    pub(super) fn bytes(&self) -> usize {
        let details = self.details.capacity() * size_of::<(u64, u64)>();
        self.rows.capacity() * size_of::<Row>() + details
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Those that are pushed from now on are found in this column of this segment.
    pub(super) fn begin_table(&mut self, segment: u32, column: u32) {
        self.table = self.tables.len() as u32;
        self.tables.push((segment, column));
    }

    /// Makes room for as many as come.
    pub(super) fn reserve(&mut self, more: usize) {
        self.rows.reserve_exact(more);
    }

    /// Adds an entry for a node of the present table, below another or [`NO_ENTRY`]; nothing is
    /// counted for it yet.
    #[inline]
    pub(super) fn push(&mut self, node: u32, above: u32) {
        self.rows.push(Row {
            count: 0,
            above: above & !LISTED,
            table: self.table,
            node,
        });
        if !self.details.is_empty() {
            self.details.push((0, 0));
        }
    }

    #[inline]
    pub(super) fn add(&mut self, number: u32, added: Added) {
        let says_more = added.combined != added.count || added.inferred > 0;
        if says_more && self.details.is_empty() {
            self.details = self.rows.iter().map(|row| (row.count, 0)).collect();
        }
        let row = &mut self.rows[number as usize];
        row.count += u64::from(added.count);
        if added.is_listed {
            row.above |= LISTED;
        }
        if let Some((combined, inferred)) = self.details.get_mut(number as usize) {
            *combined += u64::from(added.combined);
            *inferred += u64::from(added.inferred);
        }
    }

    #[inline]
    pub(super) fn get(&self, number: u32) -> Entry {
        let row = self.rows[number as usize];
        let details = self.details.get(number as usize).copied();
        let (combined, inferred) = details.unwrap_or((row.count, 0));
        Entry {
            count: row.count,
            combined,
            inferred,
            place: self.place(number),
        }
    }

    /// The first segment, column and node that an entry was found in.
    #[inline]
    pub(super) fn place(&self, number: u32) -> (u32, u32, u32) {
        let row = self.rows[number as usize];
        let (segment, column) = self.tables[row.table as usize];
        (segment, column, row.node)
    }

    /// All of them, in the order of their numbers.
    #[inline]
    pub(super) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The first of these many entries are those of one table, in the order of its nodes: the one
    /// of a node among them.
    #[inline]
    pub(super) fn of_node(&self, first: u32, node: u32) -> Option<u32> {
        let rows = &self.rows[..first as usize];
        let found = rows.binary_search_by_key(&node, |row| row.node);
        found.ok().map(|number| number as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(count: u32, combined: u32, inferred: u32) -> Added {
        Added {
            count,
            combined,
            inferred,
            is_listed: count > 1,
        }
    }

    #[test]
    fn what_is_added_is_summed_whenever_it_begins_to_say_more() {
        let mut entries = Entries::default();
        entries.begin_table(0, 0);
        entries.push(3, NO_ENTRY);
        entries.push(8, 0);
        entries.add(0, added(5, 5, 0));
        entries.add(1, added(1, 1, 0));
        entries.begin_table(1, 2);
        entries.add(0, added(2, 1, 2));
        entries.push(4, NO_ENTRY);
        entries.add(2, added(7, 7, 0));
        let rows = entries.rows().iter().zip(0..);
        let told: Vec<_> = rows
            .map(|(row, number)| {
                let Entry {
                    count,
                    combined,
                    inferred,
                    place,
                } = entries.get(number);
                (
                    count,
                    combined,
                    inferred,
                    place,
                    row.parent(),
                    row.is_listed(),
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                (7, 6, 2, (0, 0, 3), None, true),
                (1, 1, 0, (0, 0, 8), Some(0), false),
                (7, 7, 0, (1, 2, 4), None, true),
            ]
        );
    }

    #[test]
    fn nodes_of_the_first_table_are_found_by_their_order() {
        let mut entries = Entries::default();
        entries.begin_table(0, 0);
        for node in [2, 5, 9] {
            entries.push(node, NO_ENTRY);
        }
        entries.begin_table(1, 0);
        entries.push(5, NO_ENTRY);
        let found = [1, 2, 5, 9, 10].map(|node| entries.of_node(3, node));
        assert_eq!(found, [None, Some(0), Some(1), Some(2), None]);
    }
}
