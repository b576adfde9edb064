//! How often values of two facets occur together.

use super::block::Block;
use super::collect::Tally;
use super::series::Series;
use super::views::SegmentView;
use crate::Result;

/// Counts every pair of values.
pub(in crate::index) struct Cells {
    rows: Series,
    columns: Series,
    /// Row by row.
    pairs: Vec<u64>,
    /// By value, then the documents without any.
    of_rows: Vec<u64>,
    of_columns: Vec<u64>,
}

impl Cells {
    pub(in crate::index) fn new(rows: Series, columns: Series) -> Self {
        Self {
            pairs: vec![0; rows.len() * columns.len()],
            of_rows: vec![0; rows.len() + 1],
            of_columns: vec![0; columns.len() + 1],
            rows,
            columns,
        }
    }

    /// The documents with a value of the rows and one of the columns.
    pub(in crate::index) fn pair(&self, row: usize, column: usize) -> u64 {
        self.pairs[row * self.columns.len() + column]
    }

    /// The documents with each value of the rows; last, those without any.
    pub(in crate::index) fn of_rows(&self) -> &[u64] {
        &self.of_rows
    }

    /// The documents with each value of the columns; last, those without any.
    pub(in crate::index) fn of_columns(&self) -> &[u64] {
        &self.of_columns
    }
}

impl Tally for Cells {
    fn open(&mut self, view: &SegmentView) -> Result<()> {
        self.rows.open(view)?;
        self.columns.open(view)
    }

    fn count(&mut self, block: Block<'_>, hits: u64) {
        let wide = self.columns.len();
        for doc in block.chosen(hits) {
            for (series, counts) in [
                (&mut self.rows, &mut self.of_rows),
                (&mut self.columns, &mut self.of_columns),
            ] {
                if !series.look(doc) {
                    counts[series.len()] += 1;
                }
                for &value in series.found() {
                    counts[value as usize] += 1;
                }
            }
            for &row in self.rows.found() {
                for &column in self.columns.found() {
                    self.pairs[row as usize * wide + column as usize] += 1;
                }
            }
        }
    }
}
