//! Configurations of Alloy, flags of vmagent, TOML and files of sections: readers that are not those of YAML.

use std::path::PathBuf;

use promvet::run::{Request, run};
use promvet::source::Memory;

use super::{assert_place, within};

/// The work that the budgets of one file allow.
const BUDGETS: u64 = 20_000_000;

/// The names under which the bytes are in the tree.
const NAMES: [&str; 6] = [
    "config.alloy",
    "compose.yaml",
    "vmagent.service",
    "vector.toml",
    "fluent-bit.conf",
    "exporting.conf",
];

/// Any bytes as such files, and as the command line of a service that runs vmagent: what is found is inside
/// the files, and the same bytes give the same answer.
pub fn agents(bytes: &[u8]) {
    for name in NAMES {
        checked(name, bytes);
    }
    let line = String::from_utf8_lossy(bytes);
    let quoted = serde_json::to_string(&*line).unwrap_or_default();
    let service =
        format!("services:\n  a:\n    image: victoriametrics/vmagent\n    command: [{quoted}]\n");
    checked("compose.yaml", service.as_bytes());
}

fn checked(name: &str, bytes: &[u8]) {
    let path = PathBuf::from("/tree").join(name);
    let tree = Memory::new().file(path.clone(), bytes);
    let request = Request {
        paths: vec![path],
        threads: 1,
        inventory: true,
        ..Request::default()
    };
    let first = within(bytes.len(), BUDGETS, 5_000, || run(&request, &tree));
    assert_eq!(first.problems, [""; 0]);
    let told = |run: &promvet::run::Run| {
        let found = run.outcome.findings().iter();
        found
            .map(|one| format!("{:?} {}", one.finding.place.order(), one.finding.message))
            .collect::<Vec<_>>()
    };
    for reported in first.outcome.findings() {
        assert_place(&reported.finding.place, &reported.finding.message);
    }
    assert_eq!(told(&run(&request, &tree)), told(&first), "checked twice");
}
