//! Files of newsrooms and interfaces, from their bytes to documents.

use crate::corpus::tests::read_file as read;

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

/// News items of every version of the standard, by our own words: what they call things differs.
const NEWS_ITEMS: [(&str, &str); 9] = [
    (
        "1.0",
        r#"{"uri": "urn:1", "type": "text", "versioncreated": "2024-02-03T04:05:06Z", "headline": "Ferry sails again", "byline": "Ana Holt",
        "body_text": "Day one.\n\nDay two.", "language": "en", "person": [{"name": "Jo Vik", "rel": "mentions"}],
        "organisation": [{"name": "Port Office"}], "place": [{"name": "Norway"}], "subject": [{"name": "Ferries", "code": "x:1"}]}"#,
    ),
    (
        "1.1, the text with its markup",
        r#"{"uri": "urn:1", "type": "text", "versioncreated": "2024-02-03T04:05:06Z", "headline": "Ferry sails again", "byline": "Ana Holt",
        "body_xhtml": "<p>Day one.</p><p>Day two.</p>", "body_text": "Day one. Day two.", "language": "en", "person": [{"name": "Jo Vik"}],
        "organisation": [{"name": "Port Office"}], "place": [{"name": "Norway"}], "subject": [{"name": "Ferries"}]}"#,
    ),
    (
        "1.3, several headlines",
        r#"{"uri": "urn:1", "type": "text", "versioncreated": "2024-02-03T04:05:06Z", "headline_short": "Ferry", "headline_main": "Ferry sails again",
        "byline": "Ana Holt", "body_main": "Day one.\n\nDay two.", "language": "en-GB", "person": [{"name": "Jo Vik"}],
        "organisation": [{"name": "Port Office", "symbols": [{"ticker": "PO"}]}], "place": [{"name": "Norway", "geometry_geojson": {"type": "Point"}}],
        "subject": [{"name": "Ferries"}], "firstcreated": "2020-01-01T00:00:00Z"}"#,
    ),
    (
        "1.6, with its standard",
        r#"{"$standard": {"name": "ninjs", "version": "1.6"}, "uri": "urn:1", "type": "text", "versioncreated": "2024-02-03T04:05:06Z",
        "headline_main": "Ferry sails again", "byline": "Ana Holt", "body_richtext": "<p>Day one.</p>\n<p>Day two.</p>", "body_main": "Day one.",
        "language": "en", "person": [{"name": "Jo Vik"}], "organisation": [{"name": "Port Office"}], "place": [{"code": "x:Norway"}],
        "subject": [{"name": "Ferries"}], "embargoedreason": "none"}"#,
    ),
    (
        "2.0",
        r#"{"uri": "urn:1", "type": "text", "versioncreated": "2024-02-03T04:05:06Z", "headlines": [{"role": "main", "value": "Ferry sails again"}],
        "by": "Ana Holt", "bodies": [{"role": "main", "value": "Day one.\n\nDay two."}], "language": "en", "people": [{"name": "Jo Vik"}],
        "organisations": [{"name": "Port Office"}], "places": [{"name": "Norway"}], "subjects": [{"name": "Ferries"}]}"#,
    ),
    (
        "2.1, roles in another order",
        r#"{"uri": "urn:1", "type": "text", "versioncreated": "2024-02-03T04:05:06Z",
        "headlines": [{"role": "short", "value": "Ferry"}, {"role": "main", "value": "Ferry sails again"}], "by": "Ana Holt",
        "bodies": [{"role": "text", "contenttype": "text/plain", "value": "Day one. Day two."},
        {"role": "richtext", "contenttype": "application/xhtml+xml", "value": "<p>Day one.</p><p>Day two.</p>"}], "language": "en",
        "people": [{"name": "Jo Vik"}], "organisations": [{"name": "Port Office"}], "places": [{"name": "Norway"}], "subjects": [{"name": "Ferries"}]}"#,
    ),
    (
        "2.2, concepts by their addresses",
        r#"{"standard": {"name": "ninjs", "version": "2.2"}, "uri": "urn:1", "type": "text", "versioncreated": "2024-02-03T04:05:06Z",
        "headlines": [{"value": "Ferry sails again"}], "by": "Ana Holt", "bodies": [{"value": "Day one.\n\nDay two."}], "language": "en",
        "people": [{"name": "Jo Vik", "uri": "https://example.org/p/1"}], "organisations": [{"name": "Port Office"}],
        "places": [{"uri": "https://example.org/place/Norway"}], "subjects": [{"name": "Ferries", "creator": "urn:x"}]}"#,
    ),
    (
        "3.0",
        r#"{"uri": "urn:1", "type": "text", "versionCreated": "2024-02-03T04:05:06Z", "headlines": [{"role": "main", "contentType": "text/plain",
        "value": "Ferry sails again"}], "by": "Ana Holt", "bodies": [{"role": "main", "contentType": "text/plain", "value": "Day one.\n\nDay two."}],
        "language": "en", "people": [{"name": "Jo Vik"}], "organisations": [{"name": "Port Office"}], "places": [{"name": "Norway"}],
        "subjects": [{"name": "Ferries"}], "contentCreated": "2020-01-01T00:00:00Z"}"#,
    ),
    (
        "3.1, with what belongs to it",
        r#"{"standard": {"name": "ninjs", "version": "3.1"}, "uri": "urn:1", "type": "composite", "versionCreated": "2024-02-03T04:05:06Z",
        "headlines": [{"value": "Ferry sails again"}], "by": "Ana Holt", "bodies": [{"contentType": "application/xhtml+xml",
        "value": "<p>Day one.</p><p>Day two.</p>"}], "language": "en", "people": [{"name": "Jo Vik", "rel": "about"}],
        "organisations": [{"name": "Port Office"}], "places": [{"name": "Norway"}], "subjects": [{"name": "Ferries"}],
        "associations": [{"name": "main", "uri": "urn:2", "type": "picture", "headlines": [{"value": "A ferry"}]}]}"#,
    ),
];

