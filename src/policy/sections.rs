//! The sections of promvet.yaml: one file each, behind one table.

use std::sync::Arc;

use super::form::PolicyKey;
use super::read::{Mistakes, PolicyError};
use super::{
    FILE_NAMES, Policy, environments, extends, issuers, levels, mounts, opstrace, profile,
    prometheus, receivers, requires, rule_folders, runtime_user, selection, suppressions,
    templates, top,
};
use crate::finding::{Place, Text};
use crate::yaml::{Node, parse_first};

/// A section: its key, how it is read into a policy, and what a policy takes of it from one that
/// is farther away.
#[derive(Debug)]
pub(super) struct PolicySection {
    /// Its key at the top of the file.
    pub(super) key: PolicyKey,
    /// Reads its value.
    pub(super) read: fn(Node<'_>, &mut Policy, &mut Mistakes),
    /// Adds to a policy what one that is farther away says: single values where there is none
    /// yet, lists behind those there are.
    pub(super) add: fn(&mut Policy, &Policy),
}

/// All sections, in the order in which they are documented.
pub(super) const SECTIONS: &[PolicySection] = &[
    top::SECTION,
    requires::SECTION,
    extends::SECTION,
    prometheus::SECTION,
    profile::SECTION,
    levels::RULES,
    levels::OVERRIDES,
    rule_folders::SECTION,
    selection::INCLUDE,
    selection::EXCLUDE,
    environments::SECTION,
    mounts::SECTION,
    runtime_user::SECTION,
    issuers::SECTION,
    receivers::SECTION,
    opstrace::SECTION,
    templates::SECTION,
    suppressions::SECTION,
];

/// Reads a file; paths and patterns in it count from `folder`.
pub(super) fn read(text: &Arc<Text>, folder: &str) -> Result<Policy, Vec<PolicyError>> {
    let document = parse_first(text).map_err(|error| {
        let place = Place::new(text, error.span);
        vec![PolicyError {
            message: format!("not valid YAML: {}", error.problem),
            place,
            advice: None,
        }]
    })?;
    let document = Arc::new(document);
    let mut policy = Policy {
        document: Some(Arc::clone(&document)),
        ..Policy::default()
    };
    let mut wrong = Mistakes {
        list: Vec::new(),
        folder: folder.to_owned(),
    };
    if let Some(next) = document.next_document() {
        wrong.list.push(PolicyError {
            message: "promvet.yaml is one document: this second one is ignored".into(),
            place: document.place(next),
            advice: Some("remove the line `---`".into()),
        });
    }
    if let Some(root) = document.root() {
        if is_policy(root, text.path()) {
            text.recognize();
        } else if is_yaml(text.path()) && has_words_for_keys(root) {
            // The name says as much as that its keys are not secrets.
            text.recognize_words();
        }
        read_sections(root, &mut policy, &mut wrong);
    }
    if wrong.list.is_empty() {
        Ok(policy)
    } else {
        Err(wrong.list)
    }
}

/// Whether a file is a policy: `extends:` and `--config` can name any file.
fn is_policy(root: Node<'_>, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let has = |section: &PolicySection| root.get(section.key.name).is_some();
    FILE_NAMES.contains(&name) && has_words_for_keys(root) || SECTIONS.iter().any(has)
}

/// YAML takes a line of `/etc/shadow` for a key too.
fn has_words_for_keys(root: Node<'_>) -> bool {
    let is_word = |name: &str| {
        name.chars()
            .all(|c| c.is_ascii_alphanumeric() || "_-".contains(c))
    };
    let keys = root
        .mapping()
        .into_iter()
        .flat_map(|mapping| mapping.entries());
    let mut keys = keys.peekable();
    keys.peek().is_some() && keys.all(|entry| is_word(entry.name()))
}

fn is_yaml(path: &str) -> bool {
    let ending = path.rsplit('.').next().unwrap_or("");
    ending == "yaml" || ending == "yml"
}

fn read_sections(root: Node<'_>, policy: &mut Policy, wrong: &mut Mistakes) {
    // What another release of promvet is needed for may be unknown to this one.
    let requires = &requires::SECTION;
    if let Some(value) = root.get(requires.key.name) {
        (requires.read)(value, &mut Policy::default(), wrong);
        if !wrong.list.is_empty() {
            return;
        }
    }
    if let Some(key) = only_of_prometheus(root) {
        let name = key.as_str().unwrap_or_default();
        let message = format!(
            "`{name}` belongs to a Prometheus configuration, and promvet reads this file as its policy"
        );
        let help = "give the configuration another name, such as prometheus.yml";
        return wrong.add(key, message, Some(help.into()));
    }
    let keys: Vec<_> = SECTIONS.iter().map(|section| &section.key).collect();
    let Some(fields) = wrong.fields_of(root, "promvet.yaml", &keys) else {
        return;
    };
    for section in SECTIONS {
        if let Some(value) = fields.get(section.key.name) {
            (section.read)(value, policy, wrong);
        }
    }
}

/// The first key of a file that has sections of Prometheus, and none of a policy.
fn only_of_prometheus(root: Node<'_>) -> Option<Node<'_>> {
    const OF_PROMETHEUS: [&str; 7] = [
        "alerting",
        "global",
        "remote_read",
        "remote_write",
        "rule_files",
        "scrape_config_files",
        "scrape_configs",
    ];
    let is_policy = |name: &str| SECTIONS.iter().any(|section| section.key.name == name);
    let mut entries = root.mapping()?.entries();
    if entries.any(|entry| is_policy(entry.name())) {
        return None;
    }
    let mut entries = root.mapping()?.entries();
    let found = entries.find(|entry| OF_PROMETHEUS.contains(&entry.name()));
    found.map(|entry| entry.key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(source: &str) -> Result<Policy, Vec<String>> {
        let text = Text::new("promvet.yaml", source.as_bytes().to_vec());
        Policy::read(&text, "").map_err(|wrong| {
            wrong
                .iter()
                .map(|error| format!("{:?} {} {:?}", error.place, error.message, error.advice))
                .collect()
        })
    }

    #[test]
    fn a_whole_policy_is_read() {
        let policy = policy(
            "issuers:\n  - hosts: ['*.Example.com']\n    issuer: private\ntemplates: ['t/**/*.yml']\n\
             runtime_user: 1000\nopstrace:\n  instances: {prod: ops/prod.yaml}\n  domains: o.example.com\n\
             rules:\n  tls: off\n  remote-write/queue: warning\n",
        )
        .unwrap();
        assert!(policy.issuer_of("a.b.example.com").is_some());
        assert!(policy.issuer_of("example.org").is_none());
        assert!(policy.is_template("t/a/b.yml"));
        assert_eq!(policy.runtime_user.unwrap().uid, 1000);
        assert_eq!(policy.levels[0].rules.len(), 2);
    }

    #[test]
    fn every_mistake_is_reported_with_its_place() {
        let wrong = policy("issurs: []\nrules: {tls: quiet}\nruntime_user: nobody\n").unwrap_err();
        assert_eq!(wrong.len(), 3);
        assert!(
            wrong[0].contains("promvet.yaml:1:1") && wrong[0].contains("write `issuers`"),
            "{wrong:?}"
        );
        assert!(
            wrong
                .iter()
                .any(|error| error.contains("promvet.yaml:2:14")),
            "{wrong:?}"
        );
    }

    #[test]
    fn nearer_entries_are_asked_first() {
        let mut near = policy(
            "runtime_user: 1\nissuers: [{hosts: a.com, issuer: private}]\nrules: {tls: off}\n\
             exclude: a/*\noverrides: [{files: x.yml, rules: {tls: info}}]\n",
        )
        .unwrap();
        let far = policy(
            "runtime_user: 2\nprometheus: '3.5'\nissuers: [{hosts: '*.com', issuer: public}]\n\
             rules: {tls/ca-and-skip: error, credentials: info}\ninclude: ['a/*', 'b/*']\n",
        )
        .unwrap();
        near.add(&far);
        assert_eq!(near.runtime_user.as_ref().unwrap().uid, 1);
        assert_eq!(near.prometheus.len(), 1);
        assert_eq!(near.issuer_of("a.com").unwrap().0.issuer.word(), "private");
        assert_eq!(near.issuer_of("b.com").unwrap().0.issuer.word(), "public");
        let level = |rule: &str, path: &str| {
            let entry = near.level_of(rule, path);
            entry.map(|entry| entry.level.to_string())
        };
        assert_eq!(level("tls/ca-and-skip", "y.yml").as_deref(), Some("off"));
        assert_eq!(level("tls/ca-and-skip", "x.yml").as_deref(), Some("info"));
        assert_eq!(
            level("credentials/missing", "y.yml").as_deref(),
            Some("info")
        );
        assert_eq!(level("remote-write/queue", "y.yml"), None);
        for (path, checked) in [("a/x.yml", false), ("b/x.yml", true), ("c/x.yml", false)] {
            assert_eq!(near.excludes(path).is_none(), checked, "{path}");
        }
    }
}
