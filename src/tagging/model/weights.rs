//! How much a word says: frequent in the article, rare in the corpus.
//!
//! A stem that counts `t` times in an article and stands in `d` of `n` documents weighs
//! `(1 + ln t) · ln(n / d)`, and the weights of an article are scaled to length 1 (Salton and
//! Buckley 1988, `ltc`).

use super::words::Count;

/// A stem of the model, by its place, and its weight in an article.
pub(super) type Weighted = (u32, f32);

/// The stems that a model knows, and how much each says.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Stems {
    /// Their numbers, ascending.
    pub(super) numbers: Vec<u64>,
    /// `ln(n / d)` of each.
    pub(super) rarity: Vec<f32>,
}

/// Documents that a stem must stand in: what stands in one alone says nothing of others.
const MIN_DOCUMENTS: u32 = 2;

/// Stems that a model knows at most: those of the most documents.
pub(super) const MAX_STEMS: usize = 100_000;

impl Stems {
    /// Chooses stems of documents, each of which gives its stems once.
    pub(super) fn choose<'a>(documents: impl Iterator<Item = &'a [u64]>) -> Self {
        let mut all: Vec<u64> = Vec::new();
        let mut count = 0_u32;
        for stems in documents {
            all.extend_from_slice(stems);
            count += 1;
        }
        all.sort_unstable();
        let runs = all.chunk_by(|a, b| a == b);
        let mut known: Vec<(u32, u64)> = runs
            .map(|run| (run.len() as u32, run[0]))
            .filter(|(documents, _)| *documents >= MIN_DOCUMENTS)
            .collect();
        known.sort_unstable_by_key(|&(documents, stem)| (u32::MAX - documents, stem));
        known.truncate(MAX_STEMS);
        known.sort_unstable_by_key(|&(_, stem)| stem);
        let rarity = |documents: u32| ln(f64::from(count) / f64::from(documents)) as f32;
        Self {
            numbers: known.iter().map(|known| known.1).collect(),
            rarity: known.iter().map(|known| rarity(known.0)).collect(),
        }
    }

    /// The weights of an article by what its stems count, in the order of places; stems that the
    /// model does not know are left out.
    pub(super) fn weigh(&self, counts: impl Iterator<Item = Count>, out: &mut Vec<Weighted>) {
        out.clear();
        let mut squares = 0.0_f64;
        for (stem, times) in counts {
            let Ok(place) = self.numbers.binary_search(&stem) else {
                continue;
            };
            let weight = (1.0 + ln(f64::from(times))) as f32 * self.rarity[place];
            if weight > 0.0 {
                squares += f64::from(weight) * f64::from(weight);
                out.push((place as u32, weight));
            }
        }
        let length = squares.sqrt() as f32;
        for (_, weight) in out {
            *weight /= length;
        }
    }
}

/// The natural logarithm of a positive number. The one of the standard library may differ in its
/// last bit from system to system, and with it the bytes of a model; here are only operations
/// whose results IEEE 754 lays down.
pub(super) fn ln(x: f64) -> f64 {
    const MANTISSA: u64 = (1 << 52) - 1;
    let bits = x.to_bits();
    let exponent = (bits >> 52 & 0x7FF) as i32 - 1023;
    let mut m = f64::from_bits(bits & MANTISSA | 1023 << 52);
    let mut e = f64::from(exponent);
    if m > std::f64::consts::SQRT_2 {
        m /= 2.0;
        e += 1.0;
    }
    // ln m = 2 artanh((m - 1) / (m + 1)), of which the argument is at most 0.172.
    let s = (m - 1.0) / (m + 1.0);
    let square = s * s;
    let mut power = s;
    let mut sum = 0.0;
    for odd in (1..=21).step_by(2) {
        sum += power / f64::from(odd);
        power *= square;
    }
    e * std::f64::consts::LN_2 + 2.0 * sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_logarithm_is_one() {
        for x in [
            1.0,
            1.5,
            2.0,
            3.0,
            10.0,
            255.0,
            7_770.0,
            1e9,
            0.3,
            1.0 / 3.0,
        ] {
            let (got, expected) = (ln(x), f64::ln(x));
            assert!(
                (got - expected).abs() <= 1e-14 * expected.abs().max(1.0),
                "{x}: {got}"
            );
        }
    }

    #[test]
    fn rare_words_weigh_more_and_unknown_ones_nothing() {
        let documents: [&[u64]; 4] = [&[1, 2, 5], &[1, 2, 6], &[1, 3, 7], &[1, 3, 2]];
        let stems = Stems::choose(documents.into_iter());
        assert_eq!(stems.numbers, [1, 2, 3], "5, 6 and 7 stand in one document");
        assert!(stems.rarity[0].abs() < f32::EPSILON, "in all documents");
        assert!(stems.rarity[2] > stems.rarity[1]);
        let mut out = Vec::new();
        stems.weigh([(1, 9), (2, 1), (3, 1), (5, 9)].into_iter(), &mut out);
        let places: Vec<u32> = out.iter().map(|weighted| weighted.0).collect();
        assert_eq!(places, [1, 2]);
        let length: f32 = out.iter().map(|weighted| weighted.1 * weighted.1).sum();
        assert!((length - 1.0).abs() < 1e-6, "{out:?}");
        stems.weigh([(1, 9)].into_iter(), &mut out);
        assert_eq!(out, []);
    }
}
