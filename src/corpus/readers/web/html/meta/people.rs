//! Who wrote an article.

use super::super::linked;
use super::super::tree::Element;
use super::{Page, class_says};
use crate::corpus::limits;

/// Keys of `<meta>` that hold an author, the surest first.
const AUTHORS: &str = "author article:author citation_author dc.creator dcterms.creator parsely-author \
    sailthru.author byl article:author_name dc.contributor og:article:author rnews:author \
    eprints.creators_name";

impl Page<'_> {
    pub(super) fn authors(&self, source: Option<&str>) -> Vec<String> {
        let mut authors = linked::texts(&self.linked, "author");
        if authors.is_empty() {
            authors = linked::texts(&self.linked, "creator");
        }
        let is_name = |text: &String| !text.contains("://") && !text.starts_with('@');
        authors.retain(is_name);
        for key in AUTHORS.split(' ') {
            if !authors.is_empty() {
                break;
            }
            authors = self.all(key).into_iter().filter(is_name).collect();
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
            // One more than anybody keeps, so that it is said that there are too many.
            if names.len() > limits::VALUES {
                break;
            }
        }
        names
    }

    fn authors_of_elements(&self) -> Vec<String> {
        let marks: [fn(&Element) -> bool; 3] = [
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
            let name_in = || {
                let is_name = |&at: &usize| {
                    let element = self.tree.element(at);
                    element.is_some_and(|e| e.attribute("itemprop") == Some("name"))
                };
                self.tree
                    .plain(self.tree.inside(at).find(is_name).unwrap_or(at))
            };
            let content = element.attribute("content").map(ToOwned::to_owned);
            let text = content.unwrap_or_else(name_in);
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
