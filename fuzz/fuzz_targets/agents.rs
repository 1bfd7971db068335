#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    promvet_fuzz::expect_caught_panics();
    promvet_fuzz::agents(bytes);
});
