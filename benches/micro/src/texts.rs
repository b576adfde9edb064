//! Texts: analysis, the parser of questions, the tagger, the highlighter.

use anyhow::{Context, Result};
use pressmark::analysis::{Analyzer, Language, detect, tokenize};
use pressmark::query::{ParseContext, parse};
use pressmark::tagging::{Article, Tagger};
use pressmark::vocabulary::bundled;
use pressmark::{Document, Index, Schema, SearchRequest, Searcher};
use tantivy::Term;
use tantivy::query::TermQuery;
use tantivy::schema::{IndexRecordOption, STORED, TEXT};
use tantivy::snippet::SnippetGenerator;
use tantivy::tokenizer::{Language as Stems, LowerCaser, SimpleTokenizer, Stemmer, TextAnalyzer};

use crate::{Path, Text, Unit, Way};

/// What people ask, from a word to what a form of many fields sends.
const QUESTIONS: [&str; 6] = [
    "harbour",
    "harbour treaty",
    r#""grain exports" -railway"#,
    r#"title:harbour AND (treaty OR "trade talks"~2) date:2004..2007 country:(IR OR IQ)"#,
    r#"tanker NEAR/20 "persian gulf" embarg? sanction* netanyahu~ topic:politics/diplomacy has:actor"#,
    "a1 OR b2 OR c3 OR d4 OR e5 OR f6 OR g7 OR h8 OR i9 OR j10 OR k11 OR l12 OR m13 OR n14 OR o15 OR p16",
];

/// How often a question is read in one call.
const READINGS: usize = 500;

fn total(mut analyzer: TextAnalyzer, texts: &[Text]) -> u64 {
    let mut count = 0;
    for text in texts {
        for text in [&text.title, &text.body] {
            let mut stream = analyzer.token_stream(text);
            while let Some(token) = stream.next() {
                count += token.text.len() as u64;
            }
        }
    }
    count
}

/// Paths that need nothing but the texts.
pub(crate) fn paths(texts: &[Text], bytes: usize) -> Result<Vec<Path<'_>>> {
    let plain = || {
        TextAnalyzer::builder(SimpleTokenizer::default())
            .filter(LowerCaser)
            .build()
    };
    let stemmed = || {
        let lower = TextAnalyzer::builder(SimpleTokenizer::default()).filter(LowerCaser);
        lower.filter(Stemmer::new(Stems::English)).build()
    };
    let each = |f: &mut dyn FnMut(&str) -> u64| -> u64 {
        texts
            .iter()
            .map(|text| f(&text.title) + f(&text.body))
            .sum()
    };
    let tagger = Tagger::new(
        bundled("country").context("countries are bundled")?,
        bundled("actor").context("actors are bundled")?,
    );
    let mut analyzer = Analyzer::new();
    let of_bytes = |name, ours, beside| of_bytes(bytes, name, ours, beside);
    Ok(vec![
        of_bytes(
            "words of a text, folded",
            Box::new(move || {
                Ok(each(&mut |text| {
                    let mut count = 0;
                    tokenize(text, |token| count += token.exact.len() as u64);
                    count
                }))
            }),
            Some((
                "tantivy: simple, lower case",
                Box::new(move || Ok(total(plain(), texts))) as Way<'_>,
            )),
        ),
        of_bytes(
            "analysis: words, stems, sentences",
            Box::new(move || {
                Ok(each(&mut |text| {
                    u64::from(analyzer.analyze(text, Language::ENGLISH).tokens)
                }))
            }),
            Some((
                "tantivy: both of its forms, one after the other",
                Box::new(move || Ok(total(plain(), texts) + total(stemmed(), texts))) as Way<'_>,
            )),
        ),
        of_bytes(
            "the language of a text",
            Box::new(move || {
                Ok(each(&mut |text| {
                    detect(text).map_or(0, |(language, _)| language.code().len() as u64)
                }))
            }),
            None,
        ),
        of_bytes(
            "countries and actors of an article",
            Box::new(move || {
                let tags = texts.iter().map(|text| {
                    let article = Article::new(&text.title, &text.body, Language::ENGLISH);
                    tagger.tag(&article).tags.len() as u64
                });
                Ok(tags.sum())
            }),
            Some((
                "analysis of the same",
                Box::new({
                    let mut analyzer = Analyzer::new();
                    move || {
                        Ok(each(&mut |text| {
                            u64::from(analyzer.analyze(text, Language::ENGLISH).tokens)
                        }))
                    }
                }) as Way<'_>,
            )),
        ),
        questions("reading a question of one word", &QUESTIONS[..1]),
        questions("of two to six clauses", &QUESTIONS[1..4]),
        questions("of many kinds of clauses", &QUESTIONS[4..5]),
        questions("of sixteen alternatives", &QUESTIONS[5..]),
    ])
}

