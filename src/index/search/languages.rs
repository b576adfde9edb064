//! The languages that the stems of an index are in.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use crate::Result;
use crate::analysis::Language;
use crate::index::layout::Fields;

/// The languages that the stems of an index are in, found out when they are first asked for: who
/// looks for exact forms never needs them.
#[derive(Debug, Default)]
pub(in crate::index) struct Languages(OnceLock<Vec<Language>>);

impl Languages {
    /// The languages, in the order of their codes; of the index that this belongs to.
    pub(in crate::index) fn of(&self, engine: &tantivy::Searcher) -> Result<&[Language]> {
        if let Some(languages) = self.0.get() {
            return Ok(languages);
        }
        let languages = read(engine)?;
        Ok(self.0.get_or_init(|| languages))
    }
}

/// The terms of stems begin with the language's code: each is met once, and stepped over.
fn read(engine: &tantivy::Searcher) -> Result<Vec<Language>> {
    let mut codes = BTreeSet::new();
    for reader in engine.segment_readers() {
        for field in [Fields::KNOWN.title_stem, Fields::KNOWN.body_stem] {
            let inverted = reader.inverted_index(field)?;
            let mut from = Vec::new();
            loop {
                let range = inverted.terms().range().ge(&from);
                let mut terms = range.into_stream().map_err(tantivy::TantivyError::from)?;
                if !terms.advance() {
                    break;
                }
                let Some(end) = terms.key().iter().position(|&byte| byte == b':') else {
                    break;
                };
                let code = &terms.key()[..end];
                from = [code, b";"].concat(); // the byte after `:`
                codes.insert(String::from_utf8_lossy(code).into_owned());
            }
        }
    }
    let known = codes.iter().filter_map(|code| Language::parse(code));
    Ok(known.collect())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::index::directory::EngineDirectory;
    use crate::index::generation::Generation;
    use crate::index::home::{Home, Memory};
    use crate::index::layout::open_engine_to_read;
    use crate::index::writer::{Writer, WriterOptions};
    use crate::{Document, Schema};

    #[test]
    fn every_segment_and_field_adds_its_languages() {
        let first = Generation::empty(Schema::default(), "1".to_owned());
        let memory = Arc::new(Memory::new(first));
        let home = Home::Memory(Arc::clone(&memory));
        let found = || {
            let directory = EngineDirectory::reader(&home, &memory.newest()).unwrap();
            let index = open_engine_to_read(directory, &Schema::default()).unwrap();
            let engine = index.reader().unwrap().searcher();
            let languages = Languages::default();
            let codes = languages.of(&engine).unwrap().iter().map(|it| it.code());
            let codes: Vec<&str> = codes.collect();
            assert_eq!(languages.of(&engine).unwrap().len(), codes.len());
            codes
        };
        assert!(found().is_empty());
        let mut writer = Writer::open(home.clone(), WriterOptions::default()).unwrap();
        for document in [
            Document::new("a").body("The ship left.").language("en"),
            Document::new("b").title("Das Schiff").language("de"),
            Document::new("c").body("Le bateau").language("fr"),
        ] {
            writer.put(document).unwrap();
            writer.commit().unwrap();
        }
        assert_eq!(found(), ["de", "en", "fr"]);
    }
}
