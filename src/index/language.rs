//! The whole table of the query language, asked of a small index: what other tools drop or
//! misread finds here what it says.

use crate::document::SourceLocation;
use crate::*;

fn article(id: &str, path: &str, title: &str, body: &str) -> Document {
    let mut document = Document::new(id).title(title).body(body);
    document.source = Some(SourceLocation {
        path: path.to_owned(),
        record: None,
        start: 0,
        end: 1,
        hash: String::new(),
    });
    document
}

fn searcher() -> Searcher {
    let schema = Schema::default()
        .number(NumberDefinition::new("words"))
        .unwrap();
    let index = Index::create_in_memory(schema).unwrap();
    let mut writer = index.writer().unwrap();
    let articles = [
        article(
            "a",
            "art/a.md",
            "Colour and color",
            "A colour is not a color. The theocrat spoke of grey and gray.",
        )
        .date("1962")
        .unwrap()
        .facet("actor", "Ali Khamenei"),
        article(
            "b",
            "news/2024/b.md",
            "Embargo",
            "The embargo on Iran was lifted. Sanctions stayed in place for Tehran.\n\nOil prices rose.",
        )
        .date("2024-02-29")
        .unwrap()
        .facet("country", "Iran")
        .number("words", 500.0),
        article(
            "c",
            "news/2023/c.md",
            "A ship is held",
            "A sanctioned tanker left the Persian Gulf. Its captain was from Iraq.",
        )
        .date("2023-12")
        .unwrap()
        .facet("country", "Iraq")
        .number("words", 120.0),
        article(
            "d",
            "news/2024/03/d.md",
            "Hezbollah denies it",
            "The price of oil fell, and oil price talks ended.",
        )
        .date("2024-03-18")
        .unwrap()
        .facet("topic", "economy/oil"),
        article(
            "e",
            "notes/e (old).md",
            "O'Brien's note",
            "O’Brien said that cease-fire talks resume. Missiles were not exported. Missile production ended.",
        )
        .facet("topic", "politics/diplomacy"),
        article("f", "f.md", "Steuer", "Steuerfrei ist nichts. AND so it ends."),
    ];
    for article in articles {
        writer.put(article).unwrap();
    }
    writer.commit().unwrap();
    index.searcher().unwrap()
}

fn request(text: &str) -> SearchRequest {
    let mut request = SearchRequest::query(text)
        .unwrap()
        .saved("gulf", "tanker NEAR/20 \"persian gulf\"");
    request.today = "2024-03-20".parse().ok();
    request
}

