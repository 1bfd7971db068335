//! `tracing`

use super::headers;
use crate::check::SchemaReport;
use crate::scalar::header;
use crate::section::Section;

/// Headers that Prometheus sets itself.
/// Imitates `config.validateHeadersForTracing`.
pub(crate) fn headers(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    headers::none_reserved(section, "headers", header::custom, report);
}
