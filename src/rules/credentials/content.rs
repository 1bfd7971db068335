//! `credentials/content`: what is sent is not the credential that was meant.

use crate::facts::FileState;
use crate::facts::token::Observation;
use crate::rules::{Findings, Material};

pub(super) fn check(material: &Material<'_, '_>, out: &mut Findings<'_>) {
    for file in material.own_files() {
        if file.judged.state != FileState::Usable || !file.reference.is_sent() {
            continue;
        }
        let Some((severity, words)) = file.fault() else {
            continue;
        };
        let message = format!("{} {words}", file.noun());
        let finding = out.at(
            file.reference.setting.node,
            severity.min(file.severity()),
            message,
        );
        let help = match &file.judged.written {
            Some(_) => "write nothing but the credential itself there",
            None => "write nothing but the credential itself into the file",
        };
        out.push(file.proven(finding.help(help)));
    }
    for secret in material.secrets.iter().filter(|secret| !secret.repeated) {
        let setting = &secret.inline.setting;
        let is_filled_in = material.templated && secret.content.contains(&Observation::Placeholder);
        let Some((severity, words)) = secret.fault().filter(|_| !is_filled_in) else {
            continue;
        };
        let message = format!("the value of `{}` {words}", setting.name);
        let help = "write nothing but the credential itself, or name a file that holds it";
        out.push(out.at(setting.node, severity, message).help(help));
    }
}
