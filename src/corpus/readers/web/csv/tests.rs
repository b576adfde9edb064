//! Tables from their bytes to documents.

use crate::corpus::tests::read_file as read;
use crate::corpus::{Cutter, Input, Piece, limits};

/// What became of each record: its number, title and text, or the code of its failure.
fn table(name: &str, content: &[u8]) -> Vec<(u64, String)> {
    read(name, "", content)
        .into_iter()
        .map(|reading| match reading {
            Ok(reading) => {
                let document = reading.document;
                let place = document.source.unwrap();
                let own = &content[place.start as usize..place.end as usize];
                assert!(!own.ends_with(b"\n") && !own.is_empty());
                (
                    place.record.unwrap(),
                    format!("{}: {}", document.title, document.body),
                )
            }
            Err(failure) => (failure.record.unwrap(), failure.code.to_owned()),
        })
        .collect()
}

#[test]
fn rows_become_records() {
    for (name, content, expected) in [
        (
            "a.csv",
            "title,body\nA,a\nB,b\n",
            vec![(2, "A: a"), (3, "B: b")],
        ),
        (
            "a.csv",
            "title;body\r\nA;a, a\r\n\r\nB;b",
            vec![(2, "A: a, a"), (3, "B: b")],
        ),
        ("a.csv", "\u{feff}title\tbody\nA\ta", vec![(2, "A: a")]),
        ("a.tsv", "title\tbody\nA, x\ta", vec![(2, "A, x: a")]),
        ("a.csv", "sep=|\ntitle|body\nA|a", vec![(3, "A: a")]),
        (
            "a.csv",
            "title,body\n\"A, \"\"x\"\"\",\"one\n\ntwo\"\nB,b\"c\n",
            vec![(2, "A, \"x\": one\n\ntwo"), (3, "B: b\"c")],
        ),
        (
            "a.csv",
            "title,body\nA,\"open\nB,b\nC,c\n",
            vec![(2, "csv_quote"), (3, "B: b"), (4, "C: c")],
        ),
        ("a.csv", "title,body\nA,\"a\" x\n", vec![(2, "A: a x")]),
        (
            "a.csv",
            "Title,Body\nA\nB,b,c\n",
            vec![(2, "A: "), (3, "B: b")],
        ),
        ("a.csv", "title,body\n", vec![]),
        ("a.csv", "", vec![]),
        ("a.csv", "\n\n", vec![]),
        (
            "a.csv",
            "1,2019-01-01\n2,2019-01-02\n",
            vec![(1, ": "), (2, ": ")],
        ),
    ] {
        let expected: Vec<_> = expected
            .into_iter()
            .map(|(number, text)| (number, text.to_owned()))
            .collect();
        assert_eq!(table(name, content.as_bytes()), expected, "{content}");
    }
}

#[test]
fn columns_feed_fields_and_facets_by_the_configuration() {
    let config = "[fields]\nid = ['article_id']\ndate = ['timestamp']\n[facets.actor]\nkeys = ['persons', 'organizations']\nsplit = ';'\n\
                  [facets.country]\nkeys = ['locations']\nsplit = ';'\n[numbers.tone]\nkeys = ['tone']";
    let content = "article_id,tone,organizations,persons,locations,timestamp\n\
                   20190201-1,-3.5,red cross;red cross,ana;ben,\"Lima, Peru;Peru\",20190201151500\n";
    let reading = read("gdelt.csv", config, content.as_bytes())
        .remove(0)
        .unwrap();
    let document = reading.document;
    assert_eq!(document.id, "20190201-1");
    assert_eq!(document.date.unwrap().to_string(), "2019-02-01T15:15:00");
    assert_eq!(document.facets["actor"], ["ana", "ben", "red cross"]);
    assert_eq!(document.facets["country"], ["Lima, Peru", "Peru"]);
    assert_eq!(document.numbers["tone"], [-3.5]);
}

