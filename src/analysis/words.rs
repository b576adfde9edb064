//! Where a word ends, and what its exact form is.
//!
//! The base are the words of UAX #29, with these rules of ours:
//! - Letters and digits make a word; `_ : / -` and every other sign divide.
//! - An apostrophe between them is part of it (`o'brien`); a possessive goes (`Iran's`,
//!   `Iranians'`); an elided article before a vowel goes (`l'homme`, `dell'arte`, `d'Estaing`, not
//!   `D'Souza`), whatever the language, since a query has none.
//! - Full stops join single letters (`U.S.A.` = `usa`) and, like commas, digits (`5.93`, `1,200`).
//! - Scripts without spaces (Han, Kana, Hangul, Thai, Lao, Khmer, Myanmar) give overlapping pairs
//!   of letters; a letter that stands alone is a word.
//! - Hebrew acronyms lose their gershayim (`צה"ל`), Catalan `l·l` its dot.

use super::characters::{Class, class};
use super::{MAX_TOKEN_BYTES, MAX_TOKEN_CHARACTERS};

/// Characters of a word that are kept until it ends: enough to cut it after an elided article.
const KEPT_CHARACTERS: usize = 2 * MAX_TOKEN_CHARACTERS;

/// A finished word.
#[derive(Debug)]
pub(super) struct Word<'a> {
    pub exact: &'a str,
    pub start: usize,
    pub end: usize,
    pub cut: bool,
}

/// A sign inside a word whose meaning the next character decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Pending {
    #[default]
    None,
    /// The byte after it.
    Stop(usize),
    Comma,
    Apostrophe,
    /// After the full stop of an acronym, whose end this is.
    StopApostrophe(usize),
    DoubleQuote,
    MiddleDot,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Kind {
    #[default]
    None,
    Word,
    /// Letters of a script without spaces.
    Run,
}

/// Puts folded characters together to words.
#[derive(Debug, Default)]
pub(super) struct Words {
    kind: Kind,
    folded: String,
    characters: usize,
    start: usize,
    end: usize,
    last: Option<(char, Class)>,
    /// Letters and digits, without marks, since the beginning or the last full stop of an acronym.
    units: usize,
    pending: Pending,
    /// Single letters joined by full stops so far; 0 if it is no acronym.
    acronym: usize,
    /// In an acronym: what it was before its last letter, should that begin a longer word.
    before: Before,
    /// In a run: where its last letter begins, in `folded` and in the text.
    letter: (usize, usize),
}

#[derive(Debug, Clone, Copy, Default)]
struct Before {
    length: usize,
    characters: usize,
    end: usize,
    /// With the full stop.
    stop_end: usize,
    /// Where the last letter begins.
    start: usize,
}

impl Words {
    /// Whether no word has begun.
    #[inline]
    pub(super) fn is_idle(&self) -> bool {
        self.kind == Kind::None
    }

