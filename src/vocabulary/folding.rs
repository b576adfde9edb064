//! From written values to what they count for: the entry that a value means, and everything the
//! entry belongs to. Values that no entry has stay as they are written.
//!
//! In a tree (`politics/diplomacy`) a value means the entry of its last step whose ancestors hold
//! the steps before it, in order; steps that no entry has hang below the last one that has.
//!
//! A value that several entries have means the one of them that the facet holds by another, plain
//! name; if it holds none of them, or several, the value stays as it is written.

use std::collections::BTreeSet;

use super::compiled::{EntryId, Meaning, Vocabulary};
use super::key::key;
use crate::analysis::fold;

/// Stands between the steps of a folded path; no value can hold it.
pub const STEP: char = '\0';

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
    /// These entries have it, and nothing says which is meant: it stays as it is written.
    Ambiguous(Vec<EntryId>),
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

impl Vocabulary {
    /// Folds every value of a facet; `tree` separates the steps of a value.
    pub fn fold_values<V: AsRef<str>>(&self, values: &[V], tree: Option<char>) -> Vec<Folded> {
        let mut folded: Vec<Folded> = values
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
        for value in &mut folded {
            let Folded::Ambiguous(candidates) = value else {
                continue;
            };
            let mut there = candidates.iter().filter(|id| present.contains(id));
            if let (Some(&one), None) = (there.next(), there.next()) {
                *value = Folded::Entry(one);
            }
        }
        folded
    }

    /// Folds one value, with nothing around it that could say which of several is meant.
    pub fn fold_value(&self, value: &str, tree: Option<char>) -> Folded {
        // A name may hold the separator itself.
        let whole = self.look_up(value);
        let steps: Vec<&str> = tree.map_or(Vec::new(), |tree| steps(value, tree));
        if whole != Meaning::Unknown || steps.len() < 2 {
            return self.settle(whole, &[]);
        }
        for known in (1..=steps.len()).rev() {
            let (path, rest) = steps.split_at(known);
            let meaning = self.look_up_path(path);
            if meaning != Meaning::Unknown {
                return self.settle(meaning, rest);
            }
        }
        Folded::Written
    }

    /// What counts for a value, of several meanings or of one with steps below it.
    fn settle(&self, meaning: Meaning, rest: &[&str]) -> Folded {
        match meaning {
            Meaning::Unknown => Folded::Written,
            Meaning::Several(_) if !rest.is_empty() => Folded::Written,
            Meaning::Several(candidates) => Folded::Ambiguous(candidates),
            Meaning::One(id) if self.entry(id).is_silent() => Folded::Silent(id),
            Meaning::One(id) if rest.is_empty() => Folded::Entry(id),
            Meaning::One(id) => Folded::Below(id, rest.iter().map(|&s| s.to_owned()).collect()),
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
        self.entry(id).ancestors().into_iter().any(|ancestor| {
            let has_name = || {
                let names = self.entry(ancestor).names();
                let mut names = names.filter(|name| name.role.folds());
                names.any(|name| key(name.text) == *nearest)
            };
            has_name() && self.has_above(ancestor, others)
        })
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
                let names = self.entry(*id).path().into_iter();
                let mut path: Vec<String> = names.map(|id| fold(self.entry(id).name())).collect();
                let mut nodes = Vec::new();
                for step in rest {
                    path.push(fold(step));
                    nodes.push(written(&path));
                }
                nodes.reverse();
                nodes.extend(with_ancestors(*id));
                nodes
            }
            Folded::Written | Folded::Ambiguous(_) => {
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

fn written(path: &[String]) -> Node {
    Node::Written(path.join(&STEP.to_string()))
}

/// The steps of a written path, without what is empty.
fn steps(value: &str, tree: char) -> Vec<&str> {
    let steps = value.split(tree).map(str::trim);
    steps.filter(|step| !step.is_empty()).collect()
}
