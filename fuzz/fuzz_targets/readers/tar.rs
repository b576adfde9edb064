//! Files of the format `tar`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| pressmark::corpus::fuzzing::read("tar", data));
