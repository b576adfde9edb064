//! From scores to decisions: the threshold of a topic, and how sure a decision is.
//!
//! Both are chosen on scores of documents that the scoring model had not seen
//! (cross-validation). The threshold is the one with the best F1 (`SCut`); where even that is
//! poor, nothing is known of the topic, and only what scores above all documents seen is admitted
//! (`SCutFBR.1`, Yang 2001; Lewis, Yang, Rose and Li 2004).

/// The score of a document, and whether it has the topic.
pub(super) type Scored = (f32, bool);

/// A threshold whose F1 is below is none.
const POOR: f32 = 0.3;

/// The threshold of a topic.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cut {
    /// A document that scores as much has the topic.
    pub(super) threshold: f32,
    /// The F1 that the threshold has on the scores it was chosen by.
    pub(super) f1: f32,
}

/// Chooses the threshold of a topic; sorts the scores from high to low.
pub(super) fn cut(scores: &mut [Scored]) -> Cut {
    scores.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)));
    let of_topic = scores.iter().filter(|scored| scored.1).count();
    let highest = scores.first().map_or(f32::MAX, |scored| scored.0);
    let mut best = Cut {
        threshold: highest,
        f1: 0.0,
    };
    let mut found = 0;
    for (at, &(score, is_of)) in scores.iter().enumerate() {
        found += usize::from(is_of);
        let next = scores.get(at + 1).map(|next| next.0);
        if next.is_some_and(|next| next >= score) {
            continue;
        }
        let f1 = 2.0 * found as f32 / (at + 1 + of_topic) as f32;
        if f1 > best.f1 {
            // Halfway to the next document, so that neither is at the edge.
            let threshold = next.map_or(score, |next| score + (next - score) / 2.0);
            best = Cut { threshold, f1 };
        }
    }
    if best.f1 < POOR {
        best.threshold = highest;
    }
    best
}

/// How sure decisions are: for margins above the threshold, ascending, which share of decisions
/// with such a margin was right.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Sureness {
    /// The least margin of each step, and the share; both ascend.
    pub(super) steps: Vec<(f32, f32)>,
}

/// Steps of sureness, at most.
pub(super) const MAX_STEPS: usize = 32;

/// No decision is surer than this, or less sure than its opposite.
const SUREST: f32 = 0.99;

impl Sureness {
    /// Learns from decisions by their margins: equally many to a step, and steps that do not
    /// ascend are merged (pool adjacent violators; Zadrozny and Elkan 2002).
    pub(super) fn learn(mut decisions: Vec<Scored>) -> Self {
        decisions.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let size = decisions.len().div_ceil(MAX_STEPS).max(1);
        let mut pools: Vec<(f32, usize, usize)> = Vec::new();
        for step in decisions.chunks(size) {
            let right = step.iter().filter(|decision| decision.1).count();
            let mut pool = (step[0].0, right, step.len());
            while let Some(&(margin, before, count)) = pools.last()
                && before * pool.2 >= pool.1 * count
            {
                pools.pop();
                pool = (margin, before + pool.1, count + pool.2);
            }
            pools.push(pool);
        }
        let share =
            |&(margin, right, count): &(f32, usize, usize)| (margin, right as f32 / count as f32);
        Self {
            steps: pools.iter().map(share).collect(),
        }
    }

    /// How sure a decision of this margin is, from 0 to 1.
    pub(super) fn at(&self, margin: f32) -> f32 {
        let after = self.steps.partition_point(|step| step.0 <= margin);
        let step = self.steps.get(after.saturating_sub(1));
        let share = step.map_or(0.5, |step| step.1);
        share.clamp(1.0 - SUREST, SUREST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_threshold_is_found() {
        let check = |scores: &[Scored], threshold: f32, f1: f32| {
            let mut scores = scores.to_vec();
            let got = cut(&mut scores);
            let expected = Cut { threshold, f1 };
            assert_eq!(got, expected, "{scores:?}");
            scores.reverse();
            assert_eq!(cut(&mut scores), expected);
        };
        check(&[(1.0, true), (0.0, true), (-1.0, false)], -0.5, 1.0);
        check(&[(1.0, true), (0.5, false), (0.0, true)], 0.0, 0.8);
        check(&[(0.5, true), (0.5, false), (0.0, false)], 0.25, 2.0 / 3.0);
        check(&[(1.0, true)], 1.0, 1.0);
        check(&[(2.0, false), (1.0, false)], 2.0, 0.0);
        check(&[], f32::MAX, 0.0);
        let mut poor: Vec<Scored> = (1..10).map(|score| (score as f32, false)).collect();
        poor.push((0.0, true));
        check(&poor, 9.0, 2.0 / 11.0);
    }

    #[test]
    fn surer_above() {
        let decisions = (0..640).map(|number| (number as f32, number % 8 < number / 80));
        let sureness = Sureness::learn(decisions.collect());
        assert!(
            sureness.steps.is_sorted_by(|a, b| a.0 < b.0 && a.1 < b.1),
            "{sureness:?}"
        );
        for (margin, expected) in [(-1.0, 0.01), (0.0, 0.01), (300.0, 0.375), (639.0, 0.875)] {
            let got = sureness.at(margin);
            assert!((got - expected).abs() < 0.07, "{margin}: {got}");
        }
        for (sureness, expected) in [
            (Sureness::default(), 0.5),
            (Sureness::learn(vec![(0.0, true)]), 0.99),
            (Sureness::learn(vec![(0.0, false)]), 0.01),
        ] {
            assert!((sureness.at(1.0) - expected).abs() < 1e-6, "{sureness:?}");
        }
    }
}
