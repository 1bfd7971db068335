//! Single characters of patterns: which ones every text that matches has, and how many of them.

use regex_syntax::hir::{Class, Hir, HirKind};

use super::RelabelRule;
use super::pattern::RelabelPattern;

/// How often a character is in a text that matches, at most; none where there is no end to it.
pub(super) fn most(shape: &Hir, sign: char) -> Option<usize> {
    match shape.kind() {
        HirKind::Empty | HirKind::Look(_) => Some(0),
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).ok()?;
            Some(text.matches(sign).count())
        }
        HirKind::Class(class) => Some(usize::from(has(class, sign))),
        HirKind::Capture(inner) => most(&inner.sub, sign),
        HirKind::Repetition(inner) => match most(&inner.sub, sign)? {
            0 => Some(0),
            each => each.checked_mul(usize::try_from(inner.max?).ok()?),
        },
        HirKind::Concat(parts) => parts
            .iter()
            .try_fold(0_usize, |sum, part| sum.checked_add(most(part, sign)?)),
        HirKind::Alternation(parts) => parts
            .iter()
            .try_fold(0, |largest, part| Some(largest.max(most(part, sign)?))),
    }
}

/// Whether every text that matches has a character.
fn needs(shape: &Hir, sign: char) -> bool {
    match shape.kind() {
        HirKind::Empty | HirKind::Look(_) => false,
        HirKind::Literal(literal) => {
            std::str::from_utf8(&literal.0).is_ok_and(|text| text.contains(sign))
        }
        HirKind::Class(Class::Unicode(class)) => {
            matches!(class.ranges(), [one] if one.start() == sign && one.end() == sign)
        }
        HirKind::Class(Class::Bytes(_)) => false,
        HirKind::Capture(inner) => needs(&inner.sub, sign),
        HirKind::Repetition(inner) => inner.min > 0 && needs(&inner.sub, sign),
        HirKind::Concat(parts) => parts.iter().any(|part| needs(part, sign)),
        HirKind::Alternation(parts) => parts.iter().all(|part| needs(part, sign)),
    }
}

fn has(class: &Class, sign: char) -> bool {
    match class {
        Class::Unicode(class) => {
            let mut ranges = class.iter();
            ranges.any(|range| (range.start()..=range.end()).contains(&sign))
        }
        // A byte is a part of any character.
        Class::Bytes(_) => true,
    }
}

/// A character that the pattern needs and no source label of the rule can have: another separator than
/// the one that joins them, or a list where a pattern belongs.
pub(super) fn foreign(rule: &RelabelRule<'_>, pattern: &RelabelPattern) -> Option<char> {
    // Addresses that are written by hand may hold several fields between commas, for rules that take them
    // apart; those that come with labels of Kubernetes are an address and a port.
    let is_discovered = |label: &&str| label.starts_with("__meta_kubernetes_");
    if !rule.sources.iter().any(is_discovered) {
        return None;
    }
    let signs = [',', '|', '@', '/'];
    let mut signs = signs.into_iter();
    signs.find(|sign| {
        let joins = rule.sources.len() > 1 && rule.separator.contains(*sign);
        let mut sources = rule.sources.iter();
        !joins && sources.all(|label| lacks(label, *sign)) && needs(pattern.shape(), *sign)
    })
}

/// Whether no value of a label has a character. Names and labels of Kubernetes are letters, digits, dots,
/// dashes and underscores (k8s.io/apimachinery, `validation.IsDNS1123Subdomain` and `IsValidLabelValue`); an
/// address may be a URL that is probed, which has slashes.
fn lacks(label: &str, sign: char) -> bool {
    if label == "__address__" {
        return matches!(sign, ',' | '|');
    }
    let Some(rest) = label.strip_prefix("__meta_kubernetes_") else {
        return false;
    };
    if rest.contains("_annotation_") {
        return rest.ends_with("_annotation_prometheus_io_port");
    }
    let is_name = rest == "namespace" || rest.ends_with("_name") || rest.ends_with("_port_number");
    is_name || rest.contains("_label_") || rest == "pod_phase" || rest == "pod_ready"
}

#[cfg(test)]
mod tests {
    use super::{most, needs};
    use crate::prometheus::PatternBudget;
    use crate::prometheus::relabel::RelabelPattern;

    #[test]
    fn characters_are_counted() {
        for (text, largest, is_needed) in [
            ("a;b", Some(1), true),
            ("a;b|c", Some(1), false),
            ("(a;)+", None, true),
            ("(a;){2,3}", Some(3), true),
            ("(a;)?", Some(1), false),
            (".*", None, false),
            (".;.", Some(3), true),
            ("[^;]*", Some(0), false),
            ("[a-z]+-[0-9]+", Some(0), false),
            ("[;]", Some(1), true),
            ("", Some(0), false),
            ("^$", Some(0), false),
        ] {
            let pattern = RelabelPattern::new(text, &PatternBudget::default()).unwrap();
            assert_eq!(most(pattern.shape(), ';'), largest, "{text}");
            assert_eq!(needs(pattern.shape(), ';'), is_needed, "{text}");
        }
    }
}
