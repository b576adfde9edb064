//! The vocabularies that come with the crate: countries, actors, topics.
//!
//! They are written as vocabulary files (`bundled/*.toml`): most of them by `bundled/make.py` from
//! openly licensed lists, which `bundled/NOTICE.md` names, some by hand. `cargo run --example
//! vocabularies` compiles them.

use std::sync::OnceLock;

use super::compiled::Vocabulary;
#[cfg(feature = "formats")]
use super::entry::Kind;

/// The names of the vocabularies.
pub const NAMES: [&str; 3] = ["actor", "country", "topic"];

static ACTOR: &[u8] = include_bytes!("bundled/actor.bin");
static COUNTRY: &[u8] = include_bytes!("bundled/country.bin");
static TOPIC: &[u8] = include_bytes!("bundled/topic.bin");

/// The vocabulary of this name; `None` if none is called so.
pub fn bundled(name: &str) -> Option<&'static Vocabulary> {
    static OPEN: [OnceLock<Vocabulary>; 3] = [const { OnceLock::new() }; 3];
    let number = NAMES.iter().position(|known| *known == name)?;
    let bytes = [ACTOR, COUNTRY, TOPIC][number];
    let open = || Vocabulary::from_static(bytes).expect("the build holds whole vocabularies");
    Some(OPEN[number].get_or_init(open))
}

/// What an entry of a vocabulary is, if nobody says more.
#[cfg(feature = "formats")]
pub(super) fn kind_in(vocabulary: &str) -> Kind {
    match vocabulary {
        "country" => Kind::Country,
        "topic" => Kind::Topic,
        _ => Kind::Other,
    }
}
