//! Keys of Secrets and ConfigMaps that a resource of the Prometheus Operator names.
//!
//! The Operator copies their values into the configuration as they are, without trimming, from the
//! namespace of the resource (prometheus-operator v0.93.0 `pkg/assets/store.go`). What nothing in
//! the tree makes is not judged: it may be made anywhere.

use std::sync::Arc;

use super::Facts;
use super::token::{self, Observation};
use crate::discover::MountedObject;
use crate::facts::deployment::{
    HiddenContent, ProvidedKey, ProvidedValue, Provider, RenamedObject,
};
use crate::finding::{Advice, Finding, KeySteps, Place, Severity, Span, Text, nearest, rule};
use crate::schema::dialect::KeyReference;

/// As many keys as a message lists.
const MOST_LISTED: usize = 8;

impl Facts<'_> {
    /// What is wrong with the keys that a resource in a namespace names.
    #[must_use]
    pub fn selected(&self, references: &[KeyReference], namespace: Option<&str>) -> Vec<Finding> {
        let mut out = Vec::new();
        for reference in references {
            out.extend(self.renamed(reference, namespace));
            out.extend(self.of_reference(reference, namespace));
        }
        out
    }

    /// What is wrong with the keys that a program reads by itself when it starts, as Alloy does
    /// (`remote.kubernetes.secret`): objects of the tree that lack them. They may have them elsewhere.
    #[must_use]
    pub fn read_keys(&self, references: &[KeyReference]) -> Vec<Finding> {
        let provided = self.shared.objects(&self.files);
        let of = |reference: &KeyReference| {
            let namespace = reference.namespace.as_deref();
            // A tree may have the configurations of several clusters, with Secrets of one name.
            let makers = provided.of(reference.kind, &reference.name, namespace);
            let makers: Vec<_> = makers
                .into_iter()
                .filter(|maker| self.is_near(reference, maker))
                .collect();
            let is_known = |maker: &Arc<Provider>| {
                let has = maker.keys.contains_key(&reference.key);
                maker.complete && !maker.keys.is_empty() && !has
            };
            let all = !makers.is_empty() && makers.iter().all(is_known);
            let consequence = "Alloy does not start";
            let lacking = all.then(|| lacks(reference, makers.first()?, consequence));
            let mut finding = lacking.flatten()?;
            finding.severity = Severity::Warning;
            Some(finding)
        };
        references.iter().filter_map(of).collect()
    }

    /// What is reported where only an object of the other kind has the name and the key.
    fn of_another_kind(
        &self,
        reference: &KeyReference,
        namespace: Option<&str>,
    ) -> Option<Finding> {
        let other = if reference.kind == "Secret" {
            "ConfigMap"
        } else {
            "Secret"
        };
        let provided = self.shared.objects(&self.files);
        let makers = provided.of(other, &reference.name, namespace).into_iter();
        let mut makers = makers.filter(|maker| maker.keys.contains_key(&reference.key));
        Some(of_another_kind(reference, &*makers.next()?))
    }

    /// What is reported where kustomize changes the name of each object that is meant.
    fn renamed(&self, reference: &KeyReference, namespace: Option<&str>) -> Option<Finding> {
        let provided = self.shared.objects(&self.files);
        let makers = provided.of(reference.kind, &reference.name, namespace);
        let mut names = makers.iter().map(|maker| maker.renamed.as_ref());
        let first = names.next()??;
        let are_all = names.all(|renamed| renamed.is_some());
        are_all.then(|| called_otherwise(reference, first))
    }

    /// What is wrong with the objects that a resource in a namespace mounts.
    #[must_use]
    pub fn mounted(&self, objects: &[MountedObject], namespace: Option<&str>) -> Vec<Finding> {
        let wrong = objects.iter().filter_map(|object| {
            let MountedObject {
                kind, name, field, ..
            } = object;
            let provided = self.shared.objects(&self.files);
            if !provided.of(kind, name, None).is_empty() {
                return None;
            }
            let names = provided.names(kind, namespace);
            let near = nearest(name, names).filter(|near| is_slip(name, near))?;
            let maker = provided.of(kind, near, namespace).into_iter().next()?;
            let message = format!(
                "`{field}`: the tree makes no {kind} `{name}`, but one called `{near}`; without it the pods do not start"
            );
            let place = object.place.clone();
            let rule = rule::KUBERNETES_SECRET_KEY;
            let finding = Finding::new(rule, Severity::Warning, place, message);
            let finding = finding.of_key(object.logical.clone(), object.identity.clone());
            let finding = finding.help(Advice::write(format!("write `{near}`")));
            Some(finding.evidence(maker.place.clone(), "created here"))
        });
        wrong.collect()
    }

    /// Whether something in the tree puts manifests into another namespace than they name.
    #[must_use]
    pub fn sets_namespace(&self) -> bool {
        self.shared.sets_namespace()
    }

    /// What makes an object in another namespace, if nothing can be seen that takes it over: a
    /// kustomization, or a program that copies Secrets.
    fn elsewhere(
        &self,
        reference: &KeyReference,
        namespace: Option<&str>,
    ) -> Option<Arc<Provider>> {
        let namespace = namespace?;
        if self.shared.sets_namespace() {
            return None;
        }
        let all = self.shared.objects(&self.files);
        let all = all.of(reference.kind, &reference.name, None);
        let is_copied = |maker: &Arc<Provider>| {
            let text = maker.place.text().content();
            COPIERS.iter().any(|word| text.contains(word))
        };
        let is_elsewhere = |maker: &Arc<Provider>| {
            let own = maker.namespace.as_deref();
            own.is_some_and(|own| own != namespace)
        };
        if !all.iter().all(is_elsewhere) || all.iter().any(is_copied) {
            return None;
        }
        all.into_iter().find(|maker| self.is_near(reference, maker))
    }

    /// Whether an object is made in the folder of a reference, or in one above or below it. A tree may have
    /// the manifests of several clusters in folders of their own.
    fn is_near(&self, reference: &KeyReference, maker: &Provider) -> bool {
        let folder = |path: &str| self.absolute(path).parent().map(std::path::Path::to_owned);
        let own = folder(reference.place.path());
        let other = folder(maker.place.path());
        own.zip(other)
            .is_some_and(|(own, other)| own.starts_with(&other) || other.starts_with(&own))
    }

    fn of_reference(&self, reference: &KeyReference, namespace: Option<&str>) -> Option<Finding> {
        let provided = self.shared.objects(&self.files);
        let KeyReference {
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
                return Some(finding.evidence(maker.place.clone(), "created here"));
            }
            if let Some(finding) = self.of_another_kind(reference, namespace) {
                return Some(finding);
            }
            if let Some(maker) = self.elsewhere(reference, namespace) {
                return Some(in_other_namespace(reference, &maker, namespace?));
            }
            let names = provided.names(kind, namespace);
            let near = nearest(name, names).filter(|near| is_slip(name, near))?;
            // A Secret without the key that is asked for is another one.
            let makers = provided.of(kind, near, namespace);
            let may_be_meant =
                |maker: &Arc<Provider>| maker.keys.contains_key(key) || !maker.complete;
            let maker = makers.into_iter().find(may_be_meant)?;
            let message = format!(
                "`{}`: the tree makes no {kind} `{name}`, but one called `{near}`",
                reference.field
            );
            let finding = found(reference, Severity::Warning, message);
            let finding = finding.help(Advice::write(format!("write `name: {near}`")));
            return Some(finding.evidence(maker.place.clone(), "created here"));
        }
        let holders = makers.iter().filter(|maker| maker.keys.contains_key(key));
        let holders: Vec<_> = holders.collect();
        if holders.is_empty() {
            // What is empty in the tree is filled by something else, such as OpenShift's injection of
            // certificates or an operator for secrets.
            let is_known = |maker: &Arc<Provider>| maker.complete && !maker.keys.is_empty();
            let is_known = makers.iter().all(is_known);
            return is_known
                .then(|| lacks(reference, makers.first()?, consequence(reference)))
                .flatten();
        }
        let written = holders.iter().find_map(|maker| {
            let key = maker.keys.get(key)?;
            key.written.clone().or_else(|| self.in_file(reference, key))
        });
        let written = written?;
        // An empty one beside a Certificate or an ExternalSecret of the name is there to be filled.
        let is_empty = || {
            written
                .content
                .observe(self.files.now)
                .contains(&Observation::Empty)
        };
        if makers.len() > 1 && is_empty() {
            return None;
        }
        value(self, reference, &written)
    }
}

