//! Keys that exclude each other.

use crate::check::SchemaReport;
use crate::dialect::refused;
use crate::section::Section;
use crate::words;
use crate::yaml::Entry;

/// The entries of those keys that are not empty.
/// Go compares strings with `""` and lists with a length of 0, so that an empty value is not there.
pub(crate) fn non_empty_entries<'d>(section: &Section<'d>, keys: &[&str]) -> Vec<Entry<'d>> {
    let filled = keys.iter().filter(|key| section.non_empty(key).is_some());
    filled.filter_map(|key| section.entry(key)).collect()
}

/// The entries of those keys that are there and not null, empty or not.
/// Go compares pointers with nil, so that an empty section is there.
pub(crate) fn present<'d>(section: &Section<'d>, keys: &[&str]) -> Vec<Entry<'d>> {
    let present = keys.iter().filter(|key| section.node(key).is_some());
    present.filter_map(|key| section.entry(key)).collect()
}

/// Reports several entries that exclude each other, as one finding: at the last one, with
/// the others as proof.
pub(crate) fn at_most_one(entries: &[Entry<'_>], report: &mut SchemaReport<'_>) {
    let mut entries = entries.to_vec();
    entries.sort_by_key(|entry| entry.key.span());
    let [first, .., last] = entries.as_slice() else {
        return;
    };
    let names: Vec<&str> = entries.iter().map(|entry| entry.name()).collect();
    let message = refused(format!("only one of {} may be set", words::all_of(&names)));
    // One finding for all, since otherwise the author would remove one key and meet the next one in
    // the next run.
    let mut said = report.conflict(*first, *last, message);
    for entry in entries.iter().take(entries.len() - 1).skip(1) {
        said = said.evidence(entry.key.place(), format!("`{}` is set here", entry.name()));
    }
    said.help("keep one of them and delete the others");
}

/// Reports that at most one of these keys may be filled.
pub(crate) fn one_filled(section: &Section<'_>, keys: &[&str], report: &mut SchemaReport<'_>) {
    at_most_one(&non_empty_entries(section, keys), report);
}
