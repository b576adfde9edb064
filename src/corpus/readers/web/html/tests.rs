//! Pages read whole: the fixtures, pieces of markup, what pages say about themselves, and pages
//! that mean harm.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::json;

use super::*;
use crate::corpus::{dates, decode};

/// What a fixture is expected to give: title, date, blank line, text.
struct Expected {
    title: String,
    date: String,
    text: String,
}

fn fixtures() -> Vec<(String, Vec<u8>, Expected)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/html");
    let mut fixtures = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "html") {
            continue;
        }
        let expected = std::fs::read_to_string(path.with_extension("expected")).unwrap();
        let mut parts = expected.splitn(4, '\n');
        let mut part = || parts.next().unwrap().to_owned();
        let (title, date, _, text) = (part(), part(), part(), part());
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let expected = Expected { title, date, text };
        fixtures.push((name, std::fs::read(&path).unwrap(), expected));
    }
    fixtures.sort_by(|a, b| a.0.cmp(&b.0));
    fixtures
}

fn words(text: &str) -> BTreeMap<&str, usize> {
    let mut words = BTreeMap::new();
    let parts = text.split(|c: char| !c.is_alphanumeric());
    for word in parts.filter(|word| !word.is_empty()) {
        *words.entry(word).or_default() += 1;
    }
    words
}

/// The harmonic mean of how many words are right and how many were found, each counted as often
/// as it is there.
fn f1(expected: &str, given: &str) -> f64 {
    let (expected, given) = (words(expected), words(given));
    let common: usize = expected
        .iter()
        .map(|(word, count)| *count.min(given.get(word).unwrap_or(&0)))
        .sum();
    let all: usize = expected.values().chain(given.values()).sum();
    2.0 * common as f64 / all.max(1) as f64
}

fn read(html: &str) -> (Article, Vec<&'static str>) {
    let mut notes = Vec::new();
    let article = article(html, &mut notes);
    (article, notes.iter().map(|note| note.code).collect())
}

#[test]
fn articles_are_found_on_pages_of_many_kinds() {
    let fixtures = fixtures();
    assert!(fixtures.len() >= 30, "{} pages", fixtures.len());
    let (mut sum, mut titles, mut days) = (0.0, Vec::new(), Vec::new());
    for (name, bytes, expected) in &fixtures {
        let html = decode::decode(bytes, decode::Hints::default(), &mut Vec::new()).unwrap();
        let (article, _) = read(&html);
        let f1 = f1(&expected.text, &article.body);
        assert!(f1 >= 0.85, "{name}: {f1:.3}\n{}", article.body);
        sum += f1;
        if article.metadata.get("title") != Some(&json!(expected.title)) {
            titles.push(format!("{name}: {:?}", article.metadata.get("title")));
        }
        let date = article.metadata.get("date").and_then(Value::as_str);
        if dates::parse(date.unwrap_or("")) != dates::parse(&expected.date) {
            days.push(format!("{name}: {date:?}"));
        }
    }
    let mean = sum / fixtures.len() as f64;
    assert!(mean >= 0.97, "mean F1 {mean:.4}");
    assert!(titles.len() <= 1, "{titles:?}");
    assert!(days.len() <= 1, "{days:?}");
}

#[test]
fn paragraphs_of_the_fixtures_stay_apart() {
    for (name, bytes, expected) in fixtures() {
        let html = decode::decode(&bytes, decode::Hints::default(), &mut Vec::new()).unwrap();
        let (article, _) = read(&html);
        let given = article
            .body
            .split("\n\n")
            .map(|part| part.replace('\n', " "));
        let given: Vec<String> = given.collect();
        let all = expected.text.trim().split("\n\n");
        let wanted: Vec<&str> = all.filter(|part| !part.contains('\n')).collect();
        let whole = wanted
            .iter()
            .filter(|part| given.iter().any(|given| given == *part))
            .count();
        assert!(
            whole * 10 >= wanted.len() * 8,
            "{name}: {whole} of {}\n{}",
            wanted.len(),
            article.body
        );
    }
}

