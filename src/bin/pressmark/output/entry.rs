//! An entry of a vocabulary, for people and for programs.

use std::collections::BTreeMap;

use pressmark::vocabulary::{EntryRef, Office, Role as NameRole, Vocabulary};
use serde_json::{Value, json};

use super::layout::{Flow, Role};
use crate::console::Stream;

/// How wide the column of labels is.
const LABELS: usize = 10;

/// What an entry gathers, a line for each kind of thing.
pub(crate) fn human(
    vocabulary_name: &str,
    vocabulary: &Vocabulary,
    entry: EntryRef<'_>,
    stream: Stream,
) -> String {
    let mut head = Flow::default();
    head.push(Role::Title, entry.name());
    head.space();
    let kind = match entry.kind().name() {
        kind if kind == vocabulary_name => kind.to_owned(),
        kind => format!("{kind}, {vocabulary_name}"),
    };
    let silent = if entry.is_silent() { ", silenced" } else { "" };
    head.push(Role::Faint, &format!("{kind}{silent}"));
    let mut out = head.render(stream, 0, 2);

    let parts = Parts::of(vocabulary, entry);
    let mut line = |label: &str, values: &[String]| {
        if values.is_empty() {
            return;
        }
        let mut flow = Flow::default();
        for (number, value) in values.iter().enumerate() {
            flow.push(Role::Plain, value);
            flow.glue(
                Role::Plain,
                if number + 1 < values.len() { "," } else { "" },
            );
            flow.space();
        }
        let mut name = Flow::default();
        name.glue(Role::Name, &format!("  {label:LABELS$}"));
        let name = name.render(stream, 0, 0);
        out.push_str(name.trim_end_matches('\n'));
        out.push_str(&flow.render(stream, LABELS + 2, LABELS + 2));
    };
    let path = parts.path.join("/");
    if parts.path.len() > 1 {
        line("path", std::slice::from_ref(&path));
    }
    line("groups", &parts.groups);
    let times: Vec<String> = [("from", entry.from()), ("until", entry.until())]
        .into_iter()
        .filter_map(|(word, day)| Some(format!("{word} {}", day?)))
        .collect();
    line("time", &times);
    line("codes", parts.of_role(NameRole::Code));
    line("names", parts.names.get("").map_or(&[], Vec::as_slice));
    for (language, names) in parts
        .names
        .iter()
        .filter(|(language, _)| !language.is_empty())
    {
        line(language, names);
    }
    line("people", parts.of_role(NameRole::Demonym));
    line("capitals", parts.of_role(NameRole::Capital));
    line("countries", &parts.countries);
    let offices: Vec<String> = parts.offices.iter().map(office).collect();
    line("offices", &offices);
    line("unclear", &parts.context);
    out
}

/// What an entry gathers, as JSON.
pub(crate) fn object(vocabulary_name: &str, vocabulary: &Vocabulary, entry: EntryRef<'_>) -> Value {
    let parts = Parts::of(vocabulary, entry);
    let day = |day: Option<pressmark::vocabulary::Day>| day.map(|day| day.to_string());
    let offices: Vec<Value> = parts
        .offices
        .iter()
        .map(|office| {
            json!({"role": office.role, "of": office.of,
                "from": day(office.from), "until": day(office.until)})
        })
        .collect();
    json!({
        "vocabulary": vocabulary_name,
        "name": entry.name(),
        "kind": entry.kind().name(),
        "path": parts.path.join("/"),
        "groups": parts.groups,
        "codes": parts.of_role(NameRole::Code),
        "names": parts.names,
        "demonyms": parts.of_role(NameRole::Demonym),
        "capitals": parts.of_role(NameRole::Capital),
        "countries": parts.countries,
        "from": day(entry.from()),
        "until": day(entry.until()),
        "offices": offices,
        "unclear": parts.context,
        "silent": entry.is_silent(),
    })
}

/// What an entry gathers, sorted out.
struct Parts {
    path: Vec<String>,
    /// What it belongs to beside its path.
    groups: Vec<String>,
    /// Names by language; those of none under the empty one.
    names: BTreeMap<String, Vec<String>>,
    others: Vec<(NameRole, Vec<String>)>,
    countries: Vec<String>,
    offices: Vec<Office>,
    /// Names that mean other things as well.
    context: Vec<String>,
}

impl Parts {
    fn of(vocabulary: &Vocabulary, entry: EntryRef<'_>) -> Self {
        let name_of = |id| vocabulary.entry(id).name().to_owned();
        let path = entry.path();
        let above = entry.ancestors();
        let groups = above.into_iter().filter(|id| !path.contains(id));
        let roles = [NameRole::Code, NameRole::Demonym, NameRole::Capital];
        let mut parts = Self {
            groups: groups.map(name_of).collect(),
            path: path.iter().map(|&id| name_of(id)).collect(),
            names: BTreeMap::new(),
            others: roles.map(|role| (role, Vec::new())).into(),
            countries: entry.countries().map(str::to_owned).collect(),
            offices: entry.offices().collect(),
            context: Vec::new(),
        };
        for (number, name) in entry.names().enumerate() {
            let text = name.text.to_owned();
            if name.context {
                parts.context.push(text.clone());
            }
            let list = parts.others.iter_mut().find(|(role, _)| *role == name.role);
            match list {
                Some((_, list)) => list.push(text),
                None if number > 0 => {
                    let language = name.language().unwrap_or_default();
                    parts.names.entry(language).or_default().push(text);
                }
                None => {}
            }
        }
        parts
    }

    fn of_role(&self, wanted: NameRole) -> &[String] {
        let list = self.others.iter().find(|(role, _)| *role == wanted);
        list.map_or(&[], |(_, list)| list.as_slice())
    }
}

/// An office in a line.
fn office(office: &Office) -> String {
    let mut text = office.role.clone();
    if !office.of.is_empty() {
        text.push_str(" of ");
        text.push_str(&office.of);
    }
    match (office.from, office.until) {
        (Some(from), Some(until)) if from.year() == until.year() => {
            format!("{text} {}", from.year())
        }
        (Some(from), Some(until)) => format!("{text} {}–{}", from.year(), until.year()),
        (Some(from), None) => format!("{text} from {}", from.year()),
        (None, Some(until)) => format!("{text} until {}", until.year()),
        (None, None) => text,
    }
}
