//! The first pass: what is there, how long it is, and whether its bytes are those that were
//! written. Every file is read once, front to back, through a small buffer.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::{Component, Path};

use super::deep;
use super::report::{
    CheckReport, CheckedGeneration, Damage, DamageCode, DamagedSegment, Part, Remark,
};
use super::states::{States, number};
use super::{CheckProgress, Watch, empty_report};
use crate::index::generation::{FileRef, Generation, description, read_newest};
use crate::index::home::{CURRENT, DATA, GENERATIONS, LOCK, MODELS, RUNS};
use crate::index::models;
use crate::index::seal::lines_are_intact;
use crate::index::segments::{SegmentState, Segments};
use crate::index::sweep::KEPT_GENERATIONS;
use crate::{Error, ErrorKind, Result};

/// Bytes read at once.
const BUFFER: usize = 256 << 10;
const JOURNAL: &str = "journal";
/// What vocabularies make of the index: nothing depends on it, and whoever uses it checks it.
const VOCABULARY: &str = "vocabulary";
const LEDGER: &str = "jsonl";
/// What damage of a model costs.
const MODEL_COSTS: &str = "what the corpus taught about its topics; no document, and no search \
     needs it: `pressmark index --retag` learns it again";
/// The ledger of a run that has not ended.
const UNFINISHED: &str = "part";

/// A check on its way.
pub(super) struct Survey<'a> {
    folder: &'a Path,
    watch: Watch<'a>,
    progress: CheckProgress,
    report: CheckReport,
    /// What the kept states need, by path relative to the index.
    needed: BTreeMap<String, Needed>,
}

/// A file that kept states need.
struct Needed {
    part: Part,
    segment: Option<String>,
    /// How much of it, with which hash, and for which states.
    lengths: Vec<(u64, String, Vec<u64>)>,
}

impl Needed {
    fn generations(&self) -> Vec<u64> {
        let lengths = self.lengths.iter();
        let mut all: Vec<u64> = lengths
            .flat_map(|(.., generations)| generations.clone())
            .collect();
        all.sort_unstable_by(|a, b| b.cmp(a));
        all
    }
}

/// What is wrong with a file.
struct Fault {
    code: DamageCode,
    message: String,
    generations: Vec<u64>,
}

impl<'a> Survey<'a> {
    pub(super) fn new(folder: &'a Path, watch: Watch<'a>) -> Self {
        Self {
            folder,
            watch,
            progress: CheckProgress::default(),
            report: empty_report(),
            needed: BTreeMap::new(),
        }
    }

    pub(super) fn run(mut self, is_deep: bool) -> Result<CheckReport> {
        let is_busy = writer_is_at_work(self.folder);
        let mut states = States::read(self.folder)?;
        self.report.deep = is_deep;
        self.report.damage.append(&mut states.damage);
        self.report.generation = states.newest;
        self.note_states(&states);
        let ledgers = self.names(RUNS)?;
        self.progress.bytes_total = self.bytes_to_read(&ledgers, is_deep, &states);
        for (path, needed) in std::mem::take(&mut self.needed) {
            if let Some(fault) = self.compare(&path, &needed)? {
                self.blame(&path, &needed, fault, &states);
            }
            self.needed.insert(path, needed);
        }
        self.ledgers(&ledgers)?;
        if is_busy {
            let message = "a run writes to the index: what it has not published was passed over";
            self.report
                .remarks
                .push(Remark::new("", "writer_at_work", message));
        } else {
            self.leftovers(&states)?;
        }
        self.forget_what_moved_on();
        self.damaged_segments(&states);
        if is_deep {
            self.deep(&states)?;
            self.damaged_segments(&states);
        }
        let report = &mut self.report;
        report
            .damage
            .sort_by(|a, b| (&a.path, a.code).cmp(&(&b.path, b.code)));
        report.remarks.sort();
        report.healthy = report.damage.is_empty();
        Ok(self.report)
    }

