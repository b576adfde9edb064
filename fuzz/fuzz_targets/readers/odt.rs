//! What lies in a package of the format `odt`, part by part.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| pressmark::corpus::fuzzing::read_package("odt", data));
