//! Which files of a tree hold configurations, and where inside them.
//!
//! A file is judged by what is in it: [`may_hold`] rules out most files by a scan of their bytes,
//! [`examine`] parses what is left and compares its top-level keys with tables of what Prometheus
//! and its neighbors write; [`recognize`] looks for configurations that are in a manifest, in
//! Helm values or in a compose file too. Names count only for files that do not parse. Nothing here opens a
//! file.

mod bystanders;
mod embedded;
mod embedded_in;
mod examine;
mod flags;
mod foreign;
mod kinds;
mod lost;
mod manifest;
mod mask;
mod names;
mod others;
mod outline;
pub mod program;
mod released;
mod scan;
mod selection;
mod tags;
mod values;

pub(crate) use embedded::is_shown_in_secret;
pub use embedded::recognize;
pub(crate) use embedded::{alloy, started_key, started_part};
pub use embedded_in::EmbeddedIn;
pub use examine::{ConfigurationKind, FileContent, RecognizedFile, TemplateEvidence, examine};
pub(crate) use examine::{nodes, parse_template, sets_nothing};
pub(crate) use flags::unit::{
    assignments as assignments_of_unit, environment_files, started as started_by_unit,
    variable as variable_of_unit,
};
pub(crate) use flags::{OwnFlag, own_flags};
pub use foreign::{DialectWording, LaidValue, MountedObject, Reading};
pub(crate) use foreign::{
    LaidOver, RELABEL_FLAGS, THANOS_FILE_FLAG, as_bitnami, as_bitnami_by_alias, as_relabel_rules,
    as_thanos_rule_reads, is_alloy, is_file_of_chart, is_without_credentials, lay_over,
    names_file as names_file_of_thanos, patch_file,
};
pub use kinds::{
    REMOTE_WRITE_LIST, RULE_FILE, TARGET_FILE, WEB_FILE, is_kind_of_sender, section_names,
};
pub(crate) use lost::{lost, only_holds};
pub use manifest::{Manifest, manifests};
pub use mask::{Branches, Mask, mask};
pub(crate) use names::is_alloy as is_alloy_name;
pub use names::{
    copies_of_example, has_yaml_name, is_candidate, is_example, is_for_collector, is_template,
    is_test_data, is_values_name, makes,
};
pub use released::RELEASE;
pub use scan::{byte_scan, may_hold};
pub(crate) use scan::{is_only_named, may_send, senders};
pub use selection::{FindingSite, Label, Namespaces, Selecting, Selector, labels_of};
pub(crate) use values::{chart_versions, charts};
