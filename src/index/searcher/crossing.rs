//! Which values of two facets occur together among the hits of a question.

use std::time::Instant;

use super::counting::{listed, value_clause, values};
use super::{Searcher, milliseconds};
use crate::index::guard::guarded;
use crate::index::search::collect::Counted;
use crate::index::search::crossing::Cells;
use crate::index::search::series::Series;
use crate::index::search::watch::Watch;
use crate::query::Query;
use crate::search::{
    Control, CountedValue, CrossCell, CrossRequest, CrossSide, Crossing, FORMAT_VERSION,
    FacetCounts, MOST_CELLS, lift,
};
use crate::{Error, ErrorKind, Result};

impl Searcher {
    /// Counts how often values of two facets occur together, each document once in a cell.
    ///
    /// # Errors
    /// As [`search`](Self::search), and [`ErrorKind::Request`] if the matrix would have more than
    /// [`MOST_CELLS`] cells.
    pub fn cross(&self, request: &CrossRequest) -> Result<Crossing> {
        self.cross_with(request, &Control::default())
    }

    /// Counts how often values of two facets occur together, unless something stops it.
    ///
    /// # Errors
    /// As [`cross`](Self::cross), and [`ErrorKind::Cancelled`].
    pub fn cross_with(&self, request: &CrossRequest, control: &Control) -> Result<Crossing> {
        guarded(|| self.matrix(request, &Watch::new(control)))
    }

    fn matrix(&self, asked_for: &CrossRequest, watch: &Watch) -> Result<Crossing> {
        let started = Instant::now();
        let request = Self::bare(&asked_for.request);
        let asked = self.ask_to_count(&request, watch)?;
        let facets = [
            self.among_hits(&request, &asked_for.rows)?,
            self.among_hits(&request, &asked_for.columns)?,
        ];
        let (found, query, diagnostics) = self.count_hits(asked, &facets, &mut [], watch)?;
        let lists = listed(found, &request, &facets, &[asked_for.top; 2])?;
        let [rows, columns] = lists.as_slice() else {
            return Err(Error::new(ErrorKind::Engine, "a facet was not counted"));
        };
        let sizes = (rows.buckets.len(), columns.buckets.len());
        if sizes.0 * sizes.1 > MOST_CELLS {
            return Err(too_large(sizes));
        }
        let series =
            |number: usize| Series::new(facets[number].facet.clone(), &values(&lists[number]));
        let mut cells = Cells::new(series(0), series(1));
        let total = self.count_again(&request, &mut [&mut cells], watch)?;
        let rows = side(&facets[0], rows, cells.of_rows());
        let columns = side(&facets[1], columns, cells.of_columns());
        let cell = |row: usize, column: usize| {
            let clauses = [(&facets[0], &rows, row), (&facets[1], &columns, column)].map(
                |(counted, side, number)| value_clause(&counted.facet, &side.values[number].value),
            );
            let (of_row, of_column) = (rows.values[row].count, columns.values[column].count);
            let count = cells.pair(row, column);
            CrossCell {
                count,
                lift: lift(count, of_row, of_column, total),
                query: Query::all(Vec::from(clauses)).to_string(),
            }
        };
        let cells = (0..sizes.0)
            .map(|row| (0..sizes.1).map(|column| cell(row, column)).collect())
            .collect();
        Ok(Crossing {
            format_version: FORMAT_VERSION,
            query: query.to_string(),
            generation: self.generation(),
            total,
            took_ms: milliseconds(started),
            rows,
            columns,
            cells,
            diagnostics,
        })
    }
}

fn side(counted: &Counted, list: &FacetCounts, counts: &[u64]) -> CrossSide {
    let values = list.buckets.iter().zip(counts).map(|(bucket, &count)| {
        let clause = value_clause(&counted.facet, &bucket.value);
        CountedValue::new(bucket, count, clause.to_string())
    });
    CrossSide {
        facet: counted.facet.name(),
        values: values.collect(),
        other: list.other,
        missing: counts.last().copied().unwrap_or(0),
    }
}

fn too_large((rows, columns): (usize, usize)) -> Error {
    let message = format!("{rows} rows and {columns} columns make more than {MOST_CELLS} cells");
    Error::new(ErrorKind::Request, message)
        .with_code("too_many_cells")
        .with_hint("take fewer values of each facet with `--top N`")
}

