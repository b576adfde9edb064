//! One look through an article: which names stand in it, where, and what is around them.

use super::article::Article;
use super::context::{Around, Verdict, is_list};
use super::salience::Signs;
use super::tags::{Surface, TextField};
use crate::analysis::Language;
use crate::vocabulary::{Doubt, EntryId, Found, Matcher, QuickMap, Role};

/// The most places that are kept of a name, and of a tag.
pub const MAX_SURFACES: usize = 16;

/// The most bytes of a dateline.
const DATELINE: usize = 100;

/// The most bytes between two names of a list.
const LIST_GAP: usize = 6;

/// The lists of names that are looked for, in the order in which the matcher holds them.
pub(super) const COUNTRY: usize = 0;
pub(super) const ACTOR: usize = 1;
pub(super) const CUE: usize = 2;

/// A name as it stands in an article.
#[derive(Debug)]
pub(super) struct Sighting {
    pub(super) entries: Vec<EntryId>,
    pub(super) role: Role,
    pub(super) doubt: Doubt,
    /// What the words around it say, each time.
    pub(super) pro: u32,
    pub(super) contra: u32,
    /// Whether one title of a person stands before it.
    pub(super) has_title: bool,
    pub(super) signs: Signs,
    /// Where it begins to stand: words, those of the title first.
    pub(super) order: u32,
    /// Letters of the name; capitals do not count as such where all is written in them.
    pub(super) letters: usize,
    pub(super) surfaces: Vec<Surface>,
}

/// The names of an article.
#[derive(Debug, Default)]
pub(super) struct Sightings {
    /// In the order of first sight, by list.
    pub(super) lists: [Vec<Sighting>; 2],
    /// How often each entry of the list of cues was met.
    pub(super) cues: QuickMap<EntryId, u32>,
    /// Words of the body.
    pub(super) words: u32,
}

/// Which names count as one: those of a node with the same doubt about them.
type Key = (usize, u32, Doubt);

/// What is known while a text is looked through.
struct Look<'a> {
    text: &'a str,
    field: TextField,
    has_capitals: bool,
    has_case: bool,
    dateline: usize,
    /// The last country, for lists: where it ends, whether it is sure, its place and its entry.
    previous: Option<(usize, bool, usize)>,
}

/// Tells for a country whether there is another place of its name, and which entry it is.
pub(super) trait Places {
    fn is_place_too(&self, entry: EntryId) -> bool;
}

impl Sightings {
    /// Looks through an article.
    pub(super) fn gather(matcher: &Matcher, article: &Article<'_>, places: &impl Places) -> Self {
        let mut sightings = Self::default();
        let mut known: QuickMap<Key, usize> = QuickMap::default();
        let language = (article.language != Language::UND).then(|| article.language.code());
        for field in TextField::ALL {
            let text = article.text(field);
            let mut look = Look {
                text,
                field,
                has_capitals: text.chars().any(char::is_uppercase),
                has_case: has_case(text, field),
                dateline: match field {
                    TextField::Title => 0,
                    TextField::Body => dateline(text),
                },
                previous: None,
            };
            // The body comes last, so that its words remain.
            let mut scan = matcher.scan(text, language);
            let mut add = |found| sightings.add(&mut known, &mut look, found, places);
            let words = match article.marked(field) {
                Some((marked, words)) => {
                    for &word in marked {
                        scan.marked(word, &mut add);
                    }
                    words
                }
                None => article.words(field, |word| scan.word(word, &mut add)),
            };
            scan.finish(&mut add);
            sightings.words = words;
        }
        sightings
    }

