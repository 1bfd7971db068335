//! Flags that are keys of a mapping, in variables of Ansible and in values of charts.

use std::sync::Arc;

use super::credentials::shared_credentials;
use super::{CommandLine, ContainerArgument, URL, faults, known};
use crate::finding::{Advice, Finding, Severity, placeholder, rule};
use crate::yaml::{Document, Node};

/// Flags as keys of a mapping, as the roles of Ansible for VictoriaMetrics have them; a list is one flag
/// several times (VictoriaMetrics/ansible-playbooks `roles/vmagent/templates`).
pub(in crate::discover) fn of_mapping(flags: Node<'_>) -> CommandLine<'_> {
    let entries = flags.mapping().into_iter().flat_map(|map| map.entries());
    let arguments = entries.flat_map(|entry| {
        let one = entry.value.scalar().map(|_| entry.value);
        let values = one.into_iter().chain(entry.value.items());
        values.filter_map(move |node| {
            let scalar = node.scalar()?;
            Some(ContainerArgument {
                text: format!("-{}={}", entry.name(), scalar.text),
                node,
                span: scalar.part(0, scalar.text.len()),
            })
        })
    });
    CommandLine {
        container: flags,
        arguments: arguments.collect(),
    }
}

/// The flags that a list of endpoints and further flags become (VictoriaMetrics/helm-charts
/// `charts/victoria-metrics-agent/templates/_helpers.tpl`): each key of an item is one.
pub(in crate::discover) fn of_endpoints<'d>(
    items: &[Node<'d>],
    extra: Node<'d>,
) -> CommandLine<'d> {
    let mut line = of_mapping(extra);
    let entries = items.iter().filter_map(|item| item.mapping());
    let entries = entries.flat_map(|map| map.entries());
    line.arguments.extend(entries.filter_map(|entry| {
        let scalar = entry.value.scalar()?;
        Some(ContainerArgument {
            text: format!("-remoteWrite.{}={}", entry.name(), scalar.text),
            node: entry.value,
            span: scalar.part(0, scalar.text.len()),
        })
    }));
    line
}

/// The flags that a list of URLs and further flags become (`charts/victoria-metrics-agent` before 0.10,
/// `remoteWriteUrls`).
pub(in crate::discover) fn of_urls<'d>(urls: Node<'d>, extra: Option<Node<'d>>) -> CommandLine<'d> {
    let arguments = extra
        .into_iter()
        .flat_map(|extra| of_mapping(extra).arguments);
    CommandLine {
        container: urls,
        arguments: urls.items().filter_map(url).chain(arguments).collect(),
    }
}

fn url(node: Node<'_>) -> Option<ContainerArgument<'_>> {
    let scalar = node.scalar()?;
    Some(ContainerArgument {
        text: format!("-{URL}={}", scalar.text),
        node,
        span: scalar.part(0, scalar.text.len()),
    })
}

/// Keys of endpoints in values of the chart that make no flag of vmagent.
pub(in crate::discover) fn faults_of_items(items: &[Node<'_>]) -> Vec<Finding> {
    let entries = items.iter().filter_map(|item| item.mapping());
    let entries = entries.flat_map(|map| map.written());
    let found = entries.filter_map(|entry| {
        let flag = format!("{GROUP}{}", entry.name());
        if known::is_known(&flag) || entry.name() == "<<" || placeholder::is_open(entry.name()) {
            return None;
        }
        let message = format!(
            "`{}`: the chart makes the flag `-{flag}` of it, which vmagent does not have; vmagent does not start",
            entry.name()
        );
        let place = entry.key.place();
        let finding = Finding::new(rule::SCHEMA_UNKNOWN_FIELD, Severity::Warning, place, message);
        let finding = finding.of_key(entry.key.path(), entry.key.identity());
        let near = faults::meant(&flag).and_then(|near| near.strip_prefix(GROUP));
        Some(finding.help(match near {
            Some(near) => Advice::rename(entry.key.span(), near).unsafe_(),
            None => Advice::say("remove it, or correct its name"),
        }))
    });
    found.collect()
}

/// What the names of flags begin with that are about endpoints.
const GROUP: &str = "remoteWrite.";

/// What is wrong with credentials among further flags, which go to all of some URLs.
pub(in crate::discover) fn shared_with(
    source: &Arc<Document>,
    urls: Vec<Node<'_>>,
    extra: Node<'_>,
) -> Vec<Finding> {
    let mut line = of_mapping(extra);
    line.arguments.extend(urls.into_iter().filter_map(url));
    shared_credentials(source, &line.arguments)
}
