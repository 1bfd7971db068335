//! Reading a policy file with everything that it extends.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::facts::receiver::{Catalog, Profile, read_profile};
use crate::finding::{Advice, Text, nearest};
use crate::policy::{Extends, Policy, PolicyError, ReceiverProfile, ReceiverSource};
use crate::rules;
use crate::rules::custom::CustomRules;
use crate::source::{EntryKind, LARGEST, Tree};
use crate::yaml::parse_first;

/// How deep files may extend each other: organization, team and repository are three, and a circle must
/// end.
const DEEPEST: usize = 16;

/// Where profiles of receivers are in a folder of rules, as in promvet's own.
const RECEIVERS: &str = "receivers";

/// What one policy file says.
#[derive(Debug)]
pub(crate) struct Layer {
    /// What it says.
    pub(crate) policy: Policy,
    /// Its path for people.
    pub(crate) shown: Arc<str>,
    /// Whether it is there only because another one extends it: then it may be shared with
    /// others, and need not be of use here.
    pub(crate) shared: bool,
}

/// Reads policy files.
#[derive(Debug)]
pub(crate) struct PolicyReader<'t> {
    tree: &'t dyn Tree,
    /// The folder that links and paths may not lead out of.
    bounds: Option<&'t Path>,
    /// What paths and patterns count from.
    folder: String,
    layers: Vec<Layer>,
    wrong: Vec<PolicyError>,
    seen: BTreeSet<PathBuf>,
}

/// Reads a policy file and what it extends: its own layer first, then the others, the nearest
/// first. Nothing is opened outside of `bounds`.
pub(crate) fn read(
    path: &Path,
    bounds: Option<&Path>,
    tree: &dyn Tree,
) -> Result<Vec<Layer>, Vec<PolicyError>> {
    let shown = tree.shown(path);
    let folder = shown.rsplit_once('/').map(|(folder, _)| folder);
    let mut reader = PolicyReader {
        tree,
        bounds,
        folder: folder.map_or(String::new(), |folder| format!("{folder}/")),
        layers: Vec::new(),
        wrong: Vec::new(),
        seen: BTreeSet::new(),
    };
    match reader.bytes(path, "the policy file") {
        Ok(bytes) => reader.layer(path, bytes, &mut Vec::new()),
        Err(message) => {
            let text = Text::new(shown, Vec::new());
            reader.wrong.push(PolicyError::at_start(&text, message));
        }
    }
    if reader.wrong.is_empty() {
        Ok(reader.layers)
    } else {
        Err(reader.wrong)
    }
}

