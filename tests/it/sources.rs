//! Tables name where their facts are from.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::Path;

use promvet::finding::Text;
use promvet::yaml::{Mapping, Node, parse_first};
use walkdir::WalkDir;

/// The folders that hold tables.
const FOLDERS: &[&str] = &["src", "crates", "rules"];

/// Whether a table, or each entry of it, has a source.
fn has_source(table: Node<'_>) -> bool {
    if let Some(entries) = table.sequence() {
        return entries.iter().next().is_some() && entries.iter().all(has_source);
    }
    let is_named = |key: &&str| {
        let source = table.get(key);
        source.is_some_and(|source| {
            source.as_str().is_some_and(|text| !text.is_empty()) || source.items().next().is_some()
        })
    };
    let keys = || table.mapping().into_iter().flat_map(Mapping::entries);
    ["source", "sources"].iter().any(is_named)
        || keys().next().is_some() && keys().all(|entry| has_source(entry.value))
}

fn yaml_has_source(table: &str) -> bool {
    let document = parse_first(&Text::new("table.yaml", table.as_bytes().to_vec())).unwrap();
    has_source(document.root().unwrap())
}

/// Whether each row of a table with tabs, whose last column is the source, has all columns.
fn has_source_in_each_row(table: &str) -> bool {
    let mut rows = table
        .lines()
        .filter(|line| !line.starts_with('#'))
        .peekable();
    let columns = rows.peek().map_or(0, |row| row.split('\t').count());
    rows.all(|row| row.split('\t').count() == columns && !row.ends_with('\t'))
}

#[test]
fn every_table_names_its_source() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = FOLDERS
        .iter()
        .flat_map(|folder| WalkDir::new(root.join(folder)));
    let mut tables = 0;
    for entry in folders {
        let path = entry.unwrap().into_path();
        let end = path.extension().and_then(|end| end.to_str());
        let is_right = match end {
            Some("yaml") => yaml_has_source(&fs::read_to_string(&path).unwrap()),
            Some("tsv") => has_source_in_each_row(&fs::read_to_string(&path).unwrap()),
            _ => continue,
        };
        assert!(is_right, "{}: a table without `source:`", path.display());
        tables += 1;
    }
    assert!(tables > 30, "{tables}");
}

#[test]
fn a_table_without_a_source_is_found() {
    assert!(yaml_has_source(
        "programs: [{name: a, source: https://example.com}]"
    ));
    assert!(!yaml_has_source(
        "programs: [{name: a, source: b}, {name: c}]"
    ));
    assert!(!yaml_has_source("sources: []"));
}
