//! Languages by their codes, how people write them, and which one a text is in.

use std::fmt;

use frostem::Algorithm;

use super::tokens::tokenize;

/// A language, by its ISO 639-1 code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Language(u8);

/// Code, stemmer, other codes and names in lower case.
type Row = (&'static str, Option<Algorithm>, &'static [&'static str]);

const TABLE: &[Row] = &[
    ("und", None, &["undetermined", "unknown"]),
    ("en", Some(Algorithm::English), &["eng", "english"]),
    ("af", None, &["afr", "afrikaans"]),
    ("ak", None, &["aka", "akan"]),
    ("am", None, &["amh", "amharic"]),
    ("ar", Some(Algorithm::Arabic), &["ara", "arb", "arabic"]),
    ("az", None, &["aze", "azerbaijani"]),
    ("be", None, &["bel", "belarusian"]),
    ("bg", None, &["bul", "bulgarian"]),
    ("bn", None, &["ben", "bengali"]),
    ("bs", None, &["bos", "bosnian"]),
    ("ca", Some(Algorithm::Catalan), &["cat", "catalan"]),
    ("cs", Some(Algorithm::Czech), &["ces", "cze", "czech"]),
    ("cy", None, &["cym", "wel", "welsh"]),
    ("da", Some(Algorithm::Danish), &["dan", "danish"]),
    (
        "de",
        Some(Algorithm::German),
        &["deu", "ger", "german", "deutsch"],
    ),
    ("el", Some(Algorithm::Greek), &["ell", "gre", "greek"]),
    ("eo", Some(Algorithm::Esperanto), &["epo", "esperanto"]),
    (
        "es",
        Some(Algorithm::Spanish),
        &["spa", "esl", "spanish", "español", "castellano"],
    ),
    ("et", Some(Algorithm::Estonian), &["est", "estonian"]),
    ("eu", Some(Algorithm::Basque), &["eus", "baq", "basque"]),
    (
        "fa",
        Some(Algorithm::Persian),
        &["fas", "per", "pes", "prs", "persian", "farsi", "dari"],
    ),
    ("fi", Some(Algorithm::Finnish), &["fin", "finnish"]),
    (
        "fr",
        Some(Algorithm::French),
        &["fra", "fre", "french", "français"],
    ),
    ("ga", Some(Algorithm::Irish), &["gle", "irish"]),
    ("gl", None, &["glg", "galician"]),
    ("gu", None, &["guj", "gujarati"]),
    ("ha", None, &["hau", "hausa"]),
    ("he", None, &["heb", "iw", "hebrew"]),
    ("hi", Some(Algorithm::Hindi), &["hin", "hindi"]),
    ("hr", None, &["hrv", "croatian"]),
    ("hu", Some(Algorithm::Hungarian), &["hun", "hungarian"]),
    ("hy", Some(Algorithm::Armenian), &["hye", "arm", "armenian"]),
    (
        "id",
        Some(Algorithm::Indonesian),
        &["ind", "in", "indonesian"],
    ),
    ("is", None, &["isl", "ice", "icelandic"]),
    (
        "it",
        Some(Algorithm::Italian),
        &["ita", "italian", "italiano"],
    ),
    ("ja", None, &["jpn", "japanese"]),
    ("jv", None, &["jav", "javanese"]),
    ("ka", None, &["kat", "geo", "georgian"]),
    ("kk", None, &["kaz", "kazakh"]),
    ("km", None, &["khm", "khmer"]),
    ("kn", None, &["kan", "kannada"]),
    ("ko", None, &["kor", "korean"]),
    ("ku", None, &["kur", "kmr", "ckb", "kurdish"]),
    ("ky", None, &["kir", "kyrgyz"]),
    ("la", None, &["lat", "latin"]),
    ("lo", None, &["lao"]),
    ("lt", Some(Algorithm::Lithuanian), &["lit", "lithuanian"]),
    ("lv", None, &["lav", "latvian"]),
    ("mk", None, &["mkd", "mac", "macedonian"]),
    ("ml", None, &["mal", "malayalam"]),
    ("mn", None, &["mon", "mongolian"]),
    ("mr", None, &["mar", "marathi"]),
    ("ms", None, &["msa", "may", "zsm", "malay"]),
    ("mt", None, &["mlt", "maltese"]),
    ("my", None, &["mya", "bur", "burmese"]),
    ("ne", Some(Algorithm::Nepali), &["nep", "nepali"]),
    (
        "nl",
        Some(Algorithm::Dutch),
        &["nld", "dut", "dutch", "nederlands", "flemish"],
    ),
    (
        "no",
        Some(Algorithm::Norwegian),
        &[
            "nor",
            "nb",
            "nob",
            "nn",
            "nno",
            "norwegian",
            "bokmål",
            "nynorsk",
        ],
    ),
    ("or", None, &["ori", "oriya", "odia"]),
    ("pa", None, &["pan", "punjabi"]),
    ("pl", Some(Algorithm::Polish), &["pol", "polish"]),
    ("ps", None, &["pus", "pashto"]),
    (
        "pt",
        Some(Algorithm::Portuguese),
        &["por", "portuguese", "português"],
    ),
    ("ro", Some(Algorithm::Romanian), &["ron", "rum", "romanian"]),
    (
        "ru",
        Some(Algorithm::Russian),
        &["rus", "russian", "русский"],
    ),
    ("si", None, &["sin", "sinhala", "sinhalese"]),
    ("sk", None, &["slk", "slo", "slovak"]),
    ("sl", None, &["slv", "slovene", "slovenian"]),
    ("sn", None, &["sna", "shona"]),
    ("so", None, &["som", "somali"]),
    ("sq", None, &["sqi", "alb", "albanian"]),
    ("sr", Some(Algorithm::Serbian), &["srp", "serbian"]),
    ("st", Some(Algorithm::Sesotho), &["sot", "sesotho"]),
    ("sv", Some(Algorithm::Swedish), &["swe", "swedish"]),
    ("sw", None, &["swa", "swahili"]),
    ("ta", Some(Algorithm::Tamil), &["tam", "tamil"]),
    ("te", None, &["tel", "telugu"]),
    ("tg", None, &["tgk", "tajik"]),
    ("th", None, &["tha", "thai"]),
    ("tk", None, &["tuk", "turkmen"]),
    ("tl", None, &["tgl", "fil", "tagalog", "filipino"]),
    (
        "tr",
        Some(Algorithm::Turkish),
        &["tur", "turkish", "türkçe"],
    ),
    ("uk", Some(Algorithm::Ukrainian), &["ukr", "ukrainian"]),
    ("ur", None, &["urd", "urdu"]),
    ("uz", None, &["uzb", "uzbek"]),
    ("vi", None, &["vie", "vietnamese"]),
    ("yi", Some(Algorithm::Yiddish), &["yid", "yiddish"]),
    (
        "zh",
        None,
        &["zho", "chi", "cmn", "yue", "chinese", "mandarin"],
    ),
    ("zu", None, &["zul", "zulu"]),
];

impl Language {
    /// No language, or one that nothing is known of.
    pub const UND: Self = Self(0);
    /// English.
    pub const ENGLISH: Self = Self(1);

    /// Reads a language as people and programs write it: `en`, `en-US`, `de_DE`, `eng`, `English`.
    ///
    /// Gives `None` for a language that is not known; treat that as [`Language::UND`].
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() > 64 {
            return None;
        }
        let text = text.to_lowercase();
        let find = |name: &str| {
            TABLE
                .iter()
                .position(|(code, _, names)| *code == name || names.contains(&name))
                .map(|row| Self(row as u8))
        };
        find(&text).or_else(|| find(text.split(['-', '_', '.', '@', ' ']).next()?))
    }

    /// The ISO 639-1 code, or `und`.
    pub fn code(self) -> &'static str {
        self.row().0
    }

    /// The language whose stems its words have: itself, or [`Language::UND`] without a stemmer.
    #[must_use]
    pub fn stemmed(self) -> Self {
        if self.algorithm().is_some() {
            self
        } else {
            Self::UND
        }
    }

    /// Every language there is a stemmer for.
    pub fn with_stemmers() -> impl Iterator<Item = Self> {
        (0..TABLE.len() as u8)
            .map(Self)
            .filter(|language| language.algorithm().is_some())
    }

    /// Whether every stem begins with the same letter as its word, so that a word can be told from
    /// a stem before its own is known.
    pub(crate) fn stems_keep_the_first_letter(self) -> bool {
        matches!(self, Self::UND | Self::ENGLISH)
    }

    pub(super) fn algorithm(self) -> Option<Algorithm> {
        self.row().1
    }

    pub(crate) fn number(self) -> u8 {
        self.0
    }

    fn row(self) -> &'static Row {
        &TABLE[usize::from(self.0)]
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Characters a text must have before its language is guessed.
const MIN_CHARACTERS: usize = 200;
/// Bytes that are looked at.
const LOOKED_AT: usize = 1_024;

/// Tells the language of a text, with a confidence from 0 to 1.
///
/// Gives `None` for a text of under 200 characters, for one that is mostly figures, or when it is
/// not certain. Looks at the first KiB only. The order for a document is: what it declares, else what this says, else none.
pub fn detect(text: &str) -> Option<(Language, f64)> {
    let text = text.trim_start();
    text.char_indices().nth(MIN_CHARACTERS - 1)?;
    let looked_at = |bytes: usize| {
        (0..=bytes.min(text.len()))
            .rev()
            .find_map(|end| text.get(..end))
    };
    match first_look(looked_at(LOOKED_AT)?) {
        FirstLook::PlainlyEnglish => return Some((Language::ENGLISH, 1.0)),
        FirstLook::Figures => return None,
        FirstLook::Unclear => {}
    }
    let found = whatlang::detect(looked_at(LOOKED_AT)?)?;
    if !found.is_reliable() {
        return None;
    }
    Some((Language::parse(found.lang().code())?, found.confidence()))
}

/// Frequent words of English that are none of another language with Latin letters.
const ENGLISH_WORDS: [u64; 11] = numbers([
    "and", "been", "from", "has", "that", "the", "their", "they", "this", "which", "with",
]);
/// Frequent words of English that others have too: Dutch `of`, Danish `for` and `by`.
const SHARED_WORDS: [u64; 6] = numbers(["by", "for", "have", "of", "to", "was"]);

/// A word of up to eight bytes as a number, so that it need not be compared letter by letter with others;
/// 0 for a longer one.
const fn number(word: &[u8]) -> u64 {
    if word.len() > 8 {
        return 0;
    }
    let (mut number, mut at) = (0, 0);
    while at < word.len() {
        number = number << 8 | word[at] as u64;
        at += 1;
    }
    number
}

const fn numbers<const N: usize>(words: [&str; N]) -> [u64; N] {
    let (mut numbers, mut at) = ([0; N], 0);
    while at < N {
        numbers[at] = number(words[at].as_bytes());
        at += 1;
    }
    numbers
}

/// What a look at the words tells, which costs a fortieth of comparing with every language.
#[derive(Debug, PartialEq, Eq)]
enum FirstLook {
    PlainlyEnglish,
    /// A table rather than sentences: a fifth of the words are numbers.
    Figures,
    Unclear,
}

fn first_look(text: &str) -> FirstLook {
    let mut seen = [0_u32; ENGLISH_WORDS.len()];
    let (mut shared, mut figures) = (0, 0);
    let words = tokenize(text, |token| {
        let word = number(token.exact.as_bytes());
        if token.exact.starts_with(|c: char| c.is_ascii_digit()) {
            figures += 1;
        } else if let Some(known) = ENGLISH_WORDS.iter().position(|english| *english == word) {
            seen[known] += 1;
        } else if SHARED_WORDS.contains(&word) {
            shared += 1;
        }
    })
    .positions;
    let english: u32 = seen.iter().sum();
    let kinds = seen.iter().filter(|&&count| count > 0).count();
    let plainly_english =
        words >= 30 && kinds >= 2 && english * 16 >= words && (english + shared) * 8 >= words;
    match (plainly_english, figures * 5 >= words) {
        (true, _) => FirstLook::PlainlyEnglish,
        (false, true) => FirstLook::Figures,
        (false, false) => FirstLook::Unclear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_read_as_people_write_them() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(
                Language::parse(text).map(Language::code),
                expected,
                "{text:?}"
            );
        };
        for text in [
            "en",
            "EN",
            "en-US",
            "en_GB.UTF-8",
            "eng",
            "English",
            " english ",
        ] {
            check(text, Some("en"));
        }
        check("de_DE", Some("de"));
        check("zh-Hans-CN", Some("zh"));
        check("nb", Some("no"));
        check("Français", Some("fr"));
        check("Norwegian Bokmål", Some("no"));
        check("und", Some("und"));
        for text in ["", "-", "tlh", "xx", "english-ish?".repeat(9).as_str()] {
            check(text, None);
        }
        assert_eq!(Language::ENGLISH.code(), "en");
    }

    #[test]
    fn codes_and_names_are_unique_and_every_detected_language_is_known() {
        let mut names: Vec<&str> = TABLE
            .iter()
            .flat_map(|(code, _, names)| names.iter().copied().chain([*code]))
            .collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
        for language in whatlang::Lang::all() {
            assert!(Language::parse(language.code()).is_some(), "{language}");
        }
    }

    #[test]
    fn a_language_is_detected_only_when_the_text_is_long_enough() {
        let english =
            "The Security Council met on Tuesday to consider the situation in the region. ";
        assert_eq!(detect(english), None);
        assert_eq!(
            detect(&english.repeat(4)).map(|(l, _)| l.code()),
            Some("en")
        );
        let persian =
            "شورای امنیت روز سه‌شنبه برای بررسی وضعیت منطقه تشکیل جلسه داد و درباره آن گفتگو کرد. ";
        assert_eq!(
            detect(&persian.repeat(4)).map(|(l, _)| l.code()),
            Some("fa")
        );
        assert_eq!(detect(&"0123 4567 ".repeat(40)), None);
        assert_eq!(detect(""), None);
        let german = "Der Sicherheitsrat trat am Dienstag zusammen, um über die Lage in der Region zu beraten, und vertagte sich danach auf den Abend des folgenden Tages, ohne einen Beschluss zu fassen, der die Lage ändern könnte. The end of the line.";
        assert_eq!(detect(german).map(|(l, _)| l.code()), Some("de"));
    }
}
