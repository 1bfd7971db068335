//! A whole check of any bytes as a configuration: discovery, schema, rules, every report.
#![no_main]

use std::path::PathBuf;

use libfuzzer_sys::fuzz_target;
use promvet::run::{Request, run};
use promvet::report::{Format, Options};
use promvet::source::Memory;

fuzz_target!(|bytes: &[u8]| {
    let tree = Memory::new().file("/tree/prometheus.yml", bytes);
    let request = Request { paths: vec![PathBuf::from("/tree/prometheus.yml")], ..Request::default() };
    let run = run(&request, &tree);
    assert!(run.problems.is_empty(), "{:?}", run.problems);
    for format in Format::all() {
        format.write(&run.outcome, &mut Vec::new(), &Options::default()).unwrap();
    }
});
