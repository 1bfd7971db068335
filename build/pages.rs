//! Rule pages: `rules/<group>/<name>.md`, each with a native check in
//! `src/rules/<group>/<name>.rs` or none.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde::Deserialize;
use walkdir::WalkDir;

/// The front matter of a page.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Front {
    severity: String,
    node: String,
    since: String,
    #[serde(default)]
    fixable: bool,
    /// How settled the rule is; `stable` unless said otherwise.
    status: Option<String>,
    /// The severity that its warnings have in the profile `strict`, if it is another one.
    strict: Option<String>,
    /// The rules whose warnings about the same key this one makes redundant.
    #[serde(default)]
    echoes: Vec<String>,
    /// Whether it can be judged only where no value is still to be filled in.
    #[serde(default)]
    needs_values: bool,
    /// Whether it can be judged only where the whole configuration could be read.
    #[serde(default)]
    needs_whole: bool,
    /// Whether of two findings at one place the one with more evidence stays alone.
    #[serde(default)]
    evidence_settles: bool,
}

/// Node kinds that a native check can look at, and the variant of `Check` for each.
const CHECKS: &[(&str, &str)] = &[
    ("remote_write", "RemoteWrite"),
    ("remote_writes", "RemoteWrites"),
    ("config", "Config"),
    ("configuration", "Configuration"),
    ("file", "File"),
    ("material", "Material"),
    ("http_client", "HttpClient"),
    ("tree", "Tree"),
    ("relabel", "Relabel"),
    ("upgrade", "Upgrade"),
    ("start", "Start"),
];

/// The words for severities, and the variant of `Severity` for each.
const SEVERITIES: &[(&str, &str)] = &[("error", "Error"), ("warning", "Warning"), ("info", "Info")];

/// The words for how settled a rule is, and the variant of `Status` for each.
const STATUSES: &[(&str, &str)] = &[
    ("preview", "Preview"),
    ("stable", "Stable"),
    ("deprecated", "Deprecated"),
];

/// Writes into the build folder `rules.rs`, the modules of the native checks and the table of pages,
/// in the order of their names, and `rule_ids.rs`, a constant for each name.
pub(crate) fn generate() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=src/rules");
    let mut modules = String::new();
    let mut ids = String::new();
    let (mut names, mut groups) = (BTreeSet::new(), BTreeSet::new());
    let mut echoes = BTreeSet::new();
    let mut table = String::from("pub(super) static PAGES: &[RulePage] = &[\n");
    for path in pages(&root.join("rules")) {
        let name = name_of(&path, &root)?;
        let (front, title) = read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let check = native(&root, &name, &front, &mut modules)?;
        let word = |words: &[(&str, &'static str)], word: &str| {
            let known = words.iter().find(|(known, _)| *known == word);
            let known = known.map(|(_, variant)| *variant);
            known.ok_or_else(|| format!("{}: `{word}` is none of {words:?}", path.display()))
        };
        let severity = word(SEVERITIES, &front.severity)?;
        let status = word(STATUSES, front.status.as_deref().unwrap_or("stable"))?;
        let strict = match &front.strict {
            Some(strict) => format!("Some(Severity::{})", word(SEVERITIES, strict)?),
            None => "None".into(),
        };
        if let Some((group, _)) = name.split_once('/') {
            groups.insert(group.to_owned());
        }
        let id = name.replace(['-', '/'], "_").to_uppercase();
        writeln!(ids, "/// {title}.\npub const {id}: &str = {name:?};")?;
        let Front {
            node,
            since,
            fixable,
            echoes: redundant,
            needs_values,
            needs_whole,
            evidence_settles,
            ..
        } = front;
        writeln!(
            table,
            "    RulePage {{ name: {name:?}, title: {title:?}, severity: Severity::{severity}, \
             node: {node:?}, since: {since:?}, fixable: {fixable}, \
             status: Status::{status}, strict: {strict}, echoes: &{redundant:?}, \
             needs_values: {needs_values}, needs_whole: {needs_whole}, evidence_settles: {evidence_settles}, text: include_str!({path:?}), \
             check: {check} }},"
        )?;
        echoes.extend(redundant);
        names.insert(name);
    }
    if let Some(unknown) = echoes.difference(&names).next() {
        return Err(format!("`echoes` names the rule `{unknown}`, which has no page").into());
    }
    table.push_str("];\n");
    for group in groups {
        let id = group.replace('-', "_").to_uppercase();
        writeln!(
            ids,
            "/// The group `{group}`.\npub const GROUP_{id}: &str = {group:?};"
        )?;
    }
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("rules.rs"), modules + &table)?;
    fs::write(out.join("rule_ids.rs"), ids)?;
    Ok(())
}

fn pages(folder: &Path) -> Vec<PathBuf> {
    let files = WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok);
    files
        .map(walkdir::DirEntry::into_path)
        .filter(|path| path.extension().is_some_and(|end| end == "md"))
        .collect()
}

/// `remote-write/url-shape` for `rules/remote-write/url-shape.md`.
fn name_of(path: &Path, root: &Path) -> Result<String, Box<dyn Error>> {
    let relative = path.strip_prefix(root.join("rules"))?.with_extension("");
    let parts: Vec<_> = relative.iter().filter_map(|part| part.to_str()).collect();
    Ok(parts.join("/"))
}

/// The front matter and the title.
fn read(path: &Path) -> Result<(Front, String), Box<dyn Error>> {
    let text = fs::read_to_string(path)?;
    let rest = text.strip_prefix("---\n").ok_or("no front matter")?;
    let (front, body) = rest
        .split_once("\n---\n")
        .ok_or("the front matter has no end")?;
    let title = body
        .lines()
        .find_map(|line| line.strip_prefix("# "))
        .ok_or("no title")?;
    Ok((serde_yaml::from_str(front)?, title.to_owned()))
}

/// The check of a page as an expression, its module noted.
fn native(
    root: &Path,
    name: &str,
    front: &Front,
    modules: &mut String,
) -> Result<String, Box<dyn Error>> {
    let file = root
        .join("src/rules")
        .join(name.replace('-', "_"))
        .with_extension("rs");
    if !file.exists() {
        return Ok("None".into());
    }
    let variant = CHECKS.iter().find(|(node, _)| *node == front.node);
    let (_, variant) =
        variant.ok_or_else(|| format!("{name}: no check looks at `{}`", front.node))?;
    let module = name.replace(['-', '/'], "_");
    writeln!(modules, "#[path = {file:?}]\nmod {module};")?;
    Ok(match *variant {
        "Tree" => format!(
            "Some(NativeCheck::Tree(TreeCheck {{ check: {module}::check, in_common: {module}::in_common }}))"
        ),
        _ => format!("Some(NativeCheck::{variant}({module}::check))"),
    })
}
