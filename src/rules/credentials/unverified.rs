//! `credentials/unverified`: a credential file that can be judged only where Prometheus runs.

use std::collections::BTreeMap;

use crate::facts::{FileState, Unverified};
use crate::finding::Severity;
use crate::prometheus::FileReference;
use crate::rules::{Entry, Findings};

pub(super) fn check(entries: &[Entry<'_>], out: &mut Findings<'_>) {
    let mut folders: BTreeMap<(&str, &str), Vec<FileReference<'_>>> = BTreeMap::new();
    for entry in entries {
        for (file, state) in entry.credential_files() {
            let FileState::Unverified(why) = state else {
                continue;
            };
            let path = file.value.as_str().unwrap_or("");
            let (reason, settle) = words(*why);
            out.unchecked(file.value, reason, settle.map(str::to_owned));
            let silent = *why == Unverified::Placeholder && entry.templated;
            if !silent {
                folders
                    .entry((folder_of(path), reason))
                    .or_default()
                    .push(*file);
            }
        }
    }
    for ((folder, reason), files) in folders {
        let Some((first, others)) = files.split_first() else {
            continue;
        };
        let message = match others.len() {
            0 => format!("whether Prometheus can read this file can't be seen from here: {reason}"),
            more => format!(
                "whether Prometheus can read this file, and {more} more in {folder}, can't be seen from here: {reason}"
            ),
        };
        let mut finding = out.at(first.value, Severity::Warning, message);
        for other in others {
            finding = finding.evidence(other.value.place(), "this one is in the same folder");
        }
        finding.help = first.value.as_str().and_then(|_| help(reason));
        out.push(finding);
    }
}

/// Why a path can't be judged and what would settle it.
const WORDS: &[(Unverified, &str, Option<&str>)] = &[
    (
        Unverified::Elsewhere,
        "the path means the machine or container that Prometheus runs in",
        Some("run promvet with --on-host there, or with --root DIR on its root file system"),
    ),
    (
        Unverified::Outside,
        "the path leads out of the tree that is checked",
        Some("run promvet on the folder that holds both the configuration and the file"),
    ),
    (
        Unverified::Placeholder,
        "the path holds a placeholder",
        Some(
            "Prometheus fills in no placeholders here: render the file first, or list it under \
              `templates:` in promvet.yaml",
        ),
    ),
    (
        Unverified::Forbidden,
        "the user who runs promvet may not look there",
        Some("run promvet as a user who may"),
    ),
    (
        Unverified::NoFolder,
        "the configuration was read from standard input, so its folder is not known",
        Some("name its path with --stdin-filename"),
    ),
];

fn words(why: Unverified) -> (&'static str, Option<&'static str>) {
    let row = WORDS.iter().find(|(one, _, _)| *one == why);
    row.map_or(("it lies elsewhere", None), |&(_, reason, settle)| {
        (reason, settle)
    })
}

fn help(reason: &str) -> Option<String> {
    WORDS
        .iter()
        .find(|(_, one, _)| *one == reason)?
        .2
        .map(str::to_owned)
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}
