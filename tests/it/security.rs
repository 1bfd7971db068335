//! SECURITY.md names the test that holds each promise: those tests exist.

#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

use std::fs;
use std::path::Path;

/// The sources that hold tests, as one text.
fn sources() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = ["src", "crates", "tests/it"]
        .map(|name| root.join(name))
        .to_vec();
    let mut text = String::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                text.push_str(&fs::read_to_string(path).unwrap());
            }
        }
    }
    text
}

/// The names in backticks in the last column of a table's rows.
fn named(page: &str) -> Vec<String> {
    let rows = page.lines().filter(|line| line.starts_with("| "));
    let cells = rows.filter_map(|row| row.trim_end_matches([' ', '|']).rsplit(" | ").next());
    let names = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2));
    let names = names.filter(|name| name.contains(['_', ':']) && !name.contains('/'));
    names.map(str::to_owned).collect()
}

#[test]
fn every_test_that_security_md_names_exists() {
    let page = include_str!("../../SECURITY.md");
    let sources = sources();
    let names = named(page);
    assert!(names.len() > 30, "{names:?}");
    for name in names {
        // `hostile_git::without_git_…` and `…_with_a_monitor` are parts of names.
        let last = name.rsplit("::").next().unwrap_or(&name);
        let known = match (last.strip_suffix('…'), last.strip_prefix('…')) {
            (Some(start), _) => sources.contains(&format!("fn {start}")),
            (_, Some(end)) => sources.contains(&format!("{end}()")),
            _ => ["fn ", "mod ", "const ", "struct "].iter().any(|word| {
                let wanted = format!("{word}{last}");
                let mut found = sources.match_indices(&wanted);
                found.any(|(at, text)| {
                    let behind = sources.get(at + text.len()..).unwrap_or_default();
                    !behind.starts_with(|c: char| c.is_alphanumeric() || c == '_')
                })
            }),
        };
        assert!(known, "SECURITY.md names {name}, which is not a test");
    }
}
