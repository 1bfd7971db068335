//! Expressions that load and do not return what was meant.

mod empty;
mod itself;

use super::entries;
use super::report::{ExpressionNeed, RuleFileReport};
use crate::scalar;
use crate::yaml::Node;
use promvet_syntax::go::{Go, expand, regex};
use promvet_syntax::promql::{self, Loss, MatchOperator, Matcher, NodeKind, PromqlRelease};
use promvet_text::Advice;

/// References of `label_replace` to groups that its pattern lacks.
pub const LABEL_REPLACE: &str = "rules/label-replace";
/// Patterns that want a backslash where a class was meant.
pub const DOUBLED_BACKSLASH: &str = "rules/doubled-backslash";
/// Ranges and texts as the result of a rule.
pub const RANGE_RESULT: &str = "rules/range-result";
/// Quantiles outside of 0 to 1.
pub const QUANTILE: &str = "rules/quantile";
/// `histogram_quantile` of series without `le`.
pub const LOST_BUCKETS: &str = "rules/lost-buckets";
/// `bool` at the top of an alert.
pub const ALWAYS_FIRES: &str = "rules/always-fires";
/// Comparisons and matches that never hold.
pub const ALWAYS_EMPTY: &str = "rules/always-empty";
/// Series that are set against themselves.
pub const SELF_RATIO: &str = "rules/self-ratio";
/// `le="1"` from 3.0 on.
pub const BUCKET_VALUE: &str = "rules/bucket-value";
/// Ranges that hold less than two samples.
pub const SHORT_RANGE: &str = "rules/short-range";

/// Functions that return nothing for fewer than two samples (prometheus/prometheus
/// `promql/functions.go`: `extrapolatedRate`, `instantValue`, `funcDeriv`, `funcPredictLinear`).
const OF_TWO_SAMPLES: &[&str] = &[
    "rate",
    "increase",
    "delta",
    "irate",
    "idelta",
    "deriv",
    "predict_linear",
];

/// Ranges from here on, in milliseconds, are not compared with intervals: an interval of more than five
/// minutes leaves gaps anyway, since samples are looked back for no longer.
const LONGEST_RANGE: i64 = 10 * 60 * 1000;

/// What is asked of one expression.
struct Expression<'e, 'd, 'r> {
    /// Its value in the file.
    node: Node<'e>,
    text: &'e str,
    report: &'r mut RuleFileReport<'d>,
}

pub(super) fn check(rule: Node<'_>, node: Node<'_>, report: &mut RuleFileReport<'_>) {
    let Some(text) = node.as_str() else { return };
    let dialect = PromqlRelease::of(report.version.major, report.version.minor);
    let Some(tree) = promql::tree(text, dialect) else {
        return;
    };
    let Some(root) = tree.root() else { return };
    // A recording rule may well store 0 and 1, so that `bool` is wrong in alerts alone.
    let is_alert = !entries::text(rule, "alert").is_empty();
    let mut expression = Expression { node, text, report };
    expression.result(root);
    expression.always_empty(root);
    if is_alert {
        expression.always_fires(root);
    }
    // A stack instead of recursion, since an expression may nest as deep as the parser allows.
    let mut open = vec![root];
    while let Some(next) = open.pop() {
        expression.one(next);
        expression.with_itself(next);
        open.extend(next.children());
    }
    expression.matchers(&promql::matchers(text, dialect));
}

