//! From texts of the source to values of facets, numbers and fields: trimmed, normalised,
//! bounded, and never changed in meaning.

use std::borrow::Cow;

use serde_json::Value;
use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::metadata;
use crate::corpus::dates::{self, Dated};
use crate::corpus::{Note, codes, limits};
use crate::{FacetDefinition, NumberDefinition, PartialDate};

/// How much of a refused text a note shows.
const SHOWN_CHARS: usize = 80;

pub(super) fn shown(text: &str) -> String {
    let mut shown: String = text
        .chars()
        .take(SHOWN_CHARS)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if shown.len() < text.len() && text.chars().nth(SHOWN_CHARS).is_some() {
        shown.push('…');
    }
    shown
}

/// The values of one facet out of what its keys hold, in their order and without repetition.
pub(super) fn facet<'m>(
    definition: &FacetDefinition,
    sources: impl IntoIterator<Item = &'m Value>,
    notes: &mut Vec<Note>,
) -> Vec<String> {
    let mut facet = Facet {
        definition,
        values: Vec::new(),
        refused: 0,
        notes,
    };
    let mut unnamed = 0;
    for source in sources {
        unnamed += metadata::texts(source, &mut |text| facet.text(text));
    }
    let Facet {
        values, refused, ..
    } = facet;
    let name = &definition.name;
    if refused > 0 {
        let most = limits::VALUES;
        let message = format!("`{name}`: {refused} values beyond the first {most} were refused");
        notes.push(Note::new(codes::TOO_MANY_VALUES, message));
    }
    if unnamed > 0 {
        let message = format!("`{name}`: {unnamed} objects without a `name`, `label` or `value`");
        notes.push(Note::new(codes::VALUE_IGNORED, message));
    }
    values
}

struct Facet<'a> {
    definition: &'a FacetDefinition,
    values: Vec<String>,
    refused: usize,
    notes: &'a mut Vec<Note>,
}

impl Facet<'_> {
    fn text(&mut self, text: &str) {
        match &self.definition.split {
            Some(separator) => text
                .split(separator.as_str())
                .for_each(|part| self.value(part)),
            None => self.value(text),
        }
    }

    fn value(&mut self, text: &str) {
        let name = &self.definition.name;
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        if self.values.len() >= limits::VALUES {
            if !self.values.iter().any(|value| value == text) {
                self.refused += 1;
            }
            return;
        }
        // Normalising may shorten a text, but never to a third.
        let Some(value) = (text.len() <= 3 * limits::VALUE_BYTES)
            .then(|| self.normal(text))
            .filter(|value| value.len() <= limits::VALUE_BYTES)
        else {
            let most = limits::VALUE_BYTES;
            let message = format!("`{name}`: longer than {most} bytes: `{}`", shown(text));
            self.note(codes::VALUE_TOO_LONG, message);
            return;
        };
        if value.chars().any(char::is_control) {
            let message = format!("`{name}`: control characters in `{}`", shown(text));
            self.note(codes::VALUE_CONTROL, message);
            return;
        }
        if !value.is_empty() && !self.values.contains(&value) {
            self.values.push(value);
        }
    }

    /// NFC, wrapped lines joined, and the steps of a path trimmed.
    fn normal(&self, text: &str) -> String {
        let text = joined(text);
        let text = match self.definition.tree {
            Some(separator) if text.contains(separator) => {
                let steps = text.split(separator).map(str::trim);
                let steps: Vec<_> = steps.filter(|step| !step.is_empty()).collect();
                Cow::Owned(steps.join(separator.encode_utf8(&mut [0; 4])))
            }
            _ => text,
        };
        if is_nfc(&text) {
            text.into_owned()
        } else {
            text.nfc().collect()
        }
    }

    /// One note of a kind is enough: what is wrong once is often wrong throughout.
    fn note(&mut self, code: &'static str, message: String) {
        if !self.notes.iter().any(|note| note.code == code) {
            self.notes.push(Note::new(code, message));
        }
    }
}