#[test]
fn markup_becomes_readable_text() {
    for (html, expected) in [
        ("<p>One<p>Two", "One\n\nTwo"),
        ("<p>One <b>bold</b>\n  word</p>two", "One bold word\n\ntwo"),
        ("a<br>b<br><br>c", "a\nb\n\nc"),
        ("<div>a<div>b</div>c</div>", "a\n\nb\n\nc"),
        ("a </p> b", "a\n\nb"),
        ("<h1>T</h1>text<h2>U</h2>", "T\n\ntext\n\nU"),
        (
            "x<ul><li>a<li>b<ul><li>c</ul><li>d</ul>y",
            "x\n\n- a\n- b\n  - c\n- d\n\ny",
        ),
        (
            "<ol start=3><li>a<li value=7>b<li><p>c</p><p>d</p></ol>",
            "3. a\n7. b\n8. c\n\nd",
        ),
        ("<ul><li><p>a</p></li><li><p>b</p></li></ul>", "- a\n- b"),
        (
            "<table><tr><th>a<th>b<tr><td>1<td><p>2</p><tr><td><td>3</table>z",
            "a | b\n1 | 2\n | 3\n\nz",
        ),
        (
            "<table><tr><td>menu</td><td><table><tr><td>x</td></tr></table><p>text</p></td></tr></table>",
            "menu\n\nx\n\ntext",
        ),
        ("<dl><dt>a<dd>b<dt>c<dd>d</dl>", "a\nb\n\nc\nd"),
        ("<pre>\n a\n  b\n</pre>c", " a\n  b\n\nc"),
        (
            "10<sup>6</sup>, word<sup><a href=#>1</a></sup>, 19<sup>th</sup>, m<sup>2</sup>",
            "10^6, word[1], 19th, m2",
        ),
        ("he said <q>no</q>.", "he said “no”."),
        (
            "a &amp; b &eacute; &#8212; &lt;p> &zzz; &nbsp;",
            "a & b é — <p> &zzz; \u{a0}",
        ),
        (
            "<title>t</title><script>if (a<b) '</p>'</script><style>p{}</style>a<!-- c --><svg><text>s</text></svg>",
            "a",
        ),
        ("<textarea><p>x</textarea>a<select><option>b</select>", "a"),
        ("a<wbr>b<span>c</span>", "abc"),
        ("<p>a<a href=x>b</p><p>c</a>d", "ab\n\ncd"),
        ("", ""),
        ("   \n ", ""),
        ("no markup at all", "no markup at all"),
        ("a < b and c > d", "a < b and c > d"),
    ] {
        let given = text(html);
        assert_eq!(
            given,
            expected.trim_end_matches(['\n', '\u{a0}', ' ']),
            "{html}"
        );
    }
}

#[test]
fn xhtml_may_close_its_elements_itself() {
    let page = "<?xml version=\"1.0\"?><html xmlns=\"http://www.w3.org/1999/xhtml\"><head><title/>\
                <script src=\"a.js\"/></head><body><a id=\"x\"/><p>One<![CDATA[ & two]]></p></body></html>";
    assert_eq!(read(page).0.body, "One & two");
}

