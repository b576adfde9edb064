//! The rows of some documents as they were read, column by column.

/// The rows of some documents, and room to read them.
#[derive(Debug, Default)]
pub(crate) struct BlockRows {
    pub(super) documents: usize,
    pub(super) elsewhere: Vec<u32>,
    pub(super) columns: Vec<Values>,
    pub(super) starts: Vec<usize>,
    pub(super) cursors: Vec<u64>,
}

impl BlockRows {
    /// How many documents have a row.
    pub(crate) fn len(&self) -> usize {
        self.documents
    }

    /// The documents that have none.
    pub(crate) fn elsewhere(&self) -> &[u32] {
        &self.elsewhere
    }

    /// What a column has of the documents with a row. It was [wanted](super::ByDocument::read).
    pub(crate) fn column(&self, place: usize) -> &Values {
        &self.columns[place]
    }
}

/// What a column has of some documents.
#[derive(Debug, Default)]
pub(crate) struct Values {
    pub(super) ordinals: Vec<u32>,
    /// Where those of each document end, unless each has one.
    ends: Vec<u32>,
    pub(super) has_one_each: bool,
    without: usize,
}

impl Values {
    pub(super) fn clear(&mut self) {
        self.ordinals.clear();
        self.ends.clear();
        self.has_one_each = false;
        self.without = 0;
    }

    /// Takes the ordinals of each document, at most so many: `take` is given its cursor and room for
    /// them, and says how many there are.
    pub(super) fn fill(
        &mut self,
        cursors: &mut [u64],
        most: usize,
        mut take: impl FnMut(&mut u64, &mut [u32]) -> usize,
    ) {
        self.ordinals.resize(cursors.len() * most, 0);
        self.ends.resize(cursors.len(), 0);
        let mut filled = 0;
        for (cursor, end) in cursors.iter_mut().zip(&mut self.ends) {
            let count = take(cursor, &mut self.ordinals[filled..filled + most]);
            self.without += usize::from(count == 0);
            filled += count;
            *end = filled as u32;
        }
        self.ordinals.truncate(filled);
    }

    /// The ordinals of all documents.
    pub(crate) fn ordinals(&self) -> &[u32] {
        &self.ordinals
    }

    /// How many documents have none.
    pub(crate) fn without(&self) -> usize {
        self.without
    }

    /// Where those of each document end; `None` if each has one.
    pub(crate) fn ends(&self) -> Option<&[u32]> {
        (!self.has_one_each).then_some(&*self.ends)
    }

    /// The ordinals of the document of this place.
    pub(crate) fn of(&self, at: usize) -> &[u32] {
        if self.has_one_each {
            return &self.ordinals[at..=at];
        }
        let before = at.checked_sub(1);
        let from = before.map_or(0, |before| self.ends[before] as usize);
        &self.ordinals[from..self.ends[at] as usize]
    }
}
