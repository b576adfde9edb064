//! Files that prove themselves: what ends them is the BLAKE3 hash of every byte before it.
//!
//! A description of a generation is a JSON object whose last member is the seal; a ledger is a
//! file of JSON lines, the last of which is. Neither needs another file to be checked.

use std::io::{self, Read};

/// What stands before and behind the hash in an object.
const OBJECT: (&[u8], &[u8]) = (b",\n  \"seal\": \"", b"\"\n}");
/// What stands before and behind the hash in a line.
const LINE: (&str, &str) = ("{\"seal\":\"", "\"}\n");
/// Hexadecimal digits of a hash.
const DIGITS: usize = 64;
/// Bytes of a line that is a seal.
const LINE_BYTES: u64 = (LINE.0.len() + DIGITS + LINE.1.len()) as u64;

/// Seals a JSON object in the pretty form, which ends with a line break and a brace.
pub(super) fn seal_object(mut object: Vec<u8>) -> Vec<u8> {
    let open = object.len().saturating_sub(b"\n}".len());
    object.truncate(open);
    let hash = blake3::hash(&object).to_hex();
    object.extend_from_slice(OBJECT.0);
    object.extend_from_slice(hash.as_bytes());
    object.extend_from_slice(OBJECT.1);
    object
}

/// Whether an object still is what was sealed.
pub(super) fn object_is_intact(object: &[u8]) -> bool {
    let seal = OBJECT.0.len() + DIGITS + OBJECT.1.len();
    let Some(open) = object.len().checked_sub(seal) else {
        return false;
    };
    let hash = blake3::hash(&object[..open]).to_hex();
    object[open..] == [OBJECT.0, hash.as_bytes(), OBJECT.1].concat()
}

/// The last line of a file of lines, given the hash of those before it.
pub(crate) fn seal_line(hash: &blake3::Hash) -> String {
    format!("{}{}{}", LINE.0, hash.to_hex(), LINE.1)
}

/// Whether a file of lines, `length` bytes long, still is what was sealed.
pub(super) fn lines_are_intact(mut lines: impl Read, length: u64) -> io::Result<bool> {
    let Some(open) = length.checked_sub(LINE_BYTES) else {
        return Ok(false);
    };
    let mut hasher = blake3::Hasher::new();
    let read = io::copy(&mut lines.by_ref().take(open), &mut hasher)?;
    let mut rest = Vec::new();
    lines.take(LINE_BYTES + 1).read_to_end(&mut rest)?;
    Ok(read == open && rest == seal_line(&hasher.finalize()).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_byte_of_a_sealed_file_changes_unnoticed() {
        let object = serde_json::to_vec_pretty(&serde_json::json!({"a": 1, "b": [true]})).unwrap();
        let object = seal_object(object);
        let parsed: serde_json::Value = serde_json::from_slice(&object).unwrap();
        assert_eq!((&parsed["a"], &parsed["b"][0]), (&1.into(), &true.into()));
        let lines = b"{\"a\":1}\n{\"totals\":{}}\n".to_vec();
        let lines = [&lines[..], seal_line(&blake3::hash(&lines)).as_bytes()].concat();
        let intact = |lines: &[u8]| lines_are_intact(lines, lines.len() as u64).unwrap();
        assert!(object_is_intact(&object) && intact(&lines));
        for at in 0..object.len() {
            let mut damaged = object.clone();
            damaged[at] ^= 0x20;
            assert!(!object_is_intact(&damaged) && !object_is_intact(&object[..at]));
        }
        for at in 0..lines.len() {
            let mut damaged = lines.clone();
            damaged[at] ^= 1;
            assert!(!intact(&damaged) && !intact(&lines[..at]));
        }
        assert!(!intact(&[&lines[..], b"\n"].concat()));
    }
}
