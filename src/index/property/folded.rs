//! Facets that random vocabularies fold, compared with a scan of the same documents that folds
//! every value on its own: names in many spellings, names of several entries, groups, silenced
//! entries, trees, deletions, several segments, every kind of choice.

mod tagged;

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::cases_or;
use crate::analysis::fold;
use crate::vocabulary::{Entry, EntryId, Folded, Kind, Name, Node, Role, Vocabularies, Vocabulary};
use crate::*;

/// The names under which entries are shown: no two are the same name.
const FIRST: [&str; 8] = [
    "Alba",
    "Bora",
    "Cela",
    "Dora Dora",
    "Éster",
    "Faro",
    "Gala",
    "U.B.",
];
/// Their other names; an entry may have that of another one, and several the same.
const OTHER: [&str; 7] = ["ab", "Albion", "Boreal", "cel", "Dorian", "UB", "Estrie"];
/// Values that need not be of any entry.
const PLAIN: [&str; 5] = ["Hild", "HILD", "Ingo", "the ab", "Júno"];

/// The number of a document, its countries and its topics.
type Put = (u8, Vec<String>, Vec<String>);

#[derive(Debug, Clone)]
struct Case {
    entries: Vec<Entry>,
    /// Documents by number, in the batches in which they are written.
    batches: Vec<Vec<Put>>,
    deleted: Vec<u8>,
    choices: [Asked; 2],
    top: usize,
}

/// What is chosen in a facet.
#[derive(Debug, Clone, Default)]
struct Asked {
    any_of: Vec<String>,
    all_of: Vec<String>,
    none_of: Vec<String>,
    presence: Option<bool>,
}

fn entries() -> impl Strategy<Value = Vec<Entry>> {
    let role = || prop::sample::select(vec![Role::Name, Role::Code, Role::Demonym, Role::Capital]);
    let names = prop::collection::vec((prop::sample::select(OTHER.to_vec()), role()), 0..3);
    let parents = prop::collection::vec(any::<prop::sample::Index>(), 0..3);
    let draft = (names, parents, prop::bool::weighted(0.12));
    prop::collection::vec(draft, 0..FIRST.len()).prop_map(|drafts| {
        let mut entries: Vec<Entry> = Vec::new();
        for ((names, parents, silent), first) in drafts.into_iter().zip(FIRST) {
            let mut entry = Entry::new(first, Kind::Other);
            for (text, role) in names {
                entry.names.push(Name::new(text, role));
            }
            for parent in parents.iter().filter(|_| !entries.is_empty()) {
                let name = parent.get(&entries).name().to_owned();
                if !entry.parents.contains(&name) {
                    entry.parents.push(name);
                }
            }
            entry.silent = silent;
            entries.push(entry);
        }
        entries
    })
}

fn name() -> impl Strategy<Value = String> {
    let of = |names: &[&str]| {
        prop::sample::select(names.iter().map(|&s| s.to_owned()).collect::<Vec<_>>())
    };
    let name = prop_oneof![4 => of(&FIRST), 3 => of(&OTHER), 2 => of(&PLAIN)];
    (name, 0..4u8).prop_map(|(name, how)| match how {
        0 => name.to_uppercase(),
        1 => name.to_lowercase(),
        _ => name,
    })
}

/// A name, or a path of some.
fn value() -> impl Strategy<Value = String> {
    let path = prop::collection::vec(name(), 2..4).prop_map(|steps| steps.join("/"));
    prop_oneof![3 => name(), 2 => path]
}

fn asked() -> impl Strategy<Value = Asked> {
    let some = |most| prop::collection::vec(value(), 0..most);
    let presence = prop_oneof![6 => Just(None), 1 => any::<bool>().prop_map(Some)];
    (some(3), some(2), some(2), presence).prop_map(|(any_of, all_of, none_of, presence)| Asked {
        any_of,
        all_of,
        none_of,
        presence,
    })
}

fn case() -> impl Strategy<Value = Case> {
    let values = || prop::collection::vec(value(), 0..4);
    let batch = prop::collection::vec((0..60u8, values(), values()), 0..14);
    (
        entries(),
        prop::collection::vec(batch, 1..4),
        prop::collection::vec(0..60u8, 0..12),
        [asked(), asked()],
        0..5usize,
    )
        .prop_map(|(entries, batches, deleted, choices, top)| Case {
            entries,
            batches,
            deleted,
            choices,
            top,
        })
}

