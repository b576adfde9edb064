//! How well the topics that a corpus teaches meet those that people gave.
//!
//! Reuters-21578 on the ModApte split: what has topics and stands in TRAIN teaches, what stands in
//! TEST is asked, and only the topics that occur in both count. Thresholds come from TRAIN alone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use pressmark::analysis::Language;
use pressmark::tagging::topics::{Article, TopicModel, TopicTag, TopicTagger, Trainer};
use pressmark::vocabulary::bundled;
use serde_json::Value;

struct Story {
    title: String,
    body: String,
    topics: Vec<String>,
    is_for_training: bool,
}

impl Story {
    fn article(&self) -> Article<'_> {
        Article::new(&self.title, &self.body, Language::ENGLISH)
    }
}

/// Right, wrong and missing tags.
#[derive(Clone, Copy, Default)]
struct Counts {
    right: u32,
    wrong: u32,
    missing: u32,
}

impl Counts {
    fn add(&mut self, other: Self) {
        self.right += other.right;
        self.wrong += other.wrong;
        self.missing += other.missing;
    }

    fn precision(self) -> f64 {
        share(self.right, self.right + self.wrong)
    }

    fn recall(self) -> f64 {
        share(self.right, self.right + self.missing)
    }

    fn f1(self) -> f64 {
        share(2 * self.right, 2 * self.right + self.wrong + self.missing)
    }
}

fn share(part: u32, whole: u32) -> f64 {
    if whole == 0 {
        0.0
    } else {
        f64::from(part) / f64::from(whole)
    }
}

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let Some(path) = arguments.next() else {
        bail!("say where reuters.jsonl lies; --each after it lists every topic");
    };
    let lists_each = arguments.next().as_deref() == Some("--each");
    let (stories, topics) = stories(&path)?;
    let (training, test): (Vec<&Story>, Vec<&Story>) =
        stories.iter().partition(|story| story.is_for_training);
    println!(
        "documents: TRAIN {}, TEST {}; topics: {}",
        training.len(),
        test.len(),
        topics.len()
    );

    let start = Instant::now();
    let mut trainer = Trainer::new();
    for story in &training {
        let topics: Vec<&str> = story.topics.iter().map(String::as_str).collect();
        trainer.add(&story.article(), &topics);
    }
    let threads = std::thread::available_parallelism()?.get();
    let model = trainer
        .finish(threads, &|| Ok(()))?
        .context("no model was made")?;
    let seconds = start.elapsed().as_secs_f64();
    let bytes = model.to_bytes();
    println!(
        "model: {} different documents, {} topics learned, {} of too few documents, {} stems, \
         {} bytes, made in {seconds:.1} s with {threads} threads, hash {}",
        model.documents(),
        model.topics().len(),
        model.thin_topics().len(),
        model.stem_count(),
        bytes.len(),
        model.hash(),
    );
    measure(TopicModel::read(&bytes)?, &test, &topics, lists_each);
    println!("\nthe rule, which learned nothing");
    for (side, stories) in [("TRAIN", &training), ("TEST", &test)] {
        measure_rule(side, stories)?;
    }
    Ok(())
}

/// The stories of the split, with the topics that occur on both sides.
fn stories(path: &str) -> Result<(Vec<Story>, BTreeSet<String>)> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {path}"))?;
    let mut stories = Vec::new();
    let mut sides: BTreeMap<String, [u32; 2]> = BTreeMap::new();
    for line in text.lines() {
        let record: Value = serde_json::from_str(line)?;
        let split = record["lewissplit"].as_str();
        if record["topics_attr"] != "YES" || !matches!(split, Some("TRAIN" | "TEST")) {
            continue;
        }
        let field = |key: &str| record[key].as_str().unwrap_or_default().to_owned();
        let listed = record["topics"].as_array().context("topics are a list")?;
        let story = Story {
            title: field("title"),
            body: field("body"),
            topics: listed
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
            is_for_training: split == Some("TRAIN"),
        };
        for topic in &story.topics {
            sides.entry(topic.clone()).or_default()[usize::from(story.is_for_training)] += 1;
        }
        stories.push(story);
    }
    sides.retain(|_, counts| counts.iter().all(|&count| count > 0));
    let topics: BTreeSet<String> = sides.into_keys().collect();
    for story in &mut stories {
        story.topics.retain(|topic| topics.contains(topic));
    }
    stories.retain(|story| !story.topics.is_empty());
    Ok((stories, topics))
}

