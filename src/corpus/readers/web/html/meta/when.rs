//! When an article was published.

use super::super::tree::Element;
use super::super::{linked, names};
use super::{Page, class_says};
use crate::corpus::dates::{self, Dated};

/// Keys of `<meta>` that hold a date of publication, the surest first.
const DATES: &str = "article:published_time og:article:published_time og:published_time citation_publication_date \
    citation_date citation_online_date dc.date.issued dcterms.issued dc.date.created \
    dcterms.created dc.date dcterms.date parsely-pub-date sailthru.date pubdate publishdate \
    publish-date publish_date publication_date publication-date published article.published date \
    datepublished cxenseparse:recs:publishtime article:created created rnews:datepublished \
    prism.publicationdate eprints.date";

/// Words that stand before a date without being of it.
const BEFORE_DATES: [&str; 9] = ["on", "at", "the", "of", "am", "den", "vom", "le", "el"];

/// How many elements are looked at that may hold a date.
const MARKED: usize = 200;

impl Page<'_> {
    pub(super) fn date(&self) -> Option<String> {
        let linked = ["datePublished", "dateCreated", "uploadDate"];
        let linked = linked
            .iter()
            .filter_map(|key| linked::text(&self.linked, key));
        let named = DATES.split(' ').flat_map(|key| self.all(key));
        linked
            .chain(named)
            .find_map(|text| readable(&text))
            .or_else(|| self.date_of_elements())
            .or_else(|| linked::text(&self.linked, "dateModified").and_then(|text| readable(&text)))
            .or_else(|| {
                self.first("article:modified_time og:updated_time last-modified")
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
        let marks: [fn(&Element) -> bool; 4] = [
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

    pub(super) fn modified(&self) -> Option<String> {
        let linked = linked::text(&self.linked, "dateModified");
        linked.or_else(|| {
            self.first("article:modified_time og:updated_time dcterms.modified dc.date.modified")
        })
    }
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
