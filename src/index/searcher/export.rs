//! Every hit of a question, one after the other.

use super::Searcher;
use crate::Result;
use crate::document::DocumentId;
use crate::index::guard::guarded;
use crate::index::search::analyzers::Lent;
use crate::index::search::collect::Pass;
use crate::index::search::top::Ranked;
use crate::index::search::watch::Watch;
use crate::index::stored::StoredDocument;
use crate::query::Diagnostic;
use crate::search::{Highlighter, Hit, Limit, SearchRequest};

impl Searcher {
    /// Every hit in the order asked for, made one at a time. The limit and the facets of the
    /// request do not matter here; its cursor does.
    ///
    /// # Errors
    /// As [`search`](Self::search).
    pub fn export(&self, request: &SearchRequest) -> Result<Export> {
        guarded(|| self.find_all(request))
    }

    fn find_all(&self, request: &SearchRequest) -> Result<Export> {
        let watch = Watch::default();
        let asked = self.ask(request, &watch)?;
        let after = self.position(request, asked.digest)?;
        let pass = Pass {
            weight: asked.weight,
            everything: asked.everything,
            filters: asked.filters,
            facets: &[],
            sort: request.sort,
            limit: Limit::All,
            after,
            watch,
        };
        let found = pass.run(&self.snapshot.views)?;
        Ok(Export {
            searcher: self.clone(),
            request: request.clone(),
            highlighter: Highlighter::new(&asked.query),
            diagnostics: asked.diagnostics,
            total: found.total,
            hits: found.hits.into_iter(),
            analyzer: asked.analyzer,
        })
    }
}

/// Every hit, in order, made one at a time.
#[derive(Debug)]
pub struct Export {
    searcher: Searcher,
    request: SearchRequest,
    highlighter: Highlighter,
    diagnostics: Vec<Diagnostic>,
    total: u64,
    hits: std::vec::IntoIter<Ranked>,
    analyzer: Lent,
}

impl Export {
    /// Documents that match, exactly.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// What there is to say about the question.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// The document of the next hit as the index keeps it, instead of what a list shows.
    ///
    /// # Errors
    /// [`ErrorKind::Damaged`](crate::ErrorKind::Damaged) or [`ErrorKind::Io`](crate::ErrorKind::Io).
    pub fn next_document(&mut self) -> Option<Result<(DocumentId, StoredDocument)>> {
        let ranked = self.hits.next()?;
        let stored = guarded(|| self.searcher.stored(ranked.address));
        Some(stored.map(|stored| (stored.document.id.clone(), stored)))
    }
}

impl Iterator for Export {
    type Item = Result<Hit>;

    fn next(&mut self) -> Option<Self::Item> {
        let ranked = self.hits.next()?;
        let maker = self.searcher.hit_maker(&self.request);
        let (highlighter, analyzer) = (&mut self.highlighter, &mut self.analyzer);
        Some(guarded(|| maker.make(&ranked, highlighter, analyzer)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.hits.size_hint()
    }
}
