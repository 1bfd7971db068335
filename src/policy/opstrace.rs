//! `opstrace`: instances and their domains.

use super::Policy;
use super::form::{PolicyKey, ValueForm};
use super::read::Mistakes;
use super::sections::PolicySection;
use crate::finding::Place;
use crate::yaml::Node;

/// One entry of `opstrace.instances`.
#[derive(Clone, Debug)]
pub struct OpstraceInstance {
    /// The instance's name, as in its host names.
    pub name: String,
    /// Its configuration file, relative to promvet.yaml.
    pub file: String,
    /// Where that is written.
    pub place: Place,
}

const KEYS: &[PolicyKey] = &[
    PolicyKey::new(
        "instances",
        "The configuration file of each instance, by the name in its host names.",
        ValueForm::Map(&ValueForm::Text),
    ),
    PolicyKey::new(
        "domains",
        "Domains of instances with a custom domain.",
        ValueForm::OneOrMany(&ValueForm::Text),
    ),
];

pub(super) const SECTION: PolicySection = PolicySection {
    key: PolicyKey::new(
        "opstrace",
        "Facts about Opstrace instances that are not in the tree.",
        ValueForm::Fields(KEYS),
    ),
    read,
    add: |near, far| {
        near.instances.extend(far.instances.iter().cloned());
        near.opstrace_domains
            .extend(far.opstrace_domains.iter().cloned());
    },
};

fn read(node: Node<'_>, policy: &mut Policy, wrong: &mut Mistakes) {
    let Some(fields) = wrong.fields(node, "`opstrace`", KEYS) else {
        return;
    };
    if let Some(domains) = fields.get("domains") {
        let texts = wrong.texts(domains, "`domains`").into_iter();
        let domains = texts.map(|(text, node)| (text.to_owned(), node.place()));
        policy.opstrace_domains = domains.collect();
    }
    let Some(value) = fields.get("instances") else {
        return;
    };
    let Some(instances) = value.mapping() else {
        wrong.add(
            value,
            "`instances`: expected a mapping of instance names to files",
            None,
        );
        return;
    };
    for entry in instances.entries() {
        if let Some(file) = wrong.text(entry.value, "the file of an instance") {
            policy.instances.push(OpstraceInstance {
                name: entry.name().to_owned(),
                file: file.to_owned(),
                place: entry.key.place(),
            });
        }
    }
}
