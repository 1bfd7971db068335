//! Jobs and relabel rules of Alloy as those of Prometheus: `prometheus.scrape`, `prometheus.relabel` and
//! `discovery.relabel`.

use std::sync::Arc;

use super::components::NATIVE;
use super::files::LocalFiles;
use super::reader::{Block, Item, Value};
use super::{AlloyDocument, SCRAPE, TreeMaker, WORKED_OUT};
use crate::yaml::TranslatedNode;
use promvet_text::{Span, Text};

/// The list that the rules of a component are, by the place in which Prometheus has them.
const RELABEL: &[(&str, &str)] = &[
    ("discovery.relabel", "relabel_configs"),
    ("prometheus.relabel", "metric_relabel_configs"),
];

/// Blocks of a job that mean what Prometheus's do.
const BLOCKS: &[&str] = &["authorization", "basic_auth", "oauth2", "tls_config"];

/// A component as a configuration with one job; none if it is neither a job nor has rules.
pub(super) fn document(
    text: &Arc<Text>,
    files: &LocalFiles,
    component: &Block,
) -> Option<AlloyDocument> {
    let list = RELABEL.iter().find(|(name, _)| *name == component.name);
    if component.name != SCRAPE && list.is_none() {
        return None;
    }
    let mut maker = TreeMaker::new(text, files, component);
    let mut pairs = vec![job_name(&mut maker, component)];
    match list {
        Some((_, native)) => {
            pairs.push(maker.rules(component, native)?);
            pairs.push(maker.any_targets(component.name_span));
        }
        None => maker.settings(component, &mut pairs),
    }
    let job = maker.builder.mapping_at(component.span, &pairs);
    let jobs = maker.builder.sequence_at(component.span, &[job]);
    let key = maker
        .builder
        .scalar_at(component.name_span, "scrape_configs", true);
    let root = maker.builder.mapping_at(component.span, &[(key, jobs)]);
    Some(maker.finish(root))
}

/// The name of a job, which Alloy makes of the component's where none is written.
fn job_name(maker: &mut TreeMaker<'_>, component: &Block) -> (TranslatedNode, TranslatedNode) {
    let label = component.label.as_deref().unwrap_or_default();
    let name = format!("{}.{label}", component.name);
    let span = component.name_span;
    let key = maker.builder.scalar_at(span, "job_name", true);
    (key, maker.builder.scalar_at(span, &name, false))
}

impl TreeMaker<'_> {
    /// The blocks `rule` as a list; none if there are none.
    fn rules(
        &mut self,
        component: &Block,
        native: &str,
    ) -> Option<(TranslatedNode, TranslatedNode)> {
        let rules: Vec<&Block> = component.body.iter().filter_map(rule).collect();
        let first = rules.first()?;
        let key = self.builder.scalar_at(first.name_span, native, true);
        let items: Vec<TranslatedNode> = rules.iter().map(|rule| self.mapping(rule)).collect();
        Some((key, self.builder.sequence_at(first.span, &items)))
    }

    /// A discovery that may set anything, as for targets that another component exports.
    fn any_targets(&mut self, span: Span) -> (TranslatedNode, TranslatedNode) {
        let key = self.builder.scalar_at(span, "url", true);
        let url = self.builder.scalar_at(span, WORKED_OUT, false);
        let one = self.builder.mapping_at(span, &[(key, url)]);
        let list = self.builder.sequence_at(span, &[one]);
        (self.builder.scalar_at(span, "http_sd_configs", true), list)
    }

    fn settings(&mut self, component: &Block, pairs: &mut Vec<(TranslatedNode, TranslatedNode)>) {
        for item in &component.body {
            match item {
                Item::Attribute { name, span, value } if name == "targets" => {
                    pairs.push(self.targets(*span, value));
                }
                Item::Attribute { name, span, value } if NATIVE.contains(&&**name) => {
                    if let Some(pair) = self.in_file(component, name, *span, value) {
                        pairs.push(pair);
                        continue;
                    }
                    let key = self.builder.scalar_at(*span, name, true);
                    pairs.push((key, self.attribute(name, value)));
                }
                Item::Block(block) if BLOCKS.contains(&&*block.name) => {
                    let key = self.builder.scalar_at(block.name_span, &block.name, true);
                    pairs.push((key, self.mapping(block)));
                }
                _ => {}
            }
        }
    }

    /// A list of targets that is written down; whatever else is worked out.
    fn targets(&mut self, span: Span, value: &Value) -> (TranslatedNode, TranslatedNode) {
        let Value::List { items, span: at } = value else {
            return self.any_targets(span);
        };
        let mut groups = Vec::new();
        for item in items {
            let Value::Object { fields, span: at } = item else {
                return self.any_targets(span);
            };
            let (addresses, labels): (Vec<_>, Vec<_>) =
                fields.iter().partition(|(name, ..)| name == "__address__");
            let Some((_, _, address)) = addresses.first() else {
                return self.any_targets(span);
            };
            let address = self.value(address);
            let list = self.builder.sequence_at(*at, &[address]);
            let mut pairs = vec![(self.builder.scalar_at(*at, "targets", true), list)];
            let labels: Vec<_> = labels
                .iter()
                .map(|(name, at, value)| {
                    let key = self.builder.scalar_at(*at, name, false);
                    (key, self.value(value))
                })
                .collect();
            if !labels.is_empty() {
                let key = self.builder.scalar_at(*at, "labels", true);
                pairs.push((key, self.builder.mapping_at(*at, &labels)));
            }
            groups.push(self.builder.mapping_at(*at, &pairs));
        }
        if groups.is_empty() {
            return self.any_targets(span);
        }
        let key = self.builder.scalar_at(span, "static_configs", true);
        (key, self.builder.sequence_at(*at, &groups))
    }
}

fn rule(item: &Item) -> Option<&Block> {
    match item {
        Item::Block(block) if block.name == "rule" => Some(block),
        _ => None,
    }
}
