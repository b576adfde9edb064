//! Finds the document that `ID|N` means.

use pressmark::{Diagnostic, Searcher, Severity, StoredDocument};

use crate::args::Common;
use crate::console::Console;
use crate::failure::Failure;
use crate::last::Last;
use crate::output::findings;
use crate::output::number::count;
use crate::settings::{Naming, Place};

/// A document, and where it was found.
pub(super) struct Found {
    pub(super) place: Place,
    pub(super) searcher: Searcher,
    pub(super) stored: StoredDocument,
}

/// Finds it. A number up to that of the hits last listed on this terminal means the hit, in the
/// index it was listed from; `id:7` always means the document with the id 7.
///
/// # Errors
/// An unknown id; whatever opening an index says.
pub(super) fn find(common: &Common, typed: &str, console: &mut Console) -> Result<Found, Failure> {
    if let Some(id) = typed.strip_prefix("id:") {
        let id = id
            .strip_prefix('"')
            .and_then(|id| id.strip_suffix('"'))
            .unwrap_or(id);
        return by_id(place(common)?, id);
    }
    let number: Option<usize> = typed
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| typed.parse().ok())
        .flatten();
    let Some(number) = number else {
        return by_id(place(common)?, typed);
    };
    let last = Last::recall();
    if let Some(last) = &last
        && let Some(id) = last.nth(number)
        && let Some(place) = place_of(last, common)
    {
        let found = by_id(place, id)?;
        if id != typed && found.searcher.get(typed)?.is_some() {
            let message = format!("`{typed}` is taken for hit {number} of the last search");
            let notice = Diagnostic::new(Severity::Notice, "number", message)
                .hint(format!("write `id:{typed}` for the document with that id"));
            console.say(&findings::render(&notice, "", console.stderr));
        }
        return Ok(found);
    }
    place(common)
        .and_then(|place| by_id(place, typed))
        .map_err(|failure| {
            let listed = last.map_or(0, |last| last.ids.len() as u64);
            failure.with_hint(match listed {
                0 => "a number means a hit once `pressmark search` has listed some here".to_owned(),
                _ => format!(
                    "the last search here listed {}",
                    count(listed, "hit", "hits")
                ),
            })
        })
}

/// The place that the options name or the current folder lies in, else that of the last list.
fn place(common: &Common) -> Result<Place, Failure> {
    Place::find(common).or_else(|failure| {
        let last = Last::recall().and_then(|last| place_of(&last, common));
        last.ok_or(failure)
    })
}

/// Where the last list came from, unless the options name another index.
fn place_of(last: &Last, common: &Common) -> Option<Place> {
    if common.corpus.is_some() || common.index.is_some() {
        let named = Place::find(common).ok()?;
        let same = std::path::absolute(&named.index).is_ok_and(|index| index == last.index);
        return same.then_some(named);
    }
    Some(Place {
        corpus: last.corpus.clone(),
        index: last.index.clone(),
        naming: Naming::Options(
            last.corpus
                .iter()
                .map(|corpus| ("-C", corpus.clone()))
                .collect(),
        ),
    })
}

fn by_id(place: Place, id: &str) -> Result<Found, Failure> {
    let searcher = place.searcher()?;
    match searcher.get(id)? {
        Some(stored) => Ok(Found {
            place,
            searcher,
            stored,
        }),
        None => Err(Failure::unknown_id(id)),
    }
}
