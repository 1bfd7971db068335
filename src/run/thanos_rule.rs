//! The file with endpoints that Thanos Rule is started with: sections of Prometheus, read by another
//! program with consequences of its own.

use super::shell_variables;
use super::survey::ScannedFile;
use crate::discover::{
    self, ConfigurationKind, EmbeddedIn, FileContent, REMOTE_WRITE_LIST, THANOS_FILE_FLAG,
    names_file_of_thanos,
};
use crate::facts::deployment::RunningDeployment;
use crate::facts::{Facts, FileOfThanos};
use crate::finding::{Advice, Finding, Severity, Unchecked, rule};
use crate::rules::RuleJudgment;
use crate::schema::dialect::THANOS;
use crate::yaml::Document;

/// A file as Thanos Rule reads it, if something of the tree starts that with it. Whole configurations are
/// those of a Prometheus.
pub(super) fn taken(seen: &ScannedFile, facts: &Facts<'_>) -> Option<ScannedFile> {
    let recognized = &seen.recognized;
    let may_be = match &recognized.what {
        FileContent::Configuration { dialect, .. } => *dialect == ConfigurationKind::Fragment,
        FileContent::Other { kind } => *kind == REMOTE_WRITE_LIST,
        FileContent::Unknown => recognized.text.content().contains("emoteWrite"),
        _ => false,
    };
    if !may_be || recognized.spoken.is_some() || recognized.masked {
        return None;
    }
    let place = facts.given_to_thanos_rule(&seen.found.path, recognized.holder.as_ref())?;
    let made = discover::as_thanos_rule_reads(recognized, &place)?;
    Some(seen.taken_as(made))
}

/// Adds what the file has that Thanos Rule takes another way than Prometheus: it knows variables, and ignores
/// keys that it does not know, of two equal ones the first.
pub(super) fn put(
    findings: &mut Vec<Finding>,
    document: &Document,
    holder: Option<&EmbeddedIn>,
    facts: &Facts<'_>,
) {
    for finding in findings.iter_mut() {
        let is_lenient = [rule::SCHEMA_UNKNOWN_FIELD, rule::SCHEMA_DUPLICATE];
        if is_lenient.contains(&&*finding.rule) {
            finding.severity = finding.severity.min(Severity::Warning);
            let put = |text: &str| text.to_owned();
            finding.message = finding.message.reworded(put, Some(THANOS.unknown));
        }
    }
    findings.retain(|finding| !is_expanded(finding));
    let shown: &str = document.text().path();
    if facts.rendered_by(shown, holder).is_some() {
        return;
    }
    let readers = facts.readers(&facts.absolute(shown), holder);
    let flag = |reader: &RunningDeployment<'_>| {
        let (_, place) = reader.deployment.arguments.value(THANOS_FILE_FLAG)?;
        Some(place.clone())
    };
    if let Some(place) = readers.iter().find_map(flag) {
        let form = |name: &str| format!("$({name})");
        shell_variables::add(findings, document, "Thanos Rule", form, &place);
    }
}

/// Whether a finding is about a placeholder in the form that Thanos Rule expands.
fn is_expanded(finding: &Finding) -> bool {
    let text = finding.place.text().slice(finding.place.span());
    let name = text
        .split_once("$(")
        .and_then(|(_, rest)| rest.split_once(')'));
    let is_sign = |c: char| c.is_ascii_alphanumeric() || c == '_';
    finding.rule == rule::CREDENTIALS_CONTENT
        && name.is_some_and(|(name, _)| !name.is_empty() && name.chars().all(is_sign))
}

/// Adds to a judgment what a command line is that names a file: nothing if that is read by itself, and what
/// becomes of a file without the one key that Thanos Rule reads.
pub(super) fn of_command_line(
    unchecked: &Unchecked,
    facts: &Facts<'_>,
    is_listed: bool,
    judgment: &mut RuleJudgment,
) {
    let file = match names_file_of_thanos(unchecked) {
        true => facts.file_of_thanos_rule(&unchecked.place),
        false => None,
    };
    match file {
        Some(FileOfThanos::HasEndpoints) => {}
        Some(FileOfThanos::LacksKey(file)) => {
            let message = format!(
                "`--{THANOS_FILE_FLAG}`: {} has no key `remote_write`, so Thanos Rule sends nothing by remote write",
                facts.shown(&file)
            );
            let place = unchecked.place.clone();
            let finding = Finding::new(rule::AGENTS_PIPELINE, Severity::Warning, place, message);
            let help =
                Advice::write("write `remote_write:` above the list of endpoints in the file");
            judgment.findings.push(finding.help(help));
        }
        None if is_listed => judgment.unchecked.push(unchecked.clone()),
        None => {}
    }
}
