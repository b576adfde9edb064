//! What `search` and `export` share: from the options about hits to a printed list.

use std::collections::HashSet;
use std::io::Write;
use std::time::Instant;

use pressmark::corpus::{decode_path, file_of};
use pressmark::{FacetSelection, Hit, Limit, Relaxation, SearchRequest, Searcher, WhyNot};

use crate::args::{Common, CountingArgs, FieldName, Format, LimitArg, ListingArgs, SelectionArgs};
use crate::console::{Console, Stream, Talk};
use crate::failure::{Failure, Finish};
use crate::last::Last;
use crate::output::page::{Form, Head, Listed};
use crate::output::{csv, fields, human, inferred, number, refine, why_not};
use crate::request::Asked;
use crate::settings::{FromHere, Place, Questions};

/// A list to print: everything the options say, resolved.
pub(super) struct Listing {
    asked: Asked,
    what: What,
    /// How much is offered to refine by.
    offered: refine::Extent,
}

/// Hits, made as they are asked for.
type Hits = Box<dyn Iterator<Item = pressmark::Result<Hit>>>;

enum What {
    Count,
    Files { nul: bool },
    Hits(Form),
}

/// What a command lists when the options leave it open.
#[derive(Debug, Clone, Copy)]
pub(super) struct Defaults {
    pub(super) format: Format,
    /// Whether there is no limit, whatever the format.
    pub(super) all: bool,
}

impl Listing {
    /// Resolves the options.
    pub(super) fn of(
        common: &Common,
        selection: &SelectionArgs,
        counting: &CountingArgs,
        listing: &ListingArgs,
        defaults: Defaults,
    ) -> Result<Self, Failure> {
        let mut asked = Asked::of(common, selection)?;
        let what = what(common, listing, defaults)?;
        let default = match &what {
            What::Hits(Form::Human(_) | Form::Json(_)) => FacetSelection::All,
            _ => FacetSelection::None,
        };
        asked.count(counting, default.clone())?;
        if default == FacetSelection::None && asked.request.facets != FacetSelection::None {
            return Err(
                Failure::usage("usage", "this list has no place for facet counts")
                    .with_hint("use `pressmark facets`, or `--format json`"),
            );
        }
        let unlimited = defaults.all
            || matches!(
                what,
                What::Files { .. }
                    | What::Hits(Form::Ids | Form::Paths | Form::Csv(_) | Form::Jsonl(_))
            );
        let request = &mut asked.request;
        request.limit = match listing.limit {
            Some(LimitArg::Number(number)) => Limit::Hits(number),
            Some(LimitArg::All) => Limit::All,
            None if unlimited => Limit::All,
            None => Limit::default(),
        };
        if listing.count {
            request.limit = Limit::Hits(0);
            request.facets = FacetSelection::None;
        }
        for (name, number) in &listing.ranking {
            name.set(&mut request.ranking, *number);
        }
        request.sort = listing.sort.into();
        request.cursor = match &listing.cursor {
            Some(token) => Some(token.parse::<pressmark::Cursor>().map_err(Failure::from)?),
            None => None,
        };
        if !matches!(&what, What::Hits(form) if form.has_snippets()) {
            request.snippets.fragments = 0;
        }
        request.bare_hits = !matches!(&what, What::Hits(form) if form.has_facets());
        Ok(Self {
            asked,
            what,
            offered: refine::Extent {
                all: counting.top.is_some(),
                named: counting.facets.is_some(),
            },
        })
    }

    /// How many documents it may need the texts of.
    pub(super) fn questions(&self) -> Questions {
        match self.asked.request.limit {
            Limit::All => Questions::Many,
            Limit::Hits(_) => Questions::One,
        }
    }

    /// Asks and prints.
    pub(super) fn print(
        &self,
        place: &Place,
        searcher: &Searcher,
        console: &mut Console,
    ) -> Result<Finish, Failure> {
        let total = match &self.what {
            What::Count => self.count(place, searcher, console)?,
            What::Files { nul } => self.files(*nul, place, searcher, console)?,
            What::Hits(form) => self.hits(form, place, searcher, console)?,
        };
        Ok(if total == 0 {
            Finish::Nothing
        } else {
            Finish::Done
        })
    }

    fn count(
        &self,
        place: &Place,
        searcher: &Searcher,
        console: &mut Console,
    ) -> Result<u64, Failure> {
        let request = without_hits(&self.asked.request);
        let response = searcher
            .search(&request)
            .map_err(|error| self.asked.failure(error))?;
        let (head, _) = Head::of(response);
        self.asked.tell(&head.diagnostics, console)?;
        writeln!(console.out(), "{}", head.total)?;
        way_out(head.why_not.as_ref(), &head.relaxations, place, console);
        Ok(head.total)
    }

