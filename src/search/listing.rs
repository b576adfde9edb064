//! Which values of a facet are listed, and in which order.

use serde::{Deserialize, Serialize};

use crate::analysis::fold;
use crate::schema::near_miss::Wanted;

/// Which values of each facet to list, beside how many.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Values {
    /// Only values that fit this text: each of its words begins a word of the value, or stands
    /// inside of it, or differs from one by few letters. Case and accents do not matter. Of a
    /// tree, every node is looked at.
    pub find: Option<String>,
    /// In which order.
    pub order: ValueOrder,
    /// The rank of the first value that is listed, from 1; `None` for the first page. Chosen
    /// values have no rank: they are listed on every page. Where they fill it, a page that was
    /// asked for by its rank has one more value, so that there is an end to turning pages.
    pub from: Option<u64>,
}

/// The order of values. Where values are found, those of a better fit come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ValueOrder {
    /// Most hits first, then by name.
    #[default]
    Count,
    /// By name, without case and accents.
    Name,
    /// By [`lift`], highest first; values with fewer than [`FIRM_COUNT`] hits behind the others,
    /// since there a single document decides.
    Lift,
}

/// The hits from which on a lift says something.
pub const FIRM_COUNT: u64 = 3;

/// How over-represented a value is: its part of some documents, divided by its part of all
/// documents.
///
/// `(count / total) / (corpus / documents)`: 1 if it is as frequent among them as everywhere, 2 if
/// it is twice as frequent. `None` if there is nothing to divide by. The measure is that of
/// association rules, where it was introduced as *interest*: S. Brin, R. Motwani, J. D. Ullman and
/// S. Tsur, "Dynamic itemset counting and implication rules for market basket data", SIGMOD 1997.
pub fn lift(count: u64, total: u64, corpus: u64, documents: u64) -> Option<f64> {
    if total == 0 || corpus == 0 || documents == 0 {
        return None;
    }
    let part = count as f64 / corpus as f64;
    Some(part * documents as f64 / total as f64)
}

/// How well a value fits what is looked for; the first is the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fit {
    /// Every word looked for begins a word of it.
    Begins,
    /// Every word looked for stands in it.
    Holds,
    /// Some word looked for differs from one of it by a few letters.
    Near,
}

/// Looks for a text in the names of values.
#[derive(Debug)]
pub(crate) struct Finder {
    words: Vec<(String, Option<Wanted>)>,
}

impl Finder {
    /// `None` if there are neither letters nor digits in the text.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let folded = fold(text);
        let words: Vec<_> = words(&folded)
            .map(|word| (word.to_owned(), Wanted::new(word)))
            .collect();
        (!words.is_empty()).then_some(Self { words })
    }

    /// How well a name fits; it must be folded.
    pub(crate) fn fit(&mut self, name: &str) -> Option<Fit> {
        let mut worst = Fit::Begins;
        for (word, wanted) in &mut self.words {
            let fit = if begins(name, word) {
                Fit::Begins
            } else if name.contains(word.as_str()) {
                Fit::Holds
            } else {
                let wanted = wanted.as_mut()?;
                words(name)
                    .any(|other| wanted.slips(other).is_some())
                    .then_some(Fit::Near)?
            };
            worst = worst.max(fit);
        }
        Some(worst)
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
}

fn begins(name: &str, word: &str) -> bool {
    name.match_indices(word).any(|(at, _)| {
        let before = name[..at].chars().next_back();
        before.is_none_or(|c| !c.is_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_parts_of_their_names() {
        use Fit::{Begins, Holds, Near};
        for (text, name, expected) in [
            ("nasr", "Hassan Nasrallah", Some(Begins)),
            ("NASR", "hassan nasrallah", Some(Begins)),
            ("naser gamal", "Gamal Abdel Naser", Some(Begins)),
            ("saudi-arab", "Saudi Arabia", Some(Begins)),
            ("rallah", "Hassan Nasrallah", Some(Holds)),
            ("hasan rallah", "Hassan Nasrallah", Some(Near)),
            ("nasralah", "Hassan Nasrallah", Some(Near)),
            ("cote", "Côte d'Ivoire", Some(Begins)),
            ("ivoire", "Côte d'Ivoire", Some(Begins)),
            ("nasr", "Nicolas", None),
            ("nasr oil", "Hassan Nasrallah", None),
            ("us", "uk", None),
            ("核", "反核运动", Some(Holds)),
        ] {
            let mut finder = Finder::new(text).unwrap();
            assert_eq!(finder.fit(&fold(name)), expected, "{text}: {name}");
        }
        assert!(Finder::new(" -/ ").is_none());
    }

    #[test]
    fn lift_is_a_part_of_hits_over_a_part_of_all() {
        for (count, total, corpus, documents, expected) in [
            (5, 10, 5, 10, Some(1.0)),
            (4, 10, 4, 100, Some(10.0)),
            (1, 10, 50, 100, Some(0.2)),
            (0, 10, 5, 10, Some(0.0)),
            (0, 0, 5, 10, None),
            (0, 10, 0, 10, None),
        ] {
            assert_eq!(lift(count, total, corpus, documents), expected);
        }
    }
}