    /// Lists what the kept states need, and compares the numbers in their descriptions.
    fn note_states(&mut self, states: &States) {
        for state in &states.kept {
            let mut checked = CheckedGeneration {
                generation: state.number,
                ..CheckedGeneration::default()
            };
            if let Some(generation) = &state.generation {
                checked.described = true;
                checked.documents = generation.documents;
                let run = generation.run.as_ref();
                let journal = run.and_then(|run| run.journal.as_ref());
                checked.journal = journal.map(|_| true);
                checked.model = generation.model.as_ref().map(|_| true);
                checked.segments = Segments::of(&generation.engine_meta).len() as u64;
                self.note_files(generation, journal);
                if Some(state.number) == states.newest {
                    self.report.documents = generation.documents;
                }
            }
            self.report.generations.push(checked);
        }
    }

    fn note_files(&mut self, generation: &Generation, journal: Option<&FileRef>) {
        let segments = Segments::of(&generation.engine_meta);
        for file in &generation.files {
            let segment = file.path.split('.').next().unwrap_or("");
            let path = format!("{DATA}/{}/{}", generation.build, file.path);
            self.need(path, file, Part::Segment, Some(segment), generation);
        }
        if let Some(journal) = journal {
            self.need(
                journal.path.clone(),
                journal,
                Part::Journal,
                None,
                generation,
            );
        }
        if let Some(model) = &generation.model {
            self.need(model.path.clone(), model, Part::Model, None, generation);
        }
        let has_file = |segment: &str, kind: &str| {
            let mut files = generation.files.iter();
            files.any(|file| file.path.strip_prefix(segment) == Some(kind))
        };
        let lacking = segments.iter().find(|segment| {
            let deletions = segment.deletions.map(|stamp| format!(".{stamp}.del"));
            let mut kinds = [".store", ".term", ".card", ".text"].into_iter();
            !kinds.all(|kind| has_file(&segment.name, kind))
                || deletions.is_some_and(|kind| !has_file(&segment.name, &kind))
        });
        let sum = segments.documents();
        let message = match lacking {
            Some(segment) => format!("it lacks files of segment {}", segment.name),
            None if sum != generation.documents => format!(
                "it speaks of {} documents, and its segments have {sum}",
                generation.documents
            ),
            None => return,
        };
        self.report.damage.push(Damage {
            path: format!("{GENERATIONS}/{}.json", generation.number),
            part: Part::Description,
            code: DamageCode::WrongCount,
            message,
            costs: format!("generation {} cannot be trusted", generation.number),
            generations: vec![generation.number],
            segment: None,
            documents: generation.documents,
        });
    }

    fn need(
        &mut self,
        path: String,
        file: &FileRef,
        part: Part,
        segment: Option<&str>,
        generation: &Generation,
    ) {
        let needed = self.needed.entry(path).or_insert_with(|| Needed {
            part,
            segment: segment.map(str::to_owned),
            lengths: Vec::new(),
        });
        let same = |(length, hash, _): &&mut (u64, String, Vec<u64>)| {
            *length == file.length && *hash == file.hash
        };
        if let Some((.., generations)) = needed.lengths.iter_mut().find(same) {
            generations.push(generation.number);
        } else {
            let generations = vec![generation.number];
            needed
                .lengths
                .push((file.length, file.hash.clone(), generations));
            needed.lengths.sort();
        }
    }

    fn bytes_to_read(&self, ledgers: &[String], is_deep: bool, states: &States) -> u64 {
        let most = |needed: &Needed| needed.lengths.iter().map(|(length, ..)| *length).max();
        let files: u64 = self.needed.values().filter_map(most).sum();
        let length = |name: &String| fs::metadata(self.folder.join(RUNS).join(name)).ok();
        let ledgers = ledgers.iter().filter_map(length);
        let decoded: u64 = if is_deep {
            deep::segments(states).map(|(_, bytes)| bytes).sum()
        } else {
            0
        };
        files + ledgers.map(|metadata| metadata.len()).sum::<u64>() + decoded
    }

