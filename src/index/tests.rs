//! The engine on small indexes: what goes in comes out, in every generation.

mod first;
mod several_words;
mod words;

use crate::*;

fn schema() -> Schema {
    // How spellings and trees fold, not what vocabularies know.
    Schema::default()
        .without_vocabularies()
        .number(NumberDefinition::new("words"))
        .unwrap()
}

fn sample() -> Vec<Document> {
    vec![
        Document::new("a")
            .title("Talks resume in Geneva")
            .body("Iran and Iraq agreed to a cease-fire. Missiles were counted.")
            .date("1988-08-20")
            .unwrap()
            .facet("country", "Iran")
            .facet("country", "Iraq")
            .facet("topic", "conflict/war")
            .number("words", 120.0),
        Document::new("b")
            .title("Oil prices")
            .body("The missile of opinion. Oil prices rose.")
            .date("1988")
            .unwrap()
            .facet("country", "IRAN")
            .facet("topic", "Economy / Oil")
            .facet("topic", "economy/trade"),
        Document::new("c")
            .title("Undated note")
            .body("Nothing on oil here, nor on prices."),
    ]
}

fn filled(index: &Index) -> Searcher {
    let mut writer = index.writer().unwrap();
    for document in sample() {
        writer.put(document).unwrap();
    }
    writer.commit().unwrap();
    index.searcher().unwrap()
}

fn ids(searcher: &Searcher, request: &SearchRequest) -> Vec<String> {
    let response = searcher.search(request).unwrap();
    assert_eq!(response.total, response.hits.len() as u64);
    let mut ids: Vec<String> = response.hits.iter().map(|hit| hit.id.to_string()).collect();
    ids.sort();
    ids
}

#[test]
fn hits_come_with_their_values_or_without() {
    let index = Index::create_in_memory(schema()).unwrap();
    let searcher = filled(&index);
    let full = searcher.search(&SearchRequest::all()).unwrap();
    assert!(full.hits.iter().any(|hit| !hit.facets.is_empty()));
    let request = SearchRequest::all().all_facets().bare_hits();
    let bare = searcher.search(&request).unwrap();
    assert!(!bare.facets.is_empty());
    for (bare, full) in bare.hits.iter().zip(&full.hits) {
        assert_eq!(bare.id, full.id);
        assert!(bare.facets.is_empty() && bare.inferred.is_empty());
    }
    assert_eq!(bare.hits.len(), full.hits.len());
}

#[test]
fn facets_fold_case_and_roll_up_trees() {
    let index = Index::create_in_memory(schema()).unwrap();
    let searcher = filled(&index);
    let response = searcher.search(&SearchRequest::all().all_facets()).unwrap();
    let country = response.facets.get("country").unwrap();
    let shown: Vec<(&str, u64)> = country
        .buckets
        .iter()
        .map(|b| (b.value.as_str(), b.count))
        .collect();
    assert_eq!(shown, [("Iran", 2), ("Iraq", 1)]);
    assert_eq!(
        (country.distinct, country.missing, country.other),
        (2, 1, 0)
    );
    let topic = response.facets.get("topic").unwrap();
    let shown: Vec<(&str, u64, Option<u64>)> = topic
        .buckets
        .iter()
        .map(|b| (b.value.as_str(), b.count, b.children))
        .collect();
    assert_eq!(shown, [("conflict", 1, Some(1)), ("Economy", 1, Some(2))]);
    let below = searcher
        .search(
            &SearchRequest::all()
                .filter("topic", "ECONOMY")
                .facets(["topic"]),
        )
        .unwrap();
    assert_eq!(below.total, 1);
    let values: Vec<&str> = below
        .facets
        .get("topic")
        .unwrap()
        .buckets
        .iter()
        .map(|b| b.value.as_str())
        .collect();
    assert_eq!(values, ["Economy", "Economy / Oil", "economy/trade"]);
}

