//! `pressmark export`: every hit, streamed.

use super::listing::{Defaults, Listing};
use crate::args::{Common, ExportArgs, Format};
use crate::console::Console;
use crate::failure::{Failure, Finish};
use crate::settings::{Place, Questions};

pub(super) fn run(
    common: &Common,
    args: &ExportArgs,
    console: &mut Console,
) -> Result<Finish, Failure> {
    let defaults = Defaults {
        format: Format::Jsonl,
        all: true,
    };
    let listing = Listing::of(
        common,
        &args.selection,
        &args.counting,
        &args.listing,
        defaults,
    )?;
    let place = Place::find(common)?;
    listing.print(&place, &place.searcher_for(Questions::Many)?, console)
}
