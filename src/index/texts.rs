//! The stored texts of a document, read out of their block without trust in it.
//!
//! The engine's own reader makes room for as many bytes as a stored length says. Of damaged bytes,
//! that may be more than there is memory, and a process that asks for it ends without a word; here
//! a length never reaches beyond what is there, and the text is not copied.

use std::fmt;

use tantivy::SegmentReader;
use tantivy::directory::OwnedBytes;
use tantivy::schema::Field;
use tantivy::store::StoreReader;

use super::generation::DAMAGE_HINT;
use super::layout::Fields;
use crate::{Error, ErrorKind, Result};

/// The stored texts of a segment.
pub(super) struct TextStore(StoreReader);

impl TextStore {
    /// Opens the store of a segment; `blocks` of it are kept decompressed.
    pub(super) fn open(reader: &SegmentReader, blocks: usize) -> Result<Self> {
        let store = reader
            .get_store_reader(blocks)
            .map_err(tantivy::TantivyError::from)?;
        Ok(Self(store))
    }

    /// What is stored of a document, for [`Texts::of`].
    pub(super) fn bytes(&self, doc: u32) -> Result<OwnedBytes> {
        Ok(self.0.get_document_bytes(doc)?)
    }
}

impl fmt::Debug for TextStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TextStore")
    }
}

/// The two texts that are stored of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Texts<'a> {
    /// What offsets speak of.
    pub(super) body: &'a str,
    /// The metadata, as [`SourceRecord`](super::stored::SourceRecord) writes them.
    pub(super) source: &'a str,
}

impl<'a> Texts<'a> {
    /// Finds the texts in the bytes of a document.
    ///
    /// # Errors
    /// [`ErrorKind::Damaged`] if the bytes are not what the engine writes of a document.
    pub(super) fn of(bytes: &'a [u8], fields: Fields) -> Result<Self> {
        Self::parse(bytes, fields).ok_or_else(|| {
            Error::new(
                ErrorKind::Damaged,
                "the stored text of a document is damaged",
            )
            .with_hint(DAMAGE_HINT)
        })
    }

    /// The engine's layout of a stored document: the number of its values, then for each its field,
    /// the kind of value, its length, and the value.
    fn parse(bytes: &'a [u8], fields: Fields) -> Option<Self> {
        const TEXT: u8 = 0;
        let mut rest = bytes;
        let mut texts = Self::default();
        for _ in 0..number(&mut rest)? {
            let (field, after) = rest.split_first_chunk::<4>()?;
            let (&kind, after) = after.split_first()?;
            if kind != TEXT {
                return None;
            }
            rest = after;
            let length = usize::try_from(number(&mut rest)?).ok()?;
            let (text, after) = rest.split_at_checked(length)?;
            rest = after;
            let text = std::str::from_utf8(text).ok()?;
            let field = Field::from_field_id(u32::from_le_bytes(*field));
            if field == fields.body {
                texts.body = text;
            } else if field == fields.source {
                texts.source = text;
            } else {
                return None;
            }
        }
        rest.is_empty().then_some(texts)
    }
}

/// A number as the engine writes it: 7 bits a byte, the least first, the last byte marked.
fn number(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0u64;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 != 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Document, Index, Schema};

    #[test]
    fn damaged_bytes_are_refused_whatever_they_say() {
        let index = Index::create_in_memory(Schema::default()).unwrap();
        let mut writer = index.writer().unwrap();
        let body = "Grain moved down the canal again.\n".repeat(9);
        let document = Document::new("a").title("The canal").body(body.as_str());
        writer.put(document).unwrap();
        writer.commit().unwrap();
        let searcher = index.searcher().unwrap();
        let (_, fields) = Fields::schema();
        let bytes = searcher.stored_bytes("a").unwrap();
        let whole = Texts::of(&bytes, fields).unwrap();
        assert_eq!(whole.body, body);
        assert!(whole.source.contains("\"a\":"), "{}", whole.source);

        // Every byte, with each bit changed, and every beginning: another text or a refusal.
        let mut refused = 0;
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut damaged = bytes.to_vec();
                damaged[at] ^= 1 << bit;
                match Texts::of(&damaged, fields) {
                    Ok(texts) => assert_ne!(texts, whole, "byte {at}, bit {bit}"),
                    Err(error) => {
                        assert_eq!(error.kind(), ErrorKind::Damaged);
                        refused += 1;
                    }
                }
            }
            assert!(Texts::of(&bytes[..at], fields).is_err(), "{at} bytes");
        }
        assert!(refused > 0);
        // A length of nearly everything that can be counted.
        let mut long = vec![0x81, 0, 0, 0, 0, 0];
        long[1] = u8::try_from(fields.body.field_id()).unwrap();
        long.extend([0x7f; 8]);
        long.extend([0xff; 9]);
        assert!(Texts::of(&long, fields).is_err());
    }
}
