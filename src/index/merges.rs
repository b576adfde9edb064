//! Merging that never launders damage: a merge copies bytes under a fresh checksum, so the bytes
//! of every input are compared with the hashes that were taken when they were written, first.

use std::sync::{Arc, Mutex};

use tantivy::SegmentMeta;
use tantivy::merge_policy::{LogMergePolicy, MergeCandidate, MergePolicy};

use super::directory::EngineDirectory;
use crate::Error;

/// Segments with more than this part of deleted documents are rewritten.
const DELETED_RATIO: f32 = 0.2;

/// Segments with fewer documents than this count as equal. With many more, the segment of a small
/// corpus would be rewritten with every few changes of a single file.
const SMALL: u32 = 1_000;

/// Proposes the merges of a logarithmic policy whose inputs are intact.
#[derive(Debug)]
pub(super) struct VerifiedMerges {
    policy: LogMergePolicy,
    directory: EngineDirectory,
    damage: Damage,
}

/// The first damage that a merge came upon.
pub(super) type Damage = Arc<Mutex<Option<Error>>>;

impl VerifiedMerges {
    pub(super) fn new(directory: EngineDirectory, damage: Damage) -> Self {
        let mut policy = LogMergePolicy::default();
        policy.set_del_docs_ratio_before_merge(DELETED_RATIO);
        policy.set_min_layer_size(SMALL);
        Self {
            policy,
            directory,
            damage,
        }
    }

    fn intact(&self, candidate: &MergeCandidate) -> bool {
        candidate.0.iter().all(
            |segment| match self.directory.verify(&segment.uuid_string()) {
                Ok(()) => true,
                Err(error) => {
                    let mut damage = self
                        .damage
                        .lock()
                        .unwrap_or_else(std::sync::PoisonError::into_inner);
                    damage.get_or_insert(error);
                    false
                }
            },
        )
    }
}

impl MergePolicy for VerifiedMerges {
    fn compute_merge_candidates(&self, segments: &[SegmentMeta]) -> Vec<MergeCandidate> {
        let mut candidates = self.policy.compute_merge_candidates(segments);
        candidates.retain(|candidate| self.intact(candidate));
        candidates
    }
}
