//! What Prometheus makes of a target before and after its relabel rules
//! (scrape/target.go, `PopulateLabels`).

use super::LabelSet;
use crate::prometheus::Config;
use crate::schema::Version;
use crate::yaml::{Mapping, Node};

/// What Prometheus sets before the first rule, where discovery does not (`scrape.PopulateLabels`,
/// 3.5).
pub(super) fn settings(job: Mapping<'_>, config: Config<'_>) -> Vec<(String, String)> {
    let global = config.root().get("global").and_then(Node::mapping);
    let text = |key: &str| job.get(key).and_then(Node::as_str);
    let of_global = |key: &str| {
        global
            .and_then(|global| global.get(key))
            .and_then(Node::as_str)
    };
    let setting = |key: &str, default: &str| {
        let found = text(key).or_else(|| of_global(key)).unwrap_or(default);
        found.to_owned()
    };
    let own = |key: &str, default: &str| text(key).unwrap_or(default).to_owned();
    let mut out = vec![
        ("job".to_owned(), own("job_name", "")),
        ("__scheme__".to_owned(), own("scheme", "http")),
        (
            "__metrics_path__".to_owned(),
            own("metrics_path", "/metrics"),
        ),
        (
            "__scrape_interval__".to_owned(),
            setting("scrape_interval", "1m"),
        ),
        (
            "__scrape_timeout__".to_owned(),
            setting("scrape_timeout", "10s"),
        ),
    ];
    let params = job.get("params").and_then(Node::mapping);
    for entry in params.into_iter().flat_map(Mapping::entries) {
        let first = entry.value.items().next().and_then(Node::as_str);
        if let Some(first) = first {
            out.push((format!("__param_{}", entry.name()), first.to_owned()));
        }
    }
    out
}

/// What is scraped, and the labels of its series.
///
/// # Errors
/// Why Prometheus drops the target.
pub(super) fn target(
    labels: &LabelSet,
    release: Version,
) -> Result<(String, LabelSet), &'static str> {
    let text = |name: &str| labels.get(name).map_or("", String::as_str);
    let scheme = text("__scheme__");
    let address = with_port(text("__address__"), scheme, release);
    if let Some(why) = refused(labels, release) {
        return Err(why);
    }
    let params: Vec<_> = labels
        .iter()
        .filter_map(|(name, value)| Some(format!("{}={value}", name.strip_prefix("__param_")?)))
        .collect();
    let query = match params.is_empty() {
        true => String::new(),
        false => format!("?{}", params.join("&")),
    };
    let url = format!("{scheme}://{address}{}{query}", text("__metrics_path__"));
    let mut series: LabelSet = labels
        .iter()
        .filter(|(name, _)| !name.starts_with("__"))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    series.entry("instance".to_owned()).or_insert(address);
    Ok((url, series))
}

/// Why Prometheus scrapes nothing. The interval and the timeout are labels since 2.30.
fn refused(labels: &LabelSet, release: Version) -> Option<&'static str> {
    let has_timings = release >= Version::new(2, 30, 0);
    let lacks = |name: &str| labels.get(name).is_none_or(String::is_empty);
    let address = labels.get("__address__").map_or("", String::as_str);
    let reasons = [
        (address.is_empty(), "there is no `__address__`"),
        (
            address.contains('/'),
            "an address with `/` is not `host:port`; Prometheus drops the target",
        ),
        (
            has_timings && lacks("__scrape_interval__"),
            "there is no `__scrape_interval__`; Prometheus drops the target",
        ),
        (
            has_timings && lacks("__scrape_timeout__"),
            "there is no `__scrape_timeout__`; Prometheus drops the target",
        ),
        (
            lacks("__scheme__"),
            "there is no `__scheme__`; every scrape fails",
        ),
    ];
    let mut holding = reasons.iter().filter(|(holds, _)| *holds);
    holding.next().map(|(_, why)| *why)
}

/// The address with the default port, which releases before 3.0 add where there is none.
fn with_port(address: &str, scheme: &str, release: Version) -> String {
    let is_bare = match address.strip_prefix('[') {
        Some(rest) => rest.ends_with(']'),
        None => !address.contains(':'),
    };
    let port = match scheme {
        "https" => ":443",
        _ => ":80",
    };
    match is_bare && release < Version::new(3, 0, 0) {
        true => format!("{address}{port}"),
        false => address.to_owned(),
    }
}

/// Why a scrape fails whose sample had a name before its rules (`scrapeLoop.append`, scrape/scrape.go,
/// `errNameLabelMandatory`). A sample without any label is dropped.
pub(super) fn rejected(before: &LabelSet, after: &LabelSet) -> Option<&'static str> {
    let is_lost = before.contains_key("__name__") && !after.contains_key("__name__");
    (is_lost && !after.is_empty()).then_some("a sample has no `__name__`; the whole scrape fails")
}
