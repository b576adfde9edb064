//! `pressmark vocabulary`: what an entry gathers, and what is wrong with the owner's files.

use std::fs::{self, File};
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use pressmark::vocabulary::{Meaning, NAMES, Problem, UserFile, Vocabularies, Vocabulary};
use serde_json::json;

use crate::args::{Common, ShowEntryArgs, VocabularyArgs, VocabularyCommand};
use crate::console::Console;
use crate::failure::{Failure, Finish};
use crate::output::layout::{Flow, Role};
use crate::output::number::count;
use crate::output::{entry, json};
use crate::settings::Place;

/// The folder of vocabulary files, inside that of a corpus.
const FOLDER: &str = "vocabulary";
/// A longer file is refused: it is a mistake, not a vocabulary.
const MAX_FILE_BYTES: u64 = 8 << 20;

pub(super) fn run(
    common: &Common,
    args: &VocabularyArgs,
    console: &mut Console,
) -> Result<Finish, Failure> {
    let folder = folder(common)?;
    let files = folder.as_deref().map_or(Ok(Vec::new()), read)?;
    match &args.command {
        VocabularyCommand::Show(args) => show(common, args, &files, console),
        VocabularyCommand::Check(_) => check(common, &files, console),
    }
}

/// Where the files would be; the bundled vocabularies can be shown without a corpus.
fn folder(common: &Common) -> Result<Option<PathBuf>, Failure> {
    let named = common.corpus.is_some() || common.index.is_some();
    match Place::find(common) {
        Ok(place) => Ok(place.corpus.map(|corpus| corpus.join(FOLDER))),
        Err(failure) if named => Err(failure),
        Err(_) => Ok(None),
    }
}

/// The files of a folder, in the order of their names; none if there is no such folder.
fn read(folder: &Path) -> Result<Vec<UserFile>, Failure> {
    let cannot = |path: &Path, error: &std::io::Error| {
        Failure::new("io", format!("cannot read `{}`: {error}", path.display()))
    };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        Err(error) => return Err(cannot(folder, &error)),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| cannot(folder, &error))?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            paths.push(path);
        }
    }
    paths.sort();
    let mut files = Vec::new();
    for path in paths {
        let mut bytes = Vec::new();
        File::open(&path)
            .and_then(|file| file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes))
            .map_err(|error| cannot(&path, &error))?;
        if bytes.len() as u64 > MAX_FILE_BYTES {
            let message = format!("`{}` is larger than 8 MiB", path.display());
            return Err(Failure::new("config", message));
        }
        let text = String::from_utf8(bytes).map_err(|_| {
            Failure::new("config", format!("`{}` is not UTF-8", path.display()))
                .with_hint("save the file as UTF-8")
        })?;
        files.push(UserFile { path, text });
    }
    Ok(files)
}

/// The vocabularies of a corpus: the bundled ones, with what its own files say.
pub(super) fn of_corpus(corpus: &Path) -> Result<Vocabularies, Failure> {
    load(&read(&corpus.join(FOLDER))?)
}

fn load(files: &[UserFile]) -> Result<Vocabularies, Failure> {
    Vocabularies::with_files(files).map_err(|problems| {
        let others = problems.len() - 1;
        let first = problems.into_iter().next();
        let failure = first.map_or_else(
            || Failure::new("config", "the vocabulary files cannot be used"),
            |problem| Failure::from(pressmark::Error::from(problem)),
        );
        match others {
            0 => failure,
            _ => failure.with_hint("pressmark vocabulary check"),
        }
    })
}

fn show(
    common: &Common,
    args: &ShowEntryArgs,
    files: &[UserFile],
    console: &mut Console,
) -> Result<Finish, Failure> {
    let vocabularies = load(files)?;
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

fn check(common: &Common, files: &[UserFile], console: &mut Console) -> Result<Finish, Failure> {
    let problems = Vocabularies::with_files(files).err().unwrap_or_default();
    if common.json {
        let list: Vec<_> = problems.iter().map(object_of).collect();
        let object = json!({"format_version": pressmark::FORMAT_VERSION,
            "files": files.len(), "mistakes": list});
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
        let mistakes = match problems.len() {
            0 => "no mistake".to_owned(),
            many => count(many as u64, "mistake", "mistakes"),
        };
        let files = count(files.len() as u64, "file", "files");
        console.remark(&format!("{mistakes} · {files}"));
    }
    Ok(finish(problems.is_empty()))
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
