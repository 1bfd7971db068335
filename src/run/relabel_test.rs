//! Tests of relabel rules: files that end in `.relabel-test.yaml`.

use std::path::{Path, PathBuf};

use super::relabel::{LabelSet, RelabelKey, RelabelQuery, trace};
use crate::finding::{Span, Text, is_secret_name};
use crate::schema::Version;
use crate::schema::edit::apply;
use crate::source::{LARGEST, Tree, rewrite};
use crate::yaml::{Document, Node, parse_first};

/// How the names of such files end.
pub(crate) const ENDINGS: [&str; 2] = [".relabel-test.yaml", ".relabel-test.yml"];

/// Whether a file has tests of relabel rules, by its name.
pub(crate) fn is_test(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| ENDINGS.iter().any(|ending| name.ends_with(ending)))
}

/// What one case came to.
#[derive(Debug)]
pub(crate) struct CaseVerdict {
    /// The line of the case, from 1.
    pub(crate) line: usize,
    /// What is expected and what came, if these differ.
    pub(crate) difference: Option<(String, String)>,
    edit: Option<(Span, String)>,
}

/// A file of tests that was run.
#[derive(Debug)]
pub(crate) struct TestedFile {
    path: PathBuf,
    bytes: Vec<u8>,
    /// What its cases came to.
    pub(crate) cases: Vec<CaseVerdict>,
}

/// What a case expects.
enum ExpectedOutcome {
    Dropped,
    Labels(LabelSet),
    Nothing,
}

/// Runs the cases of a file.
///
/// # Errors
/// What is wrong with the file, in a sentence.
pub(crate) fn run(path: &Path, tree: &dyn Tree) -> Result<TestedFile, String> {
    let shown = tree.shown(path);
    let bytes = tree
        .read(path, LARGEST)
        .map_err(|why| format!("{shown}: {why}"))?;
    let text = Text::recognized(shown.clone(), bytes.clone());
    let document = parse_first(&text).map_err(|why| format!("{shown}: not valid YAML: {why}"))?;
    let cases = cases(&document, path, tree).map_err(|why| format!("{shown}: {why}"))?;
    Ok(TestedFile {
        path: tree.absolute(path),
        bytes,
        cases,
    })
}

impl TestedFile {
    /// Writes what came as what is expected; how many cases that changes.
    ///
    /// # Errors
    /// What keeps the file from being written.
    pub(crate) fn bless(&self) -> Result<usize, String> {
        let edits: Vec<_> = self.cases.iter().filter_map(|it| it.edit.clone()).collect();
        let before = String::from_utf8_lossy(&self.bytes);
        if edits.is_empty() || before.starts_with('\u{feff}') {
            return Ok(0);
        }
        let after = apply(&before, &edits);
        rewrite(&self.path, &self.bytes, after.as_bytes()).map_err(|why| why.to_string())?;
        Ok(edits.len())
    }
}

fn cases(document: &Document, path: &Path, tree: &dyn Tree) -> Result<Vec<CaseVerdict>, String> {
    const KEYS: [&str; 6] = ["config", "job", "endpoint", "list", "release", "cases"];
    let root = document.root().ok_or("it is empty")?;
    let mapping = root.mapping().ok_or("it is not a mapping")?;
    if let Some(entry) = mapping.entries().find(|it| !KEYS.contains(&it.name())) {
        return Err(format!(
            "unknown key `{}`; expected {}",
            entry.name(),
            KEYS.join(", ")
        ));
    }
    let text = |key: &str| root.get(key).and_then(Node::as_str).map(str::to_owned);
    let config = text("config").ok_or("`config` names the configuration; it is missing")?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let list = match text("list") {
        None => RelabelKey::Targets,
        Some(name) => {
            let mut all = RelabelKey::ALL.into_iter();
            let found = all.find(|(key, _)| *key == name);
            let names = RelabelKey::ALL.map(|(key, _)| key).join(", ");
            found
                .map(|(_, list)| list)
                .ok_or_else(|| format!("unknown list `{name}`; expected {names}"))?
        }
    };
    let release = match text("release") {
        None => Version::NEWEST,
        Some(release) => Version::parse(&release).map_err(|why| why.to_string())?,
    };
    let query = RelabelQuery {
        job: text("job"),
        endpoint: text("endpoint"),
        list,
        release,
        labels: LabelSet::new(),
    };
    let list = root.get("cases").ok_or("`cases` is missing")?;
    let verdicts = list.items().map(|case| {
        let labels = case.get("labels").ok_or("a case has no `labels`")?;
        let query = RelabelQuery {
            labels: set(labels),
            ..query.clone()
        };
        let trace = trace(&query, &folder.join(&config), tree)?;
        let after = trace
            .after
            .map(|after| after.labels.iter().cloned().collect());
        verdict(case, after)
    });
    verdicts.collect()
}

