//! The written values of a column once more, as they are.
//!
//! A search shows a few values of each facet. The column's dictionary unpacks a block for each of
//! them, which is most of what a new process spends on showing them; here a value is found by its
//! ordinal and read where it stands.
//!
//! Layout, little-endian: where each value ends (u32), then the values.

use tantivy::directory::OwnedBytes;

/// The values of a column by their ordinals.
#[derive(Debug, Clone)]
pub(crate) struct Values {
    bytes: OwnedBytes,
    count: u32,
}

impl Values {
    /// `None` if the ends do not lie within the bytes.
    pub(super) fn new(bytes: OwnedBytes, count: u32) -> Option<Self> {
        let ends = (count as usize).checked_mul(4)?;
        (ends <= bytes.len()).then_some(Self { bytes, count })
    }

    /// The value of an ordinal; `None` if there is none, or what stands there is no text.
    pub(crate) fn get(&self, ordinal: u32) -> Option<&str> {
        if ordinal >= self.count {
            return None;
        }
        let start = match ordinal.checked_sub(1) {
            None => 0,
            Some(before) => self.end(before)?,
        };
        let first = 4 * self.count as usize;
        let text = self.bytes.get(first + start..first + self.end(ordinal)?)?;
        std::str::from_utf8(text).ok()
    }

    /// As they are written.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Where a value ends, counted from the first one's beginning.
    fn end(&self, ordinal: u32) -> Option<usize> {
        let at = 4 * ordinal as usize;
        let bytes = self.bytes.get(at..at + 4)?.try_into().ok()?;
        usize::try_from(u32::from_le_bytes(bytes)).ok()
    }
}

/// The bytes of values, in the order of their ordinals; nothing if they are longer than an end can
/// say, and have to be read from the dictionary.
pub(super) fn write(values: &[String]) -> Vec<u8> {
    let length: usize = values.iter().map(String::len).sum();
    if u32::try_from(length).is_err() {
        return Vec::new();
    }
    let mut bytes = Vec::with_capacity(4 * values.len() + length);
    let mut end = 0;
    for value in values {
        end += value.len() as u32;
        bytes.extend(end.to_le_bytes());
    }
    for value in values {
        bytes.extend(value.as_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(bytes: Vec<u8>, count: u32) -> Option<Values> {
        Values::new(OwnedBytes::new(bytes), count)
    }

    #[test]
    fn each_value_is_found_by_its_ordinal() {
        let written = ["", "Côte d’Ivoire", "iran", ""].map(str::to_owned);
        let read = values(write(&written), 4).unwrap();
        for (ordinal, value) in (0..).zip(&written) {
            assert_eq!(read.get(ordinal), Some(value.as_str()));
        }
        assert_eq!(read.get(4), None);
        assert_eq!(read.get(u32::MAX), None);
        assert_eq!(values(write(&[]), 0).unwrap().get(0), None);
    }

    #[test]
    fn damaged_values_are_missing() {
        assert!(values(vec![1, 0, 0], 1).is_none());
        assert!(values(vec![0; 16], u32::MAX).is_none());
        let good = write(&["iran".to_owned(), "é".to_owned()]);
        for at in 0..good.len() {
            for byte in [0, 0x7f, 0xff] {
                let mut bytes = good.clone();
                bytes[at] = byte;
                let damaged = values(bytes, 2).unwrap();
                for ordinal in 0..3 {
                    let text = damaged.get(ordinal).unwrap_or_default();
                    assert!(text.len() <= good.len());
                }
            }
        }
        let ends_before_it_begins = [[9, 0, 0, 0], [2, 0, 0, 0], *b"long"].concat();
        assert_eq!(values(ends_before_it_begins, 2).unwrap().get(1), None);
    }
}
