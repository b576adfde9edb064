//! Reads a vocabulary file. Everything that is wrong with it is told, not only the first.

use std::borrow::Cow;
use std::path::PathBuf;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Action, Details, Edit, Place, Problem, Said};
use crate::schema::near_miss::suggest;
use crate::vocabulary::bundled::NAMES;
use crate::vocabulary::entry::{Day, Kind, MAX_NAME_BYTES, Name, Office, Role};

type Value<'i> = Spanned<DeValue<'i>>;
type Key<'i> = Spanned<Cow<'i, str>>;

/// A file of the owner's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserFile {
    /// The file, as errors call it.
    pub path: PathBuf,
    /// What it says.
    pub text: String,
}

/// What may stand below the name of a vocabulary.
const VERBS: [&str; 6] = ["add", "change", "merge", "rename", "silence", "split"];

/// What may be said of an entry.
const DETAILS: [&str; 15] = [
    "aliases",
    "capitals",
    "case",
    "codes",
    "context",
    "countries",
    "demonyms",
    "from",
    "kind",
    "members",
    "names",
    "offices",
    "parents",
    "silent",
    "until",
];

/// Reads what a file says is to be done, and what of it cannot be read.
pub fn parse(file: &UserFile) -> (Vec<Edit>, Vec<Problem>) {
    let breaks = file.text.match_indices('\n').map(|(at, _)| at);
    let mut reading = Reading {
        file,
        breaks: breaks.collect(),
        edits: Vec::new(),
        problems: Vec::new(),
    };
    match DeTable::parse(&file.text) {
        Ok(root) => reading.root(root.get_ref()),
        Err(error) => {
            let start = error.span().map_or(0, |span| span.start);
            reading.problem(start, error.message().trim_end_matches('.').to_owned());
        }
    }
    let Reading {
        mut edits,
        problems,
        ..
    } = reading;
    edits.sort_by_key(|edit| edit.place.line);
    (edits, problems)
}

struct Reading<'a> {
    file: &'a UserFile,
    /// Where its lines end.
    breaks: Vec<usize>,
    edits: Vec<Edit>,
    problems: Vec<Problem>,
}