    fn files(
        &self,
        nul: bool,
        place: &Place,
        searcher: &Searcher,
        console: &mut Console,
    ) -> Result<u64, Failure> {
        let Some(corpus) = &place.corpus else {
            return Err(
                Failure::usage("usage", "it is not known where the files are")
                    .with_hint("name the folder of the corpus with `-C DIR`"),
            );
        };
        let here = FromHere::new(corpus);
        let (head, hits) = self.ask(searcher)?;
        self.asked.tell(&head.diagnostics, console)?;
        let mut printed = HashSet::new();
        for hit in hits {
            let Some(path) = hit?.path else { continue };
            let path = file_of(&path);
            if printed.contains(path) {
                continue;
            }
            let file = here.path(&decode_path(path));
            printed.insert(path.to_owned());
            let is_terminal = console.stdout.is_terminal;
            let out = console.out();
            if nul {
                out.write_all(file.as_os_str().as_encoded_bytes())?;
                out.write_all(b"\0")?;
            } else if is_terminal {
                writeln!(
                    out,
                    "{}",
                    crate::output::clean::line(&file.to_string_lossy())
                )?;
            } else {
                out.write_all(file.as_os_str().as_encoded_bytes())?;
                out.write_all(b"\n")?;
            }
        }
        way_out(head.why_not.as_ref(), &head.relaxations, place, console);
        Ok(head.total)
    }

    fn hits(
        &self,
        form: &Form,
        place: &Place,
        searcher: &Searcher,
        console: &mut Console,
    ) -> Result<u64, Failure> {
        let started = Instant::now();
        let (mut head, hits) = self.ask(searcher)?;
        match form {
            Form::Json(_) => self.asked.check(&head.diagnostics)?,
            _ => self.asked.tell(&head.diagnostics, console)?,
        }
        let is_human = matches!(form, Form::Human(_));
        let mut ids = Vec::new();
        let mut has_inferred = false;
        let stream = console.stdout;
        write(
            form,
            searcher,
            &mut head,
            hits,
            console.out(),
            stream,
            |hit| {
                has_inferred |= !hit.inferred.is_empty();
                if is_human && ids.len() < 1_000 {
                    ids.push(hit.id.into_string());
                }
            },
        )?;
        console.flush()?;
        if is_human {
            Last::new(place, ids).remember();
            let has_marks = has_inferred && form.fields().contains(&FieldName::Facets);
            self.footer(&head, has_marks, started, console);
        }
        if !matches!(form, Form::Json(_)) {
            way_out(head.why_not.as_ref(), &head.relaxations, place, console);
        }
        Ok(head.total)
    }

    /// Asks, and writes the answer as one JSON object; returns the number of hits.
    pub(super) fn object(
        &self,
        searcher: &Searcher,
        out: &mut dyn Write,
        stream: Stream,
    ) -> Result<u64, Failure> {
        let What::Hits(form @ Form::Json(_)) = &self.what else {
            return Err(Failure::usage(
                "usage",
                "this list has no form as one object",
            ));
        };
        let (mut head, hits) = self.ask(searcher)?;
        self.asked.check(&head.diagnostics)?;
        write(form, searcher, &mut head, hits, out, stream, |_| {})?;
        Ok(head.total)
    }

    /// The total, and what to refine by. `has_marks`: whether hits have values that are marked as
    /// inferred.
    fn footer(&self, head: &Head, has_marks: bool, started: Instant, console: &mut Console) {
        if console.talk == Talk::Quiet {
            return;
        }
        let took = number::duration(started.elapsed());
        let total = number::count(head.total, "hit", "hits");
        let line = match (head.total, head.hits) {
            (0, _) => format!("no hits · {took}"),
            (total_hits, shown) if shown == total_hits => format!("{total} · {took}"),
            (_, shown) => format!("{} of {total} · {took}", number::thousands(shown)),
        };
        let gap = if head.hits > 0 { "\n" } else { "" };
        console.say(&format!("{gap}{line}"));
        let refine = refine::render(&head.facets, head.total, self.offered, console.stderr);
        let is_refined = !refine.is_empty() && head.total > 0;
        if is_refined {
            console.say(&format!("\n{refine}"));
        }
        let mut buckets = head.facets.iter().flat_map(|(_, list)| &list.buckets);
        if has_marks || is_refined && buckets.any(|bucket| bucket.inferred > 0) {
            console.say(inferred::LEGEND);
        }
        if let Some(cursor) = &head.cursor {
            console.mention(&format!("next page: --cursor {cursor}"));
        }
    }

