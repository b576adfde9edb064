//! Where a page of hits ended: opaque to callers, sealed against damage.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Error, ErrorKind, Result};

/// Continues a search after the last hit of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The order of hits it belongs to, as one letter.
    pub(crate) sort: u8,
    /// The published state that made it.
    pub(crate) generation: u64,
    /// A digest of everything in the request that decides which hits there are.
    pub(crate) request: u64,
    /// The sort key of the last hit, in an order-preserving form.
    pub(crate) key: Vec<u8>,
    /// The last hit's own key, which ends every tie.
    pub(crate) document: u64,
}

const VERSION: u8 = 1;

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![VERSION, self.sort];
        bytes.extend(self.generation.to_be_bytes());
        bytes.extend(self.request.to_be_bytes());
        bytes.extend(self.document.to_be_bytes());
        bytes.extend(&self.key);
        let seal = blake3::hash(&bytes);
        bytes.extend(&seal.as_bytes()[..4]);
        bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Cursor {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        decode(text.trim()).ok_or_else(|| {
            Error::new(
                ErrorKind::Cursor,
                "the cursor is damaged or was not made by pressmark",
            )
            .with_hint("copy the whole `cursor` of the page before, or start without one")
        })
    }
}

fn decode(text: &str) -> Option<Cursor> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) || text.len() > 4_096 {
        return None;
    }
    let bytes: Vec<u8> = (0..text.len() / 2)
        .map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).ok())
        .collect::<Option<_>>()?;
    let (bytes, seal) = bytes.split_at_checked(bytes.len().checked_sub(4)?)?;
    if blake3::hash(bytes).as_bytes()[..4] != *seal {
        return None;
    }
    let (head, rest) = bytes.split_at_checked(2)?;
    let (numbers, key) = rest.split_at_checked(24)?;
    let number = |i: usize| {
        numbers[8 * i..8 * i + 8]
            .try_into()
            .map(u64::from_be_bytes)
            .ok()
    };
    (head[0] == VERSION).then_some(Cursor {
        sort: head[1],
        generation: number(0)?,
        request: number(1)?,
        document: number(2)?,
        key: key.to_vec(),
    })
}

impl Serialize for Cursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_its_written_form_and_no_damage_to_it() {
        let cursor = Cursor {
            sort: b'r',
            generation: 7,
            request: 99,
            key: vec![1, 2, 3],
            document: 42,
        };
        let text = cursor.to_string();
        assert_eq!(text.parse::<Cursor>().unwrap(), cursor);
        for i in 0..text.len() {
            let mut damaged = text.clone().into_bytes();
            damaged[i] = if damaged[i] == b'0' { b'1' } else { b'0' };
            assert!(
                String::from_utf8(damaged)
                    .unwrap()
                    .parse::<Cursor>()
                    .is_err()
            );
            assert!(text[..i].parse::<Cursor>().is_err());
        }
        assert!("é".parse::<Cursor>().is_err());
    }
}
