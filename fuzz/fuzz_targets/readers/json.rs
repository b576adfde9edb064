//! Files of the format `json`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| pressmark::corpus::fuzzing::read("json", data));
