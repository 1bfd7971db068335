//! `credentials/inline-newline`: a secret in the configuration begins or ends with white space.

use crate::facts::token::Observation;
use crate::finding::Severity;
use crate::rules::{InlineMaterial, Material, RuleFindings, advice};

pub(super) fn check(material: &Material<'_, '_>, out: &mut RuleFindings<'_>) {
    for secret in material.secrets.iter().filter(|secret| !secret.repeated) {
        let outer = secret
            .content
            .iter()
            .find_map(|observation| match observation {
                Observation::OuterWhiteSpace { line_break } => Some(*line_break),
                _ => None,
            });
        if let Some(line_break) = outer {
            say(secret, line_break, out);
        }
    }
}

fn say(secret: &InlineMaterial<'_, '_>, line_break: bool, out: &mut RuleFindings<'_>) {
    let setting = &secret.inline.setting;
    let name = &setting.name;
    let so = secret.consequence();
    let (severity, message) = match (line_break, secret.inline.is_header) {
        (true, true) => (
            Severity::Error,
            format!(
                "`{name}` holds a line break, which is not trimmed and not valid in a header: \
                 {so}"
            ),
        ),
        (true, false) => (
            Severity::Warning,
            format!(
                "`{name}` holds a line break, which is not trimmed: it is sent as part of the \
                 secret, and the request is rejected"
            ),
        ),
        (false, _) => (
            Severity::Warning,
            format!(
                "`{name}` begins or ends with white space, which is not trimmed: it is sent as \
                 part of the secret"
            ),
        ),
    };
    let file = secret.inline.instead.as_ref().map_or(String::new(), |key| {
        format!(", or use `{key}`: the content of a file is trimmed")
    });
    let help = format!("write the value on the line of its key, without `|` or `>`{file}");
    let node = setting.node;
    let right = node.as_str().unwrap_or_default().trim();
    let advice = advice::value(node, right, help).unsafe_();
    out.push(out.at(node, severity, message).help(advice));
}
