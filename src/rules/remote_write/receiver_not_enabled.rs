//! `remote-write/receiver-not-enabled`: the endpoint is a Prometheus of the tree that is started
//! without its receiver.

use crate::facts::ServiceMatch;
use crate::facts::deployment::{Deployment, Missing, Platform, Receiving, RemoteWriteOffReason};
use crate::finding::{Finding, Severity};
use crate::rules::{RemoteWriteEntry, RuleFindings};

/// The path at which a Prometheus takes samples.
const RECEIVER: &str = "/api/v1/write";

pub(super) fn check(entry: &RemoteWriteEntry<'_>, out: &mut RuleFindings<'_>) {
    let Some(url) = entry.right_url() else { return };
    let endpoint = &url.endpoint;
    // What goes to itself has to be removed, whatever is switched on.
    let to_itself = url.answering.iter().any(|service| service.itself.is_some());
    if to_itself || !endpoint.slice(endpoint.path()).ends_with(RECEIVER) {
        return;
    }
    let off: Option<Vec<RemoteWriteOffReason>> = url.answering.iter().map(off).collect();
    let (Some(off), Some(first)) = (off, url.answering.first()) else {
        return;
    };
    let (Some(worst), Some(container), Some(deployment)) =
        (off.first(), first.container, first.prometheus)
    else {
        return;
    };
    let is_known = !url.answering.iter().any(|service| service.is_guessed);
    let severity = match is_known && off.iter().all(|service| service.is_sure) {
        true => Severity::Error,
        false => Severity::Warning,
    };
    let message = format!(
        "{} runs Prometheus {}: every sample is dropped (404)",
        container.name,
        worst.missing.says()
    );
    let kind = worst.missing.kind();
    let finding = out.at(url.node, severity, message).kind(kind).help(help(
        worst.missing,
        &container.name,
        deployment,
    ));
    let mut evidence = first.evidence.clone();
    evidence.extend(deployment.evidence_of_receiving());
    out.push(Finding {
        evidence,
        ..finding
    });
}

/// Why what answers takes no samples, whichever of several files of docker compose starts it.
fn off(service: &ServiceMatch<'_>) -> Option<RemoteWriteOffReason> {
    let all = service.every_prometheus()?;
    let reasons: Option<Vec<_>> = all
        .iter()
        .map(|deployment| match deployment.receiving_beside(&all) {
            Receiving::Off(off) => Some(off),
            Receiving::Possible => None,
        })
        .collect();
    let reasons = reasons?;
    let is_sure = reasons.iter().all(|reason| reason.is_sure);
    let first = reasons.into_iter().next()?;
    Some(RemoteWriteOffReason { is_sure, ..first })
}

fn help(missing: Missing, name: &str, deployment: &Deployment) -> String {
    let Some(flag) = missing.remedy() else {
        return format!(
            "run Prometheus 2.33 or later in {name}, with `--web.enable-remote-write-receiver`"
        );
    };
    if deployment.is_operated() {
        return format!("set `enableRemoteWriteReceiver: true` in {name}");
    }
    let list = match deployment.platform {
        Platform::Kubernetes => "args",
        _ => "command",
    };
    if deployment.arguments.replaces {
        return format!("add `{flag}` to the flags of {name}");
    }
    format!(
        "give {name} a `{list}` with `{flag}`, `--config.file={}` and \
         `--storage.tsdb.path=/prometheus`, since it replaces the flags of the image",
        deployment.config_file()
    )
}
