//! The two streams of the program: what they are, how wide, whether they show colour; and the one
//! way to write to them.

use std::ffi::OsString;
use std::io::{self, BufWriter, IsTerminal, Write};

use anstream::AutoStream;
use anstyle::Style;
use serde::Serialize;

use crate::args::{ColorArg, Common};
use crate::failure::Failure;
use crate::output::layout::wrapped;
use crate::output::{clean, json};

/// The columns assumed where nothing says how many there are.
const DEFAULT_WIDTH: usize = 80;
/// Lines get no longer than this, however wide the window is.
const MAX_WIDTH: usize = 120;
const MIN_WIDTH: usize = 20;

/// What is known of a stream.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stream {
    /// Whether a person reads it as it comes.
    pub(crate) is_terminal: bool,
    /// Whether it shows colour.
    pub(crate) colour: bool,
    /// Columns to fill.
    pub(crate) width: usize,
}

impl Stream {
    /// The text in a style, if the stream shows styles.
    pub(crate) fn paint(&self, style: Style, text: &str) -> String {
        if self.colour && !text.is_empty() {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }
}

/// How much to say beside results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Talk {
    Quiet,
    Normal,
    Verbose,
}

/// Standard output for data, standard error for everything else.
pub(crate) struct Console {
    out: BufWriter<Box<dyn Write>>,
    pub(crate) stdout: Stream,
    pub(crate) stderr: Stream,
    pub(crate) talk: Talk,
    /// Whether errors are to be printed as JSON.
    pub(crate) json: bool,
    /// Whether standard error is for JSON objects, one a line, and for nothing else.
    pub(crate) events: bool,
}

impl Console {
    /// Looks at the streams, the environment, and those arguments that decide how errors in the
    /// arguments themselves are printed.
    pub(crate) fn new(arguments: &[OsString]) -> Self {
        let texts = || {
            arguments
                .iter()
                .skip(1)
                .filter_map(|argument| argument.to_str())
        };
        let env = |name: &str| std::env::var(name).ok();
        let color = color_of(texts(), env("PRESSMARK_COLOR"));
        let stream = |is_terminal: bool, size: Option<usize>| Stream {
            is_terminal,
            colour: shows_colour(color, is_terminal, env),
            width: width(size, env("COLUMNS")),
        };
        let size = |size: Option<(terminal_size::Width, terminal_size::Height)>| {
            size.map(|(width, _)| usize::from(width.0))
        };
        let (out, err) = (io::stdout(), io::stderr());
        let stdout = stream(
            out.is_terminal(),
            size(terminal_size::terminal_size_of(&out)),
        );
        let stderr = stream(
            err.is_terminal(),
            size(terminal_size::terminal_size_of(&err)),
        );
        let raw: Box<dyn Write> = if stdout.colour {
            Box::new(AutoStream::always(out))
        } else {
            Box::new(out)
        };
        Self {
            out: BufWriter::with_capacity(64 << 10, raw),
            stdout,
            stderr,
            talk: Talk::Normal,
            json: asks_for_json(texts()),
            events: asks_for_events(texts()),
        }
    }

    /// Takes what the parsed options say.
    pub(crate) fn configure(&mut self, common: &Common) {
        self.talk = match (common.quiet, common.verbose) {
            (true, _) => Talk::Quiet,
            (false, 0) => Talk::Normal,
            (false, _) => Talk::Verbose,
        };
        self.json = self.json || common.json;
    }

    pub(crate) fn stdout_has_colour(&self) -> bool {
        self.stdout.colour
    }

    /// Where results go.
    pub(crate) fn out(&mut self) -> &mut impl Write {
        &mut self.out
    }

    /// Prints a text as it is.
    pub(crate) fn text(&mut self, text: &str) -> Result<(), Failure> {
        Ok(self.out.write_all(text.as_bytes())?)
    }

    /// Hands on what was printed.
    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        Ok(self.out.flush()?)
    }

    /// Says a sentence about the results, in lines that fit, unless nobody wants to hear it.
    pub(crate) fn remark(&mut self, text: &str) {
        let text = wrapped(self.stderr, text);
        self.say(&text);
    }

    /// Says something about the results as it is, unless nobody wants to hear it.
    pub(crate) fn say(&mut self, text: &str) {
        if self.talk >= Talk::Normal {
            self.shout(text);
        }
    }

    /// Says something that only matters to who wants to know more.
    pub(crate) fn mention(&mut self, text: &str) {
        if self.talk >= Talk::Verbose {
            self.shout(&clean::lines(text));
        }
    }

    /// Says something even to who wants to hear nothing. When that cannot be heard, nothing can
    /// be done about it. Among objects, there is no place for words: [`Console::object`] is.
    pub(crate) fn shout(&mut self, text: &str) {
        let _ = self.out.flush();
        if self.events {
            return;
        }
        let mut text = text.to_owned();
        if !text.ends_with('\n') {
            text.push('\n');
        }
        let _ = if self.stderr.colour {
            AutoStream::always(io::stderr()).write_all(text.as_bytes())
        } else {
            io::stderr().write_all(text.as_bytes())
        };
    }

    /// Says something as an object, where standard error is for objects.
    pub(crate) fn object(&mut self, object: &impl Serialize) {
        if self.events {
            let _ = self.out.flush();
            let _ = json::line(&mut io::stderr(), object);
        }
    }
}

