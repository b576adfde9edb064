//! What a character is to a word, and how one folded character looks.

use unicode_normalization::char::is_combining_mark;

/// What a folded character does to a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Ends a word.
    Separator,
    Letter,
    Digit,
    /// Belongs to the letter before it.
    Mark,
    /// A letter of a script that writes no spaces between words.
    Unspaced,
    /// Joins single letters, and digits.
    Stop,
    /// Joins digits.
    Comma,
    /// Joins letters and digits.
    Apostrophe,
    /// Joins Hebrew letters (gershayim).
    DoubleQuote,
    /// Joins two `l` (Catalan).
    MiddleDot,
}

/// The class of a character that has been folded.
pub(super) fn class(c: char) -> Class {
    match c {
        'a'..='z' | 'A'..='Z' => Class::Letter,
        '0'..='9' => Class::Digit,
        '.' => Class::Stop,
        ',' => Class::Comma,
        '\'' => Class::Apostrophe,
        '"' => Class::DoubleQuote,
        '\u{B7}' => Class::MiddleDot,
        '\0'..='\u{7F}' => Class::Separator,
        _ if is_plain_letter(c) => Class::Letter,
        _ if is_combining_mark(c) => Class::Mark,
        _ if is_unspaced(c) && c.is_alphabetic() => Class::Unspaced,
        _ if c.is_alphabetic() => Class::Letter,
        _ if c.is_numeric() => Class::Digit,
        _ => Class::Separator,
    }
}

/// Whether a folded character is a letter of a script that writes no spaces between words.
pub(crate) fn is_unspaced_letter(c: char) -> bool {
    class(c) == Class::Unspaced
}

/// Whether a folded character belongs to the letter before it.
pub(crate) fn is_mark(c: char) -> bool {
    class(c) == Class::Mark
}

/// Letters of the commonest scripts, told without a look-up.
fn is_plain_letter(c: char) -> bool {
    matches!(c,
        '\u{3B1}'..='\u{3C9}' | '\u{400}'..='\u{481}' | '\u{5D0}'..='\u{5EA}' | '\u{620}'..='\u{64A}')
}

/// Han, Kana, Bopomofo, Hangul, and the scripts of South-East Asia.
fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{E00}'..='\u{EFF}'        // Thai, Lao
        | '\u{1000}'..='\u{109F}'    // Myanmar
        | '\u{1100}'..='\u{11FF}'    // Hangul letters
        | '\u{1780}'..='\u{17FF}'    // Khmer
        | '\u{1950}'..='\u{19DF}'    // Tai Le, New Tai Lue
        | '\u{1A20}'..='\u{1AAF}'    // Tai Tham
        | '\u{2E80}'..='\u{A4CF}'    // Han, Kana, Bopomofo, Yi
        | '\u{A960}'..='\u{A97F}'    // Hangul letters
        | '\u{A9E0}'..='\u{A9FF}'    // Myanmar
        | '\u{AA60}'..='\u{AADF}'    // Myanmar, Tai Viet
        | '\u{AC00}'..='\u{D7FF}'    // Hangul
        | '\u{F900}'..='\u{FAFF}'    // Han, compatibility
        | '\u{16FE0}'..='\u{18DFF}'  // Tangut, Khitan
        | '\u{1AFF0}'..='\u{1B2FF}'  // Kana, Nushu
        | '\u{20000}'..='\u{3FFFF}') // Han
}

/// What becomes of the marks on a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marks {
    /// They go: an accent never matters.
    Dropped,
    /// Those that make another letter stay (`й`, `ї`, `ؤ`); stress and vowel signs go.
    Composed,
    /// They are part of the writing.
    Kept,
}

/// What becomes of the marks on a character.
pub(super) fn marks_on(c: char) -> Marks {
    match c {
        // Alef with any sign is written as alef as often as not; the stroke is no letter.
        '\u{627}'
        | '\u{640}'
        | '\u{370}'..='\u{3FF}'
        | '\u{590}'..='\u{5FF}'
        | '\u{1F00}'..='\u{1FFF}'
        | '\0'..='\u{24F}'
        | '\u{250}'..='\u{2FF}'
        | '\u{1E00}'..='\u{1EFF}'
        | '\u{2C60}'..='\u{2C7F}'
        | '\u{A720}'..='\u{A7FF}'
        | '\u{AB30}'..='\u{AB6F}' => Marks::Dropped,
        '\u{400}'..='\u{52F}'
        | '\u{1C80}'..='\u{1C8F}'
        | '\u{A640}'..='\u{A69F}'
        | '\u{600}'..='\u{6FF}'
        | '\u{750}'..='\u{77F}'
        | '\u{8A0}'..='\u{8FF}' => Marks::Composed,
        _ if c.is_alphabetic() => Marks::Kept,
        _ => Marks::Dropped,
    }
}

