//! The written values of a column → the nodes that they count for.
//!
//! An entry stands below the first of its parents, theirs, and so on; silenced ones are passed
//! over. What it belongs to beside that gets a hidden node below it, to which the values of the
//! entry lead as well: so every node still has one place, and counts a document once.

use std::collections::HashMap;
use std::io;

use tantivy::columnar::StrColumn;

use crate::analysis::fold;
use crate::index::segment::nodes::folded::{
    Form, FormShown, Led, SEVERAL, SILENT, UNKNOWN, table_of,
};
use crate::index::segment::nodes::{
    NodeHash, NodeTable, STEP, display_rank, folded_path, hash_path,
};
use crate::vocabulary::{EntryId, EntryRef, Folded, Vocabulary, key};

/// Makes the table of a column, or of several whose ordinals follow each other.
pub(super) fn fold_columns<'c>(
    columns: impl IntoIterator<Item = &'c StrColumn>,
    vocabulary: &Vocabulary,
    tree: Option<char>,
) -> io::Result<NodeTable> {
    let mut values: Vec<(String, Folded)> = Vec::new();
    for column in columns {
        values.reserve(column.num_terms());
        let mut terms = column.dictionary().stream()?;
        while terms.advance() {
            let text = String::from_utf8_lossy(terms.key()).into_owned();
            let folded = vocabulary.fold_value(&text, tree);
            values.push((text, folded));
        }
    }
    let mut places = Places::new(vocabulary, tree);
    // First what has an entry: a value without one that is spelled like its name joins it.
    for (_, folded) in &values {
        places.enter(folded);
    }
    let mut led = Vec::with_capacity(values.len());
    for (ordinal, (text, folded)) in values.iter().enumerate() {
        led.push(places.lead(ordinal as u32, text, folded));
    }
    for led in &led {
        let choices = led.choices.iter().flatten().map(|(_, leaves)| leaves);
        for leaves in choices.chain([&led.leaves]) {
            if let Some(&first) = leaves.first() {
                places.forms[first as usize].is_direct = true;
            }
        }
    }
    table_of(&places.forms, &led, tree)
}

/// The places of nodes in the tree, as far as values lead to them.
pub(super) struct Places<'a> {
    vocabulary: &'a Vocabulary,
    tree: Option<char>,
    pub(super) forms: Vec<Form>,
    /// The form above each.
    above: Vec<Option<u32>>,
    by_hash: HashMap<NodeHash, u32>,
    entries: HashMap<EntryId, u32>,
    leaves: HashMap<EntryId, Vec<u32>>,
}

impl<'a> Places<'a> {
    pub(super) fn new(vocabulary: &'a Vocabulary, tree: Option<char>) -> Self {
        Self {
            vocabulary,
            tree,
            forms: Vec::new(),
            above: Vec::new(),
            by_hash: HashMap::new(),
            entries: HashMap::new(),
            leaves: HashMap::new(),
        }
    }

    fn enter(&mut self, folded: &Folded) {
        match folded {
            Folded::Entry(id) | Folded::Below(id, _) => {
                self.leaves_of(*id);
            }
            Folded::Ambiguous(candidates, _, otherwise) => {
                for &id in candidates {
                    self.leaves_of(id);
                }
                self.enter(otherwise);
            }
            _ => {}
        }
    }

    /// What a value of an ordinal leads to.
    pub(super) fn lead(&mut self, ordinal: u32, text: &str, folded: &Folded) -> Led {
        let mut choices = Vec::new();
        let mut settled = folded;
        while let Folded::Ambiguous(candidates, rest, otherwise) = settled {
            let of = |id: &EntryId| (id.number(), self.below(*id, rest));
            choices.push(candidates.iter().map(of).collect());
            settled = otherwise;
        }
        let (leaves, entry) = match settled {
            Folded::Entry(id) => (self.leaves_of(*id), id.number()),
            Folded::Below(id, rest) => (self.below(*id, rest), id.number()),
            Folded::Silent(_) => (Vec::new(), SILENT),
            _ => (self.written(ordinal, text), UNKNOWN),
        };
        Led {
            leaves,
            entry: if choices.is_empty() { entry } else { SEVERAL },
            choices,
        }
    }

    /// A form and what is above it, from the top down.
    pub(super) fn path(&self, form: u32) -> Vec<u32> {
        let mut path = vec![form];
        let mut at = form;
        while let Some(above) = self.above[at as usize] {
            path.push(above);
            at = above;
        }
        path.reverse();
        path
    }

