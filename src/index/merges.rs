//! Merging that never launders damage: a merge copies bytes under a fresh checksum, so the bytes
//! of every input are compared with the hashes that were taken when they were written, first.
//!
//! The engine merges in threads of its own and tells nobody how that ended; here it is found out.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tantivy::SegmentMeta;
use tantivy::index::SegmentId;
use tantivy::merge_policy::{LogMergePolicy, MergeCandidate, MergePolicy};

use super::directory::EngineDirectory;
use super::segments::{EngineMeta, Segments};
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

/// Segments that no commit has named yet wait for each other until there are so many of about a size,
/// or so many bytes in all of them: nobody asks them anything, and what is merged once is copied once.
/// With more bytes, the last merge of a run would take long when nothing else is left to do; with
/// fewer, there would be more segments.
const TOGETHER_UNCOMMITTED: usize = 32;
const BYTES_UNCOMMITTED: u64 = 560 << 20;

/// Segments with more documents, or more bytes, than this are not merged with others,
const LARGE: u32 = 150_000;
const LARGE_BYTES: u64 = 500 << 20;

/// and no merge takes in more than this: what it needs in memory grows with them, by about a hundred
/// bytes each.
const MOST_MERGED: u32 = 1_000_000;

/// At the end of a run, its last segments are merged, as long as no more documents are copied for it
/// than this many times those that it wrote,
const LAST_COPIES: u64 = 2;

/// and, of a segment with more documents than this, no more than this many times those of the smaller
/// ones that it is merged with.
const TOO_LARGE_FOR_FEW: u64 = 20_000;
const COPIES_FOR_FEW: u64 = 4;

/// Proposes the merges of a logarithmic policy whose inputs are intact.
#[derive(Debug)]
pub(super) struct VerifiedMerges {
    committed: LogMergePolicy,
    uncommitted: LogMergePolicy,
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

    /// The smallest segments together, if there are two that may be copied: [`take`](Self::take) takes
    /// their documents off.
    fn candidate(&self, small: &[&SegmentMeta]) -> Option<(MergeCandidate, u64)> {
        let left = self.0.load(Ordering::Relaxed);
        let mut small = small.to_vec();
        small.sort_by_key(|segment| segment.num_docs());
        let documents = |segment: &&SegmentMeta| u64::from(segment.num_docs());
        let mut sum = 0;
        small.retain(|segment| {
            sum += documents(segment);
            sum <= left.min(u64::from(MOST_MERGED))
        });
        let mut sum: u64 = small.iter().map(documents).sum();
        // From the largest down: a small segment must not keep two larger ones apart.
        while let Some(largest) = small.last().map(documents) {
            let others = sum - largest;
            if largest <= TOO_LARGE_FOR_FEW || largest <= others * COPIES_FOR_FEW {
                break;
            }
            small.pop();
            sum = others;
        }
        if small.len() < 2 {
            return None;
        }
        let ids = small.iter().map(|segment| segment.id()).collect();
        Some((MergeCandidate(ids), sum))
    }

    /// Whether so many more documents may be copied, which then are.
    fn take(&self, documents: u64) -> bool {
        let left = self.0.load(Ordering::Relaxed);
        let may = left > 0 && documents <= left;
        if may {
            self.0.store(left - documents, Ordering::Relaxed);
        }
        may
    }
}

/// What is known of the merges of a writer.
#[derive(Debug, Clone, Default)]
pub(super) struct MergeLog(Arc<Mutex<Merges>>);

#[derive(Debug, Default)]
struct Merges {
    /// The first damage that was come upon.
    damage: Option<Error>,
    /// The segments of every merge that was begun and is not known to have ended well.
    begun: Vec<Vec<String>>,
}

/// How many merges had been begun when the engine was told to commit: its segments name all of
/// their inputs afterwards, or what became of them.
#[derive(Debug, Clone, Copy)]
pub(super) struct BegunMerges(usize);