#[test]
fn what_pages_say_about_themselves() {
    let long =
        "<p>A sentence that is long enough, with commas, to be an article of its own kind.</p>"
            .repeat(3);
    for (head, body, expected) in [
        (
            r#"<meta property="og:title" content="A title | Site"><meta property="og:site_name" content="Site">"#,
            "",
            json!({"title": "A title", "source": "Site"}),
        ),
        (
            "<title>The whole of a title - The Paper</title>",
            "",
            json!({"title": "The whole of a title"}),
        ),
        (
            "<title>The Paper: news</title>",
            "<h1>A heading that is long</h1>",
            json!({"title": "A heading that is long"}),
        ),
        (
            r#"<script type="application/ld+json">{"@type": "schema:NewsArticle", "headline": "A &amp; B", "datePublished": "1987-03-02",
            "author": ["Ana", {"name": "By Ben"}], "inLanguage": "fr", "url": "https://x.org/a", "keywords": "a, b"}</script>"#,
            "",
            json!({"title": "A & B", "date": "1987-03-02", "author": ["Ana", "Ben"], "language": "fr", "url": "https://x.org/a", "tags": ["a", "b"]}),
        ),
        (
            "<script type='application/ld+json'>//<![CDATA[\n{\"@type\": [\"WebPage\", \"Article\"], \"headline\": \"Two\nlines\",}\n//]]></script>",
            "",
            json!({"title": "Two lines"}),
        ),
        (
            r#"<meta name=citation_author content="Lee, A."><meta name=citation_author content="Oh, B."><meta name=citation_publication_date content="2001/5">
            <meta name=citation_title content=T><meta name=citation_journal_title content=J>"#,
            "",
            json!({"title": "T", "date": "2001/5", "author": ["Lee, A.", "Oh, B."], "source": "J"}),
        ),
        (
            "<meta name=DC.Date content=1962-10-28><meta name=DC.Creator content='X Y'><meta name=DC.Language content=de>",
            "",
            json!({"date": "1962-10-28", "author": ["X Y"], "language": "de"}),
        ),
        (
            "<meta name=date content=soon>",
            "<time datetime=2020-01-02>x</time>",
            json!({"date": "2020-01-02"}),
        ),
        (
            "",
            "<p class=dateline>Posted on March 3, 2011 at noon</p>",
            json!({"date": "March 3, 2011"}),
        ),
        (
            "",
            "<span class=byline>By Mary Major</span>",
            json!({"author": ["Mary Major"]}),
        ),
        (
            "<link rel=canonical href=https://x.org/a><meta property=og:url content=https://x.org/b>",
            "",
            json!({"url": "https://x.org/a"}),
        ),
        ("<link rel=canonical href=/a>", "", json!({})),
    ] {
        let page = format!("<html><head>{head}</head><body>{body}<div>{long}</div></body></html>");
        let (article, codes) = read(&page);
        let mut given = article.metadata;
        given.remove("meta");
        given.remove("json_ld");
        assert_eq!(Value::Object(given), expected, "{head}{body}");
        assert!(codes.is_empty(), "{codes:?} {head}{body}");
    }
    let saved =
        format!("<!-- saved from url=(0018)https://x.org/page -->\n<html lang=en-GB>{long}");
    let given = read(&saved).0.metadata;
    assert_eq!(given["url"], "https://x.org/page");
    assert_eq!(given["language"], "en-GB");
}

#[test]
fn the_source_keys_are_kept() {
    let page = r#"<meta name="Author" content="A"><meta property="article:tag" content="x"><meta property="article:tag" content="y">
        <script type="application/ld+json">{"@graph": [{"@type": "Article", "headline": "H", "isAccessibleForFree": false}]}</script>"#;
    let given = read(page).0.metadata;
    assert_eq!(
        given["meta"],
        json!({"author": "A", "article:tag": ["x", "y"]})
    );
    assert_eq!(given["json_ld"]["isAccessibleForFree"], json!(false));
}

#[test]
fn what_is_odd_about_a_page_is_noted() {
    let long = "A sentence that is long enough, with commas, to be an article. ".repeat(9);
    let ids = r#"<script type="application/ld+json">{"a": </script>"#;
    let deep = format!("{}{long}", "<div>".repeat(100_000));
    let linked = json!({"@type": "Article", "articleBody": format!("<p>{long}</p><p>End</p>")});
    let linked = format!("<script type=application/ld+json>{linked}</script><div id=app></div>");
    for (page, codes, contains) in [
        (
            format!("{ids}<p>{long}</p>"),
            vec![codes::JSON_LD],
            "A sentence",
        ),
        (deep, vec![codes::HTML_FLATTENED], "A sentence"),
        (
            "<p>Short.</p>".to_owned(),
            vec![codes::HTML_NO_ARTICLE],
            "Short.",
        ),
        (linked, vec![], "End"),
        (
            format!("<div style='display: none'><p>{long}</p></div>"),
            vec![codes::HTML_NO_ARTICLE],
            "A sentence",
        ),
        (String::new(), vec![], ""),
    ] {
        let (article, given) = read(&page);
        assert_eq!(given, codes, "{page:.80}");
        assert!(article.body.contains(contains), "{page:.80}");
    }
}

