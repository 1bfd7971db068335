//! `tracing`

use super::headers;
use crate::check::Report;
use crate::scalar::header;
use crate::section::Section;

/// Headers that Prometheus sets itself.
/// Imitates `config.validateHeadersForTracing`.
pub(crate) fn headers(section: &Section<'_>, report: &mut Report<'_>) {
    headers::none_reserved(section, "headers", header::custom, report);
}
