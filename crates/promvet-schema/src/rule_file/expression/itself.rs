//! Operators that set series against themselves, or against series that they never match.

use std::collections::BTreeSet;

use promvet_syntax::promql::{self, NodeKind};

use super::empty::{COMPARISONS, is_number};
use super::{ALWAYS_EMPTY, Expression, SELF_RATIO, innermost};

/// The most nodes between an operator and the selector of a side: people write four. Each operator of a
/// chain looks at those below it.
const MOST_STEPS: usize = 16;

/// One side of an operator: a selector, and what is done to each of its series.
struct Side {
    name: String,
    /// The functions, ranges and offsets around the selector.
    steps: Vec<String>,
    matchers: BTreeSet<LabelMatcher>,
}

/// A matcher of a selector.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct LabelMatcher {
    label: String,
    sign: &'static str,
    value: String,
}

impl Expression<'_, '_, '_> {
    /// Reports an operator whose sides have the same series, one side only some of them: without `on` or
    /// `ignoring` series match by all their labels, so each one matches itself.
    pub(super) fn with_itself(&mut self, node: promql::Node<'_>) {
        if node.kind() != NodeKind::Binary {
            return;
        }
        let operator = self.head(node).to_owned();
        let guarded = match &*operator {
            "/" => self.guarded(node),
            _ => None,
        };
        let done = match &*operator {
            "/" if guarded.is_some() => "divided by itself: the ratio is 1 or almost",
            "/" => "divided by itself: the ratio is always 1",
            "-" => "subtracted from itself: the difference is always 0",
            other if COMPARISONS.contains(&other) => "compared with itself",
            _ => return,
        };
        let Some((left, right)) = guarded.or_else(|| self.plain_sides(node)) else {
            return;
        };
        let is_part = |one: &Side, two: &Side| one.matchers.is_subset(&two.matchers);
        let is_same = !left.name.is_empty() && left.name == right.name && left.steps == right.steps;
        if !is_same || is_part(&left, &right) == is_part(&right, &left) {
            return;
        }
        let message =
            format!("`{operator}` matches series by all their labels, so each one is {done}");
        let help =
            format!("aggregate both sides, such as `sum by (job) (…) {operator} sum by (job) (…)`");
        self.warn(SELF_RATIO, node, message, help);
    }

    /// Reports sides that select different values of one label.
    pub(super) fn never_match(&mut self, node: promql::Node<'_>) {
        let Some((left, right)) = self.plain_sides(node) else {
            return;
        };
        let is_value = |it: &&LabelMatcher| it.sign == "=" && it.label != "__name__";
        let apart = left.matchers.iter().filter(is_value).find_map(|one| {
            let mut others = right.matchers.iter().filter(is_value);
            let other = others.find(|two| two.label == one.label && two.value != one.value)?;
            Some((one, other))
        });
        let Some((one, other)) = apart else { return };
        let message = format!(
            "`{}` is `{}` on the left and `{}` on the right, and both sides must have the same labels: the \
             result is always empty",
            one.label, one.value, other.value
        );
        let help = format!(
            "write `ignoring ({})` after the operator, or aggregate both sides",
            one.label
        );
        self.warn(ALWAYS_EMPTY, node, message, help);
    }

    /// Both sides of an operator that has neither `on` nor `ignoring`.
    fn plain_sides(&self, node: promql::Node<'_>) -> Option<(Side, Side)> {
        let (left, right) = self.operands(node)?;
        if !self.is_plain(node, right) {
            return None;
        }
        Some((self.side(left)?, self.side(right)?))
    }

    /// Both sides of a division whose right one is kept from 0: `x + 0.001`, `clamp_min(x, 1)`, `x > 0`.
    fn guarded(&self, node: promql::Node<'_>) -> Option<(Side, Side)> {
        let (left, right) = self.operands(node)?;
        if !self.is_plain(node, right) {
            return None;
        }
        let inner = innermost(right);
        let kept = match (inner.kind(), self.head(inner)) {
            (NodeKind::Call, "clamp_min") => *inner.children().first()?,
            (NodeKind::Binary, "+" | ">" | "!=") => {
                let (one, other) = self.operands(inner)?;
                is_number(other).then_some(one)?
            }
            _ => return None,
        };
        Some((self.side(left)?, self.side(kept)?))
    }

    /// A side whose series are those of one selector.
    fn side(&self, part: promql::Node<'_>) -> Option<Side> {
        let mut node = part;
        let mut steps = Vec::new();
        for _ in 0..MOST_STEPS {
            let children = node.children();
            let next = match node.kind() {
                NodeKind::Selector => {
                    return Some(Side {
                        name: self.head(node).to_owned(),
                        steps,
                        matchers: children.iter().filter_map(|it| self.matcher(*it)).collect(),
                    });
                }
                NodeKind::Call if promql::keeps_labels(self.head(node)) => {
                    let rest = children.iter().skip(1).map(|child| self.slice(*child));
                    let rest: Vec<_> = rest.collect();
                    steps.push(format!("{}({})", self.head(node), rest.join(",")));
                    *children.first()?
                }
                NodeKind::Parentheses => *children.first()?,
                NodeKind::Range | NodeKind::Offset | NodeKind::At | NodeKind::Extended => {
                    let first = *children.first()?;
                    let after = first.span().end as usize..node.span().end as usize;
                    let words = self.text.get(after)?.split_whitespace();
                    steps.push(words.collect());
                    first
                }
                // A factor changes all values alike.
                NodeKind::Binary if matches!(self.head(node), "*" | "/") => {
                    let (left, right) = self.operands(node)?;
                    match (is_number(left), is_number(right)) {
                        (false, true) => left,
                        (true, false) if self.head(node) == "*" => right,
                        _ => return None,
                    }
                }
                _ => return None,
            };
            node = next;
        }
        None
    }

    /// A matcher, if it has a sign: a name in quotes has none.
    fn matcher(&self, node: promql::Node<'_>) -> Option<LabelMatcher> {
        if node.kind() != NodeKind::Matcher {
            return None;
        }
        let rest = node.head().end as usize..node.span().end as usize;
        let rest = self.text.get(rest)?.trim_start();
        let sign = ["=~", "!~", "!=", "="];
        let sign = sign.into_iter().find(|sign| rest.starts_with(sign))?;
        let value = rest.strip_prefix(sign)?.trim();
        let quotes = ['"', '\'', '`'];
        Some(LabelMatcher {
            label: self.head(node).trim_matches(quotes).to_owned(),
            sign,
            value: value.trim_matches(quotes).to_owned(),
        })
    }
}