#[test]
fn pages_that_mean_harm_take_no_time_and_lose_no_text() {
    let n = 50_000;
    let attributes: Vec<String> = (0..n).map(|at| format!("a{at}=x")).collect();
    let attributes = attributes.join(" ");
    let pages = [
        "<div>".repeat(n),
        "<ul><li>".repeat(n),
        "<b><p>".repeat(n),
        "<a href=x>".repeat(n),
        "<table><tr><td>".repeat(n),
        "<table>".repeat(n),
        "<p>".repeat(n),
        "</p>".repeat(n),
        "<svg><title>".repeat(n),
        "<font><table><font>".repeat(n),
        format!("{}{}", "<div>".repeat(600), "</p></b></div><p>".repeat(n)),
        format!("<p><table><td>{}{}", "<span>".repeat(500), "</p>".repeat(n)),
        format!("<div {attributes}>"),
        format!("<div class='{}'>", "comment ".repeat(n)),
        "<h2>Related</h2><ul><li>x</ul>".repeat(n / 10),
        "<h1>x</h1>".repeat(n),
        "<time datetime=x>a b c d e f g h</time>".repeat(n / 10),
        "<!--".repeat(n),
        "<![CDATA[".repeat(n),
        "&".repeat(n),
        "&#x0;&#xD800;&#99999999;".repeat(n),
        "<script type=application/ld+json>[</script>".repeat(n / 10),
        format!(
            "<script type=application/ld+json>{}</script>",
            "[".repeat(n)
        ),
        "<meta name=a content=b>".repeat(n),
        "\u{0}<p\u{0}>\u{0}".repeat(n),
    ];
    for page in pages {
        let whole = format!("{page}</script>--></title></svg>]]>\n<p>survivor");
        let (article, _) = read(&whole);
        let is_open = page.starts_with("<![") || page.starts_with("<svg>");
        assert!(article.body.contains("survivor") || is_open, "{page:.60}");
    }
}

#[test]
fn what_is_repeated_without_end_is_neither_compared_nor_copied_without_end() {
    let text =
        "A sentence, of some length, that stands in the article and counts as text. ".repeat(9);
    let authors = (0..50_000)
        .map(|at| format!("\"A{at}\""))
        .collect::<Vec<_>>();
    let one = format!(
        "{{\"@id\": \"#a\", \"name\": \"Ana\", \"text\": \"{}\"}}",
        "x".repeat(99_999)
    );
    let references = vec!["{\"@id\": \"#a\"}"; 50_000];
    let script = |linked: &str| format!("<script type='application/ld+json'>{linked}</script>");
    let article = |author: &[String]| {
        format!(
            "{{\"@type\": \"NewsArticle\", \"headline\": \"H\", \"author\": [{}]}}",
            author.join(",")
        )
    };
    let references: Vec<String> = references.into_iter().map(ToOwned::to_owned).collect();
    for head in [
        script(&article(&authors)),
        script(&format!("[{one}, {}]", article(&references))),
        script(&format!("[{}]", "0,".repeat(99_999) + "0")).repeat(90),
        "<h2 hidden>x</h2>".repeat(30_000),
    ] {
        let page = format!(
            "<html><head></head><body>{head}<article><p>{text}</p>{head}</article></body></html>"
        );
        let (article, _) = read(&page);
        let kept = serde_json::to_string(&article.metadata).unwrap();
        assert!(article.body.starts_with("A sentence") && kept.len() < 4 << 20);
    }
}
