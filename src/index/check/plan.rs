//! What a repair would do about what a check found: from the least to the most, and nothing that
//! a smaller step would do as well.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::report::{CheckReport, CheckedGeneration, Part};

/// What a repair would do, in this order; nothing if nothing is damaged.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RepairPlan {
    /// The steps.
    pub steps: Vec<RepairStep>,
}

/// One step of a repair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
#[non_exhaustive]
pub enum RepairStep {
    /// Removes damaged ledgers: accounts of runs, no documents.
    RemoveLedgers {
        /// Their paths, relative to the folder of the index.
        paths: Vec<String>,
    },
    /// Lets `CURRENT` name the newest state again, which is whole.
    NameNewest {
        /// The number of the state.
        generation: u64,
        /// Documents in it.
        documents: u64,
    },
    /// Publishes what is whole of a state, under a new number.
    Restore {
        /// The number of the state.
        generation: u64,
        /// Segments that are damaged and left out.
        without: Vec<String>,
        /// Documents that are whole.
        documents: u64,
        /// Documents in the segments that are left out.
        lost: u64,
    },
    /// Forgets earlier states, which are kept for readers, that are damaged.
    Forget {
        /// Their numbers.
        generations: Vec<u64>,
    },
    /// Reads every file again into a new build. When documents first entered the index is kept as
    /// far as anything that is whole still knows it.
    Rebuild {
        /// Why nothing less will do.
        reason: String,
    },
    /// Brings the index up to date with the folder.
    Reindex,
    /// The same, and learns the topics of the corpus again, which finds them in all documents anew.
    Retag,
}

