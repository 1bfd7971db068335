//! Making the changes that findings offer: in memory first, pass after pass, then in the files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

mod ignore;
mod single;

use super::request::{Request, Run};
use crate::discover::ConfigurationKind;
use crate::finding::{Action, Finding, Place, Text, rule};
use crate::schema::edit::{PlannedEdit, apply, merged};
use crate::source::{EntryKind, LARGEST, Overlay, Tree, collapse, rewrite};

/// As often as changes are made and looked at again: a renamed key may hold further faults, and of
/// overlapping changes the second waits for the first. ruff stops at 100; no example needs more
/// than three.
const MOST_PASSES: usize = 5;

/// Which changes are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FixLevel {
    /// Those that do what the author meant.
    Safe,
    /// Those that may change what the configuration means too.
    Unsafe,
}

/// What has to be changed.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// The fixes that are made, if any are.
    pub level: Option<FixLevel>,
    /// The reason for which findings that are left are hidden by comments, if they are.
    pub reason: Option<String>,
}

/// A file that was changed.
#[derive(Clone, Debug)]
pub struct FixedFile {
    /// Its path for people.
    pub shown: Arc<str>,
    /// Its path.
    path: PathBuf,
    before: Vec<u8>,
    after: Vec<u8>,
    /// Its text as it was, which knows its secrets.
    pub old: Place,
    /// Its text as it is now.
    pub new: Arc<Text>,
    /// How many changes were made.
    pub count: usize,
}

impl FixedFile {
    /// Writes it.
    ///
    /// # Errors
    /// A sentence about what kept it from being written.
    pub fn write(&self) -> Result<(), String> {
        rewrite(&self.path, &self.before, &self.after)
            .map_err(|why| format!("{}: {why}", self.shown))
    }
}

/// What came of a run with changes.
#[derive(Debug)]
pub struct Fixed {
    /// What is found when they are made.
    pub run: Run,
    /// The files that are changed, by path.
    pub files: Vec<FixedFile>,
    /// How many findings comments hide now.
    pub hidden: usize,
    /// Why some changes are not made, each with its place.
    pub declined: BTreeSet<String>,
}

impl Fixed {
    /// A run without changes.
    #[must_use]
    pub fn unchanged(run: Run) -> Self {
        Self {
            run,
            files: Vec::new(),
            hidden: 0,
            declined: BTreeSet::new(),
        }
    }
}

/// Runs, makes the changes that the findings offer, and runs again, until there is nothing left to
/// change. Nothing is written. `look` is the run over a tree.
///
/// # Errors
/// What `look` says.
pub fn fixed(
    changes: &Changes,
    request: &Request,
    tree: &dyn Tree,
    look: &mut dyn FnMut(&dyn Tree) -> Result<Run, String>,
) -> Result<Fixed, String> {
    let mut fixer = Fixer {
        level: changes.level,
        roots: tree.roots_of(&request.paths),
        tree,
        files: BTreeMap::new(),
        declined: BTreeSet::new(),
        given_up: BTreeSet::new(),
        refused: BTreeSet::new(),
    };
    let mut overlay = Overlay::new(tree);
    let mut run = look(&overlay)?;
    for _ in 0..changes.level.map_or(0, |_| MOST_PASSES) {
        let made = fixer.pass(&run, &mut overlay);
        if made.is_empty() {
            break;
        }
        let next = look(&overlay)?;
        run = match made.iter().any(|made| made.is_broken(&run, &next)) {
            true => single::out(&mut fixer, made, &run, &mut overlay, look)?,
            false => next,
        };
    }
    if changes.level.is_some() {
        fixer.decline(&run);
    }
    let mut hidden = 0;
    if let Some(reason) = &changes.reason {
        (run, hidden) = ignore::add((reason, request.now), run, &mut fixer, &mut overlay, look)?;
    }
    let files = fixer.files.into_values();
    let files = files.filter(|file| file.before != file.after).collect();
    Ok(Fixed {
        run,
        files,
        hidden,
        declined: fixer.declined,
    })
}

