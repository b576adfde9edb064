//! Columns of facet values that are opened when they are first read.
//!
//! To open one reads and decodes what its values are packed by, which for a search of few hits is
//! more than to count them: those are read from what a segment has beside its columns.

use std::fmt;
use std::sync::{Arc, OnceLock};

use tantivy::columnar::{ColumnIndex, StrColumn};
use tantivy::fastfield::FastFieldReaders;

use crate::index::generation::DAMAGE_HINT;
use crate::{Error, ErrorKind, Result};

/// A column of a facet's values in a segment.
#[derive(Debug, Clone)]
pub(in crate::index) struct LazyColumn(Arc<Lazy>);

struct Lazy {
    /// Where to find it, if it was not open from the beginning.
    place: Option<(FastFieldReaders, String)>,
    opened: OnceLock<StrColumn>,
    values: u32,
    has_one_at_most: bool,
}

impl From<StrColumn> for LazyColumn {
    fn from(column: StrColumn) -> Self {
        let values = column.num_terms() as u32;
        let has_one_at_most = has_one_at_most(&column);
        Self(Arc::new(Lazy {
            place: None,
            opened: column.into(),
            values,
            has_one_at_most,
        }))
    }
}

impl LazyColumn {
    /// A column that is known to have so many values, and whether a document has one of them at most.
    pub(in crate::index) fn later(
        fields: &FastFieldReaders,
        path: String,
        values: u32,
        has_one_at_most: bool,
    ) -> Self {
        Self(Arc::new(Lazy {
            place: Some((fields.clone(), path)),
            opened: OnceLock::new(),
            values,
            has_one_at_most,
        }))
    }

    /// How many values it has.
    pub(in crate::index) fn values(&self) -> u32 {
        self.0.values
    }

    /// Whether no document has two values.
    pub(in crate::index) fn has_one_at_most(&self) -> bool {
        self.0.has_one_at_most
    }

    /// The column, if it was opened before.
    pub(in crate::index) fn opened(&self) -> Option<&StrColumn> {
        self.0.opened.get()
    }

    /// Opens the column.
    ///
    /// # Errors
    /// [`ErrorKind::Damaged`] if it is not the one that it is known to be.
    pub(in crate::index) fn open(&self) -> Result<&StrColumn> {
        if let Some(column) = self.opened() {
            return Ok(column);
        }
        let column = match &self.0.place {
            Some((fields, path)) => fields.str(path)?,
            None => None,
        };
        let is_known = |column: &StrColumn| {
            column.num_terms() as u32 == self.values()
                && has_one_at_most(column) == self.has_one_at_most()
        };
        let column = column.filter(is_known).ok_or_else(unknown)?;
        Ok(self.0.opened.get_or_init(|| column))
    }
}

/// That a column is another than what was written beside it says, or not there.
pub(super) fn unknown() -> Error {
    let message = "a facet's column is not the one that its segment knows";
    Error::new(ErrorKind::Damaged, message).with_hint(DAMAGE_HINT)
}

fn has_one_at_most(column: &StrColumn) -> bool {
    !matches!(&column.ords().index, ColumnIndex::Multivalued(_))
}

impl fmt::Debug for Lazy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LazyColumn")
            .field("place", &self.place.as_ref().map(|(_, path)| path))
            .field("opened", &self.opened)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::index::search::views::{ResolvedFacet, SegmentView};
    use crate::schema::{FacetDefinition, Origins, Schema};
    use crate::search::FacetRef;
    use crate::{Document, Index, SearchRequest, Searcher};

    fn searcher() -> Searcher {
        let facets = ["person", "paper"].map(FacetDefinition::new).into_iter();
        let schema = facets.fold(Schema::empty(), |schema, it| schema.facet(it).unwrap());
        let index = Index::create_in_memory(schema).unwrap();
        let mut writer = index.writer().unwrap();
        for number in 0..300 {
            let body = if number % 9 == 0 { "tanker" } else { "ferry" };
            let document = Document::new(format!("d{number}"))
                .body(body)
                .facet("person", format!("Person {:02}", number % 40))
                .facet("person", format!("Person {:02}", number % 7))
                .facet("paper", format!("Paper {}", number % 3));
            writer.put(document).unwrap();
        }
        writer.commit().unwrap();
        index.searcher().unwrap()
    }

    fn column(searcher: &Searcher, view: &SegmentView, name: &str) -> LazyColumn {
        let facet = FacetRef {
            origin: None,
            name: name.to_owned(),
        };
        let facet = ResolvedFacet::find(searcher.schema(), &facet, Origins::Usual).unwrap();
        let kept = view.kept(&facet).unwrap();
        kept.facet.columns[0].written.parts()[0].column.clone()
    }

    #[test]
    fn a_search_of_few_hits_opens_no_column_and_counts_the_same() {
        let searcher = searcher();
        let view = &searcher.views()[0];
        let columns = ["person", "paper"].map(|name| column(&searcher, view, name));
        assert_eq!(columns.each_ref().map(LazyColumn::values), [40, 3]);
        assert!(!columns[0].has_one_at_most() && columns[1].has_one_at_most());
        let count = |query: &str| {
            let request = SearchRequest::query(query)
                .unwrap()
                .facets(["person", "paper"]);
            let facets = searcher.search(&request).unwrap().facets;
            let paper = facets.get("paper").unwrap();
            let counts = paper.buckets.iter().map(|bucket| bucket.count);
            (facets.get("person").unwrap().distinct, counts.sum::<u64>())
        };
        let tankers = (0..300).filter(|number| number % 9 == 0);
        let people: BTreeSet<u32> = tankers.flat_map(|n| [n % 40, n % 7]).collect();
        assert_eq!(count("tanker"), (people.len() as u64, 34));
        assert!(columns.iter().all(|column| column.opened().is_none()));
        assert_eq!(count("*"), (40, 300));
        assert!(columns.iter().all(|column| column.opened().is_some()));
    }

    #[test]
    fn a_column_that_is_another_than_is_known_is_damage() {
        let searcher = searcher();
        let fields = searcher.views()[0].reader.fast_fields();
        let open = |path: &str, values, has_one_at_most| {
            let column = LazyColumn::later(fields, path.to_owned(), values, has_one_at_most);
            column.open().map(|_| ()).map_err(|error| error.kind())
        };
        assert_eq!(open("facets.declared.paper", 3, true), Ok(()));
        for (path, values, has_one_at_most) in [
            ("facets.declared.paper", 4, true),
            ("facets.declared.paper", 3, false),
            ("facets.declared.nothing", 3, true),
        ] {
            let opened = open(path, values, has_one_at_most);
            assert_eq!(opened, Err(ErrorKind::Damaged), "{path} {values}");
        }
    }
}
