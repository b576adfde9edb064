//! Files that hold others: what becomes of each member, and of the others when one changes.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufRead};

use super::whole::{Place, options};
use crate::corpus::{
    Article, Corpus, Cutter, Input, Material, Member, Piece, Reader, Refusal, Sniff,
};
use crate::{Config, Index, Report, reindex};

/// A container that a program brings along: a line `> name` begins a member, a line `? name` says
/// that one is broken.
#[derive(Debug)]
struct Parcel;

impl Reader for Parcel {
    fn name(&self) -> &'static str {
        "parcel"
    }

    fn extensions(&self) -> &[&str] {
        &["parcel"]
    }

    fn sniff(&self, head: &[u8]) -> Sniff {
        if head.starts_with(b"> ") {
            Sniff::Yes
        } else {
            Sniff::Unsure
        }
    }

    fn is_single(&self) -> bool {
        false
    }

    fn is_container(&self) -> bool {
        true
    }

    fn cutter(&self) -> Box<dyn Cutter> {
        Box::new(Unpacking::default())
    }

    fn read(&self, _: &mut Material<'_>) -> Result<Article, Refusal> {
        Err(Refusal::new("parcel", "a parcel is no article"))
    }
}

#[derive(Debug, Default)]
struct Unpacking {
    name: Option<String>,
}

impl Cutter for Unpacking {
    fn next(&mut self, input: &mut Input) -> io::Result<Option<Piece>> {
        let mut data = Vec::new();
        let mut line = String::new();
        loop {
            line.clear();
            let count = input.read_line(&mut line)?;
            if let Some(name) = line.strip_prefix("? ") {
                let refusal = Refusal::new("broken", "it is broken");
                return Ok(Some(Piece::refused_member(name.trim(), refusal)));
            }
            let begins = line.strip_prefix("> ").map(|name| name.trim().to_owned());
            if count > 0 && begins.is_none() {
                data.extend_from_slice(line.as_bytes());
                continue;
            }
            let name = std::mem::replace(&mut self.name, begins);
            match name {
                Some(name) => {
                    let data = String::from_utf8_lossy(&data).replace(">>", ">");
                    let member = Member::new(name, data.into_bytes()).value("source", "Post");
                    return Ok(Some(Piece::Member(member)));
                }
                None if count == 0 => return Ok(None),
                None => {}
            }
        }
    }
}

fn run(place: &Place) -> (Report, Vec<String>) {
    let corpus = Corpus::new(place.corpus.path(), Config::default()).unwrap();
    let corpus = corpus.with_reader(Parcel);
    let report = reindex(&corpus, place.index.path(), &options(), &()).unwrap();
    let ledger = fs::read_to_string(&report.ledger).unwrap();
    let mut lines: Vec<String> = ledger
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|line| line["status"].is_string())
        .map(|line| {
            let text = |key: &str| line[key].as_str().unwrap_or_default().to_owned();
            let record = line["record"].as_u64().unwrap_or_default();
            let what = [text("status"), text("member"), text("code"), text("id")];
            format!("{record} {}", what.join(" ")).trim_end().to_owned()
        })
        .collect();
    lines.sort();
    (report, lines)
}

