//! Asks the newest generation again and again, and compares every answer with the model.

use std::path::Path;
use std::time::Duration;

use pressmark::{Control, Index, SearchRequest, Searcher};

use crate::Failure;
use crate::model::{COUNTRIES, Chance, Model, WORDS, country, title};

/// What readers have seen.
#[derive(Debug, Default)]
pub struct Tally {
    pub generations: u64,
    pub answers: u64,
    pub wrong: u64,
    pub errors: u64,
}

impl Tally {
    pub fn add(&mut self, other: &Self) {
        self.generations += other.generations;
        self.answers += other.answers;
        self.wrong += other.wrong;
        self.errors += other.errors;
    }

    pub fn line(&self) -> String {
        let Self {
            generations,
            answers,
            wrong,
            errors,
        } = self;
        format!("{generations} generations, {answers} answers, {wrong} wrong, {errors} errors")
    }

    /// Reads what [`line`](Self::line) gives.
    pub fn parse(line: &str) -> Option<Self> {
        let mut numbers = line
            .split(", ")
            .map(|part| part.split(' ').next()?.parse::<u64>().ok());
        let mut next = || numbers.next()?;
        Some(Self {
            generations: next()?,
            answers: next()?,
            wrong: next()?,
            errors: next()?,
        })
    }
}

/// Goes on until it is told to stop.
pub fn read(folder: &Path, seed: u64, goes_on: &dyn Fn() -> bool) -> Result<Tally, Failure> {
    let index = Index::open(folder.join("index"))?;
    let mut news = index.subscribe()?;
    let mut chance = Chance(seed);
    let mut tally = Tally::default();
    let mut last = 0;
    while goes_on() {
        let searcher = match news.wait(&Control::within(Duration::from_millis(200))) {
            Ok(Some(searcher)) => searcher,
            Ok(None) => continue,
            Err(error) => {
                eprintln!("error: {error}");
                tally.errors += 1;
                continue;
            }
        };
        let generation = searcher.generation();
        let model = Model::read(folder, generation)?;
        tally.generations += 1;
        if generation <= last {
            eprintln!("wrong: generation {generation} after {last}");
            tally.wrong += 1;
        }
        last = generation;
        for question in 0..5 {
            tally.answers += 1;
            match is_right(&searcher, &model, question, &mut chance) {
                Ok(true) => {}
                Ok(false) => {
                    eprintln!("wrong: answer {question} of generation {generation}");
                    tally.wrong += 1;
                }
                Err(error) => {
                    eprintln!("error: {error}");
                    tally.errors += 1;
                }
            }
        }
    }
    Ok(tally)
}

/// Asks one of five questions.
fn is_right(
    searcher: &Searcher,
    model: &Model,
    question: u32,
    chance: &mut Chance,
) -> pressmark::Result<bool> {
    let word = WORDS[chance.below(WORDS.len() as u64) as usize];
    let value = COUNTRIES[chance.below(COUNTRIES.len() as u64) as usize];
    let whole = model.0.len() as u64;
    Ok(match question {
        0 => searcher.documents() == whole,
        1 => {
            let response = searcher.search(&SearchRequest::all().facets(["country"]).limit(1))?;
            let counts = response.facets.get("country").map(|counts| {
                let buckets = counts.buckets.iter();
                buckets
                    .map(|bucket| (bucket.value.as_str(), bucket.count))
                    .collect()
            });
            response.total == whole && counts == Some(model.by_country())
        }
        2 => {
            let request = SearchRequest::query(word)?
                .filter("country", value)
                .limit(5_000);
            let response = searcher.search(&request)?;
            let mut ids: Vec<String> = response.hits.iter().map(|hit| hit.id.to_string()).collect();
            ids.sort();
            ids == model.ids(word, value)
        }
        3 => {
            let count = searcher.count(&SearchRequest::query(word)?, &Control::default())?;
            let versions = model.0.values();
            count
                == versions
                    .filter(|&&version| crate::model::word(version) == word)
                    .count() as u64
        }
        _ => {
            let number = chance.below(2_000);
            let stored = searcher.get(format!("d{number}"))?;
            match (stored, model.0.get(&number)) {
                (None, None) => true,
                (Some(stored), Some(&version)) => {
                    let document = stored.document;
                    document.title == title(version)
                        && document
                            .facets
                            .get("country")
                            .is_some_and(|it| it == &[country(version)])
                }
                _ => false,
            }
        }
    })
}