/// A text in one line: every run of white space with a line break or tab in it is one space.
pub(super) fn joined(text: &str) -> Cow<'_, str> {
    if !text.contains(['\n', '\r', '\t', '\u{c}']) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The values of one numeric facet out of what its keys hold.
pub(super) fn numbers<'m>(
    definition: &NumberDefinition,
    sources: impl IntoIterator<Item = &'m Value>,
    notes: &mut Vec<Note>,
) -> Vec<f64> {
    let mut values: Vec<f64> = Vec::new();
    let mut unreadable: Option<String> = None;
    let mut refused = 0_usize;
    for source in sources {
        metadata::texts(source, &mut |text| {
            let text = text.trim();
            match text.parse::<f64>() {
                _ if text.is_empty() => {}
                Ok(_) if values.len() >= limits::VALUES => refused += 1,
                Ok(number) if number.is_finite() => values.push(number),
                _ => {
                    unreadable.get_or_insert_with(|| shown(text));
                }
            }
        });
    }
    let name = &definition.name;
    if let Some(text) = unreadable {
        let message = format!("`{name}`: `{text}` is no number");
        notes.push(Note::new(codes::NUMBER_UNREADABLE, message));
    }
    if refused > 0 {
        let message = format!("`{name}`: {refused} numbers too many were refused");
        notes.push(Note::new(codes::TOO_MANY_VALUES, message));
    }
    values
}

/// The first date that can be read out of what the keys hold.
pub(super) fn date<'m>(
    sources: impl IntoIterator<Item = &'m Value>,
    notes: &mut Vec<Note>,
) -> Option<PartialDate> {
    let mut problem: Option<Note> = None;
    for source in sources {
        let (reading, text) = match source {
            Value::Number(number) => {
                let value = number.as_f64().unwrap_or(f64::NAN);
                (dates::from_number(value), number.to_string())
            }
            other => match metadata::first_text(other) {
                Some(text) => (dates::parse(&text), text),
                None => continue,
            },
        };
        let text = || shown(&text);
        let note = match reading {
            Dated::Date(date) => {
                notes.extend(problem);
                return Some(date);
            }
            Dated::UnknownZone(date) => {
                notes.extend(problem);
                let message = format!("the time zone of `{}` is not known", text());
                notes.push(Note::new(codes::DATE_ZONE_UNKNOWN, message));
                return Some(date);
            }
            Dated::Ambiguous => {
                let message = format!("`{}` could be two different days", text());
                Note::new(codes::DATE_AMBIGUOUS, message)
            }
            Dated::Unreadable => Note::new(
                codes::DATE_UNREADABLE,
                format!("`{}` is no date that can be read", text()),
            ),
        };
        problem.get_or_insert(note);
    }
    notes.extend(problem);
    None
}

/// A declared language as an ISO 639-1 code where there is one: `en-GB`, `eng` and `English` are
/// `en`.
pub(super) fn language(text: &str, notes: &mut Vec<Note>) -> Option<String> {
    let whole = text.trim().to_lowercase();
    let primary = whole.split(['-', '_', '@', '.']).next().unwrap_or(&whole);
    let known = LANGUAGES
        .iter()
        .find(|names| {
            names
                .split(' ')
                .any(|name| name == whole || name == primary)
        })
        .and_then(|names| names.split(' ').next());
    if let Some(code) = known {
        return Some(code.to_owned());
    }
    if matches!(primary.len(), 2 | 3) && primary.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return (primary != "und").then(|| primary.to_owned());
    }
    let message = format!("`{}` is no language that is known", shown(text));
    notes.push(Note::new(codes::LANGUAGE_UNKNOWN, message));
    None
}

