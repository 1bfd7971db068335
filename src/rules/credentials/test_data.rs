//! `credentials/test-data`: secrets of test data that look made up, reported once for a folder.

use std::collections::BTreeMap;

use crate::discover;
use crate::finding::Severity;
use crate::rules::{Configuration, Findings, Material};
use crate::yaml::Node;

/// At most so many other secrets are shown.
const SHOWN: usize = 5;

pub(super) fn check(configurations: &[Configuration<'_>], out: &mut Findings<'_>) {
    let mut folders: BTreeMap<String, Vec<Node<'_>>> = BTreeMap::new();
    for configuration in configurations {
        let shown = configuration.config.root().node().document().text().path();
        // Most folders hold none, and what a configuration holds costs a walk through it.
        let path = configuration.facts.absolute(shown);
        let relative = configuration.facts.relative(&path);
        if !discover::is_test_data(&relative) {
            continue;
        }
        let material = Material::new(configuration);
        let secrets = material
            .secrets
            .iter()
            .filter(|secret| !secret.repeated && secret.fault().is_none() && secret.is_made_up());
        let (folder, _) = relative.rsplit_once('/').unwrap_or(("", &relative));
        let nodes = secrets.map(|secret| secret.inline.setting.node);
        folders.entry(folder.to_owned()).or_default().extend(nodes);
    }
    for (folder, nodes) in folders {
        let Some((first, others)) = nodes.split_first() else {
            continue;
        };
        let message = match others.len() {
            0 => "this secret of test data looks made up".to_owned(),
            more => format!("this secret of test data and {more} more in the folder look made up"),
        };
        let help = match folder.as_str() {
            "" => "list the file under `exclude:` in promvet.yaml".to_owned(),
            folder => {
                format!("leave the folder out with `exclude: [\"{folder}/**\"]` in promvet.yaml")
            }
        };
        let mut finding = out.at(*first, Severity::Info, message).help(help);
        for node in &nodes {
            node.document().text().mark_secret(node.span());
        }
        for other in others.iter().take(SHOWN) {
            finding = finding.evidence(other.place(), "this one too");
        }
        out.push(finding);
    }
}