impl Expression<'_, '_, '_> {
    fn slice(&self, node: promql::Node<'_>) -> &str {
        self.part(node.span())
    }

    fn head(&self, node: promql::Node<'_>) -> &str {
        self.part(node.head())
    }

    fn part(&self, span: promvet_text::Span) -> &str {
        let range = span.start as usize..span.end as usize;
        self.text.get(range).unwrap_or_default()
    }

    fn warn(
        &mut self,
        rule: &'static str,
        at: promql::Node<'_>,
        message: impl Into<promvet_text::Message>,
        help: impl Into<String>,
    ) {
        let span = at.span();
        let at = (span.start as usize, span.end as usize);
        if let Some(finding) = self.report.warn(rule, self.node, at, message) {
            finding.advice = Some(help.into().into());
        }
    }

    /// A rule's result is a vector or a number: `rules.EngineQueryFunc` fails with "rule result is
    /// not a vector or scalar".
    fn result(&mut self, root: promql::Node<'_>) {
        let (what, help) = match innermost(root).kind() {
            NodeKind::Range | NodeKind::Subquery => (
                "a range vector",
                "put a function around it, such as `rate(…)` or `max_over_time(…)`",
            ),
            NodeKind::Text => ("a text", "write an expression in place of the text"),
            _ => return,
        };
        let message =
            format!("the result of a rule cannot be {what}: it loads, and every evaluation fails");
        self.warn(RANGE_RESULT, root, message, help);
    }

    /// `up == bool 0` has a result for each series, whatever its value, and each result fires.
    fn always_fires(&mut self, root: promql::Node<'_>) {
        let mut top = root;
        while let (NodeKind::Parentheses, [inner]) = (top.kind(), top.children().as_slice()) {
            top = *inner;
        }
        if top.kind() != NodeKind::Binary || !self.has_bool(top) {
            return;
        }
        let mut open = top.children();
        while let Some(next) = open.pop() {
            if self.may_filter(next) || self.is_recorded(next) {
                return;
            }
            open.extend(next.children());
        }
        self.warn(
            ALWAYS_FIRES,
            top,
            "`bool` at the top of an alert: the result is 0 or 1, never empty, so the alert always \
             fires",
            "remove `bool`",
        );
    }

    /// Whether a selector names what a rule writes: there may be nothing of it while its expression
    /// filters.
    fn is_recorded(&self, node: promql::Node<'_>) -> bool {
        let name = self.head(node);
        node.kind() == NodeKind::Selector
            && (promql::is_recorded_name(name) || self.report.is_recorded(name))
    }

    /// Whether a comparison has the modifier `bool`.
    fn has_bool(&self, binary: promql::Node<'_>) -> bool {
        let after = self.text.get(binary.head().end as usize..);
        let word = after.unwrap_or_default().trim_start().get(..4);
        word.is_some_and(|word| word.eq_ignore_ascii_case("bool"))
    }

    /// Whether a part of an expression may return nothing although its series exist.
    fn may_filter(&self, node: promql::Node<'_>) -> bool {
        match node.kind() {
            NodeKind::Binary => {
                let operator = self.head(node).to_ascii_lowercase();
                let is_arithmetic = matches!(&*operator, "+" | "-" | "*" | "/" | "%" | "^");
                !(is_arithmetic || self.has_bool(node))
            }
            // `absent` returns nothing while its series exist, so that it filters too.
            NodeKind::Call => self.head(node).starts_with("absent"),
            _ => false,
        }
    }

    fn one(&mut self, node: promql::Node<'_>) {
        match (node.kind(), self.head(node)) {
            (NodeKind::Call, "label_replace") => self.label_replace(node),
            (NodeKind::Call, "histogram_quantile") => {
                self.quantile(node);
                self.buckets(node);
            }
            (NodeKind::Call, "quantile_over_time") | (NodeKind::Aggregation, "quantile") => {
                self.quantile(node)
            }
            (NodeKind::Call, name) if OF_TWO_SAMPLES.contains(&name) => self.range(node),
            _ => {}
        }
    }

    /// `label_replace(v, dst, replacement, src, regex)`.
    fn label_replace(&mut self, call: promql::Node<'_>) {
        let children = call.children();
        let [_, _, replacement, _, pattern] = children.as_slice() else {
            return;
        };
        if replacement.kind() != NodeKind::Text || pattern.kind() != NodeKind::Text {
            return;
        }
        let regex_text = promql::unquote(self.slice(*pattern));
        self.pattern(&regex_text, *pattern);
        // A pattern that does not compile fails the query itself, so that groups do not matter.
        let Ok(regex) = regex(&regex_text, Go::NEWEST) else {
            return;
        };
        let text = promql::unquote(self.slice(*replacement));
        let references = expand::references(&text);
        let missing = references
            .iter()
            .find(|reference| !regex.has_group(reference.name));
        let Some(missing) = missing else { return };
        let name = missing.name;
        let written = text.get(missing.from..missing.to).unwrap_or(name);
        let message =
            format!("the pattern has no group `{name}`, so `{written}` is an empty string");
        let digits = name.bytes().take_while(u8::is_ascii_digit).count();
        let help = match name.split_at_checked(digits) {
            Some((number, rest)) if digits > 0 && !rest.is_empty() && !missing.braced => {
                format!("write `${{{number}}}{rest}`")
            }
            _ => "put that part of the pattern in parentheses, or correct the reference".to_owned(),
        };
        self.warn(LABEL_REPLACE, *replacement, message, help);
    }

    fn pattern(&mut self, regex: &str, at: promql::Node<'_>) {
        if let Some((message, help)) = doubled(regex) {
            self.warn(DOUBLED_BACKSLASH, at, message, help);
        }
    }

    /// `quantile` and `bucketQuantile` return an infinite value for what is not in 0 to 1
    /// (prometheus/prometheus `promql/quantile.go`).
    fn quantile(&mut self, node: promql::Node<'_>) {
        let children = node.children();
        let mut arguments = children
            .iter()
            .filter(|child| child.kind() != NodeKind::Label);
        let Some(first) = arguments
            .next()
            .filter(|node| node.kind() == NodeKind::Number)
        else {
            return;
        };
        // Negative quantiles return `-Inf` in the same way, but people write percentages, so that
        // only values above 1 count.
        let Some(value) = promql::number(self.slice(*first)).filter(|value| *value > 1.0) else {
            return;
        };
        let name = self.head(node).to_owned();
        let written = self.slice(*first).to_owned();
        let message =
            format!("`{name}` expects a quantile from 0 to 1, found {written}: it returns +Inf");
        let help = match value <= 100.0 {
            true => format!("write {}", value / 100.0),
            false => "write a number from 0 to 1".to_owned(),
        };
        self.warn(QUANTILE, *first, message, help);
    }

    /// Buckets of a classic histogram are told apart by `le`; without it, the result is empty
    /// (`funcHistogramQuantile` of `promql/functions.go`). Native histograms have no series `_bucket`.
    fn buckets(&mut self, call: promql::Node<'_>) {
        let children = call.children();
        let Some(argument) = children.get(1) else {
            return;
        };
        let help = match promql::loss(*argument, self.text, "le") {
            Some(Loss::By) => "add `le` to `by`",
            Some(Loss::Aggregated) => "aggregate `by (le)`",
            Some(Loss::Without) => "remove `le` from `without`",
            _ => return,
        };
        // VictoriaMetrics tells its own buckets apart by this label.
        if promql::loss(*argument, self.text, "vmrange").is_none() {
            return;
        }
        let is_bucket = |node: promql::Node<'_>| {
            node.kind() == NodeKind::Selector && self.head(node).ends_with("_bucket")
        };
        let mut selectors = argument
            .below()
            .filter(|node| node.kind() == NodeKind::Selector)
            .peekable();
        if selectors.peek().is_some() && selectors.all(is_bucket) {
            let message = "`histogram_quantile` needs the label `le`, and the aggregation drops it: the result is always empty";
            self.warn(LOST_BUCKETS, *argument, message, help);
        }
    }

    /// A range that a function needs two samples of.
    fn range(&mut self, call: promql::Node<'_>) {
        let children = call.children();
        let Some(range) = children.first().map(|child| innermost(*child)) else {
            return;
        };
        let lengths = range.children();
        let duration = |at: usize| {
            let node = lengths
                .iter()
                .filter(|length| length.kind() == NodeKind::Duration);
            let node = node.clone().nth(at)?;
            scalar::duration(self.slice(*node)).ok()
        };
        let name = self.head(call).to_owned();
        // Prometheus 3.0 left the start of a range out (prometheus/prometheus #13904), so that a
        // range as long as the step holds one sample.
        let is_left_open = self.report.version.major >= 3;
        match (range.kind(), duration(0), duration(1)) {
            (NodeKind::Range, Some(length), _) if length.milliseconds < LONGEST_RANGE => {
                let written = self.slice(range);
                let written = written.get(written.rfind('[').unwrap_or(0)..).unwrap_or("");
                let message = format!("`{name}` over `{written}`");
                let span = range.span();
                let at = (span.start as usize, span.end as usize);
                let condition = ExpressionNeed::TwoSamplesIn(length.milliseconds);
                self.report
                    .on_condition(condition, SHORT_RANGE, self.node, at, message, None);
            }
            // Steps are at multiples of the step, and since 3.0 the range excludes its start.
            (NodeKind::Subquery, Some(length), Some(step))
                if is_left_open && length.milliseconds <= step.milliseconds =>
            {
                let message = format!(
                    "the range of this subquery holds one step only, and `{name}` needs two: the \
                     result is always empty"
                );
                let advice = Advice::say("make the range at least twice the step");
                let span = range.span();
                let at = (span.start as usize, span.end as usize);
                let condition = ExpressionNeed::ClosedRange;
                self.report.on_condition(
                    condition,
                    SHORT_RANGE,
                    self.node,
                    at,
                    message,
                    Some(advice),
                );
            }
            _ => {}
        }
    }

    fn matchers(&mut self, matchers: &[Matcher]) {
        for matcher in matchers {
            let at = (matcher.from, matcher.to);
            let is_regex = matches!(matcher.how, MatchOperator::Regex | MatchOperator::NotRegex);
            if is_regex && let Some((message, help)) = doubled(&matcher.value) {
                let said = self.report.warn(DOUBLED_BACKSLASH, self.node, at, message);
                if let Some(finding) = said {
                    finding.advice = Some(help.into());
                }
            }
            // A rule may set the label to whatever it likes, and Prometheus normalizes only what it scrapes.
            let is_recorded = || {
                matcher
                    .metric(self.text)
                    .is_some_and(promql::is_recorded_name)
            };
            if self.report.version.major >= 3 && !is_recorded() {
                self.bucket(matcher, at);
            }
        }
    }

    /// Values of `le` and `quantile` that no scraped sample has since 3.0.
    /// Prometheus 3.0 normalizes these labels on scraping (`textparse` writes floats with
    /// `FormatOpenMetricsFloat`), so that `1` became `1.0`.
    fn bucket(&mut self, matcher: &Matcher, at: (usize, usize)) {
        let label = match &*matcher.label {
            "le" => "le",
            "quantile" => "quantile",
            _ => return,
        };
        let lost = match matcher.how {
            MatchOperator::Equal | MatchOperator::NotEqual => {
                promql::stored_form(&matcher.value).map(|stored| (matcher.value.clone(), stored))
            }
            MatchOperator::Regex | MatchOperator::NotRegex => lost_alternative(&matcher.value),
        };
        let Some((written, stored)) = lost else {
            return;
        };
        let effect = match matcher.how {
            MatchOperator::Equal | MatchOperator::Regex => "this matches nothing",
            MatchOperator::NotEqual | MatchOperator::NotRegex => "this excludes nothing",
        };
        let message = format!(
            "Prometheus 3 stores the {} `{written}` as `{stored}`: {effect}",
            if label == "le" { "bucket" } else { "quantile" }
        );
        let condition = ExpressionNeed::StoredForm(label);
        let advice = Advice::write(format!("write `{stored}`"));
        self.report.on_condition(
            condition,
            BUCKET_VALUE,
            self.node,
            at,
            message,
            Some(advice),
        );
    }
}