impl RepairPlan {
    /// Decides what to do about what was found.
    pub fn of(report: &CheckReport) -> Self {
        let mut steps = Vec::new();
        let of_part = |part| {
            report
                .damage
                .iter()
                .filter(move |damage| damage.part == part)
        };
        let paths: Vec<String> = of_part(Part::Ledger)
            .map(|damage| damage.path.clone())
            .collect();
        if !paths.is_empty() {
            steps.push(RepairStep::RemoveLedgers { paths });
        }
        let newest = report.generations.first();
        let is_named = of_part(Part::Current).next().is_none();
        let is_newest =
            |state: &&CheckedGeneration| !is_named || Some(state.generation) == report.generation;
        let restored = match newest.filter(is_newest).filter(|newest| newest.is_intact()) {
            Some(_) if is_named => None,
            Some(newest) => Some(RepairStep::NameNewest {
                generation: newest.generation,
                documents: newest.documents,
            }),
            None => Some(restore(report)),
        };
        // What a rebuild or an older state replaces is forgotten with what is damaged.
        let base = match &restored {
            None => report.generation,
            Some(RepairStep::NameNewest { generation, .. }) => Some(*generation),
            Some(RepairStep::Restore {
                generation,
                without,
                ..
            }) if without.is_empty() => Some(*generation),
            Some(_) => None,
        };
        let is_over = |state: &&CheckedGeneration| {
            !state.is_intact()
                || state.model == Some(false)
                || base.is_some_and(|base| state.generation > base)
        };
        let mut generations: Vec<u64> = report
            .generations
            .iter()
            .filter(is_over)
            .map(|state| state.generation)
            .collect();
        // A description that is not there at all needs no forgetting.
        generations.sort_unstable();
        let changes = restored.is_some();
        let rebuilds = matches!(restored, Some(RepairStep::Rebuild { .. }));
        steps.extend(restored);
        if !generations.is_empty() {
            steps.push(RepairStep::Forget { generations });
        }
        let going_on = base.or(newest.map(|newest| newest.generation));
        let relearns = report.generations.iter().any(|state| {
            state.model == Some(false) && going_on.is_none_or(|base| base == state.generation)
        });
        if relearns && !rebuilds {
            steps.push(RepairStep::Retag);
        } else if changes && !rebuilds {
            steps.push(RepairStep::Reindex);
        }
        Self { steps }
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Whether the files of the corpus are read.
    pub fn needs_source(&self) -> bool {
        let reads = |step: &RepairStep| {
            matches!(
                step,
                RepairStep::Rebuild { .. } | RepairStep::Reindex | RepairStep::Retag
            )
        };
        self.steps.iter().any(reads)
    }
}

/// The least that brings a state back.
fn restore(report: &CheckReport) -> RepairStep {
    let of = |state: &CheckedGeneration| {
        let lost: u64 = state.damaged.iter().map(|segment| segment.documents).sum();
        RepairStep::Restore {
            generation: state.generation,
            without: state
                .damaged
                .iter()
                .map(|segment| segment.segment.clone())
                .collect(),
            documents: state.documents.saturating_sub(lost),
            lost,
        }
    };
    let states = || report.generations.iter();
    if let Some(whole) = states().find(|state| state.is_intact() && state.segments > 0) {
        return of(whole);
    }
    let has_some_left = |state: &&CheckedGeneration| {
        state.described
            && state.journal != Some(false)
            && (state.damaged.len() as u64) < state.segments
    };
    if let Some(partly) = states().find(has_some_left) {
        return of(partly);
    }
    let reason = if states().all(|state| !state.described) {
        "no description of a state is whole"
    } else if states().any(|state| state.journal == Some(false)) {
        "what runs remember of the files is damaged"
    } else {
        "no segment is whole"
    };
    RepairStep::Rebuild {
        reason: reason.to_owned(),
    }
}

impl fmt::Display for RepairStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |numbers: &[u64]| {
            let numbers: Vec<String> = numbers.iter().map(u64::to_string).collect();
            numbers.join(", ")
        };
        match self {
            Self::RemoveLedgers { paths } => {
                write!(f, "remove damaged accounts of runs: {}", paths.join(", "))
            }
            Self::NameNewest {
                generation,
                documents,
            } => write!(
                f,
                "let `CURRENT` name generation {generation} again, which is whole and has \
                 {documents} documents"
            ),
            Self::Restore {
                generation,
                without,
                documents,
                ..
            } if without.is_empty() => write!(
                f,
                "go back to generation {generation}, which is whole and has {documents} documents"
            ),
            Self::Restore {
                generation,
                without,
                documents,
                lost,
            } => write!(
                f,
                "go on with the {documents} documents of generation {generation} that are whole, \
                 without {lost} in damaged segments ({})",
                without.join(", ")
            ),
            Self::Forget { generations } => {
                write!(
                    f,
                    "forget earlier states that are damaged: {}",
                    list(generations)
                )
            }
            Self::Rebuild { reason } => {
                write!(f, "read every file again into a new build: {reason}")
            }
            Self::Reindex => f.write_str("bring the index up to date with the folder"),
            Self::Retag => f.write_str(
                "bring the index up to date with the folder, and learn its topics again",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::report::{Damage, DamageCode, DamagedSegment};
    use super::*;
    use crate::index::check::empty_report;

    fn state(generation: u64) -> CheckedGeneration {
        CheckedGeneration {
            generation,
            documents: 10 * generation,
            described: true,
            journal: Some(true),
            model: None,
            segments: 2,
            damaged: Vec::new(),
        }
    }

    fn without(mut state: CheckedGeneration, segments: &[&str]) -> CheckedGeneration {
        let damaged = |segment: &&str| DamagedSegment {
            segment: (*segment).to_owned(),
            documents: 5,
        };
        state.damaged = segments.iter().map(damaged).collect();
        state
    }

    fn report(states: Vec<CheckedGeneration>, damaged: &[(Part, &str)]) -> CheckReport {
        let mut report = empty_report();
        report.generation = states.first().map(|state| state.generation);
        report.generations = states;
        for (part, path) in damaged {
            report.damage.push(Damage {
                path: (*path).to_owned(),
                part: *part,
                code: DamageCode::WrongHash,
                message: String::new(),
                costs: String::new(),
                generations: Vec::new(),
                segment: None,
                documents: 0,
            });
        }
        report
    }

    #[test]
    fn the_least_that_helps_is_done() {
        let broken = |number| CheckedGeneration {
            described: false,
            ..state(number)
        };
        let forgetful = |number| CheckedGeneration {
            journal: Some(false),
            ..state(number)
        };
        let unlearned = |number| CheckedGeneration {
            model: Some(false),
            ..state(number)
        };
        let ledger = (Part::Ledger, "runs/a.jsonl");
        let current = (Part::Current, "CURRENT");
        for (report, expected) in [
            (report(vec![state(3), state(2)], &[]), &[][..]),
            (
                report(vec![state(3)], &[ledger]),
                &["remove damaged accounts of runs: runs/a.jsonl"],
            ),
            (
                report(vec![state(3), broken(2)], &[]),
                &["forget earlier states that are damaged: 2"],
            ),
            (
                report(vec![state(3), state(2)], &[current]),
                &[
                    "let `CURRENT` name generation 3 again, which is whole and has 30 documents",
                    "bring the index up to date with the folder",
                ],
            ),
            (
                report(vec![broken(3), state(2)], &[current]),
                &[
                    "go back to generation 2, which is whole and has 20 documents",
                    "forget earlier states that are damaged: 3",
                    "bring the index up to date with the folder",
                ],
            ),
            (
                report(vec![without(state(3), &["b"]), state(2)], &[]),
                &[
                    "go back to generation 2, which is whole and has 20 documents",
                    "forget earlier states that are damaged: 3",
                    "bring the index up to date with the folder",
                ],
            ),
            (
                report(
                    vec![without(state(3), &["b"]), without(state(2), &["b"])],
                    &[],
                ),
                &[
                    "go on with the 25 documents of generation 3 that are whole, without 5 in \
                     damaged segments (b)",
                    "forget earlier states that are damaged: 2, 3",
                    "bring the index up to date with the folder",
                ],
            ),
            (
                report(vec![without(state(3), &["a", "b"])], &[]),
                &[
                    "read every file again into a new build: no segment is whole",
                    "forget earlier states that are damaged: 3",
                ],
            ),
            (
                report(vec![forgetful(3), forgetful(2)], &[ledger]),
                &[
                    "remove damaged accounts of runs: runs/a.jsonl",
                    "read every file again into a new build: what runs remember of the files is \
                     damaged",
                    "forget earlier states that are damaged: 2, 3",
                ],
            ),
            (
                report(vec![unlearned(3), state(2)], &[]),
                &[
                    "forget earlier states that are damaged: 3",
                    "bring the index up to date with the folder, and learn its topics again",
                ],
            ),
            (
                report(vec![state(3), unlearned(2)], &[]),
                &["forget earlier states that are damaged: 2"],
            ),
            (
                report(vec![without(state(3), &["b"]), unlearned(2)], &[]),
                &[
                    "go back to generation 2, which is whole and has 20 documents",
                    "forget earlier states that are damaged: 2, 3",
                    "bring the index up to date with the folder, and learn its topics again",
                ],
            ),
            (
                report(vec![broken(3)], &[current]),
                &[
                    "read every file again into a new build: no description of a state is whole",
                    "forget earlier states that are damaged: 3",
                ],
            ),
        ] {
            let steps = RepairPlan::of(&report).steps;
            let steps: Vec<String> = steps.iter().map(RepairStep::to_string).collect();
            assert_eq!(steps, expected);
        }
    }
}
