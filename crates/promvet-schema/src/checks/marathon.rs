//! `marathon_sd_configs`

use super::exclusive::{at_most_one, non_empty_entries, one_filled, present};
use crate::check::SchemaReport;
use crate::section::Section;

/// One token, and no other credentials beside it.
/// Imitates `marathon.SDConfig.UnmarshalYAML`.
pub(crate) fn tokens(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    let own = ["auth_token", "auth_token_file"];
    one_filled(section, &own, report);
    let Some(token) = non_empty_entries(section, &own).first().copied() else {
        return;
    };
    let others = present(section, &["basic_auth", "authorization"])
        .into_iter()
        .chain(non_empty_entries(
            section,
            &["bearer_token", "bearer_token_file"],
        ));
    if let Some(other) = others.into_iter().next() {
        at_most_one(&[token, other], report);
    }
}
