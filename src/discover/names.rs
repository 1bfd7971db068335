//! What a file's name says of it.

use std::borrow::Cow;
use std::path::Path;

/// Endings of YAML files.
const YAML: &[&str] = &[".yml", ".yaml"];

/// Endings on top of those: of files that something renders, and of files to be copied.
const TEMPLATES: &[&str] = &[
    ".j2",
    ".tmpl",
    ".tpl",
    ".template",
    ".tftpl",
    ".gotmpl",
    ".gtmpl",
    ".ctmpl",
    ".erb",
    ".in",
    ".dist",
    ".envsubst",
    // An example is filled in by its reader.
    ".example",
    ".sample",
];
const SAMPLES: &[&str] = &[".default"];

/// How the names of Prometheus configurations begin and end, without their endings.
const OURS: &[(&str, &str)] = &[
    ("prometheus", ""),
    ("prom-", ""),
    ("prom", "prom"),
    ("", "-prom"),
    ("", "_prom"),
    ("", "-prometheus"),
    ("", "_prometheus"),
    ("remote-write", ""),
    ("remote_write", ""),
    ("scrape", ""),
];

/// Words in names of files that go with Prometheus and are not configurations.
const NEIGHBORS: &[&str] = &[
    "adapter",
    "alert",
    "clusterrole",
    "compose",
    "dashboard",
    "datasource",
    "deploy",
    "exporter",
    "ingress",
    "monitor",
    "operator",
    "playbook",
    "rule",
    "service",
    "targets",
    "test",
    "values",
    "web",
];

/// The name without its YAML ending, in lower case, and the ending on top of it, if any.
fn parts(name: &str) -> Option<(String, &'static str)> {
    if !has_start_of(name, YAML_STARTS) {
        return None;
    }
    let name = name.to_ascii_lowercase();
    let on_top = TEMPLATES.iter().chain(SAMPLES);
    let (name, suffix) = on_top
        .filter_map(|&suffix| Some((name.strip_suffix(suffix)?, suffix)))
        .next()
        .unwrap_or((&name, ""));
    let stem = YAML.iter().find_map(|yaml| name.strip_suffix(yaml))?;
    Some((stem.to_owned(), suffix))
}

/// The same of a file; none if its name is not UTF-8.
fn utf8_parts(path: &Path) -> Option<(String, &'static str)> {
    parts(utf8_name_of(path)?)
}

/// How the endings of [`YAML`] begin, and what other names of candidates hold, as numbers.
const YAML_STARTS: &[u32] = &[u32::from_be_bytes(*b".yml"), u32::from_be_bytes(*b".yam")];
const ALLOY_STARTS: &[u32] = &[u32::from_be_bytes(*b".all"), u32::from_be_bytes(*b".riv")];
const LOOSE_STARTS: &[u32] = &[u32::from_be_bytes(*b"prom")];
const UNIT_STARTS: &[u32] = &[u32::from_be_bytes(*b"vmag")];

/// Whether one of some starts of words occurs in a name, in letters of any case: all files of a tree are
/// asked, and this rules out most of them at once.
fn has_start_of(name: &str, starts: &[u32]) -> bool {
    // The bit that tells `a` from `A`; a dot has it.
    const LOWER: u8 = b' ';
    let mut last = 0_u32;
    name.bytes().any(|byte| {
        last = last << 8 | u32::from(byte | LOWER);
        starts.contains(&last)
    })
}

/// The name of a file. Found by its bytes where nothing is special about the path, since all files of a
/// tree are asked, and the standard library takes paths apart with care.
pub(super) fn name_of(path: &Path) -> Cow<'_, str> {
    let plain = path.to_str().filter(|_| cfg!(unix));
    let plain = plain.and_then(|path| path.rsplit('/').next());
    match plain {
        Some(name) if !matches!(name, "" | "." | "..") => Cow::Borrowed(name),
        _ => path.file_name().unwrap_or_default().to_string_lossy(),
    }
}

/// The name of a file, if it is UTF-8.
pub(super) fn utf8_name_of(path: &Path) -> Option<&str> {
    match name_of(path) {
        Cow::Borrowed(name) => Some(name),
        Cow::Owned(_) => None,
    }
}

/// Endings of configurations and of copies that editors and people leave behind, which count in
/// names with `prom`.
const LOOSE: &[&str] = &["conf", "json", "bak", "old", "orig", "updated"];

/// Whether a file could hold a configuration, by its name: that of a YAML file, or a name with
/// `prom` that has no ending or one of a few others.
#[must_use]
pub fn is_candidate(path: &Path) -> bool {
    let name = &*name_of(path);
    parts(name).is_some() || has_loose_name(name) || is_name_of_alloy(name) || is_unit(name)
}