#[test]
fn a_choice_leaves_its_own_facet_open() {
    let index = Index::create_in_memory(schema()).unwrap();
    let searcher = filled(&index);
    let request = SearchRequest::all().filter("country", "iraq").all_facets();
    let response = searcher.search(&request).unwrap();
    assert_eq!(response.total, 1);
    let country = response.facets.get("country").unwrap();
    let shown: Vec<(&str, u64, u64, bool)> = country
        .buckets
        .iter()
        .map(|b| (b.value.as_str(), b.count, b.combined, b.selected))
        .collect();
    assert_eq!(shown, [("Iran", 2, 2, false), ("Iraq", 1, 1, true)]);
    assert_eq!(country.missing, 1);
}

#[test]
fn every_generation_stays_what_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let index = Index::create(folder.path().join("index"), schema()).unwrap();
    let first = filled(&index);
    let mut writer = index.writer().unwrap();
    writer.delete("a").unwrap();
    writer
        .put(Document::new("b").title("Changed").body("Nothing."))
        .unwrap();
    let commit = writer.commit().unwrap();
    assert_eq!((commit.generation, commit.documents), (2, 2));
    drop(writer);
    let second = Index::open(folder.path().join("index"))
        .unwrap()
        .searcher()
        .unwrap();
    assert_eq!(ids(&first, &SearchRequest::all()), ["a", "b", "c"]);
    assert_eq!(ids(&second, &SearchRequest::all()), ["b", "c"]);
    assert_eq!(
        ids(&second, &SearchRequest::tree(Query::Id("b".into()))),
        ["b"]
    );
    assert_eq!(
        first.get("b").unwrap().unwrap().document.title,
        "Oil prices"
    );
    assert_eq!(second.get("b").unwrap().unwrap().document.title, "Changed");
    assert!(second.get("a").unwrap().is_none());
    let stored = first.get("a").unwrap().unwrap().document;
    let mut expected = sample().swap_remove(0);
    expected.metadata.clear();
    assert_eq!(stored, expected);
}

#[test]
fn old_generations_and_their_files_are_swept_when_nobody_reads_them() {
    let folder = tempfile::tempdir().unwrap();
    let index = Index::create(folder.path(), schema()).unwrap();
    // One thread writes one segment each time, so that it is known when four are merged: where the
    // merged state is published after the other, that one is not kept.
    let options = WriterOptions {
        threads: 1,
        ..WriterOptions::default()
    };
    let put = |documents: Vec<Document>| {
        let writer = index.writer_with(options.clone()).unwrap();
        for document in documents {
            writer.put(document).unwrap();
        }
        writer.finish().unwrap();
    };
    put(sample());
    let first = index.searcher().unwrap();
    for round in 0..5 {
        put(vec![Document::new(format!("d{round}")).body("word")]);
    }
    let described = || {
        std::fs::read_dir(folder.path().join("generations"))
            .unwrap()
            .count()
    };
    assert_eq!(described(), 4, "three are kept, and the one that is read");
    assert_eq!(ids(&first, &SearchRequest::all()).len(), 3);
    drop((first, index));
    let index = Index::open(folder.path()).unwrap();
    index.writer().unwrap().finish().unwrap();
    assert_eq!(described(), 3);
    assert_eq!(index.searcher().unwrap().documents(), 8);
}

/// Between its sweep and its first file, a writer may be killed.
#[test]
fn the_folder_of_an_empty_generation_is_not_swept() {
    let folder = tempfile::tempdir().unwrap();
    drop(Index::create(folder.path(), schema()).unwrap());
    for leftover in ["CURRENT.tmp", "generations/1.json", "data/00000001/x.idx"] {
        std::fs::write(folder.path().join(leftover), "half").unwrap();
    }
    super::sweep::sweep(folder.path(), 0, std::collections::HashSet::new).unwrap();
    let searcher = Index::open(folder.path()).unwrap().searcher().unwrap();
    assert_eq!((searcher.generation(), searcher.documents()), (0, 0));
    for leftover in ["CURRENT.tmp", "generations/1.json", "data/00000001/x.idx"] {
        assert!(!folder.path().join(leftover).exists(), "{leftover}");
    }
}