#[test]
fn tables_without_names_have_numbers_for_keys() {
    let config = "[fields]\ntitle = ['2']\ndate = ['1']\nbody = ['3']";
    let content = "1987-03-02\tA\ttext\n1987-03-03\tB\tmore\n";
    let readings = read("a.tsv", config, content.as_bytes());
    let titles: Vec<_> = readings
        .iter()
        .map(|reading| reading.as_ref().unwrap().document.title.clone())
        .collect();
    assert_eq!(titles, ["A", "B"]);
    let first = readings[0].as_ref().unwrap();
    assert_eq!(first.document.body, "text");
    assert_eq!(first.document.date.unwrap().to_string(), "1987-03-02");
    assert!(first.notes.is_empty());
}

#[test]
fn what_is_odd_about_a_row_is_noted() {
    for (content, expected) in [
        ("title,body\nA,a,x\n", "row_ragged"),
        ("title,body,note\nA,a\n", "row_ragged"),
        ("title,body,tag,tag\nA,a,x,y\n", "column_repeated"),
    ] {
        let reading = read("a.csv", "", content.as_bytes()).remove(0).unwrap();
        let codes: Vec<_> = reading.notes.iter().map(|note| note.code).collect();
        assert_eq!(codes, [expected], "{content}");
    }
}

#[test]
fn rows_that_mean_harm_cost_no_other() {
    let long = "x".repeat(limits::RECORD_BYTES + 10);
    let line = format!("{}\n", "y".repeat(99_999));
    let lines = line.repeat(limits::QUOTED_BYTES / line.len() + 2);
    let quoted = format!("title,body\nA,\"{lines}B,b\n");
    let given = table("a.csv", quoted.as_bytes());
    assert_eq!(given[0], (2, "csv_quote".to_owned()));
    assert_eq!(given.last().unwrap().1, "B: b");
    let given = table(
        "a.csv",
        format!("title,body\nA,a\nX,{long}\nB,b\n").as_bytes(),
    );
    let expected = [(2, "A: a"), (3, "record_too_large"), (4, "B: b")];
    assert_eq!(
        given,
        expected.map(|(number, text)| (number, text.to_owned()))
    );
    for content in [&b"title\0,body\nA,a\n"[..], b"\xff\xfet\0i\0"] {
        let failure = read("a.csv", "", content).remove(0).unwrap_err();
        assert!(matches!(failure.code, "binary" | "encoding"), "{failure}");
    }
    let latin = read("a.csv", "", b"title,body\nCaf\xe9,Z\xfcrich is a town\n")
        .remove(0)
        .unwrap();
    assert_eq!(latin.document.title, "Café");
}

#[test]
fn a_row_of_any_number_of_cells_takes_memory_for_a_few() {
    let content = format!("title,body\n{}", "a,".repeat(3 * limits::CELLS));
    let reading = read("a.csv", "", content.as_bytes()).remove(0).unwrap();
    let cut = ["metadata_cut", "row_ragged"];
    let codes: Vec<_> = reading.notes.iter().map(|note| note.code).collect();
    assert!(cut.iter().all(|code| codes.contains(code)), "{codes:?}");
    assert_eq!(reading.document.title, "a");
}

#[test]
fn a_short_row_carries_the_names_that_it_reaches() {
    let names: Vec<String> = (0..900).map(|at| format!("\"n,{at}\"")).collect();
    let content = format!("{}\nx,y\n\"p,q\"\n", names.join(","));
    let mut cutter = super::cut::Rows::new(None);
    let mut input = Input::bytes("a.csv", content.clone().into_bytes());
    let mut given = Vec::new();
    while let Some(piece) = cutter.next(&mut input).unwrap() {
        let Piece::Excerpt { data, .. } = piece else {
            panic!("{piece:?}");
        };
        given.push(String::from_utf8(data).unwrap());
    }
    assert_eq!(given[0], ",900\n\"n,0\",\"n,1\"\nx,y");
    let readings = read(
        "a.csv",
        "[facets.n]\nkeys = [\"n,0\"]\n",
        content.as_bytes(),
    );
    let values: Vec<_> = readings
        .into_iter()
        .map(|reading| reading.unwrap().document.facets["n"].clone())
        .collect();
    assert_eq!(values, [["x"], ["p,q"]]);
}
