//! `pressmark open`: the source file, in the program that opens such files.

use std::io::Write;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use pressmark::corpus::decode_path;
use serde::Serialize;

use super::document::{self, Found};
use crate::args::{Common, OpenArgs};
use crate::console::Console;
use crate::failure::{Failure, Finish};
use crate::output::{clean, json};

/// What is opened, as JSON.
#[derive(Serialize)]
struct Opened<'a> {
    format_version: u32,
    id: &'a str,
    path: Option<&'a Path>,
    url: Option<&'a str>,
    #[serde(rename = "opened")]
    is_open: bool,
}

pub(super) fn run(
    common: &Common,
    args: &OpenArgs,
    console: &mut Console,
) -> Result<Finish, Failure> {
    let found = document::find(common, &args.id, console)?;
    let path = file(&found)?;
    let url = found
        .stored
        .document
        .url
        .as_deref()
        .filter(|url| is_web(url));
    let target = match (&path, url) {
        (Some(path), _) => path.as_os_str().to_owned(),
        (None, Some(url)) => url.into(),
        (None, None) => {
            let id = &found.stored.document.id;
            return Err(Failure::new(
                "no_source",
                format!("`{id}` has no file and no web address"),
            )
            .with_hint(format!(
                "`pressmark show id:{id}` prints what is kept of it"
            )));
        }
    };
    let opener = if args.print { None } else { opener() };
    let opened = opener.is_some();
    if let Some(mut opener) = opener {
        let program = opener.get_program().to_string_lossy().into_owned();
        let failed = |what: String| {
            Failure::new("io", format!("cannot open with `{program}`: {what}"))
                .with_hint("set `PRESSMARK_OPENER`, or print the path with `--print`")
        };
        console.flush()?;
        let status = opener
            .arg(&target)
            .status()
            .map_err(|error| failed(error.to_string()))?;
        if !status.success() {
            return Err(failed(status.to_string()));
        }
    }
    if common.json {
        let object = Opened {
            format_version: pressmark::FORMAT_VERSION,
            id: found.stored.document.id.as_str(),
            path: path.as_deref(),
            url,
            is_open: opened,
        };
        json::line(console.out(), &object)?;
    } else if !opened {
        let text = target.to_string_lossy();
        if console.stdout.is_terminal {
            writeln!(console.out(), "{}", clean::line(&text))?;
        } else {
            console.out().write_all(target.as_encoded_bytes())?;
            writeln!(console.out())?;
        }
    }
    Ok(Finish::Done)
}

/// The absolute path of the source file, if there is one.
fn file(found: &Found) -> Result<Option<PathBuf>, Failure> {
    let Some(source) = &found.stored.document.source else {
        return Ok(None);
    };
    let Some(corpus) = &found.place.corpus else {
        return Err(
            Failure::usage("usage", "it is not known where the files are")
                .with_hint("name the folder of the corpus with `-C DIR`"),
        );
    };
    let relative = decode_path(&source.path);
    // An index from elsewhere must not make us open what lies outside of the corpus.
    if !relative
        .components()
        .all(|part| matches!(part, Component::Normal(_)))
    {
        return Err(Failure::new(
            "damaged",
            format!("`{}` leads out of the corpus", source.path),
        ));
    }
    let path = corpus.join(relative);
    if !path.exists() {
        return Err(
            Failure::new("io", format!("`{}` is no longer there", path.display())).with_hint(
                format!(
                    "run `pressmark index{}` to bring the index up to date",
                    found.place.options()
                ),
            ),
        );
    }
    Ok(Some(std::path::absolute(&path).unwrap_or(path)))
}

fn is_web(url: &str) -> bool {
    let is_scheme = |scheme: &str| {
        url.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    (is_scheme("https://") || is_scheme("http://"))
        && !url
            .chars()
            .any(|c| clean::is_hostile(c) || c.is_whitespace())
}

/// The program that opens files: the user's, else the system's.
fn opener() -> Option<Command> {
    if let Ok(line) = std::env::var("PRESSMARK_OPENER") {
        let mut words = line.split_whitespace();
        let mut command = Command::new(words.next()?);
        command.args(words);
        return Some(command);
    }
    let name = if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(windows) {
        "explorer"
    } else {
        "xdg-open"
    };
    let folders = std::env::var_os("PATH")?;
    let names = [name.to_owned(), format!("{name}.exe")];
    let is_there = std::env::split_paths(&folders)
        .any(|folder| names.iter().any(|name| folder.join(name).is_file()));
    is_there.then(|| Command::new(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_are_opened() {
        for (url, expected) in [
            ("https://example.org/a", true),
            ("HTTP://example.org", true),
            ("file:///etc/passwd", false),
            ("javascript:alert(1)", false),
            ("https://example.org/\u{202e}a", false),
            ("https://example.org/ -x", false),
            ("-x", false),
        ] {
            assert_eq!(is_web(url), expected, "{url}");
        }
    }
}
