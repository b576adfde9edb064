//! What a query is read with, chosen by the first byte of the input.

use std::collections::BTreeMap;

use pressmark::query::ParseContext;
use pressmark::{NumberDefinition, Schema};

/// The facets, numbers and saved searches there are.
pub(crate) struct World {
    schema: Schema,
    searches: BTreeMap<String, String>,
}

impl World {
    pub(crate) fn new() -> Self {
        let schema = Schema::default()
            .number(NumberDefinition::new("words"))
            .expect("a good name");
        let searches = [
            ("gulf", "tanker NEAR/20 \"persian gulf\""),
            ("trade", "export OR import"),
            ("loop", "@gulf OR @loop"),
        ];
        let searches = searches.map(|(name, query)| (name.to_owned(), query.to_owned()));
        Self {
            schema,
            searches: searches.into(),
        }
    }

    /// The context, and the rest of the input as text; none if it is not UTF-8.
    pub(crate) fn split<'w>(&'w self, data: &'w [u8]) -> Option<(ParseContext<'w>, &'w str)> {
        let (&flags, text) = data.split_first()?;
        let context = ParseContext {
            schema: (flags & 1 == 0).then_some(&self.schema),
            any: flags & 2 != 0,
            today: (flags & 4 == 0)
                .then(|| "2026-11-23".parse().ok())
                .flatten(),
            searches: (flags & 8 == 0).then_some(&self.searches),
        };
        Some((context, std::str::from_utf8(text).ok()?))
    }
}
