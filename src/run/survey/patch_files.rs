//! Files that kustomizations name as patches: what they change is written in the kustomization.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::look::seen;
use super::{Survey, SurveyedFile, walk_of};
use crate::discover::{self, RecognizedFile};
use crate::facts;
use crate::finding::Text;
use crate::policy::Policy;
use crate::run::policies::Policies;
use crate::run::request::Request;
use crate::source::{FoundFile, LARGEST, Tree, WalkOptions};
use crate::yaml::{Document, Node, parse_all};

/// Names of kustomizations (kubernetes-sigs/kustomize `api/konfig/general.go`,
/// `RecognizedKustomizationFileNames`); the third has no ending, and is not walked.
const NAMES: &[&str] = &["kustomization.yaml", "kustomization.yml"];

/// Keys of a kustomization whose entries may name files of patches.
const KEYS: &[&str] = &["patches", "patchesJson6902"];

/// How many folders above a file that is named alone its kustomization may be: patches are beside it or in a
/// folder of their own, sometimes one for each object.
const FURTHEST: usize = 3;

/// An entry of a kustomization that names a file.
struct NamedPatch {
    document: Arc<Document>,
    key: &'static str,
    number: usize,
}

type NamedPatches = HashMap<PathBuf, Vec<NamedPatch>>;

/// Reads the files that kustomizations of the tree name as patches.
pub(super) fn read(
    survey: &mut Survey,
    files: &mut Vec<FoundFile>,
    policies: &Policies,
    request: &Request,
    tree: &dyn Tree,
) {
    let named = named_patches(survey, files, tree);
    if named.is_empty() {
        return;
    }
    let none = Policy::default();
    for found in patch_files(&named, files, request, tree) {
        let policy = policies.of(&found).map_or(&none, |scope| &scope.policy);
        let path = tree.shown(&found.path);
        if request.selection.excludes(&path).is_some() || policy.excludes(&path).is_some() {
            continue;
        }
        let entries = named.get(&found.path).map_or(&[][..], Vec::as_slice);
        let is_own = |path: &Path| *path == *found.path;
        let is_known = survey.seen.iter().any(|seen| is_own(&seen.found.path));
        let recognized = recognized(&found, entries, is_known, tree);
        if recognized.is_empty() {
            continue;
        }
        // What was guessed without the target does not count.
        survey.seen.retain(|seen| !is_own(&seen.found.path));
        if let SurveyedFile::Read(parts) = seen(&found, recognized, None) {
            survey.seen.extend(parts);
        }
        if !files.iter().any(|known| is_own(&known.path)) {
            files.push(found);
        }
    }
    files.sort_by(|a, b| (&a.shown, &a.path).cmp(&(&b.shown, &b.path)));
}

/// What a file holds as a patch of each target that is named.
fn recognized(
    found: &FoundFile,
    entries: &[NamedPatch],
    is_known: bool,
    tree: &dyn Tree,
) -> Vec<RecognizedFile> {
    let Ok(bytes) = tree.read(&found.path, LARGEST) else {
        return Vec::new();
    };
    let text = Text::new(Arc::clone(&found.shown), bytes);
    let mut targets = HashSet::new();
    let mut out = Vec::new();
    for NamedPatch {
        document,
        key,
        number,
    } in entries
    {
        let list = document.root().and_then(|root| root.get(key));
        let Some(entry) = list.and_then(|list| list.items().nth(*number)) else {
            continue;
        };
        let target = entry.get("target");
        // Several overlays name the same.
        if targets.insert(target.map(|target| target.document().text().slice(target.span()))) {
            out.extend(discover::patch_file(&text, entry, is_known));
        }
    }
    out
}

/// The files that kustomizations name, and the entries that do so.
fn named_patches(survey: &Survey, files: &[FoundFile], tree: &dyn Tree) -> NamedPatches {
    let mut out = NamedPatches::new();
    for found in kustomizations(files, tree) {
        let Some(text) = survey.text_of(&found, tree) else {
            continue;
        };
        if !KEYS.iter().any(|key| text.content().contains(key)) {
            continue;
        }
        let folder = found.path.parent().unwrap_or(&found.path);
        for document in parse_all(&text).0.into_iter().map(Arc::new) {
            for key in KEYS {
                let list = document.root().and_then(|root| root.get(key));
                for (number, entry) in list.into_iter().flat_map(Node::items).enumerate() {
                    let Some(path) = entry.get("path").and_then(Node::as_str) else {
                        continue;
                    };
                    let path = facts::deployment::on_disk(folder, path);
                    out.entry(path).or_default().push(NamedPatch {
                        document: Arc::clone(&document),
                        key,
                        number,
                    });
                }
            }
        }
    }
    out
}

/// The kustomizations among some files, and those beside and above files that are named alone.
fn kustomizations(files: &[FoundFile], tree: &dyn Tree) -> Vec<FoundFile> {
    let is_one = |path: &Path| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| NAMES.contains(&name))
    };
    let mut out: Vec<FoundFile> = files
        .iter()
        .filter(|found| is_one(&found.path))
        .cloned()
        .collect();
    let mut asked = HashSet::new();
    for found in files.iter().filter(|found| found.named) {
        let folders = found.path.ancestors().skip(1).take(FURTHEST);
        for folder in folders.filter(|folder| folder.starts_with(&*found.root)) {
            for path in NAMES.iter().map(|name| folder.join(name)) {
                let is_new = asked.insert(path.clone()) && !out.iter().any(|it| it.path == path);
                if is_new && tree.metadata(&path).is_ok() {
                    out.push(FoundFile {
                        shown: tree.shown(&path).into(),
                        root: Arc::clone(&found.root),
                        path,
                        named: false,
                    });
                }
            }
        }
    }
    out
}

/// Those of the files that are below what was asked for.
fn patch_files(
    named: &NamedPatches,
    files: &[FoundFile],
    request: &Request,
    tree: &dyn Tree,
) -> Vec<FoundFile> {
    let known = files.iter().filter(|found| named.contains_key(&found.path));
    let mut out: Vec<FoundFile> = known.cloned().collect();
    let walked: HashSet<&PathBuf> = out.iter().map(|found| &found.path).collect();
    let missing: HashSet<&PathBuf> = named.keys().filter(|path| !walked.contains(path)).collect();
    if missing.is_empty() {
        return out;
    }
    let how = WalkOptions {
        wanted: &|path| missing.contains(&path.to_path_buf()),
        also: None,
        ..walk_of(request)
    };
    let more = tree.walk(&request.paths, &how).files;
    let more = more
        .into_iter()
        .filter(|found| missing.contains(&found.path));
    let more: Vec<FoundFile> = more.collect();
    out.extend(more);
    out.sort_by(|a, b| a.path.cmp(&b.path));
    out
}
