//! Topics by what they are called: for articles of which no corpus taught anything.
//!
//! A topic is known by its names in a vocabulary and, in English, by words that go with it
//! (`indicators.txt`). Every phrase of the article that tells something of a topic adds its
//! weight, once and half as much for each further time up to five; in the title it counts three
//! times at once. A topic needs [`needed`] in total: more in a long article, which mentions more.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::phrases::{Hit, Phrases, Use};
use super::{Method, TopicTag};
use crate::analysis::{Analyzer, Language};
use crate::tagging::model::{Evidence, Reader, ThinTopic};
use crate::tagging::tags::TextField;
use crate::vocabulary::{Meaning, Role, Vocabulary};

/// Words that go with topics of the bundled vocabulary.
const INDICATORS: &str = include_str!("indicators.txt");

/// What a name, and a word that tells much, weighs.
const MUCH: f32 = 2.0;

/// What a word weighs that goes with many topics.
const LITTLE: f32 = 1.0;

/// Times that a phrase counts at most.
const MAX_TIMES: u32 = 5;

/// What one time in the title counts.
const TITLE_TIMES: u32 = 3;

/// Topics of an article, at most: those that reach most of what they need.
const MAX_TOPICS: usize = 6;

/// Phrases that are shown for a topic, at most.
const MAX_EVIDENCE: usize = 5;

/// Places that are shown of a phrase, at most.
const MAX_PLACES: usize = 3;

/// Names of one word that are words of any article, or share their stems with such words: alone
/// they tell nothing.
const COMMON_NAMES: &[&str] = &[
    "adoption",
    "adults",
    "animal",
    "animation",
    "appeal",
    "assault",
    "auction",
    "bar",
    "birthday",
    "cafe",
    "canonization",
    "casting",
    "ceremony",
    "children",
    "clothing",
    "collecting",
    "communities",
    "constitution",
    "consumers",
    "cooperative",
    "crime",
    "cult",
    "culture",
    "darts",
    "depression",
    "derivatives",
    "design",
    "diet",
    "disaster",
    "diving",
    "drama",
    "drawing",
    "economics",
    "economy",
    "employee",
    "employer",
    "employment",
    "environment",
    "ethics",
    "executive",
    "exports",
    "family",
    "fiction",
    "fine",
    "fire",
    "forging",
    "game",
    "gender",
    "geography",
    "government",
    "graduation",
    "history",
    "hunting",
    "imports",
    "infants",
    "injury",
    "inventories",
    "investigation",
    "investments",
    "judge",
    "justice",
    "labor",
    "language",
    "law",
    "leisure",
    "lifestyle",
    "loans",
    "mankind",
    "media",
    "men",
    "metal",
    "mountaineering",
    "mountains",
    "musical",
    "nationalization",
    "nature",
    "oceans",
    "orienteering",
    "parenting",
    "parks",
    "party",
    "periodical",
    "philosophy",
    "plastic",
    "police",
    "politics",
    "pool",
    "prices",
    "privacy",
    "productivity",
    "regulations",
    "restaurant",
    "restoration",
    "rivers",
    "rowing",
    "royalty",
    "school",
    "sentencing",
    "series",
    "shootings",
    "skeleton",
    "society",
    "students",
    "surgery",
    "therapy",
    "trend",
    "trial",
    "unions",
    "utilities",
    "values",
    "voting",
    "water",
    "wellness",
    "women",
];

/// What an article of so many words has to say of a topic.
fn needed(words: usize) -> f32 {
    (3.0 + words as f32 / 150.0).clamp(4.0, 10.0)
}

/// Topics with the phrases that speak for them. Clones share what they know.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    topics: Arc<Vec<Known>>,
    /// By language, made when an article needs them.
    phrases: Arc<Mutex<BTreeMap<&'static str, Arc<Phrases>>>>,
    analyzer: Analyzer,
}

/// A topic, and how it is known.
#[derive(Debug, Default)]
struct Known {
    value: String,
    /// Its names; with a language, in that alone.
    names: Vec<(String, Option<String>)>,
    /// English words that go with it.
    words: Vec<(&'static str, f32)>,
}

impl Rule {
    /// Knows the topics of a vocabulary.
    pub(super) fn of_vocabulary(vocabulary: &Vocabulary) -> Self {
        let indicators = indicators();
        let mut topics = Vec::new();
        let mut places = BTreeMap::new();
        for entry in vocabulary.entries().filter(|entry| !entry.is_silent()) {
            places.insert(entry.id(), topics.len());
            topics.push(Known {
                value: entry.name().to_owned(),
                names: entry
                    .names()
                    .filter(|name| name.role != Role::Code)
                    .filter(|name| !COMMON_NAMES.contains(&name.text))
                    .map(|name| (name.text.to_owned(), name.language()))
                    .collect(),
                words: Vec::new(),
            });
        }
        for indicator in indicators {
            let Meaning::One(id) = vocabulary.look_up(indicator.topic) else {
                continue;
            };
            let Some(&place) = places.get(&id) else {
                continue;
            };
            let known = &mut topics[place];
            known.words = indicator.words;
            if !indicator.name_tells {
                known.names.retain(|name| name.0 != indicator.topic);
            }
        }
        Self::new(topics)
    }