/// What an offset, an `@` or parentheses are around.
fn innermost(node: promql::Node<'_>) -> promql::Node<'_> {
    let mut inner = node;
    while matches!(
        inner.kind(),
        NodeKind::Offset | NodeKind::At | NodeKind::Extended | NodeKind::Parentheses
    ) {
        let Some(first) = inner.children().first().copied() else {
            break;
        };
        inner = first;
    }
    inner
}

/// What is reported about a pattern whose backslashes are doubled.
fn doubled(pattern: &str) -> Option<(String, String)> {
    let from = regex::doubled_backslash(pattern)?;
    let part = pattern.get(from..from + 3)?;
    let message = format!(
        "the pattern matches a backslash and `{}`: after YAML and PromQL, `{part}` is left",
        part.trim_start_matches('\\')
    );
    let help = "write one backslash less, or the pattern in backticks with single backslashes";
    Some((message, help.to_owned()))
}

/// The first of a pattern's numbers that is not stored as it is written, unless the pattern has the
/// other form too. Other patterns than numbers between `|` are not judged.
fn lost_alternative(pattern: &str) -> Option<(String, String)> {
    let inner = pattern
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'));
    let numbers: Vec<_> = inner
        .unwrap_or(pattern)
        .split('|')
        // Both are ways to write a dot in a pattern, so that `0\.5` is the number.
        .map(|text| text.replace("\\.", ".").replace("[.]", "."))
        .collect();
    let is_number = |text: &String| text.parse::<f64>().is_ok();
    if !numbers.iter().all(is_number) {
        return None;
    }
    numbers.iter().find_map(|number| {
        let stored = promql::stored_form(number)?;
        (!numbers.contains(&stored)).then_some((number.clone(), stored))
    })
}
