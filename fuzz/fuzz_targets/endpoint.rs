//! Any text as a remote_write URL: taken apart, its receiver recognised, its shape judged.
#![no_main]

use libfuzzer_sys::fuzz_target;
use promvet::facts::receiver::{Catalogue, Hints, judge, recognise};
use promvet::prometheus::endpoint::Endpoint;

fuzz_target!(|text: &str| {
    let catalogue = Catalogue::default();
    let endpoint = Endpoint::new(text);
    let recognition = recognise(&endpoint, &catalogue, &Hints::default());
    for fault in judge(&endpoint, &recognition) {
        assert!(text.get(fault.range).is_some());
    }
});