/// One facet of the live documents.
struct Naive<'a> {
    vocabulary: &'a Vocabulary,
    tree: Option<char>,
    /// Entries that a value of some document means by a name of no other entry.
    there: BTreeSet<EntryId>,
    /// By document: what it counts for, and what its own values are.
    nodes: Vec<BTreeSet<Node>>,
    own: Vec<BTreeSet<Node>>,
    /// By document: the same of what it declares.
    declared: Vec<BTreeSet<Node>>,
    own_declared: Vec<BTreeSet<Node>>,
    asked: &'a Asked,
}

impl<'a> Naive<'a> {
    /// `values`: those that count of each document; `context`: those that tell what names of several
    /// entries mean.
    fn new<'v>(
        vocabulary: &'a Vocabulary,
        tree: Option<char>,
        values: &[Vec<String>],
        context: impl IntoIterator<Item = &'v String>,
        asked: &'a Asked,
    ) -> Self {
        let mut naive = Self {
            vocabulary,
            tree,
            there: BTreeSet::new(),
            nodes: Vec::new(),
            own: Vec::new(),
            declared: Vec::new(),
            own_declared: Vec::new(),
            asked,
        };
        for value in context {
            if let Folded::Entry(id) | Folded::Below(id, _) = vocabulary.fold_value(value, tree) {
                naive.there.insert(id);
            }
        }
        for values in values {
            let nodes = values.iter().map(|value| naive.nodes_of(value));
            let nodes: Vec<Vec<Node>> = nodes.collect();
            let own = nodes.iter().filter_map(|nodes| nodes.first().cloned());
            naive.own.push(own.collect());
            naive.nodes.push(nodes.into_iter().flatten().collect());
        }
        naive.declared.clone_from(&naive.nodes);
        naive.own_declared.clone_from(&naive.own);
        naive
    }

    /// Of the values that count, these are declared.
    fn with_declared(mut self, values: &[Vec<String>]) -> Self {
        let nodes = |values: &Vec<String>| {
            values
                .iter()
                .flat_map(|value| self.nodes_of(value))
                .collect()
        };
        self.declared = values.iter().map(nodes).collect();
        let own = |values: &Vec<String>| {
            values
                .iter()
                .filter_map(|value| self.node_of(value))
                .collect()
        };
        self.own_declared = values.iter().map(own).collect();
        self
    }

    fn folded(&self, value: &str) -> Folded {
        let folded = self.vocabulary.fold_value(value, self.tree);
        folded
            .settled(|id| Ok::<_, Error>(self.there.contains(&id)))
            .unwrap()
    }

    /// What a value counts for, itself first.
    fn nodes_of(&self, value: &str) -> Vec<Node> {
        self.vocabulary.nodes(value, &self.folded(value), self.tree)
    }

    fn node_of(&self, value: &str) -> Option<Node> {
        self.nodes_of(value).into_iter().next()
    }

    fn any_passes(&self, doc: usize) -> bool {
        let mut any_of = self.asked.any_of.iter();
        self.asked.any_of.is_empty() || any_of.any(|value| self.has(doc, value))
    }

    fn has(&self, doc: usize, value: &str) -> bool {
        self.node_of(value)
            .is_some_and(|node| self.nodes[doc].contains(&node))
    }

    fn rest_passes(&self, doc: usize) -> bool {
        let asked = self.asked;
        let is_empty = self.nodes[doc].is_empty();
        asked.all_of.iter().all(|value| self.has(doc, value))
            && !asked.none_of.iter().any(|value| self.has(doc, value))
            && asked.presence.is_none_or(|wanted| wanted != is_empty)
    }

    fn passes(&self, doc: usize) -> bool {
        self.any_passes(doc) && self.rest_passes(doc)
    }

    /// The path of an entry, as far as it is shown.
    fn path(&self, id: EntryId) -> Vec<EntryId> {
        let path = self.vocabulary.entry(id).path().into_iter();
        path.filter(|&id| !self.vocabulary.entry(id).is_silent())
            .collect()
    }

    /// The node above a node of a tree.
    fn parent(&self, node: &Node) -> Option<Node> {
        match node {
            Node::Entry(id) => self
                .path(*id)
                .iter()
                .rev()
                .nth(1)
                .map(|&id| Node::Entry(id)),
            Node::Written(path) => {
                let (above, _) = path.rsplit_once('\0')?;
                let is = |id: &EntryId| {
                    let names = self.path(*id).into_iter();
                    let names = names.map(|id| fold(self.vocabulary.entry(id).name()));
                    names.collect::<Vec<_>>().join("\0") == above
                };
                let mut entries = self.vocabulary.entries().map(|entry| entry.id());
                Some(match entries.find(is) {
                    Some(id) => Node::Entry(id),
                    None => Node::Written(above.to_owned()),
                })
            }
        }
    }

    /// What is listed among these documents, chosen or not.
    fn listed(&self, docs: &[usize]) -> BTreeSet<Node> {
        let of = |of: &[BTreeSet<Node>]| docs.iter().flat_map(|&doc| of[doc].clone()).collect();
        let counted: BTreeSet<Node> = of(&self.nodes);
        let asked = self
            .asked
            .any_of
            .iter()
            .filter_map(|value| self.node_of(value));
        let mut listed: BTreeSet<Node> = if self.tree.is_none() {
            of(&self.own)
        } else {
            let mut levels = BTreeSet::new();
            for chosen in asked.clone() {
                let is_below = |node: &Node| self.parent(node).as_ref() == Some(&chosen);
                let has_below = counted.iter().any(is_below);
                levels.insert(if has_below {
                    Some(chosen)
                } else {
                    self.parent(&chosen)
                });
            }
            if levels.is_empty() {
                levels.insert(None);
            }
            counted
                .into_iter()
                .filter(|node| levels.contains(&self.parent(node)))
                .collect()
        };
        let all_of = self
            .asked
            .all_of
            .iter()
            .filter_map(|value| self.node_of(value));
        listed.extend(asked.chain(all_of));
        listed
    }

    /// How a value is shown.
    fn shown(&self, value: &str) -> Option<String> {
        let name = |id: EntryId| self.vocabulary.entry(id).name().to_owned();
        let path = |id: EntryId| match self.tree {
            None => name(id),
            Some(_) => self
                .path(id)
                .into_iter()
                .map(name)
                .collect::<Vec<_>>()
                .join("/"),
        };
        match self.folded(value) {
            Folded::Silent(_) => None,
            Folded::Entry(id) => Some(path(id)),
            Folded::Below(id, rest) => Some(format!("{}/{}", path(id), rest.join("/"))),
            _ => Some(value.to_owned()),
        }
    }
}

