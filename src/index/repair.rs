//! The part of a repair that needs no source: states are published again, or forgotten.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use tantivy::SegmentReader;

use super::check::states::States;
use super::check::{RepairPlan, RepairStep};
use super::directory::EngineDirectory;
use super::generation::{
    Generation, RunState, description, newest_number, point_current, read_description, read_newest,
};
use super::guard::guarded;
use super::home::{Home, WriterLock};
use super::layout::open_engine;
use super::segment::card_file::CardFile;
use super::segments::Segments;
use super::storage::remove_file;
use super::sweep::sweep;
use crate::{Error, Result};

/// Does the steps of a plan that need no source, but the forgetting of states.
///
/// # Errors
/// [`ErrorKind::Locked`](crate::ErrorKind::Locked) if a writer is at work;
/// [`ErrorKind::Damaged`](crate::ErrorKind::Damaged) if the index is no longer what was checked;
/// [`ErrorKind::Io`](crate::ErrorKind::Io).
pub(crate) fn mend(folder: &Path, plan: &RepairPlan) -> Result<()> {
    let home = Home::Folder(folder.into());
    let _lock = WriterLock::take(&home)?;
    for step in &plan.steps {
        match step {
            RepairStep::RemoveLedgers { paths } => {
                for path in paths {
                    remove(&folder.join(path))?;
                }
            }
            RepairStep::NameNewest { generation, .. } => {
                let path = description(folder, *generation);
                read_description(&path)?;
                let bytes = fs::read(&path).map_err(|source| Error::io(&path, "read", source))?;
                point_current(folder, *generation, &bytes)?;
            }
            RepairStep::Restore {
                generation,
                without: dropped,
                ..
            } => {
                let state = read_description(&description(folder, *generation))?;
                let dropped: Vec<&str> = dropped.iter().map(String::as_str).collect();
                let number = newest_number(folder) + 1;
                restored(state, &dropped, number).publish(&home)?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// Forgets states, and what only they need. The newest one stays.
pub(crate) fn forget(folder: &Path, plan: &RepairPlan) -> Result<()> {
    let home = Home::Folder(folder.into());
    let _lock = WriterLock::take(&home)?;
    let newest = read_newest(folder)?;
    for step in &plan.steps {
        if let RepairStep::Forget { generations } = step {
            for &number in generations.iter().filter(|&&number| number != newest) {
                remove(&description(folder, number))?;
            }
        }
    }
    sweep(folder, newest, HashSet::new)
}

/// A state without some segments, to be published under a new number.
fn restored(state: Generation, dropped: &[&str], number: u64) -> Generation {
    let engine_meta = state.engine_meta.without(dropped);
    let segments = Segments::of(&engine_meta);
    let mut files = state.files;
    files.retain(|file| segments.own(Path::new(&file.path)));
    let run = state.run.map(|mut run| {
        run.lacking |= !dropped.is_empty();
        run
    });
    Generation {
        number,
        documents: segments.documents(),
        engine_meta,
        files,
        run,
        ..state
    }
}

/// What the states that are described say of runs, newest first.
pub(crate) fn run_states(folder: &Path) -> Vec<RunState> {
    let states = States::read(folder)
        .map(|states| states.kept)
        .unwrap_or_default();
    let generations = states.into_iter().filter_map(|state| state.generation);
    generations
        .filter_map(|generation| generation.run)
        .collect()
}

/// Calls back with the id of every live document of the newest state that is described, as far as
/// its segments are whole.
pub(crate) fn each_whole_card(folder: &Path, mut f: impl FnMut(&str)) {
    let states = States::read(folder)
        .map(|states| states.kept)
        .unwrap_or_default();
    let Some(state) = states.into_iter().find_map(|state| state.generation) else {
        return;
    };
    // Whoever asks has nothing better: what cannot be read is passed over.
    let _ = guarded(|| {
        let home = Home::Folder(folder.into());
        let directory = EngineDirectory::reader(&home, &state)?;
        let segments = Segments::of(&state.engine_meta);
        let damaged: Vec<&str> = segments
            .iter()
            .map(|segment| segment.name.as_str())
            .filter(|name| directory.verify(name).is_err())
            .collect();
        let whole = Generation {
            engine_meta: state.engine_meta.without(&damaged),
            ..state.clone()
        };
        let directory = EngineDirectory::reader(&home, &whole)?;
        let engine = open_engine(directory, &whole.schema, &Arc::default())?;
        for segment in engine.searchable_segments()? {
            let reader = SegmentReader::open(&segment)?;
            let cards = CardFile::open(&reader)?;
            for card in reader.doc_ids_alive().filter_map(|doc| cards.get(doc)) {
                f(card.id);
            }
        }
        Ok(())
    });
}

fn remove(path: &Path) -> Result<()> {
    remove_file(path).map_err(|source| Error::io(path, "remove", source))
}
