//! Learning of new generations.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::handle::Index;
use super::searcher::Searcher;
use crate::Result;
use crate::search::Control;

/// How long a wait sleeps between two looks. Whoever writes may be another process, which nothing
/// that works on every file system announces; a look reads one file of some hundred bytes.
const BETWEEN_LOOKS: Duration = Duration::from_millis(25);

/// Tells of the generations of an index that are published after it was made.
///
/// Several that follow each other quickly are one piece of news: a subscriber is told of the
/// newest, and never of one twice. It holds no generation, and costs nothing while nobody asks.
#[derive(Debug, Clone)]
pub struct Subscription {
    index: Index,
    seen: u64,
}

impl Subscription {
    pub(super) fn new(index: Index, seen: u64) -> Self {
        Self { index, seen }
    }

    /// The number of the newest generation that it told of, or that there was when it was made.
    pub fn seen(&self) -> u64 {
        self.seen
    }

    /// A searcher on the newest generation, if it is new.
    ///
    /// # Errors
    /// As [`Index::searcher`]; the news is then told again at the next call.
    pub fn poll(&mut self) -> Result<Option<Searcher>> {
        if self.index.newest_generation()? == self.seen {
            return Ok(None);
        }
        let searcher = self.index.searcher()?;
        self.seen = searcher.generation();
        Ok(Some(searcher))
    }

    /// Waits in this thread for a new generation: `None` once the time of the control is over or it
    /// was cancelled. Without either it waits for as long as it takes.
    ///
    /// # Errors
    /// As [`poll`](Self::poll).
    pub fn wait(&mut self, control: &Control) -> Result<Option<Searcher>> {
        let is_cancelled = || {
            let flag = control.cancelled.as_deref();
            flag.is_some_and(|flag: &AtomicBool| flag.load(Ordering::Relaxed))
        };
        loop {
            if let Some(searcher) = self.poll()? {
                return Ok(Some(searcher));
            }
            let left = match control.deadline {
                Some(deadline) => deadline.saturating_duration_since(Instant::now()),
                None => BETWEEN_LOOKS,
            };
            if is_cancelled() || left.is_zero() {
                return Ok(None);
            }
            std::thread::sleep(left.min(BETWEEN_LOOKS));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{Document, ErrorKind, Query, Schema, SearchRequest};

    fn put(index: &Index, id: &str) {
        let mut writer = index.writer().unwrap();
        writer.put(Document::new(id).title("Talks resume")).unwrap();
        writer.commit().unwrap();
    }

    #[test]
    fn a_subscriber_is_told_of_each_newest_generation_once() {
        let folder = tempfile::tempdir().unwrap();
        let in_memory = Index::create_in_memory(Schema::default()).unwrap();
        let on_disk = Index::create(folder.path(), Schema::default()).unwrap();
        // As if another process wrote.
        let other = Index::open(folder.path()).unwrap();
        for (reads, writes) in [(&in_memory, &in_memory), (&on_disk, &other)] {
            put(writes, "before");
            let mut news = reads.subscribe().unwrap();
            assert!(news.poll().unwrap().is_none());
            put(writes, "a1");
            put(writes, "a2");
            let searcher = news.wait(&Control::default()).unwrap().unwrap();
            assert_eq!(searcher.documents(), 3);
            assert_eq!(news.seen(), searcher.generation());
            assert_eq!(news.seen(), reads.newest_generation().unwrap());
            assert!(news.poll().unwrap().is_none());
        }
    }

    #[test]
    fn waiting_ends_with_its_time_and_when_it_is_cancelled() {
        let index = Index::create_in_memory(Schema::default()).unwrap();
        let mut news = index.subscribe().unwrap();
        let over = Control::within(Duration::from_millis(1));
        assert!(news.wait(&over).unwrap().is_none());
        let cancelled = Control::default().cancelled_by(Arc::new(AtomicBool::new(true)));
        assert!(news.wait(&cancelled).unwrap().is_none());
        // What there is to tell is told all the same.
        put(&index, "a1");
        assert!(news.wait(&cancelled).unwrap().is_some());
    }

    #[test]
    fn a_searcher_goes_on_when_it_is_told_to() {
        let index = Index::create_in_memory(Schema::default()).unwrap();
        put(&index, "a1");
        let mut searcher = index.searcher().unwrap();
        let before = searcher.clone();
        assert!(!searcher.refresh().unwrap());
        put(&index, "a2");
        assert_eq!(searcher.documents(), 1);
        assert!(searcher.refresh().unwrap());
        assert_eq!(searcher.documents(), 2);
        assert_eq!(before.documents(), 1);
        assert!(before.get("a2").unwrap().is_none());
    }

    #[test]
    fn counting_needs_no_hits() {
        let index = Index::create_in_memory(Schema::default()).unwrap();
        put(&index, "a1");
        put(&index, "a2");
        let searcher = index.searcher().unwrap();
        let control = Control::default();
        let talks = SearchRequest::tree(Query::word("talks").in_title());
        assert_eq!(searcher.count(&talks, &control).unwrap(), 2);
        let none = talks.clone().filter("country", "Cuba");
        assert_eq!(searcher.count(&none, &control).unwrap(), 0);
        let cancelled = Control::default().cancelled_by(Arc::new(AtomicBool::new(true)));
        let error = searcher.count(&talks, &cancelled).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Cancelled);
        let unbounded = SearchRequest::tree(Query::fuzzy("talk", 9));
        let error = searcher.count(&unbounded, &control).unwrap_err();
        assert_eq!(error.code(), "fuzzy_edits");
        let beside =
            Query::word("talks").near(Query::has("date"), crate::query::Distance::Sentence);
        let error = searcher
            .count(&SearchRequest::tree(beside), &control)
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Query);
    }
}