    fn add(
        &mut self,
        known: &mut QuickMap<Key, usize>,
        look: &mut Look<'_>,
        found: Found,
        places: &impl Places,
    ) {
        let Found {
            list,
            node,
            doubt,
            mention,
        } = found;
        if list == CUE {
            for entry in mention.entries {
                *self.cues.entry(entry).or_default() += 1;
            }
            return;
        }
        let range = mention.range;
        let Some(surface) = look.text.get(range.clone()) else {
            return;
        };
        // Where anything is written large, a name is.
        let is_small = look.has_capitals
            && !surface.contains(char::is_uppercase)
            && surface.contains(char::is_lowercase);
        let Some(sightings) = self.lists.get_mut(list).filter(|_| !is_small) else {
            return;
        };
        let at = *known.entry((list, node, doubt)).or_insert(sightings.len());
        if at == sightings.len() {
            sightings.push(Sighting {
                entries: mention.entries,
                role: mention.role,
                doubt,
                pro: 0,
                contra: 0,
                has_title: false,
                signs: Signs::default(),
                order: match look.field {
                    TextField::Title => mention.position,
                    TextField::Body => mention.position.saturating_add(1 << 20),
                },
                letters: surface.chars().filter(|c| c.is_alphanumeric()).count(),
                surfaces: Vec::new(),
            });
        }
        let is_sure = doubt == Doubt::None;
        let mut verdict = Verdict::Open;
        if !is_sure || list == ACTOR {
            let is_shouted = !surface.contains(char::is_lowercase);
            let around = Around::new(look.text, range.start, range.end);
            sightings[at].has_title |= around.has_title();
            if !is_sure {
                let has_case = look.has_case && !is_shouted;
                let place_too = sightings[at]
                    .entries
                    .iter()
                    .any(|&id| places.is_place_too(id));
                verdict = match list {
                    COUNTRY => around.of_country(has_case, place_too),
                    _ => around.of_person(has_case),
                };
            }
        }
        if list == COUNTRY {
            let linked = look.previous.filter(|&(end, ..)| {
                let gap = look.text.get(end..range.start).unwrap_or("?");
                gap.len() <= LIST_GAP && is_list(gap)
            });
            if let Some((_, was_sure, before)) = linked {
                // `Amman, Jordan`, `Syria and Jordan`; but `Atlanta, Georgia`.
                let same = sightings[before]
                    .entries
                    .iter()
                    .any(|id| sightings[at].entries.contains(id));
                let is_name = sightings[before].role != Role::Capital;
                if was_sure && !is_sure && (is_name || same) {
                    verdict = Verdict::For;
                }
                if !was_sure && is_sure && sightings[at].role != Role::Capital {
                    sightings[before].pro += 1;
                }
            }
            look.previous = Some((range.end, is_sure, at));
        }
        let sighting = &mut sightings[at];
        match verdict {
            Verdict::For => sighting.pro += 1,
            Verdict::Against => {
                sighting.contra += 1;
                return;
            }
            Verdict::Open => {}
        }
        let signs = &mut sighting.signs;
        match look.field {
            TextField::Title => signs.title += 1,
            TextField::Body if range.end <= look.dateline => {
                signs.body += 1;
                signs.dateline = true;
            }
            TextField::Body => {
                if signs.body == u32::from(signs.dateline) {
                    signs.first = mention.position;
                }
                signs.body = signs.body.saturating_add(1);
                signs.lead += u32::from(mention.position < Signs::LEAD);
                signs.opening += u32::from(mention.position < Signs::OPENING);
            }
        }
        match mention.role {
            Role::Name | Role::Code => signs.named = signs.named.saturating_add(1),
            Role::Demonym => signs.demonyms = signs.demonyms.saturating_add(1),
            _ => {}
        }
        if sighting.surfaces.len() < MAX_SURFACES {
            sighting.surfaces.push(Surface {
                field: look.field,
                range,
            });
        }
    }
}

/// Whether names can be told from words by their case: not in headlines that write every word
/// large, nor in text without small letters.
fn has_case(text: &str, field: TextField) -> bool {
    match field {
        TextField::Body => text.contains(char::is_lowercase),
        TextField::Title => {
            let words = text.split_whitespace().filter(|word| word.len() > 3);
            let (mut large, mut all) = (0, 0);
            for word in words {
                all += 1;
                large += usize::from(word.starts_with(char::is_uppercase));
            }
            2 * large <= all + 1
        }
    }
}

/// The end of a dateline such as `LONDON, March 31 -` or `AMMAN, Jordan (AP) —`; 0 if a text
/// begins with none.
fn dateline(text: &str) -> usize {
    let mut end = text.len().min(DATELINE);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let head = &text[..end];
    let first = head
        .split(|c: char| !c.is_alphanumeric())
        .find(|word| !word.is_empty());
    let is_place = first
        .is_some_and(|word| word.chars().nth(1).is_some() && word.chars().all(char::is_uppercase));
    if !is_place {
        return 0;
    }
    let dash = head.char_indices().find(|&(at, c)| {
        matches!(c, '-' | '\u{2013}' | '\u{2014}')
            && head[..at].ends_with(|c: char| c.is_whitespace() || c == ')')
    });
    dash.map(|(at, _)| &head[..at])
        .filter(|place| !place.contains('\n') && place.contains(char::is_alphanumeric))
        .map_or(0, str::len)
}

#[cfg(test)]
mod tests {
    use super::{TextField, dateline, has_case};

    #[test]
    fn datelines() {
        for (text, expected) in [
            ("LONDON, March 31 - Prices rose", 17),
            ("AMMAN, Jordan (AP) \u{2014} The king", 19),
            ("Amman - The king", 0),
            (" - LONDON said", 0),
            ("OPEC raised prices", 0),
            ("IBM\nis well-known - yes", 0),
            ("", 0),
        ] {
            assert_eq!(dateline(text), expected, "{text}");
        }
    }

    #[test]
    fn headlines_may_have_no_case() {
        for (text, expected) in [
            ("Talks in Chad break down over grain", true),
            ("Talks In Chad Break Down Over Grain", false),
            ("TALKS IN CHAD BREAK DOWN", false),
        ] {
            assert_eq!(has_case(text, TextField::Title), expected, "{text}");
        }
    }
}