impl PolicyReader<'_> {
    /// The path of a file that another one names.
    fn beside(&self, file: &Path, name: &str) -> PathBuf {
        let path = file.parent().unwrap_or(file).join(name);
        let folder = path
            .parent()
            .and_then(|folder| self.tree.resolve(folder).ok());
        match (folder, path.file_name()) {
            (Some(folder), Some(name)) => folder.join(name),
            _ => path,
        }
    }

    fn bytes(&self, path: &Path, what: &str) -> Result<Vec<u8>, String> {
        let is_inside = |bounds: &Path| self.tree.within(path, &[bounds]).unwrap_or(true);
        if !self.bounds.is_none_or(is_inside) {
            return Err(format!("{what} leads out of the tree"));
        }
        let read = self.tree.read(path, LARGEST);
        read.map_err(|error| format!("cannot read {what}: {error}"))
    }

    /// Reads a file and what it extends; `way` are the files that led to it.
    fn layer(&mut self, path: &Path, bytes: Vec<u8>, way: &mut Vec<PathBuf>) {
        let real = self.tree.resolve(path).unwrap_or_else(|_| path.to_owned());
        let text = Text::new(self.tree.shown(path), bytes);
        let mut policy = match Policy::read(&text, &self.folder) {
            Ok(policy) => policy,
            Err(wrong) => return self.wrong.extend(wrong),
        };
        self.profiles_of_folders(&mut policy);
        self.read_profiles(&mut policy, path);
        let extends = policy.extends.clone();
        self.layers.push(Layer {
            policy,
            shown: Arc::clone(text.path()),
            shared: !way.is_empty(),
        });
        self.seen.insert(real.clone());
        way.push(real);
        for one in &extends {
            if let Err(message) = self.extend(one, path, way) {
                self.wrong.push(PolicyError {
                    message,
                    place: one.place.clone(),
                    advice: None,
                });
            }
        }
        way.pop();
    }

    fn extend(
        &mut self,
        extends: &Extends,
        from: &Path,
        way: &mut Vec<PathBuf>,
    ) -> Result<(), String> {
        let path = self.beside(from, &extends.path);
        let what = format!("`{}`", extends.path);
        let bytes = self.bytes(&path, &what)?;
        if let Some((wanted, place)) = &extends.sha256 {
            let found = hexadecimal(&Sha256::digest(&bytes));
            if found != *wanted {
                self.wrong.push(PolicyError {
                    message: format!("{what} has changed: its SHA-256 is {found}"),
                    place: place.clone(),
                    advice: Some(
                        "review what changed in it, then write the new SHA-256 here".into(),
                    ),
                });
                return Ok(());
            }
        }
        let real = self.tree.resolve(&path).unwrap_or_else(|_| path.clone());
        if way.contains(&real) {
            return Err(format!("{what} extends this file, which extends it"));
        }
        if way.len() >= DEEPEST {
            return Err(format!(
                "policies extend each other more than {DEEPEST} levels deep"
            ));
        }
        if !self.seen.contains(&real) {
            self.layer(&path, bytes, way);
        }
        Ok(())
    }

    /// Adds the profiles that are with custom rules, as those of promvet are with its rules.
    fn profiles_of_folders(&mut self, policy: &mut Policy) {
        for folder in &policy.rule_folders {
            let receivers = self.tree.absolute(&folder.shown()).join(RECEIVERS);
            for path in self.tree.list(&receivers).unwrap_or_default() {
                let is_file = |path: &Path| {
                    let meta = self.tree.metadata(path);
                    meta.is_ok_and(|meta| meta.kind == EntryKind::File)
                };
                let ending = path.extension().and_then(|ending| ending.to_str());
                if matches!(ending, Some("yaml" | "yml")) && is_file(&path) {
                    policy.receivers.push(ReceiverProfile {
                        source: ReceiverSource::Beside(path),
                        place: folder.place.clone(),
                    });
                }
            }
        }
    }

    /// Reads the profiles of receivers that are in their own files, and rejects those that
    /// are none.
    fn read_profiles(&mut self, policy: &mut Policy, from: &Path) {
        for entry in &mut policy.receivers {
            let path = match &entry.source {
                ReceiverSource::File(file) => Some(self.beside(from, file)),
                ReceiverSource::Beside(path) => Some(path.clone()),
                _ => None,
            };
            if let Some(path) = path {
                let what = match &entry.source {
                    ReceiverSource::File(file) => format!("`{file}`"),
                    _ => self.tree.shown(&path),
                };
                let document = self.bytes(&path, &what).and_then(|bytes| {
                    let text = Text::new(self.tree.shown(&path), bytes);
                    let parsed = parse_first(&text);
                    parsed.map_err(|error| format!("{what} is not valid YAML: {}", error.problem))
                });
                match document {
                    Ok(document) => entry.source = ReceiverSource::Whole(Arc::new(document)),
                    Err(message) => self.wrong.push(PolicyError {
                        message,
                        place: entry.place.clone(),
                        advice: None,
                    }),
                }
            }
            let Some(node) = entry.source.node() else {
                continue;
            };
            for error in read_profile(node).err().into_iter().flatten() {
                self.wrong.push(PolicyError {
                    message: format!("a receiver's profile: {error}"),
                    place: node.document().place(error.span),
                    advice: None,
                });
            }
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// Rejects levels for rules that do not exist.
pub(crate) fn unknown_rules(policy: &Policy, own: &CustomRules) -> Vec<PolicyError> {
    let known = |name: &str| {
        let mut pages = rules::all().iter();
        own.knows(name) || pages.any(|page| page.name == name || page.group() == name)
    };
    let unknown = policy.rule_levels().filter(|entry| !known(&entry.name));
    unknown
        .map(|entry| PolicyError {
            message: format!("unknown rule or group `{}`", entry.name),
            place: entry.place.clone(),
            advice: rules::nearest_name(&entry.name)
                .or_else(|| own.nearest_name(&entry.name))
                .map(|near| Advice::replace(entry.place.span(), near)),
        })
        .collect()
}

/// The receivers that a policy knows: its own, and those built in. Of two with one name the nearer
/// counts.
pub(crate) fn catalog(policy: &Policy) -> Catalog {
    let mut own: Vec<Profile> = Vec::new();
    for entry in &policy.receivers {
        // What can't be read has been refused before.
        if let Some(Ok(profile)) = entry.source.node().map(read_profile)
            && !own.iter().any(|other| other.id == profile.id)
        {
            own.push(profile);
        }
    }
    Catalog::new(own)
}

/// Rejects receivers that are named for hosts and that no one knows.
pub(crate) fn unknown_receivers(policy: &Policy) -> Vec<PolicyError> {
    if policy.receiver_hosts.is_empty() {
        return Vec::new();
    }
    let catalog = catalog(policy);
    let unknown = |name: &str| catalog.get(name).is_none();
    let entries = policy.receiver_hosts.iter();
    entries
        .filter(|entry| unknown(&entry.receiver))
        .map(|entry| {
            let near = nearest(
                &entry.receiver,
                catalog.profiles().map(|profile| &*profile.id),
            );
            PolicyError {
                message: format!("unknown receiver `{}`", entry.receiver),
                place: entry.place.clone(),
                advice: near.map(|near| Advice::write(format!("write `{near}`"))),
            }
        })
        .collect()
}
