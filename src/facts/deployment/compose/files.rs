//! `secrets` and `configs` of a service.

use super::environment::{VariableSource, whole_variable};
use super::is_true;
use super::project::Project;
use super::volumes::VolumeEntry;
use crate::facts::deployment::inside;
use crate::facts::deployment::kubernetes::mode;
use crate::facts::deployment::model::{ComposeOrigin, ComposeSecretOrConfig, Mount, MountSource};
use crate::facts::deployment::user::DeployedRights;
use crate::facts::deployment::written::{HiddenContent, ProvidedValue, hide};
use crate::finding::{Evidence, Place};
use crate::yaml::{Dollars, Node};

impl Project<'_> {
    /// One entry of `secrets` or `configs`: a name, or a mapping with `source`, `target`, `uid`,
    /// `gid`, `mode`.
    pub(super) fn file(
        &self,
        kind: &'static str,
        section: &'static str,
        node: Node<'_>,
    ) -> VolumeEntry {
        let place = node.place();
        let text = |key: &str| node.get(key).and_then(Node::as_str);
        let Some(name) = node.as_str().or_else(|| text("source")) else {
            return VolumeEntry::Nothing;
        };
        // Secrets are in /run/secrets, configs in the root folder, unless the target is absolute
        // (docs.docker.com, compose file reference).
        let folder = if kind == "secret" {
            "/run/secrets"
        } else {
            "/"
        };
        let Some(target) = self.expand(text("target").unwrap_or(name)) else {
            return VolumeEntry::Unclear(place);
        };
        let path = inside::join(folder, &target);
        let Some(definition) = self.defined(section, name) else {
            let reason = format!(
                "`{section}` at the top level has no `{name}`, so docker compose rejects the file"
            );
            return VolumeEntry::At(Box::new(Mount::new(
                &path,
                MountSource::Unknown(reason),
                place,
            )));
        };
        let source = match self.origin(kind, name, definition) {
            Some(from) => {
                let copied = matches!(
                    from,
                    ComposeOrigin::Environment(..) | ComposeOrigin::Content(_)
                );
                MountSource::Compose(ComposeSecretOrConfig {
                    kind,
                    name: name.to_owned(),
                    rights: if copied { rights(node) } else { None },
                    ignored: ignored(node).filter(|_| matches!(from, ComposeOrigin::File(_))),
                    from,
                })
            }
            None => MountSource::Unknown(format!(
                "the source of the {kind} `{name}` depends on a variable that has no value here"
            )),
        };
        let evidence = Evidence {
            place: definition.place(),
            message: format!("the {kind} `{name}` is defined here"),
        };
        VolumeEntry::At(Box::new(Mount {
            definition: Some(evidence),
            ..Mount::new(&path, source, place)
        }))
    }

    /// Where the content of a definition comes from; none if a variable hides it.
    fn origin(&self, kind: &str, name: &str, definition: Node<'_>) -> Option<ComposeOrigin> {
        if is_true(definition, "external")
            || definition
                .get("external")
                .is_some_and(|external| external.mapping().is_some())
        {
            return Some(ComposeOrigin::Outside("outside: it is external".to_owned()));
        }
        if let Some(file) = definition.get("file").and_then(Node::as_str) {
            let file = self.expand(file)?;
            return Some(match self.host_path(&file) {
                Some(path) => ComposeOrigin::File(path),
                None => ComposeOrigin::Outside(format!(
                    "`{file}` of the machine that runs the container"
                )),
            });
        }
        if let Some(variable) = definition.get("environment").and_then(Node::as_str) {
            let written = self.in_env_file(variable);
            return Some(ComposeOrigin::Environment(variable.to_owned(), written));
        }
        let content = definition
            .mapping()
            .and_then(|mapping| mapping.entry("content"));
        if let Some(entry) = content {
            if kind == "secret" {
                hide(entry.value);
            }
            let text = entry.value.as_str().unwrap_or("");
            let text = match self.value(text) {
                VariableSource::Here(text) => text,
                VariableSource::InEnvFile(written) => return Some(ComposeOrigin::Content(written)),
                // Compose fills it in from the environment, or does not start.
                VariableSource::Elsewhere => match whole_variable(text.trim()) {
                    Some(variable) => {
                        return Some(ComposeOrigin::Environment(variable.to_owned(), None));
                    }
                    None => text.to_owned(),
                },
            };
            let noun = format!("the `content` of the {kind} `{name}`");
            let content = HiddenContent::plain(&text);
            let written = ProvidedValue::of_key(entry.key, noun, kind, content);
            let written = written.with_text(entry.value, Dollars::Doubled);
            return Some(ComposeOrigin::Content(written));
        }
        Some(ComposeOrigin::Outside(
            "something that the compose file does not name".to_owned(),
        ))
    }
}

/// The mode that compose gives a file which names none: with less, the file of root is closed to the user of
/// Prometheus.
const COMPOSE_MODE: u32 = 0o444;

/// Owner and mode of what docker compose copies into the container. Without `mode` they are not
/// known: releases made it 0400 of root at first and 0444 since (docker/compose
/// `pkg/compose/secrets.go`). Without `uid` newer ones take the service's user.
fn rights(node: Node<'_>) -> Option<DeployedRights> {
    let mode = mode(node.get("mode")?.scalar()?)?;
    if mode == COMPOSE_MODE && node.get("uid").is_none() {
        return None;
    }
    let number = |key: &str| {
        node.get(key)
            .and_then(Node::as_str)
            .and_then(|text| text.parse().ok())
    };
    Some(DeployedRights {
        mode,
        uid: number("uid"),
        gid: number("gid"),
    })
}

/// Where owner or mode is written.
fn ignored(node: Node<'_>) -> Option<Place> {
    let entries = ["uid", "gid", "mode"]
        .into_iter()
        .find_map(|key| node.mapping()?.entry(key));
    entries.map(|entry| entry.key.place())
}
