//! `start/config-file`: `--config.file` names a file that is not there.

use crate::finding::Severity;
use crate::rules::{Findings, Start};

/// At most so many mounts are named.
const MOST_MOUNTS: usize = 4;

pub(super) fn check(start: &Start<'_>, out: &mut Findings<'_>) {
    let deployment = start.deployment;
    // A script may write the file.
    if deployment.is_started_by_something_else() {
        return;
    }
    let Some((path, place)) = deployment.arguments.value("config.file") else {
        return;
    };
    let Some(lacking) = start.facts.lacks_config_file(deployment) else {
        return;
    };
    let message = format!(
        "`--config.file` names `{path}`, which no mount provides: Prometheus does not start"
    );
    let help = match lacking.near {
        Some(near) => near,
        None if lacking.mounts.is_empty() => "mount the file there".to_owned(),
        None => {
            let shown: Vec<_> = lacking.mounts.into_iter().take(MOST_MOUNTS).collect();
            format!("mounted are {}", shown.join(", "))
        }
    };
    let identity = format!("{}.config.file", deployment.name);
    let mut finding = out
        .of_place(place, identity, Severity::Warning, message)
        .help(help);
    finding.evidence = lacking.evidence;
    out.push(finding);
}
