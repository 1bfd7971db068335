//! Requirements of label selectors (apimachinery `pkg/apis/meta/v1/helpers.go`, `LabelSelectorAsSelector`, and
//! `pkg/labels/selector.go`, `NewRequirement`).

use super::found;
use crate::finding::{Finding, Severity, rule};
use crate::yaml::{Node, placeholder};

/// Operators, and whether they have values.
const OPERATORS: &[(&str, bool)] = &[
    ("In", true),
    ("NotIn", true),
    ("Exists", false),
    ("DoesNotExist", false),
];

/// What is reported about the requirements in the selectors of a resource.
pub(super) fn check(kind: &str, spec: Node<'_>) -> Vec<Finding> {
    let effect = match kind {
        "Prometheus" | "PrometheusAgent" => "the Operator generates no configuration",
        _ => "the Operator leaves this resource out",
    };
    let keys = spec.mapping().into_iter().flat_map(|map| map.entries());
    let selectors = keys.filter(|entry| {
        let name = entry.name();
        name == "selector" || name.ends_with("Selector") && name != "nodeSelector"
    });
    let requirements = selectors.filter_map(|entry| entry.value.get("matchExpressions"));
    let requirements = requirements.flat_map(Node::items);
    requirements
        .filter_map(|requirement| of_requirement(requirement, effect))
        .collect()
}

fn of_requirement(requirement: Node<'_>, effect: &str) -> Option<Finding> {
    let operator = requirement.get("operator")?;
    let text = operator
        .as_str()
        .filter(|text| !placeholder::is_open(text))?;
    let mut known = OPERATORS.iter();
    let Some((_, has_values)) = known.find(|(name, _)| *name == text) else {
        let message =
            format!("`operator`: expected one of In, NotIn, Exists, DoesNotExist; {effect}");
        let rule = rule::SCHEMA_INVALID_VALUE;
        let finding = found(rule, Severity::Error, operator, message);
        return Some(finding.help("use `In`, `NotIn`, `Exists` or `DoesNotExist`"));
    };
    let values = requirement.get("values").filter(|values| !values.is_null());
    let is_filled =
        values.is_some_and(|values| values.items().next().is_some() || values.scalar().is_some());
    if is_filled == *has_values {
        return None;
    }
    let (rule, message, help) = match has_values {
        true => (
            rule::SCHEMA_MISSING_FIELD,
            format!("`values`: missing, and `{text}` needs them; {effect}"),
            "list the values, or use `Exists`",
        ),
        false => (
            rule::SCHEMA_CONFLICT,
            format!("`values`: not allowed with `{text}`; {effect}"),
            "remove the values, or use `In`",
        ),
    };
    Some(found(rule, Severity::Error, operator, message).help(help))
}
