//! Documents that are made anew from what the index keeps of them, because the configuration
//! changed and their files did not.

use super::super::entry::Key;
use super::super::sink::Sink;
use super::{Apply, Fate, PreparedOf, Ready, Result};

impl<S: Sink> Apply<'_, S> {
    /// The number and the hash of the record whose document the index holds under an id, if its
    /// file was not read in this run and nothing else took its place.
    pub(in crate::reindex) fn untouched(&self, id: Key) -> Option<(u32, Key, i64)> {
        let claim = self.claims.get(&id)?;
        let file = &self.files[claim.file as usize];
        if claim.put || file.fate == Fate::Read {
            return None;
        }
        let record = &file.state.records[claim.record as usize];
        Some((record.number, record.hash, record.added))
    }

    /// Replaces the document of a record that did not change.
    pub(in crate::reindex) fn put_remade(
        &mut self,
        id: &str,
        ready: Ready<PreparedOf<S>>,
    ) -> Result<()> {
        let key = Key::of(id);
        let Some(claim) = self.claims.get_mut(&key) else {
            return Ok(());
        };
        claim.put = true;
        let claim = *claim;
        self.list_indexed(claim.file, id, &ready)?;
        let file = self.files[claim.file as usize].state.to_mut();
        let record = &mut file.records[claim.record as usize];
        (record.fresh, record.listed) = (true, true);
        self.write_document(key, ready.prepared, true)
    }
}
