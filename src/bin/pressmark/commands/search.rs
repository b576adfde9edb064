//! `pressmark search`: hits, and what to refine by.

use super::listing::{Defaults, Listing};
use crate::args::{Common, Format, SearchArgs};
use crate::console::Console;
use crate::failure::{Failure, Finish};
use crate::settings::{Place, Questions};

pub(super) fn run(
    common: &Common,
    args: &SearchArgs,
    console: &mut Console,
) -> Result<Finish, Failure> {
    let defaults = Defaults {
        format: Format::Human,
        all: false,
    };
    if args.batch.is_some() {
        super::batch::check(args)?;
    }
    let listing = Listing::of(
        common,
        &args.selection,
        &args.counting,
        &args.listing,
        defaults,
    )?;
    let place = Place::find(common)?;
    let questions = match args.batch {
        Some(_) => Questions::Many,
        None => listing.questions(),
    };
    let searcher = match place.published(questions)? {
        None if place.is_configured() && !args.no_index => {
            super::index::first(common, &place, console)?;
            place.searcher_for(questions)?
        }
        None => return Err(place.not_indexed()),
        Some(searcher) => searcher,
    };
    console.mention(&format!(
        "generation {} of `{}`",
        searcher.generation(),
        place.index.display()
    ));
    match &args.batch {
        Some(file) => super::batch::run(common, args, file, &searcher, console),
        None => listing.print(&place, &searcher, console),
    }
}