    /// Asks the question: a page at once, or every hit one after the other.
    fn ask(&self, searcher: &Searcher) -> Result<(Head, Hits), Failure> {
        let request = &self.asked.request;
        let failed = |error| self.asked.failure(error);
        if request.limit != Limit::All {
            let (head, hits) = Head::of(searcher.search(request).map_err(failed)?);
            return Ok((head, Box::new(hits.into_iter().map(Ok))));
        }
        let export = searcher.export(request).map_err(failed)?;
        let mut head = match &self.what {
            What::Hits(Form::Human(_) | Form::Json(_)) => {
                Head::of(searcher.search(&without_hits(request)).map_err(failed)?).0
            }
            // A search knows what left no hits.
            _ if export.total() == 0 => {
                Head::of(searcher.search(&without_hits(request)).map_err(failed)?).0
            }
            _ => Head {
                total: export.total(),
                diagnostics: export.diagnostics().to_vec(),
                ..Head::default()
            },
        };
        head.cursor = None;
        head.hits = head.total;
        Ok((head, Box::new(export)))
    }
}

/// Writes a list, and hands on every hit behind its printing.
fn write(
    form: &Form,
    searcher: &Searcher,
    head: &mut Head,
    hits: Hits,
    out: &mut dyn Write,
    stream: Stream,
    mut shown: impl FnMut(Hit),
) -> Result<(), Failure> {
    let mut printer = form.printer(searcher.schema(), stream);
    printer.begin(out, head)?;
    head.hits = 0;
    for hit in hits {
        let hit = hit?;
        let stored = if form.needs_document() {
            searcher.get(hit.id.as_str())?
        } else {
            None
        };
        let listed = Listed {
            hit: &hit,
            stored: stored.as_ref(),
        };
        printer.hit(out, listed)?;
        head.hits += 1;
        shown(hit);
    }
    Ok(printer.end(out, head)?)
}

/// Says what left no hits, and what would give some.
pub(super) fn way_out(
    why_not: Option<&WhyNot>,
    relaxations: &[Relaxation],
    place: &Place,
    console: &mut Console,
) {
    let stream = console.stderr;
    if let Some(why_not) = why_not {
        let reasons = why_not::reasons(why_not, stream);
        console.say(&format!("\n{reasons}"));
    }
    let offers = why_not::offers(relaxations, &place.options(), stream);
    if !offers.is_empty() {
        console.say(&format!("\n{offers}"));
    }
}

/// The same question, for its totals and counts alone.
fn without_hits(request: &SearchRequest) -> SearchRequest {
    let mut request = request.clone();
    request.limit = Limit::Hits(0);
    request.cursor = None;
    request
}

/// What the options say is to be printed.
fn what(common: &Common, listing: &ListingArgs, defaults: Defaults) -> Result<What, Failure> {
    let misfit = |option: &str, format: Format| {
        let message = format!("`{option}` does not go with the format {}", format.name());
        Err(Failure::usage("usage", message).with_hint("leave one of them out"))
    };
    let format = match listing.format {
        Some(format) if common.json && format != Format::Json => {
            return misfit("--json", format);
        }
        Some(format) => format,
        None if common.json => Format::Json,
        None => defaults.format,
    };
    if listing.files || listing.nul {
        return Ok(What::Files { nul: listing.nul });
    }
    if listing.count && !matches!(listing.format, None | Some(Format::Json | Format::Human)) {
        return misfit("--count", format);
    }
    if listing.count && format != Format::Json {
        return Ok(What::Count);
    }
    let fields = |defaults: &[FieldName]| {
        if listing.fields.is_empty() {
            defaults.to_vec()
        } else {
            listing.fields.clone()
        }
    };
    let form = match format {
        Format::Human => Form::Human(fields(&human::DEFAULT)),
        Format::Json => Form::Json(fields(&fields::OF_A_HIT)),
        Format::Jsonl => Form::Jsonl(fields(&fields::OF_A_HIT)),
        Format::Csv => Form::Csv(fields(&csv::DEFAULT)),
        Format::Ids | Format::Paths | Format::Csl if !listing.fields.is_empty() => {
            return misfit("--fields", format);
        }
        Format::Ids => Form::Ids,
        Format::Paths => Form::Paths,
        Format::Csl => Form::Csl,
    };
    Ok(What::Hits(form))
}