#[test]
fn news_items_of_every_version_are_read_alike() {
    for (version, content) in NEWS_ITEMS {
        let reading = read("a.json", "", content.as_bytes()).remove(0).unwrap();
        let document = reading.document;
        assert_eq!(document.id, "urn:1", "{version}");
        assert_eq!(document.title, "Ferry sails again", "{version}");
        assert_eq!(document.body, "Day one.\n\nDay two.", "{version}");
        let date = document.date.unwrap().to_string();
        assert_eq!(date, "2024-02-03T04:05:06Z", "{version}");
        for (facet, values) in [
            ("actor", &["Jo Vik", "Port Office"][..]),
            ("country", &["Norway"]),
            ("topic", &["Ferries"]),
            ("author", &["Ana Holt"]),
        ] {
            assert_eq!(document.facets[facet], values, "{version}");
        }
        assert!(reading.notes.is_empty(), "{version}: {:?}", reading.notes);
    }
}

#[test]
fn news_items_without_an_article_say_so() {
    for (content, title, body, notes) in [
        // A picture has its description.
        (
            r#"{"uri": "u", "type": "picture", "headlines": [{"value": "The quay"}], "descriptions": [{"value": "A quay in the rain."}], "renditions": []}"#,
            "The quay",
            "A quay in the rain.",
            &[][..],
        ),
        // An event has its day.
        (
            r#"{"standard": {"name": "ninjs"}, "uri": "u", "type": "event", "title": "Harbour day", "eventDetails": {"dates": {"startDate": "2031-05-06"}}}"#,
            "Harbour day",
            "",
            &["body_empty"],
        ),
        // What breaks the rules of the standard is read all the same.
        (
            r#"{"uri": "u", "type": "text", "versioncreated": "2031-05-06", "embargoedreason": "x", "no_such_key": {}}"#,
            "",
            "",
            &["body_empty"],
        ),
        (
            r#"{"uri": "u", "type": "text", "versioncreated": "2031-05-06", "headlines": "text", "bodies": [3], "people": {"name": 4}, "subject": null}"#,
            "",
            "",
            &["body_empty"],
        ),
    ] {
        let reading = read("a.json", "", content.as_bytes()).remove(0).unwrap();
        let document = reading.document;
        assert_eq!(
            (document.title.as_str(), document.body.as_str()),
            (title, body)
        );
        let codes: Vec<_> = reading.notes.iter().map(|note| note.code).collect();
        assert_eq!(codes, notes, "{content}");
        let has_date = content.contains("2031");
        assert_eq!(document.date.is_some(), has_date, "{content}");
    }
}
