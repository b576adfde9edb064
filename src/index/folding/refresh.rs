//! Keeps what vocabularies make of an index beside it, so that searches need not make it.

use super::kept::{TABLES, file_of};
use super::source::COMPILED;
use super::{Folds, map};
use crate::index::generation::{create_folder, write_synced};
use crate::index::home::WriterLock;
use crate::index::storage::remove_file;
use crate::{Error, Result, Schema};

impl Folds {
    /// Brings the compiled vocabularies and the tables of folded facets up to date. Returns whether
    /// anything was written.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) for a mistake in the owner's files,
    /// [`ErrorKind::Locked`](crate::ErrorKind::Locked), [`ErrorKind::Io`](crate::ErrorKind::Io).
    pub(in crate::index) fn refresh(&self, schema: &Schema) -> Result<bool> {
        let home = &self.context.home;
        let Some(folder) = home.folder() else {
            return Ok(false);
        };
        let _lock = WriterLock::take(home)?;
        let mut tables = Vec::new();
        for facet in &schema.facets {
            if let Some(fold) = self.of(facet)? {
                tables.extend(fold.all_tables()?);
            }
        }
        let tables = (!tables.is_empty()).then(|| file_of(tables));
        let compiled = self.source.compiled(map(home, COMPILED).as_ref())?;
        let mut is_written = false;
        for (name, wanted) in [(COMPILED, compiled), (TABLES, tables)] {
            let path = folder.join(name);
            let present = map(home, name);
            match wanted {
                Some(wanted) if present.as_deref() != Some(&wanted[..]) => {
                    drop(present);
                    create_folder(folder, path.parent().unwrap_or(folder))?;
                    write_synced(&path, &wanted)?;
                    is_written = true;
                }
                None if path.exists() => {
                    remove_file(&path).map_err(|source| Error::io(&path, "remove", source))?;
                    is_written = true;
                }
                _ => {}
            }
        }
        Ok(is_written)
    }
}
