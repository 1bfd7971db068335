//! The order of the rooms: each imports only from those before it.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::Path;

use walkdir::WalkDir;

/// The rooms of `src/` in their order. `schema` and `yaml` are crates below all of them; threads and
/// the clock know nothing of any.
const ROOMS: &[&str] = &[
    "schema",
    "yaml",
    "parallel",
    "needle",
    "deadline",
    "source",
    "finding",
    "policy",
    "discover",
    "prometheus",
    "facts",
    "rules",
    "report",
    "run",
    "cli",
];

/// The crates in their order, each with the names that its dependents use for it.
const CRATES: &[(&str, &str)] = &[
    ("promvet-text", "promvet_text"),
    ("promvet-syntax", "promvet_syntax"),
    ("promvet-schema", "promvet_schema"),
];

/// As many lines as a function may have: it fits on a screen.
const LONGEST_FUNCTION: usize = 74;

/// As many lines as a file may have: it holds one idea.
const LONGEST_FILE: usize = 502;

/// Where each name that follows `before` in a file is: the number of the line, and the name.
fn names<'t>(source: &'t str, before: &str) -> Vec<(usize, &'t str)> {
    let mut out = Vec::new();
    for (index, line) in source.lines().enumerate() {
        let code = line.split("//").next().unwrap_or(line);
        for (at, _) in code.match_indices(before) {
            let rest = &code[at + before.len()..];
            let end = rest
                .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
                .unwrap_or(rest.len());
            out.push((index + 1, &rest[..end]));
        }
    }
    out
}

/// The names that a list in braces after `before` begins with, such as those of `use crate::{a, b::c}`.
fn grouped<'t>(source: &'t str, before: &str) -> Vec<(usize, &'t str)> {
    let mut out = Vec::new();
    for (at, _) in source.match_indices(&format!("{before}{{")) {
        let line = source[..at].lines().count().max(1);
        let inside = &source[at + before.len() + 1..];
        let mut depth = 1;
        let mut begin = 0;
        for (index, c) in inside.char_indices() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            if depth == 0 || depth == 1 && c == ',' {
                let name = inside[begin..index].trim();
                let end = name.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
                out.push((line, &name[..end.unwrap_or(name.len())]));
                begin = index + 1;
            }
            if depth == 0 {
                break;
            }
        }
    }
    out
}

/// What is named by way of `super`, from the root of the crate on, in a file that deep.
fn by_super<'t>(path: &str, source: &'t str) -> Vec<(usize, &'t str)> {
    let module = path.trim_end_matches(".rs").trim_end_matches("/mod");
    let way = "super::".repeat(module.split('/').count());
    let mut out = names(source, &way);
    out.extend(grouped(source, &way));
    out
}

/// The Rust files below a folder, each with its text.
fn sources(folder: &Path) -> Vec<(String, String)> {
    let files = WalkDir::new(folder).sort_by_file_name().into_iter();
    let files = files.map(|entry| entry.unwrap().into_path());
    let rust = files.filter(|path| path.extension().is_some_and(|end| end == "rs"));
    rust.map(|path| {
        let shown = path.strip_prefix(folder).unwrap().display().to_string();
        (shown, fs::read_to_string(&path).unwrap())
    })
    .collect()
}

/// Where a file of a room imports from a room behind it.
fn against(path: &str, source: &str) -> Vec<String> {
    let order = |room: &str| ROOMS.iter().position(|known| *known == room);
    let room = path.split(['/', '.']).next().unwrap_or(path);
    let Some(own) = order(room) else {
        return Vec::new();
    };
    let imported = names(source, "crate::").into_iter();
    let imported = imported.chain(grouped(source, "crate::"));
    let imported = imported.chain(by_super(path, source));
    let behind = imported.filter(|(_, name)| order(name).is_some_and(|other| other > own));
    behind
        .map(|(line, name)| format!("src/{path}:{line}: `{room}` imports from `{name}`"))
        .collect()
}

/// The functions of a file, each with the number of its lines, from its signature to its end. A test
/// that is a table may be long.
fn functions(source: &str) -> impl Iterator<Item = (&str, usize)> {
    let lines: Vec<_> = source.lines().collect();
    let mut out = Vec::new();
    for (from, line) in lines.iter().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let Some((_, name)) = line.split_once("fn ").filter(|(before, _)| {
            let mut words = before.split_whitespace();
            words.all(|word| word.starts_with("pub") || ["const", "super)", "in"].contains(&word))
        }) else {
            continue;
        };
        let before = from.checked_sub(1).and_then(|from| lines.get(from));
        let is_test = before.is_some_and(|line| line.trim() == "#[test]");
        let end = format!("{}}}", &line[..indent]);
        let length = lines.iter().skip(from).position(|line| *line == end);
        if let Some(length) = length.filter(|_| !is_test && !line.ends_with('}')) {
            out.push((name.split('(').next().unwrap_or(name), length + 1));
        }
    }
    out.into_iter()
}

