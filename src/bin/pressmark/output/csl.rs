//! CSL-JSON: hits as references, for reference managers.

use std::io::{self, Write};

use pressmark::{Hit, PartialDate, Precision};
use serde::Serialize;

use super::json;
use super::page::{Head, Listed, Printer};

/// A list as one array of references.
#[derive(Debug, Default)]
pub(super) struct References {
    any: bool,
}

impl Printer for References {
    fn begin(&mut self, out: &mut dyn Write, _: &Head) -> io::Result<()> {
        out.write_all(b"[")
    }

    fn hit(&mut self, out: &mut dyn Write, listed: Listed<'_>) -> io::Result<()> {
        out.write_all(if self.any { b",\n" } else { b"\n" })?;
        self.any = true;
        json::value(out, &Reference::of(listed.hit))
    }

    fn end(&mut self, out: &mut dyn Write, _: &Head) -> io::Result<()> {
        out.write_all(if self.any { b"\n]\n" } else { b"]\n" })
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Reference<'a> {
    id: &'a str,
    r#type: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    title: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    author: Vec<Name<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issued: Option<Issued>,
    #[serde(skip_serializing_if = "Option::is_none")]
    container_title: Option<String>,
    #[serde(rename = "URL", skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
}

/// A name that is not taken apart: which part is the family's nobody can know.
#[derive(Debug, Serialize)]
struct Name<'a> {
    literal: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Issued {
    date_parts: [Vec<i32>; 1],
}

impl<'a> Reference<'a> {
    fn of(hit: &'a Hit) -> Self {
        let values = |facet: &str| hit.facets.get(facet).map(Vec::as_slice).unwrap_or_default();
        let source = values("source");
        Self {
            id: hit.id.as_str(),
            r#type: if source.is_empty() {
                "article"
            } else {
                "article-newspaper"
            },
            title: &hit.title,
            author: values("author")
                .iter()
                .map(|literal| Name { literal })
                .collect(),
            issued: hit.date.map(|date| Issued {
                date_parts: [date_parts(date)],
            }),
            container_title: (!source.is_empty()).then(|| source.join("; ")),
            url: hit.url.as_deref(),
            language: values("language").first().map(String::as_str),
        }
    }
}

/// As much of a date as is known.
fn date_parts(date: PartialDate) -> Vec<i32> {
    let (year, month, day) = date.ymd();
    let mut parts = vec![i32::from(year)];
    if date.precision() >= Precision::Month {
        parts.push(i32::from(month));
    }
    if date.precision() >= Precision::Day {
        parts.push(i32::from(day));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_keep_their_precision() {
        for (text, parts) in [
            ("1962", &[1962][..]),
            ("1962-10", &[1962, 10]),
            ("1962-10-28", &[1962, 10, 28]),
            ("1962-10-28T18:30:00Z", &[1962, 10, 28]),
            ("-0044-03", &[-44, 3]),
        ] {
            assert_eq!(date_parts(text.parse().unwrap()), parts, "{text}");
        }
    }
}
