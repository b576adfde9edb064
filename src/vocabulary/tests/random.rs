//! Folding of random values by random vocabularies, compared with a reading of the entries that
//! looks at all of them each time.

use proptest::prelude::*;

use crate::analysis::fold;
use crate::vocabulary::{Entry, EntryId, Folded, Kind, Name, Node, Role, STEP, Vocabulary, key};

/// Few names, so that they meet.
const NAMES: [&str; 10] = [
    "Alba",
    "alba",
    "ALBÁ",
    "Bora",
    "B.O.R.A.",
    "Cela",
    "Dora/Cela",
    "the Ester",
    "Faro",
    "—",
];

#[derive(Debug, Clone)]
struct Case {
    entries: Vec<Entry>,
    values: Vec<String>,
    tree: Option<char>,
}

fn case() -> impl Strategy<Value = Case> {
    let name = || prop::sample::select(NAMES.to_vec());
    let role = prop::sample::select(vec![Role::Name, Role::Code, Role::Demonym, Role::Capital]);
    let names = prop::collection::vec((name(), role), 0..4);
    let entry = (
        names,
        any::<prop::sample::Index>(),
        0..3usize,
        prop::bool::weighted(0.1),
    );
    let entries = prop::collection::vec(entry, 1..7).prop_map(|drafts| {
        let mut entries: Vec<Entry> = Vec::new();
        for (at, (names, parent, parents, silent)) in drafts.into_iter().enumerate() {
            // The first names are all different, as they have to be; some of them are names of
            // others when folded.
            let own = NAMES
                .get(at)
                .map_or_else(|| at.to_string(), |&name| name.to_owned());
            let mut entry = Entry::new(own, Kind::Other);
            for (text, role) in names {
                entry.names.push(Name::new(text, role));
            }
            for step in 0..parents.min(at) {
                let above = entries[(parent.index(at) + step) % at].name().to_owned();
                if !entry.parents.contains(&above) {
                    entry.parents.push(above);
                }
            }
            entry.silent = silent;
            entries.push(entry);
        }
        entries
    });
    let path = prop::collection::vec(name(), 1..4).prop_map(|steps| steps.join("/"));
    let value = prop_oneof![3 => name().prop_map(str::to_owned), 2 => path, 1 => "[a-c/. ]{0,6}"];
    (
        entries,
        prop::collection::vec(value, 0..8),
        prop::option::of(Just('/')),
    )
        .prop_map(|(entries, values, tree)| Case {
            entries,
            values,
            tree,
        })
}

/// The entries that have a name with the strongest claim.
fn naive_meaning(case: &Case, value: &str) -> Vec<usize> {
    let wanted = key(value);
    if wanted.is_empty() {
        return Vec::new();
    }
    for rank in 0..4 {
        let has = |entry: &Entry| {
            let mut names = entry.names.iter().enumerate();
            names.any(|(at, name)| {
                let this = match (name.role, at) {
                    (Role::Name, 0) => 0,
                    (Role::Name, _) => 1,
                    (Role::Code, _) => 2,
                    (Role::Demonym, _) => 3,
                    _ => 9,
                };
                this == rank && key(&name.text) == wanted
            })
        };
        let numbers = 0..case.entries.len();
        let having: Vec<usize> = numbers
            .filter(|&number| has(&case.entries[number]))
            .collect();
        if !having.is_empty() {
            return having;
        }
    }
    Vec::new()
}

