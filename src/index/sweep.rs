//! Deletes what no kept generation and no reader needs. Only the holder of the writer's lock
//! may sweep.

use std::collections::{BTreeMap, HashSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::generation::{Generation, read_description, read_newest_description, temporary};
use super::home::{CURRENT, DATA, GENERATIONS, MODELS};
use super::storage::{remove_file, remove_folder, sync_folder};
use crate::{Error, ErrorKind, Result};

/// Generations that are kept although nobody reads them.
pub(super) const KEPT_GENERATIONS: usize = 3;

/// Sweeps. `newest` is the published generation; `working` gives the files that the writer still
/// works with. It is asked after the files were listed: one that appears meanwhile is not swept,
/// and one that was listed is known to the writer by then.
pub(super) fn sweep(
    folder: &Path,
    newest: u64,
    working: impl FnOnce() -> HashSet<PathBuf>,
) -> Result<()> {
    let mut builds = Vec::new();
    for build in entries(&folder.join(DATA))? {
        let files = entries(&build)?;
        builds.push((build, files));
    }
    let models = entries(&folder.join(MODELS))?;
    let working = working();
    remove(&temporary(&folder.join(CURRENT)))?;
    let descriptions = folder.join(GENERATIONS);
    let mut kept: BTreeMap<u64, PathBuf> = BTreeMap::new();
    for path in entries(&descriptions)? {
        match number(&path) {
            Some(number) if number <= newest => {
                kept.insert(number, path);
            }
            // Never published, or a temporary file of a run that was killed.
            _ => remove(&path)?,
        }
    }
    while kept.len() > KEPT_GENERATIONS {
        let Some((number, path)) = kept.pop_first() else {
            break;
        };
        if let Some(_alone) = hold(&path) {
            remove(&path)?;
            continue;
        }
        // Held by a reader: it stays, and so do its files; look at the younger ones no more than
        // the count allows.
        let mut held = BTreeMap::from([(number, path)]);
        let beyond = kept.len().saturating_sub(KEPT_GENERATIONS);
        for _ in 0..beyond {
            let Some((number, path)) = kept.pop_first() else {
                break;
            };
            if let Some(_alone) = hold(&path) {
                remove(&path)?;
            } else {
                held.insert(number, path);
            }
        }
        kept.append(&mut held);
        break;
    }
    let last = match kept.get(&newest) {
        Some(path) => Some(read_newest_description(path)?),
        None => None,
    };
    let mut needed: HashSet<PathBuf> = working.clone();
    // Their folders stay even if there is no file in them: readers look for them.
    let mut needed_builds = HashSet::new();
    for (&number, path) in &kept {
        // `CURRENT` vouches for the newest one.
        let described = if number == newest {
            read_newest_description(path)
        } else {
            read_description(path)
        };
        let generation = match described {
            Ok(generation) => generation,
            // Nobody can open it, so nothing is kept for it.
            Err(error) if number < newest && error.kind() != ErrorKind::Io => {
                remove(path)?;
                continue;
            }
            Err(error) => return Err(error),
        };
        let is_overtaken = |last: &Generation| number < newest && last.overtakes(&generation);
        if last.as_ref().is_some_and(is_overtaken)
            && let Some(_alone) = hold(path)
        {
            remove(path)?;
            continue;
        }
        let build = folder.join(DATA).join(&generation.build);
        needed.extend(generation.files.iter().map(|file| build.join(&file.path)));
        let model = generation.model.iter();
        needed.extend(model.map(|file| folder.join(&file.path)));
        needed_builds.insert(build);
    }
    for model in models.iter().filter(|model| !needed.contains(*model)) {
        remove(model)?;
    }
    for (build, files) in builds {
        let mut left = 0;
        for path in files {
            if needed.contains(&path) {
                left += 1;
            } else {
                remove(&path)?;
            }
        }
        let is_needed = left > 0
            || needed_builds.contains(&build)
            || working.iter().any(|path| path.starts_with(&build));
        if !is_needed {
            // Not empty if a file appeared meanwhile; the next sweep will see.
            let _ = remove_folder(&build);
        }
    }
    sync_folder(&descriptions).map_err(|source| Error::io(&descriptions, "sync", source))
}

/// The number in `<g>.json`.
fn number(path: &Path) -> Option<u64> {
    path.file_name()?
        .to_str()?
        .strip_suffix(".json")?
        .parse()
        .ok()
}

/// Keeps readers out of a generation, unless one holds it. It must be removed under this lock: a
/// reader that came between a mere look and the removal would lose its files.
fn hold(path: &Path) -> Option<File> {
    File::open(path).ok().filter(|file| file.try_lock().is_ok())
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    match fs::read_dir(folder) {
        Ok(entries) => entries
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<std::io::Result<_>>()
            .map_err(|source| Error::io(folder, "list", source)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(Error::io(folder, "list", error)),
    }
}

fn remove(path: &Path) -> Result<()> {
    remove_file(path).map_err(|source| Error::io(path, "remove", source))
}