fn choose(asked: &Asked) -> Choice {
    let values = |values: &[String]| {
        let values = values.iter().map(|value| ChosenValue {
            value: value.clone(),
            written: false,
        });
        values.collect::<Vec<_>>()
    };
    Choice {
        any_of: values(&asked.any_of),
        all_of: values(&asked.all_of),
        none_of: values(&asked.none_of),
        presence: asked.presence.map(|has| {
            if has {
                ChosenPresence::Has
            } else {
                ChosenPresence::Missing
            }
        }),
    }
}

const FACETS: [(&str, Option<char>); 2] = [("country", None), ("topic", Some('/'))];

fn check(case: &Case) -> Result<(), TestCaseError> {
    let vocabulary = Vocabulary::compile(&case.entries).unwrap();
    let vocabularies = FACETS
        .iter()
        .fold(Vocabularies::default(), |all, (name, _)| {
            all.with(name, vocabulary.clone())
        });
    let index = Index::create_in_memory(Schema::default())
        .unwrap()
        .with_vocabularies(vocabularies);
    let mut writer = index.writer().unwrap();
    let mut live = BTreeMap::new();
    for batch in &case.batches {
        for (id, countries, topics) in batch {
            let mut document = Document::new(format!("d{id}")).body("words");
            for (facet, values) in [("country", countries), ("topic", topics)] {
                for value in values {
                    document = document.facet(facet, value.as_str());
                }
            }
            writer.put(document).unwrap();
            live.insert(*id, [countries, topics]);
        }
        writer.commit().unwrap();
    }
    for id in &case.deleted {
        writer.delete(&format!("d{id}")).unwrap();
        live.remove(id);
    }
    writer.commit().unwrap();
    let searcher = index.searcher().unwrap();
    let values = |number: usize| live.values().map(move |values| values[number].clone());
    let values: [Vec<Vec<String>>; 2] = [0, 1].map(|number| values(number).collect());
    let naive = [0, 1].map(|number| {
        let (values, asked) = (&values[number], &case.choices[number]);
        let context = values.iter().flatten();
        Naive::new(&vocabulary, FACETS[number].1, values, context, asked)
    });
    let ids: Vec<u8> = live.keys().copied().collect();
    let mut request = SearchRequest::all().top(case.top);
    for (number, (name, _)) in FACETS.iter().enumerate() {
        *request.choice(*name) = choose(&case.choices[number]);
    }
    compare(&searcher, request, &ids, &values, &naive)?;
    // Charts, crossings and lists of random questions.
    let options = ProofOptions::default().questions(3);
    let report = searcher.prove_counts(&options, &mut |_| std::ops::ControlFlow::Continue(()));
    prop_assert_eq!(report.unwrap().differences, vec![]);
    Ok(())
}

