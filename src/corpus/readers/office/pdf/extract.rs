//! The one door to the PDF library: from bytes to glyphs with their places, and what the document
//! says about itself.

use hayro_interpret::font::{Glyph as Drawn, GlyphRun};
use hayro_interpret::hayro_cmap::BfString;
use hayro_interpret::hayro_syntax::object::{self, Dict, Name, Stream};
use hayro_interpret::hayro_syntax::page::Page as Source;
use hayro_interpret::hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use hayro_interpret::kurbo::{Affine, BezPath, Point, Rect};
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps,
    InterpreterCache, InterpreterSettings, SoftMask, TransformExt, interpret_page,
};

use super::about::{About, text_of};
use super::page::{Glyph, Page};
use crate::corpus::{Refusal, codes, limits};

/// What is in a document.
#[derive(Debug)]
pub(super) struct Extracted {
    pub(super) pages: Vec<Page>,
    pub(super) about: About,
    /// How many pages were left out because there are too many.
    pub(super) left_out: usize,
}

/// Reads a document. It may take any time and memory, and may panic: that is what child processes
/// are for.
pub(super) fn extract(bytes: Vec<u8>) -> Result<Extracted, Refusal> {
    let pdf = Pdf::new(bytes).map_err(|error| match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => {
            Refusal::new(codes::ENCRYPTED, "a password is needed to read it")
        }
        LoadPdfError::Decryption(error) => {
            let message = format!("it is encrypted in a way that cannot be read: {error:?}");
            Refusal::new(codes::ENCRYPTED, message)
        }
        LoadPdfError::Invalid => {
            let message = "no pages can be found in it: the file is damaged or cut short";
            Refusal::new(codes::PDF, message)
        }
    })?;
    let about = about(&pdf);
    let sources = pdf.pages();
    if sources.is_empty() {
        return Err(Refusal::new(codes::PDF, "there are no pages in it"));
    }
    let cache = InterpreterCache::new();
    let mut pages = Vec::new();
    let mut left = limits::PDF_GLYPHS;
    for source in sources.iter().take(limits::PDF_PAGES) {
        pages.push(page(&pdf, source, &cache, &mut left));
        if left == 0 {
            let message = format!("more than {} characters on its pages", limits::PDF_GLYPHS);
            return Err(Refusal::new(codes::PDF_TOO_MANY_GLYPHS, message));
        }
    }
    let left_out = sources.len() - pages.len();
    Ok(Extracted {
        pages,
        about,
        left_out,
    })
}

fn page<'p>(
    pdf: &'p Pdf,
    source: &Source<'p>,
    cache: &InterpreterCache<'p>,
    left: &mut usize,
) -> Page {
    let (width, height) = source.render_dimensions();
    let mut context = Context::new(
        source.initial_transform(true).to_kurbo(),
        Rect::new(0.0, 0.0, f64::from(width), f64::from(height)),
        cache,
        pdf.xref(),
        InterpreterSettings::default(),
    );
    let mut gatherer = Gatherer {
        page: Page::new(height),
        marks: Vec::new(),
        last: None,
        left,
    };
    interpret_page(source, &mut context, &mut gatherer);
    gatherer.page.finish();
    gatherer.page
}

/// A part of the content that is marked.
#[derive(Debug)]
struct Mark {
    /// It is no part of the text.
    aside: bool,
    /// What it really says, until the first glyph has said it.
    text: Option<String>,
    replaces: bool,
}

/// Takes down every glyph that is drawn, and draws nothing.
struct Gatherer<'l> {
    page: Page,
    marks: Vec<Mark>,
    /// The run that was drawn last: filled and stroked text is drawn twice.
    last: Option<(u32, Point, usize)>,
    left: &'l mut usize,
}

