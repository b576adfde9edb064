//! Every bound on what is read, in one place, each with its reason.
//!
//! Bounds hold for bytes actually read, never for what a file system or a header announces.

/// The most bytes of one record: a text or Markdown file, a line, an element of an array. Ten
/// Bibles fit; a worker's memory stays a small multiple of it.
pub(crate) const RECORD_BYTES: usize = 32 << 20;

/// The most bytes of one file of many records: a sparse file of exabytes must come to an end.
pub(crate) const FILE_BYTES: u64 = 64 << 30;

/// The most bytes of a sidecar: it holds a few keys, not an article.
pub(crate) const SIDECAR_BYTES: usize = 1 << 20;

/// How far into a file the end of its front matter is looked for.
pub(crate) const FRONT_MATTER_BYTES: usize = 64 << 10;

/// The most nodes of a YAML block, aliases counted as what they stand for. An alias bomb is
/// noticed in milliseconds.
pub(crate) const YAML_NODES: usize = 5_000;

/// The deepest nesting of YAML and TOML metadata.
pub(crate) const METADATA_DEPTH: usize = 64;

/// The most values in one JSON record: `[0,0,…]` grows sixteenfold when parsed.
pub(crate) const JSON_VALUES: usize = 500_000;

/// How much of a file is looked at to tell text from something else.
pub(crate) const SNIFF_BYTES: usize = 8 << 10;

/// How much of a text is shown to the detector of encodings: more changes no guess.
pub(crate) const DETECT_BYTES: usize = 256 << 10;

/// The longest title; a longer one is cut. Sort keys and hit cards carry titles.
pub(crate) const TITLE_BYTES: usize = 1_000;

/// The longest first line of a text that can be its title, in characters.
pub(crate) const TITLE_LINE_CHARS: usize = 200;

/// The longest value of a facet; longer ones are refused: they are sentences, not values.
pub(crate) const VALUE_BYTES: usize = 256;

/// The most values of one facet, or number, of one document.
pub(crate) const VALUES: usize = 256;

/// The longest text that is tried as a date.
pub(crate) const DATE_BYTES: usize = 64;

/// The longest address; browsers stop near it.
pub(crate) const URL_BYTES: usize = 2_048;

/// The longest key of source metadata that is kept.
pub(crate) const METADATA_KEY_BYTES: usize = 256;

/// The longest text within source metadata that is kept whole; a longer one is cut.
pub(crate) const METADATA_TEXT_BYTES: usize = 8 << 10;

/// How much source metadata of one document is kept, counted as text; it is stored beside it.
pub(crate) const METADATA_BYTES: usize = 64 << 10;

/// The most bytes of one path pattern in a rule.
pub(crate) const PATTERN_BYTES: usize = 1_024;

// Containers: archives, mail, whatever holds files.

/// How many containers may lie in each other, the file itself counted: a mail folder in an archive
/// in an archive. Every one is held in memory.
pub(crate) const DEPTH: usize = 4;

/// The most files that are taken out of one file, whatever lies in it: numbers of records have
/// room for many times that, and a directory of so many fits in memory.
pub(crate) const ENTRIES: u64 = 1_000_000;

/// The most bytes that decoders may give out for one file, all members together: as many as a
/// file may have that is not packed.
pub(crate) const UNPACKED_BYTES: u64 = FILE_BYTES;

/// How many times larger than its packed bytes a member may be. Text is packed to a tenth, seldom
/// to a fiftieth; deflate can give a thousand times what it takes.
pub(crate) const RATIO: u64 = 200;

/// From how many unpacked bytes on the ratio counts: a small member may be as empty as it likes.
pub(crate) const RATIO_FROM: u64 = 4 << 20;

/// The most bytes of a container within a container, which is held in memory while it is cut.
pub(crate) const NESTED_BYTES: u64 = 64 << 20;
