#![allow(
    clippy::todo,
    missing_docs,
    unused_variables,
    dead_code,
    clippy::unused_self,
    clippy::needless_pass_by_value,
    clippy::pedantic
)]
//! Signatures only, until the engine lands.
use crate::*;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// An index on disk or in memory. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Index;
impl Index {
    /// Opens the index in `path` (a folder that holds `CURRENT`), or in `path/.pressmark`.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        todo!()
    }
    /// Creates an index in the folder `path` itself. Errors with IndexExists if there is one.
    pub fn create(path: impl AsRef<Path>, schema: Schema) -> Result<Self> {
        todo!()
    }
    pub fn create_in_memory(schema: Schema) -> Result<Self> {
        todo!()
    }
    /// The schema of the newest generation.
    pub fn schema(&self) -> Schema {
        todo!()
    }
    pub fn path(&self) -> Option<&Path> {
        todo!()
    }
    /// The one writer; takes the lock. Default: 2 threads, 128 MiB in all.
    pub fn writer(&self) -> Result<Writer> {
        todo!()
    }
    pub fn writer_with(&self, options: WriterOptions) -> Result<Writer> {
        todo!()
    }
    /// A snapshot of the newest generation.
    pub fn searcher(&self) -> Result<Searcher> {
        todo!()
    }
}
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct WriterOptions {
    pub threads: usize,
    pub memory: usize,
    /// Replace the schema and start a new build without the documents of the old one.
    pub rebuild_with: Option<Schema>,
    /// Changes the schema for documents to come, keeping those there are (caller reindexes what it affects).
    pub schema: Option<Schema>,
}
impl Default for WriterOptions {
    fn default() -> Self {
        Self {
            threads: 2,
            memory: 128 << 20,
            rebuild_with: None,
            schema: None,
        }
    }
}

/// What became durable with a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Commit {
    pub generation: u64,
    pub documents: u64,
}

/// The one writer of an index; `put` and `delete` may be called from several threads.
#[derive(Debug)]
pub struct Writer;
impl Writer {
    /// Adds the document, or replaces the one of that id.
    pub fn put(&self, document: Document) -> Result<()> {
        todo!()
    }
    pub fn delete(&self, id: &str) -> Result<()> {
        todo!()
    }
    /// A worker's own copy of what turns documents into what the writer takes.
    pub fn preparer(&self) -> Preparer {
        todo!()
    }
    /// Adds what a preparer made. `replaces`: whether the index may already hold that id
    /// (a deletion costs; a fresh build needs none).
    pub fn put_prepared(&self, prepared: Prepared, replaces: bool) -> Result<()> {
        todo!()
    }
    /// Publishes everything so far as a new generation; durable when it returns.
    pub fn commit(&mut self) -> Result<Commit> {
        todo!()
    }
    /// The same, and records the state of a reindexing run in the generation.
    pub(crate) fn commit_with(&mut self, run: RunState) -> Result<Commit> {
        todo!()
    }
    /// Commits, waits for merges, publishes the merged state, and gives the lock back.
    pub fn finish(self) -> Result<Commit> {
        todo!()
    }
    pub(crate) fn finish_with(self, run: RunState) -> Result<Commit> {
        todo!()
    }
    /// What the newest published generation says of reindexing runs.
    pub(crate) fn run_state(&self) -> Option<RunState> {
        todo!()
    }
    /// The folder of the index (None in memory): journals and ledgers lie below it.
    pub fn path(&self) -> Option<&Path> {
        todo!()
    }
    /// Documents in the newest published generation.
    pub fn documents(&self) -> u64 {
        todo!()
    }
}
/// What reindexing records in a generation.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct RunState {
    /// The journal file as far as it belongs to this generation; path relative to the index folder.
    pub journal: Option<FileRef>,
    /// A digest of the configuration that the documents were read with.
    pub config: String,
    /// Path of the last ledger, relative to the index folder.
    pub ledger: Option<String>,
    /// The totals of the last run, as printed by `index --json`.
    pub totals: serde_json::Value,
}
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct FileRef {
    pub path: String,
    pub length: u64,
    pub hash: String,
}

/// Turns documents into what the writer takes: analysis happens here.
#[derive(Debug, Clone)]
pub struct Preparer;
impl Preparer {
    /// `added`: seconds since 1970 UTC when the document first entered the index.
    pub fn prepare(&mut self, document: Document, added: i64) -> Result<Prepared> {
        todo!()
    }
}
/// An analysed document, ready to be written.
#[derive(Debug)]
#[non_exhaustive]
pub struct Prepared {
    /// Tokens that were cut to a prefix because they were over-long.
    pub cut_tokens: u64,
    /// Facet values that were refused, with the reason ("facet `country`: value with control character").
    pub notes: Vec<String>,
    /// The language used for stemming ("en"; empty: none) and whether it was detected rather than declared.
    pub language: String,
    pub language_detected: bool,
}
impl Prepared {
    pub fn id(&self) -> &DocumentId {
        todo!()
    }
}

/// A cheap, cloneable snapshot of one generation.
#[derive(Debug, Clone)]
pub struct Searcher;
impl Searcher {
    pub fn generation(&self) -> u64 {
        todo!()
    }
    pub fn documents(&self) -> u64 {
        todo!()
    }
    pub fn schema(&self) -> &Schema {
        todo!()
    }
    pub fn search(&self, request: &SearchRequest) -> Result<SearchResponse> {
        todo!()
    }
    /// The whole stored document.
    pub fn get(&self, id: &str) -> Result<Option<StoredDocument>> {
        todo!()
    }
    /// Every hit in the order asked for (limit and facets of the request are ignored), streamed page by page.
    pub fn export(
        &self,
        request: &SearchRequest,
    ) -> Result<impl Iterator<Item = Result<Hit>> + '_> {
        Ok(std::iter::empty())
    }
    /// Every metadata key that the sources carry, by frequency, with what took it.
    pub fn keys(&self) -> Result<Vec<KeyUsage>> {
        todo!()
    }
    /// What the generation says of the last reindexing run.
    pub(crate) fn run_state(&self) -> Option<RunState> {
        todo!()
    }
}
/// A document as the index keeps it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct StoredDocument {
    pub document: Document,
    /// When it first entered the index, seconds since 1970 UTC.
    pub added: i64,
    /// Hash of title and body, hexadecimal.
    pub text_hash: String,
}
/// How often a metadata key occurs and what took it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct KeyUsage {
    /// The key, as a path with dots into nested data.
    pub key: String,
    pub documents: u64,
    /// Fields, facets and numbers that it feeds (`title`, `country`); empty if nothing took it.
    pub taken_by: Vec<String>,
    /// Up to three different values.
    pub examples: Vec<String>,
}
