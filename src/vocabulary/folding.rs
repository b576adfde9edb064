//! From written values to what they count for: the entry that a value means, and everything the
//! entry belongs to. Values that no entry has stay as they are written.
//!
//! In a tree (`politics/diplomacy`) a value means the entry of its last step whose ancestors hold
//! the steps before it, in order; steps that no entry has hang below the last one that has. Where
//! values are no paths, the path of an entry (`Asia/Southern Asia/Iran`) still means the entry.
//!
//! A value that several entries have means the one of them that the facet holds by another, plain
//! name; if it holds none of them, or several, the value hangs below the last step that one entry
//! has, or stays as it is written.

use std::collections::BTreeSet;
use std::convert::Infallible;

use super::compiled::{EntryId, Meaning, Vocabulary};
use super::key::key;
use crate::analysis::fold;

/// Stands between the steps of a folded path; no value can hold it.
pub const STEP: char = '\0';

/// Separates the steps of an entry's path where values are no paths themselves.
const PATH: char = '/';

/// What a written value comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Folded {
    /// It is this entry.
    Entry(EntryId),
    /// It lies below this entry, by steps that no entry has.
    Below(EntryId, Vec<String>),
    /// No entry has it.
    Written,
    /// These entries have it, or its first steps, with the steps behind them. What it comes to if
    /// nothing says which of them is meant stands at the end.
    Ambiguous(Vec<EntryId>, Vec<String>, Box<Self>),
    /// Its entry is silenced: it is not shown or counted.
    Silent(EntryId),
}

/// Something that documents are counted for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Node {
    /// An entry.
    Entry(EntryId),
    /// A path of folded steps, [`STEP`] between them, that no entry has.
    Written(String),
}

impl Folded {
    /// What a value of several entries is where it is known which entries are there: the one that
    /// is, if just one of them is.
    ///
    /// # Errors
    /// What `is_there` fails with.
    pub fn settled<E>(
        self,
        mut is_there: impl FnMut(EntryId) -> Result<bool, E>,
    ) -> Result<Self, E> {
        let mut folded = self;
        while let Self::Ambiguous(candidates, rest, otherwise) = folded {
            let mut there = None;
            let mut count = 0;
            for id in candidates {
                if is_there(id)? {
                    there = Some(id);
                    count += 1;
                }
            }
            folded = match there.filter(|_| count == 1) {
                Some(one) if rest.is_empty() => Self::Entry(one),
                Some(one) => Self::Below(one, rest),
                None => *otherwise,
            };
        }
        Ok(folded)
    }
}

impl Vocabulary {
    /// Folds every value of a facet; `tree` separates the steps of a value. None is ambiguous.
    pub fn fold_values<V: AsRef<str>>(&self, values: &[V], tree: Option<char>) -> Vec<Folded> {
        let folded: Vec<Folded> = values
            .iter()
            .map(|value| self.fold_value(value.as_ref(), tree))
            .collect();
        let present: BTreeSet<EntryId> = folded
            .iter()
            .filter_map(|folded| match folded {
                Folded::Entry(id) | Folded::Below(id, _) => Some(*id),
                _ => None,
            })
            .collect();
        let is_there = |id| Ok::<_, Infallible>(present.contains(&id));
        let settled = folded.into_iter().map(|folded| {
            let Ok(folded) = folded.settled(is_there);
            folded
        });
        settled.collect()
    }

    /// Folds one value, with nothing around it that could say which of several is meant.
    pub fn fold_value(&self, value: &str, tree: Option<char>) -> Folded {
        // A name may hold the separator itself.
        let whole = self.look_up(value);
        if whole != Meaning::Unknown {
            return self.settle(whole, &[], || Folded::Written);
        }
        let steps = steps(value, tree.unwrap_or(PATH));
        match tree {
            _ if steps.len() < 2 => Folded::Written,
            Some(_) => self.fold_path(&steps, steps.len()),
            // Without a tree a value is an entry or none: nothing hangs below.
            None => self.settle(self.look_up_path(&steps), &[], || Folded::Written),
        }
    }

    /// What the steps of a path come to, of which so many may be known.
    fn fold_path(&self, steps: &[&str], most: usize) -> Folded {
        for known in (1..=most).rev() {
            let (path, rest) = steps.split_at(known);
            let meaning = self.look_up_path(path);
            if meaning != Meaning::Unknown {
                return self.settle(meaning, rest, || self.fold_path(steps, known - 1));
            }
        }
        Folded::Written
    }

