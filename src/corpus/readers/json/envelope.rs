//! Answers of APIs: objects that are no articles and hold a list of them.

use std::ops::Range;

use super::cut::Scan;

/// What the lists of articles are called.
const LISTS: [&str; 12] = [
    "articles",
    "results",
    "items",
    "docs",
    "news",
    "entries",
    "stories",
    "posts",
    "hits",
    "data",
    "newsitems",
    "documents",
];

/// What the objects are called that such a list may be in.
const WRAPPERS: [&str; 5] = ["response", "data", "hits", "result", "results"];

/// Keys of articles: an object that has one is no envelope.
const OWN: [&str; 9] = [
    "body",
    "text",
    "content",
    "fulltext",
    "article",
    "headline",
    "body_html",
    "body_text",
    "bodies",
];

/// Where the articles of an envelope are, if it is one.
pub(super) fn articles(object: &[u8]) -> Option<Vec<Range<usize>>> {
    let list = list(object, 0, 0)?;
    let mut articles = Vec::new();
    let mut at = list + 1;
    loop {
        at = skip_space(object, at);
        match object.get(at)? {
            b',' => at += 1,
            b']' => return Some(articles),
            b'}' => return None,
            _ => {
                let (count, _) = Scan::default().run(&object[at..]);
                articles.push(at..at + object[at..at + count].trim_ascii_end().len());
                at += count.max(1);
            }
        }
    }
}

/// Where the list begins in the object that begins here.
fn list(bytes: &[u8], object: usize, depth: usize) -> Option<usize> {
    let mut found = None;
    let mut at = object + 1;
    loop {
        at = skip_space(bytes, at);
        match bytes.get(at)? {
            b'}' => return found,
            b',' => {
                at += 1;
                continue;
            }
            b'"' => {}
            _ => return None,
        }
        let end = at + 1 + bytes[at + 1..].iter().position(|&byte| byte == b'"')?;
        let name = std::str::from_utf8(&bytes[at + 1..end]).unwrap_or("");
        at = skip_space(bytes, end + 1);
        if bytes.get(at) != Some(&b':') {
            // A name with an escaped quote in it: nobody calls a list so.
            return None;
        }
        at = skip_space(bytes, at + 1);
        let first = *bytes.get(at)?;
        if depth == 0 && OWN.contains(&name) {
            return None;
        }
        if found.is_none() && first == b'[' && LISTS.contains(&name) {
            let inner = skip_space(bytes, at + 1);
            let is_list = matches!(bytes.get(inner), Some(b'{' | b']'));
            found = is_list.then_some(at);
        } else if found.is_none() && first == b'{' && depth < 2 && WRAPPERS.contains(&name) {
            found = list(bytes, at, depth + 1);
        }
        let (count, _) = Scan::default().run(&bytes[at..]);
        at += count;
        if count == 0 {
            return None;
        }
    }
}

fn skip_space(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or(&[]);
    at + (rest.len() - rest.trim_ascii_start().len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_articles_are_found_in_what_is_around_them() {
        for (object, expected) in [
            (
                r#"{"status": "ok", "articles": [{"a": 1}, {"b": [2]} ]}"#,
                Some(vec![r#"{"a": 1}"#, r#"{"b": [2]}"#]),
            ),
            (
                r#"{"response": {"meta": {}, "docs": [{"a": "]}"}]}}"#,
                Some(vec![r#"{"a": "]}"}"#]),
            ),
            (
                r#"{"hits": {"total": 1, "hits": [{"_source": {}}]}}"#,
                Some(vec![r#"{"_source": {}}"#]),
            ),
            (r#"{"articles": []}"#, Some(vec![])),
            (
                r#"{"articles": [{"a": 1}, 2, "x"]}"#,
                Some(vec![r#"{"a": 1}"#, "2", "\"x\""]),
            ),
            (r#"{"body": "b", "items": [{"a": 1}]}"#, None),
            (r#"{"items": [{"a": 1}], "body": "b"}"#, None),
            (r#"{"items": ["a"]}"#, None),
            (r#"{"title": "t", "people": [{"name": "a"}]}"#, None),
            (r#"{"articles": [{"a": 1}"#, None),
            (r#"{"articles": [{"a": 1}}"#, None),
            ("{}", None),
            ("{", None),
            (r#"{"a\"b": 1, "articles": [{}]}"#, None),
        ] {
            let found = articles(object.as_bytes());
            let found =
                found.map(|found| found.into_iter().map(|at| &object[at]).collect::<Vec<_>>());
            assert_eq!(found, expected, "{object}");
        }
    }
}
