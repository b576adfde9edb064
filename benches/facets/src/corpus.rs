//! The synthetic corpus: six facets of stated sizes, and words that match a stated share of it.

use std::io::{self, Write};

use anyhow::{Context, Result};
use pressmark::{Document, FacetDefinition, Index, Schema, WriterOptions};
use serde_json::{Value, json};

/// A facet: how many different values, and the fewest and most that a document has.
struct Facet {
    name: &'static str,
    values: usize,
    least: u64,
    most: u64,
}

const fn facet(name: &'static str, values: usize, least: u64, most: u64) -> Facet {
    Facet {
        name,
        values,
        least,
        most,
    }
}

/// The facets. `theme` is a tree of 500 paths: a path of two steps below each of ten tops.
const FACETS: [Facet; 6] = [
    facet("land", 200, 1, 1),
    facet("outlet", 500, 1, 1),
    facet("tongue", 20, 1, 1),
    facet("person", 20_000, 0, 5),
    facet("theme", 500, 1, 3),
    facet("tag", 2_000, 0, 3),
];

pub const NAMES: [&str; 6] = ["land", "outlet", "tongue", "person", "theme", "tag"];

/// What matches everything, a tenth and a hundredth.
pub const WORDS: [&str; 3] = ["everywhere", "tenth", "hundredth"];

/// SplitMix64 (Steele, Lea and Flood, *Fast splittable pseudorandom number generators*, 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        (u128::from(self.next()) * u128::from(bound) >> 64) as u64
    }

    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// Numbers by a Zipf distribution: the n-th is 1/n as frequent as the first.
struct Zipf(Vec<f64>);

impl Zipf {
    fn new(numbers: usize) -> Self {
        let mut sum = 0.0;
        let sums = (1..=numbers).map(|n| {
            sum += 1.0 / n as f64;
            sum
        });
        let sums: Vec<f64> = sums.collect();
        Self(sums.iter().map(|partial| partial / sum).collect())
    }

    fn draw(&self, random: &mut Random) -> usize {
        let at = random.unit();
        self.0.partition_point(|&sum| sum < at).min(self.0.len() - 1)
    }
}

fn value(facet: &Facet, number: usize) -> String {
    match facet.name {
        "theme" => format!("field {}/matter {number:03}", number % 10),
        name => format!("{name} {number:05}"),
    }
}

/// Writes so many documents as JSONL. `people`: how many different values `person` has.
pub fn generate(documents: u64, people: usize, out: &mut impl Write) -> io::Result<()> {
    let mut random = Random(20_261_126);
    let mut facets = FACETS;
    for facet in facets.iter_mut().filter(|facet| facet.name == "person") {
        facet.values = people;
    }
    let laws: Vec<Zipf> = facets.iter().map(|facet| Zipf::new(facet.values)).collect();
    let words = Zipf::new(20_000);
    for number in 0..documents {
        let mut article = serde_json::Map::new();
        article.insert("id".into(), json!(format!("s{number:07}")));
        article.insert("title".into(), json!(format!("Report {number}")));
        let mut body: Vec<String> = (0..24)
            .map(|_| format!("w{:05}", words.draw(&mut random)))
            .collect();
        for (word, share) in WORDS.iter().zip([1, 10, 100]) {
            if random.below(share) == 0 {
                let at = random.below(body.len() as u64) as usize;
                body.insert(at, (*word).to_owned());
            }
        }
        article.insert("body".into(), json!(body.join(" ")));
        let (year, month, day) = (2000 + random.below(20), 1 + random.below(12), 1 + random.below(28));
        article.insert("date".into(), json!(format!("{year}-{month:02}-{day:02}")));
        for (facet, law) in facets.iter().zip(&laws) {
            let values = facet.least + random.below(facet.most - facet.least + 1);
            let values = (0..values).map(|_| value(facet, law.draw(&mut random)));
            article.insert(facet.name.into(), values.collect());
        }
        writeln!(out, "{}", Value::Object(article))?;
    }
    out.flush()
}

/// The facets as pressmark's schema has them.
pub fn schema() -> Result<Schema> {
    let mut schema = Schema::empty();
    for facet in FACETS {
        let mut definition = FacetDefinition::new(facet.name);
        definition.tree = (facet.name == "theme").then_some('/');
        schema = schema.facet(definition)?;
    }
    Ok(schema)
}

/// Indexes JSONL in a folder, which must not hold an index.
pub fn index(jsonl: &str, folder: &str, threads: usize, memory: usize) -> Result<()> {
    let index = Index::create(folder, schema()?)?;
    let mut options = WriterOptions::default();
    options.threads = threads;
    options.memory = memory;
    let writer = index.writer_with(options)?;
    for line in io::BufRead::lines(io::BufReader::new(std::fs::File::open(jsonl)?)) {
        let article: Value = serde_json::from_str(&line?)?;
        let text = |key: &str| article[key].as_str().context("a text is missing");
        let mut document = Document::new(text("id")?)
            .title(text("title")?)
            .body(text("body")?)
            .language("en")
            .date(text("date")?)?;
        for name in NAMES {
            for value in article[name].as_array().into_iter().flatten() {
                document = document.facet(name, value.as_str().unwrap_or_default());
            }
        }
        writer.put(document)?;
    }
    writer.finish()?;
    Ok(())
}
