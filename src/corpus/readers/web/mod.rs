//! What is published on the web and by news agencies: pages, feeds, wire formats, tables.

mod csv;
pub(in crate::corpus) mod html;
mod mhtml;
mod xml;

use serde_json::{Map, Value};

use crate::corpus::{Article, Format};
use crate::schema::FieldKeys;

pub(super) fn formats() -> Vec<Format> {
    let mut formats = vec![
        Format::new(html::Html),
        Format::new(mhtml::Mhtml),
        Format::new(xml::XmlFile),
    ];
    formats.extend(csv::formats());
    formats
}

/// An article out of structured data; a text that holds markup loses it.
pub(super) fn structured(map: Map<String, Value>, fields: &FieldKeys) -> Article {
    let mut article = Article::structured(map, fields);
    if html::is_markup(&article.body) {
        article.body = html::text(&article.body);
    }
    article
}
