//! Where words stand in a text, packed: mostly two bytes for each word, since a text may be long and
//! most of what is asked of its words needs no place.

/// The bytes that words take, in the order of the words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Places {
    /// For each word how far it begins behind the one before, and how long it is, in groups of seven
    /// bits (LEB128).
    packed: Vec<u8>,
    /// Where the last word begins.
    last: usize,
}

impl Places {
    /// Makes room for so many words.
    pub(super) fn with_capacity(words: usize) -> Self {
        Self {
            packed: Vec::with_capacity(2 * words),
            last: 0,
        }
    }

    /// Forgets all of them, and keeps their memory.
    pub(super) fn clear(&mut self) {
        self.packed.clear();
        self.last = 0;
    }

    /// Takes the next word: no word begins before the one before it, or ends before it begins.
    #[inline]
    pub(super) fn push(&mut self, start: usize, end: usize) {
        debug_assert!(self.last <= start && start <= end);
        self.number(start.saturating_sub(self.last));
        self.number(end.saturating_sub(start));
        self.last = start;
    }

    #[inline]
    fn number(&mut self, mut number: usize) {
        while number > 0x7F {
            self.packed.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.packed.push(number as u8);
    }

    /// The first byte of each word, and the byte after its last one.
    pub fn iter(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        let mut bytes = self.packed.iter();
        let mut last = 0;
        std::iter::from_fn(move || {
            let start = last + unpacked(&mut bytes)?;
            last = start;
            Some((start, start + unpacked(&mut bytes)?))
        })
    }
}

#[inline]
fn unpacked(bytes: &mut std::slice::Iter<'_, u8>) -> Option<usize> {
    let mut number = 0;
    let mut shift = 0;
    loop {
        let &byte = bytes.next()?;
        number |= usize::from(byte & 0x7F) << shift;
        if byte < 0x80 {
            return Some(number);
        }
        shift += 7;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_come_back_as_they_were() {
        let places = [
            (0, 1),
            (0, 127),
            (127, 255),
            (128, 300),
            (1 << 20, (1 << 20) + 5),
            (usize::MAX - 1, usize::MAX),
        ];
        let mut packed = Places::default();
        for (start, end) in places {
            packed.push(start, end);
        }
        assert_eq!(packed.iter().collect::<Vec<_>>(), places);
        assert_eq!(Places::default().iter().next(), None);
    }
}
