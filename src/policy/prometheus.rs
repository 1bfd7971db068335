//! `prometheus`: the releases that must load the configurations.

use super::form::{Form, Key};
use super::sections::Section;

/// What [`crate::schema::Version::parse`] reads.
const VERSION: &str = r"^v?[0-9]+(\.[0-9]+){1,2}(-.*)?$";

pub(super) const SECTION: Section = Section {
    key: Key::new(
        "prometheus",
        "The releases of Prometheus that must load the configurations, such as 3.5.",
        Form::OneOrMany(&Form::Figures(VERSION)),
    ),
    read: |node, policy, wrong| {
        // A number is read as it is written: `3.10` is not `3.1`.
        for (text, node) in wrong.texts(node, "`prometheus`") {
            match crate::schema::Version::parse(text) {
                Ok(version) => policy.prometheus.push((version, node.place())),
                Err(unknown) => {
                    let help = "write two numbers such as `\"3.5\"`, or the exact release";
                    wrong.add(node, unknown.to_string(), Some(help.into()));
                }
            }
        }
    },
    add: |near, far| {
        if near.prometheus.is_empty() {
            near.prometheus.clone_from(&far.prometheus);
        }
    },
};
