//! Configurations with findings, for what measures both.

use super::support::configuration;

/// A configuration with two findings: a token that is sent without TLS, and a key that does not exist.
pub(crate) fn faulty(number: usize) -> String {
    configuration(number).replace("url: https:", "url: http:") + "remote_wriet: []\n"
}
