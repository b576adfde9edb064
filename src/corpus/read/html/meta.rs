//! What a page says about its article, each thing from the surest place that says it.

use serde_json::{Map, Value};

use super::linked;
use super::names;
use super::tree::Tree;
use crate::corpus::dates::{self, Dated};
use crate::corpus::{Note, limits};

/// Keys of `<meta>` that hold a title, an author and so on, the surest first.
const TITLES: &[&str] = &[
    "og:title",
    "citation_title",
    "dc.title",
    "dcterms.title",
    "parsely-title",
    "sailthru.title",
    "twitter:title",
    "title",
];
const DATES: &[&str] = &[
    "article:published_time",
    "og:article:published_time",
    "og:published_time",
    "citation_publication_date",
    "citation_date",
    "citation_online_date",
    "dc.date.issued",
    "dcterms.issued",
    "dc.date.created",
    "dcterms.created",
    "dc.date",
    "dcterms.date",
    "parsely-pub-date",
    "sailthru.date",
    "pubdate",
    "publishdate",
    "publish-date",
    "publish_date",
    "publication_date",
    "publication-date",
    "published",
    "article.published",
    "date",
    "datepublished",
    "cxenseparse:recs:publishtime",
    "article:created",
    "created",
    "rnews:datepublished",
    "prism.publicationdate",
    "eprints.date",
];
const AUTHORS: &[&str] = &[
    "author",
    "article:author",
    "citation_author",
    "dc.creator",
    "dcterms.creator",
    "parsely-author",
    "sailthru.author",
    "byl",
    "article:author_name",
    "dc.contributor",
    "og:article:author",
    "rnews:author",
    "eprints.creators_name",
];
const SOURCES: &[&str] = &[
    "og:site_name",
    "citation_journal_title",
    "dc.publisher",
    "dcterms.publisher",
    "application-name",
    "publisher",
    "article:publisher",
];
const TOPICS: &[&str] = &[
    "article:tag",
    "og:article:tag",
    "news_keywords",
    "keywords",
    "citation_keywords",
    "dc.subject",
    "dcterms.subject",
    "parsely-tags",
    "sailthru.tags",
];
const SECTIONS: &[&str] = &[
    "article:section",
    "og:article:section",
    "parsely-section",
    "section",
];
const SUMMARIES: &[&str] = &[
    "description",
    "og:description",
    "dc.description",
    "dcterms.abstract",
    "twitter:description",
];

/// Words that stand before a date without being of it.
const BEFORE_DATES: [&str; 9] = ["on", "at", "the", "of", "am", "den", "vom", "le", "el"];

/// How many elements are looked at that may hold a date.
const MARKED: usize = 200;

