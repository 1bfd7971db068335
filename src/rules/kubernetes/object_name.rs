//! `kubernetes/object-name`: a volume names a ConfigMap or Secret that the tree has under a name that is
//! spelled almost so.

use crate::finding::{Advice, Severity};
use crate::rules::{PrometheusStart, RuleFindings};

pub(super) fn check(start: &PrometheusStart<'_>, out: &mut RuleFindings<'_>) {
    let deployment = start.deployment;
    for mount in &deployment.mounts {
        for object in start.facts.misnamed_objects(deployment, mount) {
            let (kind, name, near) = (object.kind, object.name, object.near);
            let place = match &mount.definition {
                Some(definition) => &definition.place,
                None => &mount.place,
            };
            let message = format!(
                "no {kind} in the tree is called `{name}`, and nothing uses `{near}`: the pod does not start"
            );
            let identity = format!("{}.{kind}.{name}", deployment.name);
            let finding = out.of_place(place, identity, Severity::Warning, message);
            let finding = finding.help(Advice::write(format!("did you mean `{near}`?")));
            if out.is_new(&finding) {
                out.push(finding);
            }
        }
    }
}
