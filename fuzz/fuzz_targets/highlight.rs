//! Whatever is looked for in whatever text, the ranges of a snippet lie in it, in order, on the
//! borders of characters, and the snippet is what the text has there.

#![no_main]

mod context;

use std::sync::LazyLock;

use context::World;
use libfuzzer_sys::fuzz_target;
use pressmark::fuzzing::snippets;
use pressmark::query::parse;

static WORLD: LazyLock<World> = LazyLock::new(World::new);

fuzz_target!(|data: &[u8]| {
    let Some((context, input)) = WORLD.split(data) else {
        return;
    };
    let mut parts = input.splitn(3, '\n');
    let (query, title, body) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    );
    let Ok((query, _)) = parse(query, &context).into_result() else {
        return;
    };
    for snippet in snippets(&query, title, body) {
        let text = if snippet.field == "title" {
            title
        } else {
            body
        };
        assert_eq!(
            text.get(snippet.start..snippet.end),
            Some(snippet.text.as_str())
        );
        let mut end = 0;
        for &(from, to) in &snippet.highlights {
            assert!(from >= end && to > from, "{:?}", snippet.highlights);
            assert!(
                snippet.text.get(from..to).is_some(),
                "{:?}",
                snippet.highlights
            );
            end = to;
        }
    }
});
