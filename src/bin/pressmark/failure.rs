//! What ends a run: an exit status, and for failures a message, a place and a way out.

use std::io;
use std::process::ExitCode;

use pressmark::{Diagnostic, Error, ErrorKind, Severity};
use serde::Serialize;

use crate::console::Console;
use crate::output;

/// How a run ended; the numbers are promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finish {
    /// Hits, or done.
    Done = 0,
    /// No hits, unknown id, no match, damage.
    Nothing = 1,
    /// An error.
    Failed = 2,
    /// Indexing finished, and some records failed.
    SomeFailed = 3,
    /// Stopped from outside.
    Interrupted = 130,
}

impl From<Finish> for ExitCode {
    fn from(finish: Finish) -> Self {
        Self::from(finish as u8)
    }
}

/// Why a run cannot go on.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Whoever read the results has heard enough.
    Closed,
    /// Something to be told.
    Told(Box<Told>),
}

/// A failure in words.
#[derive(Debug)]
pub(crate) struct Told {
    finish: Finish,
    code: String,
    message: String,
    /// The bytes of `query` that it is about.
    span: Option<(usize, usize)>,
    hint: Option<String>,
    query: Option<String>,
}

impl Failure {
    /// A failure of exit status 2.
    pub(crate) fn new(code: &str, message: impl Into<String>) -> Self {
        Self::Told(Box::new(Told {
            finish: Finish::Failed,
            code: code.to_owned(),
            message: message.into(),
            span: None,
            hint: None,
            query: None,
        }))
    }

    /// Arguments that do not make sense.
    pub(crate) fn usage(code: &str, message: impl Into<String>) -> Self {
        Self::new(code, message)
    }

    /// No document has the id: exit status 1.
    pub(crate) fn unknown_id(id: &str) -> Self {
        let mut failure = Self::new("unknown_id", format!("no document has the id `{id}`"))
            .with_hint("`pressmark export --format ids` lists the ids");
        if let Self::Told(told) = &mut failure {
            told.finish = Finish::Nothing;
        }
        failure
    }

    /// Adds the next step.
    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        if let Self::Told(told) = &mut self {
            told.hint = Some(hint.into());
        }
        self
    }

    /// Adds the query that the place of the failure is in.
    pub(crate) fn with_query(mut self, query: &str) -> Self {
        if let Self::Told(told) = &mut self {
            told.query = Some(query.to_owned());
        }
        self
    }

    /// What went wrong.
    pub(crate) fn message(&self) -> &str {
        match self {
            Self::Told(told) => &told.message,
            Self::Closed => "",
        }
    }

    /// The next step, if one is known.
    #[cfg(test)]
    pub(crate) fn hint(&self) -> Option<&str> {
        match self {
            Self::Told(told) => told.hint.as_deref(),
            Self::Closed => None,
        }
    }

    /// The failure as the members of an object that stands for one answer among several; the
    /// failure itself if it ends the whole run.
    pub(crate) fn into_object(self) -> Result<serde_json::Map<String, serde_json::Value>, Self> {
        let told = match self {
            Self::Told(told) if told.finish != Finish::Interrupted => told,
            other => return Err(other),
        };
        let object = ErrorObject {
            format_version: pressmark::FORMAT_VERSION,
            error: told.body(),
        };
        match serde_json::to_value(&object) {
            Ok(serde_json::Value::Object(members)) => Ok(members),
            _ => Err(Self::Told(told)),
        }
    }

    /// Tells the failure on the stream and in the form it was asked for.
    pub(crate) fn report(self, console: &mut Console) -> Finish {
        let Self::Told(told) = self else {
            return Finish::Done;
        };
        console.object(&serde_json::json!({
            "event": "error",
            "code": told.code,
            "message": told.message,
            "hint": told.hint,
            "exit": told.finish as u8,
        }));
        if console.json && told.finish != Finish::Interrupted {
            let object = ErrorObject {
                format_version: pressmark::FORMAT_VERSION,
                error: told.body(),
            };
            // When not even this can be told, the exit status has to do.
            let _ = output::json::line(console.out(), &object);
            let _ = console.flush();
            return told.finish;
        }
        let mut diagnostic = Diagnostic::new(Severity::Error, &told.code, told.message);
        if let Some((start, end)) = told.span.filter(|_| told.query.is_some()) {
            diagnostic = diagnostic.at(start, end);
        }
        if let Some(hint) = told.hint {
            diagnostic = diagnostic.hint(hint);
        }
        let query = told.query.unwrap_or_default();
        let text = output::findings::render(&diagnostic, &query, console.stderr);
        console.shout(&text);
        told.finish
    }
}

impl Told {
    fn body(&self) -> ErrorBody<'_> {
        ErrorBody {
            code: &self.code,
            message: &self.message,
            span: self.span.filter(|_| self.query.is_some()),
            hint: self.hint.as_deref(),
        }
    }
}

#[derive(Serialize)]
struct ErrorObject<'a> {
    format_version: u32,
    error: ErrorBody<'a>,
}

#[derive(Serialize)]
struct ErrorBody<'a> {
    code: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    span: Option<(usize, usize)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'a str>,
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::Closed;
        }
        Self::new("io", format!("cannot write the results: {error}"))
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let mut message = error.message().to_owned();
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            message.push_str(": ");
            message.push_str(&cause.to_string());
            source = cause.source();
        }
        let finish = match error.kind() {
            ErrorKind::Cancelled => Finish::Interrupted,
            _ => Finish::Failed,
        };
        Self::Told(Box::new(Told {
            finish,
            code: error.code().to_owned(),
            message,
            // A place in a file is in the message; only places in the query are shown under it.
            span: error.span().filter(|_| error.path().is_none()),
            hint: error.hint().map(str::to_owned),
            query: None,
        }))
    }
}

impl From<Diagnostic> for Failure {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::Told(Box::new(Told {
            finish: Finish::Failed,
            code: diagnostic.code,
            message: diagnostic.message,
            span: diagnostic.span,
            hint: diagnostic.hint,
            query: None,
        }))
    }
}
