//! `schema/variable`: variables in a configuration that Prometheus gets as it is written.

use crate::discover::nodes;
use crate::finding::{Severity, is_secret_name};
use crate::prometheus::TargetSection;
use crate::rules::{Configuration, RuleFindings};
use crate::schema::scalar::environment::{ExpandedText, expansions};
use crate::yaml::{Entry, Mapping, Node, placeholder};

/// How many variables are reported: those of one file are mostly of one kind.
const MOST: usize = 20;

pub(super) fn check(configuration: &Configuration<'_>, out: &mut RuleFindings<'_>) {
    let document = configuration.config.root().node().document();
    let content = document.text().content();
    if configuration.templated || !content.contains('$') {
        return;
    }
    of_labels(configuration, out);
    if !(content.contains("${") || content.contains("$(")) {
        return;
    }
    let mut found: Vec<_> = nodes(document)
        .filter(|node| is_judged_here(*node))
        .filter_map(|node| Some((node, variable(node)?)))
        .collect();
    found.sort_by_key(|(node, _)| node.span());
    for (node, (from, to)) in found.into_iter().take(MOST) {
        let Some(scalar) = node.scalar() else {
            continue;
        };
        let whole = scalar.text.get(from..to).unwrap_or_default();
        let Some(proof) = configuration.never_filled(whole) else {
            continue;
        };
        let span = match node.is_alias() {
            true => node.span(),
            false => scalar.part(from, to),
        };
        let message = format!(
            "nothing fills in `{whole}`: Prometheus expands variables only in `external_labels`, and \
             uses the text as written"
        );
        let mut finding = out.part(node, span, Severity::Warning, message);
        finding.evidence = proof;
        out.push(finding.help("write the value, or fill in the file before Prometheus reads it"));
    }
}

/// Variables in `external_labels` that the releases which run the configuration do not expand.
fn of_labels(configuration: &Configuration<'_>, out: &mut RuleFindings<'_>) {
    let root = configuration.config.root();
    let labels = root
        .get("global")
        .and_then(|global| global.get("external_labels"));
    let labels = labels.and_then(Node::mapping);
    let labels: Vec<_> = labels.into_iter().flat_map(Mapping::entries).collect();
    let proof = configuration.labels_are_literal();
    if proof.is_none() {
        of_defaults(&labels, configuration, out);
    }
    let found = labels.iter().filter_map(|entry| {
        let scalar = entry.value.scalar()?;
        let first = expansions(scalar.text).into_iter().find(|expansion| {
            let is_name = |name: &str| {
                let capital = |c: char| c.is_ascii_uppercase() || c == '_';
                name.starts_with(capital) && !name.contains(|c: char| c.is_ascii_lowercase())
            };
            matches!(expansion.becomes, ExpandedText::Variable(name) if is_name(name))
        })?;
        Some((entry.value, scalar, first))
    });
    for (node, scalar, expansion) in found.take(MOST) {
        let whole = scalar
            .text
            .get(expansion.from..expansion.to)
            .unwrap_or_default();
        let (Some(proof), Some(_)) = (proof.as_ref(), configuration.never_filled(whole)) else {
            continue;
        };
        let span = match node.is_alias() {
            true => node.span(),
            false => scalar.part(expansion.from, expansion.to),
        };
        let message = format!(
            "`{whole}` is sent as written: before 3.0, Prometheus expands `external_labels` only with a \
             feature"
        );
        let mut finding = out
            .part(node, span, Severity::Warning, message)
            .kind("label");
        finding.evidence = vec![proof.clone()];
        out.push(finding.help("add `--enable-feature=expand-external-labels`, or write the value"));
    }
}

/// Defaults of a shell in `external_labels`: `os.Expand` takes all that is in the braces for the name of a
/// variable (Go 1.26 `os.getShellName`; prometheus/prometheus v3.14 `config/config.go`, `Load`).
fn of_defaults(
    labels: &[Entry<'_>],
    configuration: &Configuration<'_>,
    out: &mut RuleFindings<'_>,
) {
    let found = labels.iter().filter_map(|entry| {
        let scalar = entry.value.scalar()?;
        let expansions = expansions(scalar.text).into_iter();
        let mut named = expansions.filter_map(|expansion| match expansion.becomes {
            ExpandedText::Variable(name) => Some((expansion.from..expansion.to, name)),
            _ => None,
        });
        let (range, name) = named.find(|(_, name)| {
            let mut signs = [":-", ":=", ":?", ":+"].iter();
            signs.any(|sign| name.contains(sign))
        })?;
        Some((entry, scalar, range, name))
    });
    for (entry, scalar, range, name) in found.take(MOST) {
        let whole = scalar.text.get(range.clone()).unwrap_or_default();
        let Some(proof) = configuration.never_filled(whole) else {
            continue;
        };
        let span = match entry.value.is_alias() {
            true => entry.value.span(),
            false => scalar.part(range.start, range.end),
        };
        let message = format!(
            "`{whole}` is the environment variable `{name}` to Prometheus, which knows no defaults: the \
             label `{}` is empty",
            entry.name()
        );
        let mut finding = out
            .part(entry.value, span, Severity::Warning, message)
            .kind("default");
        finding.evidence = proof;
        let variable = name.split(':').next().unwrap_or(name);
        out.push(finding.help(format!(
            "write `${{{variable}}}`, and give the variable a value where Prometheus is started"
        )));
    }
}

/// The first `${NAME}` or `$(NAME)` of a scalar; `${1}` is a group of a pattern.
fn variable(node: Node<'_>) -> Option<(usize, usize)> {
    let text = node.scalar()?.text;
    let mut found = placeholder::find(text).filter(|range| {
        let whole = text.get(range.clone()).unwrap_or_default();
        let name = whole
            .strip_prefix("${")
            .or_else(|| whole.strip_prefix("$("));
        name.is_some_and(|name| name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_'))
    });
    found.next().map(|range| (range.start, range.end))
}

/// Whether no other rule reports a variable in a value: those of URLs and credentials do, and
/// Prometheus expands `external_labels`. Replacements have groups in the same form.
fn is_judged_here(node: Node<'_>) -> bool {
    let path = node.path();
    let key = path.rsplit('.').next().unwrap_or_default();
    let is_url =
        key == "url" && (path.starts_with("remote_write") || path.starts_with("remote_read"));
    let is_expanded = path.starts_with("global.external_labels");
    !(is_url
        || is_expanded
        || is_target(node)
        || path.contains("relabel_configs")
        || is_secret_name(key))
}

/// Whether `scrape/target-address` reports a value: a target whose address is scraped as it is.
fn is_target(node: Node<'_>) -> bool {
    let group = owner(node, "targets");
    let job = group.and_then(|group| owner(group, "static_configs"));
    let section = job.and_then(|job| TargetSection::new(job, true));
    section.is_some_and(|section| !section.may_replace_address())
}

/// The mapping that has an item in the list of a key.
fn owner<'d>(item: Node<'d>, key: &str) -> Option<Node<'d>> {
    let list = item.parent()?;
    let holder = list.parent()?;
    let is_it = holder.get(key).is_some_and(|it| it.span() == list.span());
    is_it.then_some(holder)
}
