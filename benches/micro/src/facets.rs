//! Counting three facets, for each document that matches.

use anyhow::Result;
use pressmark::{Document, Index, Schema, SearchRequest};

use crate::{Path, Text, Unit, Way};

/// The documents are put in so many times, so that there is something to count.
const TIMES: usize = 10;

const FACETS: [&str; 3] = ["country", "actor", "topic"];

/// One folder in memory, opened so that it keeps what it counts by, and so that it does not.
pub(crate) struct Counted {
    index: Index,
    /// How many are hits.
    hits: f64,
}

impl Counted {
    pub(crate) fn new(texts: &[Text]) -> Result<Self> {
        let index = Index::create_in_memory(Schema::default())?;
        let mut writer = index.writer()?;
        for time in 0..TIMES {
            for (number, text) in texts.iter().enumerate() {
                let mut document = Document::new(format!("d{time}-{number}"))
                    .language("en")
                    .title(&*text.title)
                    .body(if number % 2 == 0 { "even" } else { "odd" });
                for (facet, values) in
                    FACETS
                        .iter()
                        .zip([&text.countries, &text.actors, &text.topics])
                {
                    for value in values {
                        document = document.facet(*facet, value.as_str());
                    }
                }
                writer.put(document)?;
            }
        }
        writer.commit()?;
        Ok(Self {
            index,
            hits: (TIMES * texts.len().div_ceil(2)) as f64,
        })
    }

    /// Each facet alone and all of them, beside the same search that counts none.
    pub(crate) fn paths(&self) -> Vec<Path<'_>> {
        let kept = self.index.clone();
        let bare = self.index.clone().with_facet_memory(0);
        let ask = |index: &Index, facets: &'static [&'static str]| -> Way<'_> {
            let index = index.clone();
            Box::new(move || {
                // Every other document: the counts of all of them would be kept as they are.
                let request = SearchRequest::query("even")?
                    .facets(facets.iter().copied())
                    .limit(0);
                let response = index.searcher()?.search(&request)?;
                Ok(response.total
                    + response
                        .facets
                        .iter()
                        .map(|(_, counts)| counts.distinct)
                        .sum::<u64>())
            })
        };
        let path = |name, facets, beside| Path {
            name,
            amount: self.hits,
            unit: Unit::NanosecondsEach,
            ours: ask(&kept, facets),
            beside: Some(beside),
        };
        vec![
            path(
                "a hit, countries counted",
                &FACETS[..1],
                ("none counted", ask(&kept, &[])),
            ),
            path("actors", &FACETS[1..2], ("none counted", ask(&kept, &[]))),
            path("topics", &FACETS[2..], ("none counted", ask(&kept, &[]))),
            path(
                "all three",
                &FACETS,
                ("nothing kept from search to search", ask(&bare, &FACETS)),
            ),
        ]
    }
}
