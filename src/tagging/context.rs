//! What stands around a name that means other things as well.

use super::cues::{BEFORE_A_TIME, FREE, IN_A_PLACE, OF_A_NATION, OF_A_STATE, OFFICES_OF, TITLES};

/// What the words around a name say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is what the vocabulary takes it for.
    For,
    /// It is something else.
    Against,
    /// Nothing.
    Open,
}

/// The most bytes that are looked at on either side.
const NEAR: usize = 48;

/// The words around a name, in small letters, and how they are written.
#[derive(Debug, Default)]
pub(super) struct Around {
    before: Option<Neighbour>,
    second_before: Option<Neighbour>,
    after: Option<Neighbour>,
    /// The name has a possessive ending.
    has_possessive: bool,
}

/// What lies between a name and a word beside it, with white space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gap {
    Nothing,
    Comma,
    Stop,
    Other,
}

/// A word beside a name.
#[derive(Debug)]
struct Neighbour {
    word: String,
    is_large: bool,
    is_number: bool,
    gap: Gap,
    /// A sentence begins with it, so that any word is written large there.
    begins: bool,
}

impl Neighbour {
    fn new(word: &str, gap: &str) -> Self {
        Self {
            word: word.to_lowercase(),
            is_large: word.chars().next().is_some_and(char::is_uppercase),
            is_number: word.starts_with(|c: char| c.is_ascii_digit()),
            gap: match gap.trim() {
                "" => Gap::Nothing,
                "," => Gap::Comma,
                "." => Gap::Stop,
                _ => Gap::Other,
            },
            begins: false,
        }
    }

    fn is_free(&self) -> bool {
        FREE.contains(&self.word.as_str())
    }

    fn is_title(&self) -> bool {
        TITLES.contains(&self.word.as_str())
    }

    /// `J.`
    fn is_initial(&self) -> bool {
        self.is_large && self.gap == Gap::Stop && self.word.chars().nth(1).is_none()
    }

    fn is_close(&self) -> bool {
        self.gap == Gap::Nothing
    }

    /// Written large where words are written small: a part of a name.
    fn is_name(&self) -> bool {
        self.is_large
            && self.is_close()
            && !self.begins
            && !self.is_free()
            && self.word.chars().nth(1).is_some()
    }
}

impl Around {
    /// Looks at what stands before and after a part of a text.
    pub(super) fn new(text: &str, start: usize, end: usize) -> Self {
        let mut from = start.saturating_sub(NEAR);
        while !text.is_char_boundary(from) {
            from += 1;
        }
        let mut until = end.saturating_add(NEAR).min(text.len());
        while !text.is_char_boundary(until) {
            until -= 1;
        }
        let (head, tail) = (
            text.get(from..start).unwrap_or(""),
            text.get(end..until).unwrap_or(""),
        );
        let (before, rest) = last_word(head, from > 0);
        let (second_before, _) = last_word(rest, from > 0);
        let behind = ["'s", "\u{2019}s", "'S", "\u{2019}S", "'", "\u{2019}"]
            .into_iter()
            .find_map(|ending| tail.strip_prefix(ending));
        let has_possessive = behind.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric));
        let after = first_word(behind.filter(|_| has_possessive).unwrap_or(tail));
        Self {
            before,
            second_before,
            after,
            has_possessive,
        }
    }

    /// Whether a title stands right before: `Mrs May`.
    pub(super) fn has_title(&self) -> bool {
        let before = self.before.as_ref();
        before.is_some_and(|word| word.is_title() && (matches!(word.gap, Gap::Nothing | Gap::Stop)))
    }

    /// What is said of a name of a country. `has_case`: small and large letters are told apart
    /// here. `place_too`: there is a place of this name in another country.
    pub(super) fn of_country(&self, has_case: bool, place_too: bool) -> Verdict {
        if let Some(after) = self.after.as_ref().filter(|after| after.is_close()) {
            let word = after.word.as_str();
            let words = if place_too { OF_A_NATION } else { OF_A_STATE };
            if words.contains(&word) {
                return Verdict::For;
            }
            if has_case && !self.has_possessive && after.is_name() && !after.is_title() {
                return Verdict::Against;
            }
        }
        let Some(before) = &self.before else {
            return Verdict::Open;
        };
        let word = before.word.as_str();
        if !place_too && before.is_close() {
            let of = word == "of"
                && self
                    .second_before
                    .as_ref()
                    .is_some_and(|word| OFFICES_OF.contains(&word.word.as_str()));
            if of || IN_A_PLACE.contains(&word) {
                return Verdict::For;
            }
        }
        let is_part = before.is_name() || before.is_initial();
        if has_case && (is_part || (before.gap == Gap::Comma && before.is_large && place_too)) {
            return Verdict::Against;
        }
        Verdict::Open
    }

    /// What is said of a name of a person that is a word as well.
    pub(super) fn of_person(&self, has_case: bool) -> Verdict {
        if self.has_title() {
            return Verdict::For;
        }
        let is_dated =
            |word: &Neighbour| word.is_number && (matches!(word.gap, Gap::Nothing | Gap::Comma));
        let before = self.before.as_ref();
        let is_time = before
            .is_some_and(|word| is_dated(word) || BEFORE_A_TIME.contains(&word.word.as_str()))
            || self.after.as_ref().is_some_and(is_dated);
        if is_time || (has_case && before.is_some_and(Neighbour::is_name)) {
            return Verdict::Against;
        }
        Verdict::Open
    }
}

