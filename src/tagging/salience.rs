//! What an article is about, from where and how often it is named.
//!
//! Every sign has a weight; their sum goes through the logistic function, and what comes to at
//! least [`Salience::threshold`] is what the article is about.

/// What tells how much an article is about something.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct Signs {
    /// Times in the title.
    pub title: u32,
    /// Times in the body.
    pub body: u32,
    /// Times among the first [`LEAD`](Signs::LEAD) words of the body, beside the dateline.
    pub lead: u32,
    /// Times among the first [`OPENING`](Signs::OPENING) words of the body, with those.
    pub opening: u32,
    /// In the dateline: where the article was written.
    pub dateline: bool,
    /// Times by its own name, and not by that of its people or of a place in it.
    pub named: u32,
    /// Times by the name of its people.
    pub demonyms: u32,
    /// Words of the body before the first time in it, the dateline aside.
    pub first: u32,
    /// Its part of the mentions of everything of its kind, from 0 to 1.
    pub share: f64,
    /// How many others of its kind the article names.
    pub others: u32,
    /// How many others of its kind are named before it, title first.
    pub before: u32,
    /// Words of the body.
    pub words: u32,
}

impl Signs {
    /// The words that an article begins with.
    pub const LEAD: u32 = 30;
    /// The words of the first paragraphs.
    pub const OPENING: u32 = 90;
    /// How many numbers a weight stands for.
    pub const LEN: usize = 16;

    /// The signs as numbers, of about the same size; what each is stands in `docs/tagging.md`.
    pub fn numbers(&self) -> [f64; Self::LEN] {
        let flag = |is: bool| f64::from(u8::from(is));
        let times = self.title + self.body;
        let beside = times - u32::from(self.dateline).min(times);
        [
            1.0,
            flag(self.title > 0 && self.named > 0),
            flag(self.title > 0 && self.named == 0),
            flag(self.lead > 0),
            flag(self.opening > 0),
            flag(self.dateline),
            f64::from(beside).ln_1p(),
            self.share,
            flag(self.named + self.demonyms == 0),
            flag(self.named == 0 && self.demonyms > 0),
            f64::from(self.others).ln_1p(),
            flag(self.before == 0),
            f64::from(self.first).ln_1p() / 4.0,
            flag(self.dateline && beside == 0),
            f64::from(self.named).ln_1p(),
            f64::from(self.words).ln_1p() / 4.0,
        ]
    }
}

/// Weights of the signs, and how much is enough.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Salience {
    /// A weight for each number of [`Signs::numbers`].
    pub weights: [f64; Signs::LEN],
    /// What is at least this likely, the article is about: from 0 to 1.
    pub threshold: f64,
}

impl Default for Salience {
    /// Those of news articles; how they were chosen stands in `docs/tagging.md`.
    fn default() -> Self {
        Self {
            weights: [
                -1.8, 0.8, 0.3, 0.5, 0.3, 1.6, 1.2, 0.4, -0.6, -0.6, 0.0, 0.3, -1.0, 0.5, 0.4, -0.2,
            ],
            threshold: 0.5,
        }
    }
}

impl Salience {
    /// The same threshold over other weights.
    pub fn with_weights(mut self, weights: [f64; Signs::LEN]) -> Self {
        self.weights = weights;
        self
    }

    /// The same weights under another threshold, from 0 to 1.
    pub fn with_threshold(mut self, threshold: f64) -> Self {
        self.threshold = threshold;
        self
    }

    /// How likely an article is about something with these signs, from 0 to 1.
    pub fn likelihood(&self, signs: &Signs) -> f64 {
        let pairs = self.weights.iter().zip(signs.numbers());
        let sum: f64 = pairs.map(|(weight, number)| weight * number).sum();
        1.0 / (1.0 + (-sum).exp())
    }

    /// Whether an article is about it.
    pub fn is_about(&self, signs: &Signs) -> bool {
        self.likelihood(signs) >= self.threshold
    }
}