fn measure(model: TopicModel, test: &[&Story], topics: &BTreeSet<String>, lists_each: bool) {
    let learned: BTreeMap<String, (u32, f32)> = model
        .topics()
        .iter()
        .map(|topic| (topic.name.clone(), (topic.documents, topic.f1)))
        .collect();
    let mut tagger = TopicTagger::learned(Arc::new(model));
    let start = Instant::now();
    let tagged: Vec<Vec<TopicTag>> = test
        .iter()
        .map(|story| tagger.tag(&story.article()))
        .collect();
    let seconds = start.elapsed().as_secs_f64();
    let bytes: usize = test
        .iter()
        .map(|story| story.title.len() + story.body.len())
        .sum();
    println!(
        "tagged: {:.0} µs a document, {:.1} MB/s",
        1e6 * seconds / test.len() as f64,
        bytes as f64 / 1e6 / seconds,
    );

    let mut by_topic: BTreeMap<&str, Counts> = topics
        .iter()
        .map(|topic| (topic.as_str(), Counts::default()))
        .collect();
    let mut by_confidence = [(0, 0, 0.0); 5];
    for (story, tags) in test.iter().zip(&tagged) {
        check_evidence(story, tags);
        for tag in tags {
            let is_right = story.topics.contains(&tag.value);
            let counts = by_topic.entry(&tag.value).or_default();
            counts.right += u32::from(is_right);
            counts.wrong += u32::from(!is_right);
            let step = &mut by_confidence[((tag.confidence * 5.0) as usize).min(4)];
            step.0 += u32::from(is_right);
            step.1 += 1;
            step.2 += f64::from(tag.confidence);
        }
        for topic in &story.topics {
            if !tags.iter().any(|tag| tag.value == *topic) {
                by_topic.entry(topic).or_default().missing += 1;
            }
        }
    }
    let mut all = Counts::default();
    by_topic.values().for_each(|counts| all.add(*counts));
    let macro_f1 = by_topic.values().map(|counts| counts.f1()).sum::<f64>() / by_topic.len() as f64;
    println!(
        "TEST: micro-F1 {:.4} (precision {:.4}, recall {:.4}), macro-F1 {macro_f1:.4}",
        all.f1(),
        all.precision(),
        all.recall(),
    );
    for (right, tags, sum) in by_confidence.into_iter().filter(|step| step.1 > 0) {
        println!(
            "confidence {:.2} on average: {tags} tags, {:.2} of them right",
            sum / f64::from(tags),
            share(right, tags),
        );
    }
    if lists_each {
        println!(
            "\n{:18} TRAIN  F1 there   right wrong missing  F1 on TEST",
            "topic"
        );
        for (topic, counts) in by_topic {
            let (documents, f1) = learned.get(topic).copied().unwrap_or_default();
            println!(
                "{topic:18} {documents:5}      {f1:.2}   {:5} {:5} {:7}        {:.2}",
                counts.right,
                counts.wrong,
                counts.missing,
                counts.f1()
            );
        }
    }
}

/// Every piece of evidence is a word of the article.
fn check_evidence(story: &Story, tags: &[TopicTag]) {
    let article = story.article();
    for evidence in tags.iter().flat_map(|tag| &tag.evidence) {
        let surface = evidence.part.of(&article).get(evidence.range.clone());
        let is_word = surface.is_some_and(|surface| surface.starts_with(char::is_alphanumeric));
        assert!(is_word, "{}: {surface:?}", story.title);
    }
}

