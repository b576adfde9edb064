//! The written values of a facet in a segment: those of one origin, or of several side by side.

use tantivy::columnar::StrColumn;

use super::lazy_column::LazyColumn;
use crate::Result;
use crate::index::segment::nodes::values::Values;
use crate::schema::Origin;

/// The values that documents have, as ordinals. Those of several origins follow each other: a value
/// of two origins has two ordinals.
#[derive(Debug, Clone)]
pub(in crate::index) struct Written {
    parts: Vec<WrittenPart>,
}

/// The values of one origin.
#[derive(Debug, Clone)]
pub(in crate::index) struct WrittenPart {
    pub(in crate::index) origin: Origin,
    pub(in crate::index) column: LazyColumn,
    /// Its values, where they stand beside the column.
    pub(in crate::index) values: Option<Values>,
    /// The ordinal of its first value.
    pub(in crate::index) first: u32,
}

impl WrittenPart {
    fn opened(&self) -> Option<&StrColumn> {
        let opened = self.column.opened();
        debug_assert!(opened.is_some(), "who reads columns opens them before");
        opened
    }
}

impl Written {
    /// The values of one origin.
    pub(in crate::index) fn of(
        origin: Origin,
        column: impl Into<LazyColumn>,
        values: Option<Values>,
    ) -> Self {
        let parts = vec![WrittenPart {
            origin,
            column: column.into(),
            values,
            first: 0,
        }];
        Self { parts }
    }

    /// The values of some origins, in this order.
    pub(in crate::index) fn joined<'w>(written: impl IntoIterator<Item = &'w Self>) -> Self {
        let mut end = 0;
        let parts = written.into_iter().flat_map(|written| &written.parts);
        let parts = parts.map(|part| {
            let first = end;
            end += part.column.values();
            WrittenPart {
                first,
                ..part.clone()
            }
        });
        Self {
            parts: parts.collect(),
        }
    }

    /// The values by origin.
    pub(in crate::index) fn parts(&self) -> &[WrittenPart] {
        &self.parts
    }

    /// Opens its columns, which were perhaps not needed before.
    pub(in crate::index) fn open(&self) -> Result<()> {
        self.parts.iter().try_for_each(|part| {
            part.column.open()?;
            Ok(())
        })
    }

    /// Whether its values are of one origin.
    pub(in crate::index) fn is_alone(&self) -> bool {
        self.parts.len() == 1
    }

    /// The [opened](Self::open) column of its values, if they are of one origin.
    pub(in crate::index) fn alone(&self) -> Option<&StrColumn> {
        match self.parts.as_slice() {
            [part] => part.opened(),
            _ => None,
        }
    }

    /// Whether no document has two values.
    pub(in crate::index) fn has_one_at_most(&self) -> bool {
        matches!(self.parts.as_slice(), [part] if part.column.has_one_at_most())
    }

    /// How many values there are.
    pub(in crate::index) fn len(&self) -> u32 {
        let last = self.parts.last();
        last.map_or(0, |part| part.first + part.column.values())
    }

    /// How many of the values are declared: they come first.
    pub(in crate::index) fn declared(&self) -> u32 {
        let first = self.parts.first();
        let declared = first.filter(|part| part.origin == Origin::Declared);
        declared.map_or(0, |part| part.column.values())
    }

    /// How many values the documents have together, of columns that are [opened](Self::open).
    pub(in crate::index) fn of_documents(&self) -> usize {
        let opened = self.parts.iter().filter_map(WrittenPart::opened);
        opened
            .map(|column| column.ords().values.num_vals() as usize)
            .sum()
    }

    /// The ordinals of a document, of columns that are [opened](Self::open).
    pub(in crate::index) fn ordinals(&self, document: u32) -> impl Iterator<Item = u32> + '_ {
        self.parts.iter().flat_map(move |part| {
            let column = part.opened().into_iter();
            let ordinals = column.flat_map(move |column| column.ords().values_for_doc(document));
            ordinals.map(|ordinal| part.first + ordinal as u32)
        })
    }

    /// Whether a document has a value, of columns that are [opened](Self::open).
    pub(in crate::index) fn has(&self, document: u32) -> bool {
        let mut opened = self.parts.iter().filter_map(WrittenPart::opened);
        opened.any(|column| column.ords().index.has_value(document))
    }

    /// The ordinals of a value: one for each origin that it has.
    pub(in crate::index) fn find(&self, value: &str) -> Result<Vec<u32>> {
        let mut found = Vec::new();
        for part in &self.parts {
            let ordinal = part.column.open()?.dictionary().term_ord(value.as_bytes());
            let ordinal = ordinal.map_err(tantivy::TantivyError::from)?;
            found.extend(ordinal.map(|ordinal| part.first + ordinal as u32));
        }
        Ok(found)
    }

    /// The part that an ordinal belongs to, and its ordinal there.
    pub(in crate::index) fn place(&self, ordinal: u32) -> Option<(&WrittenPart, u64)> {
        let after = self.parts.partition_point(|part| part.first <= ordinal);
        let part = self.parts.get(after.checked_sub(1)?)?;
        Some((part, u64::from(ordinal - part.first)))
    }

    /// The value of an ordinal; `None` if there is none.
    pub(in crate::index) fn text(&self, ordinal: u32) -> Result<Option<String>> {
        let Some((part, ordinal)) = self.place(ordinal) else {
            return Ok(None);
        };
        if let Some(values) = &part.values {
            let text = u32::try_from(ordinal).ok().and_then(|at| values.get(at));
            return Ok(text.map(str::to_owned));
        }
        let mut text = String::new();
        let found = part.column.open()?.ord_to_str(ordinal, &mut text);
        let found = found.map_err(tantivy::TantivyError::from)?;
        Ok(found.then_some(text))
    }

    /// Calls back with the value of each of these ascending ordinals; false if one is missing. From
    /// a dictionary, neighbours are read at once.
    pub(in crate::index) fn texts(
        &self,
        ordinals: &[u32],
        mut visit: impl FnMut(&[u8]),
    ) -> Result<bool> {
        let mut rest = ordinals;
        for (number, part) in self.parts.iter().enumerate() {
            let next = self.parts.get(number + 1);
            let of_part = next.map_or(rest.len(), |next| {
                rest.partition_point(|&ordinal| ordinal < next.first)
            });
            let (own, others) = rest.split_at(of_part);
            rest = others;
            if let Some(values) = &part.values {
                for at in own {
                    let Some(text) = values.get(at - part.first) else {
                        return Ok(false);
                    };
                    visit(text.as_bytes());
                }
                continue;
            }
            let own: Vec<u64> = own.iter().map(|at| u64::from(at - part.first)).collect();
            let dictionary = part.column.open()?.dictionary();
            let found = dictionary.sorted_ords_to_term_cb(&own, |bytes| visit(bytes));
            if !found.map_err(tantivy::TantivyError::from)? {
                return Ok(false);
            }
        }
        Ok(rest.is_empty())
    }
}
