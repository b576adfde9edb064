//! The canonical form of whatever can be read is read as the same question, with and without
//! `--any`.

#![no_main]

mod context;

use std::sync::LazyLock;

use context::World;
use libfuzzer_sys::fuzz_target;
use pressmark::query::{ParseContext, parse};

static WORLD: LazyLock<World> = LazyLock::new(World::new);

fuzz_target!(|data: &[u8]| {
    let Some((context, text)) = WORLD.split(data) else {
        return;
    };
    let Ok((query, _)) = parse(text, &context).into_result() else {
        return;
    };
    let printed = query.to_string();
    for any in [false, true] {
        let again = parse(&printed, &ParseContext { any, ..context });
        // The canonical form may outgrow the limits.
        let outgrown = ["query_too_long", "too_deep", "too_many_clauses"];
        let is_outgrown = again
            .diagnostics
            .iter()
            .any(|finding| outgrown.contains(&finding.code.as_str()));
        if !is_outgrown {
            assert_eq!(again.query, query, "{text:?} → {printed}");
            assert!(again.into_result().is_ok(), "{text:?} → {printed}");
        }
    }
});
