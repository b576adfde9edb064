//! What names mean: those that mean one thing, then, in their light, those that need context.

use super::article::Article;
use super::sightings::{ACTOR, COUNTRY, Sighting, Sightings};
use super::tagger::{Tagger, VOCABULARIES, days};
use super::tags::{Ambiguous, Rule};
use crate::vocabulary::{Day, Doubt, EntryId, EntryRef, Kind, QuickSet, Role};

/// Years before and after an office in which its holder may well be spoken of by surname.
const NEAR_OFFICE: i16 = 2;

/// Years before and after an office in which its holder is spoken of at all, by a whole name that
/// others may have as well.
const AROUND_OFFICE: i16 = 25;

/// The fewest letters by which a name written in capitals is known whatever its case.
const LETTERS: usize = 4;

/// A name and what it means.
#[derive(Debug)]
pub(super) struct Named {
    pub(super) sighting: usize,
    pub(super) entry: EntryId,
    pub(super) rule: Rule,
}

/// What becomes of a name that needs context.
enum Settled {
    Means(EntryId, Rule),
    /// It is something else.
    Else,
    Ambiguous,
}

/// What the names of an article mean, by list, and those that nothing tells.
pub(super) fn settle(
    tagger: &Tagger,
    article: &Article<'_>,
    sightings: &Sightings,
) -> ([Vec<Named>; 2], Vec<Ambiguous>) {
    let mut named = [Vec::new(), Vec::new()];
    let mut ambiguous = Vec::new();
    let mut settler = Settler {
        tagger,
        sightings,
        time: article.date.map(days),
        sure: [QuickSet::default(), QuickSet::default()],
        regions: QuickSet::default(),
    };
    for list in [COUNTRY, ACTOR] {
        settler.note_what_is_sure(list);
        for (at, sighting) in sightings.lists[list].iter().enumerate() {
            let settled = match list {
                COUNTRY => settler.country(sighting),
                _ => settler.actor(sighting),
            };
            match settled {
                _ if sighting.surfaces.is_empty() => {}
                Settled::Means(entry, rule) => named[list].push(Named {
                    sighting: at,
                    entry,
                    rule,
                }),
                Settled::Else => {}
                Settled::Ambiguous => ambiguous.push(Ambiguous {
                    vocabulary: VOCABULARIES[list],
                    names: sighting
                        .entries
                        .iter()
                        .map(|&id| tagger.vocabulary(list).entry(id).name().to_owned())
                        .collect(),
                    entries: sighting.entries.clone(),
                    mentions: sighting.signs.title + sighting.signs.body,
                    surface: sighting.surfaces[0].clone(),
                }),
            }
        }
        settler.sure[list].extend(named[list].iter().map(|named| named.entry));
    }
    (named, ambiguous)
}

struct Settler<'a> {
    tagger: &'a Tagger,
    sightings: &'a Sightings,
    time: Option<(Day, Day)>,
    /// The entries that some name means for certain, by list.
    sure: [QuickSet<EntryId>; 2],
    /// The regions that those countries lie in which are called by their own names.
    regions: QuickSet<EntryId>,
}

