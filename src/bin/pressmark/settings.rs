//! Where things are: the corpus, its index, its configuration.
//!
//! Options come before the environment, that before the project's file, that before the user's,
//! that before the defaults. The parser of options takes care of the first two.

use std::path::{Path, PathBuf};

use pressmark::{Config, ErrorKind, Index, Searcher};

use crate::args::Common;
use crate::failure::Failure;
use crate::output::number::shell;
use crate::own_vocabulary;

/// The folder of an index inside that of a corpus.
pub(crate) const INDEX_FOLDER: &str = ".pressmark";
/// The configuration of a corpus, in its folder.
pub(crate) const CONFIG_FILE: &str = "pressmark.toml";

/// A corpus and its index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// The folder of the corpus, as it was given or found; unknown if only an index was named.
    pub(crate) corpus: Option<PathBuf>,
    /// The folder of the index.
    pub(crate) index: PathBuf,
    /// How commands to paste name the corpus.
    pub(crate) naming: Naming,
}

/// How many questions a searcher will be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Questions {
    /// One, about a page of documents.
    One,
    /// Many, or one about all documents.
    Many,
}

/// What a command needs to name a place again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Naming {
    /// Nothing: it is found from the current folder.
    Found,
    /// The options that named it.
    Options(Vec<(&'static str, PathBuf)>),
}

impl Place {
    /// Finds the place that the options name, else the nearest one above the current folder.
    pub(crate) fn find(common: &Common) -> Result<Self, Failure> {
        let current = current_folder()?;
        let found = || nearest(&current);
        Self::of(common, common.corpus.as_deref(), found).ok_or_else(|| {
            Failure::new("no_index", "there is no corpus here or in a folder above")
                .with_hint("run `pressmark index DIR`, then search with `-C DIR`")
        })
    }

    /// Finds the place to index: what was named, else the nearest one, else the current folder.
    pub(crate) fn to_index(common: &Common, dir: Option<&Path>) -> Result<Self, Failure> {
        let current = current_folder()?;
        let named = dir.or(common.corpus.as_deref());
        let found = || Some(nearest(&current).unwrap_or_else(|| PathBuf::from(".")));
        let mut place = Self::of(common, named, found).unwrap_or_else(|| Self {
            corpus: None,
            index: PathBuf::from(INDEX_FOLDER),
            naming: Naming::Found,
        });
        if place.corpus.is_none() {
            place.corpus = found();
        }
        Ok(place)
    }

    fn of(
        common: &Common,
        named: Option<&Path>,
        found: impl FnOnce() -> Option<PathBuf>,
    ) -> Option<Self> {
        let mut options = Vec::new();
        if let Some(named) = named {
            options.push(("-C", named.to_owned()));
        }
        if let Some(index) = &common.index {
            options.push(("--index", index.clone()));
        }
        let corpus = named.map(Path::to_owned).or_else(found);
        let index = match (&common.index, &corpus) {
            (Some(index), _) => index.clone(),
            (None, Some(corpus)) => corpus.join(INDEX_FOLDER),
            (None, None) => return None,
        };
        let naming = if options.is_empty() {
            Naming::Found
        } else {
            Naming::Options(options)
        };
        Some(Self {
            corpus,
            index,
            naming,
        })
    }

    /// The options that name the place in a command to paste, with a space before each.
    pub(crate) fn options(&self) -> String {
        self.named(|_| true)
    }

    fn options_but_corpus(&self) -> String {
        self.named(|option| option != "-C")
    }

    fn named(&self, is_wanted: impl Fn(&str) -> bool) -> String {
        let mut words = String::new();
        if let Naming::Options(options) = &self.naming {
            for (option, path) in options.iter().filter(|(option, _)| is_wanted(option)) {
                words.push(' ');
                words.push_str(option);
                words.push(' ');
                words.push_str(&shell(&path.to_string_lossy()));
            }
        }
        words
    }

    /// Whether the corpus has a configuration of its own, which makes it one.
    pub(crate) fn is_configured(&self) -> bool {
        self.corpus
            .as_ref()
            .is_some_and(|corpus| corpus.join(CONFIG_FILE).is_file())
    }

    /// A snapshot of the newest generation, for as many questions; none if no run has published
    /// anything yet.
    pub(crate) fn published(&self, questions: Questions) -> Result<Option<Searcher>, Failure> {
        let Some(mut index) = self.opened()? else {
            return Ok(None);
        };
        if questions == Questions::One {
            index = index.with_text_memory(0);
        }
        let searcher = own_vocabulary::folded(index, self).searcher()?;
        // To answer from what a first run begins with would tell of no hits where nobody looked.
        if searcher.is_blank() {
            return Ok(None);
        }
        // Who has something to ask ends when it is answered: the system lets go of all files at
        // once, which is quicker than one mapping after the other.
        std::mem::forget(searcher.clone());
        Ok(Some(searcher))
    }

    /// The index, if there is one.
    pub(crate) fn opened(&self) -> Result<Option<Index>, Failure> {
        match Index::open(&self.index) {
            Err(error) if error.kind() == ErrorKind::NoIndex => {
                match self.corpus.as_ref().filter(|corpus| !corpus.is_dir()) {
                    Some(corpus) => Err(not_a_folder(corpus)),
                    None => Ok(None),
                }
            }
            index => Ok(Some(index?)),
        }
    }

    /// Whether a run has published something.
    pub(crate) fn is_indexed(&self) -> bool {
        let searcher = self
            .opened()
            .map(|index| index.map(|index| index.searcher()));
        matches!(searcher, Ok(Some(Ok(searcher))) if !searcher.is_blank())
    }

    /// A snapshot of the newest generation, which has to be there, for one question.
    pub(crate) fn searcher(&self) -> Result<Searcher, Failure> {
        self.searcher_for(Questions::One)
    }

    /// The same for as many questions.
    pub(crate) fn searcher_for(&self, questions: Questions) -> Result<Searcher, Failure> {
        let published = self.published(questions)?;
        published.ok_or_else(|| self.not_indexed())
    }

    /// That there is no index, and how to make it.
    pub(crate) fn not_indexed(&self) -> Failure {
        let (what, command) = match (&self.naming, &self.corpus) {
            (Naming::Options(_), Some(corpus)) => {
                let folder = shell(&corpus.to_string_lossy());
                let index = self.options_but_corpus();
                (
                    format!("`{}`", corpus.display()),
                    format!(" {folder}{index}"),
                )
            }
            (Naming::Options(_), None) => (
                format!("`{}`", self.index.display()),
                " DIR".to_owned() + &self.options(),
            ),
            (Naming::Found, _) => ("this corpus".to_owned(), String::new()),
        };
        Failure::new("no_index", format!("{what} has not been indexed"))
            .with_hint(format!("run `pressmark index{command}`"))
    }

    /// The configuration: of the option, of the corpus, of the user, or none.
    pub(crate) fn config(&self, common: &Common) -> Result<Config, Failure> {
        match self.config_file(common) {
            Some(file) => Ok(Config::load(&file)?),
            None => Ok(Config::default()),
        }
    }

    /// Where the configuration is read from, if from anywhere.
    pub(crate) fn config_file(&self, common: &Common) -> Option<PathBuf> {
        if common.no_config {
            return None;
        }
        let of_corpus = self.corpus.as_ref().map(|corpus| corpus.join(CONFIG_FILE));
        common.config.clone().or_else(|| {
            let files = [of_corpus, user_config()].into_iter().flatten();
            files.into_iter().find(|file| file.is_file())
        })
    }
}

/// What is said of a corpus that is none.
pub(crate) fn not_a_folder(path: &Path) -> Failure {
    let what = if path.exists() {
        "is not a folder"
    } else {
        "does not exist"
    };
    Failure::new("io", format!("`{}` {what}", path.display()))
        .with_hint("name the folder that holds the articles")
}

fn current_folder() -> Result<PathBuf, Failure> {
    std::env::current_dir()
        .map_err(|error| Failure::new("io", format!("cannot tell the current folder: {error}")))
}

/// The nearest folder, from this one upwards, that is a corpus; relative where that is shorter.
fn nearest(current: &Path) -> Option<PathBuf> {
    let is_corpus =
        |folder: &Path| folder.join(INDEX_FOLDER).is_dir() || folder.join(CONFIG_FILE).is_file();
    let (up, found) = current
        .ancestors()
        .enumerate()
        .find(|(_, folder)| is_corpus(folder))?;
    match up {
        0 => Some(PathBuf::from(".")),
        1..=3 => Some(std::iter::repeat_n("..", up).collect()),
        _ => Some(found.to_owned()),
    }
}

/// The user's own configuration, for corpora that have none.
fn user_config() -> Option<PathBuf> {
    Some(user_folder("XDG_CONFIG_HOME", ".config")?.join(CONFIG_FILE))
}

/// A folder for this program among the user's own: below what the variable says, else below the
/// home folder.
pub(crate) fn user_folder(variable: &str, fallback: &str) -> Option<PathBuf> {
    let folder = |name: &str| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|p| p.is_absolute())
    };
    let base = folder(variable).or_else(|| Some(folder("HOME")?.join(fallback)))?;
    Some(base.join("pressmark"))
}

