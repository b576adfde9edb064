//! Compares the countries that pressmark finds in the articles of Reuters-21578 with those that
//! its indexers gave to them (PLACES), which the tagger does not see.
//!
//! ```text
//! tagging reuters.jsonl
//! ```
//!
//! Weights of signs and the threshold come from the TRAIN part alone, by logistic regression and by
//! trying thresholds; the TEST part is asked once. `usa` is left out and reported apart.

mod logistic;
mod score;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader};

use anyhow::{Context, Result, bail};
use pressmark::analysis::Language;
use pressmark::tagging::{Article, Salience, Signs, Tag, Tagger};
use pressmark::vocabulary::{EntryId, Meaning, Vocabulary, bundled};
use serde_json::Value;

use score::Score;

/// What the two names mean that the vocabulary does not have, or has twice.
const NAMES: [(&str, &str); 2] = [
    ("congo", "Republic of the Congo"),
    ("trinidad-tobago", "Trinidad and Tobago"),
];

/// An article: what its indexers say, and what the tagger found.
struct Case {
    is_train: bool,
    labels: BTreeSet<EntryId>,
    found: Vec<Tag>,
}

fn main() -> Result<()> {
    let Some(path) = std::env::args().nth(1) else {
        bail!("usage: tagging reuters.jsonl");
    };
    let countries = bundled("country").context("countries are bundled")?;
    let actors = bundled("actor").context("actors are bundled")?;
    let Meaning::One(usa) = countries.look_up("usa") else {
        bail!("`usa` is one country");
    };
    let tagger = Tagger::new(countries, actors);
    let mut cases = Vec::new();
    for line in BufReader::new(File::open(&path).with_context(|| path.clone())?).lines() {
        let record: Value = serde_json::from_str(&line?)?;
        let is_train = match record["lewissplit"].as_str() {
            Some("TRAIN") => true,
            Some("TEST") => false,
            _ => continue,
        };
        let (title, body) = text(&record);
        let article = Article::new(&title, &body, Language::ENGLISH);
        let mut found = tagger.tag(&article).tags;
        found.retain(|tag| tag.vocabulary == "country");
        cases.push(Case {
            is_train,
            labels: labels(&record, countries)?,
            found,
        });
    }

    let parts = [("TRAIN", true), ("TEST", false)];
    for (name, is_train) in parts {
        let of = cases.iter().filter(|case| case.is_train == is_train);
        let labels: usize = of.clone().map(|case| case.labels.len()).sum();
        let unseen: usize = of.clone().map(Case::unseen).sum();
        println!(
            "{name}: {} articles, {labels} labels, {unseen} of them never named",
            of.count()
        );
    }
    let usa_alone = |id: EntryId| id == usa;
    let others = |id: EntryId| id != usa;
    let every = Salience::default().with_threshold(0.0);
    print(&cases, "every country that is named", &every, &others);
    print(
        &cases,
        "the weights that ship",
        &Salience::default(),
        &others,
    );

    let learned = learn(&cases, &others);
    println!(
        "learned from TRAIN: threshold {:.2}, weights",
        learned.threshold
    );
    println!("  {:.2?}", learned.weights);
    print(
        &cases,
        "weights and threshold from TRAIN",
        &learned,
        &others,
    );
    print(&cases, "the same for `usa` alone", &learned, &usa_alone);
    Ok(())
}

impl Case {
    /// Labels whose country the tagger finds nowhere.
    fn unseen(&self) -> usize {
        let is_unseen = |id: &&EntryId| self.found.iter().all(|tag| tag.entry != **id);
        self.labels.iter().filter(is_unseen).count()
    }
}

/// Title and text. The dateline is the beginning of the text in the original; of articles that
/// have no parts there is but one text.
fn text(record: &Value) -> (String, String) {
    let of = |key: &str| record[key].as_str().unwrap_or("");
    let body = match (of("dateline"), of("body")) {
        ("", "") | (_, "") => of("unproc").to_owned(),
        (dateline, body) => format!("{dateline} {body}"),
    };
    (of("title").to_owned(), body)
}

fn labels(record: &Value, countries: &Vocabulary) -> Result<BTreeSet<EntryId>> {
    let places = record["places"].as_array().map_or(&[][..], Vec::as_slice);
    let mut labels = BTreeSet::new();
    for place in places.iter().filter_map(Value::as_str) {
        let name = NAMES
            .iter()
            .find(|(own, _)| *own == place)
            .map_or(place, |(_, name)| name);
        let Meaning::One(id) = countries.look_up(name) else {
            bail!("`{place}` is no country of the vocabulary");
        };
        labels.insert(id);
    }
    Ok(labels)
}

/// Weights by logistic regression, and the threshold with the best F1, both on TRAIN.
fn learn(cases: &[Case], wanted: &dyn Fn(EntryId) -> bool) -> Salience {
    let mut rows: Vec<([f64; Signs::LEN], bool)> = Vec::new();
    for case in cases.iter().filter(|case| case.is_train) {
        for tag in case.found.iter().filter(|tag| wanted(tag.entry)) {
            rows.push((tag.signs.numbers(), case.labels.contains(&tag.entry)));
        }
    }
    let salience = Salience::default().with_weights(logistic::fit(&rows));
    let best = (10..90)
        .map(|hundredth| {
            salience
                .clone()
                .with_threshold(f64::from(hundredth) / 100.0)
        })
        .map(|salience| (score(cases, true, &salience, wanted).f1(), salience))
        .max_by(|(a, _), (b, _)| a.total_cmp(b));
    best.map_or(salience, |(_, salience)| salience)
}

fn score(
    cases: &[Case],
    is_train: bool,
    salience: &Salience,
    wanted: &dyn Fn(EntryId) -> bool,
) -> Score {
    let mut score = Score::default();
    for case in cases.iter().filter(|case| case.is_train == is_train) {
        let about = case
            .found
            .iter()
            .filter(|tag| wanted(tag.entry) && salience.is_about(&tag.signs));
        let about: BTreeSet<EntryId> = about.map(|tag| tag.entry).collect();
        score.add(&about, case.labels.iter().filter(|id| wanted(**id)));
    }
    score
}

fn print(cases: &[Case], what: &str, salience: &Salience, wanted: &dyn Fn(EntryId) -> bool) {
    println!("{what}");
    for (name, is_train) in [("TRAIN", true), ("TEST", false)] {
        println!("  {name:5} {}", score(cases, is_train, salience, wanted));
    }
}