fn above(case: &Case, number: usize) -> Vec<usize> {
    let mut found = Vec::new();
    for parent in &case.entries[number].parents {
        let at = case.entries.iter().position(|entry| entry.name() == parent);
        let at = at.unwrap();
        found.push(at);
        found.extend(above(case, at));
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Whether some chain of ancestors, from far to near, has the steps as names.
fn naive_above(case: &Case, number: usize, steps: &[&str]) -> bool {
    let Some((nearest, others)) = steps.split_last() else {
        return true;
    };
    above(case, number).into_iter().any(|ancestor| {
        let mut names = case.entries[ancestor].names.iter();
        let named = names.any(|name| {
            let key_of = key(&name.text);
            name.role != Role::Capital && !key_of.is_empty() && key_of == key(nearest)
        });
        named && naive_above(case, ancestor, others)
    })
}

/// Entries, and the steps that hang below them.
type Reading = (Vec<usize>, Vec<String>);

/// What a value may come to, the strongest first: entries, and the steps that hang below.
fn naive_value(case: &Case, value: &str) -> Vec<Reading> {
    let whole = naive_meaning(case, value);
    if !whole.is_empty() {
        return vec![(whole, Vec::new())];
    }
    let steps: Vec<&str> = value
        .split('/')
        .map(str::trim)
        .filter(|s| !s.is_empty())
        .collect();
    if steps.len() < 2 {
        return Vec::new();
    }
    let least = if case.tree.is_some() { 1 } else { steps.len() };
    let readings = (least..=steps.len()).rev().map(|known| {
        let meaning = naive_meaning(case, steps[known - 1]).into_iter();
        let fitting = meaning.filter(|&number| naive_above(case, number, &steps[..known - 1]));
        let rest = steps[known..].iter().map(|&s| s.to_owned());
        (fitting.collect::<Vec<_>>(), rest.collect())
    });
    readings
        .filter(|(meaning, _)| !meaning.is_empty())
        .collect()
}

fn naive_fold(case: &Case) -> Vec<Vec<Node>> {
    let id = |number: usize| EntryId(number as u32);
    let plain: Vec<_> = case
        .values
        .iter()
        .map(|value| naive_value(case, value))
        .collect();
    let is_there = |number: usize| {
        plain.iter().any(|readings| {
            let first = readings.first().map(|(meaning, _)| meaning.as_slice());
            first == Some(&[number]) && !case.entries[number].silent
        })
    };
    let node_of = |path: &[String]| Node::Written(path.join(&STEP.to_string()));
    let fold_one = |(value, readings): (&String, &Vec<Reading>)| {
        let settled = readings.iter().find_map(|(meaning, rest)| {
            if let [one] = meaning[..] {
                return Some((one, rest));
            }
            let there: Vec<usize> = meaning.iter().copied().filter(|&n| is_there(n)).collect();
            (there.len() == 1).then(|| (there[0], rest))
        });
        let mut nodes = Vec::new();
        let Some((number, rest)) = settled else {
            let steps: Vec<&str> = match case.tree {
                Some(_) => value.split('/').collect(),
                None => vec![value.as_str()],
            };
            let folded: Vec<String> = steps
                .into_iter()
                .map(|s| fold(s.trim()))
                .filter(|s| !s.is_empty())
                .collect();
            nodes.extend((1..=folded.len()).map(|length| node_of(&folded[..length])));
            nodes.sort();
            return nodes;
        };
        if case.entries[number].silent {
            return Vec::new();
        }
        let mut path = Vec::new();
        let mut at = Some(number);
        while let Some(number) = at {
            if !case.entries[number].silent {
                path.insert(0, fold(case.entries[number].name()));
            }
            let parent = case.entries[number].parents.first();
            at = parent.and_then(|parent| case.entries.iter().position(|e| e.name() == parent));
        }
        for step in rest {
            path.push(fold(step));
            nodes.push(node_of(&path));
        }
        let all = above(case, number).into_iter().chain([number]);
        nodes.extend(
            all.filter(|&n| !case.entries[n].silent)
                .map(|n| Node::Entry(id(n))),
        );
        nodes.sort();
        nodes
    };
    case.values.iter().zip(&plain).map(fold_one).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn folding_is_what_a_naive_reading_says(case in case()) {
        let vocabulary = Vocabulary::compile(&case.entries).unwrap();
        let folded = vocabulary.fold_values(&case.values, case.tree);
        let nodes: Vec<Vec<Node>> = case
            .values
            .iter()
            .zip(&folded)
            .map(|(value, folded)| {
                let mut nodes = vocabulary.nodes(value, folded, case.tree);
                nodes.sort();
                nodes
            })
            .collect();
        prop_assert_eq!(&nodes, &naive_fold(&case));
        for nodes in &nodes {
            let mut once = nodes.clone();
            once.dedup();
            prop_assert_eq!(&once, nodes, "a node counts once");
        }
    }

    #[test]
    fn what_was_compiled_is_read_back(case in case()) {
        let vocabulary = Vocabulary::compile(&case.entries).unwrap();
        let entries: Vec<Entry> = vocabulary.entries().map(|entry| entry.to_entry()).collect();
        prop_assert_eq!(&entries, &case.entries);
        let again = Vocabulary::read(vocabulary.as_bytes().to_vec()).unwrap();
        prop_assert_eq!(again.hash(), vocabulary.hash());
    }
}

#[test]
fn a_value_of_several_entries_is_the_one_that_the_facet_holds() {
    let entry = |name: &str| {
        let mut entry = Entry::new(name, Kind::Country);
        entry.names.push(Name::new("Congo", Role::Name));
        entry
    };
    let entries = [entry("DR Congo"), entry("Republic of the Congo")];
    let vocabulary = Vocabulary::compile(&entries).unwrap();
    let first = EntryId(0);
    let fold = |values: &[&str]| vocabulary.fold_values(values, None);
    assert_eq!(fold(&["congo"]), [Folded::Written]);
    assert_eq!(
        fold(&["congo", "DR Congo"]),
        [Folded::Entry(first), Folded::Entry(first)]
    );
    let both = fold(&["congo", "DR Congo", "Republic of the Congo"]);
    assert_eq!(both[0], Folded::Written);
}
