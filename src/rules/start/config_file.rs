//! `start/config-file`: `--config.file` or `--web.config.file` names a file that is not there, or the
//! configuration is mounted where nothing looks for it.

use std::path::Path;

use crate::facts::deployment::{IMAGE_CONFIG, Mount, MountSource, Outside, Platform};
use crate::facts::settings::WEB_FILE;
use crate::finding::Severity;
use crate::rules::start::refused::own_arguments;
use crate::rules::{PrometheusStart, RuleFindings};
use crate::yaml::placeholder;

/// At most so many mounts are named.
const MOST_MOUNTS: usize = 4;

pub(super) fn check(start: &PrometheusStart<'_>, out: &mut RuleFindings<'_>) {
    let deployment = start.deployment;
    // A script may write the file.
    if deployment.is_started_by_something_else() {
        return;
    }
    named(start, "config.file", &deployment.config_file(), out);
    lost(start, out);
    unnamed(start, out);
    // A relative one counts from the folder that the container starts in.
    let web = deployment.arguments.value(WEB_FILE);
    if let Some((path, _)) = web.filter(|(path, _)| path.starts_with('/')) {
        named(start, WEB_FILE, path, out);
    }
    if deployment.arguments.list.is_empty() && deployment.platform != Platform::Image {
        by_default(start, out);
    }
}

/// A flag that names a file which is not there.
fn named(start: &PrometheusStart<'_>, flag: &str, path: &str, out: &mut RuleFindings<'_>) {
    let deployment = start.deployment;
    let Some((written, place)) = deployment.arguments.value(flag) else {
        return;
    };
    if placeholder::is_open(written) || start.facts.is_written_by_command(place.text(), path) {
        return;
    }
    let Some(lacking) = start.facts.lacks_file(deployment, path) else {
        return;
    };
    let message =
        format!("`--{flag}` names `{written}`, which no mount provides: Prometheus does not start");
    let help = match lacking.near {
        Some(near) => near,
        None if lacking.mounts.is_empty() => "mount the file there".to_owned(),
        None => {
            let shown: Vec<_> = lacking.mounts.into_iter().take(MOST_MOUNTS).collect();
            format!("mounted are {}", shown.join(", "))
        }
    };
    let identity = format!("{}.{flag}", deployment.name);
    let mut finding = out
        .of_place(place, identity, Severity::Warning, message)
        .help(help);
    finding.evidence = lacking.evidence;
    out.push(finding);
}

/// A configuration whose source is missing: docker makes a folder of that name and mounts it.
fn lost(start: &PrometheusStart<'_>, out: &mut RuleFindings<'_>) {
    let deployment = start.deployment;
    let path = deployment.config_file();
    let Some(lost) = start.facts.lacks_source(deployment, &path) else {
        return;
    };
    let message = format!(
        "`{}` does not exist: docker mounts an empty folder at `{path}`, and Prometheus does not start",
        lost.source
    );
    let identity = format!("{}.config.file", deployment.name);
    let finding = out.of_place(&lost.place, identity, Severity::Warning, message);
    let finding = finding.kind("source");
    out.push(finding.help(format!("mount `{}`", lost.other)));
}

/// Flags without one that names a configuration, which replace those of the official image: Prometheus
/// looks for `prometheus.yml` where it starts, and the image has none there (Dockerfile of
/// prometheus/prometheus).
fn unnamed(start: &PrometheusStart<'_>, out: &mut RuleFindings<'_>) {
    let deployment = start.deployment;
    let own = own_arguments(&deployment.arguments.list);
    let [first, ..] = own else { return };
    let is_unnamed = deployment.arguments.replaces
        && start.is_official()
        && deployment.arguments.flag("config.file").is_none()
        && own.iter().all(|argument| is_plain_flag(&argument.text));
    if !is_unnamed {
        return;
    }
    let path = deployment.config_file();
    let holds = |mount: &Mount| match &mount.source {
        // Data is kept in volumes, which hold no configuration.
        MountSource::Outside(Outside::Volume(_) | Outside::Scratch(_) | Outside::Claim(_)) => {
            mount.path == path
        }
        _ => Path::new(&path).starts_with(&mount.path),
    };
    if !deployment.doubts.is_empty() || deployment.mounts.iter().any(holds) {
        return;
    }
    let message = format!(
        "no `--config.file`: Prometheus looks for `{path}`, which no mount provides, and does not start"
    );
    let identity = format!("{}.config.file", deployment.name);
    let finding = out.of_place(&first.place, identity, Severity::Warning, message);
    out.push(finding.kind("unnamed").help(format!(
        "add `--config.file={IMAGE_CONFIG}`: these flags replace all that the image has"
    )));
}

/// A flag that starts a server, written out.
fn is_plain_flag(text: &str) -> bool {
    let name = text.split('=').next().unwrap_or_default();
    text.starts_with("--")
        && !name.contains(['$', '{'])
        && !matches!(name, "--help" | "--version" | "--help-long" | "--help-man")
}

/// Without arguments, the image starts with a configuration of its own.
fn by_default(start: &PrometheusStart<'_>, out: &mut RuleFindings<'_>) {
    let deployment = start.deployment;
    let identity = format!("{}.config.file", deployment.name);
    if let Some(lacking) = start.facts.lacks_file(deployment, IMAGE_CONFIG) {
        let Some(hiding) = lacking.evidence.first() else {
            return;
        };
        let message = format!(
            "the image starts with `{IMAGE_CONFIG}`, which no mount provides: Prometheus does not start"
        );
        let finding = out.of_place(&hiding.place, identity, Severity::Warning, message);
        let finding = finding.kind("default");
        out.push(match lacking.near {
            Some(near) => finding.help(near),
            None => finding.help("mount the file there"),
        });
    } else if let Some((path, place)) = start.facts.mounted_elsewhere(deployment) {
        let message = format!("`{path}` is not read: the image starts with `{IMAGE_CONFIG}`");
        let help = format!("mount it at `{IMAGE_CONFIG}`, or add `--config.file={path}`");
        let finding = out.of_place(&place, identity, Severity::Warning, message);
        out.push(finding.kind("elsewhere").help(help));
    }
}