/// Whether a file is a unit of systemd or a Quadlet that starts vmagent, by its name.
fn is_unit(name: &str) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    has_start_of(name, UNIT_STARTS)
        && ending.is_some_and(|ending| matches!(ending, "container" | "service"))
        && name.contains("vmagent")
}

/// Endings of templates, as the names of files have them that say nothing of their language.
const BARE: &[&str] = &["tpl", "tmpl", "tftpl", "gotmpl", "ctmpl", "j2", "erb"];

/// Whether a file is a template whose name does not say of what, or says JSON: `otconfig.tpl`,
/// `task.json.tpl`.
pub(super) fn is_bare_template(path: &Path) -> bool {
    let Some((stem, suffix)) = utf8_name_of(path).and_then(|name| name.rsplit_once('.')) else {
        return false;
    };
    BARE.contains(&suffix)
        && stem
            .rsplit_once('.')
            .is_none_or(|(_, ending)| ending == "json")
}

/// A name without the ending of templates.
pub(super) fn without_template_suffix(name: &str) -> &str {
    // Each of them has one dot.
    let at = name.rfind('.').unwrap_or(name.len());
    match name.split_at_checked(at) {
        Some((bare, suffix)) if TEMPLATES.contains(&suffix) => bare,
        _ => name,
    }
}

/// Whether a file is a configuration of Grafana Alloy, or of Grafana Agent in flow mode, by its name, endings of
/// templates aside.
#[must_use]
pub(crate) fn is_alloy(path: &Path) -> bool {
    is_name_of_alloy(&name_of(path))
}

fn is_name_of_alloy(name: &str) -> bool {
    if !has_start_of(name, ALLOY_STARTS) {
        return false;
    }
    let bare = without_template_suffix(name);
    let is_it = |ending: &str| matches!(ending, "alloy" | "river");
    let ending = bare.rsplit_once('.').map(|(_, ending)| ending);
    // `config.alloy.external.template`
    let is_variant = || bare.len() < name.len() && bare.split('.').skip(1).any(is_it);
    ending.is_some_and(is_it) || is_variant()
}

/// Whether a file could hold YAML, by its name: `.yml` or `.yaml`, with or without a suffix of
/// templates and samples on top. A name that is not UTF-8 can too, if it ends so.
#[must_use]
pub fn has_yaml_name(path: &Path) -> bool {
    parts(&name_of(path)).is_some()
}

fn has_loose_name(name: &str) -> bool {
    if !has_start_of(name, LOOSE_STARTS) {
        return false;
    }
    let name = name.to_ascii_lowercase();
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    name.contains("prom") && ending.is_none_or(|ending| LOOSE.contains(&ending))
}

/// Whether a file's name says that something renders it before Prometheus reads it.
#[must_use]
pub fn is_template(path: &Path) -> bool {
    let Some((stem, suffix)) = parts(&name_of(path)) else {
        return false;
    };
    // `prometheus.tmpl.yml`; in `prometheus.in.yml` the word may mean anything.
    let inner = || {
        TEMPLATES
            .iter()
            .any(|template| template.len() > 3 && stem.ends_with(template))
    };
    TEMPLATES.contains(&suffix) || inner() || stem.ends_with(".j2")
}

/// Folders of test data; Ansible's `molecule` has the scenarios that try a role.
const TEST_DATA: &[&str] = &[
    "testdata",
    "test-data",
    "test_data",
    "test-fixtures",
    "test_fixtures",
    "fixtures",
    "__fixtures__",
    "molecule",
];

/// Whether a file is test data, by its folders or by its name (`*.golden`). `examples` are none:
/// people copy them.
#[must_use]
pub fn is_test_data(path: &str) -> bool {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    folders.split('/').any(|folder| TEST_DATA.contains(&folder))
        || name.split('.').skip(1).any(|part| part == "golden")
}

/// Folders of examples and documentation.
const EXAMPLES: &[&str] = &[
    "doc",
    "docs",
    "documentation",
    "example",
    "examples",
    "samples",
];

/// Whether a file is among examples, as its readers copy them.
#[must_use]
pub fn is_example(path: &str) -> bool {
    let (folders, _) = path.rsplit_once('/').unwrap_or_default();
    folders.split('/').any(|folder| EXAMPLES.contains(&folder))
}

/// What the names of files have that are copied to the name without it.
const PATTERNS: &[&str] = &["example", "sample", "dist", "template", "default"];

