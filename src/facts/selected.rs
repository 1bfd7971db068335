//! Keys of Secrets and ConfigMaps that a resource of the Prometheus Operator names.
//!
//! The Operator copies their values into the configuration as they are, without trimming, from the
//! namespace of the resource (prometheus-operator v0.93.0 `pkg/assets/store.go`). What nothing in
//! the tree makes is not judged: it may be made anywhere.

use std::sync::Arc;

use super::Facts;
use super::token::Observation;
use crate::facts::deployment::{Provider, Written};
use crate::finding::{Advice, Finding, Severity, nearest, rule};
use crate::schema::dialect::Reference;

/// As many keys as a message lists.
const MOST_LISTED: usize = 8;

impl Facts<'_> {
    /// What is wrong with the keys that a resource in a namespace names.
    #[must_use]
    pub fn selected(&self, references: &[Reference], namespace: Option<&str>) -> Vec<Finding> {
        let mut out = Vec::new();
        for reference in references {
            out.extend(self.of_reference(reference, namespace));
        }
        out
    }

    fn of_reference(&self, reference: &Reference, namespace: Option<&str>) -> Option<Finding> {
        let provided = self.shared.objects(&self.files);
        let Reference {
            kind, name, key, ..
        } = reference;
        let makers = provided.of(kind, name, namespace);
        if makers.is_empty() {
            let swapped = provided.of(kind, key, namespace);
            if let Some(maker) = swapped.iter().find(|maker| maker.keys.contains_key(name)) {
                let message = format!(
                    "`{}`: `name` and `key` are swapped: the {kind} is called `{key}`",
                    reference.field
                );
                let help = format!("write `name: {key}` and `key: {name}`");
                let finding = found(reference, Severity::Error, message).help(Advice::say(help));
                return Some(finding.evidence(maker.place.clone(), "it is made here"));
            }
            let names = provided.names(kind, namespace);
            let near = nearest(name, names).filter(|near| is_slip(name, near))?;
            let maker = provided.of(kind, near, namespace).into_iter().next()?;
            let message = format!(
                "`{}`: the tree makes no {kind} `{name}`, but one called `{near}`",
                reference.field
            );
            let finding = found(reference, Severity::Warning, message);
            let finding = finding.help(Advice::say(format!("write `name: {near}`")));
            return Some(finding.evidence(maker.place.clone(), "it is made here"));
        }
        let holders = makers.iter().filter(|maker| maker.keys.contains_key(key));
        let holders: Vec<_> = holders.collect();
        if holders.is_empty() {
            // What is empty in the tree is filled by something else, such as OpenShift's injection of
            // certificates or an operator for secrets.
            let is_known = |maker: &Arc<Provider>| maker.complete && !maker.keys.is_empty();
            let is_known = makers.iter().all(is_known);
            return is_known
                .then(|| lacks(reference, makers.first()?))
                .flatten();
        }
        let written = holders
            .iter()
            .find_map(|maker| maker.keys.get(key)?.written.clone());
        value(self, reference, &*written?)
    }
}

/// The fewest letters of a part of a name in which a difference is a slip: `tenant-a` and `tenant-b`,
/// `db-1` and `db-2` are two names.
const SHORTEST_SLIP: usize = 4;

/// Whether two names differ as by a slip of the keyboard: in one part between dashes, by letters.
pub(super) fn is_slip(name: &str, near: &str) -> bool {
    let letters = |part: &str| {
        part.trim_end_matches(|c: char| c.is_ascii_digit())
            .to_owned()
    };
    let parts = |name: &str| name.split(['-', '_', '.']).map(letters).collect::<Vec<_>>();
    let (ours, theirs) = (parts(name), parts(near));
    if ours.len() != theirs.len() {
        return true;
    }
    let mut pairs = ours.iter().zip(&theirs).filter(|(a, b)| a != b);
    let first = pairs.next();
    first.is_some_and(|(a, b)| a.len().min(b.len()) >= SHORTEST_SLIP) && pairs.next().is_none()
}

fn found(reference: &Reference, severity: Severity, message: String) -> Finding {
    let finding = Finding::new(
        rule::KUBERNETES_SECRET_KEY,
        severity,
        reference.place.clone(),
        message,
    );
    finding.of_key(reference.logical.clone(), reference.identity.clone())
}

fn lacks(reference: &Reference, maker: &Provider) -> Option<Finding> {
    let Reference { name, key, .. } = reference;
    let keys: Vec<&str> = maker.keys.keys().map(String::as_str).collect();
    let listed: Vec<String> = keys
        .iter()
        .take(MOST_LISTED)
        .map(|key| format!("`{key}`"))
        .collect();
    let message = format!(
        "`{}`: the {} `{name}` has no key `{key}`; the Operator can't make a configuration",
        reference.field, maker.makes
    );
    let finding = found(reference, Severity::Error, message);
    let finding = finding.evidence(maker.place.clone(), format!("it has {}", listed.join(", ")));
    Some(match nearest(key, keys) {
        Some(near) => finding.help(Advice::say(format!("write `key: {near}`"))),
        None => finding.help(Advice::say("name a key that it has")),
    })
}

/// What is wrong with a value, at the place where it is written.
fn value(facts: &Facts<'_>, reference: &Reference, written: &Written) -> Option<Finding> {
    let observed = written.content.observe(facts.files.now);
    let (severity, problem, advice) = if reference.is_inline && written.content.ends_with_newline()
    {
        (
            Severity::Error,
            "ends in a line break, which the Operator copies: the receiver rejects the credential",
            "leave the line break out: `printf %s` writes none, and YAML's `|-` has none",
        )
    } else if observed.contains(&Observation::Empty) {
        (Severity::Error, "is empty", "write the credential into it")
    } else if reference.field == "credentials"
        && observed
            .iter()
            .any(|one| matches!(one, Observation::Scheme(_)))
    {
        (
            Severity::Error,
            "begins with the scheme, which Prometheus sends once more",
            "leave the word out",
        )
    } else {
        return None;
    };
    let message = format!("{} {problem}", written.noun);
    let finding = Finding::new(
        rule::KUBERNETES_SECRET_KEY,
        severity,
        written.place.clone(),
        message,
    );
    let finding = finding
        .of_key(written.logical.clone(), written.identity.clone())
        .help(Advice::say(advice));
    Some(finding.evidence(reference.place.clone(), "the Operator reads it for this"))
}