struct Fixer<'t> {
    level: Option<FixLevel>,
    /// The roots of the trees that the named files and folders are in: nothing outside is changed.
    roots: Vec<PathBuf>,
    tree: &'t dyn Tree,
    files: BTreeMap<Arc<str>, FixedFile>,
    declined: BTreeSet<String>,
    /// Files that cannot be changed.
    given_up: BTreeSet<Arc<str>>,
    /// Changes that would break their file.
    refused: BTreeSet<(Arc<str>, PlannedEdit)>,
}

/// The changes that were made to a file in one pass.
struct FixPass {
    /// A place in the text that was judged.
    place: Place,
    changes: BTreeSet<PlannedEdit>,
    /// The file as it was before, if it had been changed by then.
    was: Option<FixedFile>,
}

/// Rules that find two of a kind: two slips may be meant for one name.
const TWICE: &[&str] = &[rule::SCHEMA_DUPLICATE, rule::START_FLAG];

impl FixPass {
    /// Whether the file cannot be read any longer as it was.
    fn is_broken(&self, before: &Run, after: &Run) -> bool {
        let path = self.place.path();
        let kind = |run: &Run| {
            let mut files = run.outcome.files().iter();
            let file = files.find(|file| file.path == *path);
            file.map(|file| file.dialect.clone())
        };
        let faults = |run: &Run, rules: &[&str]| {
            let found = run.outcome.findings().iter();
            let found = found.map(|reported| &reported.finding);
            let of_rules = found.filter(|finding| rules.contains(&&*finding.rule));
            of_rules
                .filter(|finding| finding.place.path() == path)
                .count()
        };
        let more = |rules: &[&str]| faults(after, rules) > faults(before, rules);
        // Sections make a whole configuration of a part of one.
        let is_completed = || {
            let word = |run: &Run| kind(run).unwrap_or_default();
            word(before) == ConfigurationKind::Fragment.word()
                && word(after) == ConfigurationKind::Server.word()
        };
        let is_another = kind(before) != kind(after) && faults(before, &[rule::SCHEMA_SYNTAX]) == 0;
        is_another && !is_completed() || more(&[rule::SCHEMA_SYNTAX]) || more(TWICE)
    }
}