/// The names that people copy a file to which is an example: `icmp.yml` for `icmp.example.yml` and
/// `icmp.yml.sample`.
pub fn copies_of_example(name: &str) -> impl Iterator<Item = String> {
    let words = PATTERNS.iter().filter(|word| name.contains(**word));
    let marked = words.flat_map(|word| {
        let marks = [".", "-", "_"].into_iter();
        marks.flat_map(move |mark| [format!("{mark}{word}"), format!("{word}{mark}")])
    });
    marked.filter_map(|marked| {
        name.contains(&marked)
            .then(|| name.replacen(&marked, "", 1))
    })
}

/// Whether a file of a name is the template, or the Jsonnet, that another one is made of: `a.yml.j2`,
/// `a.jsonnet`.
#[must_use]
pub fn makes(source: &str, made: &str) -> bool {
    const JSONNET: &str = ".jsonnet";
    let stem_of = |ending: &str| source.strip_suffix(ending);
    let is_template = |ending: &&str| stem_of(ending) == Some(made);
    let bare = made.rsplit_once('.').map(|(bare, _)| bare);
    // An example is copied by hand.
    if copies_of_example(source).any(|copy| copy == made) {
        return false;
    }
    TEMPLATES.iter().chain(&OF_SECRETS).any(is_template)
        || stem_of(JSONNET).is_some_and(|stem| stem == made || Some(stem) == bare)
}

/// How encrypted templates end: hiera-eyaml.
const OF_SECRETS: [&str; 1] = [".eyaml"];

/// Whether a file is in a folder of the OpenTelemetry Collector, whose Prometheus receiver takes
/// jobs as Prometheus does, and fills in `$NAME` and turns `$$` into `$` before
/// (open-telemetry/opentelemetry-collector `confmap/expand.go`).
#[must_use]
pub fn is_for_collector(path: &str) -> bool {
    let (folders, _) = path.rsplit_once('/').unwrap_or_default();
    let mut words = folders.split(['/', '-', '_', '.']);
    words.any(|word| matches!(word, "otel" | "otelcol" | "otelcollector" | "opentelemetry"))
}

/// Whether a file holds values of a chart, as far as its name tells.
#[must_use]
pub fn is_values_name(path: &Path) -> bool {
    utf8_parts(path).is_some_and(|(stem, _)| stem.contains("values"))
}

/// Whether a file is a Prometheus configuration as far as its name tells.
pub(super) fn is_ours(path: &Path) -> bool {
    let Some((stem, _)) = utf8_parts(path) else {
        return false;
    };
    let fits = |(start, end): &(&str, &str)| stem.starts_with(start) && stem.ends_with(end);
    OURS.iter().any(fits) && !NEIGHBORS.iter().any(|word| stem.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_yaml_files_are_candidates() {
        for name in [
            "a.yml",
            "A.YAML",
            "x/prometheus.yml.j2",
            "a.yaml.tmpl",
            "a.yml.tpl",
            "a.yml.template",
            "a.yml.example",
            "a.yml.sample",
            "a.yaml.default",
            "prometheus-template.yml",
            "prometheus",
            "Prom.conf",
            "prometheus.json",
            "prometheus.yml.bak",
            "my-prom.old",
            "prometheus.yaml.orig",
        ] {
            assert!(is_candidate(Path::new(name)), "{name}");
        }
        for name in [
            "yml",
            "a.json",
            "a.yml.bak",
            "prometheus.tmpl",
            "a.yml~",
            "Dockerfile",
        ] {
            assert!(!is_candidate(Path::new(name)), "{name}");
        }
    }

    #[test]
    fn what_somebody_fills_in_is_a_template() {
        for name in [
            "prometheus.yml.j2",
            "a.yml.example",
            "a.yml.sample",
            "a.yml.in",
            "a.yaml.gotmpl",
            "a.template.yml",
            "prometheus.tmpl.yaml",
            "a.j2.yml",
        ] {
            assert!(is_template(Path::new(name)), "{name}");
        }
        for name in ["a.yml.default", "template.yml", "a.in.yml"] {
            assert!(!is_template(Path::new(name)), "{name}");
        }
    }

    #[test]
    fn some_names_are_ours_even_if_the_content_is_broken() {
        for name in [
            "prometheus.yml",
            "prometheus-eu.yaml",
            "geth-prom.yml.sample",
            "prom.yml",
            "remote-write.yaml",
            "scrape.yml.j2",
        ] {
            assert!(is_ours(Path::new(name)), "{name}");
        }
        for name in [
            "prometheus-rules.yml",
            "prometheus-values.yaml",
            "prometheus-operator.yml",
            "prompt.yml",
            "promtail.yml",
            "alertmanager.yml",
            "config.yml",
        ] {
            assert!(!is_ours(Path::new(name)), "{name}");
        }
    }
}
