//! Questions drawn from the documents themselves, so that nobody chose them.

use std::collections::{HashMap, HashSet};

use anyhow::Result;
use bare::query::Mode;
use serde_json::Value;

/// A question, as each of the two is asked it.
pub struct Question {
    pub mode: Mode,
    pub ours: String,
    pub theirs: String,
}

/// The kinds of questions, in the order of the table.
pub const KINDS: [(Mode, &str); 6] = [
    (Mode::Word, "word"),
    (Mode::And, "AND"),
    (Mode::Or, "OR"),
    (Mode::Phrase, "phrase"),
    (Mode::Prefix, "prefix"),
    (Mode::Fuzzy, "fuzzy"),
];

/// Words with fewer letters are seldom asked for.
const SHORTEST: usize = 4;
/// Words in more documents than one in so many are left out: nobody asks for `that`.
const COMMONEST: u32 = 4;
/// Questions are drawn from what occurs in at least so many documents.
const RAREST: u32 = 10;

/// How many documents have each word, and each two words one behind the other.
#[derive(Default)]
pub struct Vocabulary {
    words: HashMap<String, u32>,
    pairs: HashMap<(String, String), u32>,
    documents: u32,
}

impl Vocabulary {
    /// Takes note of the title and the body of a document.
    pub fn see(&mut self, document: &Value) {
        self.documents += 1;
        let (mut words, mut pairs) = (HashSet::new(), HashSet::new());
        for key in ["title", "body"] {
            let text = document[key].as_str().unwrap_or_default().to_lowercase();
            let mut before: Option<&str> = None;
            for word in text.split(|c: char| !c.is_alphanumeric()) {
                let is_asked =
                    word.len() >= SHORTEST && word.bytes().all(|b| b.is_ascii_lowercase());
                if is_asked {
                    words.insert(word.to_owned());
                    pairs.extend(before.map(|before| (before.to_owned(), word.to_owned())));
                }
                before = is_asked.then_some(word);
            }
        }
        for word in words {
            *self.words.entry(word).or_default() += 1;
        }
        for pair in pairs {
            *self.pairs.entry(pair).or_default() += 1;
        }
    }

    /// So many questions of each kind: from the rarest to the commonest words in even steps of their
    /// logarithm.
    pub fn questions(&self, of_each: usize) -> Result<Vec<Question>> {
        let most = self.documents / COMMONEST;
        let words = spread(&self.words, most, of_each);
        let pairs = spread(&self.pairs, most, of_each);
        anyhow::ensure!(!words.is_empty() && !pairs.is_empty(), "too few documents");
        let mut questions = Vec::new();
        for (mode, _) in KINDS {
            for number in 0..of_each {
                // A rare word beside a common one, and all between.
                let (a, b) = (
                    words[number % words.len()],
                    words[(number * 7 + 3) % words.len()],
                );
                let (first, second) = pairs[number % pairs.len()];
                let (ours, theirs) = match mode {
                    Mode::Word => (a.clone(), a.clone()),
                    Mode::And => (format!("{first} {second}"), format!("{first} {second}")),
                    Mode::Or => (format!("{a} OR {b}"), format!("{a} {b}")),
                    Mode::Phrase => (format!("\"{first} {second}\""), format!("{first} {second}")),
                    Mode::Prefix => {
                        let beginning = &a[..a.len().min(SHORTEST + number % 3)];
                        (format!("{beginning}*"), beginning.to_owned())
                    }
                    Mode::Fuzzy => (format!("{a}~"), a.clone()),
                };
                questions.push(Question { mode, ours, theirs });
            }
        }
        Ok(questions)
    }
}

/// Keys in even steps of the logarithm of their frequency.
fn spread<K: Ord>(of: &HashMap<K, u32>, most: u32, count: usize) -> Vec<&K> {
    let mut keys: Vec<(u32, &K)> = of
        .iter()
        .map(|(key, &frequency)| (frequency, key))
        .filter(|(frequency, _)| (RAREST..=most).contains(frequency))
        .collect();
    keys.sort_unstable();
    let Some(&(greatest, _)) = keys.last() else {
        return Vec::new();
    };
    let step = (f64::from(greatest) / f64::from(RAREST)).ln() / count.max(2) as f64;
    let mut chosen: Vec<&K> = Vec::new();
    for number in 0..count {
        let wanted = (f64::from(RAREST).ln() + step * (number as f64 + 0.5)).exp() as u32;
        let at = keys.partition_point(|(frequency, _)| *frequency < wanted);
        let (_, key) = keys[at.min(keys.len() - 1)];
        if !chosen.contains(&key) {
            chosen.push(key);
        }
    }
    chosen
}
