//! Packages (DOCX) as they lie on the disk; what is in them has targets of its own.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| pressmark::corpus::fuzzing::read("docx", data));