#[test]
fn functions_and_files_are_short() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut long = Vec::new();
    for folder in ["src", "build", "benches", "crates"] {
        for (path, source) in sources(&root.join(folder)) {
            if path.contains("tests") {
                continue;
            }
            let lines = source.lines().count();
            if lines > LONGEST_FILE {
                long.push(format!("{folder}/{path}: {lines} lines"));
            }
            let functions = functions(&source).filter(|(_, lines)| *lines > LONGEST_FUNCTION);
            long.extend(
                functions.map(|(name, lines)| format!("{folder}/{path}: `{name}` {lines}")),
            );
        }
    }
    assert!(long.is_empty(), "{long:#?}");
    let source = format!(
        "fn long() {{\n{}}}\n",
        "    more();\n".repeat(LONGEST_FUNCTION)
    );
    let mut found = functions(&source);
    assert_eq!(found.next(), Some(("long", LONGEST_FUNCTION + 2)));
}

#[test]
fn no_room_imports_from_one_behind_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = sources(&root.join("src"));
    assert!(files.len() > 100, "{}", files.len());
    let wrong: Vec<_> = files
        .iter()
        .flat_map(|(path, source)| against(path, source))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_room_has_its_place_in_the_order() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let known = ROOMS.contains(&name) || matches!(name, "lib" | "main");
        assert!(known, "`{name}` is not in the order of the rooms");
    }
}

#[test]
fn no_crate_uses_one_behind_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates");
    for (index, (folder, _)) in CRATES.iter().enumerate() {
        for (path, source) in sources(&root.join(folder).join("src")) {
            for (_, behind) in &CRATES[index + 1..] {
                let uses = names(&source, behind);
                assert!(uses.is_empty(), "{folder}/{path} uses {behind}");
            }
        }
    }
}

#[test]
fn an_import_against_the_order_is_seen() {
    for (path, source, wrong) in [
        ("facts/mod.rs", "use crate::finding::Place;", false),
        ("facts/mod.rs", "use crate::rules::Entry;", true),
        (
            "facts/mod.rs",
            "    let page = crate::rules::find(name);",
            true,
        ),
        ("facts/mod.rs", "// as crate::rules::find has it", false),
        ("run/mod.rs", "use crate::cli::Exit;", true),
        ("cli/mod.rs", "use crate::run::run;", false),
        ("facts/mod.rs", "use crate::{finding, source::Tree};", false),
        (
            "facts/mod.rs",
            "use crate::{\n    finding::{Place, rule},\n    rules::Entry,\n};",
            true,
        ),
        (
            "facts/a/b.rs",
            "use super::super::super::rules::Entry;",
            true,
        ),
        ("facts/a/b.rs", "use super::super::rules::Entry;", false),
        (
            "facts/a/mod.rs",
            "use super::super::{finding, report};",
            true,
        ),
        ("lib.rs", "use crate::cli::main;", false),
    ] {
        assert_eq!(!against(path, source).is_empty(), wrong, "{path}: {source}");
    }
}

/// A check that says several things names each by a kind, so that a fault in place of another one is
/// new to a baseline. At most one of them may do without.
#[test]
fn a_check_with_several_messages_names_their_kinds() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules");
    let mut wrong = Vec::new();
    for (path, source) in sources(&root) {
        if !path.contains('/') {
            continue;
        }
        let code = source.split("#[cfg(test)]").next().unwrap();
        let code: String = code.split_whitespace().collect();
        let count =
            |words: &[&str]| -> usize { words.iter().map(|word| code.matches(word).count()).sum() };
        let made = count(&["out.at(", "out.part(", "out.of_place(", "out.of_value("]);
        let kinds = count(&[".kind(", ".kind="]);
        if made > kinds + 1 {
            wrong.push(format!("{path}: {made} findings, {kinds} kinds"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn only_the_handshake_opens_connections() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let opening = [
        "TcpStream",
        "UdpSocket",
        "ToSocketAddrs",
        "std::net::lookup",
    ];
    let mut found = Vec::new();
    for folder in ["src", "crates"] {
        for (path, text) in sources(&root.join(folder)) {
            if opening.iter().any(|word| text.contains(word)) {
                found.push(path);
            }
        }
    }
    assert_eq!(found, ["source/handshake/tls.rs"]);
}

/// A rule is named by its constant, so that a renamed page does not compile until all that decides by
/// its name is renamed too.
#[test]
fn rules_are_named_by_constants() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pages = WalkDir::new(root.join("rules")).into_iter();
    let pages = pages.map(|entry| entry.unwrap().into_path());
    let pages = pages.filter(|path| path.extension().is_some_and(|end| end == "md"));
    let rules = pages.map(|path| {
        let name = path.strip_prefix(root.join("rules")).unwrap();
        format!("\"{}\"", name.with_extension("").display())
    });
    let rules: Vec<String> = rules.filter(|name| name.contains('/')).collect();
    assert!(rules.len() > 100, "{rules:?}");
    let mut wrong = Vec::new();
    for folder in ["src", "crates"] {
        for (path, source) in sources(&root.join(folder)) {
            // The sample of the reports' tests has names of its own.
            if path.contains("test") || path == "report/sample.rs" {
                continue;
            }
            let code = source.split("#[cfg(test)]").next().unwrap();
            for (index, line) in code.lines().enumerate() {
                let is_definition = line.contains("const ") || line.contains("Self::");
                let written = rules.iter().find(|rule| line.contains(rule.as_str()));
                if let Some(rule) = written.filter(|_| !is_definition) {
                    wrong.push(format!("{path}:{}: {rule}", index + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
