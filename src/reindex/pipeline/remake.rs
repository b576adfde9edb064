//! Makes documents anew from what the index keeps of them, in parallel.

use std::sync::atomic::Ordering;
use std::time::Instant;

use super::super::apply::Ready;
use super::super::entry::Key;
use super::super::sink::{Prepare, Sink};
use super::super::source::Source;
use super::{Pipeline, Step, Stopped, calm, milliseconds, notes_of};
use crate::{Error, ErrorKind, Result, Searcher, StoredDocument};

impl<C: Source, S: Sink> Pipeline<'_, C, S> {
    /// Replaces the documents that the present configuration makes something else of, if their
    /// files were not read in this run.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub(in crate::reindex) fn remake(&self, kept: &Searcher, threads: usize) -> Result<()> {
        self.each_stretch(kept, &self.preparer, threads, |stretch, analyse| {
            let remake = |stored: StoredDocument| self.remake_one(&stored, analyse);
            self.each_of(|f| kept.each_document(stretch, f), remake)
        })
    }

    fn remake_one(&self, stored: &StoredDocument, analyse: &mut S::Prepare) -> Step {
        let started = Instant::now();
        let before = &stored.document;
        let id = Key::of(before.id.as_str());
        let held = self.guarded(|apply| apply.held(id))?;
        let Some(held) = held.filter(|held| held.is_untouched) else {
            return Ok(());
        };
        let made = calm(|| {
            let mut document = before.clone();
            self.source.remake(&mut document);
            analyse.settle(&mut document)?;
            // Tags are made anew when everything is there, if they are learned.
            let is_tagged_alike = self.learns || analyse.is_tagged_alike(stored, &document);
            if document == *before && is_tagged_alike {
                return Ok(None);
            }
            analyse.prepare(document, held.added).map(Some)
        });
        self.counts.records.fetch_add(1, Ordering::Relaxed);
        let made = made.unwrap_or_else(|panic| {
            let message = format!("a bug was met with the document `{}`: {panic}", before.id);
            Err(Error::new(ErrorKind::Engine, message))
        });
        let prepared = match made {
            Ok(Some(prepared)) => prepared,
            Ok(None) => return Ok(()),
            Err(error) => {
                self.keep(error);
                return Err(Stopped);
            }
        };
        let ready = Ready {
            number: held.number,
            member: before
                .source
                .as_ref()
                .and_then(|source| source.member())
                .map(str::to_owned),
            hash: held.hash.padded(),
            added: held.added,
            notes: notes_of::<S>(Vec::new(), &prepared),
            prepared,
            bytes: before.body.len() as u64,
            ms: milliseconds(started),
            same: false,
        };
        self.guarded(|apply| apply.put_remade(before.id.as_str(), ready))
    }
}
