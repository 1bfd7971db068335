//! Configurations with the files that they pull in.

use std::path::{Path, PathBuf};

use super::{IncludeCache, Matched, Runners, check, find};
use crate::facts::credential_file::{FileLookup, PathBase, Unverified};
use crate::facts::included::FileSet;
use crate::finding::{Severity, Text};
use crate::schema::TargetReleases;
use crate::source::{EntryKind, Memory};
use crate::yaml::{Document, parse_first};

/// 2026-11-22.
const NOW: i64 = 1_795_368_963;

fn tree() -> Memory {
    Memory::new()
        .file("/tree/p/rules/a.yml", "groups: []\n")
        .file("/tree/p/rules/b.yml", "groups: []\n")
        .file(
            "/tree/p/rules/broken.yaml",
            "groups: [{name: g, rules: [{record: a, expr: 'sum('}]}]\n",
        )
        .file(
            "/tree/p/jobs/one.yml",
            "scrape_configs: [{job_name: one}]\n",
        )
        .file(
            "/tree/p/jobs/two.yml",
            "scrape_configs: [{job_name: main}]\n",
        )
        .file(
            "/tree/p/jobs/bad.yaml",
            "scrape_configs: [{job_name: bad, scrape_intervall: 1m}]\n",
        )
        .file("/tree/p/targets/a.json", "[{\"targets\": [1]}]")
        .file("/tree/p/targets/b.json", "[{'targets': []}]")
        .file("/tree/p/targets/c.yml", "- targets: [a:1]\n")
        .file(
            "/tree/p/tls/ca.crt",
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        )
        .link("/tree/p/rules/out.yml.link", "/etc/passwd")
        .special("/tree/p/rules/folder.yml", EntryKind::Folder)
}

fn lookup(tree: &Memory, host: PathBase) -> FileLookup<'_> {
    FileLookup {
        tree,
        bounds: PathBuf::from("/tree"),
        host,
        user: None,
        now: NOW,
        deadline: crate::deadline::Deadline::default(),
    }
}

fn nobody() -> Runners<'static> {
    Runners::new(Box::new(Vec::new))
}

fn document(source: &str) -> Document {
    parse_first(&Text::new("p/prometheus.yml", source.into())).unwrap()
}

fn matched(pattern: &str, host: PathBase) -> Matched {
    let tree = tree();
    let document = document(&format!("rule_files: ['{pattern}']\n"));
    let named = find(
        &document,
        Some(Path::new("/tree/p")),
        &nobody(),
        &lookup(&tree, host),
        &IncludeCache::default(),
    );
    named.into_iter().next().unwrap().matched
}

#[test]
fn patterns_lead_to_files() {
    let files =
        |paths: &[&str]| Matched::Files(FileSet::new(paths.iter().map(PathBuf::from).collect()));
    for (pattern, want) in [
        ("rules/a.yml", files(&["/tree/p/rules/a.yml"])),
        ("./rules/../rules/a.yml", files(&["/tree/p/rules/a.yml"])),
        (
            "rules/[ab].yml",
            files(&["/tree/p/rules/a.yml", "/tree/p/rules/b.yml"]),
        ),
        ("../p/rules/a.yml", files(&["/tree/p/rules/a.yml"])),
        ("rules/c.yml", Matched::Missing("p/rules/c.yml".into())),
        ("rules/*.rules", Matched::Nothing("p/rules/*.rules".into())),
        ("no/*.yml", Matched::Nothing("p/no/*.yml".into())),
        (
            "/etc/prometheus/*.yml",
            Matched::Unverified(Unverified::Elsewhere),
        ),
        ("../../etc/*.yml", Matched::Unverified(Unverified::Outside)),
        (
            "rules/${ENV}.yml",
            Matched::Unverified(Unverified::Placeholder),
        ),
    ] {
        assert_eq!(matched(pattern, PathBase::Elsewhere), want, "{pattern}");
    }
}

#[test]
fn absolute_paths_count_from_the_root_that_was_given() {
    let host = PathBase::Root("/tree/p".into());
    assert_eq!(
        matched("/rules/a.yml", host.clone()),
        Matched::Files(FileSet::new(vec!["/tree/p/rules/a.yml".into()]))
    );
    assert_eq!(
        matched("/rules/x.yml", host.clone()),
        Matched::Missing("p/rules/x.yml".into())
    );
    assert_eq!(
        matched("/../../x", host),
        Matched::Unverified(Unverified::Outside)
    );
}

#[test]
fn without_a_folder_nothing_relative_is_looked_at() {
    let tree = tree();
    let document = document("rule_files: [a.yml]\n");
    let named = find(
        &document,
        None,
        &nobody(),
        &lookup(&tree, PathBase::Elsewhere),
        &IncludeCache::default(),
    );
    assert_eq!(named[0].matched, Matched::Unverified(Unverified::NoFolder));
}

/// Rule, severity, path, message.
fn found(source: &str) -> Vec<(String, Severity, String, String)> {
    let tree = tree();
    let document = document(source);
    let lookup = lookup(&tree, PathBase::Elsewhere);
    let checked = check(
        &document,
        Some(Path::new("/tree/p")),
        None,
        &nobody(),
        &lookup,
        &TargetReleases::default(),
        &IncludeCache::default(),
    );
    let findings = checked
        .findings
        .into_iter()
        .filter(|finding| finding.severity > Severity::Info);
    let reported = findings.map(|finding| {
        let path = finding.place.path().to_string();
        (
            finding.rule.into_owned(),
            finding.severity,
            path,
            finding.message.into(),
        )
    });
    reported.collect()
}

