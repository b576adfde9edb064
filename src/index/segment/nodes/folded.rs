//! What a table has more if a vocabulary folds its values: an ordinal may lead to several leaves
//! or to none, nodes are shown under names that stand in no dictionary, and their order need not
//! be that of their names.
//!
//! Behind the arrays of a plain table follow: the rank of each node by name; the entry of each
//! ordinal; lists of leaves, their length in front; what ambiguous ordinals may mean; texts. The
//! two highest bits of the end of a subtree are marks, and so is the highest bit of the ordinal
//! that a node is shown by, and of a leaf.

use std::collections::BTreeMap;
use std::io;

use tantivy::directory::OwnedBytes;

use super::write::place;
use super::{NODE_BYTES, NodeHash, NodeTable, ROOT};
use crate::analysis::fold;

/// On a leaf: it is the place of a list.
const LIST: u32 = 1 << 31;
/// On the end of a subtree: ordinals lead to the node itself.
const DIRECT: u32 = 1 << 31;
/// On the end of a subtree: the node is never shown.
const HIDDEN: u32 = 1 << 30;
pub(super) const END: u32 = HIDDEN - 1;
/// On the ordinal of a written form: it is the place of a text instead.
const TEXT: u32 = 1 << 31;

/// In place of the entry of an ordinal: no entry has the value.
pub(crate) const UNKNOWN: u32 = u32::MAX;
/// In place of the entry of an ordinal: several entries have the value.
pub(crate) const SEVERAL: u32 = u32::MAX - 1;
/// In place of the entry of an ordinal: the entry of the value is silenced.
pub(crate) const SILENT: u32 = u32::MAX - 2;

/// The sizes of a folded table, from which the places of its arrays follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct FoldedShape {
    pub(crate) ordinals: u32,
    pub(crate) count: u32,
    pub(crate) lists: u32,
    pub(crate) choices: u32,
    pub(crate) texts: u32,
    /// The longest list of leaves.
    pub(crate) most_leaves: u32,
    /// Some ordinal leads nowhere.
    pub(crate) has_silent: bool,
    /// Some node stands below another one.
    pub(crate) has_parents: bool,
}

/// Where the further arrays of a table stand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extra {
    shape: FoldedShape,
    ranks: usize,
    entries: usize,
    lists: usize,
    choices: usize,
    texts: usize,
}

impl FoldedShape {
    /// The sizes as they are kept.
    #[cfg(feature = "formats")]
    pub(crate) fn to_numbers(self) -> [u32; 7] {
        let marks = u32::from(self.has_silent) | u32::from(self.has_parents) << 1;
        let Self {
            ordinals,
            count,
            lists,
            choices,
            texts,
            most_leaves,
            ..
        } = self;
        [ordinals, count, lists, choices, texts, most_leaves, marks]
    }

    /// What [`to_numbers`](Self::to_numbers) gave.
    pub(crate) fn of_numbers(numbers: [u32; 7]) -> Self {
        let [ordinals, count, lists, choices, texts, most_leaves, marks] = numbers;
        Self {
            ordinals,
            count,
            lists,
            choices,
            texts,
            most_leaves,
            has_silent: marks & 1 != 0,
            has_parents: marks & 2 != 0,
        }
    }

    /// How many bytes the arrays take together.
    pub(crate) fn bytes(&self) -> Option<usize> {
        let numbers = |count: u32, each: usize| (count as usize).checked_mul(each);
        let mut sum = self.texts as usize;
        for part in [
            numbers(self.ordinals, 8),
            numbers(self.count, NODE_BYTES + 16 + 4 + 4),
            numbers(self.lists, 4),
            numbers(self.choices, 4),
        ] {
            sum = sum.checked_add(part?)?;
        }
        Some(sum)
    }

    /// The table of these bytes, if they are as many as there should be.
    pub(crate) fn table(self, bytes: OwnedBytes, tree: Option<char>) -> Option<NodeTable> {
        if self.bytes()? != bytes.len() {
            return None;
        }
        let nodes = 4 * self.ordinals as usize;
        let hashes = nodes + NODE_BYTES * self.count as usize;
        let by_hash = hashes + 16 * self.count as usize;
        let ranks = by_hash + 4 * self.count as usize;
        let entries = ranks + 4 * self.count as usize;
        let lists = entries + 4 * self.ordinals as usize;
        let choices = lists + 4 * self.lists as usize;
        let texts = choices + 4 * self.choices as usize;
        Some(NodeTable {
            bytes,
            leaves: 0,
            nodes,
            hashes,
            by_hash,
            ordinals: self.ordinals,
            count: self.count,
            tree,
            simple: false,
            extra: Some(Extra {
                shape: self,
                ranks,
                entries,
                lists,
                choices,
                texts,
            }),
        })
    }
}

