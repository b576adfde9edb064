//! A list of hits on its way out: what every format has in common.

use std::io::{self, Write};

use pressmark::{
    Cursor, Diagnostic, FacetResults, Hit, Relaxation, Schema, SearchResponse, StoredDocument,
    WhyNot,
};

use super::fields::Fields;
use super::{csl, csv, human, json};
use crate::args::FieldName;
use crate::console::Stream;

/// What is known before the first hit.
#[derive(Debug, Default)]
pub(crate) struct Head {
    pub(crate) query: String,
    pub(crate) generation: u64,
    pub(crate) total: u64,
    pub(crate) took_ms: f64,
    pub(crate) facets: FacetResults,
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) why_not: Option<WhyNot>,
    pub(crate) relaxations: Vec<Relaxation>,
    pub(crate) cursor: Option<Cursor>,
    /// How many hits will follow.
    pub(crate) hits: u64,
}

impl Head {
    /// Parts an answer into its hits and the rest.
    pub(crate) fn of(response: SearchResponse) -> (Self, Vec<Hit>) {
        let head = Self {
            query: response.query,
            generation: response.generation,
            total: response.total,
            took_ms: response.took_ms,
            facets: response.facets,
            diagnostics: response.diagnostics,
            why_not: response.why_not,
            relaxations: response.relaxations,
            cursor: response.cursor,
            hits: response.hits.len() as u64,
        };
        (head, response.hits)
    }
}

/// A hit, and the whole document if a field needs it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Listed<'a> {
    pub(crate) hit: &'a Hit,
    pub(crate) stored: Option<&'a StoredDocument>,
}

/// Prints a list.
pub(crate) trait Printer {
    /// Prints what comes before the hits.
    fn begin(&mut self, _out: &mut dyn Write, _head: &Head) -> io::Result<()> {
        Ok(())
    }

    /// Prints a hit.
    fn hit(&mut self, out: &mut dyn Write, listed: Listed<'_>) -> io::Result<()>;

    /// Prints what comes after the hits.
    fn end(&mut self, _out: &mut dyn Write, _head: &Head) -> io::Result<()> {
        Ok(())
    }
}

/// What a list is printed as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Form {
    /// For people; the fields are parts of what is shown.
    Human(Vec<FieldName>),
    /// One object.
    Json(Vec<FieldName>),
    /// An object a line.
    Jsonl(Vec<FieldName>),
    Csv(Vec<FieldName>),
    Ids,
    Paths,
    Csl,
}

impl Form {
    pub(crate) fn fields(&self) -> &[FieldName] {
        match self {
            Self::Human(fields) | Self::Json(fields) | Self::Jsonl(fields) | Self::Csv(fields) => {
                fields
            }
            Self::Ids | Self::Paths | Self::Csl => &[],
        }
    }

    /// Whether a field of it needs the whole stored document.
    pub(crate) fn needs_document(&self) -> bool {
        self.fields().iter().any(|field| field.is_stored())
    }

    /// Whether it shows snippets.
    pub(crate) fn has_snippets(&self) -> bool {
        self.fields().contains(&FieldName::Snippets)
    }

    /// Whether it shows the values of facets.
    pub(crate) fn has_facets(&self) -> bool {
        matches!(self, Self::Csl) || self.fields().contains(&FieldName::Facets)
    }

    /// What prints it.
    pub(crate) fn printer(&self, schema: &Schema, stream: Stream) -> Box<dyn Printer> {
        match self {
            Self::Human(fields) => Box::new(human::Human::new(fields, schema, stream)),
            Self::Json(fields) => Box::new(JsonObject {
                fields: Fields::new(fields, schema),
                any: false,
            }),
            Self::Jsonl(fields) => Box::new(JsonLines {
                fields: Fields::new(fields, schema),
            }),
            Self::Csv(fields) => Box::new(csv::Table::new(fields, schema, stream)),
            Self::Ids => Box::new(Lines {
                stream,
                of: |hit| Some(hit.id.as_str()),
            }),
            Self::Paths => Box::new(Lines {
                stream,
                of: |hit| hit.path.as_deref(),
            }),
            Self::Csl => Box::new(csl::References::default()),
        }
    }
}

/// One line for each hit that has one.
struct Lines {
    stream: Stream,
    of: fn(&Hit) -> Option<&str>,
}

impl Printer for Lines {
    fn hit(&mut self, out: &mut dyn Write, listed: Listed<'_>) -> io::Result<()> {
        match (self.of)(listed.hit) {
            Some(text) if self.stream.is_terminal => writeln!(out, "{}", super::clean::line(text)),
            Some(text) => writeln!(out, "{text}"),
            None => Ok(()),
        }
    }
}

/// One object a line, as in the one object of JSON.
struct JsonLines {
    fields: Fields,
}

impl Printer for JsonLines {
    fn hit(&mut self, out: &mut dyn Write, listed: Listed<'_>) -> io::Result<()> {
        json::line(out, &self.fields.of(listed))
    }
}

/// One object, written as the hits come: it may hold any number of them.
struct JsonObject {
    fields: Fields,
    any: bool,
}

impl Printer for JsonObject {
    fn begin(&mut self, out: &mut dyn Write, head: &Head) -> io::Result<()> {
        write!(
            out,
            "{{\"format_version\":{},\"query\":",
            pressmark::FORMAT_VERSION
        )?;
        json::value(out, &head.query)?;
        write!(
            out,
            ",\"generation\":{},\"total\":{},\"took_ms\":",
            head.generation, head.total
        )?;
        json::value(out, &head.took_ms)?;
        out.write_all(b",\"hits\":[")
    }

    fn hit(&mut self, out: &mut dyn Write, listed: Listed<'_>) -> io::Result<()> {
        if self.any {
            out.write_all(b",")?;
        }
        self.any = true;
        json::value(out, &self.fields.of(listed))
    }

    fn end(&mut self, out: &mut dyn Write, head: &Head) -> io::Result<()> {
        out.write_all(b"],\"facets\":")?;
        json::value(out, &head.facets)?;
        out.write_all(b",\"diagnostics\":")?;
        json::value(out, &head.diagnostics)?;
        if let Some(why_not) = &head.why_not {
            out.write_all(b",\"why_not\":")?;
            json::value(out, why_not)?;
        }
        if !head.relaxations.is_empty() {
            out.write_all(b",\"relaxations\":")?;
            json::value(out, &head.relaxations)?;
        }
        out.write_all(b",\"cursor\":")?;
        json::value(out, &head.cursor)?;
        out.write_all(b"}\n")
    }
}