impl BegunMerges {
    #[cfg(test)]
    pub(super) fn count(self) -> usize {
        self.0
    }
}

impl MergeLog {
    fn merges(&self) -> MutexGuard<'_, Merges> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first damage that a merge came upon, once.
    pub(super) fn take_damage(&self) -> Option<Error> {
        self.merges().damage.take()
    }

    /// To be asked before the engine commits.
    pub(super) fn begun(&self) -> BegunMerges {
        BegunMerges(self.merges().begun.len())
    }

    /// Forgets which merges have replaced their inputs: a writer may live for years. To be told
    /// after the engine committed; `meta` is its newest.
    pub(super) fn forget_ended(&self, before: BegunMerges, meta: &EngineMeta) {
        let segments = Segments::of(meta);
        let mut number = 0;
        self.merges().begun.retain(|inputs| {
            number += 1;
            number > before.0 || are_there(inputs, &segments)
        });
    }

    /// Whether a merge failed. To be asked when none is under way; `meta` is the engine's then.
    ///
    /// A merge that succeeds replaces all of its inputs. One that is called off because all
    /// documents of an input were deleted meanwhile has lost that one.
    pub(super) fn failure(&self, meta: &EngineMeta) -> Option<Error> {
        let segments = Segments::of(meta);
        let merges = self.merges();
        let mut begun = merges.begun.iter();
        let failed = begun.any(|inputs| are_there(inputs, &segments));
        failed.then(|| {
            Error::new(
                ErrorKind::Engine,
                "the engine could not merge segments of the index",
            )
            .with_hint("`pressmark check --deep` tells whether one of them is damaged")
        })
    }
}

fn are_there(inputs: &[String], segments: &Segments) -> bool {
    inputs.iter().all(|id| segments.find(id).is_some())
}

impl VerifiedMerges {
    pub(super) fn new(directory: EngineDirectory, log: MergeLog, last: LastMerges) -> Self {
        Self {
            committed: policy(TOGETHER),
            uncommitted: policy(TOGETHER_UNCOMMITTED),
            directory,
            log,
            last,
        }
    }

    /// Whether no commit has named any of these segments yet. The engine asks for those that were
    /// committed and for the others by themselves.
    fn are_uncommitted(&self, segments: &[SegmentMeta]) -> bool {
        let named = Segments::of(&self.directory.meta());
        let is_named = |segment: &SegmentMeta| named.find(&segment.id().uuid_string()).is_some();
        !segments.iter().any(is_named)
    }

    /// Whether a segment is merged with no others.
    fn is_large(&self, segment: &SegmentMeta) -> bool {
        let bytes = self.directory.bytes_of(&segment.id().uuid_string());
        is_large(segment.num_docs(), bytes)
    }

