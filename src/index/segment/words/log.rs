//! The words of a segment's texts, in the order in which they stand there.

use tantivy::DocId;

/// Numbers of words that are kept together for finding a document.
const STRIDE: usize = 64;

/// What says that a number follows which needs four bytes.
const LARGE: u16 = u16::MAX;

/// One text of each document, such as all titles, as numbers of words.
///
/// Numbers are given out as words are met, so frequent ones are small: most take two bytes, and the others
/// four more behind [`LARGE`].
#[derive(Debug, Default)]
pub(super) struct WordLog {
    numbers: Vec<u16>,
    words: u32,
    /// Documents with at least one word, and which word of all their first one is.
    documents: Vec<(DocId, u32)>,
}

impl WordLog {
    /// Begins a document's text. They come in order.
    pub(super) fn begin(&mut self, document: DocId) {
        match self.documents.last_mut() {
            // The one before has no words.
            Some((last, first)) if *first == self.words => *last = document,
            _ => self.documents.push((document, self.words)),
        }
    }

    /// Adds the next word.
    #[inline]
    pub(super) fn push(&mut self, number: u32) {
        match u16::try_from(number) {
            Ok(small) if small != LARGE => self.numbers.push(small),
            _ => {
                let halves = [(number >> 16) as u16, number as u16];
                self.numbers.extend([LARGE].iter().chain(&halves));
            }
        }
        self.words += 1;
    }

    /// Ends the texts: there are none any more.
    pub(super) fn end(&mut self) {
        self.documents.pop_if(|(_, first)| *first == self.words);
    }

    /// How many words there are.
    pub(super) fn words(&self) -> u32 {
        self.words
    }

    /// Gives each word's number to `f`, in order.
    #[inline]
    pub(super) fn each(&self, mut f: impl FnMut(u32)) {
        let mut numbers = self.numbers.iter().copied();
        while let Some(number) = numbers.next() {
            if number != LARGE {
                f(u32::from(number));
            } else if let (Some(high), Some(low)) = (numbers.next(), numbers.next()) {
                f(u32::from(high) << 16 | u32::from(low));
            }
        }
    }

    /// Documents with words, and how many they have.
    pub(super) fn lengths(&self) -> impl Iterator<Item = (DocId, u32)> {
        let ends = self.documents.iter().skip(1).map(|&(_, first)| first);
        let documents = self.documents.iter().zip(ends.chain([self.words]));
        documents.map(|(&(document, first), end)| (document, end - first))
    }

    /// What finds the documents of words.
    pub(super) fn finder(&self) -> Finder<'_> {
        let mut strides = Vec::with_capacity(self.words as usize / STRIDE + 1);
        for (at, &(_, first)) in self.documents.iter().enumerate() {
            // A document is the one of all strides that begin in it.
            while strides.len() * STRIDE < first as usize {
                strides.push(at as u32 - 1);
            }
        }
        let last = self.documents.len().saturating_sub(1) as u32;
        strides.resize(self.words as usize / STRIDE + 1, last);
        Finder {
            documents: &self.documents,
            strides,
        }
    }

    /// Bytes of memory that are in use.
    pub(super) fn memory(&self) -> usize {
        self.numbers.len() * size_of::<u16>() + self.documents.len() * size_of::<(DocId, u32)>()
    }
}

/// Finds the documents that words stand in.
pub(super) struct Finder<'a> {
    documents: &'a [(DocId, u32)],
    /// Where in `documents` the document of each 64th word is.
    strides: Vec<u32>,
}

impl Finder<'_> {
    /// Bytes of memory that it takes for so many words.
    pub(super) fn memory(words: usize) -> usize {
        words / STRIDE * size_of::<u32>()
    }

    /// The document and the position of a word, given which of all words it is; `near` is where the
    /// search for an earlier word ended, 0 at first.
    #[inline]
    pub(super) fn find(&self, word: u32, near: &mut usize) -> (DocId, u32) {
        let mut at = (*near).max(self.strides[word as usize / STRIDE] as usize);
        while self
            .documents
            .get(at + 1)
            .is_some_and(|&(_, first)| first <= word)
        {
            at += 1;
        }
        *near = at;
        let (document, first) = self.documents[at];
        (document, word - first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_where_they_stand() {
        // Documents without words, short ones, and long ones, behind each other in odd ways.
        let lengths: Vec<u32> = (0..400)
            .map(|n: u32| [0, 1, 0, 0, 3, 70, 200, 63][(n * n % 23 % 8) as usize])
            .collect();
        let mut log = WordLog::default();
        let mut expected = Vec::new();
        for (document, &length) in (0..).zip(&lengths) {
            log.begin(document);
            for position in 0..length {
                let number = ((document * 977 + position) % 3) << (position % 30);
                let number = if position % 50 == 49 {
                    u32::from(LARGE)
                } else {
                    number
                };
                log.push(number);
                expected.push((number, (document, position)));
            }
        }
        log.end();
        let mut numbers = Vec::new();
        log.each(|number| numbers.push(number));
        assert!(numbers.iter().eq(expected.iter().map(|(number, _)| number)));
        assert_eq!(log.words() as usize, expected.len());
        let with_words = (0..).zip(lengths).filter(|(_, length)| *length > 0);
        assert!(log.lengths().eq(with_words));

        let finder = log.finder();
        for step in [1, 7, 64, 1_000] {
            let mut near = 0;
            for (word, (_, place)) in expected.iter().enumerate().step_by(step) {
                assert_eq!(finder.find(word as u32, &mut near), *place, "word {word}");
            }
        }
    }

    #[test]
    fn a_log_without_words_is_one() {
        let mut log = WordLog::default();
        (0..3).for_each(|document| log.begin(document));
        log.end();
        assert_eq!((log.words(), log.lengths().count()), (0, 0));
        log.finder();
    }
}
