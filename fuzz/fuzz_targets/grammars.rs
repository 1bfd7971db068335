//! Any text as a value of every grammar of the schema: faults lie inside the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use promvet::schema::scalar::{self, Fault, Go};

fn inside<T>(text: &str, outcome: Result<T, Fault>) {
    if let Err(fault) = outcome {
        assert!(fault.from <= fault.to && fault.to <= text.len(), "{fault:?}");
    }
}

fuzz_target!(|text: &str| {
    inside(text, scalar::duration(text));
    inside(text, scalar::byte_size(text));
    inside(text, scalar::url(text));
    inside(text, scalar::regex(text, Go::of_prometheus(3, 14)));
    inside(text, scalar::label::legacy_template(text));
    inside(text, scalar::selector::label_selector(text));
    inside(text, scalar::glob::target_file_pattern(text));
    let _ = scalar::coerce::int(text, true, None);
    let _ = scalar::coerce::float(text, true, None);
});
