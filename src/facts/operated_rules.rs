//! What rules in resources of the Prometheus Operator need, held against what the Operator runs by the
//! tree.

use super::Facts;
use super::deployment::Deployment;
use crate::finding::Finding;
use crate::schema::dialect::NATIVE;
use crate::schema::rule_file::{ExpressionNeed, Need};

/// Flags by which others send samples to a Prometheus.
const RECEIVING: &[&str] = &[
    "web.enable-remote-write-receiver",
    "web.enable-otlp-receiver",
];

impl Facts<'_> {
    /// The oldest release that a Prometheus of the Operator in the tree names.
    #[must_use]
    pub fn oldest_operated(&self) -> Option<(u16, u16)> {
        let all = self.all_operated().iter();
        all.filter_map(Deployment::release).min()
    }

    /// What is reported of the needs of rules: nothing that something which the Operator runs meets,
    /// since which of them selects the rules is not asked.
    #[must_use]
    pub fn unmet_where_operated(&self, needs: &[Need]) -> Vec<Finding> {
        if needs.is_empty() {
            return Vec::new();
        }
        let all = self.all_operated();
        let is_named = all.iter().any(|one| one.release().is_some());
        let runs_old = !is_named && self.has_old_operator();
        let is_old = |one: &Deployment| one.release().is_some_and(|release| release < (3, 0));
        let meets = |need: &Need, one: &Deployment| match need.condition {
            ExpressionNeed::Feature(name) => one.arguments.feature(name).is_some(),
            ExpressionNeed::ClosedRange => is_old(one),
            ExpressionNeed::StoredForm(_) => {
                let receives = |flag: &&str| one.arguments.flag(flag).is_some();
                is_old(one) || RECEIVING.iter().any(receives)
            }
            ExpressionNeed::TwoSamplesIn(_) => true,
        };
        let unmet = needs.iter().filter(|need| {
            let is_known = !matches!(need.condition, ExpressionNeed::TwoSamplesIn(_));
            let is_of_3 = matches!(
                need.condition,
                ExpressionNeed::ClosedRange | ExpressionNeed::StoredForm(_)
            );
            is_known
                && !(is_of_3 && runs_old)
                && !all.iter().any(|deployment| meets(need, deployment))
        });
        unmet
            .map(|need| {
                let mut finding = need.finding.clone();
                if matches!(need.condition, ExpressionNeed::Feature(_)) {
                    finding.message.lead_to("; without it ", NATIVE.refused);
                }
                finding
            })
            .collect()
    }
}
