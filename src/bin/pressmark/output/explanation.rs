//! How a query was read, and which of its clauses a document matches.

use std::io::{self, Write};

use pressmark::{Diagnostic, ScoreExplanation, ScorePart};
use serde::Serialize;

use super::human;
use crate::console::Stream;

/// What `explain` found out; this is also its JSON.
#[derive(Debug, Serialize)]
pub(crate) struct Explanation {
    pub(crate) format_version: u32,
    /// The query in canonical form.
    pub(crate) query: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) generation: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) total: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) document: Option<Verdict>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// Whether a document matches, and what of the query it does.
#[derive(Debug, Serialize)]
pub(crate) struct Verdict {
    pub(crate) id: String,
    pub(crate) matches: bool,
    pub(crate) clauses: Vec<Clause>,
    /// Where in its text the values stand that the query asks for, if they were inferred.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) evidence: Vec<Proof>,
    /// Names in its text that may mean the values that the query asks for, and were left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) ambiguous: Vec<LeftOut>,
    /// How its score came about, if it matches.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub(crate) score: Option<ScoreExplanation>,
}

/// A sentence that speaks for an inferred value.
#[derive(Debug, Serialize)]
pub(crate) struct Proof {
    pub(crate) facet: String,
    pub(crate) value: String,
    pub(crate) origin: &'static str,
    pub(crate) rule: &'static str,
    pub(crate) confidence: f64,
    /// `title` or `body`.
    pub(crate) field: &'static str,
    /// The name as it is written there, and its bytes in title or body.
    pub(crate) surface: String,
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) sentence: String,
}

/// A name that may mean a value, and was left out because nothing says what it means.
#[derive(Debug, Serialize)]
pub(crate) struct LeftOut {
    pub(crate) facet: String,
    /// The values that it may mean; a single one if it may mean something else.
    pub(crate) values: Vec<String>,
    pub(crate) mentions: u32,
    /// Where it stands first: `title` or `body`, the name as it is written there, and its bytes.
    pub(crate) field: &'static str,
    pub(crate) surface: String,
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) sentence: String,
}

impl LeftOut {
    /// Why it was left out.
    fn reason(&self) -> String {
        let times = match self.mentions {
            1 => "once".to_owned(),
            times => format!("{times} times"),
        };
        let or = match self.values.as_slice() {
            [one] => format!("{one} or something else"),
            several => several.join(" or "),
        };
        format!(
            "{} {}: named {times}, and nothing tells whether {or} is meant",
            self.facet, self.surface
        )
    }
}

/// A clause that every hit must match.
#[derive(Debug, Serialize)]
pub(crate) struct Clause {
    pub(crate) query: String,
    pub(crate) matches: bool,
}

/// Prints it for people.
pub(crate) fn print(
    out: &mut dyn Write,
    explanation: &Explanation,
    stream: Stream,
) -> io::Result<()> {
    const NAMES: usize = 8;
    let mut entry = |name: &str, value: &str| {
        out.write_all(human::entry(stream, name, NAMES, value).as_bytes())
    };
    entry("read as", &explanation.query)?;
    if let Some(total) = explanation.total {
        entry("hits", &super::number::thousands(total))?;
    }
    if let Some(verdict) = &explanation.document {
        let word = if verdict.matches {
            "matches"
        } else {
            "does not match"
        };
        entry("document", &format!("{} {word}", verdict.id))?;
        for clause in &verdict.clauses {
            let mark = if clause.matches { "yes" } else { "no" };
            entry(&format!("  {mark}"), &clause.query)?;
        }
        let mut before = "";
        for sentence in &verdict.evidence {
            if before != sentence.value {
                let Proof {
                    facet,
                    value,
                    origin,
                    rule,
                    confidence,
                    ..
                } = sentence;
                let what =
                    format!("{facet} {value}: {origin}, by {rule}, confidence {confidence:.2}");
                entry("inferred", &what)?;
                before = value;
            }
            entry("", &sentence.sentence)?;
        }
        for name in &verdict.ambiguous {
            entry("left out", &name.reason())?;
            entry("", &name.sentence)?;
        }
        if let Some(score) = &verdict.score {
            entry("score", &format!("{:.4}", score.score))?;
            for part in &score.parts {
                entry(&format!("  {:.4}", part.score), &came_about(part))?;
            }
        }
    }
    Ok(())
}

/// A clause, and for a word what its score is made of.
fn came_about(part: &ScorePart) -> String {
    let Some(word) = &part.word else {
        return part.clause.clone();
    };
    let documents = super::number::count(word.documents, "document", "documents");
    let mut parts = vec![
        part.clause.clone(),
        format!("in {documents}"),
        format!("idf {:.4}", word.idf),
    ];
    parts.extend(word.fields.iter().map(|field| {
        let words = super::number::count(u64::from(field.length), "word", "words");
        let times = field.occurrences;
        format!("{} {times} of {words}: tf {:.4}", field.field, field.tf)
    }));
    parts.join(" · ")
}
