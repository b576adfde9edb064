//! Bytes that are not those that were written.

use std::sync::Arc;

use crate::ErrorKind;
use crate::vocabulary::{Entry, EntryId, Kind, Name, Role, Vocabulary};

fn small() -> Vocabulary {
    let mut asia = Entry::new("Asia", Kind::Region);
    asia.names.push(Name::new("Asie", Role::Name));
    let mut iran = Entry::new("Iran", Kind::Country);
    iran.parents.push("Asia".to_owned());
    iran.names.push(Name::new("IRN", Role::Code));
    Vocabulary::compile(&[asia, iran]).unwrap()
}

/// Asks everything there is to ask.
fn use_all(vocabulary: &Vocabulary) -> usize {
    let mut seen = 0;
    for entry in vocabulary.entries().take(100) {
        seen += entry
            .names()
            .take(100)
            .map(|name| name.text.len())
            .sum::<usize>();
        seen += entry.path().len() + entry.ancestors().len();
        seen += entry.offices().take(100).count() + entry.countries().take(100).count();
        seen += entry.to_entry().names.len();
    }
    for name in ["Iran", "irn", "", "x"] {
        let folded = vocabulary.fold_value(name, Some('/'));
        seen += vocabulary.nodes(name, &folded, Some('/')).len();
    }
    seen + vocabulary.keys().take(100).count()
}

#[test]
fn a_compiled_form_is_read_as_it_was_written() {
    let vocabulary = small();
    let read = Vocabulary::read(vocabulary.as_bytes().to_vec()).unwrap();
    assert_eq!(read.hash(), vocabulary.hash());
    assert_eq!(read.entry(EntryId(1)).name(), "Iran");
    assert_eq!(use_all(&read), use_all(&vocabulary));
}

#[test]
fn every_damaged_byte_is_found_and_none_does_harm() {
    let good = small().as_bytes().to_vec();
    for at in 0..good.len() {
        for flip in [1, 0x80, 0xFF] {
            let mut bytes = good.clone();
            bytes[at] ^= flip;
            let error = Vocabulary::read(bytes.clone()).unwrap_err();
            assert!(
                matches!(error.kind(), ErrorKind::Damaged | ErrorKind::Version),
                "byte {at}: {error}"
            );
            // Opened without a check, it answers wrongly at worst.
            if let Ok(vocabulary) = Vocabulary::from_shared(Arc::new(bytes)) {
                assert!(use_all(&vocabulary) < 1_000_000, "byte {at}");
            }
        }
    }
}

#[test]
fn a_form_that_is_cut_off_or_goes_on_is_refused() {
    let good = small().as_bytes().to_vec();
    for length in 0..good.len() {
        let error = Vocabulary::from_shared(Arc::new(good[..length].to_vec())).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Damaged, "{length} bytes");
    }
    let mut longer = good;
    longer.push(0);
    assert!(Vocabulary::from_shared(Arc::new(longer)).is_err());
}

#[test]
fn entries_that_cannot_be_compiled_are_named() {
    let named = |name: &str| Entry::new(name, Kind::Other);
    let below = |name: &str, parent: &str| {
        let mut entry = named(name);
        entry.parents.push(parent.to_owned());
        entry
    };
    let chain = |length: usize| {
        (0..length).map(|at| match at {
            0 => named("0"),
            _ => below(&at.to_string(), &(at - 1).to_string()),
        })
    };
    for (entries, message) in [
        (vec![named("")], "an entry has no name"),
        (vec![named("a"), named("a")], "two entries are called `a`"),
        (vec![below("a", "b")], "`b`, a parent of `a`, is unknown"),
        (vec![below("a", "b"), below("b", "a")], "below itself"),
        (vec![below("a", "a")], "below itself"),
        (chain(40).collect(), "levels deep"),
        (vec![named(&"x".repeat(1001))], "longer than 1000 bytes"),
    ] {
        let error = Vocabulary::compile(&entries).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.message().contains(message), "{error}");
    }
    assert!(Vocabulary::compile(&chain(32).collect::<Vec<_>>()).is_ok());
}