/// Topics of Reuters, and those of the bundled vocabulary that say about the same.
const ABOUT_THE_SAME: &[(&[&str], &[&str])] = &[
    (&["acq"], &["merger or acquisition"]),
    (&["earn"], &["corporate earnings", "corporate dividends"]),
    (
        &["crude", "nat-gas", "fuel", "heat", "gas"],
        &["oil and gas", "natural gas"],
    ),
    (
        &["money-fx", "dlr", "yen", "dmk"],
        &["foreign exchange market", "currency"],
    ),
    (&["interest"], &["interest rate"]),
    (
        &["trade", "bop"],
        &[
            "international trade",
            "trade dispute",
            "trade policy",
            "trade balance",
        ],
    ),
    (&["ship"], &["waterway and maritime transport"]),
    (
        &[
            "grain",
            "oilseed",
            "livestock",
            "veg-oil",
            "sugar",
            "cotton",
            "coffee",
            "cocoa",
            "carcass",
            "meal-feed",
            "hog",
        ],
        &["agriculture"],
    ),
    (&["gold", "silver", "platinum"], &["precious material"]),
    (&["cpi", "wpi"], &["inflation"]),
    (&["gnp"], &["economic growth", "gross domestic product"]),
    (&["jobs"], &["unemployment", "employment statistics"]),
    (&["money-supply"], &["monetary policy"]),
    (&["ipi"], &["industrial production"]),
];

/// How well topics are found by what they are called, where people gave one that says the same.
fn measure_rule(side: &str, stories: &[&Story]) -> Result<()> {
    let vocabulary = bundled("topic").context("no topics are bundled")?;
    let mut tagger = TopicTagger::by_names(vocabulary);
    let mut all = Counts::default();
    let mut by_topic = vec![Counts::default(); ABOUT_THE_SAME.len()];
    let mut by_confidence = [(0, 0); 5];
    let mut others = 0;
    let start = Instant::now();
    for story in stories {
        let tags = tagger.tag(&story.article());
        check_evidence(story, &tags);
        for ((given, same), counts) in ABOUT_THE_SAME.iter().zip(&mut by_topic) {
            let has = story
                .topics
                .iter()
                .any(|topic| given.contains(&topic.as_str()));
            let found = tags.iter().find(|tag| same.contains(&tag.value.as_str()));
            let one = Counts {
                right: u32::from(has && found.is_some()),
                wrong: u32::from(!has && found.is_some()),
                missing: u32::from(has && found.is_none()),
            };
            counts.add(one);
            all.add(one);
            if let Some(tag) = found {
                let step = &mut by_confidence[((tag.confidence * 10.0) as usize).clamp(5, 9) - 5];
                step.0 += one.right;
                step.1 += 1;
            }
        }
        let is_other = |tag: &&TopicTag| {
            !ABOUT_THE_SAME
                .iter()
                .any(|(_, same)| same.contains(&tag.value.as_str()))
        };
        others += tags.iter().filter(is_other).count();
    }
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{side}: {} documents, {:.0} µs each; micro-F1 {:.3} (precision {:.3}, recall {:.3}); \
         {others} tags that Reuters has no topic for",
        stories.len(),
        1e6 * seconds / stories.len() as f64,
        all.f1(),
        all.precision(),
        all.recall(),
    );
    for ((_, same), counts) in ABOUT_THE_SAME.iter().zip(by_topic) {
        println!(
            "  {:28} precision {:.2}, recall {:.2}",
            same[0],
            counts.precision(),
            counts.recall()
        );
    }
    for (step, (right, tags)) in by_confidence
        .into_iter()
        .enumerate()
        .filter(|step| step.1.1 > 0)
    {
        println!(
            "  confidence 0.{}: {tags} tags, {:.2} right",
            step + 5,
            share(right, tags)
        );
    }
    Ok(())
}
