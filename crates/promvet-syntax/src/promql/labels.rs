//! Labels that no series of a result has.

use super::meaning::{bare_start, name, without_comments};
use super::quoted::unquote;
use super::tree::{Node, NodeKind};

/// Why no series of a result has a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// An aggregation has no `by`, so that it keeps no label.
    Aggregated,
    /// `by` does not list it.
    By,
    /// `without` lists it.
    Without,
    /// `on` does not list it, and the operator keeps no other label.
    On,
    /// `ignoring` lists it.
    Ignoring,
    /// Only one side of an operator has it, and both are matched by it: nothing matches.
    OneSide,
    /// `absent` knows only labels that its selector compares with one `=`.
    Absent,
    /// Functions and arithmetic remove the metric's name.
    Name,
    /// The function works the buckets of a histogram into one series.
    Buckets,
    /// A selector takes only series without it.
    Excluded,
    /// The result is a number, or made from one.
    Number,
}

/// How deep an expression is followed. A chain of operators is as deep as it is long; what is longer is
/// left to its author.
const DEEPEST: usize = 100;

/// Functions whose result has the labels of an argument, which is the first but for the quantile of
/// two: all but the metric's name (`promql/functions.go` and `evaluator.eval` in `promql/engine.go`,
/// Prometheus 3.14).
const WITHOUT_NAME: &[&str] = &[
    "abs",
    "absent_over_time",
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atanh",
    "avg_over_time",
    "ceil",
    "changes",
    "clamp",
    "clamp_max",
    "clamp_min",
    "cos",
    "cosh",
    "count_over_time",
    "day_of_month",
    "day_of_week",
    "day_of_year",
    "days_in_month",
    "deg",
    "delta",
    "deriv",
    "double_exponential_smoothing",
    "exp",
    "floor",
    "histogram_avg",
    "histogram_count",
    "histogram_stddev",
    "histogram_stdvar",
    "histogram_sum",
    "holt_winters",
    "hour",
    "idelta",
    "increase",
    "irate",
    "ln",
    "log10",
    "log2",
    "mad_over_time",
    "max_over_time",
    "min_over_time",
    "minute",
    "month",
    "predict_linear",
    "present_over_time",
    "quantile_over_time",
    "rad",
    "rate",
    "resets",
    "round",
    "sgn",
    "sin",
    "sinh",
    "sqrt",
    "stddev_over_time",
    "stdvar_over_time",
    "sum_over_time",
    "tan",
    "tanh",
    "timestamp",
    "year",
];

/// Functions that return series of their argument as they are.
const WHOLE: &[&str] = &[
    "first_over_time",
    "last_over_time",
    "sort",
    "sort_by_label",
    "sort_by_label_desc",
    "sort_desc",
];

/// Whether the series of a function's result have the labels of its first argument, but for the name.
#[must_use]
pub fn keeps_labels(function: &str) -> bool {
    let is_of_first = !matches!(function, "absent_over_time" | "quantile_over_time");
    is_of_first && (WITHOUT_NAME.contains(&function) || WHOLE.contains(&function))
}

/// Why no series of a node's result has a label; none where some may have it. The text is that of the
/// whole expression.
#[must_use]
pub fn loss(node: Node<'_>, text: &str, label: &str) -> Option<Loss> {
    LabelQuestion { text, label }.loss(node, DEEPEST)
}

struct LabelQuestion<'t> {
    text: &'t str,
    label: &'t str,
}

