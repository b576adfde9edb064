//! The title of an article, without the name of its site.

use super::super::{linked, names};
use super::Page;

/// Keys of `<meta>` that hold a title, the surest first.
const TITLES: &str = "og:title citation_title dc.title dcterms.title parsely-title sailthru.title twitter:title \
    title";

/// Separates the title of an article from the name of its site.
const SEPARATORS: [&str; 8] = [" | ", " - ", " – ", " — ", " :: ", " « ", " » ", " · "];

impl Page<'_> {
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

    pub(super) fn title(&self, source: Option<&str>) -> Option<String> {
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
