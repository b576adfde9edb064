//! The tables of a segment, made of its columns and written beside them.

use std::any::Any;
use std::io::{self, Write};

use tantivy::columnar::{ColumnarReader, DynamicColumn, StrColumn};
use tantivy::directory::{OwnedBytes, TerminatingWrite};
use tantivy::index::SegmentComponent;
use tantivy::indexer::doc_id_mapping::DocIdMapping;
use tantivy::{PluginMergeContext, PluginWriter, PluginWriterContext, Segment, SegmentPlugin};

use super::{
    MAGIC, NAME, NODE_BYTES, NodeHash, NodeTable, ROOT, STEP, Shape, by_document, display_rank,
    folded_path, hash_path, values,
};
use crate::index::segment::bytes::{put_str, put_varint};
use crate::schema::Schema;

/// A table as it is written.
pub(super) struct Built {
    /// Its arrays.
    bytes: Vec<u8>,
    /// The values by their ordinals.
    pub(super) values: Vec<String>,
    count: u32,
    simple: bool,
}

impl Built {
    pub(super) fn table(self, tree: Option<char>) -> io::Result<NodeTable> {
        let shape = Shape {
            leaves: 0,
            ordinals: self.values.len() as u32,
            count: self.count,
            tree,
            simple: self.simple,
        };
        shape
            .table(OwnedBytes::new(self.bytes))
            .ok_or_else(|| io::Error::other("a table is too large"))
    }

    /// Makes the table of one column, or of several whose ordinals follow each other.
    pub(super) fn of<'c>(
        columns: impl IntoIterator<Item = &'c StrColumn>,
        tree: Option<char>,
    ) -> io::Result<Self> {
        struct Form {
            folded: String,
            ordinal: u32,
            length: u32,
            leaf: bool,
        }
        let mut forms: Vec<Form> = Vec::new();
        let mut texts: Vec<String> = Vec::new();
        for column in columns {
            forms.reserve(column.num_terms());
            texts.reserve(column.num_terms());
            let mut terms = column.dictionary().stream()?;
            while terms.advance() {
                let text = String::from_utf8_lossy(terms.key()).into_owned();
                let ordinal = texts.len() as u32;
                let path = folded_path(&text, tree);
                let steps = path.len();
                for (step, (folded, length)) in path.into_iter().enumerate() {
                    let leaf = step + 1 == steps;
                    forms.push(Form {
                        folded,
                        ordinal,
                        length: length as u32,
                        leaf,
                    });
                }
                texts.push(text);
            }
        }
        let ordinals = texts.len() as u32;
        forms.sort_by(|a, b| {
            let rank = |form: &Form| (form.ordinal, form.length);
            a.folded.cmp(&b.folded).then_with(|| rank(a).cmp(&rank(b)))
        });

        let groups: Vec<&[Form]> = forms.chunk_by(|a, b| a.folded == b.folded).collect();
        let count = groups.len() as u32;
        let mut leaves = vec![ROOT; texts.len()];
        let mut nodes: Vec<[u32; 4]> = Vec::with_capacity(groups.len());
        let mut hashes: Vec<NodeHash> = Vec::with_capacity(groups.len());
        let mut simple = count == ordinals;
        let places = place(groups.iter().map(|group| group[0].folded.as_str()));
        for (node, (group, (parent, end))) in groups.iter().zip(places).enumerate() {
            let best = group
                .iter()
                .min_by(|a, b| {
                    let form =
                        |form: &Form| texts[form.ordinal as usize].get(..form.length as usize);
                    display_rank(form(a).unwrap_or("")).cmp(&display_rank(form(b).unwrap_or("")))
                })
                .unwrap_or(&group[0]);
            nodes.push([parent, end, best.ordinal, best.length]);
            hashes.push(hash_path(&group[0].folded));
            for form in group.iter().filter(|form| form.leaf) {
                leaves[form.ordinal as usize] = node as u32;
            }
            simple &= parent == ROOT && group.len() == 1;
        }
        let mut by_hash: Vec<u32> = (0..count).collect();
        by_hash.sort_by_key(|&node| hashes[node as usize]);

        let mut out = Vec::with_capacity(leaves.len() * 4 + nodes.len() * (NODE_BYTES + 20));
        for number in leaves.iter().chain(nodes.iter().flatten()) {
            out.extend(number.to_le_bytes());
        }
        for hash in &hashes {
            out.extend(hash);
        }
        for node in &by_hash {
            out.extend(node.to_le_bytes());
        }
        Ok(Self {
            bytes: out,
            values: texts,
            count,
            simple,
        })
    }
}

