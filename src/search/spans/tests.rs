//! Shapes compared with a naive evaluation, which puts sets of positions together.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

type Set = BTreeSet<u32>;

/// Every occurrence, as its set of positions.
fn occurrences(shape: &Shape, places: Places<'_>) -> BTreeSet<Set> {
    match shape {
        Shape::Sequence(sequence) => {
            let mut partial: Vec<Vec<u32>> = vec![Vec::new()];
            for slot in sequence.first..sequence.first + sequence.length {
                partial = partial
                    .iter()
                    .flat_map(|chosen| {
                        places.slots[slot].iter().map(|&at| {
                            let mut chosen = chosen.clone();
                            chosen.push(at);
                            chosen
                        })
                    })
                    .collect();
            }
            partial
                .into_iter()
                .filter(|chosen| {
                    let shifts = || (0_i64..).zip(chosen).map(|(k, &at)| i64::from(at) - k);
                    let spread = shifts().max().unwrap() - shifts().min().unwrap();
                    spread <= i64::from(sequence.moves)
                })
                .map(|chosen| (chosen.len(), chosen.into_iter().collect::<Set>()))
                .filter(|(length, set)| set.len() == *length)
                .map(|(_, set)| set)
                .collect()
        }
        Shape::Any(parts) => parts
            .iter()
            .flat_map(|part| occurrences(part, places))
            .collect(),
        Shape::Near(near) => {
            let rights = occurrences(&near.right, places);
            occurrences(&near.left, places)
                .iter()
                .flat_map(|left| {
                    rights
                        .iter()
                        .filter(|right| {
                            left.is_disjoint(right) && are_near(near, left, right, places)
                        })
                        .map(|right| left | right)
                        .collect::<Vec<Set>>()
                })
                .collect()
        }
    }
}

fn are_near(near: &Near, left: &Set, right: &Set, places: Places<'_>) -> bool {
    let ends = |set: &Set| (*set.first().unwrap(), *set.last().unwrap());
    let ((left_start, left_end), (right_start, right_end)) = (ends(left), ends(right));
    let close = match near.within {
        Distance::Words(words) => {
            right_start.saturating_sub(left_end) <= words
                && left_start.saturating_sub(right_end) <= words
        }
        Distance::Sentence | Distance::Paragraph => {
            let starts = match near.within {
                Distance::Sentence => places.sentences,
                _ => places.paragraphs,
            };
            let unit = |at: u32| starts.iter().filter(|&&start| start <= at).count();
            unit(left_start.min(right_start)) == unit(left_end.max(right_end))
        }
    };
    close && (!near.ordered || left_end < right_start)
}

const SLOTS: usize = 6;

fn sequence() -> impl Strategy<Value = Shape> {
    (0..SLOTS, 1..4_usize, 0..5_u32).prop_map(|(first, length, moves)| {
        Shape::Sequence(Sequence {
            first,
            length: length.min(SLOTS - first),
            moves,
        })
    })
}