    /// What counts for a value, of several meanings or of one with steps below it.
    fn settle(
        &self,
        meaning: Meaning,
        rest: &[&str],
        otherwise: impl FnOnce() -> Folded,
    ) -> Folded {
        match meaning {
            Meaning::Unknown => Folded::Written,
            Meaning::Several(candidates) => {
                Folded::Ambiguous(candidates, owned(rest), Box::new(otherwise()))
            }
            Meaning::One(id) if self.entry(id).is_silent() => Folded::Silent(id),
            Meaning::One(id) if rest.is_empty() => Folded::Entry(id),
            Meaning::One(id) => Folded::Below(id, owned(rest)),
        }
    }

    /// The entry of the last step that has the other steps above it.
    fn look_up_path(&self, path: &[&str]) -> Meaning {
        let Some((last, above)) = path.split_last() else {
            return Meaning::Unknown;
        };
        let candidates = match self.look_up(last) {
            Meaning::Unknown => return Meaning::Unknown,
            Meaning::One(id) => vec![id],
            Meaning::Several(ids) => ids,
        };
        let above: Vec<String> = above.iter().map(|step| key(step)).collect();
        let mut fitting = candidates
            .into_iter()
            .filter(|&id| self.has_above(id, &above));
        match (fitting.next(), fitting.next()) {
            (None, _) => Meaning::Unknown,
            (Some(one), None) => Meaning::One(one),
            (Some(one), Some(two)) => {
                Meaning::Several([one, two].into_iter().chain(fitting).collect())
            }
        }
    }

    /// Whether the steps are names of ancestors, in order from the top, gaps allowed.
    fn has_above(&self, id: EntryId, steps: &[String]) -> bool {
        let Some((nearest, others)) = steps.split_last() else {
            return true;
        };
        let having = self.having(nearest);
        let above = self.entry(id).ancestors().into_iter();
        above
            .filter(|ancestor| having.contains(ancestor))
            .any(|ancestor| self.has_above(ancestor, others))
    }

    /// What a folded value counts for: itself first, then everything it belongs to, once each.
    /// Silent entries are left out; a silent value counts for nothing.
    pub fn nodes(&self, value: &str, folded: &Folded, tree: Option<char>) -> Vec<Node> {
        let with_ancestors = |id| {
            let above = self.entry(id).ancestors();
            let all = std::iter::once(id).chain(above);
            all.filter(|&id| !self.entry(id).is_silent())
                .map(Node::Entry)
        };
        match folded {
            Folded::Silent(_) => Vec::new(),
            Folded::Entry(id) => with_ancestors(*id).collect(),
            Folded::Below(id, rest) => {
                let path = self.entry(*id).path().into_iter().map(|id| self.entry(id));
                let shown = path.filter(|entry| !entry.is_silent());
                let mut path: Vec<String> = shown.map(|entry| fold(entry.name())).collect();
                let mut nodes = Vec::new();
                for step in rest {
                    path.push(fold(step));
                    nodes.push(written(&path));
                }
                nodes.reverse();
                nodes.extend(with_ancestors(*id));
                nodes
            }
            Folded::Ambiguous(.., otherwise) => self.nodes(value, otherwise, tree),
            Folded::Written => {
                let steps = match tree {
                    Some(tree) => steps(value, tree),
                    None => vec![value],
                };
                let mut path: Vec<String> = steps.into_iter().map(fold).collect();
                path.retain(|step| !step.is_empty());
                let mut nodes = Vec::new();
                while !path.is_empty() {
                    nodes.push(written(&path));
                    path.pop();
                }
                nodes
            }
        }
    }
}

fn owned(steps: &[&str]) -> Vec<String> {
    steps.iter().map(|&step| step.to_owned()).collect()
}

fn written(path: &[String]) -> Node {
    Node::Written(path.join(&STEP.to_string()))
}

/// The steps of a written path, without what is empty.
fn steps(value: &str, tree: char) -> Vec<&str> {
    let steps = value.split(tree).map(str::trim);
    steps.filter(|step| !step.is_empty()).collect()
}
