//! Tells of most numbers that are not in a set that they are not, from a table small enough to stay
//! in the nearest memory.

/// Bits of hashes that are in a set.
#[derive(Debug, Default)]
pub(crate) struct Hints(Vec<u64>);

impl Hints {
    /// Bits for each hash: with so many, one hash of sixteen is looked up in vain.
    const BITS: usize = 16;

    /// Whether the table is large enough for so many hashes.
    pub(crate) fn is_enough(&self, hashes: usize) -> bool {
        self.0.len() * 64 >= hashes * Self::BITS
    }

    /// A table of these hashes, with room for as many more.
    pub(crate) fn of(count: usize, hashes: impl Iterator<Item = u64>) -> Self {
        let words = (count * Self::BITS).div_ceil(64).next_power_of_two() * 2;
        let mut hints = Self(vec![0; words]);
        for hash in hashes {
            hints.add(hash);
        }
        hints
    }

    /// Takes one more; its bits above the fortieth are to be as good as random.
    pub(crate) fn add(&mut self, hash: u64) {
        if let Some((at, bit)) = self.place(hash) {
            self.0[at] |= bit;
        }
    }

    /// False only if the hash is not in the set.
    #[inline]
    pub(crate) fn may_hold(&self, hash: u64) -> bool {
        self.place(hash)
            .is_some_and(|(at, bit)| self.0[at] & bit != 0)
    }

    /// Where the bit of a hash stands.
    #[inline]
    fn place(&self, hash: u64) -> Option<(usize, u64)> {
        let last = (self.0.len() * 64).checked_sub(1)?;
        let bit = (hash >> 40) as usize & last;
        Some((bit / 64, 1 << (bit % 64)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_missed_and_little_is_guessed_wrong() {
        let hash = |number: u64| number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        assert!(!Hints::default().may_hold(hash(1)));
        let mut hints = Hints::of(500, (0..500).map(hash));
        assert!(hints.is_enough(1000));
        assert!(!hints.is_enough(10_000));
        (500..1000).for_each(|number| hints.add(hash(number)));
        assert!((0..1000).all(|number| hints.may_hold(hash(number))));
        let wrong = (1000..101_000).filter(|&number| hints.may_hold(hash(number)));
        assert!(wrong.count() < 10_000);
    }
}