fn shape() -> impl Strategy<Value = Shape> {
    let within = prop_oneof![
        4 => (1..6_u32).prop_map(Distance::Words),
        1 => Just(Distance::Sentence),
        1 => Just(Distance::Paragraph),
    ];
    sequence().prop_recursive(3, 6, 2, move |inner| {
        prop_oneof![
            1 => prop::collection::vec(inner.clone(), 2).prop_map(Shape::Any),
            3 => (inner.clone(), inner, within.clone(), any::<bool>()).prop_map(
                |(left, right, within, ordered)| Shape::Near(Box::new(Near {
                    left, right, within, ordered,
                }))
            ),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn occurrences_are_those_of_a_naive_evaluation(
        shape in shape(),
        slots in prop::collection::vec(prop::collection::btree_set(0..14_u32, 0..5), SLOTS),
        sentences in prop::collection::btree_set(1..14_u32, 0..4),
        paragraphs in prop::collection::btree_set(1..14_u32, 0..2),
    ) {
        let slots: Vec<Vec<u32>> = slots.into_iter().map(|slot| slot.into_iter().collect()).collect();
        let sentences: Vec<u32> = [0].into_iter().chain(sentences).collect();
        let paragraphs: Vec<u32> = [0].into_iter().chain(paragraphs).collect();
        let places = Places { slots: &slots, sentences: &sentences, paragraphs: &paragraphs };
        let expected = occurrences(&shape, places);
        prop_assert_eq!(shape.occurs(places), Ok(!expected.is_empty()));
        let used: Set = expected.iter().flatten().copied().collect();
        prop_assert_eq!(shape.used(places), used.into_iter().collect::<Vec<_>>());
        let extents: BTreeSet<_> = expected.iter().map(|set| (set.first(), set.last())).collect();
        prop_assert_eq!(shape.count(places, usize::MAX) as usize, extents.len());
        for tracked in [false, true] {
            let mut free = Evaluation::new(places);
            let spans = free.spans(&shape, tracked);
            let mut tight = Evaluation { steps: MAX_STEPS - free.steps, ..Evaluation::new(places) };
            prop_assert_eq!(tight.spans(&shape, tracked), spans, "with the steps it takes");
        }
    }
}

fn words(list: &[&[u32]]) -> Vec<Vec<u32>> {
    list.iter().map(|slot| slot.to_vec()).collect()
}

fn one(slot: Slot) -> Shape {
    Shape::Sequence(Sequence {
        first: slot,
        length: 1,
        moves: 0,
    })
}

fn near(left: Shape, right: Shape, words: u32) -> Shape {
    Shape::Near(Box::new(Near {
        left,
        right,
        within: Distance::Words(words),
        ordered: false,
    }))
}

#[test]
fn distances_are_counted_between_the_nearest_ends() {
    let check = |shape: &Shape, slots: &[&[u32]], expected: bool| {
        let slots = words(slots);
        let places = Places {
            slots: &slots,
            sentences: &[0],
            paragraphs: &[0],
        };
        assert_eq!(shape.occurs(places), Ok(expected), "{shape:?} {slots:?}");
    };
    check(&near(one(0), one(1), 1), &[&[3], &[4]], true);
    check(&near(one(0), one(1), 1), &[&[5], &[3]], false);
    check(&near(one(0), one(1), 2), &[&[5], &[3]], true);
    // A word is not near itself.
    check(&near(one(0), one(1), 5), &[&[3], &[3]], false);
    check(&near(one(0), one(1), 5), &[&[3, 7], &[3, 7]], true);
    let phrase = Shape::Sequence(Sequence {
        first: 0,
        length: 2,
        moves: 0,
    });
    check(&near(phrase.clone(), one(2), 1), &[&[1], &[2], &[3]], true);
    check(&near(phrase.clone(), one(2), 1), &[&[1], &[2], &[4]], false);
    check(&near(phrase, one(2), 9), &[&[1], &[2], &[2]], false);
    // What stands between two that are near each other is near them.
    let pair = near(one(0), one(1), 9);
    check(&near(pair.clone(), one(2), 1), &[&[1], &[9], &[5]], true);
    check(&near(pair.clone(), one(2), 1), &[&[1], &[9], &[11]], false);
    check(&near(pair, one(2), 9), &[&[1], &[9], &[1, 9]], false);
}

#[test]
fn hostile_documents_are_given_up_rather_than_waited_for() {
    let every: Vec<u32> = (0..30_000).collect();
    let slots = vec![every; 3];
    let places = Places {
        slots: &slots,
        sentences: &[0],
        paragraphs: &[0],
    };
    let inner = near(one(0), one(1), 1_000);
    assert_eq!(near(inner.clone(), one(2), 5).occurs(places), Err(TooMany));
    assert_eq!(inner.occurs(places), Ok(true));
    assert!(inner.count(places, 100) <= 100);
    assert!(!inner.used(places).is_empty());
}