/// How a node is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shown<'a> {
    /// By so many bytes of the string of an ordinal.
    Written(u32, usize),
    Text(&'a str),
}

impl NodeTable {
    /// The sizes of the table, if a vocabulary folded it.
    pub(crate) fn shape(&self) -> Option<FoldedShape> {
        self.extra.map(|extra| extra.shape)
    }

    /// Whether some ordinal may lead nowhere.
    pub(crate) fn has_silent(&self) -> bool {
        self.extra.is_some_and(|extra| extra.shape.has_silent)
    }

    /// Whether some node may stand below another one.
    pub(crate) fn has_parents(&self) -> bool {
        self.extra.is_none_or(|extra| extra.shape.has_parents)
    }

    /// The most leaves of one ordinal.
    pub(crate) fn most_leaves(&self) -> usize {
        self.extra
            .map_or(1, |extra| extra.shape.most_leaves.max(1) as usize)
    }

    /// Calls back with every leaf that an ordinal counts for; [`ROOT`] is none of them.
    #[inline]
    pub(crate) fn each_leaf(&self, ordinal: u32, mut visit: impl FnMut(u32)) {
        let leaf = self.raw_leaf(ordinal);
        if leaf < self.count {
            visit(leaf);
        } else if let Some(list) = self.list(leaf) {
            for place in list {
                let leaf = self.u32_at(place);
                if leaf < self.count {
                    visit(leaf);
                }
            }
        }
    }

    /// Puts what is stored for every ordinal into `leaves`; false if one counts for no leaf, or for
    /// a list of them.
    #[inline]
    pub(crate) fn single_leaves(&self, ordinals: &[u32], leaves: &mut Vec<u32>) -> bool {
        let end = self.leaves + 4 * self.ordinals as usize;
        let stored = self.bytes.get(self.leaves..end).unwrap_or_default();
        let (stored, _) = stored.as_chunks::<4>();
        let leaf = |&ordinal: &u32| {
            let leaf = stored.get(ordinal as usize);
            leaf.map_or(ROOT, |bytes| u32::from_le_bytes(*bytes))
        };
        leaves.clear();
        leaves.extend(ordinals.iter().map(leaf));
        let greatest = leaves.iter().fold(0, |greatest, &leaf| leaf.max(greatest));
        leaves.is_empty() || greatest < self.count
    }

    /// The leaf that an ordinal leads to itself, not by what else its entry belongs to.
    #[inline]
    pub(crate) fn leaf(&self, ordinal: u32) -> u32 {
        let leaf = self.raw_leaf(ordinal);
        if leaf < self.count {
            return leaf;
        }
        let first = self.list(leaf).and_then(|mut places| places.next());
        let leaf = first.map_or(ROOT, |place| self.u32_at(place));
        if leaf < self.count { leaf } else { ROOT }
    }

    /// Where the leaves of a list stand.
    fn list(&self, leaf: u32) -> Option<impl Iterator<Item = usize> + use<>> {
        let extra = self.extra?;
        if leaf == ROOT || leaf & LIST == 0 {
            return None;
        }
        let at = leaf & !LIST;
        let length = self.u32_at(extra.lists + 4 * at as usize);
        let end = at.saturating_add(length).min(extra.shape.lists);
        (at < extra.shape.lists)
            .then(|| (at + 1..end.saturating_add(1)).map(move |at| extra.lists + 4 * at as usize))
    }

    /// Whether a node only stands for what belongs to the node above it by the way: it counts, and
    /// is not shown.
    pub(crate) fn is_hidden(&self, node: u32) -> bool {
        self.extra.is_some() && self.raw_end(node) & HIDDEN != 0
    }

    /// Whether there are ordinals that lead to a node itself, or may.
    pub(crate) fn is_direct(&self, node: u32) -> bool {
        self.extra.is_none() || self.raw_end(node) & DIRECT != 0
    }

