//! `pressmark vocabulary`: what an entry gathers, what is wrong with the owner's files, and what an
//! edit of them would change.

mod preview;

use pressmark::vocabulary::{Folded, Meaning, NAMES, Problem, UserFile, Vocabularies, Vocabulary};
use serde_json::json;

use crate::args::{CheckFilesArgs, Common, ShowEntryArgs, VocabularyArgs, VocabularyCommand};
use crate::console::Console;
use crate::failure::{Failure, Finish};
use crate::output::layout::{Flow, Role};
use crate::output::number::{count, thousands};
use crate::output::{entry, json};
use crate::own_vocabulary;
use crate::settings::{Place, Questions};
use crate::values;

pub(super) fn run(
    common: &Common,
    args: &VocabularyArgs,
    console: &mut Console,
) -> Result<Finish, Failure> {
    let files = files(common)?;
    match &args.command {
        VocabularyCommand::Show(args) => show(common, args, &files, console),
        VocabularyCommand::Check(args) => check(common, args, &files, console),
        VocabularyCommand::Preview(args) => preview::run(common, args, &files, console),
        VocabularyCommand::Compile(_) => compile(common, console),
    }
}

/// The owner's files; the bundled vocabularies can be shown without a corpus.
fn files(common: &Common) -> Result<Vec<UserFile>, Failure> {
    let named = common.corpus.is_some() || common.index.is_some();
    match Place::find(common) {
        Ok(place) => own_vocabulary::files(&place),
        Err(failure) if named => Err(failure),
        Err(_) => Ok(Vec::new()),
    }
}

fn show(
    common: &Common,
    args: &ShowEntryArgs,
    files: &[UserFile],
    console: &mut Console,
) -> Result<Finish, Failure> {
    let vocabularies = own_vocabulary::load(files)?;
    let wanted = |name: &&str| args.within.as_deref().is_none_or(|within| within == *name);
    let chosen: Vec<(&str, &Vocabulary)> = NAMES
        .into_iter()
        .filter(wanted)
        .filter_map(|name| Some((name, vocabularies.get(name)?)))
        .collect();
    let Some(name) = &args.name else {
        return summary(common, &chosen, console);
    };
    let mut found = Vec::new();
    for (vocabulary_name, vocabulary) in &chosen {
        let ids = match vocabulary.look_up(name) {
            Meaning::Unknown => Vec::new(),
            Meaning::One(id) => vec![id],
            Meaning::Several(ids) => ids,
        };
        for id in ids {
            found.push((*vocabulary_name, *vocabulary, vocabulary.entry(id)));
        }
    }
    if common.json {
        let entries: Vec<_> = found
            .iter()
            .map(|(name, vocabulary, entry)| entry::object(name, vocabulary, *entry))
            .collect();
        let object = json!({"format_version": pressmark::FORMAT_VERSION, "entries": entries});
        json::line(console.out(), &object)?;
    } else {
        for (number, (name, vocabulary, entry)) in found.iter().enumerate() {
            let text = entry::human(name, vocabulary, *entry, console.stdout);
            let gap = if number > 0 { "\n" } else { "" };
            console.text(&format!("{gap}{text}"))?;
        }
        if found.is_empty() {
            let near = chosen
                .iter()
                .find_map(|(_, vocabulary)| vocabulary.nearest(name));
            let hint = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            console.remark(&format!("no entry is called `{name}`{hint}"));
        }
    }
    Ok(finish(!found.is_empty()))
}

fn summary(
    common: &Common,
    vocabularies: &[(&str, &Vocabulary)],
    console: &mut Console,
) -> Result<Finish, Failure> {
    if common.json {
        let all: serde_json::Map<_, _> = vocabularies
            .iter()
            .map(|(name, vocabulary)| {
                let (entries, names) = (vocabulary.len(), vocabulary.key_count());
                (
                    (*name).to_owned(),
                    json!({"entries": entries, "names": names}),
                )
            })
            .collect();
        let object = json!({"format_version": pressmark::FORMAT_VERSION, "vocabularies": all});
        json::line(console.out(), &object)?;
        return Ok(Finish::Done);
    }
    for (name, vocabulary) in vocabularies {
        let mut flow = Flow::default();
        flow.push(Role::Name, &format!("{name:9}"));
        flow.space();
        let entries = count(vocabulary.len() as u64, "entry", "entries");
        let names = count(vocabulary.key_count() as u64, "name", "names");
        flow.push(Role::Plain, &format!("{entries} · {names}"));
        console.text(&flow.render(console.stdout, 0, 4))?;
    }
    Ok(Finish::Done)
}

