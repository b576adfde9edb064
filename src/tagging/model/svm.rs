//! Separates the documents of a topic from all others: a support vector machine with a linear
//! kernel and squared hinge loss, by dual coordinate descent with shrinking (Hsieh, Chang, Lin,
//! Keerthi and Sundararajan 2008, algorithm 3).
//!
//! It finds the `w` that makes `½‖w‖² + C Σ max(0, 1 − yᵢ wᵀxᵢ)²` small; a constant 1 in every `x`
//! stands for the threshold. Random order comes from a fixed seed, so that the same documents give
//! the same numbers.

use super::weights::Weighted;

/// `C`: what a document on the wrong side costs, against a short `w`.
const COST: f32 = 1.0;

/// It is good enough once no document's gradient differs from another's by more.
const TOLERANCE: f32 = 0.1;

/// Rounds over the documents, at most.
const MAX_ROUNDS: usize = 200;

/// The weights of documents, one after the other.
#[derive(Debug, Default)]
pub(super) struct Vectors {
    entries: Vec<Weighted>,
    ends: Vec<usize>,
}

impl Vectors {
    pub(super) fn push(&mut self, vector: &[Weighted]) {
        self.entries.extend_from_slice(vector);
        self.ends.push(self.entries.len());
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn get(&self, document: u32) -> &[Weighted] {
        let document = document as usize;
        let start = document
            .checked_sub(1)
            .map_or(0, |before| self.ends[before]);
        &self.entries[start..self.ends[document]]
    }
}

/// What separates a topic: documents above 0 are more likely of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Plane {
    /// For each stem.
    pub(super) weights: Vec<f32>,
    /// What is added to every score.
    pub(super) bias: f32,
}

impl Plane {
    pub(super) fn score(&self, vector: &[Weighted]) -> f32 {
        let products = vector.iter().map(|&(at, x)| self.weights[at as usize] * x);
        self.bias + products.sum::<f32>()
    }
}

/// Separates `documents` by `is_of`, which has a place for every vector, not only for these.
pub(super) fn separate(
    vectors: &Vectors,
    documents: &[u32],
    is_of: &[bool],
    stems: usize,
) -> Plane {
    const DIAGONAL: f32 = 0.5 / COST;
    let mut plane = Plane {
        weights: vec![0.0; stems],
        bias: 0.0,
    };
    let squares = |&document: &u32| {
        let vector = vectors.get(document);
        vector.iter().map(|&(_, x)| x * x).sum::<f32>() + 1.0 + DIAGONAL
    };
    let squares: Vec<f32> = documents.iter().map(squares).collect();
    let mut multipliers = vec![0.0_f32; documents.len()];
    let mut order: Vec<u32> = (0..documents.len() as u32).collect();
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let mut active = order.len();
    let mut bound = f32::INFINITY;
    for _ in 0..MAX_ROUNDS {
        for at in 0..active {
            order.swap(at, at + random.below(active - at));
        }
        let (mut highest, mut lowest) = (f32::NEG_INFINITY, f32::INFINITY);
        let mut at = 0;
        while at < active {
            let place = order[at] as usize;
            let document = documents[place];
            let sign = if is_of[document as usize] { 1.0 } else { -1.0 };
            let vector = vectors.get(document);
            let multiplier = multipliers[place];
            let gradient = sign * plane.score(vector) - 1.0 + multiplier * DIAGONAL;
            if multiplier == 0.0 && gradient > bound {
                // On its side for good: not looked at again before the end.
                active -= 1;
                order.swap(at, active);
                continue;
            }
            let projected = if multiplier == 0.0 {
                gradient.min(0.0)
            } else {
                gradient
            };
            highest = highest.max(projected);
            lowest = lowest.min(projected);
            if projected != 0.0 {
                let next = (multiplier - gradient / squares[place]).max(0.0);
                multipliers[place] = next;
                let step = (next - multiplier) * sign;
                for &(stem, x) in vector {
                    plane.weights[stem as usize] += step * x;
                }
                plane.bias += step;
            }
            at += 1;
        }
        if highest - lowest <= TOLERANCE {
            if active == order.len() {
                break;
            }
            active = order.len();
            bound = f32::INFINITY;
        } else {
            bound = if highest > 0.0 {
                highest
            } else {
                f32::INFINITY
            };
        }
    }
    plane
}

/// Numbers that look random: xorshift (Marsaglia 2003).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_separated_is() {
        let mut vectors = Vectors::default();
        let mut is_of = Vec::new();
        for number in 0..60_u32 {
            let own = u32::from(number % 3 != 0);
            vectors.push(&[(own, 0.8), (2 + number % 5, 0.6)]);
            is_of.push(number % 3 == 0);
        }
        let documents: Vec<u32> = (0..60).collect();
        let plane = separate(&vectors, &documents, &is_of, 7);
        for document in 0..60 {
            let score = plane.score(vectors.get(document));
            assert_eq!(score > 0.0, is_of[document as usize], "{document}: {score}");
        }
        assert_eq!(separate(&vectors, &documents, &is_of, 7), plane);
        assert_eq!(vectors.len(), 60);
    }

    #[test]
    fn what_it_finds_is_the_least() {
        // One document of each kind: by symmetry w = (a, -a), and the derivative of
        // a² + 2C(1 - a)² is 0 at a = 2C / (1 + 2C), which is 2/3.
        let mut vectors = Vectors::default();
        vectors.push(&[(0, 1.0)]);
        vectors.push(&[(1, 1.0)]);
        let plane = separate(&vectors, &[0, 1], &[true, false], 2);
        assert!((plane.weights[0] - 2.0 / 3.0).abs() < 0.05, "{plane:?}");
        assert!(
            (plane.weights[0] + plane.weights[1]).abs() < 0.05,
            "{plane:?}"
        );
        assert!(plane.bias.abs() < 0.05, "{plane:?}");
    }

    #[test]
    fn nothing_and_empty_documents_are_no_trouble() {
        let mut vectors = Vectors::default();
        let plane = separate(&vectors, &[], &[], 3);
        assert!(
            plane
                .weights
                .iter()
                .all(|weight| weight.abs() < f32::EPSILON)
        );
        vectors.push(&[]);
        vectors.push(&[]);
        let plane = separate(&vectors, &[0, 1], &[true, false], 0);
        assert!(plane.bias.is_finite());
    }
}
