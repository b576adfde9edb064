//! Every bound on what is read, in one place, each with its reason.
//!
//! Bounds hold for bytes actually read, never for what a file system or a header announces.

use std::time::Duration;

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

/// The deepest nesting of HTML that is followed; browsers stop there, too. Deeper elements lose
/// their markup and keep their text. Every look back at open elements is bounded by it.
pub(crate) const MARKUP_DEPTH: usize = 512;

/// The most tags of one HTML page that are looked at; behind them only text is kept. The longest
/// pages that people write have a tenth.
pub(crate) const MARKUP_TAGS: usize = 1_000_000;

/// The most bytes of linked data (JSON-LD) in one page that are read: read, they take sixteen times
/// as much. Real pages have some ten thousand.
pub(crate) const LINKED_BYTES: usize = 4 << 20;

/// The most bytes between two quotes of a table: the text of a long book. A quote that is opened
/// by mistake must not swallow the rest of the file.
pub(crate) const QUOTED_BYTES: usize = 8 << 20;

/// How much of what a feed says about itself goes with each of its items.
pub(crate) const FEED_BYTES: usize = 16 << 10;

/// The deepest nesting of XML that is followed; real documents stay below a hundred.
pub(crate) const XML_DEPTH: usize = 512;

/// The most elements of one XML record that are kept: as many as 32 MiB of real XML have.
pub(crate) const XML_NODES: usize = 2_000_000;

/// The most cells of one row of a table: spreadsheets end at 16,384 columns.
pub(crate) const CELLS: usize = 20_000;

/// The longest row of names of a table; it goes with every row.
pub(crate) const HEADER_BYTES: usize = 64 << 10;

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

/// The most parts of a package (DOCX, ODT, EPUB): books of many pictures have a few thousand.
pub(crate) const PACKAGE_ENTRIES: usize = 20_000;

/// The most bytes that the parts of one package may have in all when they are unpacked, as far as
/// they are read: its text is one record.
pub(crate) const PACKAGE_BYTES: u64 = 128 << 20;

/// The most elements, texts and references of one XML part of a package: some
/// seconds of work.
pub(crate) const PART_NODES: usize = 8_000_000;

/// The deepest nesting of groups in RTF.
pub(crate) const RTF_DEPTH: usize = 1_000;

/// The longest control word of RTF; the standard says 32.
pub(crate) const RTF_WORD: usize = 64;

/// The most pages of one PDF: ten times the longest reports.
pub(crate) const PDF_PAGES: usize = 20_000;

/// The most characters on the pages of one PDF: some minutes of work.
pub(crate) const PDF_GLYPHS: usize = 30_000_000;

/// How far into a file the signature of a PDF may stand: as far as readers of PDF look.
pub(crate) const PDF_START_BYTES: usize = 1_024;

/// How long one record may take in a process of its own, waiting for a processor included.
pub(crate) const HELPER_TIME: Duration = Duration::from_mins(1);

/// The most bytes that such a process may answer: text of one record, and what JSON makes of it.
pub(crate) const HELPER_ANSWER_BYTES: u64 = 64 << 20;

/// How many records one such process reads before another takes its place.
pub(crate) const HELPER_RECORDS: usize = 200;

// Containers: archives, mail, whatever holds files.

/// How many containers may lie in each other, the file itself counted: a mail folder in an archive
/// in an archive. Every one is held in memory.
pub(crate) const DEPTH: usize = 4;

/// The most files that are taken out of one file, whatever lies in it: every one has a place in
/// the journal.
pub(crate) const ENTRIES: u64 = 1_000_000;

/// The most memory for the window of a packed stream, as a power of two: what `zstd --long` uses.
pub(crate) const WINDOW_LOG: u32 = 27;

/// The most bytes that decoders may give out for one file, all members together: as many as a
/// file may have that is not packed.
pub(crate) const UNPACKED_BYTES: u64 = FILE_BYTES;

/// How many times larger than its packed bytes a member may be. Text is packed to a tenth, seldom
/// to a fiftieth; deflate can give a thousand times what it takes.
pub(crate) const RATIO: u64 = 200;

/// From how many unpacked bytes on the ratio counts: a small member may be as empty as it likes.
pub(crate) const RATIO_FROM: u64 = 4 << 20;

/// The most headers of one message that say what a part of it is: digests of mailing lists have
/// some hundreds. Messages in messages are taken down one by one, on the stack.
pub(crate) const MAIL_PARTS: usize = 1_000;

/// The longest header that says what a part is: a name of thousands of letters fits.
pub(crate) const MAIL_HEADER_BYTES: usize = 64 << 10;

/// The most lines of one message that are, or end, headers, wherever they stand: each may take
/// two hundred bytes of memory, and a book has some ten thousand such lines.
pub(crate) const MAIL_LINES: usize = 2_000_000;

/// How many bytes may be looked at for the ends of parts: for each part that has parts, all that
/// is left of the message may be. A message of full size may have 32 of them; some seconds.
pub(crate) const MAIL_WORK: usize = 1 << 30;

/// How many damaged members of one packed file are passed over; behind more, nothing is looked for.
pub(crate) const GAPS: usize = 1_000;

/// How far before the place where damage is noticed the next member of a packed file may begin: a
/// decoder may read on for a while.
pub(crate) const GAP_BYTES: u64 = 1 << 20;

/// The bytes of a crawl that are read again, because a record said that it is longer than it is and
/// another one lies in it: eight of the largest records.
pub(crate) const CRAWL_REREAD: u64 = 256 << 20;

/// The most bytes of a container within a container, which is held in memory while it is cut.
pub(crate) const NESTED_BYTES: u64 = 64 << 20;
