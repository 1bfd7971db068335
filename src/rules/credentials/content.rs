//! `credentials/content`: what is sent is not the credential that was meant.

use crate::facts::FileState;
use crate::facts::token::Observation;
use crate::finding::Severity;
use crate::rules::{Material, RuleFindings};

/// A placeholder in a file that is mounted as it is.
const NEVER_FILLED: &str = "is a placeholder that nothing fills in: Prometheus sends it as it is, and every \
                            request is rejected";

pub(super) fn check(material: &Material<'_, '_>, out: &mut RuleFindings<'_>) {
    for file in material.own_files() {
        if file.judged.state != FileState::Usable || !file.reference.is_sent() {
            continue;
        }
        let Some((severity, kind, words)) = file.fault() else {
            continue;
        };
        // Flux and its like fill in variables before the manifest of a Secret is applied.
        let written = file.judged.written.as_ref();
        let is_filled_in = written.is_some_and(|written| written.content.has_variable());
        if is_filled_in
            && material
                .runners
                .iter()
                .any(|runner| runner.deployment.is_operated())
        {
            continue;
        }
        let message = format!("{} {words}", file.noun());
        let finding = out.at(
            file.reference.setting.node,
            severity.min(file.severity()),
            message,
        );
        let finding = finding.kind(kind);
        let help = match &file.judged.written {
            Some(_) => "write only the credential there",
            None => "write only the credential to the file",
        };
        out.push(file.proven(finding.help(help)));
    }
    for secret in material.secrets.iter().filter(|secret| !secret.repeated) {
        let setting = &secret.inline.setting;
        let is_placeholder = secret.content.contains(&Observation::Placeholder);
        let text = setting.node.as_str().unwrap_or("");
        let is_filled_in = is_placeholder && (material.templated || secret.is_filled_in);
        // `credentials/test-data` reports it.
        let is_filled_in = is_filled_in || secret.is_made_up() && material.is_test_data();
        let Some((severity, kind, words)) = secret.fault().filter(|_| !is_filled_in) else {
            continue;
        };
        let proof = match is_placeholder {
            true => material.never_filled(text),
            false => None,
        };
        let (severity, words) = match proof {
            Some(_) => (Severity::Error, NEVER_FILLED.to_owned()),
            None => (severity, words),
        };
        let message = format!("the value of `{}` {words}", setting.name);
        let help = "write only the credential, or name a file that holds it";
        let mut finding = out.at(setting.node, severity, message).help(help);
        finding.kind = kind.into();
        finding.evidence.extend(proof.into_iter().flatten());
        out.push(finding);
    }
}
