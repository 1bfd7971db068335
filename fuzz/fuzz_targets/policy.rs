//! Any bytes as promvet.yaml.
#![no_main]

use libfuzzer_sys::fuzz_target;
use promvet::finding::Text;
use promvet::policy::Policy;

fuzz_target!(|bytes: &[u8]| {
    let _ = Policy::read(&Text::new("promvet.yaml", bytes.to_vec()), "");
});