    /// How a node is shown.
    pub(crate) fn shown(&self, node: u32) -> Shown<'_> {
        let (at, length) = self.display(node);
        let Some(extra) = self.extra.filter(|_| at & TEXT != 0) else {
            return Shown::Written(at, length);
        };
        let start = extra.texts + (at & !TEXT) as usize;
        let text = self.bytes.get(start..start.saturating_add(length));
        Shown::Text(text.map_or("", |text| std::str::from_utf8(text).unwrap_or("")))
    }

    /// Where a node stands among all of the table by their names.
    pub(crate) fn rank(&self, node: u32) -> u32 {
        match self.extra {
            None => node,
            Some(extra) => self.u32_at(extra.ranks + 4 * node as usize),
        }
    }

    /// The number of the entry that an ordinal means, or [`UNKNOWN`], [`SEVERAL`], [`SILENT`].
    pub(crate) fn entry(&self, ordinal: u32) -> u32 {
        match self.extra.filter(|_| ordinal < self.ordinals) {
            None => UNKNOWN,
            Some(extra) => self.u32_at(extra.entries + 4 * ordinal as usize),
        }
    }

    /// All of its bytes, if a vocabulary folded it.
    #[cfg(feature = "formats")]
    pub(crate) fn folded_bytes(&self) -> Option<&[u8]> {
        self.extra.map(|_| self.bytes.as_slice())
    }

    /// How many ordinals there are.
    pub(crate) fn ordinals(&self) -> u32 {
        self.ordinals
    }

    /// Whether some ordinal means several entries.
    pub(crate) fn has_choices(&self) -> bool {
        self.extra.is_some_and(|extra| extra.shape.choices > 0)
    }

    /// Settles what ambiguous ordinals mean: `choose` is given their entries, and says which of
    /// them counts, if one does.
    pub(crate) fn settle<E>(
        &self,
        mut choose: impl FnMut(&[u32]) -> Result<Option<u32>, E>,
    ) -> Result<Self, E> {
        let Some(extra) = self.extra else {
            return Ok(self.clone());
        };
        let number = |at: u32| self.u32_at(extra.choices + 4 * at as usize);
        let mut changed: BTreeMap<u32, u32> = BTreeMap::new();
        let mut at = 0;
        while at < extra.shape.choices {
            let (ordinal, length) = (number(at), number(at + 1));
            let end = (at + 2).saturating_add(length.saturating_mul(2));
            if end > extra.shape.choices {
                break;
            }
            let entries: Vec<u32> = (at + 2..end).step_by(2).map(number).collect();
            // The first that can be settled is the one that says most.
            if !changed.contains_key(&ordinal)
                && let Some(chosen) = choose(&entries)?
                && let Some(place) = entries.iter().position(|entry| *entry == chosen)
            {
                changed.insert(ordinal, number(at + 3 + 2 * place as u32));
            }
            at = end;
        }
        if changed.is_empty() {
            return Ok(self.clone());
        }
        let mut bytes = self.bytes.to_vec();
        for (ordinal, leaf) in changed.into_iter().filter(|(at, _)| *at < self.ordinals) {
            let at = self.leaves + 4 * ordinal as usize;
            if let Some(place) = bytes.get_mut(at..at + 4) {
                place.copy_from_slice(&leaf.to_le_bytes());
            }
        }
        Ok(Self {
            bytes: OwnedBytes::new(bytes),
            ..self.clone()
        })
    }
}

/// A node that has no number yet.
#[derive(Debug, Clone)]
pub(crate) struct Form {
    /// Where it stands in the tree: folded steps.
    pub(crate) path: String,
    pub(crate) hash: NodeHash,
    pub(crate) shown: FormShown,
    /// Ordinals lead to it itself, or may.
    pub(crate) is_direct: bool,
    pub(crate) is_hidden: bool,
}

/// How a form is shown.
#[derive(Debug, Clone)]
pub(crate) enum FormShown {
    /// By so many bytes of the string of an ordinal, which are these.
    Written {
        ordinal: u32,
        form: String,
    },
    Text(String),
}

impl FormShown {
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Written { form, .. } | Self::Text(form) => form,
        }
    }
}

/// What an ordinal leads to: the numbers of forms.
#[derive(Debug, Clone, Default)]
pub(crate) struct Led {
    /// The first is the one that the value itself is.
    pub(crate) leaves: Vec<u32>,
    /// The entry, or [`UNKNOWN`], [`SEVERAL`], [`SILENT`].
    pub(crate) entry: u32,
    /// Entries that it may mean, and their leaves; those that say most come first.
    pub(crate) choices: Vec<Vec<(u32, Vec<u32>)>>,
}

