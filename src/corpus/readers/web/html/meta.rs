//! What a page says about its article, each thing from the surest place that says it.

mod people;
mod title;
mod when;

use serde_json::{Map, Value};

use super::linked;
use super::tree::{Element, Tree};
use crate::corpus::{Note, limits};

const SOURCES: &str = "citation_journal_title dc.publisher dcterms.publisher application-name publisher \
    article:publisher";
const TOPICS: &str = "article:tag og:article:tag news_keywords keywords citation_keywords dc.subject dcterms.subject \
    parsely-tags sailthru.tags";
const SECTIONS: &str = "article:section og:article:section parsely-section section";
const SUMMARIES: &str =
    "description og:description dc.description dcterms.abstract twitter:description";

/// What a page says about itself.
pub(super) struct Facts {
    /// The best title, without the name of the site.
    pub(super) title: Option<String>,
    /// Everything else, and what it was found in: the keys of `<meta>` under `meta`, linked data
    /// under `json_ld`.
    pub(super) map: Map<String, Value>,
    /// The text of the article as linked data has it.
    pub(super) body: Option<String>,
}

/// Gathers what the page says.
pub(super) fn gather(tree: &Tree, notes: &mut Vec<Note>) -> Facts {
    let page = Page {
        tree,
        meta: named(tree),
        linked: linked::find(tree, notes).unwrap_or_default(),
    };
    let mut map = Map::new();
    let mut put = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            map.insert(key.to_owned(), value);
        }
    };
    let text = |text: Option<String>| text.map(Value::String);
    let list = |texts: Vec<String>| {
        (!texts.is_empty()).then(|| texts.into_iter().map(Value::String).collect())
    };
    let source = page.source();
    let title = page.title(source.as_deref());
    put("date", text(page.date()));
    put("modified", text(page.modified()));
    put("url", text(page.address()));
    put("language", text(page.language()));
    put("author", list(page.authors(source.as_deref())));
    put("source", text(source));
    put("tags", list(page.topics()));
    put("section", list(page.sections()));
    put(
        "description",
        text(
            page.first(SUMMARIES)
                .or_else(|| linked::text(&page.linked, "description")),
        ),
    );
    let Page {
        meta, mut linked, ..
    } = page;
    let body = linked
        .remove("articleBody")
        .and_then(|body| crate::corpus::read::metadata::first_text(&body));
    if !meta.is_empty() {
        map.insert("meta".to_owned(), Value::Object(meta));
    }
    if !linked.is_empty() {
        map.insert("json_ld".to_owned(), Value::Object(linked));
    }
    Facts { title, map, body }
}

/// The `<meta>` elements by their names in small letters; what is there repeatedly is a list.
fn named(tree: &Tree) -> Map<String, Value> {
    let mut map: Map<String, Value> = Map::new();
    for (_, element) in tree.elements() {
        if element.name != "meta" {
            continue;
        }
        let name = ["property", "name", "itemprop", "http-equiv"]
            .iter()
            .find_map(|name| element.attribute(name));
        let (Some(name), Some(content)) = (name, element.attribute("content")) else {
            continue;
        };
        let (name, content) = (name.trim().to_ascii_lowercase(), content.trim());
        if name.is_empty() || content.is_empty() || name.len() > limits::METADATA_KEY_BYTES {
            continue;
        }
        let value = Value::String(content.to_owned());
        match map.get_mut(&name) {
            None => {
                map.insert(name, value);
            }
            Some(Value::Array(values)) if values.len() < limits::VALUES => values.push(value),
            Some(Value::Array(_)) => {}
            Some(known) if *known == value => {}
            Some(known) => *known = Value::Array(vec![known.take(), value]),
        }
    }
    map
}

struct Page<'t> {
    tree: &'t Tree,
    meta: Map<String, Value>,
    linked: Map<String, Value>,
}

impl Page<'_> {
    /// The texts of the first of these `<meta>` keys that has any.
    fn all(&self, keys: &str) -> Vec<String> {
        let mut texts = Vec::new();
        for key in keys.split(' ') {
            match self.meta.get(key) {
                Some(Value::String(text)) => texts.push(text.clone()),
                Some(Value::Array(values)) => {
                    texts.extend(
                        values
                            .iter()
                            .filter_map(Value::as_str)
                            .map(ToOwned::to_owned),
                    );
                }
                _ => {}
            }
            if !texts.is_empty() {
                break;
            }
        }
        texts
    }

    fn first(&self, keys: &str) -> Option<String> {
        self.all(keys).into_iter().next()
    }

    fn address(&self) -> Option<String> {
        let canonical = self.tree.elements().find_map(|(_, element)| {
            let is_canonical = element
                .attribute("rel")
                .is_some_and(|rel| rel.eq_ignore_ascii_case("canonical"));
            (element.name == "link" && is_canonical).then(|| element.attribute("href"))?
        });
        let linked = || {
            linked::text(&self.linked, "url").or_else(|| {
                match self.linked.get("mainEntityOfPage")? {
                    Value::String(text) => Some(text.clone()),
                    Value::Object(page) => page.get("@id")?.as_str().map(ToOwned::to_owned),
                    _ => None,
                }
            })
        };
        let is_whole = |text: &String| text.starts_with("http://") || text.starts_with("https://");
        canonical
            .map(|text| text.trim().to_owned())
            .filter(is_whole)
            .or_else(|| {
                self.first("og:url citation_public_url dc.identifier parsely-link")
                    .filter(is_whole)
            })
            .or_else(|| linked().filter(is_whole))
            .or_else(|| self.tree.saved_from.clone())
    }

    fn language(&self) -> Option<String> {
        let of_root = self.tree.element(0).and_then(|root| {
            root.attribute("lang")
                .or_else(|| root.attribute("xml:lang"))
        });
        let of_root = of_root
            .map(ToOwned::to_owned)
            .filter(|text| !text.trim().is_empty());
        of_root
            .or_else(|| linked::text(&self.linked, "inLanguage"))
            .or_else(|| {
                self.first("og:locale content-language dc.language dcterms.language language citation_language")
            })
    }

    fn source(&self) -> Option<String> {
        let publisher =
            linked::text(&self.linked, "publisher").filter(|text| !text.contains("://"));
        let named = self.first("og:site_name");
        named
            .or(publisher)
            .or_else(|| self.first(SOURCES).filter(|text| !text.contains("://")))
    }

    fn topics(&self) -> Vec<String> {
        let mut topics: Vec<String> = Vec::new();
        let mut add = |text: &str| {
            for part in text.split([',', ';']) {
                let part = part.trim();
                // One more than anybody keeps, so that it is said that there are too many.
                if part.is_empty() || topics.len() > limits::VALUES {
                    continue;
                }
                if !topics.iter().any(|known| known.eq_ignore_ascii_case(part)) {
                    topics.push(part.to_owned());
                }
            }
        };
        for text in linked::texts(&self.linked, "keywords") {
            add(&text);
        }
        for key in TOPICS.split(' ') {
            for text in self.all(key) {
                add(&text);
            }
        }
        topics
    }

    fn sections(&self) -> Vec<String> {
        let sections = linked::texts(&self.linked, "articleSection");
        if sections.is_empty() {
            self.all(SECTIONS)
        } else {
            sections
        }
    }
}

fn class_says(element: &Element, words: &[&str]) -> bool {
    let says = |name| {
        element.attribute(name).is_some_and(|value| {
            let value = value.to_ascii_lowercase();
            words.iter().any(|word| value.contains(word))
        })
    };
    says("class") || says("id")
}
