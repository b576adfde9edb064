//! Learns what the topics of a corpus are, once everything was read, and finds them by that in all
//! documents.
//!
//! Both go through the texts that the index keeps, published or not: what was read in this run or
//! an earlier one makes no difference, so that a run that goes on with what a killed one left comes
//! to the same end.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::super::apply::{Apply, Ready};
use super::super::entry::Key;
use super::super::options::Event;
use super::super::sink::{Prepare, Sink};
use super::super::source::Source;
use super::{Pipeline, Step, Stopped, calm, milliseconds, notes_of};
use crate::index::Stretch;
use crate::tagging::topics::{MIN_TRAINING_DOCUMENTS, TopicModel, Trainer};
use crate::{Error, ErrorKind, Result, Searcher, StoredDocument};

impl<'a, C: Source, S: Sink> Pipeline<'a, C, S> {
    /// Learns, and gives the documents the tags they have by it. `published` is where documents
    /// are if the sink has none to show. `retag`: make the tags anew whatever was learned, and
    /// account for those of documents that are not new.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub(in crate::reindex) fn learn(
        &self,
        published: Option<Searcher>,
        retag: bool,
        threads: usize,
    ) -> Result<()> {
        let facet = self.preparer.taught_by().map(str::to_owned);
        let may_teach = || self.locked().may_teach(MIN_TRAINING_DOCUMENTS as u64);
        if !retag && (facet.is_none() || !may_teach()) {
            return self.locked().keep_model(None).map(|_| ());
        }
        self.observer.event(&Event::Learning);
        let everything = self.locked().working()?.or(published);
        let Some(everything) = everything else {
            return Ok(());
        };
        let model = match &facet {
            Some(facet) => self.teach(&everything, facet, threads)?,
            None => None,
        };
        let is_new = self.locked().keep_model(model.as_ref())?;
        if model.is_none() && !is_new && !retag {
            return Ok(());
        }
        let preparer = self.preparer.clone().learned(model.map(Arc::new).as_ref());
        self.each_stretch(&everything, &preparer, threads, |stretch, analyse| {
            let tag = |stored| self.tag_one(stored, retag, &preparer, analyse);
            self.each_of(|f| everything.each_document(stretch, f), tag)
        })
    }

    /// What only one thread may touch, while no other is at work.
    fn locked(&self) -> MutexGuard<'_, Apply<'a, S>> {
        self.apply.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Shows every document that stays and declares topics to a trainer.
    fn teach(&self, kept: &Searcher, facet: &str, threads: usize) -> Result<Option<TopicModel>> {
        let trainer = Mutex::new(Trainer::new());
        self.each_stretch(kept, &self.preparer, threads, |stretch, analyse| {
            let teach = |stored: StoredDocument| {
                let id = Key::of(stored.document.id.as_str());
                // What is to go teaches nothing.
                if self.guarded(|apply| apply.held(id))?.is_none() {
                    return Ok(());
                }
                let taught = calm(|| analyse.teach(&stored.document, &trainer));
                taught.map_err(|panic| self.fail_of(&stored, &panic))
            };
            self.each_of(|f| kept.each_declaring(stretch, facet, f), teach)
        })?;
        let trainer = trainer.into_inner().unwrap_or_else(PoisonError::into_inner);
        trainer.finish(threads, &|| {
            if self.is_stopping() {
                return Err(Error::new(ErrorKind::Cancelled, "the run was stopped"));
            }
            Ok(())
        })
    }

    /// Gives a document the tags it has, if it has others.
    fn tag_one(
        &self,
        stored: StoredDocument,
        is_listed: bool,
        preparer: &S::Prepare,
        analyse: &mut S::Prepare,
    ) -> Step {
        let started = Instant::now();
        let id = Key::of(stored.document.id.as_str());
        let Some(held) = self.guarded(|apply| apply.held(id))? else {
            return Ok(());
        };
        // What this run made of it is right but for topics, and accounted for.
        let is_new = !is_listed || !held.is_untouched;
        let text = stored.document.id.as_str().to_owned();
        let bytes = stored.document.body.len() as u64;
        let source = stored.document.source.as_ref();
        let member = source.and_then(|source| source.member()).map(str::to_owned);
        let made = calm(|| analyse.retag(stored, held.added, is_new));
        let made = made.unwrap_or_else(|panic| {
            *analyse = preparer.clone();
            let message = format!("a bug was met with the document `{text}`: {panic}");
            Err(Error::new(ErrorKind::Engine, message))
        });
        self.counts.records.fetch_add(1, Ordering::Relaxed);
        let Some(prepared) = self.kept(made)? else {
            return Ok(());
        };
        if is_new {
            return self.guarded(|apply| apply.put_revised(id, prepared));
        }
        let ready = Ready {
            number: held.number,
            member,
            hash: held.hash.padded(),
            added: held.added,
            notes: notes_of::<S>(Vec::new(), &prepared),
            prepared,
            bytes,
            ms: milliseconds(started),
            same: false,
        };
        self.guarded(|apply| apply.put_remade(&text, ready))
    }

    /// Does something with every stretch of documents, in parallel.
    pub(super) fn each_stretch(
        &self,
        kept: &Searcher,
        preparer: &S::Prepare,
        threads: usize,
        work: impl Fn(&Stretch, &mut S::Prepare) -> Step + Sync,
    ) -> Result<()> {
        let stretches = kept.stretches();
        let next = AtomicUsize::new(0);
        let job = || {
            let mut analyse = preparer.clone();
            while let Some(stretch) = stretches.get(next.fetch_add(1, Ordering::Relaxed)) {
                if self.is_stopping() {
                    break;
                }
                work(stretch, &mut analyse)?;
            }
            Ok(())
        };
        self.spawn(vec![&job; threads.clamp(1, 256)])
    }

    /// Does something with every document that `read` calls back with.
    pub(super) fn each_of(
        &self,
        read: impl FnOnce(&mut dyn FnMut(StoredDocument) -> Result<()>) -> Result<()>,
        mut work: impl FnMut(StoredDocument) -> Step,
    ) -> Step {
        let mut going = Ok(());
        let read = read(&mut |stored| {
            going = self.go_on().and_then(|()| work(stored));
            match going {
                Ok(()) => Ok(()),
                // Only to get out of here: the reason is kept elsewhere.
                Err(Stopped) => Err(Error::new(ErrorKind::Cancelled, "stopped")),
            }
        });
        going?;
        self.kept(read)
    }

    fn fail_of(&self, stored: &StoredDocument, panic: &str) -> Stopped {
        let id = &stored.document.id;
        let message = format!("a bug was met with the document `{id}`: {panic}");
        self.keep(Error::new(ErrorKind::Engine, message));
        Stopped
    }
}
