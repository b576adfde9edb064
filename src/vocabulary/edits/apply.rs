//! Carries out edits on entries.

use std::cell::Cell;
use std::collections::HashMap;

use super::{Action, Details, Edit, Place, Problem, Said};
use crate::schema::near_miss::suggest;
use crate::vocabulary::compiled::Vocabulary;
use crate::vocabulary::entry::{Entry, Kind, Name, Role};
use crate::vocabulary::key::key;

/// For so many unknown names a near one is looked for; that takes a look at all names each time.
const MAX_SUGGESTIONS: usize = 100;

/// A vocabulary that is being changed.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    items: Vec<Item>,
    /// Which items have, or once had, a name.
    by_key: HashMap<String, Vec<usize>>,
    /// What a new entry is.
    kind: Kind,
    /// A name that is given to an entry stays with the others that have it.
    shares: bool,
    /// For how many unknown names a near one was looked for.
    suggestions: Cell<usize>,
}

#[derive(Debug, Clone)]
struct Item {
    entry: Entry,
    /// The entries it belongs to; the names in the entry are made from them at the end.
    parents: Vec<usize>,
    /// What it has become a part of.
    into: Option<usize>,
}

/// What a name leads to.
enum Found {
    Nothing,
    One(usize),
    Several(Vec<usize>),
}

impl Draft {
    /// A vocabulary without entries, in which several entries may be given one name. New entries
    /// are of this kind.
    pub fn empty(kind: Kind) -> Self {
        Self {
            kind,
            shares: true,
            ..Self::default()
        }
    }

    /// The entries of a vocabulary. A name that is given to one of them is taken from the others.
    pub fn of(vocabulary: &Vocabulary, kind: Kind) -> Self {
        let mut draft = Self {
            kind,
            ..Self::default()
        };
        for entry in vocabulary.entries() {
            let parents = entry.parents().map(|id| id.0 as usize).collect();
            draft.push(entry.to_entry(), parents);
        }
        draft
    }

    /// Carries out edits; returns what could not be done. The rest is done all the same.
    pub fn apply(&mut self, edits: &[Edit]) -> Vec<Problem> {
        type Step = fn(&mut Draft, &Edit) -> Vec<Problem>;
        let mut problems = Vec::new();
        let steps: [Step; 9] = [
            Self::add,
            Self::details_of_added,
            Self::rename,
            Self::details_of_changed,
            Self::parents,
            Self::members,
            Self::merge,
            Self::split,
            Self::silence,
        ];
        for step in steps {
            for edit in edits {
                problems.extend(step(self, edit));
            }
        }
        problems
    }

    /// The entries as they are now.
    pub fn entries(&self) -> Vec<Entry> {
        let there = self.items.iter().filter(|item| item.into.is_none());
        there
            .map(|item| {
                let mut entry = item.entry.clone();
                entry.parents = Vec::new();
                for &parent in &item.parents {
                    let name = self.items[self.real(parent)].entry.name().to_owned();
                    if !entry.parents.contains(&name) {
                        entry.parents.push(name);
                    }
                }
                entry
            })
            .collect()
    }

    /// The entry that another has become.
    fn real(&self, mut number: usize) -> usize {
        while let Some(whole) = self.items[number].into {
            number = whole;
        }
        number
    }

    fn push(&mut self, entry: Entry, parents: Vec<usize>) {
        let number = self.items.len();
        for name in &entry.names {
            self.by_key.entry(key(&name.text)).or_default().push(number);
        }
        self.items.push(Item {
            entry,
            parents,
            into: None,
        });
    }

    fn find(&self, name: &str) -> Found {
        let key_of_name = key(name);
        let mut best: Option<(Role, bool)> = None;
        let mut found: Vec<usize> = Vec::new();
        for &number in self.by_key.get(&key_of_name).into_iter().flatten() {
            let item = &self.items[number];
            let names = item.entry.names.iter().enumerate();
            let rank = names
                .filter(|(_, name)| name.role.folds() && key(&name.text) == key_of_name)
                .map(|(at, name)| (name.role, at != 0))
                .min();
            let Some(rank) = rank.filter(|_| item.into.is_none()) else {
                continue;
            };
            if best.is_none_or(|best| rank < best) {
                best = Some(rank);
                found.clear();
            }
            if best == Some(rank) && !found.contains(&number) {
                found.push(number);
            }
        }
        match found.as_slice() {
            [] => Found::Nothing,
            [one] => Found::One(*one),
            _ => Found::Several(found),
        }
    }