    fn committed_candidates(&self, sizes: &Sizes) -> Vec<MergeCandidate> {
        let mut candidates = candidates(&self.committed, sizes);
        // At the end of a run everything small becomes one segment, if it may: each one more costs every
        // question.
        let all: Vec<_> = sizes.small.iter().collect();
        let takes_in = |one: &MergeCandidate, due: &MergeCandidate| {
            due.0.iter().all(|segment| one.0.contains(segment))
        };
        let is_large = |due: &MergeCandidate| sizes.large.iter().any(|it| due.0.contains(&it.id()));
        let one = self.last.candidate(&all).filter(|(one, _)| {
            candidates
                .iter()
                .all(|due| takes_in(one, due) || is_large(due))
        });
        if one.is_some() {
            candidates.retain(is_large);
        }
        let left: Vec<_> = left_of(&sizes.small, &candidates).collect();
        if let Some((last, copied)) = one.or_else(|| self.last.candidate(&left))
            && self.last.take(copied)
        {
            candidates.push(last);
        }
        let size = |id: &SegmentId| {
            let bytes = self.directory.bytes_of(&id.uuid_string());
            (sizes.documents(id), bytes)
        };
        let mut left: Vec<_> = left_of(&sizes.small, &candidates).collect();
        left.sort_by_key(|segment| segment.num_docs());
        for segment in left {
            let of_several = candidates.iter_mut().filter(|it| it.0.len() > 1);
            let Some(due) = of_several.max_by_key(|it| size_of_all(it, size)) else {
                break;
            };
            let alone = MergeCandidate(vec![segment.id()]);
            // What is damaged must not hold up the others.
            if let Some(both) = joined(due, segment.id(), size)
                && self.intact(&alone)
                && self.last.take(u64::from(segment.num_docs()))
            {
                *due = both;
            }
        }
        let halves = candidates
            .into_iter()
            .flat_map(|candidate| halved(candidate, size));
        halves.collect()
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
        if segments.len() < 2 && segments.iter().all(|it| it.num_deleted_docs() == 0) {
            return Vec::new();
        }
        let sizes = Sizes::of(segments, |segment| self.is_large(segment));
        let mut candidates = if self.are_uncommitted(segments) {
            let small = sizes.small.iter().map(|it| it.id().uuid_string());
            let bytes = small.map(|id| self.directory.bytes_of(&id)).sum();
            uncommitted_candidates(&self.uncommitted, &sizes, bytes)
        } else {
            self.committed_candidates(&sizes)
        };
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

fn policy(together: usize) -> LogMergePolicy {
    let mut policy = LogMergePolicy::default();
    policy.set_del_docs_ratio_before_merge(DELETED_RATIO);
    policy.set_min_layer_size(SMALL);
    policy.set_min_num_segments(together);
    policy.set_level_log_size(ABOUT);
    policy.set_max_docs_before_merge(LARGE as usize);
    policy
}

fn is_large(documents: u32, bytes: u64) -> bool {
    documents > LARGE || bytes > LARGE_BYTES
}

/// A merge as two of about the same size, if each of them makes a large segment: one would be merged
/// with no others either, and at the end of a run two threads have nothing else to do. `size`: documents
/// and bytes of a segment.
fn halved(
    candidate: MergeCandidate,
    size: impl Fn(&SegmentId) -> (u32, u64),
) -> Vec<MergeCandidate> {
    let mut ids = candidate.0.clone();
    ids.sort_by_key(|id| std::cmp::Reverse(size(id)));
    let mut halves = [(Vec::new(), 0_u32, 0_u64), (Vec::new(), 0, 0)];
    for id in &ids {
        let (documents, bytes) = size(id);
        let [first, second] = &mut halves;
        let lighter = if first.1 <= second.1 { first } else { second };
        lighter.0.push(*id);
        lighter.1 = lighter.1.saturating_add(documents);
        lighter.2 = lighter.2.saturating_add(bytes);
    }
    // What comes of a merge has somewhat fewer bytes.
    let are_large = |(ids, documents, bytes): &(Vec<_>, u32, u64)| {
        ids.len() > 1 && is_large(*documents, bytes - bytes / 8)
    };
    if halves.iter().all(are_large) {
        halves.map(|(ids, ..)| MergeCandidate(ids)).into()
    } else {
        vec![candidate]
    }
}

/// A merge that is due, with a segment that would be left over as well: it is copied only if it has no
/// more documents and bytes than the others together, and if no more large segments come of it.
fn joined(
    due: &MergeCandidate,
    left: SegmentId,
    size: impl Fn(&SegmentId) -> (u32, u64) + Copy,
) -> Option<MergeCandidate> {
    let (documents, bytes) = size_of_all(due, size);
    let more = size(&left);
    let both = MergeCandidate(due.0.iter().copied().chain([left]).collect());
    let fits = more.0 <= documents && more.1 <= bytes;
    let is_bounded = documents.saturating_add(more.0) <= MOST_MERGED;
    let many = |candidate: &MergeCandidate| halved(candidate.clone(), size).len();
    (fits && is_bounded && many(&both) == many(due)).then_some(both)
}

/// Documents and bytes of the segments of a merge.
fn size_of_all(candidate: &MergeCandidate, size: impl Fn(&SegmentId) -> (u32, u64)) -> (u32, u64) {
    let none = (0_u32, 0_u64);
    candidate.0.iter().map(size).fold(none, |sum, of| {
        (sum.0.saturating_add(of.0), sum.1.saturating_add(of.1))
    })
}

/// Segments that no merge takes.
fn left_of<'a>(
    segments: &'a [SegmentMeta],
    candidates: &[MergeCandidate],
) -> impl Iterator<Item = &'a SegmentMeta> {
    let taken = candidates.iter().flat_map(|candidate| &candidate.0);
    let taken: Vec<SegmentId> = taken.copied().collect();
    let is_left = move |segment: &&SegmentMeta| !taken.contains(&segment.id());
    segments.iter().filter(is_left)
}

