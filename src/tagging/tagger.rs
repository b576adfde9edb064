//! The tagger: made once from vocabularies, asked for each article.

use std::collections::HashMap;

use super::article::Article;
use super::cues::{AGAINST, CUES, Cue, UNKNOWN};
use super::salience::{Salience, Signs};
use super::settle::{Named, settle};
use super::sightings::{ACTOR, COUNTRY, MAX_SURFACES, Places, Sightings};
use super::tags::{Rule, Surface, Tag, Tags};
use crate::document::PartialDate;
use crate::schema::Origin;
use crate::vocabulary::{Day, Entry, EntryId, Kind, Matcher, Meaning, QuickMap, Vocabulary};

/// The most tags of one vocabulary that an article gets; those named least often are left out.
const MAX_TAGS: usize = 200;

/// The vocabularies, in the order of their lists.
pub(super) const VOCABULARIES: [&str; 2] = ["country", "actor"];

/// Finds the countries and actors of articles. Made once; asking needs no more than a reference.
#[derive(Debug)]
pub struct Tagger {
    matcher: Matcher,
    pub(super) countries: Vocabulary,
    pub(super) actors: Vocabulary,
    /// By the code of a country.
    pub(super) codes: HashMap<String, EntryId>,
    cues: HashMap<EntryId, Known>,
    unknown: Known,
    salience: [Salience; 2],
}

/// A row of the table of cues, with its countries and phrases as entries.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) cue: &'static Cue,
    pub(super) near: Vec<EntryId>,
    pub(super) pro: Vec<EntryId>,
    pub(super) contra: Vec<EntryId>,
}

impl Tagger {
    /// Makes the names of the vocabularies ready; takes time and memory as they are large.
    ///
    /// # Panics
    /// Never: the table of cues is part of the program, and a test compiles it.
    pub fn new(countries: &Vocabulary, actors: &Vocabulary) -> Self {
        let mut matcher = Matcher::default();
        let is_country = |id| countries.entry(id).kind() != Kind::Region;
        matcher.push(countries, is_country);
        for phrase in AGAINST {
            matcher.set_against(COUNTRY, phrase);
        }
        matcher.push(actors, |_| true);
        let phrases = phrases();
        let ids: HashMap<String, EntryId> = phrases
            .entries()
            .map(|entry| (entry.name().to_owned(), entry.id()))
            .collect();
        matcher.push(&phrases, |_| true);

        let mut codes = HashMap::new();
        for entry in countries.entries() {
            for name in entry.names().filter(|name| name.text.len() == 2) {
                if let Meaning::One(id) = countries.look_up(name.text) {
                    codes.insert(name.text.to_owned(), id);
                }
            }
        }
        let known = |cue: &'static Cue| Known {
            cue,
            near: cue
                .near
                .iter()
                .filter_map(|&code| codes.get(code).copied())
                .collect(),
            pro: cue
                .pro
                .iter()
                .filter_map(|&phrase| ids.get(phrase).copied())
                .collect(),
            contra: cue
                .contra
                .iter()
                .filter_map(|&phrase| ids.get(phrase).copied())
                .collect(),
        };
        let cues = CUES
            .iter()
            .filter_map(|cue| Some((*codes.get(cue.code)?, known(cue))))
            .collect();
        Self {
            matcher,
            countries: countries.clone(),
            actors: actors.clone(),
            unknown: known(&UNKNOWN),
            codes,
            cues,
            salience: [Salience::default(), Salience::default()],
        }
    }

    /// Tells what countries an article is about by other weights or another threshold.
    pub fn with_salience(mut self, salience: Salience) -> Self {
        self.salience[COUNTRY] = salience;
        self
    }

    /// The countries and actors of an article.
    pub fn tag(&self, article: &Article<'_>) -> Tags {
        let sightings = Sightings::gather(&self.matcher, article, self);
        if sightings.lists.iter().all(Vec::is_empty) {
            return Tags::default();
        }
        let (named, ambiguous) = settle(self, article, &sightings);
        let mut tags = Vec::new();
        for (list, named) in named.iter().enumerate() {
            tags.extend(self.weigh(list, named, &sightings));
        }
        Tags { tags, ambiguous }
    }

    /// What is known of a word that stands in a name; 0 for other words.
    pub(super) fn mark(&self, exact: &str) -> u64 {
        self.matcher.mark(exact)
    }

    /// The tags of one vocabulary, from names and what they mean.
    fn weigh(&self, list: usize, named: &[Named], sightings: &Sightings) -> Vec<Tag> {
        let vocabulary = self.vocabulary(list);
        let mut found: Vec<Sum> = Vec::new();
        let mut places: QuickMap<EntryId, usize> = QuickMap::default();
        let mut total = 0;
        for name in named {
            let sighting = &sightings.lists[list][name.sighting];
            let at = *places.entry(name.entry).or_insert(found.len());
            if at == found.len() {
                found.push(Sum::new(name.entry, name.rule));
            }
            found[at].add(
                name.rule,
                &sighting.signs,
                sighting.order,
                &sighting.surfaces,
            );
            total += u64::from(sighting.signs.title) + u64::from(sighting.signs.body);
        }
        let mut orders: Vec<u32> = found.iter().map(|sum| sum.order).collect();
        orders.sort_unstable();
        let others = found.len().saturating_sub(1) as u32;
        let mut tags: Vec<Tag> = found
            .into_iter()
            .map(|sum| {
                let mut signs = sum.signs;
                signs.others = others;
                signs.words = sightings.words;
                signs.before = orders.partition_point(|&order| order < sum.order) as u32;
                let mentions = signs.title.saturating_add(signs.body);
                signs.share = f64::from(mentions) / (total.max(1) as f64);
                let likelihood = self.salience[list].likelihood(&signs);
                let is_about = likelihood >= self.salience[list].threshold;
                let sure = 1.0 - (1.0 - sum.rule.confidence()) / (1.0 + f64::from(mentions).ln());
                Tag {
                    vocabulary: VOCABULARIES[list],
                    entry: sum.entry,
                    name: vocabulary.entry(sum.entry).name().to_owned(),
                    origin: if is_about {
                        Origin::About
                    } else {
                        Origin::Mentioned
                    },
                    rule: sum.rule,
                    confidence: rounded(if is_about { likelihood } else { sure }),
                    mentions,
                    surfaces: sum.surfaces,
                    signs,
                }
            })
            .collect();
        tags.sort_by(|a, b| {
            let rank = |tag: &Tag| (tag.origin, std::cmp::Reverse(tag.mentions));
            rank(a).cmp(&rank(b)).then_with(|| a.entry.cmp(&b.entry))
        });
        tags.truncate(MAX_TAGS);
        tags
    }

    pub(super) fn vocabulary(&self, list: usize) -> &Vocabulary {
        match list {
            ACTOR => &self.actors,
            _ => &self.countries,
        }
    }

    /// What is known of a name of a country that means other things as well.
    pub(super) fn cue(&self, country: EntryId) -> &Known {
        self.cues.get(&country).unwrap_or(&self.unknown)
    }
}

