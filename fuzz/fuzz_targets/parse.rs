//! No text makes the parser panic, and every finding has a place in the text and a way out: a
//! query that it offers is read without errors, and with less to say about it.

#![no_main]

mod context;

use std::sync::LazyLock;

use context::World;
use libfuzzer_sys::fuzz_target;
use pressmark::query::{ParseContext, Parsed, Severity, parse};

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
        // What is offered for a saved search is about its text, not about this one.
        let is_saved = finding.message.starts_with("in the saved search");
        if let Some(offer) = finding
            .hint
            .as_deref()
            .and_then(offered)
            .filter(|_| !is_saved)
        {
            check_offer(offer, &parsed, &context);
        }
    }
});

/// The query that a hint offers, if it offers a whole one and nothing else.
fn offered(hint: &str) -> Option<&str> {
    let query = hint.strip_prefix("write `")?.strip_suffix('`')?;
    (!query.contains(['`', '…'])).then_some(query)
}

fn check_offer(offer: &str, before: &Parsed, context: &ParseContext<'_>) {
    let has_errors = |parsed: &Parsed| {
        let mut findings = parsed.diagnostics.iter();
        findings.any(|finding| finding.severity == Severity::Error)
    };
    let after = parse(offer, context);
    assert!(!has_errors(&after), "{offer}: {:?}", after.diagnostics);
    assert!(
        has_errors(before) || after.diagnostics.len() < before.diagnostics.len(),
        "{offer}: {:?}",
        after.diagnostics
    );
}