/// A path that opens from the current folder, as short as that allows.
pub(crate) fn from_here(target: &Path) -> PathBuf {
    FromHere::new(target).path(Path::new(""))
}

/// Makes paths below a folder into such that open from the current one.
#[derive(Debug)]
pub(crate) struct FromHere {
    current: PathBuf,
    folder: PathBuf,
}

impl FromHere {
    /// Looks up where both folders really are: what `..` means, only the system knows.
    pub(crate) fn new(folder: &Path) -> Self {
        let real = |path: PathBuf| path.canonicalize().unwrap_or(path);
        Self {
            current: real(std::env::current_dir().unwrap_or_default()),
            folder: real(std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned())),
        }
    }

    /// A path below the folder.
    pub(crate) fn path(&self, below: &Path) -> PathBuf {
        relative(&self.current, &self.folder.join(below))
    }
}

fn relative(current: &Path, full: &Path) -> PathBuf {
    let shared = current
        .components()
        .zip(full.components())
        .take_while(|(a, b)| a == b)
        .count();
    let up = current.components().count() - shared;
    if shared <= 1 && up > 0 {
        return full.to_owned();
    }
    let mut path: PathBuf = std::iter::repeat_n("..", up).collect();
    path.extend(full.components().skip(shared));
    match path.to_str() {
        Some("") => PathBuf::from("."),
        // A name that looks like an option must not become one.
        Some(text) if text.starts_with('-') => Path::new(".").join(path),
        _ => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_where_that_helps() {
        for (current, full, expected) in [
            ("/a/b", "/a/b/c/d.md", "c/d.md"),
            ("/a/b", "/a/c/d.md", "../c/d.md"),
            ("/a/b", "/x/d.md", "/x/d.md"),
            ("/", "/x/d.md", "x/d.md"),
            ("/a/b", "/a/b/-d.md", "./-d.md"),
            ("/a/b", "/a/b", "."),
        ] {
            assert_eq!(
                relative(Path::new(current), Path::new(full)),
                Path::new(expected)
            );
        }
    }
}