#[test]
fn what_is_sound_gives_nothing() {
    for source in [
        "",
        "rule_files:\n",
        "rule_files: [null, '']\n",
        "rule_files: [rules/a.yml, 'rules/[ab].yml']\nscrape_config_files: [jobs/one.yml]\n",
        "rule_files: [/etc/prometheus/rules.yml]\n",
        "rule_files: ['*/a.yml']\n",
        "scrape_configs: [{job_name: x, file_sd_configs: [{files: [targets/c.yml]}]}]\n",
    ] {
        assert_eq!(found(source), vec![], "{source}");
    }
}

#[test]
fn faults_are_reported_where_they_are() {
    let main = "p/prometheus.yml";
    let sd = |file: &str| {
        format!("scrape_configs: [{{job_name: x, file_sd_configs: [{{files: [{file}]}}]}}]\n")
    };
    for (source, rule, severity, path, words) in [
        (
            "rule_files: [rules/c.yml]\n".to_owned(),
            "files/missing",
            Severity::Error,
            main,
            "the file `p/rules/c.yml` does not exist",
        ),
        (
            "rule_files: ['rules/[.yml']\n".into(),
            "files/no-match",
            Severity::Error,
            main,
            "the pattern is not valid",
        ),
        (
            "rule_files: ['rules/*.x']\n".into(),
            "files/no-match",
            Severity::Warning,
            main,
            "p/rules/*.x",
        ),
        (
            "rule_files: [rules/folder.yml]\n".into(),
            "files/missing",
            Severity::Error,
            main,
            "is a folder",
        ),
        (
            "rule_files: [rules/broken.yaml]\n".into(),
            "files/promql",
            Severity::Error,
            "p/rules/broken.yaml",
            "never closed",
        ),
        (
            "scrape_config_files: [jobs/bad.yaml]\n".into(),
            "schema/unknown-field",
            Severity::Error,
            "p/jobs/bad.yaml",
            "scrape_intervall",
        ),
        (
            "scrape_configs: [{job_name: main}]\nscrape_config_files: ['jobs/*.yml']\n".into(),
            "files/duplicate-job",
            Severity::Error,
            "p/jobs/two.yml",
            "`main`",
        ),
        (
            "scrape_config_files: ['jobs/o*.yml', jobs/one.yml]\n".into(),
            "files/duplicate-job",
            Severity::Error,
            main,
            "is included twice",
        ),
        (
            sd("targets/a.json"),
            "files/target-file",
            Severity::Error,
            "p/targets/a.json",
            "must be a string in JSON",
        ),
        (
            sd("targets/b.json"),
            "files/target-file",
            Severity::Error,
            "p/targets/b.json",
            "not JSON",
        ),
        (
            sd("targets/x.json"),
            "files/missing",
            Severity::Warning,
            main,
            "does not exist",
        ),
        (
            "remote_write: [{url: 'https://x/', tls_config: {ca_file: tls/ca.crt}}]\n".into(),
            "files/tls",
            Severity::Error,
            main,
            "a private key, but no certificate",
        ),
    ] {
        let found = found(&source);
        let [(name, level, at, message)] = found.as_slice() else {
            panic!("{source}: {found:?}")
        };
        assert_eq!(
            (name.as_str(), *level, at.as_str()),
            (rule, severity, path),
            "{source}: {message}"
        );
        assert!(message.contains(words), "{source}: {message}");
    }
}

#[test]
fn what_cant_be_looked_at_is_noted_once() {
    let tree = tree();
    let document =
        document("rule_files: [/etc/a.yml, /etc/b.yml]\nscrape_config_files: ['${X}.yml']\n");
    let lookup = lookup(&tree, PathBase::Elsewhere);
    let checked = check(
        &document,
        Some(Path::new("/tree/p")),
        None,
        &nobody(),
        &lookup,
        &TargetReleases::default(),
        &IncludeCache::default(),
    );
    let paths: Vec<_> = checked
        .unchecked
        .iter()
        .map(|item| item.logical.as_str())
        .collect();
    assert_eq!(paths, ["rule_files[0]", "scrape_config_files[0]"]);
}

#[test]
fn of_a_template_nothing_is_missing() {
    let tree = tree();
    let document = document("rule_files: [no.yml, 'no/*.yml', rules/broken.yaml]\n");
    let target = TargetReleases {
        template: true,
        ..TargetReleases::default()
    };
    let lookup = lookup(&tree, PathBase::Elsewhere);
    let checked = check(
        &document,
        Some(Path::new("/tree/p")),
        None,
        &nobody(),
        &lookup,
        &target,
        &IncludeCache::default(),
    );
    let rules: Vec<_> = checked
        .findings
        .iter()
        .map(|finding| finding.rule.as_ref())
        .collect();
    assert_eq!(rules, ["files/promql"]);
}

#[test]
fn a_file_that_is_shared_is_read_once() {
    let tree = tree();
    let document = document("rule_files: [rules/broken.yaml]\n");
    let (lookup, cache) = (lookup(&tree, PathBase::Elsewhere), IncludeCache::default());
    let check = || {
        check(
            &document,
            Some(Path::new("/tree/p")),
            None,
            &nobody(),
            &lookup,
            &TargetReleases::default(),
            &cache,
        )
        .findings
        .len()
    };
    assert_eq!((check(), check()), (1, 0));
}
