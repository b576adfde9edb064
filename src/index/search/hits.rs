//! From the addresses of hits to what a list shows of them.

use std::collections::BTreeMap;

use tantivy::DocAddress;
use tantivy::directory::OwnedBytes;

use super::top::Ranked;
use super::views::{ResolvedFacet, SegmentView};
use crate::analysis::{Analyzer, Language};
use crate::document::{PAGE_STARTS, page_at};
use crate::index::folding::Folds;
use crate::index::generation::DAMAGE_HINT;
use crate::index::segment::card::Card;
use crate::index::segment::texts::Texts;
use crate::index::stored::SourceRecord;
use crate::schema::{FacetDefinition, Origin, Origins, Schema};
use crate::search::{FacetRef, Highlighter, Hit, Snippet, Snippets, Sort};
use crate::{Error, ErrorKind, Result};

/// What is needed to show hits.
pub(in crate::index) struct HitMaker<'a> {
    pub(in crate::index) views: &'a [SegmentView],
    pub(in crate::index) snippets: Snippets,
    pub(in crate::index) sort: Sort,
    /// Whether the values of facets are left out.
    pub(in crate::index) is_bare: bool,
    /// Which values of facets are shown.
    pub(in crate::index) tags: Origins,
    /// Which facets are folded, and how.
    pub(in crate::index) schema: &'a Schema,
    pub(in crate::index) folds: &'a Folds,
}

impl HitMaker<'_> {
    /// Makes hits, in the order of their documents: those whose texts were compressed together come
    /// one after the other.
    pub(in crate::index) fn page(
        &self,
        ranked: &[Ranked],
        highlighter: &mut Highlighter,
        analyzer: &mut Analyzer,
    ) -> Result<Vec<Hit>> {
        let mut places: Vec<usize> = (0..ranked.len()).collect();
        places.sort_unstable_by_key(|&place| ranked[place].address);
        let made = places.into_iter().map(|place| {
            let hit = self.make(&ranked[place], highlighter, analyzer)?;
            Ok((place, hit))
        });
        let mut hits = made.collect::<Result<Vec<_>>>()?;
        hits.sort_unstable_by_key(|&(place, _)| place);
        Ok(hits.into_iter().map(|(_, hit)| hit).collect())
    }

    /// Makes a hit; its snippets are the highlighter's.
    pub(in crate::index) fn make(
        &self,
        ranked: &Ranked,
        highlighter: &mut Highlighter,
        analyzer: &mut Analyzer,
    ) -> Result<Hit> {
        let card = card(self.views, ranked.address)?;
        let Shown { facets, inferred } = if self.is_bare {
            Shown::default()
        } else {
            self.facets(&card, ranked.address)?
        };
        let snippets = if self.snippets.fragments == 0 {
            Vec::new()
        } else {
            let stored = stored(self.views, ranked.address)?;
            let texts = Texts::of(&stored)?;
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
            facets,
            inferred,
            snippets,
        })
    }

    /// The values of a document, each under the name that it counts under, once.
    fn facets(&self, card: &Card<'_>, address: DocAddress) -> Result<Shown> {
        let mut shown = Shown::default();
        for definition in &self.schema.facets {
            let name = &definition.name;
            let tags = match definition.tagged_by() {
                Some(_) => self.tags,
                None => Origins::Usual,
            };
            let written = self.values(card, address, definition, tags)?;
            if written.is_empty() {
                continue;
            }
            let fold = self.folds.of(definition)?;
            let (mut values, mut inferred) = (Vec::new(), Vec::new());
            for (origin, value) in written {
                let value = match &fold {
                    None => Some(value),
                    Some(fold) => fold.shown(&value)?,
                };
                // What is declared comes first.
                if let Some(value) = value.filter(|value| !values.contains(value)) {
                    if origin != Origin::Declared {
                        inferred.push(value.clone());
                    }
                    values.push(value);
                }
            }
            if !values.is_empty() {
                shown.facets.insert(name.clone(), values);
            }
            if !inferred.is_empty() {
                shown.inferred.insert(name.clone(), inferred);
            }
        }
        Ok(shown)
    }

    /// The values of a facet that count, as they are written, in the order of their origins.
    fn values(
        &self,
        card: &Card<'_>,
        address: DocAddress,
        facet: &FacetDefinition,
        tags: Origins,
    ) -> Result<Vec<(Origin, String)>> {
        let mut found = Vec::new();
        for &origin in tags.origins() {
            let lists = card.facets.iter();
            let own = lists.filter(|(of, name, _)| (*of, *name) == (origin, &facet.name));
            let own = own.flat_map(|(.., values)| values);
            found.extend(own.map(|&value| (origin, value.to_owned())));
            if tags == Origins::Usual && !found.is_empty() {
                break;
            }
            // Cards do not hold what is only mentioned.
            if origin == Origin::Mentioned {
                let reference = FacetRef {
                    origin: Some(origin),
                    name: facet.name.clone(),
                };
                let resolved = ResolvedFacet::find(self.schema, &reference, tags)?;
                let view = self.views.get(address.segment_ord as usize);
                let view = view.ok_or_else(|| Error::new(ErrorKind::Engine, NO_SEGMENT))?;
                for column in view.facet(&resolved)?.columns {
                    for ordinal in column.written.ordinals(address.doc_id) {
                        found.push((origin, column.text(ordinal)?));
                    }
                }
            }
        }
        Ok(found)
    }
}

/// What is shown of the facets of a document.
#[derive(Debug, Default)]
struct Shown {
    facets: BTreeMap<String, Vec<String>>,
    /// Those that are not declared.
    inferred: BTreeMap<String, Vec<String>>,
}

/// That the engine found a document in a segment that it does not have.
const NO_SEGMENT: &str = "a hit of no segment";

/// The card of a document.
pub(in crate::index) fn card(views: &[SegmentView], address: DocAddress) -> Result<Card<'_>> {
    let view = views.get(address.segment_ord as usize);
    let card = match view {
        Some(view) => {
            let read = view.cards()?.read(address.doc_id);
            read.map_err(tantivy::TantivyError::from)?
        }
        None => None,
    };
    card.ok_or_else(|| {
        Error::new(ErrorKind::Damaged, "the card of a document is damaged").with_hint(DAMAGE_HINT)
    })
}

/// What is stored of a document, for [`Texts::of`].
pub(in crate::index) fn stored(views: &[SegmentView], address: DocAddress) -> Result<OwnedBytes> {
    let view = views.get(address.segment_ord as usize);
    let view = view.ok_or_else(|| Error::new(ErrorKind::Engine, NO_SEGMENT))?;
    view.texts()?.run(address.doc_id)
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
