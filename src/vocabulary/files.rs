//! Vocabulary files → vocabularies: the bundled ones, with what the owner of a corpus says.

use super::bundled::{NAMES, kind_in};
use super::compiled::Vocabulary;
use super::edits::{Draft, Edit, Place, Problem, UserFile, parse};
use super::vocabularies::Vocabularies;

impl Vocabularies {
    /// The bundled vocabularies, with what these files say done to them, in the order of the files.
    ///
    /// # Errors
    /// Everything in the files that cannot be done, by file and line.
    pub fn with_files(files: &[UserFile]) -> Result<Self, Vec<Problem>> {
        let mut vocabularies = Self::default();
        let (edits, mut problems) = parse_all(files);
        for (name, vocabulary) in NAMES.into_iter().zip(&mut vocabularies.all) {
            let own: Vec<Edit> = edits_of(name, &edits);
            if own.is_empty() {
                continue;
            }
            let mut draft = Draft::of(vocabulary, kind_in(name));
            problems.extend(draft.apply(&own));
            match Vocabulary::compile(&draft.entries()) {
                Ok(changed) => *vocabulary = changed,
                Err(error) => problems.push(as_problem(&error, &own)),
            }
        }
        sorted(problems).map_or(Ok(vocabularies), Err)
    }
}

/// Compiles a vocabulary from nothing but files, in which a name may mean several entries.
///
/// # Errors
/// As [`Vocabularies::with_files`].
pub fn compile_files(name: &str, files: &[UserFile]) -> Result<Vocabulary, Vec<Problem>> {
    let (edits, mut problems) = parse_all(files);
    let own = edits_of(name, &edits);
    let mut draft = Draft::empty(kind_in(name));
    problems.extend(draft.apply(&own));
    if let Some(problems) = sorted(problems) {
        return Err(problems);
    }
    Vocabulary::compile(&draft.entries()).map_err(|error| vec![as_problem(&error, &own)])
}

fn parse_all(files: &[UserFile]) -> (Vec<Edit>, Vec<Problem>) {
    let (mut edits, mut problems) = (Vec::new(), Vec::new());
    for file in files {
        let (more, wrong) = parse(file);
        edits.extend(more);
        problems.extend(wrong);
    }
    (edits, problems)
}

fn edits_of(vocabulary: &str, edits: &[Edit]) -> Vec<Edit> {
    let own = edits.iter().filter(|edit| edit.vocabulary == vocabulary);
    own.cloned().collect()
}

/// What is wrong with the whole, said where the first edit stands.
fn as_problem(error: &crate::Error, edits: &[Edit]) -> Problem {
    let place = edits
        .first()
        .map_or_else(Place::default, |edit| edit.place.clone());
    Problem {
        place,
        message: error.message().to_owned(),
        hint: error.hint().map(str::to_owned),
    }
}

/// The problems by file and line, if there are any.
fn sorted(mut problems: Vec<Problem>) -> Option<Vec<Problem>> {
    problems.sort_by(|a, b| {
        let (a, b) = (&a.place, &b.place);
        a.file.cmp(&b.file).then(a.line.cmp(&b.line))
    });
    (!problems.is_empty()).then_some(problems)
}
