//! Questions as tantivy query objects. tantivy's query parser has no part in it.

use std::ops::Bound;

use anyhow::{Result, ensure};
use clap::ValueEnum;
use tantivy::Index;
use tantivy::query::{
    BooleanQuery, FuzzyTermQuery, Occur, PhraseQuery, Query, RangeQuery, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption, Term};

use crate::schema::Fields;

/// How the text of a question is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// One word, stemmed (several are taken as `and`)
    Word,
    /// Every word, stemmed
    And,
    /// Any of the words, stemmed
    Or,
    /// The exact words in this order
    Phrase,
    /// Words that begin with this one
    Prefix,
    /// Words within one edit of this one
    Fuzzy,
}

impl Mode {
    /// The indexed form of the body that the mode looks at.
    pub fn body(self, fields: &Fields) -> Field {
        match self {
            Mode::Word | Mode::And | Mode::Or => fields.body_stem,
            Mode::Phrase | Mode::Prefix | Mode::Fuzzy => fields.body,
        }
    }
}

/// Builds queries for one index.
pub struct Builder<'a> {
    pub index: &'a Index,
    pub fields: &'a Fields,
    /// Whether prefix and fuzzy look in the title as well.
    pub title_too: bool,
}

type Tokens = Vec<(usize, String)>;

impl Builder<'_> {
    pub fn build(&self, mode: Mode, text: &str) -> Result<Box<dyn Query>> {
        let Fields {
            title,
            title_stem,
            body,
            body_stem,
            ..
        } = *self.fields;
        let tokens = self.tokens(mode.body(self.fields), text)?;
        ensure!(!tokens.is_empty(), "no word in {text:?}");
        let expanded: &[Field] = if self.title_too {
            &[title, body]
        } else {
            &[body]
        };
        match mode {
            Mode::Word | Mode::And | Mode::Or => {
                let occur = if mode == Mode::Or {
                    Occur::Should
                } else {
                    Occur::Must
                };
                let words = tokens.iter().map(|(_, token)| {
                    let word = any(&[title_stem, body_stem], |field| term_query(field, token));
                    (occur, word)
                });
                Ok(single_or_boolean(words.collect()))
            }
            Mode::Phrase => Ok(any(&[title, body], |field| phrase_query(field, &tokens))),
            Mode::Prefix => {
                let token = only(&tokens, text)?;
                Ok(any(expanded, |field| prefix_query(field, token)))
            }
            Mode::Fuzzy => {
                let token = only(&tokens, text)?;
                Ok(any(expanded, |field| {
                    let term = Term::from_field_text(field, token);
                    Box::new(FuzzyTermQuery::new(term, 1, true))
                }))
            }
        }
    }

    fn tokens(&self, field: Field, text: &str) -> Result<Tokens> {
        let mut analyzer = self.index.tokenizer_for_field(field)?;
        let mut stream = analyzer.token_stream(text);
        let mut tokens = Vec::new();
        while let Some(token) = stream.next() {
            tokens.push((token.position, token.text.clone()));
        }
        Ok(tokens)
    }
}

fn only<'a>(tokens: &'a Tokens, text: &str) -> Result<&'a str> {
    ensure!(tokens.len() == 1, "{text:?} is not one word");
    Ok(&tokens[0].1)
}

/// The query in any of the fields.
fn any(fields: &[Field], query: impl Fn(Field) -> Box<dyn Query>) -> Box<dyn Query> {
    let queries = fields.iter().map(|&field| (Occur::Should, query(field)));
    single_or_boolean(queries.collect())
}

fn single_or_boolean(mut clauses: Vec<(Occur, Box<dyn Query>)>) -> Box<dyn Query> {
    if clauses.len() == 1 {
        return clauses.remove(0).1;
    }
    Box::new(BooleanQuery::new(clauses))
}

fn term_query(field: Field, token: &str) -> Box<dyn Query> {
    let term = Term::from_field_text(field, token);
    Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs))
}

fn phrase_query(field: Field, tokens: &Tokens) -> Box<dyn Query> {
    if let [(_, token)] = tokens.as_slice() {
        return term_query(field, token);
    }
    let terms = tokens
        .iter()
        .map(|(position, token)| (*position, Term::from_field_text(field, token)))
        .collect();
    Box::new(PhraseQuery::new_with_offset(terms))
}

/// All terms with the prefix, unlimited: a range of the term dictionary.
fn prefix_query(field: Field, prefix: &str) -> Box<dyn Query> {
    let lower = Bound::Included(Term::from_field_text(field, prefix));
    let upper = match after_prefix(prefix) {
        Some(end) => Bound::Excluded(Term::from_field_text(field, &end)),
        None => Bound::Unbounded,
    };
    Box::new(RangeQuery::new(lower, upper))
}

/// The first text that sorts after all texts with this prefix. (UTF-8 sorts like code points.)
fn after_prefix(prefix: &str) -> Option<String> {
    let mut end = prefix.to_owned();
    while let Some(last) = end.pop() {
        if let Some(next) = (last..=char::MAX).nth(1) {
            end.push(next);
            return Some(end);
        }
    }
    None
}