#[test]
fn a_second_writer_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let index = Index::create(folder.path(), schema()).unwrap();
    let _writer = index.writer().unwrap();
    let error = index.writer().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Locked);
    assert!(
        error.message().contains(&std::process::id().to_string()),
        "{error}"
    );
    let memory = Index::create_in_memory(schema()).unwrap();
    let _writer = memory.writer().unwrap();
    assert_eq!(memory.writer().unwrap_err().kind(), ErrorKind::Locked);
}

#[test]
fn damage_is_refused_when_it_can_be_seen() {
    let folder = tempfile::tempdir().unwrap();
    let index = Index::create(folder.path(), schema()).unwrap();
    filled(&index);
    drop(index);
    let generation = folder.path().join("generations/1.json");
    let bytes = std::fs::read(&generation).unwrap();
    for at in (0..bytes.len()).step_by(17) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1;
        std::fs::write(&generation, damaged).unwrap();
        assert_eq!(
            Index::open(folder.path()).unwrap_err().kind(),
            ErrorKind::Damaged
        );
    }
    std::fs::write(&generation, &bytes).unwrap();
    let build = folder.path().join("data/00000001");
    for file in std::fs::read_dir(build).unwrap() {
        let path = file.unwrap().path();
        let content = std::fs::read(&path).unwrap();
        std::fs::write(&path, &content[..content.len() - 1]).unwrap();
        assert_eq!(
            Index::open(folder.path()).unwrap_err().kind(),
            ErrorKind::Damaged
        );
        std::fs::write(&path, &content).unwrap();
    }
    assert_eq!(
        Index::open(folder.path())
            .unwrap()
            .searcher()
            .unwrap()
            .documents(),
        3
    );
}

#[test]
fn coarse_and_undated_documents_are_told() {
    let index = Index::create_in_memory(schema()).unwrap();
    let searcher = filled(&index);
    let mut request = SearchRequest::all();
    request.dates = DateRange {
        from: "1988-08".parse().ok(),
        to: "1988-08".parse().ok(),
    };
    assert_eq!(ids(&searcher, &request), ["a"]);
    let codes: Vec<String> = searcher
        .search(&request)
        .unwrap()
        .diagnostics
        .into_iter()
        .map(|d| d.code)
        .collect();
    assert_eq!(codes, ["coarse_dates", "undated"]);
    request.date_match = DateMatch::Overlap;
    assert_eq!(ids(&searcher, &request), ["a", "b"]);
}

#[test]
fn pages_are_complete_in_every_order() {
    let index = Index::create_in_memory(Schema::default()).unwrap();
    let mut writer = index.writer().unwrap();
    for n in 0..57 {
        let mut document = Document::new(format!("d{n}")).body("same words in each");
        if n % 3 > 0 {
            document = document.title(format!("T{}", n % 5));
        }
        if n % 4 > 0 {
            document = document.date(&format!("19{:02}", n % 7)).unwrap();
        }
        writer.put(document).unwrap();
        if n % 20 == 0 {
            writer.commit().unwrap();
        }
    }
    writer.commit().unwrap();
    let searcher = index.searcher().unwrap();
    for sort in [Sort::Relevance, Sort::Newest, Sort::Oldest, Sort::Title] {
        let mut request = SearchRequest::query("words")
            .unwrap()
            .sort(sort)
            .limit(4)
            .snippets(0);
        let whole: Vec<_> = searcher
            .export(&request)
            .unwrap()
            .map(|hit| hit.unwrap().id)
            .collect();
        let mut paged = Vec::new();
        loop {
            let page = searcher.search(&request).unwrap();
            paged.extend(page.hits.into_iter().map(|hit| hit.id));
            match page.cursor {
                Some(cursor) => request = request.after(cursor.to_string().parse().unwrap()),
                None => break,
            }
        }
        assert_eq!(paged, whole, "{sort:?}");
        assert_eq!(whole.len(), 57);
        let other = SearchRequest::query("same")
            .unwrap()
            .sort(sort)
            .after(request.cursor.unwrap());
        assert_eq!(
            searcher.search(&other).unwrap_err().kind(),
            ErrorKind::Cursor
        );
    }
}

