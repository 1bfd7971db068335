//! Holds custom rules against a configuration and the files that it includes.

use std::sync::Arc;

use super::CustomRules;
use super::facts::Fact;
use super::nodes::DocumentForm;
use super::page::CustomRule;
use super::subject::JudgedDocument;
use crate::facts::included::Purpose;
use crate::finding::Text;
use crate::rules::{Configuration, RuleJudgment};
use crate::schema;
use crate::yaml::{Document, parse_first};

/// What is known of a configuration from outside it.
#[derive(Clone, Copy, Debug, Default)]
pub struct ConditionContext<'s> {
    /// Whether something renders the file before Prometheus reads it.
    pub template: bool,
    /// The environment that policy counts the file to.
    pub environment: Option<&'s str>,
}

/// Judges a configuration, and what it includes, with custom rules.
#[must_use]
pub fn judge(
    configuration: &Configuration<'_>,
    rules: &CustomRules,
    scene: &ConditionContext<'_>,
) -> RuleJudgment {
    let mut out = RuleJudgment::default();
    if rules.is_empty() {
        return out;
    }
    let document = configuration.config.root().node().document();
    let subject = |document, form| JudgedDocument {
        document,
        form,
        path: relative(configuration, document),
        configuration: Some(configuration),
        scene: *scene,
    };
    subject(document, DocumentForm::Config).judge(rules.all(), &mut out);
    for included in included(configuration, rules) {
        let before = out.findings.len() + out.unchecked.len();
        let judged = JudgedDocument {
            document: &included.document,
            form: included.form,
            path: relative(configuration, &included.document),
            configuration: Some(configuration),
            scene: *scene,
        };
        judged.judge(&included.rules, &mut out);
        if out.findings.len() + out.unchecked.len() > before {
            // Lines are shown only of files about which there is something to say.
            schema::mark_secrets(&included.document);
        }
    }
    out
}

fn relative(configuration: &Configuration<'_>, document: &Document) -> String {
    let facts = configuration.facts;
    facts.relative(&facts.absolute(document.text().path()))
}

/// Judges a rule file by itself. Rules that ask for the configuration are left to those that include
/// the file.
#[must_use]
pub fn judge_rule_file(text: &Arc<Text>, path: String, rules: &CustomRules) -> RuleJudgment {
    match parse_first(text) {
        Ok(document) => judge_groups(&document, path, rules),
        Err(_) => RuleJudgment::default(),
    }
}

/// The same for a document that holds groups of rules.
pub fn judge_groups(document: &Document, path: String, rules: &CustomRules) -> RuleJudgment {
    let mut out = RuleJudgment::default();
    let alone: Vec<_> = rules
        .all()
        .iter()
        .filter(|rule| !asks(rule))
        .cloned()
        .collect();
    if alone.iter().any(|rule| rule.node.is_of_rule_files()) {
        let subject = JudgedDocument {
            document,
            form: DocumentForm::RuleFile,
            path,
            configuration: None,
            scene: ConditionContext::default(),
        };
        subject.judge(&alone, &mut out);
    }
    out
}

/// Whether what a rule says of a rule file can differ from configuration to configuration.
fn asks(rule: &CustomRule) -> bool {
    let facts = [Fact::Config, Fact::Mount, Fact::Environment];
    facts.into_iter().any(|fact| rule.names(fact))
}

/// A file that a configuration includes, and the rules for it.
struct IncludedFile {
    form: DocumentForm,
    document: Document,
    rules: Vec<Arc<CustomRule>>,
}

/// The files that a configuration includes and that rules look at. A rule file that many
/// configurations share is judged once in a run, but for what differs from one to another.
fn included(configuration: &Configuration<'_>, rules: &CustomRules) -> Vec<IncludedFile> {
    let root = configuration.config.root();
    let facts = configuration.facts;
    let of_rule_files = |rule: &&Arc<CustomRule>| rule.node.is_of_rule_files();
    let wants = |key: &str, of_rules: bool| {
        let mut rules = rules.all().iter();
        root.get(key).is_some() && rules.any(|rule| of_rule_files(&rule) == of_rules)
    };
    let (jobs, groups) = (
        wants("scrape_config_files", false),
        wants("rule_files", true),
    );
    if !jobs && !groups {
        return Vec::new();
    }
    let mut out = Vec::new();
    for (purpose, path) in facts.pulled_in(
        root.node().document(),
        configuration.folder,
        configuration.holder,
    ) {
        let rules = rules.all().iter();
        let (form, rules): (_, Vec<_>) = match purpose {
            Purpose::Rules if groups => {
                let first = facts.is_first_look(&path);
                let wanted = |rule: &&Arc<CustomRule>| of_rule_files(rule) && (first || asks(rule));
                (
                    DocumentForm::RuleFile,
                    rules.filter(wanted).cloned().collect(),
                )
            }
            Purpose::ScrapeConfigs if jobs => {
                let rules = rules.filter(|rule| !of_rule_files(rule));
                (DocumentForm::ScrapeConfigFile, rules.cloned().collect())
            }
            _ => continue,
        };
        // What is not YAML is reported where included files are checked.
        let document = || parse_first(&facts.text(&path)?).ok();
        let document = (!rules.is_empty()).then(document).flatten();
        out.extend(document.map(|document| IncludedFile {
            form,
            document,
            rules,
        }));
    }
    out
}