fn check(
    common: &Common,
    args: &CheckFilesArgs,
    files: &[UserFile],
    console: &mut Console,
) -> Result<Finish, Failure> {
    let (problems, unknown) = match Vocabularies::with_files(files) {
        Ok(vocabularies) => (Vec::new(), unknown(common, &vocabularies)?),
        Err(problems) => (problems, Vec::new()),
    };
    if common.json {
        let list: Vec<_> = problems.iter().map(object_of).collect();
        let unknown: serde_json::Map<_, _> = unknown
            .into_iter()
            .map(|facet| {
                (
                    facet.name,
                    facet.values.iter().map(Unknown::object).collect(),
                )
            })
            .collect();
        let object = json!({"format_version": pressmark::FORMAT_VERSION,
            "files": files.len(), "mistakes": list, "unknown": unknown});
        json::line(console.out(), &object)?;
    } else {
        for problem in &problems {
            let place = format!("{}:{}", problem.place.file.display(), problem.place.line);
            let mut flow = Flow::default();
            flow.push_whole(Role::Title, &place);
            flow.space();
            flow.push(Role::Plain, &problem.message);
            if let Some(hint) = &problem.hint {
                flow.glue(Role::Plain, ";");
                flow.space();
                flow.push(Role::Faint, hint);
            }
            console.text(&flow.render(console.stdout, 0, 4))?;
        }
        for facet in &unknown {
            facet.print(args.top, console)?;
        }
        let mistakes = match problems.len() {
            0 => "no mistake".to_owned(),
            many => count(many as u64, "mistake", "mistakes"),
        };
        let files = count(files.len() as u64, "file", "files");
        console.remark(&format!("{mistakes} · {files}"));
    }
    Ok(finish(problems.is_empty()))
}

/// A value that documents have and no entry knows.
struct Unknown {
    value: String,
    documents: u64,
}

impl Unknown {
    fn object(&self) -> serde_json::Value {
        json!({"value": self.value, "count": self.documents})
    }
}

/// The values of a facet that no entry knows, most frequent first.
struct UnknownValues {
    name: String,
    values: Vec<Unknown>,
    vocabulary: Vocabulary,
}

impl UnknownValues {
    fn print(&self, most: usize, console: &mut Console) -> Result<(), Failure> {
        if self.values.is_empty() {
            return Ok(());
        }
        let mut flow = Flow::default();
        flow.push(Role::Name, &self.name);
        flow.space();
        let values = count(self.values.len() as u64, "value", "values");
        flow.push(Role::Plain, &format!("{values} that no entry knows"));
        console.text(&flow.render(console.stdout, 0, 4))?;
        for unknown in self.values.iter().take(most) {
            let mut flow = Flow::default();
            flow.push_whole(Role::Plain, &unknown.value);
            flow.space();
            flow.push(Role::Plain, &thousands(unknown.documents));
            if let Some(near) = self.vocabulary.nearest(&unknown.value) {
                flow.space();
                flow.push(Role::Faint, &format!("(near `{near}`)"));
            }
            let line = flow.render(console.stdout, 2, 4);
            console.text(&format!("  {line}"))?;
        }
        Ok(())
    }
}

/// What no entry knows, if there is an index.
fn unknown(common: &Common, vocabularies: &Vocabularies) -> Result<Vec<UnknownValues>, Failure> {
    let Ok(place) = Place::find(common) else {
        return Ok(Vec::new());
    };
    let Some(searcher) = place.published(Questions::One)? else {
        return Ok(Vec::new());
    };
    let mut unknown = Vec::new();
    for facet in &searcher.schema().facets {
        let vocabulary = facet.vocabulary.as_deref();
        let Some(vocabulary) = vocabulary.and_then(|name| vocabularies.get(name)) else {
            continue;
        };
        let is_known = |value: &str| {
            let folded = vocabulary.fold_value(value, facet.tree);
            matches!(folded, Folded::Entry(_) | Folded::Silent(_))
        };
        let values = values::of_facet(&searcher, &facet.name)?.into_iter();
        let values = values.filter(|(value, _)| !is_known(value));
        let mut values: Vec<Unknown> = values
            .map(|(value, documents)| Unknown { value, documents })
            .collect();
        values.sort_by(|a, b| {
            let by_documents = b.documents.cmp(&a.documents);
            by_documents.then_with(|| a.value.cmp(&b.value))
        });
        unknown.push(UnknownValues {
            name: facet.name.clone(),
            values,
            vocabulary: vocabulary.clone(),
        });
    }
    Ok(unknown)
}

fn compile(common: &Common, console: &mut Console) -> Result<Finish, Failure> {
    let place = Place::find(common)?;
    let Some(is_written) = own_vocabulary::compile(&place)? else {
        return Err(place.not_indexed());
    };
    if common.json {
        let object = json!({"format_version": pressmark::FORMAT_VERSION, "written": is_written});
        json::line(console.out(), &object)?;
    } else if is_written {
        console.remark("the vocabularies are compiled");
    } else {
        console.remark("the vocabularies were compiled already");
    }
    Ok(Finish::Done)
}

fn finish(is_well: bool) -> Finish {
    if is_well {
        Finish::Done
    } else {
        Finish::Nothing
    }
}

fn object_of(problem: &Problem) -> serde_json::Value {
    json!({
        "file": problem.place.file.to_string_lossy(),
        "line": problem.place.line,
        "message": problem.message,
        "hint": problem.hint,
    })
}
