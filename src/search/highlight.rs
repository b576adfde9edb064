//! STUB
use super::{Snippet, Snippets};
use crate::analysis::{Analyzer, Language};
use crate::query::Query;
pub(crate) fn highlight(
    _: &mut Analyzer,
    _: &Query,
    _: Language,
    _: &str,
    _: &str,
    _: &Snippets,
) -> Vec<Snippet> {
    Vec::new()
}