/// The last word of a text and what is before it; `None` if it may be cut off.
fn last_word(text: &str, is_cut: bool) -> (Option<Neighbour>, &str) {
    let trimmed = text.trim_end_matches(|c: char| !c.is_alphanumeric());
    let start = trimmed
        .char_indices()
        .rev()
        .take_while(|(_, c)| c.is_alphanumeric())
        .last()
        .map(|(at, _)| at);
    match start {
        Some(start) if start > 0 || !is_cut => {
            let gap = text.get(trimmed.len()..).unwrap_or("");
            let word = trimmed.get(start..).unwrap_or("");
            let rest = trimmed.get(..start).unwrap_or("");
            let mut neighbour = Neighbour::new(word, gap);
            let end = rest.trim_end().chars().next_back();
            neighbour.begins = end
                .is_none_or(|c| matches!(c, '.' | '!' | '?' | ':' | '"' | '\u{201C}' | '\u{2018}'));
            (Some(neighbour), rest)
        }
        _ => (None, ""),
    }
}

/// The first word of a text, if nothing but white space, or a comma, stands before it.
fn first_word(text: &str) -> Option<Neighbour> {
    let start = text.find(char::is_alphanumeric)?;
    let (gap, rest) = text.split_at(start);
    let end = rest
        .find(|c: char| !c.is_alphanumeric())
        .unwrap_or(rest.len());
    Some(Neighbour::new(rest.get(..end).unwrap_or(""), gap))
}

/// Whether what stands between two names makes them a list: `Syria, Jordan and Iraq`.
pub(super) fn is_list(gap: &str) -> bool {
    matches!(
        gap.trim(),
        "," | "and"
            | ", and"
            | "or"
            | ", or"
            | "/"
            | "-"
            | "\u{2013}"
            | "&"
            | "und"
            | "et"
            | "y"
            | "e"
            | "и"
            | "و"
    )
}

#[cfg(test)]
mod tests {
    use super::{Around, Verdict};

    #[test]
    fn words_around_a_country() {
        for (text, name, place_too, expected) in [
            (
                "They met in Jordan on Monday.",
                "Jordan",
                false,
                Verdict::For,
            ),
            (
                "Then Michael Jordan scored.",
                "Jordan",
                false,
                Verdict::Against,
            ),
            (
                "Mr Jordan Peterson spoke.",
                "Jordan",
                false,
                Verdict::Against,
            ),
            ("Jordan's king spoke.", "Jordan", false, Verdict::For),
            ("the president of Chad said", "Chad", false, Verdict::For),
            ("a man called Chad said", "Chad", false, Verdict::Open),
            (
                "a mill in Macon, Georgia, closed",
                "Georgia",
                true,
                Verdict::Against,
            ),
            ("a mill in Georgia closed", "Georgia", true, Verdict::Open),
            ("Georgia's president spoke", "Georgia", true, Verdict::For),
            ("Georgia government jobs", "Georgia", true, Verdict::Open),
            ("On Monday Turkey voted.", "Turkey", false, Verdict::Open),
            ("W. Jordan wrote", "Jordan", false, Verdict::Against),
            ("Chad", "Chad", false, Verdict::Open),
        ] {
            let at = text.find(name).unwrap();
            let around = Around::new(text, at, at + name.len());
            assert_eq!(around.of_country(true, place_too), expected, "{text}");
        }
    }

    #[test]
    fn words_around_a_person() {
        for (text, expected) in [
            ("Mrs May told parliament", Verdict::For),
            ("Mr. May told them", Verdict::For),
            ("in May they left", Verdict::Against),
            ("on 5 May they left", Verdict::Against),
            ("By May 12, they had left", Verdict::Against),
            ("Then Brian May played", Verdict::Against),
            ("Then May left", Verdict::Open),
        ] {
            let at = text.find("May").unwrap();
            let around = Around::new(text, at, at + 3);
            assert_eq!(around.of_person(true), expected, "{text}");
        }
    }

    #[test]
    fn nothing_is_cut_within_a_character() {
        let text = "é".repeat(60);
        for (at, _) in text.char_indices() {
            Around::new(&text, at, at);
        }
    }
}
