//! Headers that Prometheus sets itself and refuses to take from a configuration.

use crate::check::SchemaReport;
use crate::scalar::Fault;
use crate::section::Section;

/// The kind of these findings: programs with clients of their own take any header.
pub const RESERVED_HEADER: &str = "reserved-header";

/// Reports headers under a key whose names a test rejects.
pub(crate) fn none_reserved(
    section: &Section<'_>,
    key: &str,
    test: fn(&str) -> Result<(), Fault>,
    report: &mut SchemaReport<'_>,
) {
    let Some(mapping) = section.node(key).and_then(|node| node.mapping()) else {
        return;
    };
    for entry in mapping.entries() {
        let name = entry.name();
        let said = report
            .text(entry.key, &format!("`{name}`"), test)
            .kind(RESERVED_HEADER);
        if name.eq_ignore_ascii_case("authorization") {
            // Said here as well, since the grammar does not know in which section it is.
            said.help("use `authorization`, `basic_auth` or `oauth2`");
        } else {
            said.help("delete it");
        }
    }
}