#[test]
fn what_is_written_is_what_is_found() {
    let searcher = searcher();
    for (text, expected) in [
        // Wildcards, from the first letter of a word to the last, in the forms of the text.
        ("steuer*", "f"),
        ("colo*r", "a"),
        ("colo?r", "a"),
        ("col?r", "a"),
        ("co?r", ""),
        ("*crat", "a"),
        ("*anction*", "bc"),
        ("SANCTION*", "bc"),
        ("embarg?", "b"),
        ("embar?", ""),
        ("title:embarg*", "b"),
        ("title:sanction*", ""),
        // A few letters off.
        ("hezbolah~", "d"),
        ("hezbollha~", "d"),
        ("hexbolah~", ""),
        ("hexbolah~2", "d"),
        ("Hézbollah~", "d"),
        ("title:tankre~", ""),
        ("body:tankre~", "c"),
        // Regular expressions over one word.
        ("/colou?r/", "a"),
        ("/Colou?R/", "a"),
        ("/gr(a|e)y/", "a"),
        ("/sanction(s|ed)/", "bc"),
        ("/anction/", ""),
        ("title:/h.*h/", "d"),
        // Phrases and moves.
        ("\"oil price\"", "d"),
        ("“oil price”", "d"),
        ("\"price oil\"", ""),
        ("\"price oil\"~1", "d"),
        ("\"talks price\"~1", ""),
        ("\"talks price\"~2", "d"),
        // Places.
        ("missile NEAR/1 production", "e"),
        ("production NEAR/1 missile", "e"),
        ("production BEFORE/1 missile", ""),
        ("missile BEFORE/1 production", "e"),
        ("sanctions BEFORE/5 tehran", "b"),
        ("sanctions BEFORE/4 tehran", ""),
        ("tehran NEAR/5 sanctions", "b"),
        ("tehran BEFORE/5 sanctions", ""),
        ("embargo NEAR/s iran", "b"),
        ("embargo NEAR/s tehran", ""),
        ("embargo NEAR/p tehran", "b"),
        ("embargo NEAR/p prices", ""),
        ("embargo NEAR/100 prices", "b"),
        ("oil NEAR/5 oil", "d"),
        ("iran NEAR/5 iran", ""),
        ("(sanction* OR embargo) NEAR/10 (iran OR tehran)", "b"),
        ("(sanction* OR embargo) NEAR/10 (iraq OR gulf)", "c"),
        ("\"persian gulf\" NEAR/3 tankre~", "c"),
        ("(sanctioned NEAR/1 tanker) BEFORE/4 /gul./", "c"),
        ("title:embargo NEAR/5 iran", ""),
        ("title:(price NEAR/5 oil)", ""),
        ("body:(price NEAR/5 oil)", "d"),
        // Operators.
        ("NOT (sanction* OR oil)", "aef"),
        ("-sanction* -oil", "aef"),
        ("oil –sanctions", "d"),
        ("iran OR iraq oil", "b"),
        ("(iran OR iraq) -(oil NEAR/2 prices)", "c"),
        ("\\AND steuer", "f"),
        // Words as they are written.
        ("O'Brien", "e"),
        ("O’Brien", "e"),
        ("cease-fire", "e"),
        ("\"cease fire\"", "e"),
        // Clauses.
        ("path:news/**", "bcd"),
        ("path:news/2024", "bd"),
        ("path:news/*/*.md", "bc"),
        ("path:\"notes/e (old).md\"", "e"),
        ("path:*.md", "f"),
        ("path:(art OR notes)", "ae"),
        ("-path:news/**", "aef"),
        ("country:iran", "b"),
        ("topic:politics", "e"),
        ("actor:\"Ali Khamenei\"", "a"),
        ("date:2024-Q1", "bd"),
        ("date:2w..", "d"),
        ("date:=1962", "a"),
        ("date:>2023", "bd"),
        ("date:2023-12..2024-02", "bc"),
        ("words:>=500", "b"),
        ("missing:date", "ef"),
        ("has:words -words:>200", "c"),
        // Weights and saved searches leave what matches as it is.
        ("(iran^2 OR iraq)^0.5", "bc"),
        ("@gulf", "c"),
        ("@gulf OR @gulf^3 iran", "c"),
        ("-@gulf has:words", "b"),
    ] {
        let response = searcher.search(&request(text)).unwrap();
        let mut ids: Vec<&str> = response.hits.iter().map(|hit| hit.id.as_str()).collect();
        ids.sort_unstable();
        assert_eq!(ids.concat(), expected, "{text}");
        assert_eq!(response.total, ids.len() as u64, "{text}");
    }
}

#[test]
fn weights_count() {
    let searcher = searcher();
    for (text, first) in [
        ("iran^50 OR iraq", "b"),
        ("iran OR iraq^50", "c"),
        ("(embargo OR iran)^0.01 OR iraq", "c"),
        ("embargo^100 OR /iraq/", "b"),
        ("embargo OR (tanker NEAR/1 sanctioned)^100", "c"),
    ] {
        let response = searcher.search(&request(text)).unwrap();
        assert_eq!(response.hits[0].id.as_str(), first, "{text}");
        assert_eq!(response.hits.len(), 2, "{text}");
    }
}

#[test]
fn names_of_saved_searches_are_known_to_the_search_alone() {
    let searcher = searcher();
    let request = SearchRequest::query("@weather OR iran").unwrap();
    let error = searcher.search(&request).unwrap_err();
    assert_eq!(
        (error.code(), error.span()),
        ("unknown_search", Some((0, 8)))
    );
    assert!(SearchRequest::query("@gulf AND").is_err());
}
