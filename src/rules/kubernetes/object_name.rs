//! `kubernetes/object-name`: a volume names a ConfigMap or Secret that the tree has under a name that is
//! spelled almost so.

use crate::facts::deployment::{MountSource, PartKind};
use crate::finding::Severity;
use crate::rules::{Findings, Start};
use crate::yaml::placeholder;

pub(super) fn check(start: &Start<'_>, out: &mut Findings<'_>) {
    let deployment = start.deployment;
    for mount in &deployment.mounts {
        let MountSource::Keys(volume) = &mount.source else {
            continue;
        };
        for part in volume.parts.iter().filter(|part| !part.optional) {
            let PartKind::Object {
                kind,
                name,
                providers,
            } = &part.kind
            else {
                continue;
            };
            if !providers.is_empty() || placeholder::is_open(name) {
                continue;
            }
            let namespace = deployment.namespace.as_deref();
            let Some(near) = start.facts.unused_object_like(kind, name, namespace) else {
                continue;
            };
            let place = match &mount.definition {
                Some(definition) => &definition.place,
                None => &mount.place,
            };
            let message = format!(
                "no {kind} in the tree is called `{name}`, and nothing uses `{near}`: the pod does not start"
            );
            let identity = format!("{}.{kind}.{name}", deployment.name);
            let finding = out.of_place(place, identity, Severity::Warning, message);
            let finding = finding.help(format!("did you mean `{near}`?"));
            if out.is_new(&finding) {
                out.push(finding);
            }
        }
    }
}