    /// The one entry of a name, or what is wrong with the name.
    fn resolve(&self, name: &str, place: &Place) -> Result<usize, Problem> {
        match self.find(name) {
            Found::One(number) => Ok(number),
            Found::Nothing => {
                let problem = Problem::new(place, format!("no entry is called `{name}`"));
                Err(match self.nearest(name) {
                    Some(near) => problem.with_hint(format!("did you mean `{near}`?")),
                    None => problem.with_hint(format!("add it: [….add.\"{name}\"]")),
                })
            }
            Found::Several(numbers) => {
                let names: Vec<String> = numbers
                    .iter()
                    .take(5)
                    .map(|&number| format!("`{}`", self.items[number].entry.name()))
                    .collect();
                let message = format!("`{name}` is a name of {}", names.join(" and of "));
                Err(Problem::new(place, message).with_hint("write the one that is meant"))
            }
        }
    }

    /// The name of an entry that was probably meant.
    fn nearest(&self, name: &str) -> Option<String> {
        let told = self.suggestions.get();
        if told == MAX_SUGGESTIONS {
            return None;
        }
        self.suggestions.set(told + 1);
        let there = self.items.iter().filter(|item| item.into.is_none());
        let names = there.flat_map(|item| &item.entry.names);
        let names = names.filter(|name| matches!(name.role, Role::Name | Role::Demonym));
        suggest(name, names.map(|name| &name.text))
    }

    fn add(&mut self, edit: &Edit) -> Vec<Problem> {
        let Action::Add(name, details) = &edit.action else {
            return Vec::new();
        };
        if let Some(problem) = self.is_taken(name, None, &edit.place) {
            return vec![problem.with_hint(format!("change it: [….change.\"{name}\"]"))];
        }
        let entry = Entry::new(name, details.kind.unwrap_or(self.kind));
        let number = self.items.len();
        if !self.shares {
            self.take_from_others(name, number);
        }
        self.push(entry, Vec::new());
        Vec::new()
    }

    fn rename(&mut self, edit: &Edit) -> Vec<Problem> {
        let Action::Rename(old, new) = &edit.action else {
            return Vec::new();
        };
        let number = match self.resolve(old, &edit.place) {
            Ok(number) => number,
            Err(problem) => return vec![problem],
        };
        if let Some(problem) = self.is_taken(new, Some(number), &edit.place) {
            return vec![problem.with_hint(format!("merge them: [….merge] \"{new}\" = […]"))];
        }
        self.show_as(number, new);
        Vec::new()
    }

    /// Makes a name the first of an entry; the one before remains.
    fn show_as(&mut self, number: usize, name: &str) {
        if !self.shares {
            self.take_from_others(name, number);
        }
        let names = &mut self.items[number].entry.names;
        let known = names.iter().position(|known| known.text == name);
        let first = match known {
            Some(at) => names.remove(at),
            None => Name::new(name, Role::Name),
        };
        let first = Name {
            role: Role::Name,
            ..first
        };
        names.insert(0, first);
        self.by_key.entry(key(name)).or_default().push(number);
    }

    /// What is wrong if another entry is shown under a name.
    fn is_taken(&self, name: &str, but: Option<usize>, place: &Place) -> Option<Problem> {
        let wanted = key(name);
        if wanted.is_empty() {
            let message = format!("`{name}` has no letters or digits");
            return Some(Problem::new(place, message));
        }
        let numbers = self.by_key.get(&wanted)?;
        let other = numbers.iter().find(|&&number| {
            let item = &self.items[number];
            item.into.is_none() && Some(number) != but && key(item.entry.name()) == wanted
        })?;
        let shown = self.items[*other].entry.name();
        Some(Problem::new(
            place,
            format!("there is an entry `{shown}` already"),
        ))
    }

    /// Takes a name from all entries but one.
    fn take_from_others(&mut self, name: &str, owner: usize) {
        let wanted = key(name);
        for &number in self.by_key.get(&wanted).into_iter().flatten() {
            if number != owner {
                let names = &mut self.items[number].entry.names;
                let mut at = 0;
                names.retain(|name| {
                    at += 1;
                    at == 1 || name.role == Role::Capital || key(&name.text) != wanted
                });
            }
        }
    }

