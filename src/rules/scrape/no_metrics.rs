//! `scrape/no-metrics`: a target is the port of a program that serves no metrics there.

use crate::facts::ServiceMatch;
use crate::facts::deployment::bare_name;
use crate::finding::{Advice, Severity};
use crate::prometheus::TargetSection;
use crate::rules::{Configuration, RuleFindings};
use crate::yaml::Node;

/// A program whose own port speaks its own protocol.
struct PortProgram {
    name: &'static str,
    /// Where its images are, without the registry `docker.io`.
    images: &'static [&'static str],
    /// The ports of its protocol.
    ports: &'static [u16],
    /// What to do instead.
    help: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/no_metrics.rs"));

pub(super) fn check(configuration: &Configuration<'_>, out: &mut RuleFindings<'_>) {
    for job in configuration.config.jobs() {
        let entries = job.get("static_configs").into_iter().flat_map(Node::items);
        let targets = entries.filter_map(|entry| entry.get("targets"));
        for target in targets.flat_map(Node::items) {
            judge(configuration, job, target, out);
        }
    }
}

fn judge(
    configuration: &Configuration<'_>,
    job: TargetSection<'_>,
    target: Node<'_>,
    out: &mut RuleFindings<'_>,
) {
    let Some(text) = target.as_str() else { return };
    // Most targets have other ports, which is sooner seen than what answers there.
    let port = text.rsplit(':').next().and_then(|port| port.parse().ok());
    let Some(port) =
        port.filter(|port| PROGRAMS.iter().any(|program| program.ports.contains(port)))
    else {
        return;
    };
    // An exporter of several targets is asked in place of the target.
    if job.may_replace_address() {
        return;
    }
    let Some(standpoint) = configuration.standpoint() else {
        return;
    };
    let endpoint = configuration.endpoint(&format!("http://{text}"));
    let answering = standpoint.answering(&endpoint);
    // Compose files for several places have the same service.
    let programs: Option<Vec<_>> = answering.iter().map(|it| program_of(it, port)).collect();
    let (Some(programs), Some(first)) = (programs, answering.first()) else {
        return;
    };
    let Some((program, others)) = programs.split_first() else {
        return;
    };
    if others.iter().any(|other| other.name != program.name) {
        return;
    }
    let message = format!(
        "port {port} of {} speaks its own protocol, not HTTP: every scrape fails",
        program.name
    );
    let help = Advice::say(program.help);
    let mut finding = out.at(target, Severity::Warning, message).help(help);
    finding.evidence = first.shown();
    out.push(finding);
}

/// The program that answers at its own port, in an image that is known, unless something in the tree may
/// run another one in its place.
fn program_of(answering: &ServiceMatch<'_>, port: u16) -> Option<&'static PortProgram> {
    let name = bare_name(answering.program()?.repository());
    PROGRAMS
        .iter()
        .find(|program| program.images.contains(&name) && program.ports.contains(&port))
}
