//! Our reading of PromQL beside Prometheus's own, over expressions with the verdict of promtool.
//!
//! The expressions are in the folder that `PROMVET_SHARED` names; without it nothing is compared,
//! and the test says so.

use std::collections::BTreeMap;

use crate::support::recorded;
use promvet::schema::rule_file::promql::{self, PromqlRelease};
use serde::Deserialize;

/// How much of the file has to agree.
const LEAST: f64 = 0.997;

#[derive(Deserialize)]
struct Case {
    expr: String,
    verdict: BTreeMap<String, String>,
    error: String,
}

/// The offset of promtool's `line:column`, columns counted in bytes from 1.
fn offset(case: &Case) -> Option<usize> {
    let mut parts = case.error.split(':');
    let line: usize = parts.next()?.parse().ok()?;
    let column: usize = parts.next()?.parse().ok()?;
    let before: usize = case
        .expr
        .split('\n')
        .take(line - 1)
        .map(|line| line.len() + 1)
        .sum();
    Some(before + column - 1)
}

#[test]
fn expressions_are_refused_as_promtool_refuses_them() {
    let Some(shared) = recorded::folder() else {
        return;
    };
    let cases: Vec<Case> = recorded::cases(&shared, "promql.jsonl.gz");
    let mut agreed = 0;
    let mut near = (0, 0);
    for case in &cases {
        let (version, verdict) = case.verdict.first_key_value().unwrap();
        let mut numbers = version.split('.').map(|number| number.parse().unwrap());
        let dialect = PromqlRelease::of(numbers.next().unwrap(), numbers.next().unwrap());
        let faults = promql::check(&case.expr, dialect);
        if faults.is_empty() == (verdict == "ok") {
            agreed += 1;
        } else {
            println!(
                "{:?}\n  promtool: {}\n  promvet: {faults:?}",
                case.expr, case.error
            );
        }
        if let (Some(offset), Some(first)) = (offset(case), faults.first()) {
            near.1 += 1;
            let close = faults
                .iter()
                .any(|fault| (fault.from.saturating_sub(1)..=fault.to + 1).contains(&offset));
            near.0 += usize::from(close);
            if !close && std::env::var_os("PROMVET_PLACES").is_some() {
                println!(
                    "PLACE {:?}\n  promtool: {offset} {}\n  promvet: {first:?}",
                    case.expr, case.error
                );
            }
        }
    }
    let share = f64::from(agreed) / cases.len() as f64;
    println!(
        "PromQL: {agreed} of {} verdicts agree ({share:.4}); {} of {} places",
        cases.len(),
        near.0,
        near.1
    );
    assert!(share >= LEAST, "only {share:.4} agree");
}