    /// The form of an entry, and of everything else that it belongs to; none for a silenced one.
    fn leaves_of(&mut self, id: EntryId) -> Vec<u32> {
        if let Some(leaves) = self.leaves.get(&id) {
            return leaves.clone();
        }
        let entry = self.vocabulary.entry(id);
        let mut leaves = Vec::new();
        if !entry.is_silent() {
            leaves.push(self.entry(id));
            let path = entry.path();
            let mut beside = entry.ancestors();
            beside.retain(|id| !path.contains(id) && !self.vocabulary.entry(*id).is_silent());
            let paths: Vec<Vec<EntryId>> = beside
                .iter()
                .map(|&id| self.vocabulary.entry(id).path())
                .collect();
            for &id in &beside {
                let is_above = |path: &Vec<EntryId>| path.last() != Some(&id) && path.contains(&id);
                if !paths.iter().any(is_above) {
                    let form = self.entry(id);
                    leaves.push(self.hidden_below(form));
                }
            }
        }
        self.leaves.insert(id, leaves.clone());
        leaves
    }

    /// The form of an entry that is not silenced.
    pub(super) fn entry(&mut self, id: EntryId) -> u32 {
        if let Some(&form) = self.entries.get(&id) {
            return form;
        }
        let mut above = None;
        for step in self.vocabulary.entry(id).path() {
            let entry = self.vocabulary.entry(step);
            if entry.is_silent() && step != id {
                continue;
            }
            let form = match self.entries.get(&step) {
                Some(&form) => form,
                None => self.place_entry(above, entry),
            };
            self.entries.insert(step, form);
            above = Some(form);
        }
        above.unwrap_or(0)
    }

    fn place_entry(&mut self, above: Option<u32>, entry: EntryRef<'_>) -> u32 {
        let name = match self.tree {
            Some(tree) if entry.name().contains(tree) => as_step(entry.name(), tree),
            _ => entry.name().to_owned(),
        };
        self.place(above, &name)
    }

    /// The place of a name below another place.
    fn place(&mut self, above: Option<u32>, name: &str) -> u32 {
        let mut step = fold(name);
        if step.is_empty() {
            step.push(char::REPLACEMENT_CHARACTER);
        }
        let (path, text) = match above.map(|above| &self.forms[above as usize]) {
            None => (step.clone(), name.to_owned()),
            Some(above) => {
                let text = match self.tree {
                    None => name.to_owned(),
                    Some(tree) => format!("{}{tree}{name}", above.shown.text()),
                };
                (format!("{}{STEP}{step}", above.path), text)
            }
        };
        let hash = match self.tree {
            None => hash_path(&step),
            Some(_) => hash_path(&path),
        };
        self.add(above, path, hash, FormShown::Text(text))
    }

    fn add(&mut self, above: Option<u32>, path: String, hash: NodeHash, shown: FormShown) -> u32 {
        let new = self.forms.len() as u32;
        let form = *self.by_hash.entry(hash).or_insert(new);
        if form == new {
            self.above.push(above);
            self.forms.push(Form {
                path,
                hash,
                shown,
                is_direct: false,
                is_hidden: false,
            });
        }
        form
    }

    /// The hidden node of what belongs to a form by the way.
    fn hidden_below(&mut self, form: u32) -> u32 {
        let path = format!("{}{STEP}", self.forms[form as usize].path);
        let hash = hash_path(&path);
        let hidden = self.add(Some(form), path, hash, FormShown::Text(String::new()));
        self.forms[hidden as usize].is_hidden = true;
        hidden
    }

    /// What lies below an entry by steps that no entry has.
    fn below(&mut self, id: EntryId, rest: &[String]) -> Vec<u32> {
        let mut leaves = self.leaves_of(id);
        if let Some(first) = leaves.first_mut() {
            *first = self.steps_below(*first, rest);
        }
        leaves
    }

    fn steps_below(&mut self, mut form: u32, rest: &[String]) -> u32 {
        for step in rest.iter().filter(|step| !fold(step).is_empty()) {
            form = self.place(Some(form), step);
        }
        form
    }

    /// The name of an entry that is not silenced, and of what lies below it.
    pub(super) fn shown(&mut self, id: EntryId, rest: &[String]) -> &str {
        let form = self.entry(id);
        let form = self.steps_below(form, rest);
        self.forms[form as usize].shown.text()
    }

    /// What a value counts for as it is written.
    fn written(&mut self, ordinal: u32, text: &str) -> Vec<u32> {
        let mut above = None;
        for (path, end) in folded_path(text, self.tree) {
            let written = text.get(..end).unwrap_or(text);
            let hash = hash_path(&path);
            let shown = FormShown::Written {
                ordinal,
                form: written.to_owned(),
            };
            let form = self.add(above, path, hash, shown.clone());
            let known = &mut self.forms[form as usize].shown;
            if let FormShown::Written { form, .. } = known
                && display_rank(written) < display_rank(form)
            {
                *known = shown;
            }
            above = Some(form);
        }
        above.into_iter().collect()
    }
}

/// A name as one step of a path: without what separates steps, and still the same name.
fn as_step(name: &str, tree: char) -> String {
    let tries = [" ", "", " and "];
    let without = |by: &&str| name.replace(tree, by).trim().to_owned();
    let same = tries
        .iter()
        .map(without)
        .find(|step| key(step) == key(name));
    same.unwrap_or_else(|| without(&" "))
}