    /// Takes the next character, folded, and where it stands in the text.
    pub(super) fn push(
        &mut self,
        c: char,
        start: usize,
        end: usize,
        emit: &mut impl FnMut(Word<'_>),
    ) {
        let class = class(c);
        if self.kind == Kind::None && matches!(class, Class::Separator | Class::Stop) {
            return;
        }
        match class {
            Class::Letter | Class::Digit => self.letter(c, class, start, end, emit),
            Class::Unspaced => self.unspaced(c, start, end, emit),
            Class::Mark => {
                if self.kind != Kind::None && self.pending == Pending::None {
                    self.append(c, end);
                }
            }
            Class::Separator => self.finish(emit),
            Class::Stop
            | Class::Comma
            | Class::Apostrophe
            | Class::DoubleQuote
            | Class::MiddleDot => match self.connector(class, end) {
                Some(pending) => self.pending = pending,
                None => self.finish(emit),
            },
        }
    }

    /// Ends the word, if there is one.
    pub(super) fn finish(&mut self, emit: &mut impl FnMut(Word<'_>)) {
        match self.kind {
            Kind::None => return,
            Kind::Word => {
                if let Pending::Stop(end) | Pending::StopApostrophe(end) = self.pending
                    && self.acronym > 1
                {
                    self.end = end;
                }
            }
            Kind::Run => {}
        }
        self.emit(self.end, emit);
        self.clear();
    }

    fn clear(&mut self) {
        self.kind = Kind::None;
        self.folded.clear();
        self.characters = 0;
        self.last = None;
        self.units = 0;
        self.pending = Pending::None;
        self.acronym = 0;
    }

    fn emit(&mut self, end: usize, emit: &mut impl FnMut(Word<'_>)) {
        let cut = polish(&mut self.folded, self.characters);
        emit(Word {
            exact: &self.folded,
            start: self.start,
            end,
            cut,
        });
    }

    fn append(&mut self, c: char, end: usize) {
        if self.characters < KEPT_CHARACTERS {
            self.folded.push(c);
        }
        self.characters += 1;
        self.end = end;
    }

    fn begin(&mut self, kind: Kind, start: usize) {
        self.clear();
        self.kind = kind;
        self.start = start;
    }

    /// What a sign may become; `None` if it ends the word.
    fn connector(&self, class: Class, end: usize) -> Option<Pending> {
        if self.kind != Kind::Word {
            return None;
        }
        let (last, last_class) = self.last?;
        match (self.pending, class) {
            (Pending::None, Class::Stop) => Some(Pending::Stop(end)),
            (Pending::None, Class::Apostrophe) => Some(Pending::Apostrophe),
            (Pending::None, Class::Comma) if last_class == Class::Digit => Some(Pending::Comma),
            (Pending::None, Class::DoubleQuote) if is_hebrew(last) => Some(Pending::DoubleQuote),
            (Pending::None, Class::MiddleDot) if last == 'l' => Some(Pending::MiddleDot),
            (Pending::Stop(end), Class::Apostrophe) if self.acronym > 1 => {
                Some(Pending::StopApostrophe(end))
            }
            _ => None,
        }
    }

    /// A letter or digit of a script with spaces.
    fn letter(
        &mut self,
        c: char,
        class: Class,
        start: usize,
        end: usize,
        emit: &mut impl FnMut(Word<'_>),
    ) {
        if self.kind == Kind::Run {
            self.finish(emit);
        }
        let joins = match (self.last, self.pending) {
            (None, _) => false,
            (Some(_), Pending::None) => {
                if self.acronym > 0 && self.units == 1 {
                    self.give_back_last_letter(emit);
                }
                true
            }
            (Some((_, last_class)), Pending::Stop(stop_end)) => {
                if class == Class::Digit {
                    last_class == Class::Digit
                } else if self.units == 1
                    && last_class != Class::Digit
                    && self.characters < MAX_TOKEN_CHARACTERS
                {
                    return self.next_of_acronym(c, stop_end, start, end);
                } else {
                    false
                }
            }
            (Some(_), Pending::Comma) => class == Class::Digit,
            (Some(_), Pending::Apostrophe) => true,
            (Some(_), Pending::StopApostrophe(_)) => c == 's',
            (Some(_), Pending::DoubleQuote) => is_hebrew(c),
            (Some(_), Pending::MiddleDot) => c == 'l',
        };
        if joins {
            match self.pending {
                Pending::Stop(_) => self.append('.', end),
                Pending::Comma => self.append(',', end),
                Pending::Apostrophe | Pending::StopApostrophe(_) => {
                    self.append('\'', end);
                    self.acronym = 0;
                }
                Pending::None | Pending::DoubleQuote | Pending::MiddleDot => {}
            }
        } else {
            self.finish(emit);
            self.begin(Kind::Word, start);
        }
        self.pending = Pending::None;
        self.append(c, end);
        self.units += 1;
        self.last = Some((c, class));
    }

    /// A letter after a single letter with a full stop.
    fn next_of_acronym(&mut self, c: char, stop_end: usize, start: usize, end: usize) {
        self.before = Before {
            length: self.folded.len(),
            characters: self.characters,
            end: self.end,
            stop_end,
            start,
        };
        self.acronym = self.acronym.max(1) + 1;
        self.pending = Pending::None;
        self.append(c, end);
        self.last = Some((c, Class::Letter));
        self.units = 1;
    }

    /// The last letter of an acronym goes on to a longer word (`J.F.Kennedy`): ends the acronym
    /// before it.
    fn give_back_last_letter(&mut self, emit: &mut impl FnMut(Word<'_>)) {
        let before = self.before;
        let tail = self.folded.split_off(before.length.min(self.folded.len()));
        let (characters, end, last) = (self.characters, self.end, self.last);
        self.characters = before.characters;
        let word_end = if self.acronym > 2 {
            before.stop_end
        } else {
            before.end
        };
        self.emit(word_end, emit);
        self.begin(Kind::Word, before.start);
        self.folded = tail;
        self.characters = characters - before.characters;
        self.end = end;
        self.last = last;
        self.units = 1;
    }

    /// A letter of a script without spaces: makes a pair with the one before it.
    fn unspaced(&mut self, c: char, start: usize, end: usize, emit: &mut impl FnMut(Word<'_>)) {
        if self.kind == Kind::Run {
            let (at, letter_start) = self.letter;
            if at > 0 {
                let letter = self.folded[at.min(self.folded.len())..].to_owned();
                self.emit(self.end, emit);
                self.folded = letter;
                self.characters = self.folded.chars().count();
                self.start = letter_start;
            }
        } else {
            self.finish(emit);
            self.begin(Kind::Run, start);
        }
        // In the first letter of a run this is 0: there is no letter before it.
        self.letter = (self.folded.len(), start);
        self.folded.push(c);
        self.characters += 1;
        self.end = end;
    }
}

fn is_hebrew(c: char) -> bool {
    matches!(c, '\u{5D0}'..='\u{5EA}')
}

/// Articles and the like that lose their vowel before another (French, Italian, Catalan).
const ELIDED: &[&str] = &[
    "l", "d", "qu", "j", "n", "s", "m", "c", "t", "dell", "all", "nell", "sull", "dall", "coll",
    "un", "quell", "quest", "gl", "jusqu", "lorsqu", "puisqu", "quoiqu",
];

/// Takes possessives and elided articles off, and cuts what is too long; says whether it was cut.
fn polish(word: &mut String, characters: usize) -> bool {
    let too_long = characters > MAX_TOKEN_CHARACTERS || word.len() > MAX_TOKEN_BYTES;
    if !too_long && !word.contains('\'') {
        return false;
    }
    strip(word);
    let cut = too_long && cut(word);
    if cut {
        strip(word);
    }
    cut || characters > KEPT_CHARACTERS
}

fn strip(word: &mut String) {
    loop {
        if let Some(rest) = word.strip_suffix("'s") {
            word.truncate(rest.len());
        } else if let Some((article, rest)) = word.split_once('\'')
            && rest.starts_with(['a', 'e', 'i', 'o', 'u', 'y', 'h'])
            && ELIDED.contains(&article)
        {
            word.drain(..=article.len());
        } else {
            return;
        }
    }
}

fn cut(word: &mut String) -> bool {
    let end = word
        .char_indices()
        .map(|(at, c)| at + c.len_utf8())
        .take(MAX_TOKEN_CHARACTERS)
        .take_while(|&end| end <= MAX_TOKEN_BYTES)
        .last()
        .unwrap_or(0);
    if end == word.len() {
        return false;
    }
    word.truncate(end);
    word.truncate(word.trim_end_matches(['\'', '.', ',']).len());
    true
}
