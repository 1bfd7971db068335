//! Groups of rules in a PrometheusRule, as the Operator writes them into a rule file.

use super::judged::has_form;
use super::table::DialectType;
use super::translate::Translator;
use crate::yaml::{Node, TranslatedNode};

/// A key for Thanos, which the Operator leaves out for Prometheus (prometheus-operator v0.93.0
/// `pkg/operator/rules.go`, `sanitizePrometheusRulesSpec`).
const OF_THANOS: &str = "partial_response_strategy";

/// Its values, in letters of any case (the pattern in the CustomResourceDefinition).
const STRATEGIES: &[&str] = &["abort", "warn"];

/// Keys of a group and of a rule with a duration.
const DURATIONS: &[&str] = &["for", "interval", "keep_firing_for", "query_offset"];

impl Translator {
    /// `spec` of a PrometheusRule.
    pub(super) fn rules(&mut self, node: Node<'_>) -> Option<TranslatedNode> {
        let Some(mapping) = node.mapping() else {
            return self.builder.copy(node);
        };
        let mut pairs = Vec::new();
        for entry in mapping.effective() {
            let key = self.builder.copy(entry.key)?;
            let value = match entry.name() {
                "groups" => self.groups(entry.value)?,
                _ => self.builder.copy(entry.value)?,
            };
            pairs.push((key, value));
        }
        Some(self.builder.mapping(node, &pairs))
    }

    pub(super) fn groups(&mut self, node: Node<'_>) -> Option<TranslatedNode> {
        let Some(list) = node.sequence() else {
            return self.builder.copy(node);
        };
        let items: Option<Vec<TranslatedNode>> =
            list.iter().map(|group| self.group(group)).collect();
        Some(self.builder.sequence(node, &items?))
    }

    fn group(&mut self, node: Node<'_>) -> Option<TranslatedNode> {
        let Some(mapping) = node.mapping() else {
            return self.builder.copy(node);
        };
        self.durations(node);
        let mut pairs = Vec::new();
        for entry in mapping.effective() {
            if entry.name() == OF_THANOS {
                self.strategy(entry.value);
                continue;
            }
            if entry.name() == "rules" {
                for rule in entry.value.items() {
                    self.texts(rule);
                    self.durations(rule);
                }
            }
            let key = self.builder.copy(entry.key)?;
            pairs.push((key, self.builder.copy(entry.value)?));
        }
        Some(self.builder.mapping(node, &pairs))
    }

    /// Labels and annotations, which the CustomResourceDefinition wants to be texts. A rule file takes
    /// numbers too.
    fn texts(&mut self, rule: Node<'_>) {
        for map in ["labels", "annotations"]
            .iter()
            .filter_map(|key| rule.get(key))
        {
            for entry in map.mapping().into_iter().flat_map(|map| map.effective()) {
                if entry.value.scalar().is_some() && !entry.value.is_null() {
                    self.scalar(&DialectType::Text, entry.value);
                }
            }
        }
    }

    /// Durations, whose pattern the CustomResourceDefinition states.
    fn durations(&mut self, of: Node<'_>) {
        let values = DURATIONS.iter().filter_map(|key| of.get(key));
        for value in values {
            let is_one = |text: &str| has_form(&DialectType::Duration, text);
            if value.as_str().is_some_and(|text| !is_one(text)) {
                self.refused_forms.push(value.place());
            }
        }
    }

    fn strategy(&mut self, node: Node<'_>) {
        let Some(scalar) = node.scalar().filter(|scalar| !scalar.text.is_empty()) else {
            return;
        };
        let mut words = STRATEGIES.iter();
        let is_known = words.any(|word| word.eq_ignore_ascii_case(scalar.text));
        if !is_known && !scalar.text.contains(['$', '{']) {
            self.strange_word(STRATEGIES, node, scalar);
        }
    }
}