/// The largest file that is read for a key, in bytes: a Secret has at most 1 MiB.
const LARGEST_KEY: u64 = 1024 * 1024;

impl Facts<'_> {
    /// The value of a key that a generator takes from a file. Files that are encrypted are decrypted before.
    fn in_file(&self, reference: &KeyReference, key: &ProvidedKey) -> Option<Arc<ProvidedValue>> {
        let path = key.file.as_ref()?;
        let bytes = self.files.tree.read(path, LARGEST_KEY).ok()?;
        let content = String::from_utf8(bytes).ok()?;
        if content.contains("sops") {
            return None;
        }
        let KeyReference {
            kind, name, key, ..
        } = reference;
        let hidden = HiddenContent::plain(&content);
        let text = Text::new(self.files.tree.shown(path), content.into());
        Some(Arc::new(ProvidedValue {
            noun: format!("the file with the key `{key}` of the {kind} `{name}`"),
            name: key.clone(),
            place: Place::new(&text, Span::new(0, 0)),
            logical: key.clone(),
            identity: format!("{kind}/{name}.{key}"),
            content: hidden,
            text: None,
        }))
    }
}

/// What is reported about an object that kustomize calls by another name than the resource does.
fn called_otherwise(reference: &KeyReference, renamed: &RenamedObject) -> Finding {
    let KeyReference { kind, name, .. } = reference;
    let message = format!(
        "`{}`: kustomize calls the {kind} `{name}` `{}`, and leaves the name here as it is",
        reference.field, renamed.name
    );
    let help = match renamed.is_hashed {
        true => "set `options.disableNameSuffixHash: true` on the generator",
        false => "write the name with its prefix and suffix",
    };
    let finding = found(reference, Severity::Warning, message).help(Advice::say(help));
    finding.evidence(renamed.place.clone(), "it gets its name here")
}