/// What `--color` says, else the environment, else `auto`; the parser reports what is wrong.
fn color_of<'a>(arguments: impl Iterator<Item = &'a str>, env: Option<String>) -> ColorArg {
    let mut said = env;
    let mut is_next = false;
    for argument in arguments.take_while(|argument| *argument != "--") {
        if is_next {
            said = Some(argument.to_owned());
        } else if let Some(value) = argument.strip_prefix("--color=") {
            said = Some(value.to_owned());
        }
        is_next = argument == "--color";
    }
    match said.as_deref() {
        Some("always") => ColorArg::Always,
        Some("never") => ColorArg::Never,
        _ => ColorArg::Auto,
    }
}

fn asks_for_json<'a>(arguments: impl Iterator<Item = &'a str>) -> bool {
    let mut is_next = false;
    for argument in arguments.take_while(|argument| *argument != "--") {
        let format = if is_next {
            Some(argument)
        } else {
            argument.strip_prefix("--format=")
        };
        if argument == "--json" || matches!(format, Some("json" | "jsonl")) {
            return true;
        }
        is_next = argument == "--format";
    }
    false
}

fn asks_for_events<'a>(arguments: impl Iterator<Item = &'a str>) -> bool {
    let arguments: Vec<&str> = arguments.take_while(|it| *it != "--").collect();
    arguments.contains(&"--progress=jsonl")
        || arguments
            .windows(2)
            .any(|pair| pair == ["--progress", "jsonl"])
}

/// Whether a stream shows colour: the option first, then `NO_COLOR`, `CLICOLOR_FORCE`, what the
/// terminal can do, and `CLICOLOR`.
fn shows_colour(color: ColorArg, is_terminal: bool, env: impl Fn(&str) -> Option<String>) -> bool {
    let is_set = |name: &str| env(name).is_some_and(|value| !value.is_empty());
    let is_on = |name: &str| env(name).is_some_and(|value| !value.is_empty() && value != "0");
    match color {
        ColorArg::Always => true,
        ColorArg::Never => false,
        ColorArg::Auto if is_set("NO_COLOR") => false,
        ColorArg::Auto if is_on("CLICOLOR_FORCE") => true,
        ColorArg::Auto => {
            let is_dumb = env("TERM").is_some_and(|term| term == "dumb");
            let is_off = env("CLICOLOR").is_some_and(|value| value == "0");
            is_terminal && !is_dumb && !is_off
        }
    }
}

/// The columns of a terminal, else what `COLUMNS` says; within bounds that can be read.
fn width(terminal: Option<usize>, columns: Option<String>) -> usize {
    let columns = || columns.and_then(|text| text.trim().parse().ok());
    terminal
        .or_else(columns)
        .unwrap_or(DEFAULT_WIDTH)
        .clamp(MIN_WIDTH, MAX_WIDTH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_follows_the_option_then_the_environment() {
        use ColorArg::{Always, Auto, Never};
        for (color, is_terminal, env, expected) in [
            (Auto, true, &[][..], true),
            (Auto, false, &[], false),
            (Always, false, &[("NO_COLOR", "1")], true),
            (Never, true, &[("CLICOLOR_FORCE", "1")], false),
            (Auto, true, &[("NO_COLOR", "1")], false),
            (Auto, true, &[("NO_COLOR", "")], true),
            (Auto, false, &[("CLICOLOR_FORCE", "1")], true),
            (Auto, false, &[("CLICOLOR_FORCE", "0")], false),
            (
                Auto,
                false,
                &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")],
                false,
            ),
            (Auto, true, &[("TERM", "dumb")], false),
            (Auto, true, &[("CLICOLOR", "0")], false),
        ] {
            let look = |name: &str| {
                env.iter()
                    .find(|(other, _)| *other == name)
                    .map(|(_, value)| (*value).to_owned())
            };
            assert_eq!(
                shows_colour(color, is_terminal, look),
                expected,
                "{color:?} {env:?}"
            );
        }
    }

    #[test]
    fn errors_in_the_arguments_are_printed_as_asked() {
        for (line, json, color) in [
            ("search --json --nope", true, ColorArg::Auto),
            ("search --format jsonl", true, ColorArg::Auto),
            (
                "search --format=json --color always",
                true,
                ColorArg::Always,
            ),
            ("search --format csv --color=never", false, ColorArg::Never),
            ("search -- --json", false, ColorArg::Auto),
        ] {
            assert_eq!(asks_for_json(line.split(' ')), json, "{line}");
            assert!(!asks_for_events(line.split(' ')), "{line}");
            assert_eq!(color_of(line.split(' '), None), color, "{line}");
        }
        for (line, expected) in [
            ("index --progress jsonl --nope", true),
            ("index --nope --progress=jsonl", true),
            ("index --progress bar jsonl", false),
            ("index -- --progress jsonl", false),
        ] {
            assert_eq!(asks_for_events(line.split(' ')), expected, "{line}");
        }
        assert_eq!(
            color_of([].into_iter(), Some("never".to_owned())),
            ColorArg::Never
        );
    }

    #[test]
    fn widths_stay_readable() {
        assert_eq!(width(Some(60), Some("100".to_owned())), 60);
        assert_eq!(width(None, Some("100".to_owned())), 100);
        assert_eq!(width(None, Some("wide".to_owned())), DEFAULT_WIDTH);
        assert_eq!(width(Some(3), None), MIN_WIDTH);
        assert_eq!(width(Some(400), None), MAX_WIDTH);
    }
}
