//! What a searcher keeps of facets from one search to the next, within a number of bytes.
//!
//! A process that answers one question gains nothing by laying out whole columns for it, so that
//! is done when a facet is counted for the second time.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::counters::Dense;
use super::counts::SegmentTotals;
use super::numbering::Numbering;
use super::rows::Rows;
use super::views::SegmentFacet;
use super::watch::Watch;
use crate::Result;

/// The bytes that a searcher may still take for what it keeps.
#[derive(Debug)]
pub(in crate::index) struct Budget(AtomicUsize);

impl Budget {
    pub(in crate::index) fn new(bytes: usize) -> Self {
        Self(AtomicUsize::new(bytes))
    }

    /// Takes so many bytes, if they are left.
    pub(in crate::index) fn take(&self, bytes: usize) -> bool {
        let order = Ordering::Relaxed;
        self.0
            .fetch_update(order, order, |left| left.checked_sub(bytes))
            .is_ok()
    }

    pub(in crate::index) fn give_back(&self, bytes: usize) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }

    /// The bytes that are left.
    pub(in crate::index) fn left(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// A facet of a segment, and what is kept of it.
#[derive(Debug)]
pub(in crate::index) struct KeptFacet {
    pub(in crate::index) facet: SegmentFacet,
    pub(in crate::index) numbering: Numbering,
    documents: u32,
    budget: Arc<Budget>,
    dense: Mutex<State<Dense>>,
    corpus: Mutex<State<SegmentTotals>>,
    /// Written forms by column and node: the same few are shown again and again.
    forms: Mutex<HashMap<(usize, u32), String>>,
}

/// Bytes that a kept form takes beside its letters, about.
const FORM: usize = 64;

/// Whether something is kept.
#[derive(Debug)]
enum State<T> {
    /// Nobody asked for it yet.
    New,
    /// It was asked for once.
    Asked,
    /// Somebody is making it; others go on without.
    Making,
    /// There is no room for it.
    Refused,
    Kept(Arc<T>),
}

impl KeptFacet {
    pub(in crate::index) fn new(
        facet: SegmentFacet,
        documents: u32,
        budget: Arc<Budget>,
    ) -> Result<Self> {
        Ok(Self {
            numbering: Numbering::new(&facet)?,
            facet,
            documents,
            budget,
            dense: Mutex::new(State::New),
            corpus: Mutex::new(State::New),
            forms: Mutex::default(),
        })
    }

    /// The written forms of nodes of a column.
    pub(in crate::index) fn forms(&self, column: usize, nodes: &[u32]) -> Result<Vec<String>> {
        let mut forms = vec![None; nodes.len()];
        {
            let known = self.forms.lock().unwrap_or_else(PoisonError::into_inner);
            for (form, &node) in forms.iter_mut().zip(nodes) {
                *form = known.get(&(column, node)).cloned();
            }
        }
        let unknown = || forms.iter().zip(nodes).filter(|(form, _)| form.is_none());
        let unknown: Vec<u32> = unknown().map(|(_, &node)| node).collect();
        let mut read = self.facet.columns[column].displays(&unknown)?.into_iter();
        let mut known = self.forms.lock().unwrap_or_else(PoisonError::into_inner);
        let forms = forms.into_iter().zip(nodes).map(|(form, &node)| {
            form.unwrap_or_else(|| {
                let form = read.next().unwrap_or_default();
                if self.budget.take(form.len() + FORM) {
                    known.insert((column, node), form.clone());
                }
                form
            })
        });
        Ok(forms.collect())
    }

    /// The numbers of all documents, made if this is not the first time that they are asked for
    /// and there is room for them.
    pub(in crate::index) fn dense(&self, watch: &Watch) -> Result<Option<Arc<Dense>>> {
        let set = |state| *self.dense.lock().unwrap_or_else(PoisonError::into_inner) = state;
        {
            let mut state = self.dense.lock().unwrap_or_else(PoisonError::into_inner);
            match &*state {
                State::Kept(dense) => return Ok(Some(Arc::clone(dense))),
                State::Making | State::Refused => return Ok(None),
                State::New => {
                    *state = State::Asked;
                    return Ok(None);
                }
                State::Asked => *state = State::Making,
            }
        }
        if let Err(error) = self.facet.open() {
            set(State::Asked);
            return Err(error);
        }
        let most = Dense::most_bytes(&self.facet, &self.numbering, self.documents);
        let Some(most) = most.filter(|&most| self.budget.take(most)) else {
            set(State::Refused);
            return Ok(None);
        };
        match Dense::read(&self.facet, &self.numbering, self.documents, watch) {
            Ok(dense) => {
                self.budget.give_back(most - dense.bytes().min(most));
                let dense = Arc::new(dense);
                set(State::Kept(Arc::clone(&dense)));
                Ok(Some(dense))
            }
            Err(error) => {
                self.budget.give_back(most);
                set(State::Asked);
                Err(error)
            }
        }
    }

    /// The counts of all documents, if they are kept.
    pub(in crate::index) fn corpus(&self) -> Option<Arc<SegmentTotals>> {
        match &*self.corpus.lock().unwrap_or_else(PoisonError::into_inner) {
            State::Kept(totals) => Some(Arc::clone(totals)),
            _ => None,
        }
    }

    /// Keeps the counts of all documents, if there is room.
    pub(in crate::index) fn keep_corpus(&self, totals: &Arc<SegmentTotals>) {
        let mut state = self.corpus.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*state, State::New) {
            *state = if self.budget.take(totals.bytes()) {
                State::Kept(Arc::clone(totals))
            } else {
                State::Refused
            };
        }
    }
}