fn of_bytes<'a>(
    bytes: usize,
    name: &'static str,
    ours: Way<'a>,
    beside: Option<(&'static str, Way<'a>)>,
) -> Path<'a> {
    Path {
        name,
        amount: bytes as f64,
        unit: Unit::MegabytesASecond,
        ours,
        beside,
    }
}

fn questions(name: &'static str, asked: &'static [&'static str]) -> Path<'static> {
    Path {
        name,
        amount: (asked.len() * READINGS) as f64,
        unit: Unit::MicrosecondsEach,
        ours: Box::new(move || {
            let mut found = 0;
            for _ in 0..READINGS {
                for text in asked {
                    found += parse(text, &ParseContext::any_names()).diagnostics.len() as u64;
                }
            }
            Ok(found)
        }),
        beside: None,
    }
}

/// Indexes in memory whose hits are lit.
pub(crate) struct Lit {
    ours: Searcher,
    theirs: tantivy::Searcher,
    bodies: Vec<String>,
    word: String,
}

impl Lit {
    /// With the commonest word of the texts that has seven letters or more.
    pub(crate) fn new(texts: &[Text]) -> Result<Self> {
        let mut counts = std::collections::BTreeMap::<String, usize>::new();
        for text in texts {
            let words = text.body.split(|c: char| !c.is_alphanumeric());
            for word in
                words.filter(|word| word.len() > 6 && word.bytes().all(|b| b.is_ascii_lowercase()))
            {
                *counts.entry(word.to_owned()).or_default() += 1;
            }
        }
        let word = counts.into_iter().max_by_key(|(_, count)| *count);
        let (word, _) = word.context("no long word in the texts")?;
        let index = Index::create_in_memory(Schema::default())?;
        let mut writer = index.writer()?;
        for (number, text) in texts.iter().enumerate() {
            writer.put(
                Document::new(format!("d{number}"))
                    .language("en")
                    .title(&*text.title)
                    .body(&*text.body),
            )?;
        }
        writer.commit()?;
        drop(writer);
        let ours = index.searcher()?;
        let hits = ours
            .search(&SearchRequest::query(&*word)?.snippets(0).limit(10))?
            .hits;
        let bodies = hits.iter().map(|hit| {
            let number: usize = hit.id.as_str()[1..].parse()?;
            Ok(texts[number].body.clone())
        });
        let bodies = bodies.collect::<Result<Vec<String>>>()?;
        // tantivy's generator asks an index how rare the words are.
        let mut schema = tantivy::schema::Schema::builder();
        let body = schema.add_text_field("body", TEXT | STORED);
        let index = tantivy::Index::create_in_ram(schema.build());
        let mut writer: tantivy::IndexWriter = index.writer_with_num_threads(1, 50_000_000)?;
        for text in &bodies {
            writer.add_document(tantivy::doc!(body => text.as_str()))?;
        }
        writer.commit()?;
        Ok(Self {
            ours,
            theirs: index.reader()?.searcher(),
            bodies,
            word,
        })
    }

    /// The ten hits of a word, with their snippets and without, and tantivy's snippets of the same.
    pub(crate) fn paths(&self) -> Vec<Path<'_>> {
        let ask = |snippets: usize| -> Way<'_> {
            Box::new(move || {
                let request = SearchRequest::query(&*self.word)?.snippets(snippets);
                let hits = self.ours.search(&request)?.hits;
                Ok(hits.iter().map(|hit| 1 + hit.snippets.len() as u64).sum())
            })
        };
        let generate: Way<'_> = Box::new(|| {
            let body = self.theirs.schema().get_field("body")?;
            let query = TermQuery::new(
                Term::from_field_text(body, &self.word),
                IndexRecordOption::Basic,
            );
            let generator = SnippetGenerator::create(&self.theirs, &query, body)?;
            Ok(self
                .bodies
                .iter()
                .map(|text| generator.snippet(text).to_html().len() as u64)
                .sum())
        });
        let path = |name, ours, beside| Path {
            name,
            amount: 1.0,
            unit: Unit::MicrosecondsEach,
            ours,
            beside: Some(beside),
        };
        vec![
            path(
                "ten hits with snippets",
                ask(1),
                ("the same without", ask(0)),
            ),
            path(
                "ten hits with snippets",
                ask(1),
                (
                    "tantivy's snippets of these texts, without a search",
                    generate,
                ),
            ),
        ]
    }
}
