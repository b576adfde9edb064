//! What the engine does with damaged bytes must not end the process: its panics become errors.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::{Error, ErrorKind, Result};

/// Runs work of the engine on files that may be damaged.
///
/// # Errors
/// What the work returns; [`ErrorKind::Engine`] if it panicked.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    // What is shared is only read, or opened once and whole: a panic leaves nothing half done.
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => result,
        Err(panic) => Err(Error::new(
            ErrorKind::Engine,
            format!(
                "the engine stopped in the middle of its work: {}",
                words(&*panic)
            ),
        )
        .with_hint(
            "a damaged file is the likeliest cause: `pressmark check` finds it; if it finds none, \
             this is a bug, please report it",
        )),
    }
}

/// What a panic says.
pub(super) fn words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("it did not say why")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_with_its_words() {
        assert_eq!(guarded(|| Ok(1)).unwrap(), 1);
        let numbers: Vec<u32> = Vec::new();
        let error = guarded(|| Ok(numbers[1])).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Engine);
        assert!(error.message().contains("index out of bounds"), "{error}");
        assert!(error.hint().unwrap_or_default().contains("pressmark check"));
    }
}