/// Code, three-letter codes, English name, own name.
const LANGUAGES: [&str; 40] = [
    "en eng english",
    "ar ara arabic العربية",
    "bg bul bulgarian български",
    "bn ben bengali",
    "ca cat catalan català",
    "cs ces cze czech čeština",
    "da dan danish dansk",
    "de deu ger german deutsch",
    "el ell gre greek ελληνικά",
    "es spa spanish español castellano",
    "et est estonian eesti",
    "fa fas per persian farsi فارسی",
    "fi fin finnish suomi",
    "fr fra fre french français",
    "he heb iw hebrew עברית",
    "hi hin hindi",
    "hr hrv croatian hrvatski",
    "hu hun hungarian magyar",
    "hy hye arm armenian",
    "id ind in indonesian",
    "it ita italian italiano",
    "ja jpn japanese 日本語",
    "ko kor korean 한국어",
    "lt lit lithuanian lietuvių",
    "lv lav latvian latviešu",
    "nl nld dut dutch nederlands",
    "no nor norwegian norsk",
    "pl pol polish polski",
    "pt por portuguese português",
    "ro ron rum romanian română",
    "ru rus russian русский",
    "sk slk slo slovak slovenčina",
    "sr srp serbian српски",
    "sv swe swedish svenska",
    "ta tam tamil",
    "tr tur turkish türkçe",
    "uk ukr ukrainian українська",
    "ur urd urdu",
    "vi vie vietnamese",
    "zh zho chi chinese 中文",
];

/// An address, if the text can be one.
pub(super) fn url(text: &str, notes: &mut Vec<Note>) -> Option<String> {
    let text = text.trim();
    let odd = |c: char| c.is_whitespace() || c.is_control();
    if text.len() <= limits::URL_BYTES && !text.contains(odd) {
        return Some(text.to_owned());
    }
    let message = format!("`{}` is no address that can be kept", shown(text));
    notes.push(Note::new(codes::URL_REFUSED, message));
    None
}

