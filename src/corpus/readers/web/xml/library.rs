//! What libraries and archives write: TEI editions, ALTO pages of recognised text, METS
//! descriptions.

use super::tree::Xml;
use super::{Facts, is_block};

/// Reads a TEI document that begins here.
pub(super) fn tei(xml: &Xml, root: usize, facts: &mut Facts) {
    if let Some(header) = xml.child(root, "teiHeader") {
        let described = xml.first(header, "titleStmt").unwrap_or(header);
        let titles = xml.all(described, "title");
        let main = titles
            .into_iter()
            .find(|&at| xml.attribute(at, "type").is_none_or(|kind| kind == "main"));
        facts.title = main
            .map(|at| xml.plain(at))
            .or_else(|| xml.text_of(described, "title"));
        for at in xml.all(described, "author") {
            facts.add("author", xml.plain(at));
        }
        // The original is older than its edition, and that is what people look for.
        for place in ["sourceDesc", "profileDesc", "publicationStmt"] {
            let dates = xml
                .first(header, place)
                .into_iter()
                .flat_map(|at| xml.all(at, "date"));
            let mut dates = dates.filter_map(|at| {
                let told = ["when", "notBefore", "from"]
                    .iter()
                    .find_map(|name| xml.attribute(at, name));
                told.map(ToOwned::to_owned)
                    .or_else(|| Some(xml.plain(at)).filter(|text| !text.is_empty()))
            });
            facts.set("date", dates.next());
        }
        let published = xml.first(header, "publicationStmt").unwrap_or(header);
        facts.set("source", xml.text_of(published, "publisher"));
        facts.set(
            "language",
            xml.first(header, "language")
                .and_then(|at| xml.attribute(at, "ident")),
        );
        for list in xml.all(header, "keywords") {
            for at in xml.all(list, "term") {
                facts.add("tags", xml.plain(at));
            }
        }
        let id = xml.first(published, "idno");
        facts.set("idno", id.map(|at| xml.plain(at)));
    }
    facts.set("language", xml.attribute(root, "lang"));
    let text = xml.child(root, "text").unwrap_or(root);
    facts.body = xml.blocks(text, is_tei_block, |name| {
        matches!(name, "teiHeader" | "fw" | "figDesc")
    });
}

fn is_tei_block(name: &str) -> bool {
    is_block(name)
        || matches!(
            name,
            "ab" | "argument"
                | "closer"
                | "dateline"
                | "epigraph"
                | "head"
                | "item"
                | "l"
                | "lg"
                | "opener"
                | "postscript"
                | "quote"
                | "salute"
                | "sp"
                | "speaker"
                | "stage"
                | "titlePart"
                | "trailer"
                | "u"
        )
}

/// Reads a page of recognised text: lines joined, words rejoined that a line end parted.
pub(super) fn alto(xml: &Xml, facts: &mut Facts) {
    let mut blocks = Vec::new();
    for block in xml.all(0, "TextBlock") {
        let mut text = String::new();
        for at in block + 1..xml.nodes[block].end {
            match (xml.name(at), xml.attribute(at, "SUBS_TYPE")) {
                ("String", Some("HypPart2")) => {}
                ("String", part) => {
                    let whole = part.and_then(|_| xml.attribute(at, "SUBS_CONTENT"));
                    text.push_str(whole.or_else(|| xml.attribute(at, "CONTENT")).unwrap_or(""));
                }
                ("SP" | "TextLine", _) => text.push(' '),
                _ => {}
            }
        }
        blocks.push(text.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    blocks.retain(|block| !block.is_empty());
    facts.body = blocks.join("\n\n");
    facts.set("image", xml.text_of(0, "fileName"));
}

/// Reads a description of a digitised work: what it is, and its table of contents.
pub(super) fn mets(xml: &Xml, facts: &mut Facts) {
    let described = xml.first(0, "dmdSec").unwrap_or(0);
    facts.title = xml
        .text_of(described, "title")
        .or_else(|| xml.attribute(0, "LABEL").map(ToOwned::to_owned));
    facts.set("id", xml.attribute(0, "OBJID"));
    for (name, key) in [
        ("dateIssued", "date"),
        ("dateCreated", "date"),
        ("date", "date"),
        ("publisher", "source"),
        ("languageTerm", "language"),
        ("language", "language"),
    ] {
        facts.set(key, xml.text_of(described, name));
    }
    for (name, key) in [
        ("namePart", "author"),
        ("creator", "author"),
        ("topic", "tags"),
        ("subject", "tags"),
        ("geographic", "places"),
    ] {
        for at in xml.all(described, name) {
            facts.add(key, xml.plain(at));
        }
    }
    let divisions = (0..xml.nodes.len()).filter(|&at| xml.name(at) == "div");
    let labels = divisions.filter_map(|at| xml.attribute(at, "LABEL"));
    let mut contents: Vec<&str> = Vec::new();
    for label in labels {
        if contents.last() != Some(&label) {
            contents.push(label);
        }
    }
    facts.body = contents.join("\n");
}
