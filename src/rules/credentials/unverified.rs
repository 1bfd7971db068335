//! `credentials/unverified`: a file that can be judged only where Prometheus runs.

use std::collections::BTreeMap;
use std::path::Path;

use crate::discover;
use crate::facts::{FileState, Unverified};
use crate::finding::Severity;
use crate::rules::{Material, NamedFile, RuleFindings};
use crate::schema::table::Reference;

pub(super) fn check(material: &Material<'_, '_>, out: &mut RuleFindings<'_>) {
    let mut folders: BTreeMap<(&str, String), Vec<&NamedFile<'_, '_>>> = BTreeMap::new();
    for file in material.own_files() {
        let FileState::Unverified(why) = &file.judged.state else {
            continue;
        };
        let reason = reason(why);
        let node = file.reference.setting.node;
        out.unchecked(node, reason.clone(), Some(settled_by(file, why)));
        // Without the certificates of its authorities Prometheus says so at once and aloud.
        let is_loud = file.reference.kind == Reference::Ca;
        // A Secret that the Operator or a chart mounts and the tree does not make is made where it is needed.
        let mut runners = material.runners.iter();
        let is_mounted = matches!(why, Unverified::External(_))
            && runners.any(|runner| runner.deployment.is_operated() || material.is_of_chart());
        // A placeholder in test data is never filled in, and nothing runs there.
        let path = file.facts.absolute(node.document().text().path());
        let is_test = || discover::is_test_data(&file.facts.relative(&path));
        if is_loud || is_mounted || *why == Unverified::Placeholder && (file.templated || is_test())
        {
            continue;
        }
        let folder = folder_of(node.as_str().unwrap_or(""));
        folders.entry((folder, reason)).or_default().push(file);
    }
    for ((folder, reason), files) in folders {
        let Some((first, others)) = files.split_first() else {
            continue;
        };
        let FileState::Unverified(why) = &first.judged.state else {
            continue;
        };
        let message = match others.len() {
            0 => format!("promvet cannot tell whether Prometheus can read this file: {reason}"),
            more => {
                let is_top = first
                    .reference
                    .setting
                    .node
                    .as_str()
                    .is_some_and(|path| path.starts_with('/'));
                let within = match folder {
                    "" if is_top => "in /".to_owned(),
                    "" => "beside it".to_owned(),
                    folder => format!("in {folder}"),
                };
                format!(
                    "promvet cannot tell whether Prometheus can read this file, and {more} more \
                     {within}: {reason}"
                )
            }
        };
        let node = first.reference.setting.node;
        let near = misnamed(material, first);
        let message = match &near {
            Some(near) => format!("{message}; it has `{near}`"),
            None => message,
        };
        let severity = match near {
            Some(_) => Severity::Warning,
            None => Severity::Info,
        };
        let mut finding = first.proven(out.at(node, severity, message));
        for other in others {
            let place = other.reference.setting.node.place();
            finding = finding.evidence(place, "this one is in the same folder");
        }
        out.push(finding.help(settled_by(first, why)));
    }
}

/// The object that has nearly the name of the one that is mounted over a file.
fn misnamed(material: &Material<'_, '_>, file: &NamedFile<'_, '_>) -> Option<String> {
    let mut runners = material.runners.iter();
    runners.find_map(|runner| {
        let deployment = runner.deployment;
        let mut mounts = deployment.mounts.iter();
        let mount = mounts.find(|mount| Path::new(&file.judged.path).starts_with(&mount.path))?;
        let mut objects = material.facts.misnamed_objects(deployment, mount);
        objects.next().map(|object| object.near)
    })
}

/// Why a path can't be judged.
fn reason(why: &Unverified) -> String {
    let words = match why {
        Unverified::Elsewhere => {
            "the path is on the machine or in the container where Prometheus runs"
        }
        Unverified::Outside => "the path leads out of the tree that is checked",
        Unverified::Placeholder => "the path holds a placeholder",
        Unverified::Forbidden => "the user who runs promvet has no permission to look there",
        Unverified::NoFolder => {
            "the configuration was read from standard input, so its folder is not known"
        }
        Unverified::Unmounted => {
            "the path is relative to where the configuration is mounted, and no mount of it was \
             found"
        }
        Unverified::Started => {
            "the path is relative to the folder in which Prometheus is started, which is not \
             known"
        }
        Unverified::Doubtful => {
            "several deployments may run this configuration, and not all of \
            them have the file"
        }
        Unverified::External(reason) | Unverified::Unknown(reason) => return reason.clone(),
        Unverified::Ignored(looked_for) => {
            return format!("git ignores {looked_for}, and this checkout has no such file");
        }
        Unverified::Kept(looked_for) => {
            return format!("the folder of {looked_for} is kept empty in the tree");
        }
    };
    words.to_owned()
}

/// What would settle it.
fn settled_by(file: &NamedFile<'_, '_>, why: &Unverified) -> String {
    let words = match why {
        Unverified::Outside => {
            "run promvet on the folder that holds both the configuration and the file"
        }
        Unverified::Placeholder => {
            "render the file first, or list it under `templates:` in promvet.yaml: Prometheus \
             does not fill in placeholders here"
        }
        Unverified::Forbidden => "run promvet as a user who has permission",
        Unverified::NoFolder => "name its path with --stdin-filename",
        Unverified::Started => "write an absolute path",
        Unverified::Elsewhere => {
            return format!(
                "{}; or run promvet with --on-host there, or with --root DIR on its root file system",
                declaration(file)
            );
        }
        _ => return declaration(file),
    };
    words.to_owned()
}

/// The line of promvet.yaml that says that a file will be there.
fn declaration(file: &NamedFile<'_, '_>) -> String {
    let path = &file.judged.path;
    let path = match path.starts_with('/') {
        true => path.clone(),
        // Where nothing is known to run the configuration, it is taken to be where the image of
        // Prometheus has it.
        false => format!("/etc/prometheus/{}", path.trim_start_matches("./")),
    };
    let folder = match folder_of(&path) {
        "" => path.as_str(),
        folder => folder,
    };
    format!(
        "if it is provided at deploy time, declare it in promvet.yaml: `mounts: [{{path: \
         {folder}, external: true}}]`"
    )
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}