/// Segments by their size.
struct Sizes {
    small: Vec<SegmentMeta>,
    large: Vec<SegmentMeta>,
}

impl Sizes {
    fn of(segments: &[SegmentMeta], is_large: impl Fn(&SegmentMeta) -> bool) -> Self {
        let (large, small) = segments.iter().cloned().partition(is_large);
        Self { small, large }
    }

    /// Documents of a segment that is not large.
    fn documents(&self, id: &SegmentId) -> u32 {
        let segment = self.small.iter().find(|segment| segment.id() == *id);
        segment.map_or(0, SegmentMeta::num_docs)
    }
}

/// What the policy proposes, within bounds; and large segments of which much was deleted, each by
/// itself.
fn candidates(policy: &LogMergePolicy, sizes: &Sizes) -> Vec<MergeCandidate> {
    let mut candidates = within_bounds(policy.compute_merge_candidates(&sizes.small), sizes);
    let is_worn = |segment: &&SegmentMeta| {
        let deleted = segment.num_deleted_docs() as f32;
        deleted > segment.max_doc() as f32 * DELETED_RATIO
    };
    let worn = sizes.large.iter().filter(is_worn);
    candidates.extend(worn.map(|segment| MergeCandidate(vec![segment.id()])));
    candidates.retain(|candidate| !candidate.0.is_empty());
    candidates
}

/// Candidates without the segments with which they would take in too many documents.
fn within_bounds(mut candidates: Vec<MergeCandidate>, sizes: &Sizes) -> Vec<MergeCandidate> {
    for MergeCandidate(ids) in &mut candidates {
        let mut sum = 0_u32;
        ids.retain(|id| {
            sum = sum.saturating_add(sizes.documents(id));
            sum <= MOST_MERGED
        });
    }
    candidates
}