#[test]
fn numbers_presence_and_instants_restrict() {
    let index = Index::create_in_memory(schema()).unwrap();
    let searcher = filled(&index);
    let has = |name: &str| {
        Query::Has(query::Presence {
            name: name.into(),
            origin: None,
        })
    };
    for (query, expected) in [
        (has("words"), vec!["a"]),
        (has("date"), vec!["a", "b"]),
        (has("topic"), vec!["a", "b"]),
        (Query::Not(Box::new(has("country"))), vec!["c"]),
        (
            Query::Number(query::NumberClause {
                name: "words".into(),
                from: Some(120.0),
                from_excluded: true,
                to: None,
                to_excluded: false,
            }),
            vec![],
        ),
        (
            Query::Added(DateRange {
                from: "2001".parse().ok(),
                to: None,
            }),
            vec!["a", "b", "c"],
        ),
        (
            Query::Added(DateRange {
                from: None,
                to: "2001".parse().ok(),
            }),
            vec![],
        ),
    ] {
        assert_eq!(
            ids(&searcher, &SearchRequest::tree(query.clone())),
            expected,
            "{query:?}"
        );
    }
}

/// What a tagger would infer, put beside what the document declares.
fn put_inferred(writer: &Writer, document: Document, origin: Origin, countries: &[&str]) {
    use tantivy::schema::OwnedValue;
    let mut prepared = writer.preparer().prepare(document, 0).unwrap();
    let values = countries
        .iter()
        .map(|&country| OwnedValue::Str(country.to_owned()))
        .collect();
    let facets = OwnedValue::Object(vec![("country".to_owned(), OwnedValue::Array(values))]);
    let fields = super::layout::Fields::KNOWN;
    prepared
        .document
        .values
        .add_object(fields.facets, [(origin.name().to_owned(), facets)].into());
    writer.put_prepared(prepared, true).unwrap();
}

#[test]
fn declared_values_hide_what_a_document_is_about() {
    let index = Index::create_in_memory(schema()).unwrap();
    let mut writer = index.writer().unwrap();
    let declared = Document::new("a").facet("country", "Iran");
    put_inferred(&writer, declared, Origin::About, &["Iraq"]);
    put_inferred(
        &writer,
        Document::new("b"),
        Origin::About,
        &["Iraq", "IRAN"],
    );
    put_inferred(&writer, Document::new("c"), Origin::Mentioned, &["Iraq"]);
    writer.commit().unwrap();
    let searcher = index.searcher().unwrap();
    let names = [
        "country",
        "declared.country",
        "about.country",
        "mentioned.country",
    ];
    let response = searcher
        .search(&SearchRequest::all().facets(names))
        .unwrap();
    for (facet, expected, missing) in [
        ("country", vec![("Iran", 2), ("Iraq", 1)], 1),
        ("declared.country", vec![("Iran", 1)], 2),
        ("about.country", vec![("Iraq", 2), ("IRAN", 1)], 1),
        ("mentioned.country", vec![("Iraq", 1)], 2),
    ] {
        let counts = response.facets.get(facet).unwrap();
        let shown: Vec<(&str, u64)> = counts
            .buckets
            .iter()
            .map(|bucket| (bucket.value.as_str(), bucket.count))
            .collect();
        assert_eq!((shown, counts.missing), (expected, missing), "{facet}");
        for bucket in &counts.buckets {
            let hits = ids(
                &searcher,
                &SearchRequest::all().filter(facet, &bucket.value),
            );
            assert_eq!(hits.len() as u64, bucket.count, "{facet} {}", bucket.value);
        }
    }
    for (query, expected) in [
        ("country:iraq", vec!["b"]),
        ("about.country:iraq", vec!["a", "b"]),
        ("mentioned.country:iraq", vec!["c"]),
        ("missing:country", vec!["c"]),
        ("has:mentioned.country", vec!["c"]),
    ] {
        let request = SearchRequest::query(query).unwrap();
        assert_eq!(ids(&searcher, &request), expected, "{query}");
    }
}

