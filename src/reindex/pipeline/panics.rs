//! Panics that hostile input may bring about: what they said, as failures and errors.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::{Error, ErrorKind};

/// Does something that hostile input may break, and says how it broke.
pub(super) fn calm<T>(f: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(f)).map_err(|panic| said(&*panic).to_owned())
}

/// What a panic said.
fn said(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message")
}

/// The error of a run in which a thread panicked.
pub(super) fn bug(panic: &(dyn Any + Send)) -> Error {
    Error::new(
        ErrorKind::Engine,
        format!("a thread panicked: {}", said(panic)),
    )
    .with_hint("nothing was published; this is a bug, please report it")
}
