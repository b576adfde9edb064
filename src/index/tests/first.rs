//! What comes first of everything: found once, and kept for whoever asks again.

use crate::*;

/// Documents in three segments, some of them deleted: more than are kept of each.
fn searcher() -> Searcher {
    let index = Index::create_in_memory(Schema::default()).unwrap();
    let mut writer = index.writer().unwrap();
    for (part, documents) in [(0, 900), (1, 700), (2, 40)] {
        for n in 0..documents {
            let mut document = Document::new(format!("{part}-{n}")).body("word");
            if n % 3 > 0 {
                document = document.title(format!("T{}", n % 11));
            }
            if n % 4 > 0 {
                document = document.date(&format!("19{:02}", n % 7)).unwrap();
            }
            writer.put(document).unwrap();
        }
        writer.commit().unwrap();
    }
    for n in (0..900).step_by(9) {
        writer.delete(&format!("0-{n}")).unwrap();
    }
    writer.commit().unwrap();
    index.searcher().unwrap()
}

fn page(searcher: &Searcher, request: &SearchRequest) -> (Vec<String>, Option<Cursor>) {
    let response = searcher.search(request).unwrap();
    assert_eq!(response.total, 1_540);
    let ids = response.hits.iter().map(|hit| hit.id.to_string());
    (ids.collect(), response.cursor)
}

#[test]
fn pages_are_the_same_when_they_are_kept() {
    let searcher = searcher();
    for sort in [Sort::Relevance, Sort::Newest, Sort::Oldest, Sort::Title] {
        let request = SearchRequest::query("*").unwrap().sort(sort).snippets(0);
        let hits = searcher.export(&request).unwrap();
        let whole: Vec<String> = hits.map(|hit| hit.unwrap().id.to_string()).collect();
        for round in 0..3 {
            for limit in [1, 10, 499, 501] {
                let (ids, _) = page(&searcher, &request.clone().limit(limit));
                assert_eq!(ids, whole[..limit], "{sort:?} {limit}, {round}");
            }
            let (mut paged, mut request) = (Vec::new(), request.clone().limit(170));
            loop {
                let (ids, cursor) = page(&searcher, &request);
                paged.extend(ids);
                match cursor {
                    Some(cursor) => request = request.after(cursor),
                    None => break,
                }
            }
            assert_eq!(paged, whole, "{sort:?}, {round}");
        }
    }
}

#[test]
fn counts_are_the_same_when_names_have_numbers() {
    let index = Index::create_in_memory(Schema::default()).unwrap();
    let mut writer = index.writer().unwrap();
    for segment in 0..3 {
        for n in 0..60 {
            let document = Document::new(format!("{segment}-{n}"))
                .body(if n % 5 == 0 { "rare word" } else { "word" })
                .facet("topic", format!("t{}/u{}", n % (4 + segment), n % 3))
                .facet("source", format!("S{}", n * segment % 17))
                .facet("source", format!("s{}", n % 11));
            writer.put(document).unwrap();
        }
        writer.commit().unwrap();
    }
    let warm = index.searcher().unwrap();
    for query in ["*", "word", "rare", "nothing", "topic:t1 rare", "topic:T4"] {
        let request = SearchRequest::query(query)
            .unwrap()
            .facets(["topic", "source"]);
        let fresh = index.searcher().unwrap().search(&request).unwrap();
        for round in 0..3 {
            let answer = warm.search(&request).unwrap();
            assert_eq!(answer.facets, fresh.facets, "{query}, {round}");
            assert_eq!(answer.total, fresh.total);
        }
    }
}