/// The fewest letters of a part of a name in which a difference is a slip: `tenant-a` and `tenant-b`,
/// `db-1` and `db-2` are two names.
const SHORTEST_SLIP: usize = 4;

/// The most letters by which a part of a name differs where it is a slip: `admission` and `grafana` are
/// two words.
const FURTHEST_SLIP: usize = 2;

/// Whether two names differ as by a slip of the keyboard: in one part between dashes, by letters.
pub(super) fn is_slip(name: &str, near: &str) -> bool {
    let letters = |part: &str| {
        part.trim_end_matches(|c: char| c.is_ascii_digit())
            .to_owned()
    };
    let parts = |name: &str| name.split(['-', '_', '.']).map(letters).collect::<Vec<_>>();
    let (ours, theirs) = (parts(name), parts(near));
    let is_near = |a: &str, b: &str| strsim::damerau_levenshtein(a, b) <= FURTHEST_SLIP;
    if ours.len() != theirs.len() {
        return is_near(name, near);
    }
    let mut pairs = ours.iter().zip(&theirs).filter(|(a, b)| a != b);
    let first = pairs.next();
    let is_slip = |a: &str, b: &str| a.len().min(b.len()) >= SHORTEST_SLIP && is_near(a, b);
    first.is_some_and(|(a, b)| is_slip(a, b)) && pairs.next().is_none()
}

fn found(reference: &KeyReference, severity: Severity, message: String) -> Finding {
    let finding = Finding::new(
        rule::KUBERNETES_SECRET_KEY,
        severity,
        reference.place.clone(),
        message,
    );
    finding.of_key(reference.logical.clone(), reference.identity.clone())
}

/// Words of annotations by which programs copy Secrets to other namespaces (emberstack's reflector,
/// mittwald's kubernetes-replicator, kubed and its successor).
const COPIERS: &[&str] = &["reflector", "replicat", "kubed.appscode", "config-syncer"];

fn of_another_kind(reference: &KeyReference, maker: &Provider) -> Finding {
    let KeyReference {
        kind, name, field, ..
    } = reference;
    let message = format!(
        "`{field}`: the tree makes no {kind} `{name}`, but a {} of that name",
        maker.makes
    );
    let finding = found(reference, Severity::Warning, message);
    let finding = finding.help(Advice::say(format!("name a {kind}, or make it one")));
    finding.evidence(maker.place.clone(), "created here")
}

fn in_other_namespace(reference: &KeyReference, maker: &Provider, namespace: &str) -> Finding {
    let KeyReference { kind, name, .. } = reference;
    let message = format!(
        "`{}`: the tree makes the {kind} `{name}` only in the namespace `{}`, and the Operator looks in `{namespace}`",
        reference.field,
        maker.namespace.as_deref().unwrap_or_default()
    );
    let finding = found(reference, Severity::Warning, message);
    let finding = finding.help(Advice::say(format!(
        "make it in the namespace `{namespace}`"
    )));
    finding.evidence(maker.place.clone(), "created here")
}

