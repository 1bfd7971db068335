//! Reading a report in JSON.

use serde_json::Value;

/// The findings of a report in JSON.
pub(crate) fn findings(report: &Value) -> &[Value] {
    list(report, "findings")
}

/// A list in a report.
pub(crate) fn list<'v>(report: &'v Value, key: &str) -> &'v [Value] {
    let list = report.get(key).and_then(Value::as_array);
    list.unwrap_or_else(|| panic!("no list `{key}` in {report:#}"))
}

/// A text in a report or an entry of it.
pub(crate) fn text<'v>(entry: &'v Value, key: &str) -> &'v str {
    let text = entry.get(key).and_then(Value::as_str);
    text.unwrap_or_else(|| panic!("no text `{key}` in {entry:#}"))
}
