#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| promvet_fuzz::deployments(bytes));
