//! Rule files and target files.

use promvet::finding::{Finding, Text};
use promvet::schema::target_file::{self, TargetFormat};
use promvet::schema::{TargetReleases, check, rule_file};
use promvet::yaml::{Node, parse_first};

use super::{YAML, assert_place, text_of, within};

/// Any bytes as a rule file, as a target file and as a configuration: what is found is inside.
pub fn rule_files(bytes: &[u8]) {
    let text = text_of(bytes);
    let target = TargetReleases::default();
    for format in [TargetFormat::Yaml, TargetFormat::Json] {
        // JSON that YAML does not read is written anew.
        let text = Text::new("targets", bytes.to_vec());
        let found = within(bytes.len(), 2 * YAML.0, 3 * YAML.1, || {
            target_file::check_text(&text, format, false, &target)
        });
        findings(&found);
    }
    let Ok(document) = parse_first(&text) else {
        return;
    };
    // Aliases may repeat an expression.
    let checked = rule_file::check(&document, &target, None);
    findings(&checked.findings);
    for need in &checked.needs {
        findings(std::slice::from_ref(&need.finding));
    }
    for expression in rule_file::expressions(&document).into_iter().take(20) {
        places_of(expression);
    }
    findings(&check(&document, &target));
}

fn findings(found: &[Finding]) {
    for finding in found {
        assert_place(&finding.place, &finding.message);
        for proof in &finding.evidence {
            assert_place(&proof.place, &proof.message);
        }
    }
}

/// Every character of an expression has a place in the file.
fn places_of(expression: Node<'_>) {
    let text = expression.as_str().unwrap_or_default();
    for (at, c) in text.char_indices().take(500) {
        let span = rule_file::span_of(expression, at, at + c.len_utf8());
        assert_place(
            &expression.document().place(span),
            "a part of an expression",
        );
    }
}
