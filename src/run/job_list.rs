//! A list of jobs where Prometheus expects a whole configuration: `scrape_configs:` is missing.

use super::survey::ScannedFile;
use crate::discover::{self, EmbeddedIn};
use crate::facts::Facts;
use crate::facts::deployment::RunCertainty;
use crate::finding::{Advice, Finding, Place, Severity, Span, rule};
use crate::rules::RuleJudgment;
use crate::schema::dialect::NATIVE;
use crate::yaml::{Document, Node};

/// The names of the file that Prometheus reads by default and in the guides.
const NAMES: [&str; 2] = ["prometheus.yml", "prometheus.yaml"];

/// Adds what is wrong with a list of jobs that is loaded as a configuration: an error where something
/// starts Prometheus with it, and a warning if only its name says so. Other lists are what
/// `additionalScrapeConfigs` of the Operator and files of vmagent hold.
pub(super) fn add(
    judgment: &mut RuleJudgment,
    document: &Document,
    seen: &ScannedFile,
    facts: &Facts<'_>,
) {
    let recognized = &seen.recognized;
    let spoken = recognized.spoken.as_ref();
    if spoken.is_none_or(|spoken| spoken.dialect.word != NATIVE.word) {
        return;
    }
    let Some(first) = first_item(document) else {
        return;
    };
    // The list is the whole file, or the whole key of an object.
    let holder = match recognized.holder.as_ref() {
        Some(EmbeddedIn::Part(_)) | None => None,
        holder => holder,
    };
    let path = &seen.found.path;
    let runners = facts.runners(path, holder);
    let starts = runners.iter().find(|runner| {
        runner.certainty == RunCertainty::Certain && runner.deployment.prometheus.is_some()
    });
    let name = path.file_name().and_then(|name| name.to_str());
    let is_named = holder.is_none()
        && name.is_some_and(|name| NAMES.contains(&name))
        && facts.scraped_by_vmagent(path, holder).is_none();
    // What fills the file in may write the key.
    let is_filled = discover::is_template(path) || recognized.text.content().contains("{{");
    let severity = match starts {
        Some(_) if !is_filled => Severity::Error,
        Some(_) => Severity::Warning,
        None if is_named => Severity::Warning,
        None => return,
    };
    let message = "expected the sections of a configuration, found a list of jobs; Prometheus \
                   rejects the file";
    let mut finding = Finding::new(rule::SCHEMA_WRONG_TYPE, severity, first, message)
        .help(Advice::write("write `scrape_configs:` above the list"));
    if let Some(runner) = starts {
        finding.evidence.extend(runner.evidence.iter().cloned());
    }
    judgment.findings.push(finding);
}

/// The dash of the first job, in the text that holds the list.
fn first_item(document: &Document) -> Option<Place> {
    let written = document.source().map_or(document, |source| &**source);
    let list = written.root()?;
    list.sequence()?;
    let start = list.span().start as usize;
    list.items().next().and_then(Node::mapping)?;
    Some(Place::new(written.text(), Span::new(start, start + 1)))
}
