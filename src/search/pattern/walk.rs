//! A pattern on its way through the dictionaries of an index: many words, one byte after the other.

use super::{Partial, State, WordPattern, fuzzy};

/// Walks dictionaries for a pattern. Of a fuzzy word, what one walk found out serves the next.
#[derive(Debug)]
pub(crate) enum Walk<'p> {
    Plain(&'p WordPattern),
    Fuzzy(fuzzy::Walk<'p>),
}

/// How far a walk has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WalkState {
    Plain(State),
    Fuzzy(u32, Partial),
}

impl WalkState {
    const DEAD: Self = Self::Plain(State::Dead);

    /// Whether nothing fits any more.
    #[inline]
    pub(crate) fn is_dead(self) -> bool {
        self == Self::DEAD
    }
}

impl Walk<'_> {
    /// Before the first byte of a word.
    pub(crate) fn start(&self) -> WalkState {
        match self {
            Self::Plain(pattern) => WalkState::Plain(pattern.start()),
            Self::Fuzzy(_) => WalkState::Fuzzy(fuzzy::Walk::START, Partial::default()),
        }
    }

    /// After one more byte.
    #[inline]
    pub(crate) fn step(&self, state: WalkState, byte: u8) -> WalkState {
        match (self, state) {
            (Self::Plain(pattern), WalkState::Plain(state)) => {
                WalkState::Plain(pattern.step(state, byte))
            }
            (Self::Fuzzy(walk), WalkState::Fuzzy(row, mut partial)) => match partial.take(byte) {
                Ok(None) => WalkState::Fuzzy(row, partial),
                Ok(Some(c)) => match walk.step(row, c) {
                    Some(row) => WalkState::Fuzzy(row, partial),
                    None => WalkState::DEAD,
                },
                Err(()) => WalkState::DEAD,
            },
            _ => WalkState::DEAD,
        }
    }

    /// Whether a word that ends here fits.
    pub(crate) fn fits(&self, state: WalkState) -> bool {
        match (self, state) {
            (Self::Plain(pattern), WalkState::Plain(state)) => pattern.fits(state),
            (Self::Fuzzy(walk), WalkState::Fuzzy(row, partial)) => {
                partial.missing == 0 && walk.fits(row)
            }
            _ => false,
        }
    }
}
