//! Files of the format `warc`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| pressmark::corpus::fuzzing::read("warc", data));
