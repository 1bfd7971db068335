//! What the manifests say, against what the program does.

use std::path::Path;

use promvet::discover::is_candidate;
use regex::Regex;

/// The patterns of files in a text, as pre-commit takes them.
fn patterns(text: &str) -> Vec<Regex> {
    text.lines()
        .filter_map(|line| line.trim().strip_prefix("files: "))
        .filter_map(|pattern| Regex::new(pattern).ok())
        .collect()
}

#[test]
fn the_hook_is_given_what_may_be_yaml_by_its_name() {
    let manifest = patterns(include_str!("../../.pre-commit-hooks.yaml"));
    let page = patterns(include_str!("../../docs/ci.md"));
    assert_eq!((manifest.len(), page.len()), (1, 1));
    for (name, expected) in [
        ("prometheus.yml", true),
        ("deploy/prod/Prometheus.YAML", true),
        ("prometheus.yml.j2", true),
        ("prometheus.yaml.tmpl", true),
        ("prometheus.yml.tpl", true),
        ("prometheus.yml.template", true),
        ("prometheus.yml.example", true),
        ("prometheus.yml.sample", true),
        ("prometheus.yml.default", true),
        ("a b/ümlaut.yml", true),
        ("prometheus.yml.tftpl", true),
        ("prometheus.json", true),
        ("prometheus.yml.bak", true),
        ("etc/prometheus", true),
        ("my.prometheus.conf", true),
        ("prometheus/package.json", false),
        ("prometheus.md", false),
        ("prometheus/Makefile", false),
        ("prometheus.yml/README.md", false),
        ("prometheus.j2", false),
        ("yml", false),
        ("prometheus.yml.j2.j2", false),
    ] {
        assert_eq!(is_candidate(Path::new(name)), expected, "{name}");
        for pattern in manifest.iter().chain(&page) {
            assert_eq!(pattern.is_match(name), expected, "{pattern}: {name}");
        }
    }
}
