//! `requires`: the releases of promvet that understand the policy.

use semver::{Version, VersionReq};

use super::form::{PolicyKey, ValueForm};
use super::sections::PolicySection;
use crate::finding::Place;

/// The release of promvet that a policy asks for.
#[derive(Clone, Debug)]
pub struct Requirement {
    /// As written.
    pub written: String,
    /// Where.
    pub place: Place,
}

/// This release of promvet.
const OWN: &str = env!("CARGO_PKG_VERSION");

pub(super) const SECTION: PolicySection = PolicySection {
    key: PolicyKey::new(
        "requires",
        "The releases of promvet that understand this policy, such as >=0.4.",
        ValueForm::Text,
    ),
    read: |node, policy, wrong| {
        let Some(text) = wrong.text(node, "`requires`") else {
            return;
        };
        let Ok(range) = VersionReq::parse(text) else {
            let help = "write a range such as `\">=0.4\"` or `\">=0.4, <2\"`";
            let message = "`requires` is not a range of releases";
            wrong.add(node, message, Some(help.into()));
            return;
        };
        if Version::parse(OWN).is_ok_and(|own| !range.matches(&own)) {
            let message = format!("this policy is for promvet {text}, and this is promvet {OWN}");
            let help = "use a matching release, or change `requires`";
            wrong.add(node, message, Some(help.into()));
        }
        policy.requires.push(Requirement {
            written: text.to_owned(),
            place: node.place(),
        });
    },
    add: |near, far| near.requires.extend(far.requires.iter().cloned()),
};