impl Places for Tagger {
    fn is_place_too(&self, entry: EntryId) -> bool {
        self.cue(entry).cue.place_too
    }
}

/// What all names of an entry come to.
struct Sum {
    entry: EntryId,
    rule: Rule,
    signs: Signs,
    order: u32,
    surfaces: Vec<Surface>,
}

impl Sum {
    fn new(entry: EntryId, rule: Rule) -> Self {
        Self {
            entry,
            rule,
            signs: Signs {
                first: u32::MAX,
                ..Signs::default()
            },
            order: u32::MAX,
            surfaces: Vec::new(),
        }
    }

    fn add(&mut self, rule: Rule, signs: &Signs, order: u32, surfaces: &[Surface]) {
        let sum = &mut self.signs;
        sum.title = sum.title.saturating_add(signs.title);
        sum.body = sum.body.saturating_add(signs.body);
        sum.lead += signs.lead;
        sum.opening += signs.opening;
        sum.dateline |= signs.dateline;
        sum.named = sum.named.saturating_add(signs.named);
        sum.demonyms = sum.demonyms.saturating_add(signs.demonyms);
        sum.first = sum.first.min(signs.first);
        self.rule = self.rule.min(rule);
        self.order = self.order.min(order);
        self.surfaces.extend_from_slice(surfaces);
        self.surfaces
            .sort_by_key(|surface| (surface.field, surface.range.start));
        self.surfaces.truncate(MAX_SURFACES);
    }
}

/// The first and last day of the time an article was written in.
pub(super) fn days(date: PartialDate) -> (Day, Day) {
    use crate::document::Precision;
    let (year, month, day) = date.ymd();
    let (month, day) = (month.unsigned_abs(), day.unsigned_abs());
    match date.precision() {
        Precision::Year => (Day::first_of(year), Day::last_of(year)),
        Precision::Month => (Day::new(year, month, 1), Day::new(year, month, 31)),
        _ => (Day::new(year, month, day), Day::new(year, month, day)),
    }
}

/// Every phrase of the cues, as a vocabulary.
fn phrases() -> Vocabulary {
    let mut phrases: Vec<&str> = CUES
        .iter()
        .flat_map(|cue| cue.pro.iter().chain(cue.contra))
        .copied()
        .collect();
    phrases.sort_unstable();
    phrases.dedup();
    let entries: Vec<Entry> = phrases
        .into_iter()
        .map(|phrase| Entry::new(phrase, Kind::Other))
        .collect();
    Vocabulary::compile(&entries).expect("the phrases are names, once each")
}

fn rounded(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}
