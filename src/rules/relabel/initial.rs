//! What is known of the labels before a list.

use super::{LoadedBy, RelabelStage, TARGET_SETTINGS};
use crate::prometheus::endpoint::has_placeholder;
use crate::prometheus::{
    Config, Discovered, KnownLabelValue, KnownLabels, StaticGroup, discovered,
};
use crate::schema::Version;
use crate::yaml::{Mapping, Node};

/// What is known of the labels before a list at a stage, `of` being the section that holds it; and the
/// discoveries of that.
pub(super) fn labels(
    stage: RelabelStage,
    config: Config<'_>,
    of: Mapping<'_>,
    reader: LoadedBy,
    releases: &[Version],
) -> (Discovered, KnownLabels) {
    match stage {
        RelabelStage::Targets => targets(of, reader, releases),
        RelabelStage::Alertmanagers => alertmanagers(of, reader, releases),
        RelabelStage::Samples => (Discovered::default(), samples()),
        RelabelStage::Written => (Discovered::default(), written(config)),
        RelabelStage::Alerts => {
            let known =
                without_targets(KnownLabels::unknown()).with("__name__", KnownLabelValue::absent());
            (Discovered::default(), external(config, known))
        }
    }
}

/// Labels of samples: every one has a name. What an exporter, or a rule that records, sets besides is
/// not known.
pub(super) fn samples() -> KnownLabels {
    thread_local! {
        static SAMPLES: KnownLabels =
            without_targets(KnownLabels::unknown()).with("__name__", KnownLabelValue::Present);
    }
    SAMPLES.with(KnownLabels::clone)
}

/// Without labels of targets, which are gone after the scrape.
fn without_targets(labels: KnownLabels) -> KnownLabels {
    let labels = labels.without("__meta_").without("__param_");
    TARGET_SETTINGS
        .iter()
        .fold(labels, |labels, setting| labels.without(*setting))
}

/// Labels of samples that are sent: rules of jobs may have left labels of targets behind.
fn written(config: Config<'_>) -> KnownLabels {
    let mut jobs = config.scrape_configs();
    let leftovers = jobs.any(|job| job.get("metric_relabel_configs").is_some());
    let includes = config.root().get("scrape_config_files").is_some();
    let known = match leftovers || includes {
        true => KnownLabels::unknown().with("__name__", KnownLabelValue::Present),
        false => samples(),
    };
    external(config, known)
}

/// With the external labels, which are added where a label of the name does not exist.
fn external(config: Config<'_>, known: KnownLabels) -> KnownLabels {
    let labels = config.external_labels().into_iter();
    labels
        .flat_map(Mapping::entries)
        .fold(known, |known, entry| {
            known.with(entry.name().to_owned(), KnownLabelValue::Any)
        })
}

/// Labels of Alertmanagers before relabeling (`AlertmanagerFromGroup`, notifier/notifier.go of
/// Prometheus 2.55): those of its discovery and of its group, and two settings.
fn alertmanagers(
    set: Mapping<'_>,
    reader: LoadedBy,
    releases: &[Version],
) -> (Discovered, KnownLabels) {
    let (found, groups) = found_by(set, reader, releases);
    if found.open || reader.generated || reader.template {
        return (found, KnownLabels::unknown());
    }
    let scheme = set.get("scheme").and_then(Node::as_str).unwrap_or("http");
    let base = KnownLabels::default()
        .with("__scheme__", KnownLabelValue::only(scheme))
        .with("__alerts_path__", KnownLabelValue::Present);
    let known = of_all(&found, groups, base, reader);
    (found, known)
}

/// The discoveries of a job or of a set of Alertmanagers, and its groups of static targets.
fn found_by<'d>(
    of: Mapping<'d>,
    reader: LoadedBy,
    releases: &[Version],
) -> (Discovered, Vec<StaticGroup<'d>>) {
    let mut found = discovered(of, releases);
    let groups: Vec<_> = of
        .get("static_configs")
        .into_iter()
        .flat_map(Node::items)
        .map(|node| StaticGroup { node })
        .collect();
    found.any |= !groups.is_empty();
    found.open |= !found.any || reader.incomplete || of.has_merge();
    (found, groups)
}

