//! From the addresses of hits to what a list shows of them.

use std::collections::BTreeMap;

use tantivy::DocAddress;
use tantivy::directory::OwnedBytes;

use super::top::Ranked;
use super::views::SegmentView;
use crate::analysis::{Analyzer, Language};
use crate::document::{PAGE_STARTS, page_at};
use crate::index::folding::Folds;
use crate::index::generation::DAMAGE_HINT;
use crate::index::layout::Fields;
use crate::index::segment::card::Card;
use crate::index::stored::SourceRecord;
use crate::index::texts::Texts;
use crate::schema::Schema;
use crate::search::{Highlighter, Hit, Snippet, Snippets, Sort};
use crate::{Error, ErrorKind, Result};

/// What is needed to show hits.
pub(in crate::index) struct HitMaker<'a> {
    pub(in crate::index) views: &'a [SegmentView],
    pub(in crate::index) fields: Fields,
    pub(in crate::index) snippets: Snippets,
    pub(in crate::index) sort: Sort,
    /// Which facets are folded, and how.
    pub(in crate::index) schema: &'a Schema,
    pub(in crate::index) folds: &'a Folds,
}

impl HitMaker<'_> {
    /// Makes a hit; its snippets are the highlighter's.
    pub(in crate::index) fn make(
        &self,
        ranked: &Ranked,
        highlighter: &mut Highlighter,
        analyzer: &mut Analyzer,
    ) -> Result<Hit> {
        let card = card(self.views, ranked.address)?;
        let snippets = if self.snippets.fragments == 0 {
            Vec::new()
        } else {
            let stored = stored(self.views, ranked.address)?;
            let texts = Texts::of(&stored, self.fields)?;
            let language = Language::parse(card.language).unwrap_or(Language::UND);
            let mut snippets =
                highlighter.snippets(analyzer, language, card.title, texts.body, &self.snippets);
            add_pages(&mut snippets, texts.source);
            snippets
        };
        Ok(Hit {
            id: card.id.into(),
            score: (self.sort == Sort::Relevance).then_some(ranked.score),
            title: card.title.to_owned(),
            date: card.date,
            path: card.path.map(str::to_owned),
            url: card.url.map(str::to_owned),
            facets: self.facets(&card)?,
            snippets,
        })
    }

    /// The values of a document, each under the name that it counts under, once.
    fn facets(&self, card: &Card<'_>) -> Result<BTreeMap<String, Vec<String>>> {
        let mut facets = card.effective_facets();
        for definition in &self.schema.facets {
            let name = &definition.name;
            let Some(values) = facets.get_mut(name) else {
                continue;
            };
            let Some(fold) = self.folds.of(definition)? else {
                continue;
            };
            let mut shown = Vec::with_capacity(values.len());
            for value in values.iter() {
                shown.extend(fold.shown(value)?.filter(|name| !shown.contains(name)));
            }
            if shown.is_empty() {
                facets.remove(name);
            } else {
                *values = shown;
            }
        }
        Ok(facets)
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

/// What is stored of a document, for [`Texts::of`].
pub(in crate::index) fn stored(views: &[SegmentView], address: DocAddress) -> Result<OwnedBytes> {
    let view = views.get(address.segment_ord as usize);
    let view = view.ok_or_else(|| Error::new(ErrorKind::Engine, "a hit of no segment"))?;
    view.texts()?.bytes(address.doc_id)
}

/// Says on which page each snippet of the text is, if the document has pages: `source` is what is
/// stored beside it.
fn add_pages(snippets: &mut [Snippet], source: &str) {
    // Most documents have none, and their metadata need not be parsed.
    if !source.contains(PAGE_STARTS) {
        return;
    }
    let Some(record) = SourceRecord::parse(source) else {
        return;
    };
    for snippet in snippets
        .iter_mut()
        .filter(|snippet| snippet.field == "body")
    {
        let first = snippet.highlights.first().map_or(0, |&(start, _)| start);
        snippet.page = page_at(record.metadata(), snippet.start + first);
    }
}