impl Gatherer<'_> {
    fn glyph(&mut self, drawn: &Drawn<'_>, place: Affine) {
        if *self.left == 0 {
            return;
        }
        *self.left -= 1;
        self.page.glyphs += 1;
        let origin = place * Point::ZERO;
        let along = place * Point::new(1.0, 0.0) - origin;
        let up = place * Point::new(0.0, 1_000.0) - origin;
        let scale = along.hypot();
        let width = match drawn {
            Drawn::Outline(glyph) => glyph.advance_width(),
            Drawn::Type3(glyph) => glyph.advance_width(),
        };
        let replaced = self.marks.iter_mut().rev().find(|mark| mark.replaces);
        let mut buffer = [0; 4];
        let known = drawn.as_unicode();
        let text = match (replaced, &known) {
            // The first glyph says all of it, the others nothing.
            (Some(mark), _) => {
                let text = mark.text.take().unwrap_or_default();
                self.push(
                    &text,
                    origin,
                    along / scale.max(1e-9),
                    width,
                    scale,
                    up.hypot(),
                );
                return;
            }
            (None, Some(BfString::Char(c))) => &*c.encode_utf8(&mut buffer),
            (None, Some(BfString::String(text))) => text,
            (None, None) => "",
        };
        if text.is_empty() || text.chars().any(is_private) {
            self.page.unmapped += 1;
            return;
        }
        self.push(
            text,
            origin,
            along / scale.max(1e-9),
            width,
            scale,
            up.hypot(),
        );
    }

    fn push(
        &mut self,
        text: &str,
        origin: Point,
        along: hayro_interpret::kurbo::Vec2,
        width: Option<f32>,
        scale: f64,
        size: f64,
    ) {
        // Without a width, what is usual for a letter.
        let width = width.map_or(size * 0.5, |width| f64::from(width) * scale);
        self.page.push(&Glyph {
            text,
            x: origin.x as f32,
            y: origin.y as f32,
            along: (along.x as f32, along.y as f32),
            width: width as f32,
            size: size as f32,
            aside: self.marks.iter().any(|mark| mark.aside),
        });
    }
}

/// Whether a character means something only within the font that it is taken from.
fn is_private(c: char) -> bool {
    matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'.. | '\u{fffd}')
}

impl<'a> Device<'a> for Gatherer<'_> {
    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {}

    fn push_clip_path(&mut self, _: &ClipPath) {}

    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, _: &DrawMode) {
        let glyphs = run.glyphs();
        let Some(first) = glyphs.first() else {
            return;
        };
        let origin = props.transform * first.transform() * Point::ZERO;
        let this = (first.char_code(), origin, glyphs.len());
        if self.last.replace(this) == Some(this) {
            return;
        }
        for glyph in glyphs {
            self.glyph(glyph, props.transform * glyph.transform());
        }
    }

    fn draw_image(&mut self, _: Image<'a, '_>, _: ImageDrawProps<'a>) {}

    fn pop_clip(&mut self) {}

    fn pop_transparency_group(&mut self) {}

    fn begin_marked_content(&mut self, tag: &[u8], properties: Option<&Dict<'_>>) {
        let text = properties
            .and_then(|properties| properties.get::<object::String<'_>>("ActualText"))
            .map(|text| text_of(text.as_bytes()));
        // A picture of the background is an artifact, too, but has no text.
        self.marks.push(Mark {
            aside: tag == b"Artifact",
            replaces: text.is_some(),
            text,
        });
    }

    fn end_marked_content(&mut self) {
        self.marks.pop();
    }
}

fn about(pdf: &Pdf) -> About {
    let info = pdf.metadata();
    let text = |bytes: &Option<Box<[u8]>>| bytes.as_deref().map(text_of).unwrap_or_default();
    let date = |date: Option<object::DateTime>| {
        let date = date?;
        let day = format!("{:04}-{:02}-{:02}", date.year, date.month, date.day);
        let (hours, minutes) = (date.utc_offset_hour, date.utc_offset_minute);
        let time = format!("{:02}:{:02}:{:02}", date.hour, date.minute, date.second);
        let sign = if hours < 0 { '-' } else { '+' };
        Some(format!(
            "{day}T{time}{sign}{:02}:{minutes:02}",
            hours.unsigned_abs()
        ))
    };
    let mut about = About {
        titles: vec![text(&info.title)],
        authors: vec![text(&info.author)],
        subjects: vec![text(&info.subject)],
        keywords: vec![text(&info.keywords)],
        created: date(info.creation_date),
        modified: date(info.modification_date),
        application: text(&info.creator),
        producer: text(&info.producer),
        ..About::default()
    };
    if let Some(catalog) = pdf.xref().get::<Dict<'_>>(pdf.xref().root_id()) {
        if let Some(language) = catalog.get::<object::String<'_>>("Lang") {
            about.language = text_of(language.as_bytes());
        } else if let Some(language) = catalog.get::<Name<'_>>("Lang") {
            about.language = text_of(&language);
        }
        if let Some(stream) = catalog.get::<Stream<'_>>("Metadata")
            && let Ok(xmp) = stream.decoded()
        {
            about.add_xmp(&xmp);
        }
    }
    about
}