#[cfg(test)]
mod tests {
    use crate::*;

    fn searcher() -> Searcher {
        let schema = Schema::default().without_vocabularies();
        let index = Index::create_in_memory(schema).unwrap();
        let mut writer = index.writer().unwrap();
        for (number, (countries, topics)) in [
            ("Iran Iraq", "politics/war economy/oil"),
            ("IRAN", "politics/war"),
            ("Iraq", "economy"),
            ("Iran", ""),
            ("", "economy/oil"),
            ("Peru iran", "politics politics/war"),
        ]
        .into_iter()
        .enumerate()
        {
            let mut document = Document::new(format!("d{number}"));
            for country in countries.split_whitespace() {
                document = document.facet("country", country);
            }
            for topic in topics.split_whitespace() {
                document = document.facet("topic", topic);
            }
            writer.put(document).unwrap();
            writer.commit().unwrap();
        }
        writer.delete("d3").unwrap();
        writer.commit().unwrap();
        index.searcher().unwrap()
    }

    /// The matrix as lines of numbers, with the names before them.
    fn shown(crossing: &Crossing) -> Vec<String> {
        let names = crossing.columns.values.iter();
        let names: Vec<&str> = names.map(|value| value.value.as_str()).collect();
        let mut lines = vec![names.join(" ")];
        for (row, cells) in crossing.rows.values.iter().zip(&crossing.cells) {
            let cells: Vec<String> = cells.iter().map(|cell| cell.count.to_string()).collect();
            lines.push(format!("{} {}", row.value, cells.join(" ")));
        }
        lines
    }

    #[test]
    fn pairs_are_counted_once_for_a_document() {
        let request = CrossRequest::new(SearchRequest::all(), "country", "topic");
        let crossing = searcher().cross(&request).unwrap();
        assert_eq!(
            shown(&crossing),
            ["economy politics", "Iran 1 3", "Iraq 2 1", "Peru 0 1"]
        );
        assert_eq!(crossing.total, 5);
        assert_eq!((crossing.rows.missing, crossing.columns.missing), (1, 0));
        assert_eq!(crossing.cells[0][1].lift, Some(3.0 * 5.0 / (3.0 * 3.0)));
        let same = CrossRequest::new(SearchRequest::all(), "country", "country");
        assert_eq!(
            shown(&searcher().cross(&same).unwrap()),
            ["Iran Iraq Peru", "Iran 3 1 1", "Iraq 1 2 0", "Peru 1 0 1"]
        );
    }

    #[test]
    fn every_cell_leads_to_its_hits() {
        let searcher = searcher();
        let question = SearchRequest::query("has:topic")
            .unwrap()
            .filter("topic", "politics")
            .exclude("country", "Peru");
        let request = CrossRequest::new(question.clone(), "topic", "country");
        let crossing = searcher.cross(&request).unwrap();
        assert_eq!(
            shown(&crossing),
            ["Iran Iraq", "politics 2 1", "politics/war 2 1"]
        );
        let total = |clause: &str| {
            let narrowed = question.narrowed(&crossing.query, clause);
            searcher.search(&narrowed).unwrap().total
        };
        for cell in crossing.cells.iter().flatten() {
            assert_eq!(total(&cell.query), cell.count, "{}", cell.query);
        }
        for value in crossing.rows.values.iter().chain(&crossing.columns.values) {
            assert_eq!(total(&value.query), value.count, "{}", value.query);
        }
    }

    #[test]
    fn a_matrix_too_large_is_refused_with_a_way_out() {
        let index = Index::create_in_memory(Schema::default()).unwrap();
        let mut writer = index.writer().unwrap();
        for number in 0..400 {
            let document = Document::new(format!("d{number}"))
                .facet("country", format!("c{number}"))
                .facet("actor", format!("a{number}"));
            writer.put(document).unwrap();
        }
        writer.commit().unwrap();
        let searcher = index.searcher().unwrap();
        let request = CrossRequest::new(SearchRequest::all(), "country", "actor");
        let whole = CrossRequest {
            top: Top::All,
            ..request.clone()
        };
        let refused = searcher.cross(&whole).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Request);
        assert!(refused.hint().unwrap().contains("--top"), "{refused}");
        let crossing = searcher.cross(&request.top(3)).unwrap();
        assert_eq!((crossing.cells.len(), crossing.rows.other), (3, 397));
    }
}
