//! Puts, replaces and deletes documents, and writes down what each generation holds.

use std::path::Path;

use pressmark::{Document, Index};

use crate::Failure;
use crate::model::{Chance, Model, country, title};

/// The numbers that documents have.
const DOCUMENTS: u64 = 2_000;

/// How many generations back a reader may still be.
const KEPT: u64 = 2_000;

/// Goes on until it is told to stop; how often it committed.
pub fn write(folder: &Path, seed: u64, goes_on: &dyn Fn() -> bool) -> Result<u64, Failure> {
    let index = Index::open(folder.join("index"))?;
    let mut writer = index.writer()?;
    let mut chance = Chance(seed);
    let (mut model, mut version, mut commits) = (Model::default(), 0, 0);
    while goes_on() {
        for _ in 0..=chance.below(60) {
            let number = chance.below(DOCUMENTS);
            if chance.below(4) == 0 {
                writer.delete(&format!("d{number}"))?;
                model.0.remove(&number);
            } else {
                version += 1;
                let document = Document::new(format!("d{number}"))
                    .title(title(version))
                    .body("What is told here is told in every version of it.\n\n".repeat(5))
                    .facet("country", country(version));
                writer.put(document)?;
                model.0.insert(number, version);
            }
        }
        let next = writer.generation() + 1;
        model.write(folder, next)?;
        let commit = writer.commit()?;
        if commit.generation != next || commit.documents != model.0.len() as u64 {
            return Err(format!("{commit:?} instead of {next}, {}", model.0.len()).into());
        }
        Model::forget(folder, next.saturating_sub(KEPT));
        commits += 1;
    }
    // To finish may publish the same documents once more, in fewer segments.
    model.write(folder, writer.generation() + 1)?;
    writer.finish()?;
    Ok(commits)
}
