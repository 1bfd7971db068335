//! Merges that kustomizations name as patches: what is beside their keys is in the object.

use crate::support::memory;
use promvet::finding::Severity;

const JOB: &str =
    "apiVersion: monitoring.coreos.com/v1alpha1\nkind: ScrapeConfig\nmetadata: {name: a}\nspec:\n";
const TARGETS: &str = "  scheme: HTTPS\n  staticConfigs: [{targets: ['a.example.com:443']}]\n";
const MONITOR: &str = "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: a}\nspec:\n  endpoints:\n";
const CERTIFICATE: &str = "tlsConfig: {cert: {secret: {name: a, key: b}}}";

/// The rules of what is found with a merge, in a file or in the kustomization, over an object.
fn rules(object: &str, merge: &str, is_file: bool) -> Vec<String> {
    let inner = merge.replace('\n', "\n    ");
    let kustomization = match is_file {
        true => "resources: [base.yaml]\npatches: [{path: change.yaml}]\n".to_owned(),
        false => format!("resources: [base.yaml]\npatches:\n- patch: |\n    {inner}\n"),
    };
    let mut files = vec![("kustomization.yaml", &*kustomization)];
    if !object.is_empty() {
        files.push(("base.yaml", object));
    }
    if is_file {
        files.push(("change.yaml", merge));
    }
    let found = memory::found("/tree", &memory::tree(&files));
    let found = found
        .iter()
        .filter(|finding| finding.severity > Severity::Info);
    found.map(|finding| finding.rule.to_string()).collect()
}

#[test]
fn half_of_a_pair_leaves_the_other_to_the_object() {
    let base = format!("{JOB}{TARGETS}  tlsConfig: {{keySecret: {{name: a, key: b}}}}\n");
    let merge = format!("{JOB}  {CERTIFICATE}\n");
    for is_file in [true, false] {
        assert_eq!(rules(&base, &merge, is_file), [""; 0]);
        assert_eq!(rules("", &merge, is_file), [""; 0]);
        // Another section of the object gets nothing from it.
        let other = format!("{JOB}  authorization: {{credentials: {{name: a, key: b}}}}\n");
        assert_eq!(rules(&base, &other, is_file), ["schema/missing-field"]);
    }
}

#[test]
fn an_item_of_a_list_in_a_merge_is_there_as_a_whole() {
    for is_file in [true, false] {
        let merge = format!("{MONITOR}  - port: http\n    {CERTIFICATE}\n");
        let found = rules("", &merge, is_file);
        assert!(
            found.contains(&"schema/missing-field".to_owned()),
            "{found:?}"
        );
        assert!(found.contains(&"tls/unused".to_owned()), "{found:?}");
        let whole = format!(
            "{MONITOR}  - port: http\n    scheme: https\n    tlsConfig: {{serverName: a}}\n"
        );
        assert_eq!(rules("", &whole, is_file), [""; 0]);
    }
}
