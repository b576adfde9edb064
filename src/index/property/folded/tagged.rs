//! Values that sources declare and that are found in texts, under every choice of the origins that
//! count, compared with a scan of what is stored of the documents: a flat facet and a tree that get
//! the same tags, values of several origins, deletions, several segments, every kind of choice.

use proptest::prelude::*;

use super::*;
use crate::tagging::Tagging;

/// A document: its number, what it declares in each facet, and the names in its title and text.
type Put = (u8, [Vec<String>; 2], Vec<&'static str>, Vec<&'static str>);

#[derive(Debug, Clone)]
struct Tagged {
    entries: Vec<Entry>,
    batches: Vec<Vec<Put>>,
    deleted: Vec<u8>,
    choices: [Asked; 2],
    top: usize,
}

fn tagged() -> impl Strategy<Value = Tagged> {
    let declared = || {
        let none = Just(Vec::new());
        prop_oneof![2 => none, 3 => prop::collection::vec(value(), 1..3)]
    };
    let names = |most| {
        let names = FIRST.iter().chain(&OTHER).copied().collect::<Vec<_>>();
        prop::collection::vec(prop::sample::select(names), 0..most)
    };
    let put = (0..50u8, [declared(), declared()], names(2), names(6));
    (
        entries(),
        prop::collection::vec(prop::collection::vec(put, 0..12), 1..4),
        prop::collection::vec(0..50u8, 0..10),
        [asked(), asked()],
        0..5usize,
    )
        .prop_map(|(entries, batches, deleted, choices, top)| Tagged {
            entries,
            batches,
            deleted,
            choices,
            top,
        })
}

/// A text that names these: the first ones at its beginning, the others where it is about something
/// else.
fn text(names: &[&str]) -> String {
    let filler = "the rain fell and the river rose over its banks again ".repeat(12);
    let (first, others) = names.split_at(names.len() / 2);
    let first: String = first
        .iter()
        .flat_map(|name| ["Word of ", name, " and of ", name, " came. "])
        .collect();
    let others: String = others
        .iter()
        .flat_map(|name| ["Then ", name, " was named. "])
        .collect();
    format!("{first}{filler}{others}")
}

fn check_tagged(case: &Tagged) -> Result<(), TestCaseError> {
    let vocabulary = Vocabulary::compile(&case.entries).unwrap();
    let flat = FacetDefinition::new("country");
    let tree = FacetDefinition::new("topic")
        .vocabulary("country")
        .tree('/');
    let schema = Schema::empty().facet(flat).unwrap().facet(tree).unwrap();
    let index = Index::create_in_memory(schema)
        .unwrap()
        .with_vocabularies(Vocabularies::default().with("country", vocabulary.clone()));
    let none = Vocabulary::compile(&[]).unwrap();
    let options = WriterOptions {
        tagging: Some(Tagging::new(vocabulary.clone(), none)),
        ..WriterOptions::default()
    };
    let mut writer = index.writer_with(options).unwrap();
    let mut live = BTreeSet::new();
    for batch in &case.batches {
        for (id, declared, title, body) in batch {
            let mut document = Document::new(format!("d{id}"))
                .title(title.join(" "))
                .body(text(body));
            for ((name, _), values) in FACETS.iter().zip(declared) {
                for value in values {
                    document = document.facet(*name, value.as_str());
                }
            }
            writer.put(document).unwrap();
            live.insert(*id);
        }
        writer.commit().unwrap();
    }
    for id in &case.deleted {
        writer.delete(&format!("d{id}")).unwrap();
        live.remove(id);
    }
    writer.commit().unwrap();
    let searcher = index.searcher().unwrap();
    let ids: Vec<u8> = live.into_iter().collect();
    let stored: Vec<StoredDocument> = ids
        .iter()
        .map(|id| searcher.get(format!("d{id}")).unwrap().unwrap())
        .collect();
    for stored in &stored {
        for tag in &stored.tags {
            for surface in &tag.surfaces {
                prop_assert!(surface.text(&stored.document).is_some(), "{:?}", tag);
            }
        }
    }

    // The values of a document that have an origin.
    let of = |stored: &StoredDocument, name: &str, origin: Origin| -> Vec<String> {
        if origin == Origin::Declared {
            let declared = stored.document.facets.get(name);
            return declared.cloned().unwrap_or_default();
        }
        let tags = stored.tags.iter();
        let own = tags.filter(|tag| tag.facet == name && tag.origin == origin);
        own.map(|tag| tag.value.clone()).collect()
    };
    let counting = |stored: &StoredDocument, name: &str, tags: Origins| -> Vec<String> {
        let each = |origin: &Origin| of(stored, name, *origin);
        let mut lists = tags.origins().iter().map(each);
        if tags == Origins::Usual {
            lists.find(|list| !list.is_empty()).unwrap_or_default()
        } else {
            lists.flatten().collect()
        }
    };
    for tags in Origins::ALL {
        let values = FACETS.map(|(name, _)| {
            let each = stored.iter().map(|stored| counting(stored, name, tags));
            each.collect::<Vec<_>>()
        });
        let naive = [0, 1].map(|number| {
            let (name, tree) = FACETS[number];
            let origins = Origins::Usual.origins().iter();
            let context = origins.flat_map(|&origin| {
                let each = stored.iter().map(move |stored| (stored, origin));
                each.flat_map(|(stored, origin)| of(stored, name, origin))
            });
            let context: Vec<String> = context.collect();
            let asked = &case.choices[number];
            let declared = stored.iter().map(|stored| match tags.origins() {
                [Origin::Declared, ..] => of(stored, name, Origin::Declared),
                _ => Vec::new(),
            });
            let declared: Vec<Vec<String>> = declared.collect();
            let naive = Naive::new(&vocabulary, tree, &values[number], &context, asked);
            naive.with_declared(&declared)
        });
        let mut request = SearchRequest::all().top(case.top).tags(tags);
        for (number, (name, _)) in FACETS.iter().enumerate() {
            *request.choice(*name) = choose(&case.choices[number]);
        }
        compare(&searcher, request, &ids, &values, &naive)?;
    }

    // A facet that is named with its origin is the same whatever else counts.
    let count = |request: SearchRequest, name: &str| {
        let answer = searcher.search(&request.facets([name]).limit(0)).unwrap();
        answer.facets.get(name).unwrap().clone()
    };
    for (name, _) in FACETS {
        for origin in Origin::ALL {
            let named = SearchRequest::all().tags(Origins::All);
            let named = count(named, &format!("{origin}.{name}"));
            let alone = count(SearchRequest::all().tags(origin.into()), name);
            prop_assert_eq!(named, alone, "{}.{}", origin, name);
        }
    }
    let options = ProofOptions::default().questions(6);
    let report = searcher.prove_counts(&options, &mut |_| std::ops::ControlFlow::Continue(()));
    prop_assert_eq!(report.unwrap().differences, vec![]);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases_or(8)))]

    #[test]
    fn counts_of_every_origin_equal_a_scan_of_tags(case in tagged()) {
        check_tagged(&case)?;
    }
}
