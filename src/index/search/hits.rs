//! From the addresses of hits to what a list shows of them.

use tantivy::schema::Value;
use tantivy::{DocAddress, Searcher, TantivyDocument};

use super::top::Ranked;
use super::views::SegmentView;
use crate::analysis::{Analyzer, Language};
use crate::index::generation::DAMAGE_HINT;
use crate::index::layout::Fields;
use crate::index::segment::card::Card;
use crate::search::{Highlighter, Hit, Snippets, Sort};
use crate::{Error, ErrorKind, Result};

/// What is needed to show hits.
pub(in crate::index) struct HitMaker<'a> {
    pub(in crate::index) searcher: &'a Searcher,
    pub(in crate::index) views: &'a [SegmentView],
    pub(in crate::index) fields: Fields,
    /// What snippets show.
    pub(in crate::index) highlighter: &'a Highlighter,
    pub(in crate::index) snippets: Snippets,
    pub(in crate::index) sort: Sort,
}

impl HitMaker<'_> {
    pub(in crate::index) fn make(&self, ranked: &Ranked, analyzer: &mut Analyzer) -> Result<Hit> {
        let card = card(self.views, ranked.address)?;
        let snippets = if self.snippets.fragments == 0 {
            Vec::new()
        } else {
            let body = body(self.searcher, self.fields, ranked.address)?;
            let language = Language::parse(card.language).unwrap_or(Language::UND);
            self.highlighter
                .snippets(analyzer, language, card.title, &body, &self.snippets)
        };
        Ok(Hit {
            id: card.id.into(),
            score: (self.sort == Sort::Relevance).then_some(ranked.score),
            title: card.title.to_owned(),
            date: card.date,
            path: card.path.map(str::to_owned),
            url: card.url.map(str::to_owned),
            facets: card.effective_facets(),
            snippets,
        })
    }
}

/// The card of a document.
pub(in crate::index) fn card(views: &[SegmentView], address: DocAddress) -> Result<Card<'_>> {
    let view = views.get(address.segment_ord as usize);
    let card = match view {
        Some(view) => view.cards()?.get(address.doc_id),
        None => None,
    };
    card.ok_or_else(|| {
        Error::new(ErrorKind::Damaged, "the card of a document is damaged").with_hint(DAMAGE_HINT)
    })
}

/// The stored text of a document.
fn body(searcher: &Searcher, fields: Fields, address: DocAddress) -> Result<String> {
    let document: TantivyDocument = searcher.doc(address)?;
    Ok(text(&document, fields.body))
}

/// A stored string.
pub(in crate::index) fn text(document: &TantivyDocument, field: tantivy::schema::Field) -> String {
    document
        .get_first(field)
        .and_then(|value| value.as_str())
        .unwrap_or_default()
        .to_owned()
}
