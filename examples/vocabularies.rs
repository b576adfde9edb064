//! Compiles the vocabularies that come with the crate, after their files have changed.
//!
//! ```text
//! cargo run --example vocabularies
//! ```

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that people run"
)]

use std::error::Error;
use std::path::Path;

use pressmark::vocabulary::{NAMES, UserFile, compile_files};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/vocabulary/bundled");
    let mut names: Vec<_> = std::fs::read_dir(&folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    names.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "toml")
    });
    names.sort();
    let read = |path| std::fs::read_to_string(&path).map(|text| UserFile { path, text });
    let files: Vec<UserFile> = names.into_iter().map(read).collect::<Result<_, _>>()?;
    let mut total = 0;
    for name in NAMES {
        let vocabulary = match compile_files(name, &files) {
            Ok(vocabulary) => vocabulary,
            Err(problems) => {
                for problem in problems {
                    eprintln!("{}", pressmark::Error::from(problem));
                }
                return Err("the files cannot be used as they are".into());
            }
        };
        let bytes = vocabulary.as_bytes();
        std::fs::write(folder.join(format!("{name}.bin")), bytes)?;
        let (entries, keys) = (vocabulary.len(), vocabulary.key_count());
        println!(
            "{name}: {entries} entries, {keys} names, {} bytes",
            bytes.len()
        );
        total += bytes.len();
    }
    println!("together {total} bytes");
    Ok(())
}
