//! Files of newsrooms and interfaces, from their bytes to documents.

use std::path::Path;

use crate::corpus::{Corpus, Entry, Failure, Reading};

/// Every document, or failure, of one file; `config` is the text of a `pressmark.toml`.
fn read(name: &str, config: &str, content: &[u8]) -> Vec<Result<Reading, Failure>> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(name), content).unwrap();
    let config = crate::Config::parse(config, Path::new("pressmark.toml")).unwrap();
    let corpus = Corpus::new(folder.path(), config).unwrap();
    let Some(Entry::File(file)) = corpus.walk().unwrap().next() else {
        panic!("{name} is no file of the corpus");
    };
    let records = corpus.records(&file).unwrap();
    records
        .map(|record| corpus.document(&file, record?))
        .collect()
}

#[test]
fn the_answers_of_interfaces_are_many_articles() {
    for (content, expected) in [
        (
            r#"{"status": "ok", "totalResults": 2, "articles": [
                {"source": {"id": null, "name": "Courier"}, "author": "Ana", "title": "One", "url": "https://x.org/1",
                 "publishedAt": "2024-03-18T10:00:00Z", "description": "d", "content": "First text."},
                {"source": {"name": "Post"}, "title": "Two", "content": null, "description": "Only this."}]}"#,
            vec![
                (
                    "a.json#1",
                    "One",
                    "2024-03-18T10:00:00Z",
                    "First text.",
                    "Courier",
                ),
                ("a.json#2", "Two", "", "Only this.", "Post"),
            ],
        ),
        (
            r#"{"response": {"docs": [{"_id": "nyt://1", "headline": {"main": "H"}, "pub_date": "1987-03-02", "abstract": "A.", "source": "T"}]}}"#,
            vec![("a.json#1", "H", "1987-03-02", "A.", "T")],
        ),
        (
            r#"{"response": {"results": [{"id": "w/1", "webTitle": "W", "webPublicationDate": "2020-01-02", "fields": {"body": "<p>One</p><p>Two</p>"}}]}}"#,
            vec![("w/1", "W", "2020-01-02", "One\n\nTwo", "")],
        ),
        (
            r#"{"hits": {"hits": [{"_id": "e1", "_source": {"title": "E", "body": "b"}}]}}"#,
            vec![("e1", "E", "", "b", "")],
        ),
        (
            r#"{"version": "https://jsonfeed.org/version/1.1", "title": "Feed", "items": [
                {"id": "f1", "title": "F", "date_published": "2021-05-06", "content_html": "<p>x</p>"}]}"#,
            vec![("f1", "F", "2021-05-06", "x", "")],
        ),
        (
            r#"{"title": "One object", "body": "a<b and c>d"}"#,
            vec![("a.json", "One object", "", "a<b and c>d", "")],
        ),
        (r#"{"status": "ok", "articles": []}"#, vec![]),
    ] {
        let given: Vec<_> = read("a.json", "", content.as_bytes())
            .into_iter()
            .map(|reading| {
                let document = reading.unwrap().document;
                let date = document
                    .date
                    .map_or_else(String::new, |date| date.to_string());
                let source = document
                    .facets
                    .get("source")
                    .map_or("", |values| values[0].as_str());
                let place = document.source.as_ref().unwrap();
                assert!(content[place.start as usize..place.end as usize].starts_with('{'));
                let source = source.to_owned();
                (
                    document.id.to_string(),
                    document.title,
                    date,
                    document.body,
                    source,
                )
            })
            .collect();
        let expected: Vec<_> = expected
            .into_iter()
            .map(|(id, title, date, body, source)| {
                (
                    id.to_owned(),
                    title.to_owned(),
                    date.to_owned(),
                    body.to_owned(),
                    source.to_owned(),
                )
            })
            .collect();
        assert_eq!(given, expected, "{content}");
    }
}

#[test]
fn a_bad_article_in_an_answer_costs_no_other() {
    let content = br#"{"articles": [{"title": "One", "body": "b"}, {"title": 'Two'}, 3, {"title": "Four", "body": "b"}]}"#;
    let readings = read("a.json", "", content);
    let codes: Vec<_> = readings
        .iter()
        .map(|reading| {
            reading
                .as_ref()
                .map_or_else(|failure| failure.code, |_| "read")
        })
        .collect();
    assert_eq!(codes, ["read", "json", "not_an_object", "read"]);
}

#[test]
fn news_items_of_three_versions_are_read_alike() {
    let one = r#"{"uri": "urn:1", "type": "text", "versioncreated": "2024-02-03T04:05:06Z", "headline": "H", "byline": "B",
        "body_xhtml": "<p>One</p><p>Two</p>", "body_text": "One Two", "language": "en",
        "person": [{"name": "P"}], "organisation": [{"name": "O"}], "place": [{"name": "L"}], "subject": [{"name": "S", "code": "x:1"}]}"#;
    let two = r#"{"uri": "urn:1", "type": "text", "versionCreated": "2024-02-03T04:05:06Z", "headlines": [{"value": "H"}], "by": "B",
        "bodies": [{"role": "main", "contentType": "text/plain", "value": "One Two"}, {"contentType": "application/xhtml+xml", "value": "<p>One</p><p>Two</p>"}],
        "people": [{"name": "P"}], "organisations": [{"name": "O"}], "places": [{"name": "L"}], "subjects": [{"name": "S"}], "language": "en"}"#;
    for content in [one, two] {
        let reading = read("a.json", "", content.as_bytes()).remove(0).unwrap();
        let document = reading.document;
        assert_eq!(document.id, "urn:1");
        assert_eq!(document.title, "H");
        assert_eq!(document.body, "One\n\nTwo");
        assert_eq!(document.date.unwrap().to_string(), "2024-02-03T04:05:06Z");
        assert_eq!(document.facets["actor"], ["P", "O"]);
        assert_eq!(document.facets["country"], ["L"]);
        assert_eq!(document.facets["topic"], ["S"]);
        assert_eq!(document.facets["author"], ["B"]);
        assert!(reading.notes.is_empty(), "{:?}", reading.notes);
    }
}
