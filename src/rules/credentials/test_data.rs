//! `credentials/test-data`: secrets of test data that look made up, reported once for a folder.

use std::collections::BTreeMap;

use crate::discover;
use crate::finding::Severity;
use crate::rules::{Common, Configuration, Material, RuleFindings, SHOWN};
use crate::yaml::Node;

pub(super) fn check(configurations: &[Configuration<'_>], out: &mut RuleFindings<'_>) {
    let mut folders: BTreeMap<String, Vec<Node<'_>>> = BTreeMap::new();
    for configuration in configurations {
        if let Some(folder) = folder_of(configuration) {
            let nodes = made_up(configuration);
            folders.entry(folder).or_default().extend(nodes);
        }
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

/// Configurations with such secrets in one folder are reported together.
pub(super) fn in_common(configuration: &Configuration<'_>) -> Vec<Common> {
    let folder = folder_of(configuration).filter(|_| !made_up(configuration).is_empty());
    let common = folder.map(|folder| Common::of_group(&folder));
    common.into_iter().collect()
}

/// The folder of test data that a configuration is in. Most hold none, and what a configuration holds costs a
/// walk through it.
fn folder_of(configuration: &Configuration<'_>) -> Option<String> {
    let shown = configuration.config.root().node().document().text().path();
    let path = configuration.facts.absolute(shown);
    let relative = configuration.facts.relative(&path);
    let is_test_data = discover::is_test_data(&relative);
    let (folder, _) = relative.rsplit_once('/').unwrap_or(("", &relative));
    is_test_data.then(|| folder.to_owned())
}

/// Its secrets that look made up.
fn made_up<'a>(configuration: &Configuration<'a>) -> Vec<Node<'a>> {
    let material = Material::new(configuration);
    let secrets = material
        .secrets
        .iter()
        .filter(|secret| !secret.repeated && secret.is_made_up());
    secrets.map(|secret| secret.inline.setting.node).collect()
}