/// What is kept of the facets that are asked for together, of one segment: that is mostly the same
/// ones again and again.
#[derive(Debug, Default)]
pub(in crate::index) struct KeptRows(Mutex<Together>);

#[derive(Debug)]
struct Together {
    /// The names of the facets.
    names: Vec<String>,
    rows: State<Rows>,
}

impl Default for Together {
    fn default() -> Self {
        Self {
            names: Vec::new(),
            rows: State::New,
        }
    }
}

/// How to count the hits of facets that are asked for together.
#[derive(Debug)]
pub(in crate::index) enum HowKept {
    /// By what is kept of them together.
    Together(Arc<Rows>),
    /// From what was written: if the same ones are asked for again, they will be kept together.
    Later,
    /// Each facet by what is kept of it alone.
    Alone,
}

impl KeptRows {
    /// The numbers of all documents for these facets, made if they are asked for together once more
    /// and there is room. Once there are rows for some facets, there are none for others.
    pub(in crate::index) fn rows(
        &self,
        names: Vec<String>,
        facets: &[Arc<KeptFacet>],
        documents: u32,
        budget: &Budget,
        watch: &Watch,
    ) -> Result<HowKept> {
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        {
            let mut together = lock();
            let is_same = together.names == names;
            match &together.rows {
                State::Kept(rows) if is_same => return Ok(HowKept::Together(Arc::clone(rows))),
                State::Kept(_) => return Ok(HowKept::Alone),
                State::Making => return Ok(HowKept::Later),
                State::Refused if is_same => return Ok(HowKept::Alone),
                State::Asked if is_same => together.rows = State::Making,
                State::New | State::Asked | State::Refused => {
                    together.names = names;
                    together.rows = State::Asked;
                    return Ok(HowKept::Later);
                }
            }
        }
        let set = |rows| lock().rows = rows;
        if let Err(error) = facets.iter().try_for_each(|kept| kept.facet.open()) {
            set(State::Asked);
            return Err(error);
        }
        let most = Rows::most_bytes(facets, documents);
        let Some(most) = most.filter(|&most| budget.take(most)) else {
            set(State::Refused);
            return Ok(HowKept::Alone);
        };
        match Rows::read(facets, documents, watch) {
            Ok(Some(rows)) => {
                budget.give_back(most - rows.bytes().min(most));
                let rows = Arc::new(rows);
                set(State::Kept(Arc::clone(&rows)));
                Ok(HowKept::Together(rows))
            }
            Ok(None) => {
                budget.give_back(most);
                set(State::Refused);
                Ok(HowKept::Alone)
            }
            Err(error) => {
                budget.give_back(most);
                set(State::Asked);
                Err(error)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use super::*;
    use crate::*;

    #[test]
    fn no_more_is_taken_than_there_is() {
        let budget = Budget::new(100);
        assert!(budget.take(60));
        assert!(!budget.take(41));
        assert_eq!(budget.left(), 40);
        budget.give_back(10);
        assert!(budget.take(50));
        assert!(!budget.take(1));
    }

    /// Every document has an actor of its own.
    fn index() -> Index {
        let index = Index::create_in_memory(Schema::default()).unwrap();
        let mut writer = index.writer().unwrap();
        for number in 0..600 {
            let document = Document::new(format!("d{number}"))
                .body("tanker")
                .facet("actor", format!("Person {number:03}"))
                .facet("country", format!("Country {}", number % 7))
                .facet("topic", format!("sea/ship/{}", number % 11))
                .facet("topic", format!("sea/{}", number % 5));
            writer.put(document).unwrap();
        }
        writer.commit().unwrap();
        index
    }

    #[test]
    fn what_is_kept_stays_within_the_limit_and_changes_no_count() {
        let index = index();
        let ask = |question: SearchRequest| question.all_facets().top(3);
        let questions = [
            ask(SearchRequest::query("tanker").unwrap()),
            ask(SearchRequest::all()),
        ];
        let mut kept = Vec::new();
        let mut expected = None;
        for limit in [0, 300, 3_000, 10_000, 1 << 20] {
            let searcher = index.clone().with_facet_memory(limit).searcher().unwrap();
            for _ in 0..3 {
                for question in &questions {
                    let facets = searcher.search(question).unwrap().facets;
                    assert_eq!(facets.get("actor").unwrap().distinct, 600);
                    assert_eq!(*expected.get_or_insert(facets.clone()), facets);
                    assert!(searcher.facet_memory() <= limit, "of {limit}");
                }
            }
            kept.push(searcher.facet_memory());
        }
        assert_eq!(kept[0], 0);
        assert!(kept.is_sorted_by(|a, b| a < b), "{kept:?}");
    }

    #[test]
    fn who_is_stopped_while_laying_out_leaves_nothing_behind() {
        let budget = Arc::new(Budget::new(1 << 20));
        let nothing = SegmentFacet {
            columns: Vec::new(),
            is_nested: false,
            tree: None,
            fold: None,
        };
        let kept = KeptFacet::new(nothing, 100, Arc::clone(&budget)).unwrap();
        let control = Control {
            cancelled: Some(Arc::new(AtomicBool::new(true))),
            ..Control::default()
        };
        let stopped = Watch::new(&control);
        assert!(kept.dense(&Watch::default()).unwrap().is_none());
        let error = kept.dense(&stopped).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Cancelled);
        assert_eq!(budget.left(), 1 << 20);
        let dense = kept.dense(&Watch::default()).unwrap().unwrap();
        assert_eq!(budget.left(), (1 << 20) - dense.bytes());

        let (rows, facets) = (KeptRows::default(), [Arc::new(kept)]);
        let left = budget.left();
        let ask = |name: &str, watch| rows.rows(vec![name.into()], &facets, 100, &budget, watch);
        let free = Watch::default();
        assert!(matches!(ask("a", &free).unwrap(), HowKept::Later));
        let error = ask("a", &stopped).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Cancelled);
        assert_eq!(budget.left(), left);
        assert!(matches!(ask("b", &free).unwrap(), HowKept::Later));
        let HowKept::Together(made) = ask("b", &free).unwrap() else {
            panic!("they were asked for twice");
        };
        assert_eq!(budget.left(), left - made.bytes());
        assert!(matches!(ask("a", &free).unwrap(), HowKept::Alone));
        assert!(matches!(ask("b", &free).unwrap(), HowKept::Together(_)));
    }
}