    /// Compares a file with what the kept states say of it.
    fn compare(&mut self, path: &str, needed: &Needed) -> Result<Option<Fault>> {
        let fault = |code, message: String| {
            let generations = needed.generations();
            Ok(Some(Fault {
                code,
                message,
                generations,
            }))
        };
        let is_below = |part: Component<'_>| matches!(part, Component::Normal(_));
        if !Path::new(path).components().all(is_below) {
            return fault(
                DamageCode::Malformed,
                "it lies outside the index".to_owned(),
            );
        }
        self.report.files += 1;
        let full = self.folder.join(path);
        let opened = File::open(&full).and_then(|file| Ok((file.metadata()?.len(), file)));
        let (length, mut file) = match opened {
            Ok(opened) => opened,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return fault(DamageCode::Missing, "it is missing".to_owned());
            }
            Err(error) => return fault(DamageCode::Unreadable, error.to_string()),
        };
        let mut hasher = blake3::Hasher::new();
        let mut at = 0;
        for (expected, hash, generations) in &needed.lengths {
            // A journal may go on behind what a state names of it; other files may not.
            if length < *expected || (needed.part != Part::Journal && length != *expected) {
                let mut later = needed
                    .lengths
                    .iter()
                    .skip_while(|(other, ..)| other < expected);
                let generations = later.by_ref().flat_map(|(.., all)| all.clone()).collect();
                let message = format!("it has {length} bytes instead of {expected}");
                return Ok(Some(Fault {
                    code: DamageCode::WrongLength,
                    message,
                    generations,
                }));
            }
            match self.hash_to(&mut file, &mut hasher, path, *expected - at)? {
                Ok(()) => at = *expected,
                Err(error) => return fault(DamageCode::Unreadable, error.to_string()),
            }
            if hasher.finalize().to_hex().as_str() != hash {
                let mut later = needed
                    .lengths
                    .iter()
                    .skip_while(|(other, ..)| other < expected);
                let later = later.by_ref().flat_map(|(.., all)| all.clone()).collect();
                let is_journal = needed.part == Part::Journal;
                return Ok(Some(Fault {
                    code: DamageCode::WrongHash,
                    message: "its bytes are not those that were written".to_owned(),
                    generations: if is_journal {
                        later
                    } else {
                        generations.clone()
                    },
                }));
            }
        }
        Ok(None)
    }

    /// Feeds a hasher with so many bytes of a file.
    fn hash_to(
        &mut self,
        file: &mut impl Read,
        hasher: &mut blake3::Hasher,
        path: &str,
        bytes: u64,
    ) -> Result<io::Result<()>> {
        let mut buffer = vec![0; BUFFER.min(usize::try_from(bytes).unwrap_or(BUFFER))];
        let mut left = bytes;
        while left > 0 {
            let wanted = buffer.len().min(usize::try_from(left).unwrap_or(BUFFER));
            match file.read(&mut buffer[..wanted]) {
                Ok(0) => return Ok(Err(io::ErrorKind::UnexpectedEof.into())),
                Ok(count) => {
                    hasher.update(&buffer[..count]);
                    left -= count as u64;
                    self.report.bytes += count as u64;
                    self.advance(path, count as u64)?;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Ok(Err(error)),
            }
        }
        Ok(Ok(()))
    }

    /// Tells how far it is.
    pub(super) fn advance(&mut self, path: &str, bytes: u64) -> Result<()> {
        self.progress.bytes_done += bytes;
        if self.progress.path != path {
            path.clone_into(&mut self.progress.path);
        }
        match (self.watch)(&self.progress) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => {
                Err(Error::new(ErrorKind::Cancelled, "the check was stopped"))
            }
        }
    }

    /// Records the damage of a file, and what it costs.
    fn blame(&mut self, path: &str, needed: &Needed, fault: Fault, states: &States) {
        let newest = fault.generations.iter().max().copied();
        let state = states
            .kept
            .iter()
            .find(|state| Some(state.number) == newest);
        let generation = state.and_then(|state| state.generation.as_ref());
        let all = generation.map_or(0, |generation| generation.documents);
        let (costs, documents) = if let (Part::Segment, Some(name), Some(generation)) =
            (needed.part, &needed.segment, generation)
        {
            let segments = Segments::of(&generation.engine_meta);
            let held = segments.find(name).map_or(0, SegmentState::documents);
            let in_newest = if newest == states.newest {
                ""
            } else {
                ", of an earlier state"
            };
            (format!("{held} of {all} documents{in_newest}"), held)
        } else if needed.part == Part::Model {
            (MODEL_COSTS.to_owned(), 0)
        } else {
            let message = "what runs remember of the files: the next run cannot build on it";
            (message.to_owned(), 0)
        };
        for checked in &mut self.report.generations {
            if !fault.generations.contains(&checked.generation) {
                continue;
            }
            match needed.part {
                Part::Journal => checked.journal = Some(false),
                Part::Model => checked.model = Some(false),
                _ => {}
            }
        }
        self.report.damage.push(Damage {
            path: path.to_owned(),
            part: needed.part,
            code: fault.code,
            message: fault.message,
            costs,
            generations: fault.generations,
            segment: needed.segment.clone(),
            documents,
        });
    }

    /// Compares ledgers with their seals. What a run that works removes meanwhile is passed over.
    fn ledgers(&mut self, names: &[String]) -> Result<()> {
        for name in names.iter().filter(|name| extension(name) == LEDGER) {
            let path = format!("{RUNS}/{name}");
            let opened = File::open(self.folder.join(&path));
            let read = opened.and_then(|file| {
                let length = file.metadata()?.len();
                Ok((
                    lines_are_intact(io::BufReader::with_capacity(BUFFER, file), length)?,
                    length,
                ))
            });
            let (code, message) = match read {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => (DamageCode::Unreadable, error.to_string()),
                Ok((is_intact, length)) => {
                    self.report.files += 1;
                    self.report.bytes += length;
                    self.advance(&path, length)?;
                    if is_intact {
                        continue;
                    }
                    let message = "it is not what its last line vouches for, or has no such line";
                    (DamageCode::Unsealed, message.to_owned())
                }
            };
            self.report.damage.push(Damage {
                path,
                part: Part::Ledger,
                code,
                message,
                costs: "the account of one run; no document".to_owned(),
                generations: Vec::new(),
                segment: None,
                documents: 0,
            });
        }
        Ok(())
    }

    /// Lists what no kept state needs.
    fn leftovers(&mut self, states: &States) -> Result<()> {
        let mut left = Vec::new();
        for name in self.names("")? {
            match name.as_str() {
                CURRENT | LOCK | GENERATIONS | JOURNAL | VOCABULARY => {}
                RUNS => {
                    let names = self.names(RUNS)?.into_iter();
                    left.extend(
                        names
                            .filter(|name| extension(name) != LEDGER)
                            .map(|name| format!("{RUNS}/{name}")),
                    );
                }
                DATA => {
                    for build in self.names(DATA)? {
                        let files = self.names(&format!("{DATA}/{build}"))?;
                        let path = |file: String| format!("{DATA}/{build}/{file}");
                        left.extend(files.into_iter().map(path));
                    }
                }
                MODELS => {
                    let names = self.names(MODELS)?.into_iter();
                    left.extend(names.map(|name| format!("{MODELS}/{name}")));
                }
                _ => left.push(name),
            }
        }
        let journals = self.names(JOURNAL)?.into_iter();
        left.extend(journals.map(|name| format!("{JOURNAL}/{name}")));
        let is_kept = |name: &str| {
            let is_known = |number| !states.unpublished.contains(&number);
            number(name).is_some_and(is_known)
        };
        let descriptions = self.names(GENERATIONS)?.into_iter();
        let descriptions = descriptions.filter(|name| !is_kept(name));
        left.extend(descriptions.map(|name| format!("{GENERATIONS}/{name}")));
        for path in left
            .into_iter()
            .filter(|path| !self.needed.contains_key(path))
        {
            let is_ledger = path.starts_with(RUNS) && extension(&path) == UNFINISHED;
            let remark = if is_ledger {
                let message = "the ledger of a run that was stopped before its end";
                Remark::new(&path, "unfinished", message)
            } else {
                Remark::new(&path, "leftover", "nothing that is kept needs it")
            };
            self.report.remarks.push(remark);
        }
        Ok(())
    }

    /// The names in a folder, in order; none if it is not there.
    fn names(&self, folder: &str) -> Result<Vec<String>> {
        let path = self.folder.join(folder);
        let entries = match fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) if is_no_folder(&error) => return Ok(Vec::new()),
            Err(error) => return Err(Error::io(&path, "list", error)),
        };
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|source| Error::io(&path, "list", source))?;
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
        names.sort();
        Ok(names)
    }

    /// Journals are not held: a writer that moved on since may have removed old ones.
    fn forget_what_moved_on(&mut self) {
        let Ok(newest) = read_newest(self.folder) else {
            return;
        };
        let is_gone = |generation: &u64| {
            let is_old = generation + KEPT_GENERATIONS as u64 <= newest;
            is_old || !description(self.folder, *generation).exists()
        };
        let damage = &mut self.report.damage;
        damage.retain(|damage| {
            damage.part != Part::Journal
                || damage.code != DamageCode::Missing
                || !damage.generations.iter().all(is_gone)
        });
    }

    /// Says of each state which of its segments are damaged.
    fn damaged_segments(&mut self, states: &States) {
        for checked in &mut self.report.generations {
            let mut kept = states.kept.iter();
            let state = kept.find(|state| state.number == checked.generation);
            let Some(generation) = state.and_then(|state| state.generation.as_ref()) else {
                continue;
            };
            let damaged = |name: &str| {
                self.report.damage.iter().any(|damage| {
                    damage.segment.as_deref() == Some(name)
                        && damage.generations.contains(&checked.generation)
                })
            };
            let segments = Segments::of(&generation.engine_meta);
            let damaged = segments.iter().filter(|segment| damaged(&segment.name));
            checked.damaged = damaged
                .map(|segment| DamagedSegment {
                    segment: segment.name.clone(),
                    documents: segment.documents(),
                })
                .collect();
        }
    }

    /// Decodes what is whole.
    fn deep(&mut self, states: &States) -> Result<()> {
        let damaged: Vec<String> = {
            let all = self
                .report
                .generations
                .iter()
                .flat_map(|checked| &checked.damaged);
            all.map(|segment| segment.segment.clone()).collect()
        };
        let folder = self.folder;
        let mut found = Vec::new();
        deep::decode(folder, states, &damaged, &mut found, &mut |path, bytes| {
            self.advance(path, bytes)
        })?;
        self.report.damage.append(&mut found);
        self.decode_models(states);
        Ok(())
    }

    /// Reads the models that are whole: one that this version cannot use is of no use.
    fn decode_models(&mut self, states: &States) {
        let of_kept = states
            .kept
            .iter()
            .filter_map(|state| state.generation.as_ref());
        let mut models: BTreeMap<&str, &FileRef> = BTreeMap::new();
        for model in of_kept.filter_map(|generation| generation.model.as_ref()) {
            models.insert(&model.path, model);
        }
        for (path, file) in models {
            let is_known = self.report.damage.iter().any(|damage| damage.path == path);
            let Some(needed) = self.needed.remove(path).filter(|_| !is_known) else {
                continue;
            };
            if let Err(error) = models::read(self.folder, file) {
                let fault = Fault {
                    code: DamageCode::Undecodable,
                    message: error.message().to_owned(),
                    generations: needed.generations(),
                };
                self.blame(path, &needed, fault, states);
            }
        }
    }
}

fn extension(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, extension)| extension)
}

fn is_no_folder(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

/// Whether somebody holds the writer's lock. Looking takes it for a moment, as a reader would.
fn writer_is_at_work(folder: &Path) -> bool {
    let lock = File::open(folder.join(LOCK)).map(|file| file.try_lock_shared());
    matches!(lock, Ok(Err(fs::TryLockError::WouldBlock)))
}
