//! Finds many sequences of terms in a text at once, in time that grows with the text alone
//! (Aho and Corasick's automaton, over terms instead of characters).

use std::collections::{HashMap, VecDeque};

/// The most sequences reported at one place, the longest first: more than this end together only
/// in a query that is made of one word repeated.
const MOST_AT_ONCE: usize = 16;

/// A state of the automaton; 0 is the beginning.
pub(super) type State = u32;

/// The automaton of some sequences.
#[derive(Debug)]
pub(super) struct Automaton {
    /// The number of each term that occurs in a sequence.
    terms: HashMap<String, u32>,
    steps: HashMap<(State, u32), State>,
    /// Where each term leads from the beginning.
    beginnings: Vec<State>,
    nodes: Vec<Node>,
    longest: usize,
}

#[derive(Debug, Clone, Copy, Default)]
struct Node {
    length: u32,
    /// The longest other sequence that this one ends like.
    shorter: State,
    /// The longest such sequence that is a whole one.
    shorter_whole: State,
    /// Whose whole sequence this is.
    clause: Option<usize>,
}

impl Automaton {
    /// Makes the automaton of sequences, each with the clause it belongs to.
    pub(super) fn new<'a>(sequences: impl Iterator<Item = (usize, &'a [String])>) -> Self {
        let mut automaton = Self {
            terms: HashMap::new(),
            steps: HashMap::new(),
            beginnings: Vec::new(),
            nodes: vec![Node::default()],
            longest: 0,
        };
        let mut children: Vec<Vec<(u32, State)>> = vec![Vec::new()];
        for (clause, sequence) in sequences {
            automaton.longest = automaton.longest.max(sequence.len());
            let mut state = 0;
            for term in sequence {
                let next_term = automaton.terms.len() as u32;
                let term = *automaton.terms.entry(term.clone()).or_insert(next_term);
                let next_state = automaton.nodes.len() as State;
                let next = *automaton.steps.entry((state, term)).or_insert(next_state);
                if next == next_state {
                    automaton.nodes.push(Node {
                        length: automaton.nodes[state as usize].length + 1,
                        ..Node::default()
                    });
                    children.push(Vec::new());
                    children[state as usize].push((term, next));
                }
                state = next;
            }
            automaton.nodes[state as usize].clause.get_or_insert(clause);
        }
        automaton.beginnings = vec![0; automaton.terms.len()];
        for &(term, child) in &children[0] {
            automaton.beginnings[term as usize] = child;
        }
        automaton.link(&children);
        automaton
    }

    /// Finds for every state what it ends like, the short ones first.
    fn link(&mut self, children: &[Vec<(u32, State)>]) {
        let mut queue = VecDeque::from([0]);
        while let Some(state) = queue.pop_front() {
            for &(term, child) in &children[state as usize] {
                if state != 0 {
                    let shorter = self.go(self.nodes[state as usize].shorter, term);
                    let node = self.nodes[shorter as usize];
                    let whole = if node.clause.is_some() {
                        shorter
                    } else {
                        node.shorter_whole
                    };
                    self.nodes[child as usize].shorter = shorter;
                    self.nodes[child as usize].shorter_whole = whole;
                }
                queue.push_back(child);
            }
        }
    }

    /// Terms of the longest sequence.
    pub(super) fn longest(&self) -> usize {
        self.longest
    }

    /// Its terms.
    pub(super) fn terms(&self) -> impl Iterator<Item = &str> {
        self.terms.keys().map(String::as_str)
    }

    /// The number of a term, if it occurs in a sequence.
    pub(super) fn number(&self, term: &str) -> Option<u32> {
        self.terms.get(term).copied()
    }

    /// Takes the next term of a text, by its number.
    #[inline]
    pub(super) fn step(&self, state: State, term: Option<u32>) -> State {
        term.map_or(0, |term| self.go(state, term))
    }

    fn go(&self, mut state: State, term: u32) -> State {
        while state != 0 {
            if let Some(&next) = self.steps.get(&(state, term)) {
                return next;
            }
            state = self.nodes[state as usize].shorter;
        }
        self.beginnings[term as usize]
    }

    /// The clauses whose sequences end in this state, and how many terms they have.
    pub(super) fn ends(&self, state: State) -> impl Iterator<Item = (usize, usize)> {
        let node = self.nodes[state as usize];
        let first = if node.clause.is_some() {
            state
        } else {
            node.shorter_whole
        };
        std::iter::successors(Some(first), |&state| {
            Some(self.nodes[state as usize].shorter_whole)
        })
        .take_while(|&state| state != 0)
        .take(MOST_AT_ONCE)
        .filter_map(|state| {
            let node = self.nodes[state as usize];
            Some((node.clause?, node.length as usize))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(sequences: &[&str], text: &str) -> Vec<(usize, usize, usize)> {
        let sequences: Vec<Vec<String>> = sequences
            .iter()
            .map(|sequence| sequence.split(' ').map(str::to_owned).collect())
            .collect();
        let automaton = Automaton::new(sequences.iter().map(Vec::as_slice).enumerate());
        let mut state = 0;
        let mut found = Vec::new();
        for (at, term) in text.split(' ').enumerate() {
            state = automaton.step(state, automaton.number(term));
            found.extend(automaton.ends(state).map(|(clause, n)| (at, clause, n)));
        }
        found
    }

    #[test]
    fn sequences_are_found_where_they_end_the_longest_first() {
        let check = |sequences: &[&str], text: &str, expected: &[(usize, usize, usize)]| {
            assert_eq!(ends(sequences, text), expected, "{sequences:?} in {text:?}");
        };
        check(&["a"], "b a a", &[(1, 0, 1), (2, 0, 1)]);
        check(&["a b", "b"], "a b b", &[(1, 0, 2), (1, 1, 1), (2, 1, 1)]);
        check(&["a a b"], "a a a b", &[(3, 0, 3)]);
        check(&["a b c", "b d"], "a b d", &[(2, 1, 2)]);
        check(&["a b"], "a x b", &[]);
        check(&["a", "a"], "a", &[(0, 0, 1)]);
    }
}
