//! Merging that never launders damage: a merge copies bytes under a fresh checksum, so the bytes
//! of every input are compared with the hashes that were taken when they were written, first.
//!
//! The engine merges in threads of its own and tells nobody how that ended; here it is found out.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use tantivy::SegmentMeta;
use tantivy::index::SegmentId;
use tantivy::merge_policy::{LogMergePolicy, MergeCandidate, MergePolicy};

use super::directory::EngineDirectory;
use crate::{Error, ErrorKind};

/// Segments with more than this part of deleted documents are rewritten.
const DELETED_RATIO: f32 = 0.2;

/// Segments with fewer documents than this count as equal. With many more, the segment of a small
/// corpus would be rewritten with every few changes of a single file.
const SMALL: u32 = 1_000;

/// As many segments of about a size are merged into one. Every question walks the dictionaries of all
/// segments, so each one costs; with fewer than four, a document would be rewritten too often on its
/// way from a small segment into a large one.
const TOGETHER: usize = 4;

/// Segments are of about a size if the largest has less than 2 to the power of this, three, times the
/// documents of the smallest: the last of a run are smaller than those that filled the memory.
const ABOUT: f64 = 1.6;

/// Segments with more documents than this are not merged with others,
const LARGE: u32 = 100_000;

/// and no merge takes in more than this: what it needs in memory grows with them, by about a hundred
/// bytes each.
const MOST_MERGED: u32 = 1_000_000;

/// At the end of a run, its last segments are merged whatever their sizes, as long as no more
/// documents are copied for it than this many times those that it wrote.
const LAST_COPIES: u64 = 2;

/// Proposes the merges of a logarithmic policy whose inputs are intact.
#[derive(Debug)]
pub(super) struct VerifiedMerges {
    policy: LogMergePolicy,
    directory: EngineDirectory,
    log: MergeLog,
    last: LastMerges,
}

/// How many documents the merges at the end of a run may still copy; none before its end.
#[derive(Debug, Clone, Default)]
pub(super) struct LastMerges(Arc<AtomicU64>);

impl LastMerges {
    /// Ends a run that wrote so many documents. After a small one nothing more is merged than
    /// always: it should not take longer for that.
    pub(super) fn begin(&self, written: u64) {
        if written >= u64::from(SMALL) {
            self.0.store(written * LAST_COPIES, Ordering::Relaxed);
        }
    }

    /// The smallest segments together, if there are two that may be copied.
    fn candidate(&self, segments: &[&SegmentMeta]) -> Option<MergeCandidate> {
        let left = self.0.load(Ordering::Relaxed);
        let is_small = |segment: &&&SegmentMeta| segment.num_docs() <= LARGE;
        let mut small: Vec<_> = segments.iter().filter(is_small).collect();
        small.sort_by_key(|segment| segment.num_docs());
        let mut sum = 0;
        small.retain(|segment| {
            sum += u64::from(segment.num_docs());
            sum <= left.min(u64::from(MOST_MERGED))
        });
        if small.len() < 2 {
            return None;
        }
        let copied: u64 = small.iter().map(|it| u64::from(it.num_docs())).sum();
        self.0.store(left - copied, Ordering::Relaxed);
        let ids = small.iter().map(|segment| segment.id()).collect();
        Some(MergeCandidate(ids))
    }
}

/// What is known of the merges of a writer.
#[derive(Debug, Clone, Default)]
pub(super) struct MergeLog(Arc<Mutex<Merges>>);

#[derive(Debug, Default)]
struct Merges {
    /// The first damage that was come upon.
    damage: Option<Error>,
    /// The segments of every merge that was begun.
    begun: Vec<Vec<String>>,
}

impl MergeLog {
    fn merges(&self) -> MutexGuard<'_, Merges> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first damage that a merge came upon, once.
    pub(super) fn take_damage(&self) -> Option<Error> {
        self.merges().damage.take()
    }

