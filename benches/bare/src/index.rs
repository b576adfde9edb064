//! `bare index`: JSONL in, segments out, one JSON line of figures.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use serde_json::json;
use tantivy::indexer::NoMergePolicy;
use tantivy::schema::TantivyDocument;
use tantivy::store::{Compressor, ZstdCompressor};
use tantivy::{Index, IndexBuilder, IndexSettings, IndexWriter};

use crate::IndexArgs;
use crate::document::Reader;
use crate::schema::{self, FacetRule, Fields};

const ZSTD_LEVEL: i32 = 3;
const STORE_BLOCK_BYTES: usize = 16_384;
/// For the merge that `--merge` asks for: its writer indexes nothing.
const MERGE_WRITER_BYTES: usize = 15_000_000;
const READ_BUFFER_BYTES: usize = 1 << 20;

/// What was read.
#[derive(Default)]
struct Input {
    bytes: u64,
    text_bytes: u64,
}

pub fn run(args: &IndexArgs) -> Result<()> {
    let start = Instant::now();
    let rules = if args.facets.is_empty() {
        FacetRule::defaults()
    } else {
        args.facets.clone()
    };
    let schema = schema::build(&rules)?;
    let reader = Reader::new(Fields::of(&schema)?, &rules);
    let lines =
        File::open(&args.input).with_context(|| format!("cannot open {}", args.input.display()))?;

    fs::create_dir_all(&args.index)
        .with_context(|| format!("cannot create {}", args.index.display()))?;
    let index = IndexBuilder::new()
        .schema(schema)
        .settings(IndexSettings {
            docstore_compression: Compressor::Zstd(ZstdCompressor {
                compression_level: Some(ZSTD_LEVEL),
            }),
            docstore_blocksize: STORE_BLOCK_BYTES,
            ..IndexSettings::default()
        })
        .create_in_dir(&args.index)?;

    let input = fill(&index, args, &reader, lines)?;
    if args.merge {
        merge_all(&index)?;
    }
    let seconds = start.elapsed().as_secs_f64();

    let segments = index.searchable_segment_metas()?;
    let documents: u64 = segments.iter().map(|meta| u64::from(meta.num_docs())).sum();
    let figures = json!({
        "documents": documents,
        "text_bytes": input.text_bytes,
        "input_bytes": input.bytes,
        "seconds": round(seconds, 1e3),
        "mb_per_s": round(input.text_bytes as f64 / 1e6 / seconds, 1e2),
        "cpu_seconds": cpu_seconds(),
        "index_bytes": folder_bytes(&args.index)?,
        "segments": segments.len(),
        "peak_rss_kb": peak_rss_kb(),
    });
    writeln!(std::io::stdout(), "{figures}")?;
    Ok(())
}

/// Reads every line on this thread; tantivy's threads index. Returns when the merges are done.
fn fill(index: &Index, args: &IndexArgs, reader: &Reader, lines: File) -> Result<Input> {
    let mut writer: IndexWriter =
        index.writer_with_num_threads(args.threads as usize, args.memory)?;
    let mut lines = BufReader::with_capacity(READ_BUFFER_BYTES, lines);
    let mut input = Input::default();
    let mut line = Vec::new();
    for number in 1u64.. {
        line.clear();
        let read = lines.read_until(b'\n', &mut line)?;
        if read == 0 {
            break;
        }
        input.bytes += read as u64;
        if line.trim_ascii().is_empty() {
            continue;
        }
        let (document, text_bytes) = reader
            .read(&line)
            .with_context(|| format!("{}:{number}", args.input.display()))?;
        input.text_bytes += text_bytes;
        writer.add_document(document)?;
    }
    writer.commit()?;
    writer.wait_merging_threads()?;
    Ok(input)
}

/// A writer of its own, so that no merge of the policy's is in the way.
fn merge_all(index: &Index) -> Result<()> {
    let mut writer: IndexWriter<TantivyDocument> =
        index.writer_with_num_threads(1, MERGE_WRITER_BYTES)?;
    writer.set_merge_policy(Box::new(NoMergePolicy));
    let segments = index.searchable_segment_ids()?;
    if segments.len() > 1 {
        writer.merge(&segments).wait()?;
    }
    writer.garbage_collect_files().wait()?;
    writer.wait_merging_threads()?;
    Ok(())
}

fn round(value: f64, steps: f64) -> f64 {
    (value * steps).round() / steps
}

fn folder_bytes(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        bytes += entry?.metadata()?.len();
    }
    Ok(bytes)
}

/// The high-water mark of resident memory, mapped files included; Linux only.
fn peak_rss_kb() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

/// User and system time of all threads; Linux only, whose clock ticks are hundredths of a second.
fn cpu_seconds() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The fields after the name, which is in parentheses, start at the third: utime is the 14th.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) / 100.0)
}
