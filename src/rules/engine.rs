//! Runs the checks over a configuration.

use super::configuration::{Configuration, HttpPart};
use super::material::Material;
use super::pages::{NativeCheck, RulePage, all};
use super::sink::RuleFindings;
use super::timings::Timings;
use crate::finding::{Finding, Place, Unchecked};
use crate::prometheus::ClientSection;

/// What the rules say about one configuration.
#[derive(Debug, Default)]
pub struct RuleJudgment {
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// What is wrong in the files that it includes, reported by the first configuration that includes
    /// them.
    pub of_included: Vec<Finding>,
    /// What could not be judged.
    pub unchecked: Vec<Unchecked>,
    /// How many remote_write entries there are.
    pub endpoints: usize,
    /// The containers whose start was judged.
    pub started: Vec<Place>,
}

/// Judges a configuration with every rule that looks at one, measuring what each takes if `timings`
/// is given. A rule that asks first for a fact pays for reading it.
#[must_use]
pub fn judge(configuration: &Configuration<'_>, timings: Option<&Timings>) -> RuleJudgment {
    let parts = parts_of(configuration);
    let material = Material::new(configuration);
    let mut out = RuleJudgment {
        endpoints: configuration.entries.len(),
        ..RuleJudgment::default()
    };
    for (index, page) in all().iter().enumerate() {
        let mut findings = out.sink(page);
        let mut run = || run_check(page, configuration, &parts, &material, &mut findings);
        match timings {
            Some(timings) => timings.measure(index, run),
            None => run(),
        }
    }
    out
}

fn run_check(
    page: &RulePage,
    configuration: &Configuration<'_>,
    parts: &[HttpPart<'_, '_>],
    material: &Material<'_, '_>,
    findings: &mut RuleFindings<'_>,
) {
    let entries = &configuration.entries;
    match page.check {
        Some(NativeCheck::RemoteWrite(check)) => {
            entries.iter().for_each(|entry| check(entry, findings))
        }
        Some(NativeCheck::RemoteWrites(check)) => check(entries, findings),
        Some(NativeCheck::Config(check)) => check(configuration.config, findings),
        Some(NativeCheck::Configuration(check)) => check(configuration, findings),
        Some(NativeCheck::HttpClient(check)) => parts.iter().for_each(|part| check(part, findings)),
        Some(NativeCheck::File(check)) => {
            material.own_files().for_each(|file| check(file, findings))
        }
        Some(NativeCheck::Material(check)) => check(material, findings),
        Some(
            NativeCheck::Tree(_)
            | NativeCheck::Relabel(_)
            | NativeCheck::Upgrade(_)
            | NativeCheck::Start(_),
        )
        | None => {}
    }
}

impl RuleJudgment {
    /// Adds what another judgment found, and leaves aside what it counted.
    pub(super) fn add(&mut self, other: Self) {
        self.findings.extend(other.findings);
        self.unchecked.extend(other.unchecked);
    }

    pub(super) fn sink(&mut self, page: &RulePage) -> RuleFindings<'_> {
        RuleFindings {
            rule: page.name,
            found: &mut self.findings,
            unchecked: &mut self.unchecked,
        }
    }
}

fn parts_of<'e, 'a>(configuration: &'e Configuration<'a>) -> Vec<HttpPart<'e, 'a>> {
    let mut entries = configuration.entries.iter();
    let clients = configuration.config.clients().into_iter();
    clients
        .map(|client| {
            let is_entry = client.section == ClientSection::RemoteWrite;
            HttpPart {
                entry: is_entry.then(|| entries.next()).flatten(),
                client,
                facts: configuration.facts,
                configuration,
            }
        })
        .collect()
}
