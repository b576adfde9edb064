//! Makes documents anew from what the index keeps of them, in parallel.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use super::super::apply::Ready;
use super::super::entry::Key;
use super::super::sink::{Prepare, Sink};
use super::super::source::Source;
use super::{Pipeline, Step, Stopped, calm, milliseconds, notes_of};
use crate::index::Stretch;
use crate::{Error, ErrorKind, Result, Searcher, StoredDocument};

impl<C: Source, S: Sink> Pipeline<'_, C, S> {
    /// Replaces the documents that the present configuration makes something else of, if their
    /// files were not read in this run.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub(in crate::reindex) fn remake(&self, kept: &Searcher, threads: usize) -> Result<()> {
        let stretches = kept.stretches();
        let next = AtomicUsize::new(0);
        let job = || {
            let mut analyse = self.preparer.clone();
            while let Some(stretch) = stretches.get(next.fetch_add(1, Ordering::Relaxed)) {
                if self.is_stopping() {
                    break;
                }
                self.stretch(kept, stretch, &mut analyse)?;
            }
            Ok(())
        };
        self.spawn(vec![job; threads.clamp(1, 256)])
    }

    fn stretch(&self, kept: &Searcher, stretch: &Stretch, analyse: &mut S::Prepare) -> Step {
        let mut going = Ok(());
        let read = kept.each_document(stretch, |stored| {
            going = self
                .go_on()
                .and_then(|()| self.remake_one(&stored, analyse));
            match going {
                Ok(()) => Ok(()),
                // Only to get out of here: the reason is kept elsewhere.
                Err(Stopped) => Err(Error::new(ErrorKind::Cancelled, "stopped")),
            }
        });
        going?;
        read.map_err(|error| {
            self.keep(error);
            Stopped
        })
    }

    fn remake_one(&self, stored: &StoredDocument, analyse: &mut S::Prepare) -> Step {
        let started = Instant::now();
        let before = &stored.document;
        let id = Key::of(before.id.as_str());
        let Some((number, hash, added)) = self.guarded(|apply| apply.untouched(id))? else {
            return Ok(());
        };
        let made = calm(|| {
            let mut document = before.clone();
            self.source.remake(&mut document);
            analyse.settle(&mut document)?;
            if document == *before && analyse.is_tagged_alike(stored, &document) {
                return Ok(None);
            }
            analyse.prepare(document, added).map(Some)
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
            number,
            member: before
                .source
                .as_ref()
                .and_then(|source| source.member())
                .map(str::to_owned),
            hash: hash.padded(),
            added,
            notes: notes_of::<S>(Vec::new(), &prepared),
            prepared,
            bytes: before.body.len() as u64,
            ms: milliseconds(started),
            same: false,
        };
        self.guarded(|apply| apply.put_remade(before.id.as_str(), ready))
    }
}