/// What a checkpoint of a first build holds is true and not all.
#[cfg(feature = "formats")]
#[test]
fn a_part_says_that_it_is_one() {
    let index = Index::create_in_memory(schema()).unwrap();
    let mut writer = index.writer().unwrap();
    for document in sample() {
        writer.put(document).unwrap();
    }
    let mut state = super::RunState::default();
    writer.commit_with(state.clone()).unwrap();
    let partial = || {
        let searcher = index.searcher().unwrap();
        let response = searcher
            .search(&SearchRequest::query("oil").unwrap())
            .unwrap();
        let mut codes = response.diagnostics.iter().map(|it| it.code.as_str());
        (searcher.is_partial(), codes.any(|code| code == "partial"))
    };
    assert_eq!(partial(), (true, true));
    state.totals = (&serde_json::json!({"seen": 4})).into();
    writer.finish_with(state).unwrap();
    assert_eq!(partial(), (false, false));
}

/// What a run published before its last merges is not kept beside what it published after them.
#[cfg(feature = "formats")]
#[test]
fn of_one_run_the_last_generation_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index");
    let index = Index::create(&path, schema()).unwrap();
    let state = |seen: u64| super::RunState {
        totals: (&serde_json::json!({ "seen": seen })).into(),
        ..super::RunState::default()
    };
    let mut writer = index.writer().unwrap();
    let mut commits = Vec::new();
    for document in sample() {
        writer.put(document).unwrap();
        // A program that changes the index without a run keeps the state of the last one.
        commits.push(writer.commit_with(state(1)).unwrap().generation);
    }
    // Four segments are merged.
    writer.put(Document::new("d").body("A fourth.")).unwrap();
    let last = writer.finish_with(state(2)).unwrap().generation;
    assert_eq!(commits, [1, 2, 3]);
    assert_eq!(last, 5, "published before the merges, and after them");
    let is_kept = |number: &u64| path.join(format!("generations/{number}.json")).exists();
    let kept: Vec<u64> = (0..=last).filter(is_kept).collect();
    assert_eq!(kept, [3, 5], "the one before the run, and the last");
    assert_eq!(index.searcher().unwrap().documents(), 4);
}

#[test]
fn threads_that_replace_one_document_leave_one() {
    let index = Index::create_in_memory(schema()).unwrap();
    let mut writer = index.writer().unwrap();
    for round in 0..3 {
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let writer = &writer;
                scope.spawn(move || {
                    for number in 0..50 {
                        let id = format!("{}", number % 5);
                        let body = format!("round {round} thread {thread} number {number}");
                        writer.put(Document::new(id).body(body)).unwrap();
                    }
                });
            }
        });
        writer.commit().unwrap();
        let searcher = index.searcher().unwrap();
        assert_eq!(searcher.documents(), 5);
        let found = ids(&searcher, &SearchRequest::all());
        assert_eq!(found, ["0", "1", "2", "3", "4"]);
    }
    writer.delete("3").unwrap();
    writer.commit().unwrap();
    let searcher = index.searcher().unwrap();
    assert_eq!(ids(&searcher, &SearchRequest::all()), ["0", "1", "2", "4"]);
}