    /// Knows topics by their names alone: the last step of each that is a path.
    pub(super) fn of_names(topics: &[ThinTopic]) -> Self {
        let known = |topic: &ThinTopic| {
            let step = topic.name.rsplit('/').next().unwrap_or_default().trim();
            Known {
                value: topic.name.clone(),
                names: vec![(step.replace(['-', '_'], " "), None)],
                words: Vec::new(),
            }
        };
        Self::new(topics.iter().map(known).collect())
    }

    fn new(topics: Vec<Known>) -> Self {
        Self {
            topics: Arc::new(topics),
            phrases: Arc::default(),
            analyzer: Analyzer::new(),
        }
    }

    /// The topics of an article that was just read, the most certain first.
    pub(super) fn decide(&mut self, language: Language, reader: &Reader) -> Vec<TopicTag> {
        let phrases = self.phrases_in(language);
        let topics = &self.topics;
        let hits = phrases.find(reader);
        let mut said: Vec<Said<'_>> = Vec::new();
        for hits in hits.chunk_by(|a, b| a.phrase == b.phrase) {
            let counted = hits.iter().map(|hit| match hit.field {
                TextField::Title => TITLE_TIMES,
                TextField::Body => 1,
            });
            let times = counted.sum::<u32>().min(MAX_TIMES);
            let factor = 1.0 + (times - 1) as f32 / 2.0;
            said.extend(phrases.uses(hits[0].phrase).iter().map(|one| Said {
                topic: one.topic,
                weight: one.weight * factor,
                hits,
            }));
        }
        said.sort_by(|a, b| a.topic.cmp(&b.topic).then(b.weight.total_cmp(&a.weight)));
        let words = TextField::ALL.map(|field| reader.stems(field).len());
        let needed = needed(words.iter().sum());
        let mut reached: Vec<(f32, &[Said<'_>])> = said
            .chunk_by(|a, b| a.topic == b.topic)
            .map(|said| {
                (
                    said.iter().map(|one| one.weight).sum::<f32>() / needed,
                    said,
                )
            })
            .filter(|(reached, _)| *reached >= 1.0)
            .collect();
        reached.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1[0].topic.cmp(&b.1[0].topic)));
        reached.truncate(MAX_TOPICS);
        let tag = |(reached, said): (f32, &[Said<'_>])| TopicTag {
            value: topics[said[0].topic as usize].value.clone(),
            method: Method::Rule,
            confidence: confidence(reached),
            evidence: evidence(said, reader),
        };
        reached.into_iter().map(tag).collect()
    }

    /// The phrases in the stems of a language. Whoever comes while they are made waits for them.
    fn phrases_in(&mut self, language: Language) -> Arc<Phrases> {
        let mut phrases = self.phrases.lock().unwrap_or_else(PoisonError::into_inner);
        let made = phrases
            .entry(language.code())
            .or_insert_with(|| Arc::new(phrases_in(language, &self.topics, &mut self.analyzer)));
        Arc::clone(made)
    }
}

/// What a phrase says of a topic.
struct Said<'a> {
    topic: u32,
    weight: f32,
    hits: &'a [Hit],
}

/// How sure a topic is that reaches so many times what it needs: somewhat less than the share of
/// tags that were right where people had given topics to compare with (`docs/topics.md`).
fn confidence(reached: f32) -> f32 {
    1.0 - 0.35 / reached
}

/// The phrases of topics in the stems of a language.
fn phrases_in(language: Language, topics: &[Known], analyzer: &mut Analyzer) -> Phrases {
    let is_english = language == Language::ENGLISH || language == Language::UND;
    let mut phrases = Phrases::default();
    for (number, topic) in (0..).zip(topics) {
        let mut add = |phrase: &str, weight: f32| {
            let one = Use {
                topic: number,
                weight,
            };
            phrases.add(analyzer, language, phrase, one);
        };
        for (name, of) in &topic.names {
            if of.as_ref().is_none_or(|of| of == language.code()) {
                add(name, MUCH);
            }
        }
        for (word, weight) in topic.words.iter().filter(|_| is_english) {
            add(word, *weight);
        }
    }
    phrases
}

/// The phrases that say most for a topic, where they stand first.
fn evidence(said: &[Said<'_>], reader: &Reader) -> Vec<Evidence> {
    let total: f32 = said.iter().map(|one| one.weight).sum();
    let mut evidence = Vec::new();
    for one in said.iter().take(MAX_EVIDENCE) {
        for hit in one.hits.iter().take(MAX_PLACES) {
            if let Some(range) = reader.place(hit.field, hit.first, hit.last) {
                evidence.push(Evidence {
                    field: hit.field,
                    range,
                    share: one.weight / total,
                });
            }
        }
    }
    evidence
}

/// A line of the list of indicators.
struct Indicator {
    topic: &'static str,
    /// The name of the topic tells much without being listed.
    name_tells: bool,
    words: Vec<(&'static str, f32)>,
}

/// The list of indicators.
fn indicators() -> Vec<Indicator> {
    let lines = INDICATORS.lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let read = |line: &'static str| {
        let (topic, words) = line.split_once(':')?;
        let (much, little) = words.split_once('|').unwrap_or((words, ""));
        let listed = |words: &'static str, weight| {
            let words = words.split(',').map(str::trim);
            words
                .filter(|word| !word.is_empty())
                .map(move |word| (word, weight))
        };
        let bare = topic.trim_end_matches('!');
        Some(Indicator {
            topic: bare,
            name_tells: bare.len() == topic.len(),
            words: listed(much, MUCH).chain(listed(little, LITTLE)).collect(),
        })
    };
    lines.filter_map(read).collect()
}

#[cfg(test)]
mod tests;
