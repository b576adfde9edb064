//! No text makes the parser panic, and every finding has a place in the text and a way out.

#![no_main]

mod context;

use std::sync::LazyLock;

use context::World;
use libfuzzer_sys::fuzz_target;
use pressmark::query::parse;

static WORLD: LazyLock<World> = LazyLock::new(World::new);

fuzz_target!(|data: &[u8]| {
    let Some((context, text)) = WORLD.split(data) else {
        return;
    };
    let parsed = parse(text, &context);
    // Sixteen errors and notices each, one about more of them, and warnings.
    assert!(parsed.diagnostics.len() < 2_048);
    for finding in &parsed.diagnostics {
        let (start, end) = finding.span.expect("a place");
        assert!(text.get(start..end).is_some(), "{finding:?}");
        assert!(
            finding.hint.as_ref().is_some_and(|hint| !hint.is_empty()),
            "{finding:?}"
        );
    }
});
