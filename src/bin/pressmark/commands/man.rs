//! `pressmark man`: manual pages.

use std::io::Write;

use crate::args::{self, ManArgs};
use crate::console::Console;
use crate::failure::{Failure, Finish};

pub(super) fn run(args: &ManArgs, console: &mut Console) -> Result<Finish, Failure> {
    let Some(folder) = &args.dir else {
        let mut page = Vec::new();
        clap_mangen::Man::new(args::command()).render(&mut page)?;
        console.out().write_all(&page)?;
        return Ok(Finish::Done);
    };
    let written = std::fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(args::command(), folder));
    written.map_err(|error| {
        Failure::new(
            "io",
            format!("cannot write to `{}`: {error}", folder.display()),
        )
    })?;
    Ok(Finish::Done)
}