/// What is merged of segments that no commit has named: many of a size, or all that are not large
/// once they have the bytes of a large one.
fn uncommitted_candidates(
    policy: &LogMergePolicy,
    sizes: &Sizes,
    bytes: u64,
) -> Vec<MergeCandidate> {
    let many = candidates(policy, sizes);
    if many.is_empty() && bytes >= BYTES_UNCOMMITTED && sizes.small.len() > 1 {
        let all = sizes.small.iter().map(SegmentMeta::id).collect();
        return within_bounds(vec![MergeCandidate(all)], sizes);
    }
    many
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use serde_json::json;

    use super::*;

    #[test]
    fn a_merge_whose_inputs_are_all_there_has_failed() {
        let log = MergeLog::default();
        let begun = vec!["a".to_owned(), "b".to_owned()];
        log.merges().begun.push(begun);
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
    fn merges_are_forgotten_when_their_inputs_are_gone() {
        let log = MergeLog::default();
        let begin = |inputs: &[&str]| {
            let inputs = inputs.iter().map(|id| (*id).to_owned()).collect();
            log.merges().begun.push(inputs);
        };
        begin(&["a", "b"]);
        begin(&["c", "d"]);
        let before = log.begun();
        begin(&["not", "committed"]);
        log.forget_ended(before, &meta(&["b", "c", "d"]));
        assert_eq!(log.merges().begun, [["c", "d"], ["not", "committed"]]);
        assert!(log.failure(&meta(&["c", "d"])).is_some());
        log.forget_ended(log.begun(), &meta(&["cd", "committed"]));
        assert!(log.merges().begun.is_empty());
    }

    fn meta(ids: &[&str]) -> EngineMeta {
        let segments: Vec<_> = ids.iter().map(|id| json!({"segment_id": id})).collect();
        let meta = json!({ "segments": segments }).to_string();
        EngineMeta::parse(meta.as_bytes()).unwrap()
    }

    #[test]
    fn what_would_be_left_over_joins_what_is_merged_anyway() {
        let joins = |due: &[(u32, u64)], left: (u32, u64)| {
            let sizes: HashMap<SegmentId, (u32, u64)> = due
                .iter()
                .chain([&left])
                .map(|size| (SegmentId::generate_random(), *size))
                .collect();
            let (left, due): (Vec<SegmentId>, _) = sizes.keys().partition(|id| sizes[id] == left);
            let due = MergeCandidate(due);
            let both = joined(&due, left[0], |id| sizes[id]);
            both.map(|both| both.0.len() - due.0.len())
        };
        // A hundred of them make a large segment.
        let bytes = LARGE_BYTES * 8 / 7 / 100;
        let of = |documents: u32| (documents, u64::from(documents) * bytes);
        for (due, left, expected) in [
            (&[(50, 500), (40, 400)][..], (90, 900), Some(1)),
            (&[(50, 500), (40, 400)], (91, 900), None),
            (&[(50, 500), (40, 400)], (90, 901), None),
            (&[(500_000, 5), (400_000, 4)], (100_000, 1), Some(1)),
            (&[(500_000, 5), (400_000, 4)], (100_001, 1), None),
            // Two large segments would come of it instead of one,
            (&[of(62), of(61), of(40), of(30)], of(15), None),
            // but where two come anyway, it goes with one of them.
            (&[of(62), of(61), of(60), of(50)], of(15), Some(1)),
        ] {
            assert_eq!(joins(due, left), expected, "{due:?} {left:?}");
        }
    }

    #[test]
    fn no_more_is_copied_than_a_run_wrote_twice() {
        let last = LastMerges::default();
        assert!(!last.take(0) && !last.take(1), "not at the end of a run");
        last.begin(1_000);
        assert!(last.take(1_500) && !last.take(501) && last.take(500) && !last.take(0));
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
            let first = last.candidate(&segments).map(|(candidate, copied)| {
                assert!(last.take(copied));
                candidate.0.len()
            });
            (first, last.0.load(Ordering::Relaxed))
        };
        for (written, sizes, expected) in [
            (0, &[10, 10][..], (None, 0)),
            (999, &[10, 10], (None, 0)),
            (1_000, &[10, 1_500, 10], (Some(3), 480)),
            (1_000, &[10, 2_000, 10], (Some(2), 1_980)),
            (1_000, &[10, 2_000], (None, 2_000)),
            (90_000, &[LARGE + 1, 400], (None, 180_000)),
            (100_000, &[75_000, 400, 20], (Some(2), 199_580)),
            (100_000, &[75_000, 20_000, 3_000], (Some(3), 102_000)),
            (100_000, &[400, 75_000, 76_000], (Some(3), 48_600)),
            (80_000, &[3_000, 35_000, 36_000], (Some(3), 86_000)),
            (80_000, &[30, 200, 2_000, 36_000], (Some(3), 157_770)),
            (2_000_000, &[75_000; 15], (Some(13), 3_025_000)),
        ] {
            assert_eq!(merged(written, sizes), expected, "{written} {sizes:?}");
        }
    }

    #[test]
    fn a_merge_of_two_large_halves_is_two() {
        let halves = |sizes: &[u32], bytes: u64| {
            let ids: Vec<_> = sizes.iter().map(|_| SegmentId::generate_random()).collect();
            let documents = |id: &SegmentId| {
                let at = ids.iter().position(|other| other == id);
                sizes[at.unwrap()]
            };
            let size = |id: &SegmentId| (documents(id), u64::from(documents(id)) * bytes);
            let halves = halved(MergeCandidate(ids.clone()), size).into_iter();
            let halves = halves.map(|half| half.0.iter().map(documents).collect());
            halves.collect::<Vec<Vec<u32>>>()
        };
        let bytes = LARGE_BYTES * 8 / 7 / 100;
        let six = [59, 60, 61, 58, 57, 20];
        assert_eq!(halves(&six, bytes), [[61, 58, 57], [60, 59, 20]]);
        for sizes in [&[50; 4][..], &[90, 90, 90], &[1; 4]] {
            assert_eq!(halves(sizes, bytes), [sizes]);
        }
        assert_eq!(halves(&[LARGE; 4], 0), [[LARGE; 2]; 2]);
    }

    fn by_documents(segments: &[SegmentMeta]) -> Sizes {
        Sizes::of(segments, |segment| segment.num_docs() > LARGE)
    }

    #[test]
    fn what_no_commit_has_named_is_merged_at_once() {
        let index = tantivy::Index::create_in_ram(tantivy::schema::Schema::builder().build());
        let merged = |sizes: &[u32], bytes| {
            let segment = |size: &u32| index.new_segment_meta(SegmentId::generate_random(), *size);
            let segments: Vec<_> = sizes.iter().map(segment).collect();
            let policy = policy(TOGETHER_UNCOMMITTED);
            let candidates = uncommitted_candidates(&policy, &by_documents(&segments), bytes);
            let sizes = candidates.iter().map(|candidate| candidate.0.len());
            sizes.collect::<Vec<_>>()
        };
        let enough = BYTES_UNCOMMITTED;
        assert_eq!(merged(&[10_000; 8], enough - 1), [0_usize; 0], "they wait");
        assert_eq!(merged(&[10_000; 8], enough), [8], "as much as a large one");
        assert_eq!(merged(&[10_000], enough), [0_usize; 0]);
        assert_eq!(merged(&[100; 31], 0), [0_usize; 0]);
        assert_eq!(merged(&[100; 32], 0), [32], "many of a size");
        let mut after_a_merge = vec![3_200];
        after_a_merge.extend([100; 31]);
        assert_eq!(
            merged(&after_a_merge, 0),
            [0_usize; 0],
            "not copied with each few"
        );
        let with_a_large_one = [LARGE + 1, 50_000, 40_000];
        assert_eq!(merged(&with_a_large_one, enough), [2], "large ones stay");
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
            let mut merges: Vec<Vec<u32>> = candidates(&policy(TOGETHER), &by_documents(segments))
                .iter()
                .map(|candidate| candidate.0.iter().map(size).collect())
                .collect();
            merges.sort();
            merges
        };
        let many = vec![segment(70_000, 0); 1];
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
        let far_apart = [70_000, 70_000, 70_000, 20_000].map(|size| segment(size, 0));
        assert!(
            sizes(&far_apart).is_empty(),
            "the small one waits for others"
        );
        let many: Vec<_> = (0..20).map(|_| segment(70_000, 0)).collect();
        assert_eq!(sizes(&many), [[70_000; 14]], "no more than a million");
        let many: Vec<_> = (0..20).map(|_| segment(LARGE + 1, 0)).collect();
        assert!(sizes(&many).is_empty(), "large ones stay");
        let worn = [segment(LARGE + 1, LARGE), segment(LARGE + 2, 10)];
        assert_eq!(sizes(&worn), [[LARGE + 1]]);
    }
}
