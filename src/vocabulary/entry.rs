//! What a vocabulary says of one thing: its names, what it is, where it belongs, and when it was.

use std::fmt;

/// The most bytes a name has.
pub const MAX_NAME_BYTES: usize = 1000;

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
#[non_exhaustive]
#[repr(u8)]
pub enum Kind {
    /// None of the others.
    #[default]
    Other = 0,
    /// A country or territory of today.
    Country = 1,
    /// A state that is no more.
    FormerState = 2,
    /// A part of the world, or any other group of countries.
    Region = 3,
    /// A person.
    Person = 4,
    /// An organisation across borders, a company, a party.
    Organisation = 5,
    /// An institution of a state.
    StateBody = 6,
    /// An armed group that is no state's.
    ArmedGroup = 7,
    /// A subject of articles.
    Topic = 8,
}

impl Kind {
    /// Every kind, in the order of its numbers.
    pub const ALL: [Self; 9] = [
        Self::Other,
        Self::Country,
        Self::FormerState,
        Self::Region,
        Self::Person,
        Self::Organisation,
        Self::StateBody,
        Self::ArmedGroup,
        Self::Topic,
    ];

    /// Its name in files and output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Other => "other",
            Self::Country => "country",
            Self::FormerState => "former state",
            Self::Region => "region",
            Self::Person => "person",
            Self::Organisation => "organisation",
            Self::StateBody => "state body",
            Self::ArmedGroup => "armed group",
            Self::Topic => "topic",
        }
    }

    /// The kind of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The kind of this number, as stored; unknown numbers are of no kind.
    pub(super) fn from_u8(number: u8) -> Self {
        Self::ALL
            .get(usize::from(number))
            .copied()
            .unwrap_or_default()
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How a name speaks of its entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
#[repr(u8)]
pub enum Role {
    /// It is called so.
    Name = 0,
    /// A code stands for it (`IRN`).
    Code = 1,
    /// Its people and what is theirs are called so (`Iranian`).
    Demonym = 2,
    /// Its capital: a hint in a text, and no name of the entry itself.
    Capital = 3,
}

impl Role {
    /// Whether a written value of this form is a value of the entry.
    pub fn folds(self) -> bool {
        self != Self::Capital
    }

    pub(super) fn from_u8(number: u8) -> Self {
        match number {
            0 => Self::Name,
            1 => Self::Code,
            2 => Self::Demonym,
            _ => Self::Capital,
        }
    }
}

/// One name of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Name {
    /// The name as it is written.
    pub text: String,
    /// The language in two or three letters of ISO 639, if it is a name in one alone.
    pub language: Option<String>,
    /// How it speaks of the entry.
    pub role: Role,
    /// In a text it is the name only if the case is the same (`US`, `us`).
    pub case: bool,
    /// It is a name of other things as well: a text has to say more.
    pub context: bool,
}

impl Name {
    /// A name without a language, that means one thing in every case.
    pub fn new(text: impl Into<String>, role: Role) -> Self {
        Self {
            text: text.into(),
            language: None,
            role,
            case: false,
            context: false,
        }
    }
}

/// A day as `year × 10000 + month × 100 + day`, so that numbers compare as days do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Day(pub(super) i32);

impl Day {
    /// The first day of a year.
    pub fn first_of(year: i16) -> Self {
        Self::new(year, 1, 1)
    }

    /// The last day of a year.
    pub fn last_of(year: i16) -> Self {
        Self::new(year, 12, 31)
    }

    /// A day; month and day are not checked.
    pub fn new(year: i16, month: u8, day: u8) -> Self {
        Self(i32::from(year) * 10_000 + i32::from(month) * 100 + i32::from(day))
    }

    /// The same day some years later, or earlier if they are negative.
    pub fn years_on(self, years: i16) -> Self {
        Self(self.0.saturating_add(i32::from(years) * 10_000))
    }

    /// Its year.
    pub fn year(self) -> i16 {
        self.0.div_euclid(10_000) as i16
    }

    /// As stored: 0 stands for no day.
    pub(super) fn to_stored(day: Option<Self>) -> u32 {
        day.map_or(0, |day| day.0 as u32)
    }

    pub(super) fn from_stored(number: u32) -> Option<Self> {
        (number != 0).then_some(Self(number as i32))
    }
}

impl fmt::Display for Day {
    /// The year alone at the ends of a year, since that is mostly all that is known.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rest = self.0.rem_euclid(10_000);
        match rest {
            101 | 1231 => write!(f, "{}", self.year()),
            _ => write!(f, "{:04}-{:02}-{:02}", self.year(), rest / 100, rest % 100),
        }
    }
}

/// An office that somebody held.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct Office {
    /// What it was, in English (`president`).
    pub role: String,
    /// The code of the country, or the name of the organisation; empty if it is not known.
    pub of: String,
    /// The first day, if it is known.
    pub from: Option<Day>,
    /// The last day, if it is known and past.
    pub until: Option<Day>,
}

/// One thing of a vocabulary, while it is being put together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Entry {
    /// Its names; the first is the one under which it is shown.
    pub names: Vec<Name>,
    /// What it is.
    pub kind: Kind,
    /// The names of the entries it belongs to; the first makes its path in the tree.
    pub parents: Vec<String>,
    /// The codes of the countries it has to do with.
    pub countries: Vec<String>,
    /// The day it began, for what has not always been.
    pub from: Option<Day>,
    /// The day it ended, for what is no more.
    pub until: Option<Day>,
    /// The offices of a person.
    pub offices: Vec<Office>,
    /// It is known, and not shown, counted or looked for.
    pub silent: bool,
}

impl Entry {
    /// An entry of this name, and nothing else.
    pub fn new(name: impl Into<String>, kind: Kind) -> Self {
        Self {
            names: vec![Name::new(name, Role::Name)],
            kind,
            parents: Vec::new(),
            countries: Vec::new(),
            from: None,
            until: None,
            offices: Vec::new(),
            silent: false,
        }
    }

    /// The name under which it is shown.
    pub fn name(&self) -> &str {
        self.names.first().map_or("", |name| &name.text)
    }
}
