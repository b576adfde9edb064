//! What the allocator keeps of blocks that are freed, in runs over many files.
//!
//! GNU's C library gives large blocks back to the system, but takes the largest that it has seen
//! freed for a sign that the program wants such blocks again, and from then on cuts all of that
//! size out of heaps that it keeps. In a run those heaps grow with every segment that is written:
//! with 200,000 small files to half as much again as is in use. The limits stay where they are
//! put if the environment says so when a program starts, and there alone; so the program starts
//! itself once more, which takes three milliseconds.

/// From how many bytes a block is given back when it is freed, and from how many those at the end
/// of a heap are (`man 3 mallopt`). What is needed for a moment again and again is smaller: the
/// largest of that are the 660 kilobytes for compressing a block of texts.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const LIMITS: [(&str, &str); 2] = [
    ("MALLOC_MMAP_THRESHOLD_", "1048576"),
    ("MALLOC_TRIM_THRESHOLD_", "8388608"),
];

/// Marks a program that was started again: where it has more rights than who starts it, the limits
/// are taken out of its environment before it sees them.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const MARK: &str = "PRESSMARK_SETTLED";

/// Starts the program again with limits that stay, unless it has some; returns if it has, or if
/// nothing can be done. To be called before anything is read, written or locked.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(crate) fn settle() {
    use std::os::unix::process::CommandExt;

    // Other settings of the user's are left alone: they may say the same.
    let mut names = LIMITS
        .iter()
        .map(|(name, _)| *name)
        .chain(["GLIBC_TUNABLES", MARK]);
    if names.any(|name| std::env::var_os(name).is_some()) {
        return;
    }
    let Ok(program) = std::env::current_exe() else {
        return;
    };
    let mut command = std::process::Command::new(program);
    let mut arguments = std::env::args_os();
    if let Some(name) = arguments.next() {
        command.arg0(name);
    }
    // Where it fails, as when the file was replaced meanwhile, the run goes on as it is.
    let _ = command.args(arguments).envs(LIMITS).env(MARK, "1").exec();
}

/// Other allocators need nothing.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) fn settle() {}