    /// The entry that an edit adds or changes, and what it says.
    fn subject<'e>(&self, edit: &'e Edit) -> Option<(Result<usize, Problem>, &'e Details)> {
        match &edit.action {
            // One that could not be added is spoken of there.
            Action::Add(name, details) => {
                let number = self.resolve(name, &edit.place).ok()?;
                Some((Ok(number), details))
            }
            Action::Change(name, details) => Some((self.resolve(name, &edit.place), details)),
            _ => None,
        }
    }

    fn details_of_added(&mut self, edit: &Edit) -> Vec<Problem> {
        match edit.action {
            Action::Add(..) => self.details(edit),
            _ => Vec::new(),
        }
    }

    fn details_of_changed(&mut self, edit: &Edit) -> Vec<Problem> {
        match edit.action {
            Action::Change(..) => self.details(edit),
            _ => Vec::new(),
        }
    }

    fn details(&mut self, edit: &Edit) -> Vec<Problem> {
        let Some((number, details)) = self.subject(edit) else {
            return Vec::new();
        };
        let number = match number {
            Ok(number) => number,
            Err(problem) => return vec![problem],
        };
        let mut problems = Vec::new();
        let at_line = |line: usize| Place {
            line,
            ..edit.place.clone()
        };
        for (name, line) in &details.dropped {
            problems.extend(self.drop_name(number, name, &at_line(*line)));
        }
        for (name, line) in &details.names {
            let is_shared = |(text, _): &Said| key(text) == key(&name.text);
            let shares =
                self.shares || name.role == Role::Capital || details.context.iter().any(is_shared);
            if !shares {
                if let Some(problem) = self.is_taken(&name.text, Some(number), &at_line(*line)) {
                    problems.push(problem.with_hint(
                        "merge the two, or list the name in `context` if it means both",
                    ));
                    continue;
                }
                self.take_from_others(&name.text, number);
            }
            self.give_name(number, name);
        }
        for (list, mark) in [
            (&details.case, (|name| name.case = true) as fn(&mut Name)),
            (&details.context, |name| name.context = true),
        ] {
            for (name, line) in list {
                problems.extend(self.mark(number, name, mark, &at_line(*line)));
            }
        }
        let entry = &mut self.items[number].entry;
        entry.kind = details.kind.unwrap_or(entry.kind);
        entry.from = details.from.or(entry.from);
        entry.until = details.until.or(entry.until);
        entry.silent = details.silent.unwrap_or(entry.silent);
        for country in &details.countries {
            if !entry.countries.contains(country) {
                entry.countries.push(country.clone());
            }
        }
        for office in &details.offices {
            if !entry.offices.contains(office) {
                entry.offices.push(office.clone());
            }
        }
        problems
    }

    /// Gives an entry a name that it may have already, in another role or language.
    fn give_name(&mut self, number: usize, name: &Name) {
        let names = &mut self.items[number].entry.names;
        let same = |known: &&mut Name| known.text == name.text;
        if let Some(known) = names.iter_mut().find(same) {
            // The same in two languages is of no one language.
            if known.language != name.language {
                known.language = None;
            }
            known.role = known.role.min(name.role);
        } else {
            names.push(name.clone());
            self.by_key.entry(key(&name.text)).or_default().push(number);
        }
    }

    fn drop_name(&mut self, number: usize, name: &str, place: &Place) -> Option<Problem> {
        let wanted = key(name);
        let entry = &mut self.items[number].entry;
        if key(entry.name()) == wanted {
            let message = format!("`{name}` is the name under which the entry is shown");
            return Some(Problem::new(place, message).with_hint("rename it first"));
        }
        let before = entry.names.len();
        entry.names.retain(|name| key(&name.text) != wanted);
        (entry.names.len() == before).then(|| self.no_such_name(number, name, place))
    }

    fn mark(
        &mut self,
        number: usize,
        name: &str,
        mark: fn(&mut Name),
        place: &Place,
    ) -> Option<Problem> {
        let wanted = key(name);
        let names = &mut self.items[number].entry.names;
        let mut found = false;
        for name in names.iter_mut().filter(|name| key(&name.text) == wanted) {
            mark(name);
            found = true;
        }
        (!found).then(|| self.no_such_name(number, name, place))
    }

    fn no_such_name(&self, number: usize, name: &str, place: &Place) -> Problem {
        let entry = &self.items[number].entry;
        let message = format!("`{}` has no name `{name}`", entry.name());
        let problem = Problem::new(place, message);
        match suggest(name, entry.names.iter().map(|name| &name.text)) {
            Some(near) => problem.with_hint(format!("did you mean `{near}`?")),
            None => problem,
        }
    }

    fn parents(&mut self, edit: &Edit) -> Vec<Problem> {
        let Some((
            Ok(number),
            Details {
                parents: Some(names),
                ..
            },
        )) = self.subject(edit)
        else {
            return Vec::new();
        };
        let mut problems = Vec::new();
        let mut parents = Vec::new();
        for (name, line) in names {
            let place = Place {
                line: *line,
                ..edit.place.clone()
            };
            match self.resolve(name, &place) {
                Ok(parent) if self.lies_below(parent, number) => {
                    let entry = self.items[number].entry.name();
                    let message = format!("`{name}` lies below `{entry}` and cannot be above it");
                    problems.push(Problem::new(&place, message));
                }
                Ok(parent) => parents.push(parent),
                Err(problem) => problems.push(problem),
            }
        }
        self.items[number].parents = parents;
        problems
    }

    fn members(&mut self, edit: &Edit) -> Vec<Problem> {
        let Some((Ok(number), details)) = self.subject(edit) else {
            return Vec::new();
        };
        let mut problems = Vec::new();
        for (name, line) in &details.members {
            let place = Place {
                line: *line,
                ..edit.place.clone()
            };
            match self.resolve(name, &place) {
                Ok(member) if self.lies_below(number, member) => {
                    let group = self.items[number].entry.name();
                    let message = format!("`{group}` lies below `{name}` and cannot be above it");
                    problems.push(Problem::new(&place, message));
                }
                Ok(member) => {
                    let parents = &mut self.items[member].parents;
                    if !parents.contains(&number) {
                        parents.push(number);
                    }
                }
                Err(problem) => problems.push(problem),
            }
        }
        problems
    }

    /// Whether an entry is another one, or belongs to it.
    fn lies_below(&self, entry: usize, top: usize) -> bool {
        let mut seen = vec![self.real(entry)];
        let mut at = 0;
        while let Some(&number) = seen.get(at) {
            if number == self.real(top) {
                return true;
            }
            for &parent in &self.items[number].parents {
                let parent = self.real(parent);
                if !seen.contains(&parent) {
                    seen.push(parent);
                }
            }
            at += 1;
        }
        false
    }

    fn merge(&mut self, edit: &Edit) -> Vec<Problem> {
        let Action::Merge(target, sources) = &edit.action else {
            return Vec::new();
        };
        let mut problems = Vec::new();
        let mut numbers = Vec::new();
        for (source, line) in sources {
            let place = Place {
                line: *line,
                ..edit.place.clone()
            };
            match self.resolve(source, &place) {
                Ok(number) => numbers.push(number),
                Err(problem) => problems.push(problem),
            }
        }
        let target = match self.find(target) {
            Found::One(number) => number,
            Found::Several(_) => {
                problems.extend(self.resolve(target, &edit.place).err());
                return problems;
            }
            // A name that nobody has is what the first of them is called from now on.
            Found::Nothing => match numbers.first() {
                Some(&first) if !key(target).is_empty() => {
                    self.show_as(first, target);
                    first
                }
                _ => return problems,
            },
        };
        for number in numbers {
            if number != target {
                self.absorb(target, number);
            }
        }
        problems
    }

    /// Makes an entry a part of another.
    fn absorb(&mut self, target: usize, number: usize) {
        let part = &mut self.items[number];
        part.into = Some(target);
        let entry = part.entry.clone();
        let parents = std::mem::take(&mut part.parents);
        for name in &entry.names {
            self.give_name(target, name);
        }
        let whole = &mut self.items[target];
        for country in entry.countries {
            if !whole.entry.countries.contains(&country) {
                whole.entry.countries.push(country);
            }
        }
        whole.entry.offices.extend(entry.offices);
        if whole.parents.is_empty() {
            whole.parents = parents;
        }
        // What lay between the two would lie below itself.
        let (mut kept, above) = (Vec::new(), std::mem::take(&mut self.items[target].parents));
        for parent in above {
            if !self.lies_below(parent, target) {
                kept.push(parent);
            }
        }
        self.items[target].parents = kept;
    }

    fn split(&mut self, edit: &Edit) -> Vec<Problem> {
        let Action::Split(name, parts) = &edit.action else {
            return Vec::new();
        };
        let number = match self.resolve(name, &edit.place) {
            Ok(number) => number,
            Err(problem) => return vec![problem],
        };
        let mut problems = Vec::new();
        for (part, names) in parts {
            let mut entry = self.items[number].entry.clone();
            let mut own = vec![Name::new(part, Role::Name)];
            for (name, line) in names {
                let place = Place {
                    line: *line,
                    ..edit.place.clone()
                };
                let wanted = key(name);
                let moved = self.items[number].entry.names.iter().skip(1);
                let moved: Vec<Name> = moved
                    .filter(|name| key(&name.text) == wanted)
                    .cloned()
                    .collect();
                match self.drop_name(number, name, &place) {
                    Some(problem) => problems.push(problem),
                    None => own.extend(moved.into_iter().filter(|name| name.text != *part)),
                }
            }
            if let Some(problem) = self.is_taken(part, None, &edit.place) {
                problems.push(problem);
                continue;
            }
            let new = self.items.len();
            self.take_from_others(part, new);
            entry.names = own;
            entry.offices.clear();
            let parents = self.items[number].parents.clone();
            self.push(entry, parents);
        }
        problems
    }

    fn silence(&mut self, edit: &Edit) -> Vec<Problem> {
        let Action::Silence(name) = &edit.action else {
            return Vec::new();
        };
        match self.resolve(name, &edit.place) {
            Ok(number) => {
                self.items[number].entry.silent = true;
                Vec::new()
            }
            Err(problem) => vec![problem],
        }
    }
}