impl Fixer<'_> {
    /// Makes in memory what the findings of a run offer, and returns what it changed.
    fn pass(&mut self, run: &Run, overlay: &mut Overlay<'_>) -> Vec<FixPass> {
        let mut out = Vec::new();
        for (shown, (place, changes)) in self.offered(run) {
            let was = self.files.get(&shown).cloned();
            match self.change(&place, &changes, overlay) {
                Ok(true) => out.push(FixPass {
                    place,
                    changes,
                    was,
                }),
                Ok(false) => {}
                Err(why) => {
                    self.declined.insert(format!("{shown}: {why}"));
                    self.given_up.insert(shown);
                }
            }
        }
        out
    }

    /// The changes that the findings of a run offer, by file.
    fn offered(&self, run: &Run) -> BTreeMap<Arc<str>, (Place, BTreeSet<PlannedEdit>)> {
        let mut out: BTreeMap<Arc<str>, (Place, BTreeSet<PlannedEdit>)> = BTreeMap::new();
        for reported in run.outcome.findings() {
            let finding: &Finding = &reported.finding;
            let path = finding.place.path();
            let is_wanted = |safe: bool| safe || self.level == Some(FixLevel::Unsafe);
            let fix = finding.fix.as_ref().filter(|fix| is_wanted(fix.safe));
            let Some(fix) = fix.filter(|_| !self.given_up.contains(path)) else {
                continue;
            };
            let change = (Arc::clone(path), PlannedEdit::from(fix));
            if self.refused.contains(&change) {
                continue;
            }
            let (path, change) = change;
            let file = out
                .entry(path)
                .or_insert_with(|| (finding.place.clone(), BTreeSet::new()));
            if file.0.text().content() == finding.place.text().content() {
                file.1.insert(change);
            }
        }
        out
    }

    /// Makes changes of one file; whether it is another one then.
    fn change(
        &mut self,
        place: &Place,
        changes: &BTreeSet<PlannedEdit>,
        overlay: &mut Overlay<'_>,
    ) -> Result<bool, String> {
        let path = self.path_of(place.path())?;
        let bytes = overlay
            .read(&path, LARGEST)
            .map_err(|why| why.to_string())?;
        let content = content_of(&bytes, place.text())?;
        let merged = merged(changes.iter().cloned());
        let after = apply(content, &merged.edits);
        if after == content {
            return Ok(false);
        }
        let mark = bytes.len() - content.len();
        let mark = bytes.get(..mark).unwrap_or_default().to_owned();
        self.put(place, &after, &mark, bytes, overlay)?;
        if let Some(file) = self.files.get_mut(place.path()) {
            file.count += merged.count;
        }
        Ok(true)
    }

    /// Gives a file another content in memory, behind its byte-order mark.
    fn put(
        &mut self,
        place: &Place,
        after: &str,
        mark: &[u8],
        bytes: Vec<u8>,
        overlay: &mut Overlay<'_>,
    ) -> Result<(), String> {
        let path = self.path_of(place.path())?;
        let after = [mark, after.as_bytes()].concat();
        overlay
            .put(&path, Some(after.clone()))
            .map_err(|why| why.to_string())?;
        let new = Text::recognized(Arc::clone(place.path()), after.clone());
        let file = self
            .files
            .entry(Arc::clone(place.path()))
            .or_insert_with(|| FixedFile {
                shown: Arc::clone(place.path()),
                path,
                before: bytes,
                after: Vec::new(),
                old: place.clone(),
                new: Arc::clone(&new),
                count: 0,
            });
        file.new = new;
        file.after = after;
        // Everything was taken back: the file stays as it was.
        if file.after == file.before {
            self.files.remove(place.path());
        }
        Ok(())
    }

    /// The path of a file that may be changed: in the tree, and not behind a link.
    fn path_of(&self, shown: &str) -> Result<PathBuf, String> {
        let path = collapse(&self.tree.absolute(Path::new(shown)));
        let root = self.roots.iter().find(|root| path.starts_with(root));
        let root = root.ok_or("not changed: it is outside of the tree that was named")?;
        let below = path.strip_prefix(root).map_err(|why| why.to_string())?;
        let kind = |path: &Path| self.tree.metadata(path).ok().map(|meta| meta.kind);
        let real = self.tree.resolve(root).map(|root| root.join(below));
        let is_real = kind(root) != Some(EntryKind::Link)
            && self
                .tree
                .resolve(&path)
                .is_ok_and(|path| real.is_ok_and(|real| real == path));
        let is_file = kind(&path) == Some(EntryKind::File);
        match is_real && is_file {
            true => Ok(path),
            false => Err("not changed: a link leads to it".to_owned()),
        }
    }

    /// Notes why advice of the last run comes to no change.
    fn decline(&mut self, run: &Run) {
        for reported in run.outcome.findings() {
            let finding = &reported.finding;
            if let Some(why) = unfixed(finding) {
                let start = finding.place.start();
                let (line, column) = (start.line, start.column);
                let path = finding.place.path();
                self.declined
                    .insert(format!("{path}:{line}:{column}: not fixed: {why}"));
            }
        }
    }
}

/// Why nothing is written although the help says what to write.
fn unfixed(finding: &Finding) -> Option<&str> {
    if finding.fix.is_some() || finding.unfixed.is_some() {
        return finding.unfixed.as_deref();
    }
    let is_known = matches!(
        finding.advice.as_ref()?.action(),
        Action::Write | Action::Rename { .. } | Action::Replace { .. }
    );
    is_known.then_some("promvet cannot tell what of the text has to be replaced")
}

/// The content of a file behind its byte-order mark, if it is what was judged.
fn content_of<'b>(bytes: &'b [u8], judged: &Text) -> Result<&'b str, String> {
    let mark = judged.byte_order_mark();
    let content = bytes
        .get(mark..)
        .and_then(|it| std::str::from_utf8(it).ok());
    let content = content.ok_or("not changed: it is not UTF-8")?;
    match content == judged.content() {
        true => Ok(content),
        false => Err("not changed: it changed while promvet was running".to_owned()),
    }
}