fn verdict(case: Node<'_>, after: Option<LabelSet>) -> Result<CaseVerdict, String> {
    let is_dropped = case.get("dropped").and_then(|it| it.scalar()?.as_bool());
    let expected = match (case.get("result"), is_dropped) {
        (Some(result), None | Some(false)) => ExpectedOutcome::Labels(set(result)),
        (None, Some(true)) => ExpectedOutcome::Dropped,
        (None, _) => ExpectedOutcome::Nothing,
        (Some(_), Some(true)) => return Err("a case has `result` and `dropped`".to_owned()),
    };
    let came = after.map(|after| match &expected {
        ExpectedOutcome::Labels(wanted) => seen(after, Some(wanted)),
        _ => seen(after, None),
    });
    let is_right = match (&expected, &came) {
        (ExpectedOutcome::Dropped, None) => true,
        (ExpectedOutcome::Labels(wanted), Some(came)) => wanted == came,
        _ => false,
    };
    let place = case.place();
    let words = |labels: Option<&LabelSet>| {
        let words = labels.map_or("dropped".to_owned(), |labels| {
            flow(&without_secrets(labels))
        });
        place.redact(words)
    };
    let wanted = match &expected {
        ExpectedOutcome::Dropped => "dropped".to_owned(),
        ExpectedOutcome::Labels(labels) => words(Some(labels)),
        ExpectedOutcome::Nothing => "nothing".to_owned(),
    };
    Ok(CaseVerdict {
        line: place.start().line,
        difference: (!is_right).then(|| (wanted, words(came.as_ref()))),
        edit: match is_right {
            true => None,
            false => blessed(case, came.as_ref()),
        },
    })
}

/// Labels that a result is compared with: those of `__…` count only where it names them, since
/// Prometheus sets many of them itself.
fn seen(after: LabelSet, wanted: Option<&LabelSet>) -> LabelSet {
    let is_named = |name: &String| wanted.is_some_and(|wanted| wanted.contains_key(name));
    let mut after = after;
    after.retain(|name, _| !name.starts_with("__") || name == "__name__" || is_named(name));
    after
}

fn set(node: Node<'_>) -> LabelSet {
    let mapping = node.mapping().into_iter();
    let entries = mapping.flat_map(|mapping| mapping.entries());
    entries
        .map(|entry| {
            let value = entry.value.as_str().unwrap_or_default();
            (entry.name().to_owned(), value.to_owned())
        })
        .collect()
}

/// Labels without the values of those whose names say that they are secrets.
fn without_secrets(labels: &LabelSet) -> LabelSet {
    let shown = |(name, value): (&String, &String)| {
        let value = match is_secret_name(name) {
            true => "[redacted]".to_owned(),
            false => value.clone(),
        };
        (name.clone(), value)
    };
    labels.iter().map(shown).collect()
}

/// Labels as YAML in one line.
fn flow(labels: &LabelSet) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let pairs = labels
        .iter()
        .map(|(name, value)| format!("{}: {}", quoted(name), quoted(value)));
    format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
}

/// The edit that makes a case expect what came.
fn blessed(case: Node<'_>, came: Option<&LabelSet>) -> Option<(Span, String)> {
    let entry = match came {
        Some(labels) => format!("result: {}", flow(labels)),
        None => "dropped: true".to_owned(),
    };
    let mapping = case.mapping()?;
    let old = mapping.entry("result").or_else(|| mapping.entry("dropped"));
    let content = case.document().text().content();
    if let Some(old) = old {
        let span = old.key.span().join(old.value.span());
        let text = content.get(span.start as usize..span.end as usize)?;
        let end = span.start as usize + text.trim_end().len();
        return Some((Span::new(span.start as usize, end), entry));
    }
    let labels = mapping.entry("labels")?;
    let span = labels.key.span().join(labels.value.span());
    let text = content.get(span.start as usize..span.end as usize)?;
    let end = span.start as usize + text.trim_end().len();
    let is_flow = content
        .get(case.span().start as usize..)
        .is_some_and(|it| it.starts_with('{'));
    if is_flow {
        return Some((Span::new(end, end), format!(", {entry}")));
    }
    let line = content.get(..labels.key.span().start as usize)?;
    let indent = line.len() - line.rfind('\n').map_or(0, |at| at + 1);
    let entry = format!("\n{}{entry}", " ".repeat(indent));
    Some((Span::new(end, end), entry))
}
