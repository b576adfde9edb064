//! The configurations of a story: each part of `pressmark.toml` in a few variants.

use std::path::Path;

use proptest::prelude::*;

use crate::Config;

/// Which variant of each part holds; 0: nothing is said about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Settings {
    variants: [u8; PARTS],
}

const PARTS: usize = 14;

/// The variants of a part beside the one that says nothing.
const VARIANTS: [&[&str]; PARTS] = [
    &[
        "include = ['**/*.jsonl', '**/*.md']",
        "include = ['**/*.txt', 'd/**', 'news/**']",
    ],
    &[
        "exclude = ['drafts/**']",
        "exclude = ['d/', '**/*.meta.json']",
    ],
    &["body = ['...', 'fulltext']", "body = ['fulltext', 'body']"],
    &["date = ['dc.date', '...']", "date = ['published']"],
    &["id = ['uid']"],
    &["title = ['heading', '...']", "title = ['none']"],
    &["url = ['link']", "language = ['lang']"],
    &[
        "[facets.country]\nkeys = ['land', '...']",
        "[facets.country]\nsplit = ';'",
        "[facets.country]\nkeys = ['country']\nvocabulary = 'none'",
    ],
    &[
        "[facets.topic]\ntree = 'none'",
        "[facets.topic]\nsplit = ','",
        "[facets.topic]\nkeys = ['tags']\ntree = '/'",
    ],
    &[
        "[facets.desk]\nkeys = ['desk']",
        "[facets.desk]\nkeys = ['desk']\ntree = '/'",
        "[facets.desk]\nkeys = ['dc.desk', 'country']",
        "[facets.desk]\nkeys = ['title', 'heading']",
        "[facets.desk]\nkeys = ['body']",
    ],
    &[
        "[numbers.words]\nkeys = ['word_count']",
        "[numbers.words]\nkeys = ['count', 'word_count']",
    ],
    &[
        "[[rules]]\npath = 'news/{source}/{date}/**'",
        "[[rules]]\npath = 'news/{author}/**'\nset = { country = 'Malta', language = 'fr' }",
    ],
    &[
        "[[rules]]\npath = 'd/**'\nset = { title = 'By its place', topic = ['a/b', 'c'] }",
        "[[rules]]\npath = '**/{title}.txt'",
        "[[rules]]\npath = '**'\nset = { url = 'https://example.org/all' }",
    ],
    &["[searches.gulf]\nquery = 'oil'"],
];

/// The sections that begin with one of the parts.
const SECTIONS: [(usize, &str); 2] = [(0, "[corpus]"), (2, "[fields]")];

impl Settings {
    /// Changes one part.
    pub(super) fn change(&mut self, change: Change) {
        let Change(part, variant) = change;
        self.variants[part] = variant;
    }

    pub(super) fn config(self) -> Config {
        Config::parse(&self.text(), Path::new("pressmark.toml")).unwrap()
    }

    fn text(self) -> String {
        let mut text = String::new();
        for (part, &variant) in self.variants.iter().enumerate() {
            if let Some((_, section)) = SECTIONS.iter().find(|(first, _)| *first == part) {
                text += section;
                text.push('\n');
            }
            if let Some(variant) = usize::from(variant).checked_sub(1) {
                text += VARIANTS[part][variant];
                text.push('\n');
            }
        }
        text
    }
}

/// Another variant of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Change(usize, u8);

pub(super) fn change() -> impl Strategy<Value = Change> {
    (0..PARTS, 0..6_u8)
        .prop_map(|(part, variant)| Change(part, variant % (VARIANTS[part].len() as u8 + 1)))
}