impl Settler<'_> {
    fn note_what_is_sure(&mut self, list: usize) {
        for sighting in &self.sightings.lists[list] {
            let Some(&entry) = sighting
                .entries
                .first()
                .filter(|_| sighting.doubt == Doubt::None)
            else {
                continue;
            };
            if sighting.surfaces.is_empty() {
                continue;
            }
            self.sure[list].insert(entry);
            if list == COUNTRY && sighting.role == Role::Name {
                self.regions
                    .extend(self.tagger.countries.entry(entry).parents().next());
            }
        }
    }

    fn country(&self, sighting: &Sighting) -> Settled {
        let plain = match sighting.role {
            Role::Demonym => Rule::Demonym,
            Role::Capital => Rule::Place,
            _ => Rule::Name,
        };
        let Some(&entry) = sighting.entries.first() else {
            return Settled::Else;
        };
        match sighting.doubt {
            Doubt::None => Settled::Means(entry, plain),
            Doubt::Case => self.of_unknown_case(COUNTRY, entry, sighting),
            Doubt::Said => self.said_country(entry, sighting),
            Doubt::Several => self.one_of(COUNTRY, sighting),
        }
    }

    /// A name of which only the capitals are to be seen.
    fn of_unknown_case(&self, list: usize, entry: EntryId, sighting: &Sighting) -> Settled {
        if self.sure[list].contains(&entry) || (sighting.letters >= LETTERS && sighting.contra == 0)
        {
            Settled::Means(entry, Rule::Context)
        } else {
            Settled::Ambiguous
        }
    }

    /// A name of a country that means other things as well.
    fn said_country(&self, entry: EntryId, sighting: &Sighting) -> Settled {
        let known = self.tagger.cue(entry);
        let met = |ids: &[EntryId]| {
            let times = ids.iter().filter_map(|id| self.sightings.cues.get(id));
            times.fold(0u32, |sum, &times| sum.saturating_add(times))
        };
        let sure = &self.sure[COUNTRY];
        let is_near = if known.cue.place_too || !known.near.is_empty() {
            known.near.iter().any(|id| sure.contains(id))
        } else {
            let region = self.tagger.countries.entry(entry).parents().next();
            region.is_some_and(|region| self.regions.contains(&region))
        };
        let mut pro = sighting
            .pro
            .saturating_add(met(&known.pro))
            .saturating_add(u32::from(is_near));
        if sure.contains(&entry) {
            pro = pro.saturating_add(2);
        }
        let mut contra = sighting.contra.saturating_add(met(&known.contra));
        if known.cue.place_too && !is_near {
            let us = self.tagger.codes.get("US");
            contra += u32::from(us.is_some_and(|us| sure.contains(us)));
        }
        if pro > contra || (contra == 0 && known.cue.usual) {
            Settled::Means(entry, Rule::Context)
        } else if contra > pro {
            Settled::Else
        } else {
            Settled::Ambiguous
        }
    }

    /// A name of several entries.
    fn one_of(&self, list: usize, sighting: &Sighting) -> Settled {
        let vocabulary = self.tagger.vocabulary(list);
        let is_of_its_time = |id: &&EntryId| {
            let entry = vocabulary.entry(**id);
            self.time
                .is_none_or(|time| exists(&entry, time) && held_office(&entry, time, 0))
        };
        let mut left: Vec<EntryId> = sighting
            .entries
            .iter()
            .filter(is_of_its_time)
            .copied()
            .collect();
        if left.is_empty() {
            left.clone_from(&sighting.entries);
        }
        let named: Vec<EntryId> = left
            .iter()
            .filter(|id| self.sure[list].contains(id))
            .copied()
            .collect();
        if let [one] = named.as_slice() {
            return Settled::Means(*one, Rule::Context);
        }
        if self.time.is_none() {
            left.retain(|&id| {
                let entry = vocabulary.entry(id);
                entry.until().is_none() && (list == COUNTRY || entry.offices().next().is_none())
            });
        }
        if let [one] = left.as_slice() {
            return Settled::Means(*one, Rule::Time);
        }
        let of_country: Vec<EntryId> = left
            .iter()
            .filter(|&&id| list == ACTOR && self.names_a_country_of(id))
            .copied()
            .collect();
        match of_country.as_slice() {
            [one] => Settled::Means(*one, Rule::Context),
            _ => Settled::Ambiguous,
        }
    }

    fn actor(&self, sighting: &Sighting) -> Settled {
        let Some(&entry) = sighting.entries.first() else {
            return Settled::Else;
        };
        match sighting.doubt {
            Doubt::None => self.plain_actor(entry, sighting),
            Doubt::Case => self.of_unknown_case(ACTOR, entry, sighting),
            Doubt::Said => self.said_actor(entry, sighting),
            Doubt::Several => self.one_of(ACTOR, sighting),
        }
    }

    /// A name of one actor alone, as far as the vocabulary knows. A person of this name who never
    /// was in office is another: something has to speak for the one in the vocabulary.
    fn plain_actor(&self, id: EntryId, sighting: &Sighting) -> Settled {
        let entry = self.tagger.actors.entry(id);
        let is_person = entry.kind() == Kind::Person;
        let is_out_of_time = self
            .time
            .is_some_and(|time| !held_office(&entry, time, AROUND_OFFICE));
        if is_person && is_out_of_time && !sighting.has_title && !self.names_a_country_of(id) {
            return Settled::Ambiguous;
        }
        Settled::Means(id, Rule::Name)
    }

    /// A name of an actor that means other things as well.
    fn said_actor(&self, id: EntryId, sighting: &Sighting) -> Settled {
        let entry = self.tagger.actors.entry(id);
        if self.sure[ACTOR].contains(&id) {
            return Settled::Means(id, Rule::Context);
        }
        if sighting.contra > sighting.pro {
            return Settled::Else;
        }
        if entry.kind() == Kind::Person {
            let in_time = self
                .time
                .is_none_or(|time| held_office(&entry, time, NEAR_OFFICE));
            if sighting.pro > 0 && in_time {
                return Settled::Means(id, Rule::Context);
            }
        } else if self.names_a_country_of(id) {
            return Settled::Means(id, Rule::Context);
        }
        Settled::Ambiguous
    }

    /// Whether a country of an actor is named for certain.
    fn names_a_country_of(&self, actor: EntryId) -> bool {
        let entry = self.tagger.actors.entry(actor);
        entry.countries().any(|code| {
            let country = self.tagger.codes.get(code);
            country.is_some_and(|country| self.sure[COUNTRY].contains(country))
        })
    }
}

/// Whether something was there at some moment of a time.
fn exists(entry: &EntryRef<'_>, (first, last): (Day, Day)) -> bool {
    entry.from().is_none_or(|from| from <= last) && entry.until().is_none_or(|until| until >= first)
}

/// Whether an office of somebody was held at a time, or some years before or after; so it is for
/// who never held one.
fn held_office(entry: &EntryRef<'_>, (first, last): (Day, Day), years: i16) -> bool {
    let mut is_known = false;
    for office in entry.offices() {
        is_known = true;
        let from = office.from.is_none_or(|from| from.years_on(-years) <= last);
        let until = office
            .until
            .is_none_or(|until| until.years_on(years) >= first);
        if from && until {
            return true;
        }
    }
    !is_known
}
