//! What reindexing needs of an index, so that tests can watch what is written, and break it.

use std::sync::{Arc, Mutex};

use crate::corpus::{Note, codes};
use crate::index::RunState;
use crate::tagging::topics::{TopicModel, Trainer};
use crate::{Commit, Document, Prepared, Preparer, Result, Searcher, StoredDocument, Writer};

/// Takes documents and publishes them. What has a body here is as it is where nothing is written.
pub(super) trait Sink: Send {
    type Prepare: Prepare;

    fn preparer(&self) -> Self::Prepare;
    /// Adds a document; `replaces` says whether one of that id may be there.
    fn put(&self, prepared: <Self::Prepare as Prepare>::Prepared, replaces: bool) -> Result<()>;
    fn delete(&self, id: &str) -> Result<()>;
    /// Lets go of what waits in memory to be deleted, and publishes nothing.
    fn write_out(&mut self) -> Result<()> {
        Ok(())
    }
    /// Documents that declare topics, of those that were prepared.
    fn taught(&self) -> u64 {
        0
    }
    /// Everything that was written so far, published or not, to be read; `None` if nothing is kept
    /// of it.
    fn working(&mut self) -> Result<Option<Searcher>> {
        Ok(None)
    }
    /// Keeps what was learned of topics, or that nothing was, for the next publication. Gives
    /// whether that is something else than what is published.
    fn keep_model(&mut self, _model: Option<&TopicModel>) -> Result<bool> {
        Ok(false)
    }
    /// Names that were left out as ambiguous, of the documents that it was given.
    fn ambiguous(&self) -> u64 {
        0
    }
    fn commit(&mut self, run: RunState) -> Result<Commit>;
    fn finish(self, run: RunState) -> Result<Commit>;
    /// Documents in the newest generation.
    fn documents(&self) -> u64;
    /// The number of the newest generation.
    fn generation(&self) -> u64;
}

/// Turns documents into what a sink takes.
pub(super) trait Prepare: Clone + Send + Sync {
    type Prepared: Send;

    fn prepare(&mut self, document: Document, added: i64) -> Result<Self::Prepared>;
    /// Brings the values of a document into the form in which they are kept.
    fn settle(&self, document: &mut Document) -> Result<()>;
    /// The same, by what was learned of topics.
    fn learned(self, model: Option<&Arc<TopicModel>>) -> Self;
    /// The facet whose declared values teach topics, if topics are looked for.
    fn taught_by(&self) -> Option<&str>;
    /// Learns from a document what its topics are.
    fn teach(&mut self, document: &Document, trainer: &Mutex<Trainer>);
    /// Prepares a stored document, unless it has the tags that it would get. `topics_alone`: those
    /// of names are known to be right.
    fn retag(
        &mut self,
        stored: StoredDocument,
        added: i64,
        topics_alone: bool,
    ) -> Result<Option<Self::Prepared>>;
    /// Whether a stored document has the values that are found in its text now.
    fn is_tagged_alike(&mut self, stored: &StoredDocument, document: &Document) -> bool;
    fn id(prepared: &Self::Prepared) -> &str;
    /// What was changed, refused or guessed on the way in.
    fn notes(prepared: &Self::Prepared) -> Vec<Note>;
}

impl Sink for Writer {
    type Prepare = Preparer;

    fn preparer(&self) -> Preparer {
        self.preparer()
    }

    fn put(&self, prepared: Prepared, replaces: bool) -> Result<()> {
        self.put_prepared(prepared, replaces)
    }

    fn delete(&self, id: &str) -> Result<()> {
        self.delete(id)
    }

    fn write_out(&mut self) -> Result<()> {
        self.write_out()
    }

    fn taught(&self) -> u64 {
        self.taught()
    }

    fn working(&mut self) -> Result<Option<Searcher>> {
        self.working().map(Some)
    }

    fn keep_model(&mut self, model: Option<&TopicModel>) -> Result<bool> {
        self.keep_model(model)
    }

    fn ambiguous(&self) -> u64 {
        self.ambiguous()
    }

    fn commit(&mut self, run: RunState) -> Result<Commit> {
        self.commit_with(run)
    }

    fn finish(self, run: RunState) -> Result<Commit> {
        self.finish_with(run)
    }

    fn documents(&self) -> u64 {
        self.documents()
    }

    fn generation(&self) -> u64 {
        self.generation()
    }
}

impl Prepare for Preparer {
    type Prepared = Prepared;

    fn prepare(&mut self, document: Document, added: i64) -> Result<Prepared> {
        self.prepare(document, added)
    }

    fn settle(&self, document: &mut Document) -> Result<()> {
        self.settle(document).map(|_| ())
    }

    fn learned(self, model: Option<&Arc<TopicModel>>) -> Self {
        self.learned(model)
    }

    fn taught_by(&self) -> Option<&str> {
        self.taught_by()
    }

    fn teach(&mut self, document: &Document, trainer: &Mutex<Trainer>) {
        self.teach(document, trainer);
    }

    fn retag(
        &mut self,
        stored: StoredDocument,
        added: i64,
        topics_alone: bool,
    ) -> Result<Option<Prepared>> {
        self.retag(stored, added, topics_alone)
    }

    fn is_tagged_alike(&mut self, stored: &StoredDocument, document: &Document) -> bool {
        self.infer(document).is_of(stored)
    }

    fn id(prepared: &Prepared) -> &str {
        prepared.id().as_str()
    }

    fn notes(prepared: &Prepared) -> Vec<Note> {
        let mut notes: Vec<Note> = Vec::new();
        if prepared.cut_tokens > 0 {
            let message = format!("over-long words cut to a prefix: {}", prepared.cut_tokens);
            notes.push(Note::new(codes::WORDS_CUT, message));
        }
        let left_out = prepared.notes.iter();
        notes.extend(left_out.map(|note| Note::new(codes::VALUE_LEFT_OUT, note)));
        if !prepared.ambiguous.is_empty() {
            let names = prepared.ambiguous.join(", ");
            notes.push(Note::new(codes::NAMES_AMBIGUOUS, names));
        }
        if prepared.language_detected {
            // One for nearly every document of many a corpus: the language alone will do.
            notes.push(Note::new(codes::LANGUAGE_DETECTED, &prepared.language));
        }
        notes
    }
}