/// Separates the title of an article from the name of its site.
const SEPARATORS: [&str; 8] = [" | ", " - ", " – ", " — ", " :: ", " « ", " » ", " · "];

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
    fn all(&self, keys: &[&str]) -> Vec<String> {
        let mut texts = Vec::new();
        for key in keys {
            match self.meta.get(*key) {
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

    fn first(&self, keys: &[&str]) -> Option<String> {
        self.all(keys).into_iter().next()
    }

    /// The heading that the title of the page repeats, the longest if there are several; else the
    /// first of the first level that is not the site's name.
    fn heading(&self, of_head: Option<&str>, source: Option<&str>) -> Option<String> {
        let headings = self
            .tree
            .elements()
            .filter(|(_, element)| names::is_heading(&element.name));
        let headings: Vec<(bool, String)> = headings
            .take(200)
            .map(|(at, element)| (element.name == "h1", self.tree.plain(at)))
            .filter(|(_, text)| {
                !text.is_empty() && source.is_none_or(|source| !source.eq_ignore_ascii_case(text))
            })
            .collect();
        let of_head = of_head.unwrap_or("").to_lowercase();
        let repeated = headings
            .iter()
            .filter(|(_, text)| of_head.contains(&text.to_lowercase()));
        let repeated = repeated.max_by_key(|(is_first, text)| (text.len(), *is_first));
        let first = || headings.iter().find(|(is_first, _)| *is_first);
        repeated.or_else(first).map(|(_, text)| text.clone())
    }

    fn title(&self, source: Option<&str>) -> Option<String> {
        let of_head = self.tree.elements().find(|&(at, element)| {
            element.name == "title" && !self.tree.ancestors(at).any(|at| self.tree.is(at, "svg"))
        });
        let of_head = of_head.map(|(at, _)| self.tree.plain(at));
        let heading = self.heading(of_head.as_deref(), source);
        let linked = || {
            linked::text(&self.linked, "headline").or_else(|| linked::text(&self.linked, "name"))
        };
        let candidates = [linked(), self.first(TITLES)];
        let is_site =
            |text: &str| source.is_some_and(|source| source.eq_ignore_ascii_case(text.trim()));
        let mut good = candidates
            .into_iter()
            .flatten()
            .filter(|text| !text.trim().is_empty() && !is_site(text));
        if let Some(title) = good.next() {
            // What was cut short or has the site's name in it stands whole in the heading.
            if let Some(heading) = &heading {
                let kept = title.trim_end_matches(['…', '.', ' ']);
                let heading_begins = heading.starts_with(kept)
                    && heading.len() > kept.len()
                    && title.ends_with(['…', '.']);
                let title_goes_on =
                    title.len() > heading.len() && begins_and_parts(&title, heading);
                if heading_begins || title_goes_on {
                    return Some(heading.clone());
                }
            }
            return Some(without_site(&title, source));
        }
        let of_head = of_head.filter(|text| !text.is_empty());
        match (heading, of_head) {
            (Some(heading), Some(title)) => {
                // A heading that the title of the page does not know is some other heading.
                let known = title.to_lowercase().contains(&heading.to_lowercase());
                if known || heading.len() > 20 {
                    Some(heading)
                } else {
                    Some(without_site(&title, source))
                }
            }
            (Some(heading), None) => Some(heading),
            (None, Some(title)) => Some(without_site(&title, source)),
            (None, None) => None,
        }
    }

    fn date(&self) -> Option<String> {
        let linked = ["datePublished", "dateCreated", "uploadDate"];
        let linked = linked
            .iter()
            .filter_map(|key| linked::text(&self.linked, key));
        let named = DATES.iter().flat_map(|key| self.all(&[key]));
        linked
            .chain(named)
            .find_map(|text| readable(&text))
            .or_else(|| self.date_of_elements())
            .or_else(|| linked::text(&self.linked, "dateModified").and_then(|text| readable(&text)))
            .or_else(|| {
                self.first(&["article:modified_time", "og:updated_time", "last-modified"])
                    .and_then(|text| readable(&text))
            })
    }

    /// A date that an element of the page holds: marked as the date of publication, then any
    /// `<time>`, then a class that speaks of a date.
    fn date_of_elements(&self) -> Option<String> {
        let value = |at: usize| -> Option<String> {
            let element = self.tree.element(at)?;
            let told = ["datetime", "content"]
                .iter()
                .find_map(|name| element.attribute(name));
            told.and_then(readable)
                .or_else(|| date_within(&self.tree.plain(at)))
        };
        let is_comment = |at: usize| {
            self.tree.ancestors(at).any(|at| {
                let element = self
                    .tree
                    .element(at)
                    .filter(|e| !matches!(&*e.name, "html" | "body"));
                let class = |name| {
                    element
                        .and_then(|e| e.attribute(name))
                        .unwrap_or("")
                        .to_ascii_lowercase()
                };
                element.is_some_and(|e| matches!(&*e.name, "aside" | "nav" | "footer"))
                    || ["comment", "related", "sidebar", "recent", "teaser"]
                        .iter()
                        .any(|word| class("class").contains(word) || class("id").contains(word))
            })
        };
        let marks: [fn(&super::tree::Element) -> bool; 4] = [
            |e| {
                matches!(
                    e.attribute("itemprop"),
                    Some("datePublished" | "dateCreated")
                )
            },
            |e| {
                e.name == "time"
                    && (e.attribute("pubdate").is_some()
                        || class_says(e, &["publish", "entry-date", "pubdate"]))
            },
            |e| e.name == "time",
            |e| {
                !names::is_silent(&e.name)
                    && class_says(
                        e,
                        &[
                            "date",
                            "publish",
                            "timestamp",
                            "byline",
                            "posted",
                            "meta",
                            "dateline",
                            "submitted",
                        ],
                    )
            },
        ];
        marks.iter().find_map(|is_marked| {
            let mut marked = self
                .tree
                .elements()
                .filter(|(_, element)| is_marked(element))
                .take(MARKED)
                .filter(|&(at, _)| !is_comment(at));
            marked.find_map(|(at, _)| value(at))
        })
    }

    fn modified(&self) -> Option<String> {
        let linked = linked::text(&self.linked, "dateModified");
        linked.or_else(|| {
            self.first(&[
                "article:modified_time",
                "og:updated_time",
                "dcterms.modified",
                "dc.date.modified",
            ])
        })
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
                self.first(&[
                    "og:url",
                    "citation_public_url",
                    "dc.identifier",
                    "parsely-link",
                ])
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
                self.first(&[
                    "og:locale",
                    "content-language",
                    "dc.language",
                    "dcterms.language",
                    "language",
                    "citation_language",
                ])
            })
    }

    fn authors(&self, source: Option<&str>) -> Vec<String> {
        let mut authors = linked::texts(&self.linked, "author");
        if authors.is_empty() {
            authors = linked::texts(&self.linked, "creator");
        }
        let is_name = |text: &String| !text.contains("://") && !text.starts_with('@');
        authors.retain(is_name);
        for key in AUTHORS {
            if !authors.is_empty() {
                break;
            }
            authors = self.all(&[key]).into_iter().filter(is_name).collect();
        }
        if authors.is_empty() {
            authors = self.authors_of_elements();
        }
        let mut names: Vec<String> = Vec::new();
        for author in &authors {
            let author = without_by(author);
            let is_site = source.is_some_and(|source| source.eq_ignore_ascii_case(author))
                && authors.len() > 1;
            if !author.is_empty() && !is_site && !names.iter().any(|known| known == author) {
                names.push(author.to_owned());
            }
        }
        names
    }

    fn authors_of_elements(&self) -> Vec<String> {
        let marks: [fn(&super::tree::Element) -> bool; 3] = [
            |e| e.attribute("itemprop") == Some("author"),
            |e| e.attribute("rel") == Some("author"),
            |e| {
                class_says(
                    e,
                    &[
                        "author-name",
                        "byline-name",
                        "author__name",
                        "byline__name",
                        "byline-author",
                    ],
                )
            },
        ];
        for is_marked in marks {
            let found = self.tree.elements().find(|(_, element)| is_marked(element));
            let Some((at, element)) = found else {
                continue;
            };
            let text = match element.attribute("content") {
                Some(text) => text.to_owned(),
                None => {
                    let is_name = |&at: &usize| {
                        self.tree
                            .element(at)
                            .is_some_and(|e| e.attribute("itemprop") == Some("name"))
                    };
                    self.tree
                        .plain(self.tree.inside(at).find(is_name).unwrap_or(at))
                }
            };
            let text = text.split(['|', '•', '·']).next().unwrap_or("").trim();
            if !text.is_empty() && text.len() <= 100 {
                return vec![text.to_owned()];
            }
        }
        let byline = self
            .tree
            .elements()
            .find(|(_, element)| class_says(element, &["byline"]));
        let byline = byline
            .map(|(at, _)| self.tree.plain(at))
            .unwrap_or_default();
        let name = without_by(&byline);
        let plausible = name.len() < byline.len()
            && name.len() <= 60
            && !name.contains(|c: char| c.is_ascii_digit());
        if plausible {
            vec![name.to_owned()]
        } else {
            Vec::new()
        }
    }

    fn source(&self) -> Option<String> {
        let publisher =
            linked::text(&self.linked, "publisher").filter(|text| !text.contains("://"));
        let named = self.all(&SOURCES[..1]).into_iter().next();
        named.or(publisher).or_else(|| {
            self.first(&SOURCES[1..])
                .filter(|text| !text.contains("://"))
        })
    }

    fn topics(&self) -> Vec<String> {
        let mut topics: Vec<String> = Vec::new();
        let mut add = |text: &str| {
            for part in text.split([',', ';']) {
                let part = part.trim();
                let is_new = !topics.iter().any(|known| known.eq_ignore_ascii_case(part));
                if !part.is_empty() && is_new && topics.len() < limits::VALUES {
                    topics.push(part.to_owned());
                }
            }
        };
        linked::texts(&self.linked, "keywords")
            .iter()
            .for_each(|text| add(text));
        for key in TOPICS {
            self.all(&[key]).iter().for_each(|text| add(text));
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

fn class_says(element: &super::tree::Element, words: &[&str]) -> bool {
    let says = |name| {
        element.attribute(name).is_some_and(|value| {
            let value = value.to_ascii_lowercase();
            words.iter().any(|word| value.contains(word))
        })
    };
    says("class") || says("id")
}

/// A text that is a date, as it is written.
fn readable(text: &str) -> Option<String> {
    let text = text.trim();
    // The zero of some programs.
    if text.starts_with("0001-") {
        return None;
    }
    match dates::parse(text) {
        Dated::Date(_) | Dated::UnknownZone(_) => Some(text.to_owned()),
        _ => date_within(text),
    }
}

/// The first date among the words of a short text: `Published on 3 March 2019 at 10:15`.
fn date_within(text: &str) -> Option<String> {
    if text.len() > 160 {
        return None;
    }
    let words: Vec<&str> = text
        .split_whitespace()
        .map(|word| word.trim_matches(['(', ')', '|', '•', '·', ':']))
        .filter(|word| !word.is_empty())
        .collect();
    for start in 0..words.len() {
        for count in (1..=6.min(words.len() - start)).rev() {
            let (first, last) = (words[start], words[start + count - 1]);
            let is_date_alone = !BEFORE_DATES.contains(&first.to_lowercase().as_str())
                && (last.contains(|c: char| c.is_ascii_digit())
                    || last.len() <= 4 && last == last.to_uppercase());
            if !is_date_alone {
                continue;
            }
            let part = words[start..start + count].join(" ");
            let part = part.trim_end_matches([',', '.', ';']);
            let has_year = part
                .split(|c: char| !c.is_ascii_digit())
                .any(|run| run.len() == 4 || run.len() == 8);
            let is_long = count > 1 || part.len() >= 8;
            if has_year && is_long && matches!(dates::parse(part), Dated::Date(_)) {
                return Some(part.to_owned());
            }
        }
    }
    None
}

/// A title without the site's name behind or before it.
fn without_site(title: &str, source: Option<&str>) -> String {
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut rest = title.as_str();
    // Section and site may both be there.
    for _ in 0..3 {
        let cut = SEPARATORS
            .iter()
            .filter_map(|separator| rest.rfind(separator).map(|at| (at, separator.len())))
            .max();
        let Some((at, length)) = cut else {
            break;
        };
        let (before, after) = (&rest[..at], &rest[at + length..]);
        let is_site = source.is_some_and(|source| same_site(source, after));
        let reads_like_name = after.split(' ').count() <= 4
            && before.split(' ').count() >= 3
            && before.len() > after.len();
        if is_site || reads_like_name {
            rest = before.trim_end();
        } else {
            break;
        }
        if is_site {
            break;
        }
    }
    if let Some(source) = source
        && let Some(after) = rest.strip_prefix(source)
        && let Some(after) = SEPARATORS
            .iter()
            .find_map(|separator| after.strip_prefix(separator))
    {
        rest = after;
    }
    rest.to_owned()
}

fn same_site(source: &str, text: &str) -> bool {
    let letters = |text: &str| -> String {
        text.chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect()
    };
    let (source, text) = (letters(source), letters(text));
    !text.is_empty() && (source == text || source.starts_with(&text) || text.starts_with(&source))
}

/// Whether a title is a heading, a separator and something else.
fn begins_and_parts(title: &str, heading: &str) -> bool {
    title.strip_prefix(heading).is_some_and(|rest| {
        SEPARATORS
            .iter()
            .any(|separator| rest.starts_with(separator))
    })
}

/// A byline without its "By".
fn without_by(text: &str) -> &str {
    let text = text.trim();
    for prefix in [
        "By ",
        "by ",
        "BY ",
        "By: ",
        "Von ",
        "von ",
        "Par ",
        "par ",
        "Por ",
        "por ",
        "Di ",
        "Door ",
        "От ",
        "Автор: ",
    ] {
        if let Some(rest) = text.strip_prefix(prefix) {
            return rest.trim();
        }
    }
    text
}
