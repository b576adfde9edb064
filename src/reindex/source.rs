//! What reindexing needs of a corpus, so that tests can put a fragile one in its place.

use std::path::Path;

use crate::corpus::{Corpus, Entry, Failure, FileDigest, RawRecord, Reading, Records, SourceFile};
use crate::schema::Digests;
use crate::{Document, Result};

/// A folder of files that can be walked, cut into records, and read.
pub(super) trait Source: Sync {
    /// What a record is parsed from.
    type Data: Send;
    /// The records of an open file.
    type Records: Iterator<Item = Result<Raw<Self::Data>, Failure>>;

    fn root(&self) -> &Path;
    /// Digests of everything that decides what documents look like.
    fn digests(&self) -> Digests;
    /// Gives a document that was made with the same text digest what this configuration makes
    /// of its kept metadata.
    fn remake(&self, document: &mut Document);
    fn walk(&self) -> Result<Box<dyn Iterator<Item = Entry> + '_>>;
    fn records(&self, file: &SourceFile) -> Result<Self::Records, Failure>;
    /// Reads the rest and says what the whole file was.
    fn finish(&self, records: Self::Records) -> FileDigest;
    fn document(&self, file: &SourceFile, raw: Raw<Self::Data>) -> Result<Reading, Failure>;
}

/// A record that is not parsed yet.
#[derive(Debug)]
pub(super) struct Raw<D> {
    pub(super) number: Option<u64>,
    /// The path inside the file, if that is a container.
    pub(super) member: Option<String>,
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) hash: [u8; 32],
    /// Bytes of memory that it holds.
    pub(super) size: usize,
    pub(super) data: D,
}

impl Source for Corpus {
    type Data = RawRecord;
    type Records = CorpusRecords;

    fn root(&self) -> &Path {
        self.root()
    }

    fn digests(&self) -> Digests {
        self.digests()
    }

    fn remake(&self, document: &mut Document) {
        self.remake(document);
    }

    fn walk(&self) -> Result<Box<dyn Iterator<Item = Entry> + '_>> {
        Ok(Box::new(self.walk()?))
    }

    fn records(&self, file: &SourceFile) -> Result<CorpusRecords, Failure> {
        self.records(file).map(CorpusRecords)
    }

    fn finish(&self, records: CorpusRecords) -> FileDigest {
        records.0.finish()
    }

    fn document(&self, file: &SourceFile, raw: Raw<RawRecord>) -> Result<Reading, Failure> {
        self.document(file, raw.data)
    }
}

/// The records of a file, described.
pub(super) struct CorpusRecords(Records);

impl Iterator for CorpusRecords {
    type Item = Result<Raw<RawRecord>, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        let record = match self.0.next()? {
            Ok(record) => record,
            Err(failure) => return Some(Err(failure)),
        };
        Some(Ok(Raw {
            number: record.number,
            member: record.member.clone(),
            start: record.start,
            end: record.end,
            hash: record.hash,
            size: record.size(),
            data: record,
        }))
    }
}