impl LabelQuestion<'_> {
    fn between(&self, from: u32, to: u32) -> &str {
        self.text.get(from as usize..to as usize).unwrap_or("")
    }

    fn head(&self, node: Node<'_>) -> &str {
        self.between(node.head().start, node.head().end)
    }

    fn is_name(&self) -> bool {
        self.label == "__name__"
    }

    /// Whether a node is the label that is asked for.
    fn is_asked(&self, node: Node<'_>) -> bool {
        name(self.between(node.span().start, node.span().end)) == self.label
    }

    fn loss(&self, node: Node<'_>, depth: usize) -> Option<Loss> {
        let depth = depth.checked_sub(1)?;
        let children = node.children();
        let first = || self.loss(*children.first()?, depth);
        match node.kind() {
            NodeKind::Number | NodeKind::Text | NodeKind::Duration => Some(Loss::Number),
            NodeKind::Selector => {
                let mut matchers = self.matchers(&children);
                matchers
                    .any(|(sign, value)| sign == "=" && value.is_empty())
                    .then_some(Loss::Excluded)
            }
            NodeKind::Sign if self.is_name() && self.head(node) == "-" => Some(Loss::Name),
            NodeKind::Parentheses
            | NodeKind::Sign
            | NodeKind::Range
            | NodeKind::Subquery
            | NodeKind::Offset
            | NodeKind::At
            | NodeKind::Extended => first(),
            NodeKind::Aggregation => self.aggregation(node, &children, depth),
            NodeKind::Binary => self.binary(node, &children, depth),
            NodeKind::Call => self.call(node, &children, depth),
            NodeKind::Matcher | NodeKind::Label => None,
        }
    }

    /// The comparisons of the label, as sign and value.
    fn matchers<'q>(
        &'q self,
        matchers: &'q [Node<'_>],
    ) -> impl Iterator<Item = (&'static str, String)> + 'q {
        matchers.iter().filter_map(|matcher| {
            let rest = bare_start(self.between(matcher.head().end, matcher.span().end));
            let sign = ["=~", "!~", "!=", "="]
                .into_iter()
                .find(|sign| rest.starts_with(sign))?;
            let value = bare_start(rest.strip_prefix(sign)?);
            let is_asked = name(self.head(*matcher)) == self.label;
            is_asked.then(|| (sign, unquote(value.trim_end())))
        })
    }

    /// Imitates `evaluator.aggregation` and `generateGroupingLabels` of `promql/engine.go`.
    fn aggregation(&self, node: Node<'_>, children: &[Node<'_>], depth: usize) -> Option<Loss> {
        let is_label = |child: &&Node<'_>| child.kind() == NodeKind::Label;
        let argument = *children.iter().rfind(|child| !is_label(child))?;
        let word = self.head(node).to_ascii_lowercase();
        // These return series as they are.
        if matches!(&*word, "topk" | "bottomk" | "limitk" | "limit_ratio") {
            return self.loss(argument, depth);
        }
        if word == "count_values" {
            let mut arguments = children.iter().filter(|child| !is_label(child));
            let label = arguments.next()?;
            if label.kind() != NodeKind::Text || self.is_label_text(*label) {
                return None;
            }
        }
        let mut labels = children.iter().filter(is_label).peekable();
        let is_empty = labels.peek().is_none();
        let is_listed = labels.any(|label| self.is_asked(*label));
        let is_without = self
            .words(node, children)
            .iter()
            .any(|word| word == "without");
        match (is_without, is_listed) {
            (true, true) => Some(Loss::Without),
            (true, false) if self.is_name() => Some(Loss::Name),
            (false, false) if is_empty => Some(Loss::Aggregated),
            (false, false) => Some(Loss::By),
            _ => self.loss(argument, depth),
        }
    }

    /// Whether a text in quotes is the label.
    fn is_label_text(&self, node: Node<'_>) -> bool {
        unquote(self.between(node.span().start, node.span().end)) == self.label
    }

    /// The words of a node that are in none of its children, in lower case. The grammar keeps no node for
    /// `by`, `on` and their like.
    fn words(&self, node: Node<'_>, children: &[Node<'_>]) -> Vec<String> {
        let mut at = node.span().start;
        let mut outside = String::new();
        for child in children {
            outside.push_str(&without_comments(self.between(at, child.span().start)));
            outside.push(' ');
            at = child.span().end;
        }
        outside.push_str(&without_comments(self.between(at, node.span().end)));
        words(&outside)
    }

    /// Imitates `VectorBinop`, `resultMetric` and `VectorscalarBinop` of `promql/engine.go`.
    fn binary(&self, node: Node<'_>, children: &[Node<'_>], depth: usize) -> Option<Loss> {
        let [left, labels @ .., right] = children else {
            return None;
        };
        let (left, right) = (*left, *right);
        let operator = self.head(node).to_ascii_lowercase();
        match &*operator {
            // The right side only chooses among the series of the left.
            "and" | "unless" => return self.loss(left, depth),
            "or" => {
                let lost = self.loss(left, depth)?;
                return self.loss(right, depth).map(|_| lost);
            }
            _ => {}
        }
        let words = self.words(node, children);
        let has = |known: &str| words.iter().any(|word| word.starts_with(known));
        // What `fill` adds has labels of either side.
        if has("fill") {
            return None;
        }
        let is_comparison = matches!(&*operator, "==" | "!=" | ">" | "<" | ">=" | "<=");
        let is_arithmetic = matches!(&*operator, "+" | "-" | "*" | "/" | "%" | "^" | "atan2");
        if self.is_name() && (is_arithmetic || is_comparison && has("bool")) {
            return Some(Loss::Name);
        }
        match (self.is_number(left, depth), self.is_number(right, depth)) {
            (true, true) => return Some(Loss::Number),
            (true, false) => return self.loss(right, depth),
            (false, true) => return self.loss(left, depth),
            (false, false) => {}
        }
        let (matching, included) = self.matching(left, labels, right);
        let is_listed = matching.iter().any(|label| self.is_asked(*label));
        let is_matched = has("on") == is_listed && !self.is_name();
        let is_grouped = has("group_");
        match (has("on"), is_listed) {
            (true, false) if !is_grouped => return Some(Loss::On),
            (false, true) if !is_grouped => return Some(Loss::Ignoring),
            _ => {}
        }
        let (many, one) = match has("group_right") {
            true => (right, left),
            false => (left, right),
        };
        if included.iter().any(|label| self.is_asked(*label)) {
            return self.loss(one, depth);
        }
        let lost = self.loss(many, depth);
        // Both sides have the same value of what they are matched by.
        lost.or_else(|| {
            let lost = self.loss(one, depth).filter(|_| is_matched);
            lost.map(|_| Loss::OneSide)
        })
    }

    /// The labels of `on` or `ignoring`, and those of `group_left` or `group_right`.
    fn matching<'n>(
        &self,
        left: Node<'_>,
        labels: &[Node<'n>],
        right: Node<'_>,
    ) -> (Vec<Node<'n>>, Vec<Node<'n>>) {
        let (mut matching, mut included) = (Vec::new(), Vec::new());
        let (mut at, mut is_included) = (left.span().end, false);
        for label in labels
            .iter()
            .filter(|label| label.span().end <= right.span().start)
        {
            let before = without_comments(self.between(at, label.span().start));
            is_included |= words(&before).iter().any(|word| word.starts_with("group_"));
            at = label.span().end;
            match is_included {
                true => included.push(*label),
                false => matching.push(*label),
            }
        }
        (matching, included)
    }

    /// Whether a node is a number rather than a vector.
    fn is_number(&self, node: Node<'_>, depth: usize) -> bool {
        let Some(depth) = depth.checked_sub(1) else {
            return false;
        };
        let children = node.children();
        match node.kind() {
            NodeKind::Number | NodeKind::Duration => true,
            NodeKind::Call => matches!(self.head(node), "scalar" | "time" | "pi"),
            NodeKind::Parentheses | NodeKind::Sign => {
                let mut children = children.iter();
                children.all(|child| self.is_number(*child, depth))
            }
            NodeKind::Binary => {
                let mut sides = children.iter().rev();
                sides.all(|side| self.is_number(*side, depth))
            }
            _ => false,
        }
    }

    fn call(&self, node: Node<'_>, arguments: &[Node<'_>], depth: usize) -> Option<Loss> {
        let function = self.head(node);
        let of = |at: usize| self.loss(*arguments.get(at)?, depth);
        match function {
            "absent" | "absent_over_time" => self.absent(*arguments.first()?),
            "vector" | "scalar" | "time" | "pi" => Some(Loss::Number),
            "label_replace" | "label_join" => {
                let target = arguments.get(1)?;
                let may_set = target.kind() != NodeKind::Text || self.is_label_text(*target);
                if may_set { None } else { of(0) }
            }
            "histogram_quantile" if self.label == "le" => Some(Loss::Buckets),
            "histogram_quantile" if self.is_name() => Some(Loss::Name),
            "histogram_quantile" => of(1),
            _ if WHOLE.contains(&function) => of(0),
            _ if !WITHOUT_NAME.contains(&function) => None,
            _ if self.is_name() => Some(Loss::Name),
            // `hour()` and its like are of the time of the evaluation.
            _ if arguments.is_empty() => Some(Loss::Number),
            "quantile_over_time" => of(1),
            _ => of(0),
        }
    }

    /// Imitates `createLabelsForAbsentFunction` of `promql/functions.go`: a label that is compared twice is
    /// left out.
    fn absent(&self, argument: Node<'_>) -> Option<Loss> {
        let mut inner = argument;
        while matches!(
            inner.kind(),
            NodeKind::Offset
                | NodeKind::At
                | NodeKind::Extended
                | NodeKind::Parentheses
                | NodeKind::Range
        ) {
            inner = *inner.children().first()?;
        }
        let children = inner.children();
        let matchers: Vec<_> = match inner.kind() {
            NodeKind::Selector => self.matchers(&children).collect(),
            _ => Vec::new(),
        };
        let is_kept = matches!(matchers.as_slice(), [("=", value)] if !value.is_empty());
        (!is_kept || self.is_name()).then_some(Loss::Absent)
    }
}

/// The words of a text, in lower case.
fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let words = words.filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect()
}
