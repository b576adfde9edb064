//! A door for the fuzz targets, which otherwise see the public interface alone.

use super::{Highlighter, Snippet, Snippets};
use crate::analysis::{Analyzer, Language};
use crate::query::Query;

/// Makes the snippets of a document in English.
pub fn snippets(query: &Query, title: &str, body: &str) -> Vec<Snippet> {
    let language = Language::parse("en").unwrap_or(Language::UND);
    let options = Snippets::default();
    Highlighter::new(query).snippets(&mut Analyzer::new(), language, title, body, &options)
}
