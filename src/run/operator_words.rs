//! Words of native sentences that resources of the Prometheus Operator have otherwise, or do not have at all.

use super::foreign;
use super::survey::ScannedFile;
use crate::discover::DialectWording;
use crate::rules::AloneFindings;
use crate::schema::dialect::{OPENSHIFT, OPERATOR, OPERATOR_VALUES};

/// Values of `messageVersion`, and what the Operator starts Prometheus with.
const OF_RESOURCES: &[(&str, &str)] = &[
    (": io.prometheus.write.v2.Request", ": V2.0"),
    (": prometheus.WriteRequest", ": V1.0"),
    (
        "start Prometheus with --enable-feature=metadata-wal-records",
        "add `metadata-wal-records` to `enableFeatures`",
    ),
];

/// Native keys of files that its definitions have as keys of Secrets alone, or not in every place.
const OF_SECRETS: &[(&str, &str)] = &[
    ("`ca_file`", "`ca`"),
    ("`key_file`", "`keySecret`"),
    ("`password_file`", "`password`"),
];

/// Kinds of credentials that its definitions do not have (prometheus-operator v0.93.0 `RemoteWriteSpec`).
const ABSENT: &[(&str, &str)] = &[
    ("`google_iam`, ", ""),
    ("`google_iam` or ", ""),
    // OpenShift's has none of Azure either, so that the key is not spelled there.
    ("`azuread` or ", ""),
];

/// A sentence in the words of a resource.
pub(super) fn put(text: String, spoken: &DialectWording) -> String {
    let word = spoken.dialect.word;
    let is_spec = [OPERATOR.word, OPERATOR_VALUES.word].contains(&word);
    if !is_spec && word != OPENSHIFT.word {
        return text;
    }
    let rows = OF_RESOURCES.iter().chain(OF_SECRETS).chain(ABSENT);
    rows.fold(text, |text, (native, here)| match text.contains(native) {
        true => text.replace(native, here),
        false => text,
    })
}

/// Puts what is said of one configuration of several into the words of its dialect.
pub(super) fn put_alone(alone: &mut [AloneFindings], seen: &ScannedFile) {
    let recognized = &seen.recognized;
    let Some(spoken) = &recognized.spoken else {
        return;
    };
    for judgment in alone.iter_mut().map(AloneFindings::judgment) {
        for finding in &mut judgment.findings {
            foreign::spell(finding, spoken, recognized.holder.as_ref());
        }
    }
}