/// Whether a mark goes although its letter keeps those it composes with: `ё` is mostly written
/// `е`, and a grave accent marks stress.
pub(super) fn is_dropped_from(base: char, mark: char) -> bool {
    mark == '\u{300}' && matches!(base, '\u{400}'..='\u{52F}')
        || mark == '\u{308}' && matches!(base, '\u{435}' | '\u{415}')
}

/// Characters that are not seen and do not divide a word: soft hyphens, joiners, direction and
/// variation marks.
pub(super) fn is_ignorable(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{180B}'..='\u{180F}' | '\u{200C}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
        | '\u{E0000}'..='\u{E0FFF}')
}

/// Numbers above the line, in circles, and fractions: they are words of their own, as a footnote's
/// `Iran²` is not `iran2`.
pub(super) fn stands_alone(c: char) -> bool {
    matches!(c,
        '\u{B2}' | '\u{B3}' | '\u{B9}' | '\u{BC}'..='\u{BE}' | '\u{2070}'..='\u{2079}'
        | '\u{2150}'..='\u{215F}' | '\u{2189}' | '\u{2460}'..='\u{249B}' | '\u{24EA}'..='\u{24FF}'
        | '\u{2776}'..='\u{2793}' | '\u{3220}'..='\u{3229}' | '\u{3248}'..='\u{325F}'
        | '\u{3280}'..='\u{3289}' | '\u{32B1}'..='\u{32BF}' | '\u{1F100}'..='\u{1F10C}')
}

/// Signs of transliteration, and the Arabic stroke that only stretches: they go, with their marks.
pub(super) fn is_dropped(c: char) -> bool {
    matches!(c, '\u{2BE}' | '\u{2BF}' | '\u{640}')
}

/// Digits in order from zero, by their zeros.
const ZEROS: &[char] = &[
    '\u{660}', '\u{6F0}', '\u{7C0}', '\u{966}', '\u{9E6}', '\u{A66}', '\u{AE6}', '\u{B66}',
    '\u{BE6}', '\u{C66}', '\u{CE6}', '\u{D66}', '\u{DE6}', '\u{E50}', '\u{ED0}', '\u{F20}',
    '\u{1040}', '\u{1090}', '\u{17E0}', '\u{1810}', '\u{1946}', '\u{19D0}', '\u{1A80}', '\u{1A90}',
    '\u{1B50}', '\u{1BB0}', '\u{1C40}', '\u{1C50}', '\u{A620}', '\u{A8D0}', '\u{A900}', '\u{A9D0}',
    '\u{A9F0}', '\u{AA50}', '\u{ABF0}',
];

/// A character as spacing accents and the like are read, before anything is decomposed.
pub(super) fn read_as(c: char) -> char {
    match c {
        '\u{B4}' | '\u{1FFD}' => '\'',
        _ => c,
    }
}

/// Appends what a decomposed, lower-cased character folds to.
pub(super) fn push_folded(c: char, out: &mut Vec<char>) {
    let one = match c {
        'ß' | 'ẞ' => return out.extend(['s', 's']),
        'æ' => return out.extend(['a', 'e']),
        'œ' => return out.extend(['o', 'e']),
        'þ' => return out.extend(['t', 'h']),
        'ς' => 'σ',
        'ı' => 'i',
        'ȷ' => 'j',
        'ø' => 'o',
        'đ' | 'ð' | 'ɗ' => 'd',
        'ł' => 'l',
        'ħ' => 'h',
        'ŧ' => 't',
        'ŋ' => 'n',
        'ɓ' => 'b',
        'ƙ' => 'k',
        'ƴ' => 'y',
        // Apostrophes, and letters that are written for them.
        '\u{2018}' | '\u{2019}' | '\u{201B}' | '\u{2BB}' | '\u{2BC}' | '\u{2BD}' | '\u{55A}'
        | '\u{5F3}' | '\u{A78C}' => '\'',
        '\u{201C}'..='\u{201F}' | '\u{5F4}' => '"',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{2027}' => '\u{B7}',
        // Arabic and Persian keyboards write these letters differently.
        '\u{649}' | '\u{6CC}' => '\u{64A}',
        '\u{6A9}' => '\u{643}',
        '\u{671}' => '\u{627}',
        '\u{66B}' => '.',
        '\u{66C}' => ',',
        '\0'..='\u{65F}' => c,
        _ => match ZEROS
            .iter()
            .find(|&&zero| (zero as u32..zero as u32 + 10).contains(&(c as u32)))
        {
            Some(&zero) => char::from_digit(c as u32 - zero as u32, 10).unwrap_or(c),
            None => c,
        },
    };
    out.push(one);
}