    /// Whether a merge failed. To be asked when none is under way; `meta` is the engine's then.
    ///
    /// A merge that succeeds replaces all of its inputs. One that is called off because all
    /// documents of an input were deleted meanwhile has lost that one.
    pub(super) fn failure(&self, meta: &Value) -> Option<Error> {
        let segments = meta["segments"].as_array().into_iter().flatten();
        let ids: HashSet<String> = segments
            .filter_map(|segment| Some(segment["segment_id"].as_str()?.replace('-', "")))
            .collect();
        let failed = self
            .merges()
            .begun
            .iter()
            .any(|inputs| inputs.iter().all(|id| ids.contains(id)));
        failed.then(|| {
            Error::new(
                ErrorKind::Engine,
                "the engine could not merge segments of the index",
            )
            .with_hint("`pressmark check --deep` tells whether one of them is damaged")
        })
    }
}

impl VerifiedMerges {
    pub(super) fn new(directory: EngineDirectory, log: MergeLog, last: LastMerges) -> Self {
        Self {
            policy: policy(),
            directory,
            log,
            last,
        }
    }

    fn intact(&self, candidate: &MergeCandidate) -> bool {
        candidate.0.iter().all(
            |segment| match self.directory.verify(&segment.uuid_string()) {
                Ok(()) => true,
                Err(error) => {
                    self.log.merges().damage.get_or_insert(error);
                    false
                }
            },
        )
    }
}

impl MergePolicy for VerifiedMerges {
    fn compute_merge_candidates(&self, segments: &[SegmentMeta]) -> Vec<MergeCandidate> {
        let mut candidates = candidates(&self.policy, segments);
        let is_taken = |segment: &SegmentMeta| {
            let mut taken = candidates.iter().flat_map(|candidate| &candidate.0);
            taken.any(|id| *id == segment.id())
        };
        let left: Vec<_> = segments.iter().filter(|it| !is_taken(it)).collect();
        candidates.extend(self.last.candidate(&left));
        candidates.retain(|candidate| self.intact(candidate));
        let ids = |candidate: &MergeCandidate| {
            let ids = candidate.0.iter().map(SegmentId::uuid_string);
            ids.collect()
        };
        let begun = candidates.iter().map(ids);
        self.log.merges().begun.extend(begun);
        candidates
    }
}

fn policy() -> LogMergePolicy {
    let mut policy = LogMergePolicy::default();
    policy.set_del_docs_ratio_before_merge(DELETED_RATIO);
    policy.set_min_layer_size(SMALL);
    policy.set_min_num_segments(TOGETHER);
    policy.set_level_log_size(ABOUT);
    policy.set_max_docs_before_merge(LARGE as usize);
    policy
}

