//! `credentials/not-mounted`: where Prometheus runs there is no such path.

use crate::facts::FileState;
use crate::rules::{Material, NamedFile, RuleFindings};

/// As many mounts are listed: beside more, the path is not found faster.
const MOST_MOUNTS: usize = 4;

/// Where Kubernetes puts the files of the service account into a pod
/// (<https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/>).
const SERVICE_ACCOUNT: &str = "/var/run/secrets/kubernetes.io/serviceaccount/";

pub(super) fn check(material: &Material<'_, '_>, out: &mut RuleFindings<'_>) {
    let mut in_pods = 0;
    for file in material.own_files() {
        // Every job for a cluster names both files, and all fail outside of a pod for one reason.
        let is_of_pod = file.judged.path.starts_with(SERVICE_ACCOUNT);
        if is_of_pod && matches!(file.judged.state, FileState::NotMounted { .. }) {
            in_pods += 1;
        }
        if !(is_of_pod && in_pods > 1) {
            check_file(file, out);
        }
    }
}

fn check_file(file: &NamedFile<'_, '_>, out: &mut RuleFindings<'_>) {
    let FileState::NotMounted { who, mounts } = &file.judged.state else {
        return;
    };
    let path = &file.judged.path;
    // Every container has devices: `/dev/null` is an empty file.
    if path.starts_with("/dev/") {
        return;
    }
    let message = format!(
        "`{}`: no mount of {who} provides `{path}`, and {}",
        file.setting(),
        file.consequence()
    );
    let there = match mounts.split_at_checked(MOST_MOUNTS) {
        _ if mounts.is_empty() => "nothing is mounted".to_owned(),
        Some((first, [])) => format!("mounted are {}", first.join(", ")),
        Some((first, more)) => format!("mounted are {} and {} more", first.join(", "), more.len()),
        None => format!("mounted are {}", mounts.join(", ")),
    };
    let help = match &file.judged.near {
        Some(near) => format!("{near}; mount the file at that path, or correct the path"),
        None => format!("mount the file at that path, or correct the path; {there}"),
    };
    let finding = out.at(file.reference.setting.node, file.severity(), message);
    out.push(file.proven(finding.help(help)));
}