/// Compares everything that is answered about the two facets with what the documents of these ids
/// have: their values, and what those come to.
fn compare(
    searcher: &Searcher,
    mut request: SearchRequest,
    ids: &[u8],
    values: &[Vec<Vec<String>>; 2],
    naive: &[Naive<'_>; 2],
) -> Result<(), TestCaseError> {
    let docs = 0..ids.len();
    request.limit = Limit::Hits(1_000);
    request.facets = FacetSelection::Names(FACETS.map(|(name, _)| name.into()).to_vec());
    let mut whole = request.clone();
    whole.top = Top::All;
    let response = searcher.search(&whole).unwrap();
    for _ in 0..2 {
        // By now the columns are laid out in memory.
        prop_assert_eq!(&searcher.search(&whole).unwrap().facets, &response.facets);
    }
    let short = searcher.search(&request).unwrap();
    let total = |name: &str, edit: &dyn Fn(&mut Choice)| {
        let mut leads_to = request.clone();
        edit(leads_to.choice(name));
        (leads_to.limit, leads_to.facets) = (Limit::Hits(0), FacetSelection::None);
        searcher.search(&leads_to).unwrap().total
    };

    // Hits, and what is shown of them.
    let hits = docs
        .clone()
        .filter(|&doc| naive.iter().all(|facet| facet.passes(doc)));
    let hits: BTreeSet<String> = hits.map(|doc| format!("d{}", ids[doc])).collect();
    let found: BTreeSet<String> = response.hits.iter().map(|hit| hit.id.to_string()).collect();
    prop_assert_eq!(&found, &hits);
    prop_assert_eq!(response.total, hits.len() as u64);
    for hit in &response.hits {
        let id: u8 = hit.id.as_str()[1..].parse().unwrap();
        let doc = ids.iter().position(|other| *other == id).unwrap();
        for (number, (name, _)) in FACETS.iter().enumerate() {
            let expected = values[number][doc]
                .iter()
                .filter_map(|value| naive[number].shown(value));
            let expected: BTreeSet<String> = expected.collect();
            let shown = hit.facets.get(*name).cloned().unwrap_or_default();
            prop_assert_eq!(shown.iter().cloned().collect::<BTreeSet<_>>(), expected);
            let facet = &naive[number];
            let is_inferred = |value: &&String| {
                let own = facet.node_of(value).unwrap();
                !facet.own_declared[doc].contains(&own)
            };
            let expected: Vec<String> = shown.iter().filter(is_inferred).cloned().collect();
            let inferred = hit.inferred.get(*name).cloned().unwrap_or_default();
            prop_assert_eq!(inferred, expected);
        }
    }

    for (number, (name, tree)) in FACETS.iter().enumerate() {
        let (this, other) = (&naive[number], &naive[1 - number]);
        let others: Vec<usize> = docs.clone().filter(|&doc| other.passes(doc)).collect();
        let count = |node: &Node| {
            let having = others.iter().filter(|&&doc| this.nodes[doc].contains(node));
            having.count() as u64
        };
        let combined = |node: &Node| {
            let keeps = !this.asked.any_of.is_empty();
            let passes = |doc: usize| {
                let has = this.nodes[doc].contains(node);
                this.rest_passes(doc) && (has || keeps && this.any_passes(doc))
            };
            others.iter().filter(|&&doc| passes(doc)).count() as u64
        };
        let counts = response.facets.get(name).unwrap();
        let mut listed = BTreeSet::new();
        for bucket in &counts.buckets {
            let node = this.node_of(&bucket.value).unwrap();
            let place = format!("{name} {}", bucket.value);
            prop_assert_eq!(bucket.count, count(&node), "{}", place);
            prop_assert_eq!(bucket.combined, combined(&node), "{}", place);
            let is_inferred = |doc: &&usize| {
                this.nodes[**doc].contains(&node) && !this.declared[**doc].contains(&node)
            };
            let inferred = others.iter().filter(is_inferred).count() as u64;
            prop_assert_eq!(bucket.inferred, inferred, "{}", place);
            prop_assert_eq!(this.shown(&bucket.value), Some(bucket.value.clone()));
            let value = ChosenValue {
                value: bucket.value.clone(),
                written: false,
            };
            let alone = Choice {
                any_of: vec![value.clone()],
                ..Choice::default()
            };
            let replaced = total(name, &|choice| *choice = alone.clone());
            prop_assert_eq!(bucket.count, replaced, "{}", place);
            let added = total(name, &|choice| choice.any_of.push(value.clone()));
            prop_assert_eq!(bucket.combined, added, "{}", place);
            let below = others.iter().flat_map(|&doc| &this.nodes[doc]);
            let below = below.filter(|other| this.parent(other).as_ref() == Some(&node));
            let children = tree.map(|_| below.collect::<BTreeSet<_>>().len() as u64);
            prop_assert_eq!(bucket.children, children, "{}", place);
            prop_assert!(listed.insert(node), "listed twice: {}", place);
        }
        let expected = this.listed(&others);
        prop_assert_eq!(&listed, &expected, "{}", name);
        let counted = expected.iter().filter(|node| count(node) > 0).count() as u64;
        prop_assert_eq!((counts.distinct, counts.other), (counted, 0));
        let missing = others
            .iter()
            .filter(|&&doc| this.nodes[doc].is_empty())
            .count() as u64;
        prop_assert_eq!(counts.missing, missing);
        let none = Choice {
            presence: Some(ChosenPresence::Missing),
            ..Choice::default()
        };
        prop_assert_eq!(missing, total(name, &|choice| *choice = none.clone()));

        let few = short.facets.get(name).unwrap();
        let unselected = |counts: &FacetCounts| {
            let buckets = counts.buckets.iter().filter(|bucket| !bucket.selected);
            buckets.cloned().collect::<Vec<_>>()
        };
        let (all, few) = (unselected(counts), unselected(few));
        prop_assert_eq!(&few[..], &all[..few.len()], "the first by count and name");

        // Every name that there is, and every value exactly as it is written.
        let names = FIRST.iter().chain(&OTHER).chain(&PLAIN);
        for name_of in names {
            let bare = SearchRequest::all().limit(0).tags(request.tags);
            let asked = bare.clone().filter(*name, *name_of);
            let having = docs.clone().filter(|&doc| this.has(doc, name_of)).count() as u64;
            prop_assert_eq!(
                searcher.search(&asked).unwrap().total,
                having,
                "{} {}",
                name,
                name_of
            );
            let mut exactly = bare;
            let value = ChosenValue {
                value: (*name_of).to_owned(),
                written: true,
            };
            exactly.choice(*name).any_of.push(value);
            let values = values[number].iter();
            let having = values.filter(|values| values.iter().any(|v| v == name_of));
            prop_assert_eq!(
                searcher.search(&exactly).unwrap().total,
                having.count() as u64
            );
        }
    }
    charted(searcher, &request, naive, ids.len())
}

/// Compares the values of a crossing and of a chart: the hits of each, and those without a
/// declaration.
fn charted(
    searcher: &Searcher,
    request: &SearchRequest,
    naive: &[Naive<'_>; 2],
    docs: usize,
) -> Result<(), TestCaseError> {
    let [rows, columns] = FACETS.map(|(name, _)| name);
    let crossing = CrossRequest::new(request.clone(), rows, columns);
    let crossing = searcher.cross(&crossing).unwrap();
    let chart = TimelineRequest::new(request.clone()).split(rows);
    let split = searcher.timeline(&chart).unwrap().split.unwrap();
    for (facet, values) in [
        (&naive[0], crossing.rows.values),
        (&naive[1], crossing.columns.values),
        (&naive[0], split.values),
    ] {
        for value in values {
            let node = facet.node_of(&value.value).unwrap();
            let is_hit = |doc: &usize| naive.iter().all(|facet| facet.passes(*doc));
            let having = (0..docs).filter(|doc| is_hit(doc) && facet.nodes[*doc].contains(&node));
            let having: Vec<usize> = having.collect();
            let inferred = having
                .iter()
                .filter(|doc| !facet.declared[**doc].contains(&node));
            let expected = (having.len() as u64, inferred.count() as u64);
            prop_assert_eq!((value.count, value.inferred), expected, "{}", value.value);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases_or(48)))]

    #[test]
    fn folded_counts_equal_a_scan_of_folded_values(case in case()) {
        check(&case)?;
    }
}
