//! Expressions whose result is always empty.

use promvet_syntax::promql::{self, Loss, NodeKind};

use super::super::lost::is_known;
use super::{ALWAYS_EMPTY, Expression, innermost};

/// Functions that make one series without labels of nothing (prometheus/prometheus `promql/functions.go`,
/// `dateWrapper`).
const OF_NOTHING: &[&str] = &[
    "day_of_month",
    "day_of_week",
    "day_of_year",
    "days_in_month",
    "hour",
    "minute",
    "month",
    "year",
];

/// Operators that filter by a number.
pub(super) const COMPARISONS: &[&str] = &["==", "!=", "<", "<=", ">", ">="];

/// Labels that Prometheus sets on every series of a target (`scrape/target.go`, `PopulateLabels`).
const SCRAPED: [&str; 2] = ["job", "instance"];

/// Whether a metric is one of a known exporter, which others than Prometheus seldom send. What is called
/// `http_…` may come over OTLP, and what has a `:` is recorded.
fn is_scraped(metric: &str) -> bool {
    is_known(metric) && !metric.starts_with("http_") && !metric.contains(':')
}

impl Expression<'_, '_, '_> {
    /// Reports a part without which the whole has no result, and that never has one.
    pub(super) fn always_empty(&mut self, root: promql::Node<'_>) {
        let mut open = vec![root];
        while let Some(next) = open.pop() {
            let node = innermost(next);
            if node.kind() != NodeKind::Binary {
                continue;
            }
            let operands = self.operands(node);
            let Some((left, right)) = operands else {
                continue;
            };
            match &*self.head(node).to_ascii_lowercase() {
                "and" => {
                    if self.has_other_labels(node, left, right) {
                        let message = "`and` matches by all labels, and one side has none: the result is \
                                       always empty";
                        let help = "write `and on()`";
                        self.warn(ALWAYS_EMPTY, node, message, help);
                    } else {
                        self.one_sided(node, left, right, "");
                        self.never_match(node);
                    }
                    open.extend([left, right]);
                }
                "unless" => open.push(left),
                "or" => {}
                _ if self.is_count_of_nothing(node, left, right) => {
                    let message =
                        "`count` is at least 1 or has no result: this comparison never holds";
                    // `vector(0)` has no labels, so that it is beside every group.
                    let help = match self.is_grouped(left) || self.is_grouped(right) {
                        true => {
                            "write `absent(…)` for each group that must exist: `or vector(0)` would always hold"
                        }
                        false => "write `absent(…)`, or `(count(…) or vector(0)) == 0`",
                    };
                    self.warn(ALWAYS_EMPTY, node, message, help);
                }
                _ if is_number(left) => open.push(right),
                _ if is_number(right) => open.push(left),
                _ => {
                    self.one_sided(node, left, right, " group_");
                    self.never_match(node);
                    open.extend([left, right]);
                }
            }
        }
    }

    /// Reports sides that are matched by all labels, where the `by` of one lists a label which the other
    /// surely has not. `group` begins the modifier that lets several series match one.
    fn one_sided(
        &mut self,
        node: promql::Node<'_>,
        left: promql::Node<'_>,
        right: promql::Node<'_>,
        group: &str,
    ) {
        if !self.is_plain(node, right) {
            return;
        }
        let (of_left, of_right) = (self.only_in(left, right), self.only_in(right, left));
        let (label, side) = match (of_left, of_right) {
            (Some(label), None) => (label, "left"),
            (None, Some(label)) => (label, "right"),
            _ => return,
        };
        let message = format!(
            "only the {side} side has the label `{label}`, and both sides must have the same labels: the result is \
             always empty"
        );
        let other = if side == "left" { right } else { left };
        let side = if group.is_empty() { "" } else { side };
        let help = match SCRAPED.contains(&&*label) {
            // A scraped series has more labels than these.
            true => {
                // `histogram_quantile` leaves no `le`.
                let is_of_buckets = self.slice(other).contains("histogram_quantile");
                let is_kept = |label: &String| label != "le" || !is_of_buckets;
                let labels = self.listed(other).into_iter().filter(is_kept);
                let labels = labels.collect::<Vec<_>>().join(", ");
                format!("write `on ({labels}){group}{side}` after the operator")
            }
            false => format!("write `ignoring ({label}){group}{side}` after the operator"),
        };
        self.warn(ALWAYS_EMPTY, node, message, help);
    }

    /// A label that the `by` of a part lists, and that an aggregation of the other removes.
    fn only_in(&self, part: promql::Node<'_>, other: promql::Node<'_>) -> Option<String> {
        let lost = |node, label: &str| promql::loss(node, self.text, label);
        let mut labels = self.listed(part).into_iter();
        labels.find(|label| {
            let is_gone = matches!(lost(other, label), Some(Loss::By | Loss::Aggregated));
            is_gone && lost(part, label).is_none()
        })
    }

    /// The labels that the `by` of the outermost aggregation of a part lists, or that its series have
    /// because they were scraped.
    fn listed(&self, part: promql::Node<'_>) -> Vec<String> {
        let mut node = innermost(part);
        loop {
            let children = node.children();
            let next = match node.kind() {
                NodeKind::Aggregation if self.slice(node).contains("without") => None,
                NodeKind::Aggregation => {
                    let labels = children
                        .iter()
                        .filter(|child| child.kind() == NodeKind::Label);
                    return labels.map(|label| self.slice(*label).to_owned()).collect();
                }
                NodeKind::Call if promql::keeps_labels(self.head(node)) => {
                    children.first().copied()
                }
                // Its first argument is a number.
                NodeKind::Call if self.head(node) == "histogram_quantile" => {
                    children.get(1).copied()
                }
                NodeKind::Range => children.first().copied(),
                NodeKind::Binary => self.beside_number(node),
                NodeKind::Selector if is_scraped(self.head(node)) => {
                    return SCRAPED.iter().map(|label| (*label).to_owned()).collect();
                }
                _ => None,
            };
            match next {
                Some(next) => node = innermost(next),
                None => return Vec::new(),
            }
        }
    }

    /// What an operator works on whose other side is a number.
    fn beside_number<'t>(&self, node: promql::Node<'t>) -> Option<promql::Node<'t>> {
        let (left, right) = self.operands(node)?;
        match (is_number(left), is_number(right)) {
            (false, true) => Some(left),
            (true, false) => Some(right),
            _ => None,
        }
    }

    /// Whether nothing says by which labels an operator matches. Behind it there may be `on (…)`; an
    /// opening parenthesis belongs to the side.
    pub(super) fn is_plain(&self, node: promql::Node<'_>, right: promql::Node<'_>) -> bool {
        let range = node.head().end as usize..right.span().start as usize;
        let between = self.text.get(range).map(str::trim);
        between.is_some_and(|text| text.is_empty() || text.eq_ignore_ascii_case("bool"))
    }

    /// The two sides of an operator.
    pub(super) fn operands<'t>(
        &self,
        node: promql::Node<'t>,
    ) -> Option<(promql::Node<'t>, promql::Node<'t>)> {
        let sides = node.children();
        let mut sides = sides
            .into_iter()
            .filter(|child| child.kind() != NodeKind::Label);
        let pair = (sides.next()?, sides.next()?);
        sides.next().is_none().then_some(pair)
    }

    /// `count(…) == 0` and the like: without series `count` has no result, and with some it is not 0.
    fn is_count_of_nothing(
        &self,
        node: promql::Node<'_>,
        left: promql::Node<'_>,
        right: promql::Node<'_>,
    ) -> bool {
        let operator = self.head(node);
        if self.has_bool(node) {
            return false;
        }
        let is_count = |node: promql::Node<'_>| {
            let node = innermost(node);
            node.kind() == NodeKind::Aggregation && self.head(node).eq_ignore_ascii_case("count")
        };
        let number = |node: promql::Node<'_>| {
            let node = innermost(node);
            let text = (node.kind() == NodeKind::Number).then(|| self.slice(node))?;
            text.trim().parse::<u32>().ok()
        };
        match (number(left), number(right)) {
            (None, Some(number)) if is_count(left) => {
                matches!((operator, number), ("==" | "<=", 0) | ("<", 0 | 1))
            }
            (Some(number), None) if is_count(right) => {
                matches!((operator, number), ("==" | ">=", 0) | (">", 0 | 1))
            }
            _ => false,
        }
    }

    /// Whether an aggregation has a group for each value of a label.
    fn is_grouped(&self, node: promql::Node<'_>) -> bool {
        let node = innermost(node);
        let mut children = node.children().into_iter();
        node.kind() == NodeKind::Aggregation
            && (children.any(|child| child.kind() == NodeKind::Label)
                || self.slice(node).contains("without"))
    }

    /// Whether one side surely has labels, the other none, and nothing says by which to match.
    fn has_other_labels(
        &self,
        node: promql::Node<'_>,
        left: promql::Node<'_>,
        right: promql::Node<'_>,
    ) -> bool {
        self.is_plain(node, right)
            && (self.has_labels(left) && self.is_bare(right)
                || self.is_bare(left) && self.has_labels(right))
    }

    /// Whether all series of a part have no label.
    fn is_bare(&self, part: promql::Node<'_>) -> bool {
        let mut node = innermost(part);
        loop {
            let next = match node.kind() {
                NodeKind::Call => {
                    return OF_NOTHING.contains(&self.head(node)) && node.children().is_empty();
                }
                NodeKind::Binary => self.compared(node),
                _ => None,
            };
            match next {
                Some(next) => node = innermost(next),
                None => return false,
            }
        }
    }

    /// What a number is compared with.
    fn compared<'t>(&self, node: promql::Node<'t>) -> Option<promql::Node<'t>> {
        let (left, right) = self.operands(node)?;
        let is_comparison = COMPARISONS.contains(&self.head(node));
        match (is_comparison, is_number(left), is_number(right)) {
            (true, false, true) => Some(left),
            (true, true, false) => Some(right),
            _ => None,
        }
    }

    /// Whether all series of a part surely have labels: those of what was scraped have.
    fn has_labels(&self, part: promql::Node<'_>) -> bool {
        let mut node = innermost(part);
        loop {
            let next = match node.kind() {
                NodeKind::Selector => {
                    let name = self.head(node);
                    return !name.is_empty()
                        && !promql::is_recorded_name(name)
                        && !self.is_recorded(node);
                }
                NodeKind::Range | NodeKind::Subquery => node.children().first().copied(),
                NodeKind::Call if promql::keeps_labels(self.head(node)) => {
                    node.children().first().copied()
                }
                NodeKind::Binary => self.compared(node),
                _ => None,
            };
            match next {
                Some(next) => node = innermost(next),
                None => return false,
            }
        }
    }
}

pub(super) fn is_number(side: promql::Node<'_>) -> bool {
    innermost(side).kind() == NodeKind::Number
}
