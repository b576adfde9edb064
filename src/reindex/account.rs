//! Where it is written down what became of every record: in a ledger, or, if nothing may be
//! written, as sums.

use std::collections::BTreeMap;

use super::forecast::{Example, PlannedReason};
use super::ledger::{Ledger, Line};
use crate::Result;

/// A ledger, or sums in its place.
#[derive(Debug)]
pub(super) enum Account {
    Ledger(Box<Ledger>),
    Sums(Sums),
}

impl Account {
    /// Takes a line.
    pub(super) fn line(&mut self, line: &Line<'_>) -> Result<()> {
        match self {
            Self::Ledger(ledger) => ledger.line(line),
            Self::Sums(sums) => {
                sums.line(line);
                Ok(())
            }
        }
    }

    /// Takes the line of a record out again, at the end.
    pub(super) fn overtake(&mut self, path: &str, number: u32) -> Result<()> {
        match self {
            Self::Ledger(ledger) => ledger.overtake(path, number),
            Self::Sums(_) => Ok(()),
        }
    }

    /// Takes out what is no longer true. Lines that follow are true.
    pub(super) fn settle(&mut self) -> Result<()> {
        match self {
            Self::Ledger(ledger) => ledger.settle(),
            Self::Sums(_) => Ok(()),
        }
    }
}

/// How many examples are kept of each reason.
const EXAMPLES: usize = 3;

/// Why things are skipped, fail, or are duplicates, and how often.
#[derive(Debug, Default)]
pub(super) struct Sums(BTreeMap<(&'static str, String), (u64, Vec<Example>)>);

impl Sums {
    fn line(&mut self, line: &Line<'_>) {
        if !matches!(line.status, "skipped" | "failed" | "duplicate") {
            return;
        }
        let (count, examples) = self
            .0
            .entry((line.status, line.code.to_owned()))
            .or_default();
        *count += 1;
        if examples.len() < EXAMPLES {
            let path = match line.record {
                Some(number) => format!("{}#{number}", line.path),
                None => line.path.to_owned(),
            };
            let message = match line.status {
                "duplicate" => line.winner,
                _ => line.message,
            };
            examples.push(Example {
                path,
                message: message.to_owned(),
            });
        }
    }

    /// The most frequent reason first.
    pub(super) fn into_reasons(self) -> Vec<PlannedReason> {
        let mut reasons: Vec<PlannedReason> = self
            .0
            .into_iter()
            .map(|((status, code), (count, examples))| PlannedReason {
                status: status.to_owned(),
                code,
                count,
                examples,
            })
            .collect();
        reasons.sort_by_key(|reason| std::cmp::Reverse(reason.count));
        reasons
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_count_reasons_and_keep_a_few_examples() {
        let mut account = Account::Sums(Sums::default());
        let failed = Line {
            path: "a.jsonl",
            status: "failed",
            code: "json",
            message: "no object",
            ..Line::default()
        };
        for number in 1..=5 {
            let record = Some(number);
            account
                .line(&Line {
                    record,
                    ..failed.clone()
                })
                .unwrap();
        }
        for status in ["indexed", "unchanged", "removed", "duplicate"] {
            let winner = "b.jsonl#2";
            account
                .line(&Line {
                    status,
                    winner,
                    code: "",
                    ..failed.clone()
                })
                .unwrap();
        }
        account.settle().unwrap();
        let Account::Sums(sums) = account else {
            panic!("it is no ledger");
        };
        let reasons = sums.into_reasons();
        let told: Vec<_> = reasons
            .iter()
            .map(|it| (&*it.status, &*it.code, it.count, it.examples.len()))
            .collect();
        assert_eq!(told, [("failed", "json", 5, 3), ("duplicate", "", 1, 1)]);
        assert_eq!(reasons[0].examples[0].path, "a.jsonl#1");
        assert_eq!(reasons[1].examples[0].message, "b.jsonl#2");
    }
}
