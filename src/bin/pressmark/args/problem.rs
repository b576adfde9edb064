//! What is wrong with the arguments, in our own words.

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ColorChoice, Error};

use super::Parsed;
use crate::failure::Failure;

/// Turns what the parser of arguments says into a text to show, or a failure.
pub(super) fn of(error: &Error, color: ColorChoice) -> Result<Parsed, Failure> {
    let text = |styled: StyledStr| match color {
        ColorChoice::Always => styled.ansi().to_string(),
        _ => styled.to_string(),
    };
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            Ok(Parsed::Text(text(error.render())))
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
            let failure = Failure::usage("usage", "no command was given");
            let within = usage(&error.render().to_string());
            Err(failure.with_hint(format!("`{within} --help` lists the commands")))
        }
        _ => Err(failure(error)),
    }
}

/// The command that a help text is about: what its usage begins with.
fn usage(help: &str) -> String {
    let usage = help.lines().find_map(|line| line.strip_prefix("Usage: "));
    let words = usage.unwrap_or("pressmark").split_whitespace();
    let command: Vec<&str> = words
        .take_while(|word| !word.starts_with(['<', '[']))
        .collect();
    command.join(" ")
}

fn failure(error: &Error) -> Failure {
    let context = |kind| error.get(kind).map(words).unwrap_or_default();
    let argument = context(ContextKind::InvalidArg);
    let option = argument.split(' ').next().unwrap_or_default();
    let value = context(ContextKind::InvalidValue);
    let (message, hint) = match error.kind() {
        ErrorKind::InvalidValue if value.is_empty() => (
            format!("`{option}` wants a value"),
            format!("write it as `{argument}`"),
        ),
        ErrorKind::InvalidValue => (
            format!("`{value}` is not a value of `{option}`"),
            format!("expected one of: {}", context(ContextKind::ValidValue)),
        ),
        ErrorKind::ValueValidation => {
            let cause = std::error::Error::source(error).map(ToString::to_string);
            (
                format!("`{value}` is not a value of `{option}`"),
                cause.unwrap_or_else(|| format!("write it as `{argument}`")),
            )
        }
        ErrorKind::ArgumentConflict => {
            let other = context(ContextKind::PriorArg);
            if other == argument {
                (
                    format!("`{option}` is given twice"),
                    "give it once".to_owned(),
                )
            } else {
                (
                    format!("`{argument}` and `{other}` cannot be used together"),
                    "give one of them".to_owned(),
                )
            }
        }
        ErrorKind::MissingRequiredArgument => (format!("`{argument}` is missing"), String::new()),
        ErrorKind::InvalidSubcommand => {
            let name = context(ContextKind::InvalidSubcommand);
            let near = context(ContextKind::SuggestedSubcommand);
            let hint = if near.is_empty() {
                format!("to look for it, write `pressmark search {name}`")
            } else {
                format!("did you mean `{near}`?")
            };
            (format!("there is no command `{name}`"), hint)
        }
        ErrorKind::UnknownArgument => (
            format!("`{argument}` is one argument too many"),
            String::new(),
        ),
        ErrorKind::InvalidUtf8 => ("an argument is not valid UTF-8".to_owned(), String::new()),
        _ => {
            let text = error.to_string();
            let line = text.lines().next().unwrap_or_default();
            (line.trim_start_matches("error: ").to_owned(), String::new())
        }
    };
    let failure = Failure::usage("usage", message);
    if hint.is_empty() {
        return failure.with_hint("`--help` behind the command shows how it is used");
    }
    failure.with_hint(hint)
}

fn words(value: &ContextValue) -> String {
    match value {
        ContextValue::String(text) => text.clone(),
        ContextValue::Strings(texts) => texts.join(", "),
        other => other.to_string(),
    }
}