fn lacks(reference: &KeyReference, maker: &Provider, consequence: &str) -> Option<Finding> {
    let KeyReference { name, key, .. } = reference;
    let keys: Vec<&str> = maker.keys.keys().map(String::as_str).collect();
    let listed: Vec<String> = keys
        .iter()
        .take(MOST_LISTED)
        .map(|key| format!("`{key}`"))
        .collect();
    let message = format!(
        "`{}`: the {} `{name}` has no key `{key}`; {consequence}",
        reference.field, maker.makes
    );
    let finding = found(reference, Severity::Error, message);
    let finding = finding.evidence(maker.place.clone(), format!("it has {}", listed.join(", ")));
    let only = keys.first().copied().filter(|_| keys.len() == 1);
    Some(match nearest(key, keys).or(only) {
        // In an expression: `data["key"]`.
        Some(near) if reference.namespace.is_some() => {
            finding.help(Advice::write(format!("write `[\"{near}\"]`")))
        }
        Some(near) => finding.help(Advice::write(format!("write `key: {near}`"))),
        None => finding.help(Advice::say("name a key that it has")),
    })
}

/// What becomes of a resource with such a reference: monitors and their like are left out, and the others
/// are used (prometheus-operator v0.93.0 `pkg/prometheus/resource_selector.go`).
fn consequence(reference: &KeyReference) -> &'static str {
    const SELECTED: &[&str] = &[
        "authorization",
        "basicAuth",
        "bearerTokenSecret",
        "endpoints",
        "oauth2",
        "podMetricsEndpoints",
        "receivers",
        "tlsConfig",
    ];
    match KeySteps::of(&reference.logical)
        .keys()
        .nth(1)
        .is_some_and(|key| SELECTED.contains(&key) || key.ends_with("SDConfigs"))
    {
        true => "the Operator leaves this resource out",
        false => "the Operator generates no configuration",
    }
}

/// Fields whose values are not secrets.
const PUBLIC: &[&str] = &["clientId", "username"];

/// What is reported about a secret that git tracks in the clear, once for all that name it.
fn committed(
    facts: &Facts<'_>,
    reference: &KeyReference,
    written: &ProvidedValue,
    severity: Severity,
) -> Option<Finding> {
    let path = facts.absolute(written.place.path());
    let (shown, start, _) = written.place.order();
    let look = format!("{shown}#{start}");
    if !matches!(facts.is_tracked(&path), Ok(true)) || !facts.is_first_look(look.as_ref()) {
        return None;
    }
    let message = format!(
        "{} is a secret that git tracks in the clear: anyone who can read the repository or its history can use it",
        written.noun
    );
    let place = written.place.clone();
    let finding = Finding::new(rule::CREDENTIALS_COMMITTED, severity, place, message);
    let finding = finding.of_key(written.logical.clone(), written.identity.clone());
    let help = "change the secret, then keep it out of the repository, encrypt it (SOPS, SealedSecret), or fill it in at deploy time (ExternalSecret)";
    let finding = finding.help(Advice::say(help));
    Some(finding.evidence(reference.place.clone(), "the Operator reads it for this"))
}

/// Whether a value is a text that can be sent as it is: chosen by a person, perhaps, and not encrypted or
/// a hash.
fn is_text(observed: &[Observation]) -> bool {
    !observed.iter().any(|observation| {
        matches!(
            observation,
            Observation::Empty
                | Observation::Encrypted(_)
                | Observation::Hash(_)
                | Observation::Jwt(_)
                | Observation::NotBase64
                | Observation::Pem(_)
                | Observation::Placeholder
                | Observation::TooLong
        )
    })
}

/// What is wrong with a value, at the place where it is written.
fn value(facts: &Facts<'_>, reference: &KeyReference, written: &ProvidedValue) -> Option<Finding> {
    let observed = written.content.observe(facts.files.now);
    let is_secret = !PUBLIC.contains(&&*reference.field);
    if reference.is_inline && is_secret && token::is_live(&observed) {
        return committed(facts, reference, written, Severity::Error);
    }
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
            .any(|observation| matches!(observation, Observation::Scheme(_)))
    {
        (
            Severity::Error,
            "begins with the scheme, which Prometheus sends once more",
            "leave the word out",
        )
    } else if reference.is_inline
        && is_secret
        && observed.contains(&Observation::Placeholder)
        && !written.content.has_variable()
    {
        (
            Severity::Warning,
            "is a placeholder: unless something replaces it, the receiver rejects it",
            "write the credential at deploy time, as an ExternalSecret or a SealedSecret does",
        )
    } else {
        let is_plain = reference.is_inline && is_secret && is_text(&observed);
        let is_open = written.content.has_variable();
        return (is_plain && !is_open)
            .then(|| committed(facts, reference, written, Severity::Warning))
            .flatten();
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
