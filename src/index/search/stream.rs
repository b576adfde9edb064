//! Documents of many blocks that are treated alike, put together into full blocks. Where few
//! documents of each block count, most of the time would otherwise go into beginning and ending.

use super::block::{BLOCK, Block};

/// Documents of one segment that wait until there are enough of them, with their scores.
#[derive(Debug)]
pub(in crate::index) struct Stream {
    docs: [u32; BLOCK],
    scores: [f32; BLOCK],
    length: usize,
}

impl Default for Stream {
    fn default() -> Self {
        Self {
            docs: [0; BLOCK],
            scores: [0.0; BLOCK],
            length: 0,
        }
    }
}

impl Stream {
    /// Adds the documents of a block whose bits are set, and hands over those that fill a block.
    /// Every document of what is handed over counts; blocks need not come in order.
    #[inline]
    pub(in crate::index) fn add(
        &mut self,
        block: Block<'_>,
        mask: u64,
        mut full: impl FnMut(Block<'_>),
    ) {
        if mask != 0 {
            self.add_scored(block, mask, &[0.0; BLOCK], |block, _| full(block));
        }
    }

    /// The same, with the score of each document of the block.
    pub(in crate::index) fn add_scored(
        &mut self,
        block: Block<'_>,
        mask: u64,
        scores: &[f32],
        mut full: impl FnMut(Block<'_>, &[f32]),
    ) {
        if mask == u64::MAX && block.full() == u64::MAX {
            full(block, scores);
            return;
        }
        for (at, doc) in block.placed(mask) {
            self.docs[self.length] = doc;
            self.scores[self.length] = scores[at];
            self.length += 1;
            if self.length == BLOCK {
                self.length = 0;
                full(Block::new(&self.docs), &self.scores);
            }
        }
    }

    /// Hands over what is left.
    pub(in crate::index) fn finish(&mut self, mut last: impl FnMut(Block<'_>)) {
        self.finish_scored(|block, _| last(block));
    }

    /// The same, with scores.
    pub(in crate::index) fn finish_scored(&mut self, mut last: impl FnMut(Block<'_>, &[f32])) {
        let length = std::mem::take(&mut self.length);
        if length > 0 {
            last(Block::new(&self.docs[..length]), &self.scores[..length]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_document_is_handed_over_once_with_its_score() {
        let all: Vec<u32> = (0..1000).collect();
        let masks = [0, 1, u64::MAX, 0x8000_0000_0000_0001, 0x5555_5555_5555_5555];
        let mut stream = Stream::default();
        let (mut expected, mut found) = (Vec::new(), Vec::new());
        let mut take = |block: Block<'_>, scores: &[f32]| {
            let docs = block.docs().iter().copied();
            found.extend(docs.zip(scores.iter().copied()));
        };
        for (number, docs) in all.chunks(BLOCK).enumerate() {
            let block = Block::new(docs);
            let scores: Vec<f32> = docs.iter().map(|&doc| doc as f32).collect();
            let mask = masks[number % masks.len()] & block.full();
            expected.extend(block.placed(mask).map(|(_, doc)| (doc, doc as f32)));
            stream.add_scored(block, mask, &scores, &mut take);
        }
        stream.finish_scored(&mut take);
        stream.finish(|_| panic!("nothing is left"));
        found.sort_by_key(|&(doc, _)| doc);
        assert_eq!(found, expected);
    }
}
