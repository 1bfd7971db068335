//! The sections of promvet.yaml.

use std::sync::Arc;

use globset::{GlobBuilder, GlobMatcher};

use super::Policy;
use super::read::{Mistakes, PolicyError};
use super::{mounts, rule_folders};
use crate::finding::{Place, Severity, Text, nearest};
use crate::schema::Version;
use crate::yaml::{Node, parse_first};

/// A pattern over paths or host names, with its place.
#[derive(Clone, Debug)]
pub struct Glob {
    /// As written.
    pub pattern: String,
    /// Where.
    pub place: Place,
    matcher: GlobMatcher,
    folder: String,
}

impl Glob {
    /// Whether it matches a path or a host name.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        text.strip_prefix(self.folder.as_str())
            .is_some_and(|below| self.matcher.is_match(below))
    }
}

/// Who signed a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Issuer {
    /// Let's Encrypt's production environment: trusted everywhere.
    LetsEncryptProd,
    /// Let's Encrypt's staging environment: trusted nowhere, for tests only.
    LetsEncryptStaging,
    /// Another public authority: trusted everywhere.
    Public,
    /// The test environment of another authority: trusted nowhere.
    Staging,
    /// An authority of one's own: trusted by those who have its certificate.
    Private,
}

impl Issuer {
    /// The words of promvet.yaml and of Opstrace's `cert_issuer`.
    pub const WORDS: &[(&str, Self)] = &[
        ("letsencrypt-prod", Self::LetsEncryptProd),
        ("letsencrypt-staging", Self::LetsEncryptStaging),
        ("public", Self::Public),
        ("staging", Self::Staging),
        ("private", Self::Private),
    ];

    /// The issuer of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::WORDS
            .iter()
            .find(|(known, _)| *known == word)
            .map(|(_, issuer)| *issuer)
    }

    /// Whether its certificates are trusted everywhere.
    #[must_use]
    pub fn is_trusted(self) -> bool {
        matches!(self, Self::LetsEncryptProd | Self::Public)
    }

    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::WORDS
            .iter()
            .find(|(_, issuer)| *issuer == self)
            .map_or("", |(word, _)| word)
    }
}

/// One entry of `issuers`.
#[derive(Debug)]
pub struct IssuerPolicy {
    /// Patterns over the whole host name; `*` matches any text, dots included.
    pub hosts: Vec<Glob>,
    /// Who signed for them.
    pub issuer: Issuer,
    /// Where that is said.
    pub place: Place,
}

/// The user that Prometheus runs as.
#[derive(Clone, Debug)]
pub struct RuntimeUser {
    /// Its number.
    pub uid: u32,
    /// The number of its group.
    pub gid: u32,
    /// Where that is said.
    pub place: Place,
}

/// One entry of `opstrace.instances`.
#[derive(Debug)]
pub struct OpstraceInstance {
    /// The instance's name, as in its host names.
    pub name: String,
    /// Its configuration file, relative to promvet.yaml.
    pub file: String,
    /// Where that is said.
    pub place: Place,
}

/// What a rule is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Say nothing.
    Off,
    /// Report with this severity.
    At(Severity),
}

/// One entry of `rules`: a rule or a group and its level.
#[derive(Debug)]
pub struct RuleLevel {
    /// A rule's name, or a group's.
    pub name: String,
    /// Its level.
    pub level: Level,
    /// Where the name is.
    pub place: Place,
}

const KEYS: &[&str] = &[
    "prometheus",
    "issuers",
    "templates",
    "runtime_user",
    "mounts",
    "opstrace",
    "rules",
    "rule_folders",
];

pub(super) fn read(text: &Arc<Text>, folder: &str) -> Result<Policy, Vec<PolicyError>> {
    let document = parse_first(text).map_err(|error| {
        let place = Place::new(text, error.span);
        vec![PolicyError {
            message: format!("this is not YAML: {}", error.problem),
            place,
            help: None,
        }]
    })?;
    let mut policy = Policy::default();
    let mut wrong = Mistakes::default();
    if let Some(root) = document.root() {
        for (key, value) in wrong.fields(root, "promvet.yaml", KEYS) {
            match key {
                "prometheus" => policy.prometheus = versions(value, &mut wrong),
                "issuers" => policy.issuers = issuers(value, &mut wrong),
                "templates" => policy.templates = templates(value, folder, &mut wrong),
                "runtime_user" => policy.runtime_user = runtime_user(value, &mut wrong),
                "mounts" => policy.mounts = mounts::read(value, folder, &mut wrong),
                "rule_folders" => policy.rule_folders = rule_folders::read(value, &mut wrong),
                "opstrace" => opstrace(value, &mut policy, &mut wrong),
                _ => policy.rules = levels(value, &mut wrong),
            }
        }
    }
    if wrong.list.is_empty() {
        Ok(policy)
    } else {
        Err(wrong.list)
    }
}

/// One version or a list of them. A number is read as it is written: `3.10` is not `3.1`.
fn versions(value: Node<'_>, wrong: &mut Mistakes) -> Vec<(Version, Place)> {
    let mut out = Vec::new();
    for (text, node) in wrong.texts(value, "`prometheus`") {
        match Version::parse(text) {
            Ok(version) => out.push((version, node.place())),
            Err(unknown) => {
                let help = "write two numbers, such as `\"3.5\"`, or the exact release";
                wrong.add(node, unknown.to_string(), Some(help.into()));
            }
        }
    }
    out
}

