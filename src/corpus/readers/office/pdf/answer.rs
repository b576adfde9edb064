//! What a process that parses PDF answers, as JSON.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::corpus::{Article, Note, Refusal, codes};

/// An article with its notes, or why there is none.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Answer {
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    body: String,
    #[serde(default)]
    metadata: Map<String, Value>,
    #[serde(default)]
    notes: Vec<(String, String)>,
    #[serde(default)]
    refused: Option<(String, String)>,
}

impl Answer {
    /// What is answered.
    pub(super) fn of(read: Result<Article, Refusal>, notes: Vec<Note>) -> Self {
        let notes = notes
            .into_iter()
            .map(|note| (note.code.to_owned(), note.message))
            .collect();
        match read {
            Ok(article) => Self {
                title: article.title,
                body: article.body,
                metadata: article.metadata,
                notes,
                refused: None,
            },
            Err(refusal) => Self {
                title: None,
                body: String::new(),
                metadata: Map::new(),
                notes,
                refused: Some((refusal.code.to_owned(), refusal.message)),
            },
        }
    }

    /// As it goes through the pipe.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        // Texts and maps with keys that are texts can always be written.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// As it comes out of the pipe.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        serde_json::from_slice(bytes).map_err(|error| {
            let message = format!("the process that read it answered nonsense: {error}");
            Refusal::new(codes::HELPER_OUTPUT, message)
        })
    }

    /// What was answered.
    pub(super) fn into_article(self, notes: &mut Vec<Note>) -> Result<Article, Refusal> {
        for (code, message) in self.notes {
            notes.push(Note::new(known(&code), message));
        }
        match self.refused {
            Some((code, message)) => Err(Refusal::new(known(&code), message)),
            None => Ok(Article {
                title: self.title,
                body: self.body,
                metadata: self.metadata,
            }),
        }
    }
}

/// The code that another process named, if it is one of those that this format has.
fn known(code: &str) -> &'static str {
    const CODES: [&str; 8] = [
        codes::ENCRYPTED,
        codes::PANICKED,
        codes::PDF,
        codes::PDF_NO_TEXT,
        codes::PDF_PAGES_LEFT_OUT,
        codes::PDF_TOO_MANY_GLYPHS,
        codes::PDF_UNMAPPED,
        codes::WRONG_FORMAT,
    ];
    let found = CODES.into_iter().find(|known| *known == code);
    found.unwrap_or(codes::HELPER_OUTPUT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn articles_and_refusals_come_through() {
        let article = Article::new("Text")
            .title("Title")
            .value("author", "A. Writer");
        let notes = vec![Note::new(codes::PDF_UNMAPPED, "some")];
        let answer = Answer::of(Ok(article.clone()), notes.clone());
        let mut given = Vec::new();
        let read = Answer::parse(&answer.to_bytes())
            .unwrap()
            .into_article(&mut given);
        assert_eq!((read, given), (Ok(article), notes));
        for (code, expected) in [
            (codes::ENCRYPTED, codes::ENCRYPTED),
            ("else", codes::HELPER_OUTPUT),
        ] {
            let answer = Answer::of(Err(Refusal::new(code, "why")), Vec::new());
            let read = Answer::parse(&answer.to_bytes())
                .unwrap()
                .into_article(&mut Vec::new());
            assert_eq!(read, Err(Refusal::new(expected, "why")));
        }
        for bytes in [&b""[..], b"7", b"{\"body\": 1}", b"\xff"] {
            assert_eq!(Answer::parse(bytes).unwrap_err().code, codes::HELPER_OUTPUT);
        }
    }
}
