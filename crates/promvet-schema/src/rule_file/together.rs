//! Whether two rules that write one series may return different ones.

use promvet_syntax::promql::{self, MatchOperator, PromqlRelease};

/// Whether two expressions may return different series of one name: one label is compared by both, and
/// not alike, or one cannot be read, as with tags of a template. Equal expressions write the same
/// samples, which does no harm.
pub fn may_differ(one: &str, other: &str) -> bool {
    // The newest grammar reads all that older ones do, so that no release is needed for a
    // comparison.
    let dialect = PromqlRelease::of(3, 14);
    if [one, other]
        .iter()
        .any(|text| promql::tree(text, dialect).is_none())
    {
        return true;
    }
    let (one, other) = (
        promql::matchers(one, dialect),
        promql::matchers(other, dialect),
    );
    one.iter().any(|left| {
        let mut alike = other.iter().filter(|right| right.label == left.label);
        let is_name = left.label == "__name__" && left.how == MatchOperator::Equal;
        !is_name && alike.any(|right| right.how != left.how || right.value != left.value)
    })
}

#[cfg(test)]
mod tests {
    use super::may_differ;

    #[test]
    fn matchers_tell_expressions_apart() {
        for (one, other, want) in [
            ("a", "b", false),
            ("a{job=\"x\"}", "a{job=\"y\"}", true),
            ("a{job=\"x\"}", "b{job=\"x\"}", false),
            ("a{job=~\"x|y\"}", "a{job!~\"x|y\"}", true),
            ("sum(a)", "sum(b{c=\"d\"})", false),
            ("sum by (xx a, b) (c)", "sum by (xx a, b) (d)", true),
        ] {
            assert_eq!(may_differ(one, other), want, "{one} {other}");
        }
    }
}
