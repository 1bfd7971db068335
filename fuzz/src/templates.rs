//! Go templates, and the tags of template languages in configurations.

use promvet::discover::{Branches, mask};
use promvet_syntax::{go, label};

use super::{assert_inside, within};

/// Any text as a template: faults are inside it, and covering tags moves nothing.
pub fn templates(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for release in [(2, 53), (3, 14)] {
        let checked = within(text.len(), 1_000, 20, || {
            go::template::check(&text, release)
        });
        if let Err(fault) = checked {
            assert_inside(&text, fault.from..fault.to, "a fault");
        }
    }
    for branches in [Branches::All, Branches::First] {
        let Some(mask) = mask(&text, branches) else {
            continue;
        };
        assert_eq!(mask.content.len(), text.len(), "covered");
        let breaks = |text: &str| {
            text.match_indices('\n')
                .map(|(at, _)| at)
                .collect::<Vec<_>>()
        };
        assert_eq!(breaks(&mask.content), breaks(&text), "line breaks");
    }
    if let Err(fault) = label::legacy_template(&text) {
        assert_inside(&text, fault.from..fault.to, "a fault");
    }
    for reference in go::expand::references(&text) {
        let range = reference.from..reference.to;
        assert!(
            text.get(range)
                .is_some_and(|it| it.contains(reference.name))
        );
    }
    for expansion in go::environment::expansions(&text) {
        assert_inside(&text, expansion.from..expansion.to, "an expansion");
    }
}
