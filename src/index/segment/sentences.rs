//! Where the sentences and paragraphs of a body begin, as token positions.
//!
//! A document's run holds one number for each sentence: the distance from the sentence before,
//! doubled, plus one if the sentence also begins a paragraph.

use super::bytes::{Reader, put_varint};

/// The extension of the file, and the name of the field that carries the starts to it.
pub(crate) const NAME: &str = "sent";

/// Packs the starts, which are ascending; paragraphs are a part of the sentences.
pub(crate) fn encode(sentences: &[u32], paragraphs: &[u32]) -> Vec<u8> {
    let mut out = Vec::with_capacity(sentences.len() + 8);
    let mut paragraphs = paragraphs.iter().copied().peekable();
    let mut before = 0;
    for &start in sentences {
        while paragraphs.next_if(|&paragraph| paragraph < start).is_some() {}
        let begins_paragraph = paragraphs.next_if_eq(&start).is_some();
        put_varint(
            &mut out,
            u64::from(start - before) << 1 | u64::from(begins_paragraph),
        );
        before = start;
    }
    out
}

/// The starts of sentences, and those of them that begin a paragraph; `None` if damaged.
pub(crate) fn decode(bytes: &[u8]) -> Option<(Vec<u32>, Vec<u32>)> {
    let (mut sentences, mut paragraphs) = (Vec::new(), Vec::new());
    let mut reader = Reader::new(bytes);
    let mut position = 0u64;
    while !reader.is_empty() {
        let number = reader.varint()?;
        position = position.checked_add(number >> 1)?;
        let start = u32::try_from(position).ok()?;
        sentences.push(start);
        if number & 1 == 1 {
            paragraphs.push(start);
        }
    }
    Some((sentences, paragraphs))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_come_back() {
        for (sentences, paragraphs) in [
            (vec![], vec![]),
            (vec![0], vec![0]),
            (vec![0, 12, 13, 500, 100_000], vec![0, 13, 100_000]),
        ] {
            let bytes = encode(&sentences, &paragraphs);
            assert_eq!(decode(&bytes), Some((sentences, paragraphs)));
        }
        assert_eq!(decode(&[0xff]), None);
    }
}