/// What the policy proposes, within bounds; and large segments of which much was deleted, each by
/// itself.
fn candidates(policy: &LogMergePolicy, segments: &[SegmentMeta]) -> Vec<MergeCandidate> {
    let documents = |id: &SegmentId| {
        let segment = segments.iter().find(|segment| segment.id() == *id);
        segment.map_or(0, SegmentMeta::num_docs)
    };
    let mut candidates = policy.compute_merge_candidates(segments);
    for MergeCandidate(ids) in &mut candidates {
        let mut sum = 0_u32;
        ids.retain(|id| {
            sum = sum.saturating_add(documents(id));
            sum <= MOST_MERGED
        });
    }
    let is_worn = |segment: &&SegmentMeta| {
        let deleted = segment.num_deleted_docs() as f32;
        segment.num_docs() > LARGE && deleted > segment.max_doc() as f32 * DELETED_RATIO
    };
    let worn = segments.iter().filter(is_worn);
    candidates.extend(worn.map(|segment| MergeCandidate(vec![segment.id()])));
    candidates.retain(|candidate| !candidate.0.is_empty());
    candidates
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_merge_whose_inputs_are_all_there_has_failed() {
        let log = MergeLog::default();
        let begun = vec!["a".to_owned(), "b".to_owned()];
        log.merges().begun.push(begun);
        let meta = |ids: &[&str]| {
            let segments: Vec<_> = ids.iter().map(|id| json!({"segment_id": id})).collect();
            json!({ "segments": segments })
        };
        for (left, failed) in [
            (&["a", "b", "c"][..], true),
            (&["b", "d"], false),
            (&["d"], false),
            (&[], false),
        ] {
            assert_eq!(log.failure(&meta(left)).is_some(), failed, "{left:?}");
        }
    }

    #[test]
    fn the_last_merges_copy_no_more_than_a_run_wrote_twice() {
        let index = tantivy::Index::create_in_ram(tantivy::schema::Schema::builder().build());
        let segment = |documents| index.new_segment_meta(SegmentId::generate_random(), documents);
        let merged = |written, sizes: &[u32]| {
            let last = LastMerges::default();
            last.begin(written);
            let segments: Vec<_> = sizes.iter().map(|size| segment(*size)).collect();
            let segments: Vec<_> = segments.iter().collect();
            let first = last.candidate(&segments).map(|it| it.0.len());
            (first, last.0.load(Ordering::Relaxed))
        };
        for (written, sizes, expected) in [
            (0, &[10, 10][..], (None, 0)),
            (999, &[10, 10], (None, 0)),
            (1_000, &[10, 1_500, 10], (Some(3), 480)),
            (1_000, &[10, 2_000, 10], (Some(2), 1_980)),
            (1_000, &[10, 2_000], (None, 2_000)),
            (90_000, &[LARGE + 1, 400], (None, 180_000)),
            (2_000_000, &[90_000; 12], (Some(11), 3_010_000)),
        ] {
            assert_eq!(merged(written, sizes), expected, "{written} {sizes:?}");
        }
    }

    #[test]
    fn merges_stay_within_bounds() {
        let index = tantivy::Index::create_in_ram(tantivy::schema::Schema::builder().build());
        let segment = |documents: u32, deleted: u32| {
            let id = SegmentId::generate_random();
            let segment = index.new_segment_meta(id, documents + deleted);
            if deleted == 0 {
                segment
            } else {
                segment.with_delete_meta(deleted, 1)
            }
        };
        let sizes = |segments: &[SegmentMeta]| {
            let size = |id: &SegmentId| {
                let found = segments.iter().find(|segment| segment.id() == *id);
                found.unwrap().num_docs()
            };
            let mut merges: Vec<Vec<u32>> = candidates(&policy(), segments)
                .iter()
                .map(|candidate| candidate.0.iter().map(size).collect())
                .collect();
            merges.sort();
            merges
        };
        let many = vec![segment(90_000, 0); 1];
        assert_eq!(sizes(&many), [] as [Vec<u32>; 0]);
        let many: Vec<_> = (0..8).map(|_| segment(100, 0)).collect();
        assert_eq!(sizes(&many), [[100; 8]]);
        let few: Vec<_> = (0..TOGETHER - 1).map(|_| segment(50_000, 0)).collect();
        assert!(sizes(&few).is_empty(), "too few to be worth it");
        let last_of_a_run = [51_000, 49_000, 27_000, 26_000].map(|size| segment(size, 0));
        assert_eq!(
            sizes(&last_of_a_run),
            [[51_000, 49_000, 27_000, 26_000]],
            "about as large"
        );
        let far_apart = [90_000, 90_000, 90_000, 20_000].map(|size| segment(size, 0));
        assert!(
            sizes(&far_apart).is_empty(),
            "the small one waits for others"
        );
        let many: Vec<_> = (0..20).map(|_| segment(90_000, 0)).collect();
        assert_eq!(sizes(&many), [[90_000; 11]], "no more than a million");
        let many: Vec<_> = (0..20).map(|_| segment(LARGE + 1, 0)).collect();
        assert!(sizes(&many).is_empty(), "large ones stay");
        let worn = [segment(LARGE + 1, LARGE), segment(LARGE + 2, 10)];
        assert_eq!(sizes(&worn), [[LARGE + 1]]);
    }
}