#[test]
fn every_member_has_its_place_and_its_line() {
    let place = Place::new(&[(
        "a.parcel",
        "? bad.txt\n> one.txt\nFirst\n\nText.\n> pictures/x.png\nnothing\n\
         > many.jsonl\n{\"title\": \"A\"}\n\n{\"title\": \"B\"}\n\
         > ../up.md\n# Up\n> inner.parcel\n>> in.txt\nDeep inside.\n> .hidden.txt\nx\n",
    )]);
    let (report, lines) = run(&place);
    assert_eq!(
        lines,
        [
            "1 failed bad.txt broken",
            "2 indexed one.txt  a.parcel!/one.txt",
            "3 skipped pictures/x.png unsupported",
            "4 indexed many.jsonl  a.parcel!/many.jsonl#1",
            "5 indexed many.jsonl  a.parcel!/many.jsonl#3",
            "6 indexed up.md  a.parcel!/up.md",
            "7 indexed inner.parcel!/in.txt  a.parcel!/inner.parcel!/in.txt",
            "8 skipped .hidden.txt hidden",
        ]
    );
    assert_eq!(
        (report.seen, report.indexed, report.skipped, report.failed),
        (8, 5, 2, 1)
    );
    let searcher = Index::open(place.index.path()).unwrap().searcher().unwrap();
    let inner = searcher
        .get("a.parcel!/inner.parcel!/in.txt")
        .unwrap()
        .unwrap();
    let source = inner.document.source.unwrap();
    assert_eq!(source.file(), "a.parcel");
    assert_eq!(source.member(), Some("inner.parcel!/in.txt"));
    assert_eq!(inner.document.facets["source"], ["Post"]);
    assert_eq!(inner.document.title, "In");
    // What did not change is known the next time, also what was passed over.
    let (report, lines) = run(&place);
    assert_eq!(
        lines,
        [
            "0 unchanged",
            "1 failed bad.txt broken",
            "3 skipped pictures/x.png unsupported",
            "8 skipped .hidden.txt hidden",
        ]
    );
    assert_eq!(
        (report.seen, report.unchanged, report.skipped, report.failed),
        (8, 5, 2, 1)
    );
}

#[test]
fn a_member_that_changes_touches_no_other() {
    let place = Place::new(&[(
        "a.parcel",
        "> a.txt\nOne.\n> b.txt\nTwo.\n> c.txt\nThree.\n",
    )]);
    let (report, _) = run(&place);
    assert_eq!(report.indexed, 3);
    // The first grows, a new one comes before the last, and the second is called otherwise.
    place.write(
        "a.parcel",
        "> a.txt\nOne more.\n> bb.txt\nTwo.\n> n.txt\nNew.\n> c.txt\nThree.\n",
    );
    let (report, lines) = run(&place);
    assert_eq!(
        lines,
        [
            "0 unchanged",
            "1 indexed a.txt  a.parcel!/a.txt",
            "2 indexed bb.txt  a.parcel!/bb.txt",
            "2 removed b.txt  a.parcel!/b.txt",
            "3 indexed n.txt  a.parcel!/n.txt",
        ]
    );
    assert_eq!(
        (report.indexed, report.unchanged, report.removed),
        (3, 1, 1)
    );
}

#[test]
fn a_file_that_is_called_otherwise_is_read_as_what_it_is() {
    let place = Place::new(&[("parcel", "> a.txt\nOne.\n"), ("other", "Nothing known.\n")]);
    let (report, lines) = run(&place);
    assert_eq!(
        lines,
        ["0 skipped  unsupported", "1 indexed a.txt  parcel!/a.txt"]
    );
    assert_eq!((report.seen, report.indexed), (2, 1));
}

#[test]
fn another_reader_reads_everything_again() {
    let place = Place::new(&[("a.txt", "One.")]);
    let with = |version| {
        #[derive(Debug)]
        struct Other(u32);
        impl Reader for Other {
            fn name(&self) -> &'static str {
                "other"
            }
            fn extensions(&self) -> &[&str] {
                &["txt"]
            }
            fn version(&self) -> u32 {
                self.0
            }
            fn read(&self, material: &mut Material<'_>) -> Result<Article, Refusal> {
                let text = material.text()?;
                Ok(Article::new(format!("{text} {}", self.0)))
            }
        }
        let corpus = Corpus::new(place.corpus.path(), Config::default()).unwrap();
        let corpus = corpus.with_reader(Other(version));
        reindex(&corpus, place.index.path(), &options(), &()).unwrap()
    };
    let bodies = || {
        let searcher = Index::open(place.index.path()).unwrap().searcher().unwrap();
        searcher.get("a.txt").unwrap().unwrap().document.body
    };
    let mut seen = BTreeMap::new();
    for version in [1, 1, 2] {
        let report = with(version);
        seen.insert(bodies(), report.indexed);
    }
    assert_eq!(
        seen,
        BTreeMap::from([("One. 1".to_owned(), 0), ("One. 2".to_owned(), 1)])
    );
}