fn places(texts: Vec<(&str, Node<'_>)>) -> Vec<(String, Place)> {
    texts
        .into_iter()
        .map(|(text, node)| (text.to_owned(), node.place()))
        .collect()
}

fn glob(
    text: &str,
    node: Node<'_>,
    folder: &str,
    paths: bool,
    wrong: &mut Mistakes,
) -> Option<Glob> {
    let built = GlobBuilder::new(text).literal_separator(paths).build();
    match built {
        Ok(glob) => Some(Glob {
            pattern: text.to_owned(),
            place: node.place(),
            matcher: glob.compile_matcher(),
            folder: folder.to_owned(),
        }),
        Err(error) => {
            wrong.add(
                node,
                format!("this pattern can't be read: {}", error.kind()),
                None,
            );
            None
        }
    }
}

fn issuers(list: Node<'_>, wrong: &mut Mistakes) -> Vec<IssuerPolicy> {
    let mut out = Vec::new();
    for item in wrong.items(list, "`issuers`") {
        let fields = wrong.fields(item, "an entry of `issuers`", &["hosts", "issuer"]);
        let field = |name| {
            fields
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| *value)
        };
        let (Some(hosts), Some(issuer)) = (field("hosts"), field("issuer")) else {
            wrong.add(
                item,
                "an entry of `issuers` needs both `hosts` and `issuer`",
                None,
            );
            continue;
        };
        let texts = wrong.texts(hosts, "`hosts`");
        let hosts = texts
            .into_iter()
            .filter_map(|(text, node)| glob(&text.to_ascii_lowercase(), node, "", false, wrong));
        let hosts: Vec<_> = hosts.collect();
        let word = issuer.as_str().unwrap_or("");
        match Issuer::from_word(word) {
            Some(known) => out.push(IssuerPolicy {
                hosts,
                issuer: known,
                place: issuer.place(),
            }),
            None => {
                let words = Issuer::WORDS.iter().map(|(word, _)| *word);
                let help = nearest(word, words.clone()).map_or_else(
                    || format!("known issuers: {}", words.collect::<Vec<_>>().join(", ")),
                    |near| format!("write `{near}`"),
                );
                wrong.add(issuer, "promvet knows no such issuer", Some(help));
            }
        }
    }
    out
}

fn templates(list: Node<'_>, folder: &str, wrong: &mut Mistakes) -> Vec<Glob> {
    let texts = wrong.texts(list, "`templates`");
    texts
        .into_iter()
        .filter_map(|(text, node)| glob(text, node, folder, true, wrong))
        .collect()
}

fn runtime_user(node: Node<'_>, wrong: &mut Mistakes) -> Option<RuntimeUser> {
    let text = wrong.text(node, "`runtime_user`")?;
    let (uid, gid) = text.split_once(':').unwrap_or((text, text));
    match (uid.parse(), gid.parse()) {
        (Ok(uid), Ok(gid)) => Some(RuntimeUser {
            uid,
            gid,
            place: node.place(),
        }),
        _ => {
            let help =
                "write the number of the user, or `\"user:group\"`, such as `\"65534:65534\"`";
            wrong.add(
                node,
                "`runtime_user` is a number, or two with a colon between them",
                Some(help.into()),
            );
            None
        }
    }
}

fn opstrace(node: Node<'_>, policy: &mut Policy, wrong: &mut Mistakes) {
    for (key, value) in wrong.fields(node, "`opstrace`", &["instances", "domains"]) {
        if key == "domains" {
            policy.opstrace_domains = places(wrong.texts(value, "`domains`"));
            continue;
        }
        let Some(instances) = value.mapping() else {
            wrong.add(value, "`instances` maps names of instances to files", None);
            continue;
        };
        for entry in instances.entries() {
            let Some(file) = wrong.text(entry.value, "the file of an instance") else {
                continue;
            };
            policy.instances.push(OpstraceInstance {
                name: entry.name().to_owned(),
                file: file.to_owned(),
                place: entry.key.place(),
            });
        }
    }
}

fn levels(node: Node<'_>, wrong: &mut Mistakes) -> Vec<RuleLevel> {
    let Some(mapping) = node.mapping() else {
        wrong.add(node, "`rules` maps rules or groups to levels", None);
        return Vec::new();
    };
    let mut out = Vec::new();
    for entry in mapping.entries() {
        // The source text counts: `off` is a word here, not a boolean.
        let word = entry.value.scalar().map_or("", |scalar| scalar.text);
        let level = if word == "off" {
            Some(Level::Off)
        } else {
            Severity::from_word(word).map(Level::At)
        };
        match level {
            Some(level) => out.push(RuleLevel {
                name: entry.name().to_owned(),
                level,
                place: entry.key.place(),
            }),
            None => wrong.add(
                entry.value,
                format!("`{word}` is no level"),
                Some("write off, info, warning or error".into()),
            ),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(source: &str) -> Result<Policy, Vec<String>> {
        let text = Text::new("promvet.yaml", source.as_bytes().to_vec());
        Policy::read(&text, "").map_err(|wrong| {
            wrong
                .iter()
                .map(|one| format!("{:?} {} {:?}", one.place, one.message, one.help))
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
        assert_eq!(policy.rules.len(), 2);
    }

    #[test]
    fn every_mistake_is_said_with_its_place() {
        let wrong = policy("issurs: []\nrules: {tls: quiet}\nruntime_user: nobody\n").unwrap_err();
        assert_eq!(wrong.len(), 3);
        assert!(
            wrong[0].contains("promvet.yaml:1:1") && wrong[0].contains("write `issuers`"),
            "{wrong:?}"
        );
        assert!(wrong[1].contains("promvet.yaml:2:14"), "{wrong:?}");
    }
}
