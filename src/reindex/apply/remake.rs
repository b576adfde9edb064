//! Documents that are made anew from what the index keeps of them, because the configuration
//! changed and their files did not.

use super::super::entry::Key;
use super::super::sink::Sink;
use super::{Apply, Claim, Fate, PreparedOf, Ready, Record, Result};

impl<S: Sink> Apply<'_, S> {
    /// The number and the hash of the record whose document the index holds under an id, if its
    /// file was not read in this run and nothing else took its place.
    pub(in crate::reindex) fn untouched(&self, id: Key) -> Result<Option<(u32, Key, i64)>> {
        let Some(claim) = self.claims.get(id)?.filter(|claim| !claim.put) else {
            return Ok(None);
        };
        let file = self.files.file(claim.file)?;
        if file.fate == Fate::Read {
            return Ok(None);
        }
        let record = self.files.record_of(claim.file, &file, claim.record)?;
        Ok(Some((record.number, record.hash, record.added)))
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
