//! `tracing`

use super::headers;
use crate::schema::check::Report;
use crate::schema::scalar::header;
use crate::schema::section::Section;

/// Headers that Prometheus sets itself.
pub(in crate::schema) fn headers(section: &Section<'_>, report: &mut Report<'_>) {
    headers::none_reserved(section, "headers", header::custom, report);
}