/// The parent and the end of the subtree of every node, by their sorted paths.
pub(super) fn place<'p>(paths: impl Iterator<Item = &'p str>) -> Vec<(u32, u32)> {
    let mut places: Vec<(u32, u32)> = Vec::new();
    let mut open: Vec<(u32, &str)> = Vec::new(); // the node before and its ancestors
    for path in paths {
        let node = places.len() as u32;
        while let Some(&(above, above_path)) = open.last() {
            let below = path
                .strip_prefix(above_path)
                .is_some_and(|rest| rest.starts_with(STEP));
            if below {
                break;
            }
            places[above as usize].1 = node;
            open.pop();
        }
        let parent = open.last().map_or(ROOT, |&(above, _)| above);
        places.push((parent, 0));
        open.push((node, path));
    }
    let count = places.len() as u32;
    for (node, _) in open {
        places[node as usize].1 = count;
    }
    places
}

/// Writes the tables of a segment once its columns stand on disk.
#[derive(Debug, Clone)]
pub(crate) struct NodePlugin {
    /// The separators of the facets that are trees.
    trees: Vec<(String, char)>,
}

impl NodePlugin {
    pub(crate) fn new(schema: &Schema) -> Self {
        let trees = schema
            .facets
            .iter()
            .filter_map(|facet| Some((facet.name.clone(), facet.tree?)));
        Self {
            trees: trees.collect(),
        }
    }

    fn write(&self, segment: &Segment) -> tantivy::Result<()> {
        let columns = ColumnarReader::open(segment.open_read(SegmentComponent::FastFields)?)?;
        let mut sink = segment.open_write(SegmentComponent::Custom(NAME.to_owned()))?;
        let mut directory = Vec::new();
        let mut facets = Vec::new();
        let mut position = 0u64;
        for (name, handle) in columns.list_columns()? {
            // The engine separates the steps of a path in a JSON field by U+0001.
            let Some(path) = name.strip_prefix("facets\u{1}") else {
                continue;
            };
            let DynamicColumn::Str(column) = handle.open()? else {
                continue;
            };
            let facet = path.split_once('\u{1}').map_or(path, |(_, facet)| facet);
            let tree = self
                .trees
                .iter()
                .find(|(name, _)| name == facet)
                .map(|&(_, tree)| tree);
            let built = Built::of([&column], tree)?;
            let values = values::write(&built.values);
            put_str(&mut directory, &path.replace('\u{1}', "."));
            put_varint(
                &mut directory,
                tree.map_or(0, |tree| u64::from(u32::from(tree))),
            );
            put_varint(&mut directory, u64::from(built.simple));
            put_varint(&mut directory, position);
            put_varint(&mut directory, built.values.len() as u64);
            put_varint(&mut directory, u64::from(built.count));
            put_varint(&mut directory, values.len() as u64);
            for part in [&built.bytes, &values] {
                sink.write_all(part)?;
                position += part.len() as u64;
            }
            facets.push(column);
        }
        let mut counted = Vec::new();
        put_varint(&mut counted, facets.len() as u64);
        directory.splice(0..0, counted);
        let documents = columns.num_docs();
        if let Some(packings) = by_document::packings(&facets, documents) {
            let length = by_document::write(&facets, &packings, documents, &mut sink)?;
            put_varint(&mut directory, u64::from(documents));
            put_varint(&mut directory, position);
            put_varint(&mut directory, length);
            for number in packings.iter().flat_map(|packing| packing.code()) {
                put_varint(&mut directory, number);
            }
            position += length + by_document::bytes_of_starts(&packings, documents);
        } else {
            put_varint(&mut directory, 0);
        }
        sink.write_all(&directory)?;
        sink.write_all(&position.to_le_bytes())?;
        sink.write_all(&MAGIC)?;
        sink.terminate()?;
        Ok(())
    }
}

impl SegmentPlugin for NodePlugin {
    fn extensions(&self) -> &[&str] {
        &[NAME]
    }

    fn create_writer(&self, _: &PluginWriterContext<'_>) -> tantivy::Result<Box<dyn PluginWriter>> {
        Ok(Box::new(NodeWriter(self.clone())))
    }

    fn merge(&self, ctx: PluginMergeContext<'_>) -> tantivy::Result<()> {
        self.write(ctx.target_segment)
    }
}

struct NodeWriter(NodePlugin);

impl PluginWriter for NodeWriter {
    fn serialize(
        self: Box<Self>,
        segment: &Segment,
        _doc_id_map: Option<&DocIdMapping>,
    ) -> tantivy::Result<()> {
        self.0.write(segment)
    }

    fn mem_usage(&self) -> usize {
        0
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}
