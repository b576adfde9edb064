//! Documents that are made anew from what the index keeps of them, because the configuration
//! changed and their files did not, or because topics were learned.

use super::super::entry::Key;
use super::super::sink::Sink;
use super::{Apply, Claim, Fate, PreparedOf, Ready, Record, Result};
use crate::Searcher;
use crate::tagging::topics::TopicModel;

/// A record whose document is in the index.
#[derive(Debug, Clone, Copy)]
pub(in crate::reindex) struct Held {
    pub(in crate::reindex) number: u32,
    pub(in crate::reindex) hash: Key,
    pub(in crate::reindex) added: i64,
    /// Whether its file was not read in this run, and nothing else took its place.
    pub(in crate::reindex) is_untouched: bool,
}

impl<S: Sink> Apply<'_, S> {
    /// What is known of the record whose document the index holds, or is to hold, under an id.
    pub(in crate::reindex) fn held(&self, id: Key) -> Result<Option<Held>> {
        let Some(claim) = self.claims.get(id)? else {
            return Ok(None);
        };
        let file = self.files.file(claim.file)?;
        let record = self.files.record_of(claim.file, &file, claim.record)?;
        Ok(Some(Held {
            number: record.number,
            hash: record.hash,
            added: record.added,
            is_untouched: !claim.put && file.fate != Fate::Read,
        }))
    }

    /// Replaces a document by one that says more of it; what is known of its record stays.
    pub(in crate::reindex) fn put_revised(
        &mut self,
        id: Key,
        prepared: PreparedOf<S>,
    ) -> Result<()> {
        self.write_document(id, prepared, true)
    }

    /// Whether so many documents may declare topics, as far as that can be told without looking at
    /// all of them.
    pub(in crate::reindex) fn may_teach(&self, least: u64) -> bool {
        let is_all_new = self.run.rebuild || self.old.state.is_empty();
        !is_all_new || self.foreign > 0 || self.sink.taught() >= least
    }

    /// Everything that was written so far, to be read; `None` if nothing is kept of it.
    pub(in crate::reindex) fn working(&mut self) -> Result<Option<Searcher>> {
        self.waiting = 0;
        self.sink.working()
    }

    /// Keeps what was learned of topics, or that nothing was, to be published. Gives whether that
    /// is something else than what is published. From here on the run is done whole or not at all.
    pub(in crate::reindex) fn keep_model(&mut self, model: Option<&TopicModel>) -> Result<bool> {
        let is_new = self.sink.keep_model(model)?;
        self.learned_anew |= is_new;
        self.is_learning = true;
        Ok(is_new)
    }

    /// Replaces the document of a record that did not change.
    pub(in crate::reindex) fn put_remade(
        &mut self,
        id: &str,
        ready: Ready<PreparedOf<S>>,
    ) -> Result<()> {
        let key = Key::of(id);
        let Some(claim) = self.claims.get(key)? else {
            return Ok(());
        };
        self.claims.insert(key, Claim { put: true, ..claim })?;
        self.list_indexed(claim.file, id, &ready)?;
        let record = Record {
            fresh: true,
            listed: true,
            ..self.record(claim)?
        };
        self.files.set_record(claim.file, claim.record, &record)?;
        self.write_document(key, ready.prepared, true)
    }
}
