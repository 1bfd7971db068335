//! The two YAML readers against each other, on any bytes: what the scanner reads, libyaml-safer has
//! to read likewise, but for what go-yaml is known to read otherwise.
#![no_main]

use libfuzzer_sys::fuzz_target;
use promvet::finding::Text;
use promvet::yaml::{Readers, compare_readers, parse_all, parse_first};

fuzz_target!(|bytes: &[u8]| {
    let text = Text::new("a.yml", bytes.to_vec());
    for all in [false, true] {
        if let Readers::Differ(how) = compare_readers(&text, all) {
            panic!("{how}");
        }
    }
    let _ = parse_first(&text);
    let _ = parse_all(&text);
});