/// A title in one line and within its bound.
pub(super) fn title(text: &str, notes: &mut Vec<Note>) -> String {
    let is_blank = |c: char| c.is_control() || c.is_whitespace();
    let words = text.split(is_blank).filter(|word| !word.is_empty());
    let mut title = String::with_capacity(text.len().min(limits::TITLE_BYTES));
    for word in words {
        if !title.is_empty() {
            title.push(' ');
        }
        title.push_str(word);
    }
    if title.len() > limits::TITLE_BYTES {
        title.truncate(metadata::cut_at(&title, limits::TITLE_BYTES));
        let message = format!("the title was cut to {} bytes", title.len());
        notes.push(Note::new(codes::TITLE_CUT, message));
    }
    title
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn codes(notes: &[Note]) -> Vec<&'static str> {
        notes.iter().map(|note| note.code).collect()
    }

    #[test]
    fn facet_values_are_cleaned_and_bounded() {
        let plain = FacetDefinition::new("country");
        let tree = FacetDefinition::new("topic").tree('/');
        let split = FacetDefinition::new("tag").split(";");
        let both = FacetDefinition::new("topic").tree('>').split(",");
        let many: Vec<_> = (0..300).map(|n| n.to_string()).collect();
        let nothing: &[&str] = &[];
        for (definition, source, expected, noted) in [
            (
                &plain,
                json!([" Iran ", "Iran", "IRAN", "", "  "]),
                &["Iran", "IRAN"][..],
                &[][..],
            ),
            (
                &plain,
                json!("Co\u{302}te d’Ivoire"),
                &["Côte d’Ivoire"],
                &[],
            ),
            (&plain, json!("NO"), &["NO"], &[]),
            (&plain, json!("New\n  York"), &["New York"], &[]),
            (&plain, json!("a\u{7}b"), nothing, &[codes::VALUE_CONTROL]),
            (
                &plain,
                json!(["a\u{1b}[31m", "ok"]),
                &["ok"],
                &[codes::VALUE_CONTROL],
            ),
            (
                &plain,
                json!("x".repeat(257)),
                nothing,
                &[codes::VALUE_TOO_LONG],
            ),
            (
                &plain,
                json!("x".repeat(1 << 20)),
                nothing,
                &[codes::VALUE_TOO_LONG],
            ),
            (
                &plain,
                json!([{"code": 1}, {"name": "Iran"}]),
                &["Iran"],
                &[codes::VALUE_IGNORED],
            ),
            (&plain, json!("a/b; c"), &["a/b; c"], &[]),
            (
                &tree,
                json!([" a / b//c ", "a/b/c", "/d/", "/"]),
                &["a/b/c", "d"],
                &[],
            ),
            (&split, json!(["a; b ;;a", "c"]), &["a", "b", "c"], &[]),
            (&both, json!("a > b, c"), &["a>b", "c"], &[]),
        ] {
            let mut notes = Vec::new();
            assert_eq!(facet(definition, [&source], &mut notes), expected);
            assert_eq!(codes(&notes), noted, "{expected:?}");
        }
        let mut notes = Vec::new();
        assert_eq!(
            facet(&plain, [&json!(many)], &mut notes).len(),
            limits::VALUES
        );
        assert_eq!(
            notes[0].message,
            "`country`: 44 values beyond the first 256 were refused"
        );
    }

    #[test]
    fn numbers_are_read_and_the_rest_is_said() {
        let words = NumberDefinition::new("words");
        let mut notes = Vec::new();
        let source = json!([1, "2.5", " 3 ", "", null, "many", "NaN", "1e400"]);
        assert_eq!(numbers(&words, [&source], &mut notes), [1.0, 2.5, 3.0]);
        assert_eq!(notes[0].message, "`words`: `many` is no number");
        assert_eq!(notes.len(), 1);
    }

    #[test]
    fn the_first_readable_date_counts() {
        for (sources, expected, noted) in [
            (vec![json!("1962-10")], Some("1962-10"), vec![]),
            (vec![json!(1962)], Some("1962"), vec![]),
            (
                vec![json!(null), json!(""), json!("1962")],
                Some("1962"),
                vec![],
            ),
            (
                vec![json!("soon"), json!("1962")],
                Some("1962"),
                vec![codes::DATE_UNREADABLE],
            ),
            (vec![json!("03/04/1987")], None, vec![codes::DATE_AMBIGUOUS]),
            (
                vec![json!("soon"), json!("later")],
                None,
                vec![codes::DATE_UNREADABLE],
            ),
            (vec![json!(["1962", "1963"])], Some("1962"), vec![]),
            (
                vec![json!("1 May 1962 10:00 XYZ")],
                Some("1962-05-01T10:00:00"),
                vec![codes::DATE_ZONE_UNKNOWN],
            ),
        ] {
            let mut notes = Vec::new();
            let date = date(&sources, &mut notes).map(|date| date.to_string());
            assert_eq!(date.as_deref(), expected, "{sources:?}");
            assert_eq!(codes(&notes), noted, "{sources:?}");
        }
    }

    #[test]
    fn languages_become_codes() {
        for (text, expected) in [
            ("en", Some("en")),
            ("en-GB", Some("en")),
            ("EN_us", Some("en")),
            ("English", Some("en")),
            ("fas", Some("fa")),
            ("Deutsch", Some("de")),
            ("gl", Some("gl")),
            ("und", None),
            ("the language of birds", None),
        ] {
            assert_eq!(
                language(text, &mut Vec::new()).as_deref(),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn titles_and_addresses_are_bounded() {
        let mut notes = Vec::new();
        assert_eq!(title(" A\n  title\u{1b}[0m ", &mut notes), "A title [0m");
        assert!(notes.is_empty());
        assert_eq!(
            title(&"é".repeat(2_000), &mut notes).len(),
            limits::TITLE_BYTES
        );
        assert_eq!(
            url(" https://example.org/a?b ", &mut notes).unwrap(),
            "https://example.org/a?b"
        );
        assert_eq!(url("https://example.org/a b", &mut notes), None);
        assert_eq!(codes(&notes), [codes::TITLE_CUT, codes::URL_REFUSED]);
    }
}
