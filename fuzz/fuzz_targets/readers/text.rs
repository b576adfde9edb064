//! Files of the format `text`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| pressmark::corpus::fuzzing::read("txt", data));
