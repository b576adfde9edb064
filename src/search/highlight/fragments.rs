//! Which fragments of a text to show, and where they begin and end.

use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation};

use super::Snippets;
use super::matcher::Found;

/// The most fragments of one text, whatever is asked for.
const MOST_FRAGMENTS: usize = 64;

/// Where a sentence begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sentence {
    pub start: usize,
    /// Characters before it.
    pub character: usize,
}

/// A place where a fragment may begin, and a fragment that was chosen.
#[derive(Debug, Clone, Copy)]
struct Span {
    start: usize,
    end: usize,
    /// Characters before `start` and `end`.
    characters: (usize, usize),
}

/// Chooses the fragments of a text, in its order, as byte ranges.
pub(super) fn choose(
    text: &str,
    found: &[Found],
    sentences: &[Sentence],
    options: &Snippets,
) -> Vec<(usize, usize)> {
    let characters = options.characters.max(1);
    if found.is_empty() {
        return beginning(text, characters, sentences).into_iter().collect();
    }
    let candidates = candidates(text, found, sentences, characters);
    let clauses = found
        .iter()
        .map(|found| found.clause() + 1)
        .max()
        .unwrap_or(0);
    let mut shown = vec![false; clauses];
    let mut chosen: Vec<Span> = Vec::new();
    while chosen.len() < options.fragments.min(MOST_FRAGMENTS) {
        let Some(best) = best(&candidates, found, &chosen, &shown, characters) else {
            break;
        };
        let matches = &found[best.first..best.last];
        for found in matches {
            shown[found.clause()] = true;
        }
        let last_match = matches.iter().map(Found::end).max().unwrap_or(0);
        let gap = &text[best.start..matches.first().map_or(best.start, Found::start)];
        let start = before(text, best.start + gap.len() - gap.trim_start().len());
        let neighbours = chosen.iter().map(|other| (other.start, other.end));
        let ceiling = neighbours
            .clone()
            .filter_map(|(other, _)| (other >= last_match).then_some(other))
            .min()
            .unwrap_or(text.len());
        let floor = neighbours
            .filter_map(|(_, other)| (other <= start).then_some(other))
            .max()
            .unwrap_or(0);
        let end = end_of(text, start, characters, last_match, ceiling, sentences);
        let start = if text[end..].trim_end().is_empty() {
            with_sentences_before(text, floor, start, end, characters, sentences)
        } else {
            start
        };
        let start_character = if start < best.start {
            best.character - text[start..best.start].chars().count()
        } else {
            best.character + text[best.start..start].chars().count()
        };
        chosen.push(Span {
            start,
            end,
            characters: (
                start_character,
                start_character + text[start..end].chars().count(),
            ),
        });
    }
    chosen.sort_by_key(|span| span.start);
    chosen
        .into_iter()
        .map(|span| (span.start, span.end))
        .collect()
}

/// The beginning of a text, if there is anything to see in it.
fn beginning(text: &str, characters: usize, sentences: &[Sentence]) -> Option<(usize, usize)> {
    let seen = text.trim_start();
    let at = text.len() - seen.len();
    let least = after(text, at + seen.chars().next()?.len_utf8());
    let start = before(text, at);
    let end = end_of(text, start, characters, start, text.len(), sentences);
    Some((start, end.max(least)))
}

/// A fragment that might be chosen, with the matches that lie in it.
#[derive(Debug, Clone, Copy)]
struct Window {
    start: usize,
    character: usize,
    first: usize,
    last: usize,
}