/// What is known of all that discoveries and groups find.
fn of_all(
    found: &Discovered,
    groups: Vec<StaticGroup<'_>>,
    mut base: KnownLabels,
    reader: LoadedBy,
) -> KnownLabels {
    let discoveries = !found.kinds.is_empty() || found.open;
    let mut all = discoveries.then(|| {
        let known = found.labels(base.clone());
        known.with("__address__", KnownLabelValue::Present)
    });
    let mut groups = groups.into_iter().peekable();
    while let Some(group) = groups.next() {
        let base = match groups.peek() {
            Some(_) => base.clone(),
            // Taken as it is: most jobs have one group.
            None => std::mem::take(&mut base),
        };
        let known = static_group(group, base, reader);
        all = Some(match all {
            Some(all) => all.or(known),
            None => known,
        });
    }
    all.unwrap_or(base)
}

/// Labels of targets before relabeling (`scrape/target.go` of Prometheus, `PopulateLabels`).
fn targets(job: Mapping<'_>, reader: LoadedBy, releases: &[Version]) -> (Discovered, KnownLabels) {
    let (found, groups) = found_by(job, reader, releases);
    let mut base = settings(job);
    if reader.generated {
        // The rules of the Operator come first, and set labels of these kinds alone
        // (prometheus-operator v0.93.0 `pkg/prometheus/promcfg.go`).
        base = base.with_plain().with_family("__tmp_");
    }
    if found.open || reader.template {
        base = base.with("job", KnownLabelValue::Present);
    }
    if reader.template {
        base = base.with_plain();
    }
    let all = of_all(&found, groups, base, reader);
    let known = match all.is_absent("__name__") {
        true => all,
        false => all.with("__name__", KnownLabelValue::absent()),
    };
    (found, known)
}

/// What every job sets.
fn of_every_job() -> KnownLabels {
    // Switches of histograms, since 3.13 (`scrape/target.go`).
    let switches = [
        "__scrape_native_histograms__",
        "__always_scrape_classic_histograms__",
        "__convert_classic_histograms_to_nhcb__",
    ];
    let present = TARGET_SETTINGS
        .iter()
        .map(|name| (*name, KnownLabelValue::Present));
    let any = switches
        .into_iter()
        .map(|name| (name, KnownLabelValue::Any));
    // No series is in sight at a target, and no discovery sets its name.
    let absent = [("__name__", KnownLabelValue::absent())];
    let known = present.chain(any).chain(absent);
    known.fold(KnownLabels::default(), |labels, (name, value)| {
        labels.with(name, value)
    })
}

/// What the settings of a job become.
fn settings(job: Mapping<'_>) -> KnownLabels {
    let text = |key: &str| job.get(key).and_then(Node::as_str);
    let known = |text: Option<&str>| match text {
        Some(text) if !text.is_empty() && !has_placeholder(text) => KnownLabelValue::only(text),
        _ => KnownLabelValue::Present,
    };
    thread_local! {
        static OF_EVERY_JOB: KnownLabels = of_every_job();
    }
    let labels = OF_EVERY_JOB.with(KnownLabels::clone);
    let mut labels = labels.with("job", known(text("job_name")));
    let params = job.get("params").and_then(Node::mapping);
    for entry in params.into_iter().flat_map(Mapping::entries) {
        labels = labels.with(format!("__param_{}", entry.name()), KnownLabelValue::Any);
    }
    labels
}

fn static_group(group: StaticGroup<'_>, base: KnownLabels, reader: LoadedBy) -> KnownLabels {
    let is_known = |text: &str| !reader.template && !has_placeholder(text);
    let known = |text: Option<&str>| match text {
        Some(text) if is_known(text) => KnownLabelValue::only(text),
        _ => KnownLabelValue::Any,
    };
    let mut labels = base;
    for entry in group.labels() {
        labels = labels.with(entry.name().to_owned(), known(entry.value.as_str()));
    }
    let address = group.targets().map(|target| match target.as_str() {
        Some(text) if !text.is_empty() && is_known(text) => KnownLabelValue::only(text),
        _ => KnownLabelValue::Present,
    });
    let address = address
        .reduce(KnownLabelValue::or)
        .unwrap_or(KnownLabelValue::Present);
    labels.with("__address__", address)
}