impl Reading<'_> {
    fn root(&mut self, root: &DeTable<'_>) {
        for (key, value) in root {
            let vocabulary = key.get_ref().as_ref();
            if !NAMES.contains(&vocabulary) {
                let message = format!("there is no vocabulary `{vocabulary}`");
                self.unknown(key, message, &NAMES);
            } else if let Some(table) = self.table(value, vocabulary) {
                for (key, value) in table {
                    self.verb(vocabulary, key, value);
                }
            }
        }
    }

    fn verb(&mut self, vocabulary: &str, key: &Key<'_>, value: &Value<'_>) {
        let verb = key.get_ref().as_ref();
        if verb == "silence" {
            for (name, line) in self.said(value, verb) {
                self.edit_at(vocabulary, line, Action::Silence(name));
            }
            return;
        }
        if !VERBS.contains(&verb) {
            let message = format!("unknown word `{verb}` in `[{vocabulary}]`");
            return self.unknown(key, message, &VERBS);
        }
        let Some(table) = self.table(value, &format!("{vocabulary}.{verb}")) else {
            return;
        };
        for (key, value) in table {
            let name = key.get_ref().trim().to_owned();
            if name.is_empty() || name.len() > MAX_NAME_BYTES {
                let message = format!("a name has 1 to {MAX_NAME_BYTES} bytes");
                self.problem(key.span().start, message);
                continue;
            }
            let line = self.line(key.span().start);
            let action = match verb {
                "rename" => self
                    .string(value, verb)
                    .map(|new| Action::Rename(name, new)),
                "merge" => Some(Action::Merge(name, self.said(value, verb))),
                "split" => self
                    .parts(value, &name)
                    .map(|parts| Action::Split(name, parts)),
                _ => {
                    let details = self.details(value, &format!("{vocabulary}.{verb}"), verb);
                    details.map(|details| {
                        let details = Box::new(details);
                        match verb {
                            "add" => Action::Add(name, details),
                            _ => Action::Change(name, details),
                        }
                    })
                }
            };
            if let Some(action) = action {
                self.edit_at(vocabulary, line, action);
            }
        }
    }

    fn parts(&mut self, value: &Value<'_>, name: &str) -> Option<Vec<(String, Vec<Said>)>> {
        let table = self.table(value, &format!("split.\"{name}\""))?;
        let mut parts: Vec<_> = table.iter().collect();
        parts.sort_by_key(|(key, _)| key.span().start);
        let mut read = Vec::new();
        for (key, value) in parts {
            read.push((key.get_ref().trim().to_owned(), self.said(value, "split")));
        }
        Some(read)
    }

    fn details(&mut self, value: &Value<'_>, section: &str, verb: &str) -> Option<Details> {
        let table = self.table(value, section)?;
        let mut details = Details::default();
        for (key, value) in table {
            let what = key.get_ref().as_ref();
            match what {
                "aliases" => self.names(&mut details, value, Role::Name, None),
                "codes" => self.names(&mut details, value, Role::Code, None),
                "demonyms" => self.names(&mut details, value, Role::Demonym, None),
                "capitals" => self.names(&mut details, value, Role::Capital, None),
                "names" => self.names_by_language(&mut details, value),
                "drop" if verb == "change" => details.dropped = self.said(value, what),
                "case" => details.case = self.said(value, what),
                "context" => details.context = self.said(value, what),
                "parents" => details.parents = Some(self.said(value, what)),
                "members" => details.members = self.said(value, what),
                "countries" => {
                    let said = self.said(value, what);
                    details.countries = said.into_iter().map(|(text, _)| text).collect();
                }
                "from" => details.from = self.day(value, what, false),
                "until" => details.until = self.day(value, what, true),
                "kind" => details.kind = self.kind(value),
                "offices" => details.offices = self.offices(value),
                "silent" => match value.get_ref() {
                    DeValue::Boolean(silent) => details.silent = Some(*silent),
                    _ => self.expected(value, what, "true or false"),
                },
                _ => {
                    let mut known = DETAILS.to_vec();
                    if verb == "change" {
                        known.push("drop");
                    }
                    let message = format!("unknown key `{what}` in `[{section}]`");
                    self.unknown(key, message, &known);
                }
            }
        }
        Some(details)
    }

    fn names(
        &mut self,
        details: &mut Details,
        value: &Value<'_>,
        role: Role,
        language: Option<&str>,
    ) {
        for (text, line) in self.said(value, "a name") {
            let mut name = Name::new(text, role);
            name.language = language.map(str::to_owned);
            // A code in small letters is a word.
            name.case = role == Role::Code;
            details.names.push((name, line));
        }
    }

    fn names_by_language(&mut self, details: &mut Details, value: &Value<'_>) {
        let Some(table) = self.table(value, "names") else {
            return;
        };
        for (key, value) in table {
            let language = key.get_ref().as_ref();
            let is_code = matches!(language.len(), 2 | 3)
                && language.bytes().all(|byte| byte.is_ascii_lowercase());
            if is_code {
                self.names(details, value, Role::Name, Some(language));
            } else {
                let message = format!("`{language}` is no code of a language");
                self.problem_with(
                    key.span().start,
                    message,
                    "use two or three small letters, such as `fr`".to_owned(),
                );
            }
        }
    }

    fn kind(&mut self, value: &Value<'_>) -> Option<Kind> {
        let name = self.string(value, "kind")?;
        let kind = Kind::from_name(&name);
        if kind.is_none() {
            let known = Kind::ALL.map(Kind::name);
            let hint = hint(&name, &known);
            let start = value.span().start;
            self.problem_with(start, format!("there is no kind `{name}`"), hint);
        }
        kind
    }

    fn offices(&mut self, value: &Value<'_>) -> Vec<Office> {
        let DeValue::Array(values) = value.get_ref() else {
            self.expected(value, "offices", "a list of `{ role = \"…\", of = \"…\" }`");
            return Vec::new();
        };
        let mut offices = Vec::new();
        for value in values {
            let Some(table) = self.table(value, "offices") else {
                continue;
            };
            let mut office = Office::default();
            for (key, value) in table {
                let what = key.get_ref().as_ref();
                match what {
                    "role" => office.role = self.string(value, what).unwrap_or_default(),
                    "of" => office.of = self.string(value, what).unwrap_or_default(),
                    "from" => office.from = self.day(value, what, false),
                    "until" => office.until = self.day(value, what, true),
                    _ => {
                        let message = format!("unknown key `{what}` of an office");
                        self.unknown(key, message, &["from", "of", "role", "until"]);
                    }
                }
            }
            offices.push(office);
        }
        offices
    }

    /// A year or a day; a year is its first day, or its last.
    fn day(&mut self, value: &Value<'_>, what: &str, is_end: bool) -> Option<Day> {
        let day = match value.get_ref() {
            DeValue::Integer(number) if number.radix() == 10 => {
                let year = number.as_str().parse::<i16>().ok();
                let year = year.filter(|year| (-9999..=9999).contains(year) && *year != 0);
                year.map(if is_end { Day::last_of } else { Day::first_of })
            }
            DeValue::Datetime(moment) => moment
                .date
                .map(|date| Day::new(date.year as i16, date.month, date.day)),
            _ => None,
        };
        if day.is_none() {
            self.expected(value, what, "a year or a day, such as 1991 or 1991-12-26");
        }
        day
    }

    fn table<'v, 'i>(&mut self, value: &'v Value<'i>, what: &str) -> Option<&'v DeTable<'i>> {
        if let DeValue::Table(table) = value.get_ref() {
            Some(table)
        } else {
            self.expected(value, what, "a table");
            None
        }
    }

    fn string(&mut self, value: &Value<'_>, what: &str) -> Option<String> {
        let DeValue::String(text) = value.get_ref() else {
            self.expected(value, what, "a text in quotes");
            return None;
        };
        let text = text.trim();
        if text.is_empty() || text.len() > MAX_NAME_BYTES || text.contains(char::is_control) {
            let message = format!("a name has 1 to {MAX_NAME_BYTES} bytes, on one line");
            self.problem(value.span().start, message);
            return None;
        }
        Some(text.to_owned())
    }

    /// A list of texts with their lines; one text is a list of one.
    fn said(&mut self, value: &Value<'_>, what: &str) -> Vec<Said> {
        let values = match value.get_ref() {
            DeValue::Array(values) => values.iter().collect(),
            DeValue::String(_) => vec![value],
            _ => {
                self.expected(value, what, "a list of texts in quotes");
                Vec::new()
            }
        };
        let mut said = Vec::new();
        for value in values {
            let line = self.line(value.span().start);
            said.extend(self.string(value, what).map(|text| (text, line)));
        }
        said
    }

    fn expected(&mut self, value: &Value<'_>, what: &str, expected: &str) {
        let message = format!("`{what}` must be {expected}");
        self.problem(value.span().start, message);
    }

    fn unknown(&mut self, key: &Key<'_>, message: String, known: &[&str]) {
        let hint = hint(key.get_ref(), known);
        self.problem_with(key.span().start, message, hint);
    }

    fn problem(&mut self, start: usize, message: String) {
        let place = self.place(start);
        self.problems.push(Problem::new(&place, message));
    }

    fn problem_with(&mut self, start: usize, message: String, hint: String) {
        let place = self.place(start);
        self.problems
            .push(Problem::new(&place, message).with_hint(hint));
    }

    fn edit_at(&mut self, vocabulary: &str, line: usize, action: Action) {
        let place = Place {
            file: self.file.path.clone(),
            line,
        };
        self.edits.push(Edit {
            vocabulary: vocabulary.to_owned(),
            place,
            action,
        });
    }

    fn place(&self, start: usize) -> Place {
        Place {
            file: self.file.path.clone(),
            line: self.line(start),
        }
    }

    fn line(&self, start: usize) -> usize {
        self.breaks.partition_point(|&end| end < start) + 1
    }
}

/// The word that was probably meant, and all that could have been.
fn hint(name: &str, known: &[&str]) -> String {
    let list: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
    let list = list.join(", ");
    match suggest(name, known) {
        Some(near) => format!("did you mean `{near}`? known: {list}"),
        None => format!("known: {list}"),
    }
}