/// Where fragments may begin: at each sentence with a match, and before a match that stands too
/// deep in a long one. In the order of the text.
fn candidates(
    text: &str,
    found: &[Found],
    sentences: &[Sentence],
    characters: usize,
) -> Vec<Sentence> {
    let mut candidates: Vec<Sentence> = Vec::new();
    let mut sentence = 0;
    // The fragment inside a sentence that was begun last, by its last character.
    let mut reaches = 0;
    for found in found {
        while sentences
            .get(sentence + 1)
            .is_some_and(|next| next.start <= found.start())
        {
            sentence += 1;
            reaches = 0;
        }
        let begin = sentences.get(sentence).copied().unwrap_or(Sentence {
            start: found.start(),
            character: found.start_character(),
        });
        let is_new = candidates
            .last()
            .is_none_or(|last| last.start < begin.start);
        if found.end_character() <= begin.character.saturating_add(characters) {
            if is_new {
                candidates.push(begin);
            }
        } else if found.end_character() > reaches {
            let length = found.end_character() - found.start_character();
            let lead = (characters / 3).min(characters.saturating_sub(length));
            let start = lead_in(text, begin.start, found.start(), lead);
            let lead = text[start..found.start()].chars().count();
            let candidate = Sentence {
                start,
                character: found.start_character() - lead,
            };
            reaches = candidate.character.saturating_add(characters.max(length));
            if candidates.last().is_none_or(|last| last.start < start) {
                candidates.push(candidate);
            }
        }
    }
    candidates
}

/// The best fragment beside those already chosen: it shows the most clauses not yet shown, then
/// the most clauses, then the most matches, then it comes first.
fn best(
    candidates: &[Sentence],
    found: &[Found],
    chosen: &[Span],
    shown: &[bool],
    characters: usize,
) -> Option<Window> {
    let mut taken: Vec<Span> = chosen.to_vec();
    taken.sort_by_key(|span| span.start);
    let mut counts = vec![0_u32; shown.len()];
    let (mut new, mut different) = (0_usize, 0_usize);
    let (mut first, mut last) = (0, 0);
    let mut best: Option<((usize, usize, usize), Window)> = None;
    for candidate in candidates {
        // What an earlier choice shows is left out of this one.
        let after = taken.partition_point(|span| span.start <= candidate.start);
        let (mut start, mut character) = (candidate.start, candidate.character);
        if let Some(other) = taken[..after].last()
            && other.end > start
        {
            (start, character) = (other.end, other.characters.1);
        }
        let limit_byte = taken.get(after).map_or(usize::MAX, |span| span.start);
        let limit = candidate
            .character
            .max(character)
            .saturating_add(characters);

        while first < found.len() && found[first].start() < start {
            if first < last {
                let clause = found[first].clause();
                counts[clause] -= 1;
                if counts[clause] == 0 {
                    different -= 1;
                    new -= usize::from(!shown[clause]);
                }
            }
            first += 1;
        }
        last = last.max(first);
        while let Some(next) = found.get(last)
            && next.end() <= limit_byte
            // A match that is longer than a fragment makes the fragment longer.
            && (next.end_character() <= limit
                || last == first && next.start_character() <= limit)
        {
            counts[next.clause()] += 1;
            if counts[next.clause()] == 1 {
                different += 1;
                new += usize::from(!shown[next.clause()]);
            }
            last += 1;
        }
        let score = (new, different, last - first);
        if last > first && best.as_ref().is_none_or(|(other, _)| score > *other) {
            let window = Window {
                start,
                character,
                first,
                last,
            };
            best = Some((score, window));
        }
    }
    best.map(|(_, window)| window)
}

/// Signs that belong to what follows them.
const OPENING: &[char] = &[
    '"', '\'', '“', '‘', '„', '‚', '«', '‹', '(', '[', '{', '¿', '¡', '「', '『', '（', '【', '《',
];

/// A word's start with the quotes and brackets opened right before it.
pub(super) fn opening(text: &str, start: usize) -> usize {
    let head = &text[..start];
    let bare = head.trim_end_matches(OPENING);
    // A sign right after a word closes rather than opens.
    if bare.len() < start && bare.ends_with(|c: char| !c.is_whitespace() && !"。！？".contains(c))
    {
        return start;
    }
    // As many as a reader takes in at once: a text made of brackets opens nothing.
    if start - bare.len() > 16 {
        start
    } else {
        bare.len()
    }
}

