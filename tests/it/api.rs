//! The public interface of the library, written out: what is changed in it is seen in a snapshot,
//! and what it is made of is looked at mechanically.

mod surface;

use snapbox::{assert_data_eq, file};

use surface::{Entry, Surface};

/// Crates whose names may stand in a public signature. `serde_json` is the plain data of serde.
const ALLOWED: &[&str] = &["std", "core", "alloc", "serde", "serde_json"];

#[test]
fn the_public_interface_is_what_it_was() {
    let mut text = String::new();
    for entry in Surface::of_this_package().entries() {
        text.push_str(&entry.text);
        text.push('\n');
    }
    assert_data_eq!(text, file!["snapshots/api.txt"]);
}

#[test]
fn public_signatures_name_no_dependency() {
    let entries = Surface::of_this_package().entries();
    assert!(entries.len() > 300, "only {} were found", entries.len());
    let faults: Vec<String> = entries.iter().flat_map(faults).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn faults(entry: &Entry) -> Vec<String> {
    let others = entry.crates.iter().filter(|name| {
        let name = name.as_str();
        !ALLOWED.contains(&name)
    });
    others
        .map(|name| format!("`{name}` is in the interface: {}", entry.text))
        .collect()
}

/// What the walk finds in a package of two files.
#[test]
fn a_dependency_is_found_wherever_it_hides() {
    let surface = Surface::of(&[
        (
            "src/lib.rs",
            "mod inner;\npub mod open;\npub use inner::{Given as Taken, Kind};",
        ),
        (
            "src/inner.rs",
            "use std::sync::Arc;
             use engine::{Searcher, schema as plan};
             pub struct Given { pub a: Arc<Searcher>, hidden: plan::Field }
             pub struct Unseen(pub Searcher);
             pub enum Kind { One(plan::Field), Two { at: usize } }
             impl Given {
                 /// Told.
                 pub fn new<T: Into<String>>(given: T) -> Self { todo!() }
                 pub fn lent(&self) -> other::Lent<'_> { todo!() }
                 fn own(&self) -> Searcher { todo!() }
             }
             impl From<Searcher> for Kind { fn from(_: Searcher) -> Self { todo!() } }
             impl Unseen { pub fn f() -> Searcher { todo!() } }",
        ),
        (
            "src/open.rs",
            "use engine as motor;\npub type Short = motor::Long;\npub(crate) fn not() {}\n#[cfg(test)] mod tests { pub fn g() {} }",
        ),
    ]);
    let entries = surface.entries();
    let texts: Vec<&str> = entries.iter().map(|entry| entry.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "pressmark::Kind: enum Kind { One(plan::Field), Two { at: usize } }",
            "pressmark::Kind: impl From<Searcher> for Kind",
            "pressmark::Taken: fn lent(&self) -> other::Lent<'_>",
            "pressmark::Taken: fn new<T: Into<String>>(given: T) -> Self",
            "pressmark::Taken: struct Given { pub a: Arc<Searcher>, .. }",
            "pressmark::open::Short: type Short = motor::Long",
        ]
    );
    let found: Vec<String> = entries.iter().flat_map(faults).collect();
    assert_eq!(found.len(), 5, "{found:#?}");
}
