//! Mends an index: what is whole is kept, and what is not comes from the source again.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::journal::Journal;
use super::store::Space;
use super::{Observer, ReindexOptions, Report, reindex};
use crate::corpus::Corpus;
use crate::index::{each_whole_card, forget, mend, run_states};
use crate::{
    CheckOptions, CheckReport, Error, ErrorKind, FORMAT_VERSION, Index, RepairPlan, RepairStep,
    Result,
};

/// What a repair did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RepairReport {
    /// The version of this form.
    pub format_version: u32,
    /// What was done.
    pub steps: Vec<RepairStep>,
    /// The run that brought the index up to date, if there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<Report>,
    /// The ids of documents that were known before and are no longer there, because their source
    /// is gone.
    pub lost: Vec<String>,
    /// The check after it all.
    pub check: CheckReport,
}

/// Does what a plan says with the index in `index_dir`, and checks it once more.
///
/// # Errors
/// [`ErrorKind::Request`] if the plan needs the source and there is no corpus; else as
/// [`reindex`].
pub fn repair(
    corpus: Option<&Corpus>,
    index_dir: &Path,
    plan: &RepairPlan,
    options: &ReindexOptions,
    observer: &dyn Observer,
) -> Result<RepairReport> {
    if plan.needs_source() && corpus.is_none() {
        let message = "the documents cannot be read again: it is not known where the files are";
        return Err(Error::new(ErrorKind::Request, message)
            .with_hint("name the folder of articles with `-C DIR`"));
    }
    let known = if plan.needs_source() {
        known_ids(index_dir, &options.space(index_dir))
    } else {
        BTreeSet::new()
    };
    mend(index_dir, plan)?;
    let rebuilds = plan
        .steps
        .iter()
        .any(|step| matches!(step, RepairStep::Rebuild { .. }));
    let relearns = plan.steps.contains(&RepairStep::Retag);
    if !rebuilds {
        forget(index_dir, plan)?;
    }
    let mut run = None;
    if let Some(corpus) = corpus.filter(|_| plan.needs_source()) {
        let options = options.clone().rebuild(rebuilds).retag(relearns);
        run = Some(reindex(corpus, index_dir, &options, observer)?);
    }
    // What was the newest until now can be forgotten, too.
    if rebuilds || relearns {
        forget(index_dir, plan)?;
    }
    let mut lost = Vec::new();
    if !known.is_empty() {
        let searcher = Index::open(index_dir)?.searcher()?;
        for id in known {
            if !searcher.holds(&id)? {
                lost.push(id);
            }
        }
    }
    let check = Index::check(index_dir, &CheckOptions::default(), &mut |_| {
        if observer.cancelled() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    })?;
    Ok(RepairReport {
        format_version: FORMAT_VERSION,
        steps: plan.steps.clone(),
        run,
        lost,
        check,
    })
}

/// The ids of documents, as far as cards that are whole and journals that are whole know them.
fn known_ids(folder: &Path, space: &Space) -> BTreeSet<String> {
    let mut known = BTreeSet::new();
    each_whole_card(folder, |id| {
        known.insert(id.to_owned());
    });
    let mut journals = run_states(folder).into_iter().filter_map(|run| run.journal);
    let loaded = journals.find_map(|journal| Journal::load(folder, &journal, space).ok());
    if let Some((journal, state)) = loaded {
        known.extend(state.ids(journal));
    }
    known
}