/// Begins about `lead` characters before `at`, with a whole word, not before `floor`.
fn lead_in(text: &str, floor: usize, at: usize, lead: usize) -> usize {
    let floor = floor.min(at);
    let Some((from, _)) = text[floor..at].char_indices().rev().take(lead).last() else {
        return at;
    };
    let from = floor + from;
    if from == floor {
        return floor;
    }
    text[from..at]
        .split_word_bound_indices()
        .skip(1)
        .find(|(_, piece)| piece.chars().any(|c| !c.is_whitespace()))
        .map_or(at, |(offset, _)| from + offset)
}

/// Ends after about `characters` characters: with a sentence if one ends soon before, else with a
/// word. Not before `floor` (the end of a match), and not after `ceiling`.
fn end_of(
    text: &str,
    start: usize,
    characters: usize,
    floor: usize,
    ceiling: usize,
    sentences: &[Sentence],
) -> usize {
    let floor = floor.max(start);
    let limit = text[start..]
        .char_indices()
        .nth(characters)
        .map_or(text.len(), |(offset, _)| start + offset)
        .min(ceiling)
        .max(floor);
    let end = if limit == text.len() {
        limit
    } else {
        let next = sentences.partition_point(|sentence| sentence.start <= limit);
        let sentence = sentences[..next].last().map_or(0, |last| last.start);
        let enough = text[start..]
            .char_indices()
            .nth(characters / 5 * 3)
            .map_or(text.len(), |(offset, _)| start + offset);
        if sentence >= floor.max(enough) && sentence > start {
            sentence
        } else {
            last_word_end(text, floor, limit).unwrap_or(if floor > start { floor } else { limit })
        }
    };
    let end = floor + text[floor..end].trim_end().len();
    after(text, end)
}

/// A fragment that reaches the end of the text has room left: begins with the earliest sentence,
/// not before `floor`, with which it still fits.
fn with_sentences_before(
    text: &str,
    floor: usize,
    start: usize,
    end: usize,
    characters: usize,
    sentences: &[Sentence],
) -> usize {
    let Some((earliest, _)) = text[..end].char_indices().rev().take(characters).last() else {
        return start;
    };
    let first = sentences.partition_point(|sentence| sentence.start < earliest.max(floor));
    sentences
        .get(first)
        .map_or(start, |sentence| before(text, sentence.start).min(start))
        .max(floor)
}

/// The last end of a word between two places.
fn last_word_end(text: &str, floor: usize, limit: usize) -> Option<usize> {
    // Where a plain letter or digit stands behind a space, a word begins, whatever comes before.
    let bytes = text.as_bytes();
    let begins = |&at: &usize| bytes[at].is_ascii_alphanumeric() && bytes[at - 1] == b' ';
    let last = (floor + 1..limit).rev().find(begins);
    if let Some(start) = last {
        return Some(last_word_end_from(text, start, limit).unwrap_or(start));
    }
    last_word_end_from(text, floor, limit)
}

fn last_word_end_from(text: &str, floor: usize, limit: usize) -> Option<usize> {
    // Some text beyond the limit shows whether a word ends there.
    let beyond = text[limit..]
        .char_indices()
        .nth(64)
        .map_or(text.len(), |(offset, _)| limit + offset);
    text[floor..beyond]
        .split_word_bound_indices()
        .map(|(offset, piece)| floor + offset + piece.len())
        .take_while(|&end| end <= limit)
        .last()
}

/// The place itself, or the start of the grapheme it would break.
fn before(text: &str, mut at: usize) -> usize {
    while !is_whole(text, at) {
        at -= text[..at].chars().next_back().map_or(at, char::len_utf8);
    }
    at
}

/// The place itself, or the end of the grapheme it would break.
fn after(text: &str, mut at: usize) -> usize {
    while !is_whole(text, at) {
        at += text[at..]
            .chars()
            .next()
            .map_or(text.len() - at, char::len_utf8);
    }
    at
}

fn is_whole(text: &str, at: usize) -> bool {
    GraphemeCursor::new(at, text.len(), true)
        .is_boundary(text, 0)
        .unwrap_or(true)
}