/// Makes a table of forms and of what every ordinal leads to.
pub(crate) fn table_of(forms: &[Form], led: &[Led], tree: Option<char>) -> io::Result<NodeTable> {
    let count = forms.len() as u32;
    let mut order: Vec<u32> = (0..count).collect();
    order.sort_by(|&a, &b| forms[a as usize].path.cmp(&forms[b as usize].path));
    let mut numbers = vec![ROOT; forms.len()];
    for (node, &form) in order.iter().enumerate() {
        numbers[form as usize] = node as u32;
    }
    let sorted: Vec<&Form> = order.iter().map(|&form| &forms[form as usize]).collect();

    let mut lists: Vec<u32> = Vec::new();
    let mut most_leaves = 1;
    let mut leaf_of = |leaves: &[u32]| match leaves {
        [] => ROOT,
        [one] => numbers[*one as usize],
        several => {
            let at = lists.len() as u32;
            most_leaves = most_leaves.max(several.len() as u32);
            lists.push(several.len() as u32);
            lists.extend(several.iter().map(|&form| numbers[form as usize]));
            LIST | at
        }
    };
    let leaves: Vec<u32> = led.iter().map(|led| leaf_of(&led.leaves)).collect();
    let mut choices: Vec<u32> = Vec::new();
    for (ordinal, led) in led.iter().enumerate() {
        for several in &led.choices {
            choices.extend([ordinal as u32, several.len() as u32]);
            for (entry, leaves) in several {
                choices.extend([*entry, leaf_of(leaves)]);
            }
        }
    }

    let mut texts = String::new();
    let mut nodes: Vec<[u32; 4]> = Vec::with_capacity(forms.len());
    for (form, (parent, end)) in sorted
        .iter()
        .zip(place(sorted.iter().map(|form| &*form.path)))
    {
        let (at, length) = match &form.shown {
            FormShown::Written { ordinal, form } => (*ordinal, form.len()),
            FormShown::Text(text) => {
                let at = texts.len() as u32;
                texts.push_str(text);
                (TEXT | at, text.len())
            }
        };
        let marks =
            if form.is_direct { DIRECT } else { 0 } | if form.is_hidden { HIDDEN } else { 0 };
        nodes.push([parent, end | marks, at, length as u32]);
    }
    let mut by_name: Vec<(String, u32)> = sorted
        .iter()
        .enumerate()
        .map(|(node, form)| (fold(form.shown.text()), node as u32))
        .collect();
    by_name.sort();
    let mut ranks = vec![0; forms.len()];
    for (rank, (_, node)) in by_name.iter().enumerate() {
        ranks[*node as usize] = rank as u32;
    }
    let mut by_hash: Vec<u32> = (0..count).collect();
    by_hash.sort_by_key(|&node| sorted[node as usize].hash);

    let shape = FoldedShape {
        ordinals: led.len() as u32,
        count,
        lists: lists.len() as u32,
        choices: choices.len() as u32,
        texts: texts.len() as u32,
        most_leaves,
        has_silent: led.iter().any(|led| led.entry == SILENT),
        has_parents: nodes.iter().any(|[parent, ..]| *parent != ROOT),
    };
    let mut out = Vec::with_capacity(shape.bytes().unwrap_or(0));
    let mut put = |numbers: &mut dyn Iterator<Item = u32>| {
        out.extend(numbers.flat_map(u32::to_le_bytes));
    };
    put(&mut leaves.into_iter());
    put(&mut nodes.into_iter().flatten());
    for form in &sorted {
        let hash = form.hash.as_chunks::<4>().0.iter();
        put(&mut hash.map(|&part| u32::from_le_bytes(part)));
    }
    put(&mut by_hash.into_iter());
    put(&mut ranks.into_iter());
    put(&mut led.iter().map(|led| led.entry));
    put(&mut lists.into_iter());
    put(&mut choices.into_iter());
    out.extend(texts.as_bytes());
    let is_small = count < HIDDEN && out.len() < TEXT as usize;
    let table = shape.table(OwnedBytes::new(out), tree);
    table
        .filter(|_| is_small)
        .ok_or_else(|| io::Error::other("a table is too large"))
}
