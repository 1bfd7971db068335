//! Values that a release sets one by one over others: what is rendered of both is judged.

use crate::support::memory;
use promvet::finding::{Finding, Severity};

const URL: &str = "prometheus.prometheusSpec.remoteWrite[0].url";

/// The values of a chart with credentials and a URL, which may be left out.
fn values(url: &str) -> String {
    let url = match url {
        "" => String::new(),
        url => format!("      url: {url}\n"),
    };
    format!(
        "prometheus:\n  prometheusSpec:\n    remoteWrite:\n    - headers: {{X-Scope-OrgID: a}}\n{url}      basicAuth: {{username: {{name: a, key: u}}, password: {{name: a, key: p}}}}\n"
    )
}

fn indented(text: &str, by: usize) -> String {
    let pad = " ".repeat(by);
    text.lines().map(|line| format!("{pad}{line}\n")).collect()
}

fn argo(helm: &str) -> String {
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: kps}}\nspec:\n  source:\n    chart: kube-prometheus-stack\n    helm:\n{}",
        indented(helm, 6)
    )
}

type Tree = Vec<(&'static str, String)>;

/// A way to set a URL over values.
type Way = (&'static str, fn(&str, &str) -> Tree);

const WAYS: &[Way] = &[
    ("parameters over a text", |base, url| {
        let helm = format!(
            "values: |\n{}parameters:\n- name: {URL}\n  value: {url}\n",
            indented(&values(base), 2)
        );
        vec![("app.yaml", argo(&helm))]
    }),
    ("parameters over an object", |base, url| {
        let helm = format!(
            "parameters:\n- {{name: '{URL}', value: '{url}'}}\nvaluesObject:\n{}",
            indented(&values(base), 2)
        );
        vec![("app.yaml", argo(&helm))]
    }),
    ("parameters over a file", |base, url| {
        let helm =
            format!("valueFiles: [$v/kps.yaml]\nparameters:\n- name: {URL}\n  value: {url}\n");
        vec![("app.yaml", argo(&helm)), ("kps.yaml", values(base))]
    }),
    ("the controller of k3s", |base, url| {
        let text = format!(
            "apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata: {{name: kps}}\nspec:\n  chart: kube-prometheus-stack\n  set:\n    {URL}: {url}\n  valuesContent: |-\n{}",
            indented(&values(base), 4)
        );
        vec![("chart.yaml", text)]
    }),
    ("helmfile over its own values", |base, url| {
        let text = format!(
            "releases:\n- name: kps\n  chart: pc/kube-prometheus-stack\n  values:\n  - {}  set:\n  - name: {URL}\n    value: \"{url}\"\n",
            indented(&values(base), 4).trim_start()
        );
        vec![("helmfile.yaml", text)]
    }),
    ("helmfile over a file", |base, url| {
        let text = format!(
            "releases:\n- name: kps\n  chart: pc/kube-prometheus-stack\n  values: [kps.yaml]\n  set:\n  - name: {URL}\n    value: {url}\n"
        );
        vec![("helmfile.yaml", text), ("kps.yaml", values(base))]
    }),
    ("Flux", |base, url| {
        let release = format!(
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: kps}}\nspec:\n  chart: {{spec: {{chart: kube-prometheus-stack}}}}\n  valuesFrom:\n  - {{kind: ConfigMap, name: values}}\n  - {{kind: ConfigMap, name: urls, valuesKey: url, targetPath: '{URL}'}}\n"
        );
        let map = format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: values}}\ndata:\n  values.yaml: |\n{}",
            indented(&values(base), 4)
        );
        let urls = format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: urls}}\ndata:\n  url: {url}\n"
        );
        vec![
            ("release.yaml", release),
            ("values-map.yaml", map),
            ("urls.yaml", urls),
        ]
    }),
];

fn found(tree: &Tree) -> Vec<Finding> {
    let files: Vec<(&str, &str)> = tree.iter().map(|(path, text)| (*path, &**text)).collect();
    let mut found = memory::found("/tree", &memory::tree(&files));
    found.retain(|finding| finding.severity > Severity::Info);
    found
}

const HTTP: &str = "http://mimir.example.com/api/v1/push";
const HTTPS: &str = "https://mimir.example.com/api/v1/push";

#[test]
fn a_url_that_is_set_over_credentials_is_judged_with_them() {
    for (name, way) in WAYS {
        let tree = way(HTTPS, HTTP);
        let found = found(&tree);
        let [finding] = &*found else {
            panic!("{name}: {found:#?}");
        };
        assert_eq!(finding.rule, "remote-write/plain-http", "{name}");
        assert_eq!(finding.severity, Severity::Error, "{name}");
        let place = &finding.place;
        let token = place.text().slice(place.span()).trim_start_matches('\'');
        assert!(token.starts_with("http"), "{name}: {token}");
        let file = tree.iter().find(|(path, _)| place.path().ends_with(path));
        let line = place.start().line - 1;
        let line = file.and_then(|(_, text)| text.lines().nth(line));
        assert!(
            line.is_some_and(|line| line.contains(HTTP)),
            "{name}: {place:?}"
        );
    }
}

#[test]
fn a_url_that_is_set_right_corrects_the_one_below_it() {
    for (name, way) in WAYS {
        for base in ["", HTTP, HTTPS, "mimir.example.com/api/v1/push"] {
            let found = found(&way(base, HTTPS));
            assert!(found.is_empty(), "{name}, {base}: {found:#?}");
        }
    }
}

#[test]
fn a_file_that_another_release_takes_as_it_is_is_judged_for_it() {
    let both = |second: &str| {
        let text = format!(
            "releases:\n- {{name: a, chart: pc/kube-prometheus-stack, values: [kps.yaml], set: [{{name: '{URL}', value: '{HTTPS}'}}]}}\n- {{name: b, chart: pc/kube-prometheus-stack, values: [kps.yaml]{second}}}\n"
        );
        let tree = vec![("helmfile.yaml", text), ("kps.yaml", values(""))];
        let rules = found(&tree)
            .into_iter()
            .map(|finding| finding.rule.into_owned());
        rules.collect::<Vec<_>>()
    };
    let with = |url: &str| format!(", set: [{{name: '{URL}', value: '{url}'}}]");
    assert_eq!(both(""), ["schema/missing-field"]);
    assert_eq!(both(&with(HTTP)), ["remote-write/plain-http"]);
    assert!(both(&with(HTTPS)).is_empty());
}

/// A release of Flux over the values of a ConfigMap.
fn flux(from: &str, more: &str, base: &str) -> Vec<String> {
    let release = format!(
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: kps}}\nspec:\n  chart: {{spec: {{chart: kube-prometheus-stack}}}}\n  valuesFrom: [{from}]\n{more}"
    );
    let map = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: values}}\ndata:\n  values.yaml: |\n{}",
        indented(&values(base), 4)
    );
    let found = found(&vec![("release.yaml", release), ("values-map.yaml", map)]);
    found
        .into_iter()
        .map(|finding| finding.rule.into_owned())
        .collect()
}

#[test]
fn what_is_laid_over_from_outside_the_tree_is_not_known() {
    let target = format!("{{kind: Secret, name: urls, valuesKey: url, targetPath: '{URL}'}}");
    let values_map = "{kind: ConfigMap, name: values}";
    let over = format!("{values_map}, {target}");
    for base in ["", HTTP, HTTPS] {
        assert!(flux(&over, "", base).is_empty(), "{base}");
    }
    let map = target.replace("Secret", "ConfigMap");
    assert!(flux(&format!("{values_map}, {map}"), "", "").is_empty());
    // Another key says nothing of the URL.
    let other = target.replace("].url", "].name");
    assert_eq!(
        flux(&format!("{values_map}, {other}"), "", ""),
        ["schema/missing-field"]
    );
    // What comes behind replaces the list.
    assert_eq!(
        flux(&format!("{target}, {values_map}"), "", ""),
        ["schema/missing-field"]
    );
    let inline = format!("  values:\n{}", indented(&values(""), 4));
    assert_eq!(
        flux(&target, &inline, HTTPS).first().map(|it| &**it),
        Some("schema/missing-field")
    );
}

#[test]
fn credentials_that_are_set_over_a_url_are_judged_with_it() {
    let over = |user: &str| {
        let helm = format!(
            "values: |\n  prometheus:\n    prometheusSpec:\n      remoteWrite: [{{url: '{HTTP}', headers: {{X-Scope-OrgID: a}}}}]\nparameters:\n{user}"
        );
        found(&vec![("app.yaml", argo(&helm))])
    };
    let auth = ["username", "password"].map(|half| {
        let way = URL.replace(".url", "");
        format!("- {{name: '{way}.basicAuth.{half}.name', value: a}}\n- {{name: '{way}.basicAuth.{half}.key', value: k}}\n")
    });
    let found = over(&auth.concat());
    let [finding] = &*found else {
        panic!("{found:#?}");
    };
    assert_eq!(finding.rule, "remote-write/plain-http");
    assert_eq!(finding.place.start().line, 11);
    assert!(over("- {name: a, value: b}\n").is_empty());
}

#[test]
fn keys_beside_a_value_that_is_set_keep_their_places() {
    let helm = |base: &str| {
        format!(
            "{base}    prometheus:\n      prometheusSpec:\n        remoteWrite:\n        - url: {HTTPS}\n          remote_timeout: 5s\nparameters:\n- {{name: '{URL}', value: '{HTTPS}'}}\n"
        )
    };
    for base in ["values: |\n", "valuesObject:\n"] {
        let found = found(&vec![("app.yaml", argo(&helm(base)))]);
        let [finding] = &*found else {
            panic!("{found:#?}");
        };
        let place = &finding.place;
        assert_eq!(place.text().slice(place.span()), "remote_timeout");
        assert_eq!(place.start().line, 13);
        assert!(finding.fix.is_some());
    }
}

const HEADER: &str = "prometheus.prometheusSpec.remoteWrite[0].headers.X-Scope-OrgID";

/// Ways to set a header, with the text of the value as the file has it, and whether Helm takes it for a
/// text.
#[test]
fn a_value_is_a_text_where_helm_is_asked_for_one() {
    type Made = fn(&str) -> String;
    let argo_text: Made = |value| {
        argo(&format!(
            "parameters:\n- {{name: '{HEADER}', value: {value}, forceString: true}}\n- {{name: '{URL}', value: 'https://mimir.example.com/api/v1/push'}}\n"
        ))
    };
    let argo_typed: Made = |value| {
        argo(&format!(
            "parameters:\n- {{name: '{HEADER}', value: {value}}}\n- {{name: '{URL}', value: 'https://mimir.example.com/api/v1/push'}}\n"
        ))
    };
    let k3s: Made = |value| {
        format!(
            "apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata: {{name: kps}}\nspec:\n  chart: kube-prometheus-stack\n  set:\n    {HEADER}: {value}\n    {URL}: https://mimir.example.com/api/v1/push\n"
        )
    };
    let helmfile: Made = |value| {
        format!(
            "releases:\n- name: kps\n  chart: pc/kube-prometheus-stack\n  setString:\n  - {{name: '{HEADER}', value: {value}}}\n  set:\n  - {{name: '{URL}', value: 'https://mimir.example.com/api/v1/push'}}\n"
        )
    };
    let cases: &[(&str, Made, &str, bool)] = &[
        ("app.yaml", argo_text, "'12345'", true),
        ("app.yaml", argo_text, "'true'", true),
        ("app.yaml", argo_typed, "'12345'", false),
        ("chart.yaml", k3s, "'12345'", true),
        ("chart.yaml", k3s, "team", true),
        ("chart.yaml", k3s, "12345", false),
        ("chart.yaml", k3s, "'true'", false),
        ("helmfile.yaml", helmfile, "'12345'", true),
    ];
    for (path, made, value, is_text) in cases {
        let text = made(value);
        let found = memory::found("/tree", &memory::tree(&[(*path, &*text)]));
        let errors: Vec<&Finding> = found
            .iter()
            .filter(|finding| finding.severity == Severity::Error)
            .collect();
        assert_eq!(errors.is_empty(), *is_text, "{path} {value}: {errors:?}");
        let tenant = found
            .iter()
            .any(|it| it.message.to_string().contains("is not set"));
        assert!(!tenant, "{path} {value}: {found:?}");
    }
}

#[test]
fn a_text_is_one_over_values_too() {
    for (force, errors) in [
        ("", 1),
        (", forceString: true", 0),
        (", forceString: false", 1),
    ] {
        let helm = format!(
            "values: |\n{}parameters:\n- {{name: '{HEADER}', value: '12345'{force}}}\n",
            indented(&values("https://mimir.example.com/api/v1/push"), 2)
        );
        let text = argo(&helm);
        let found = memory::found("/tree", &memory::tree(&[("app.yaml", &*text)]));
        let wrong = found.iter().filter(|it| it.severity == Severity::Error);
        assert_eq!(wrong.count(), errors, "{force}: {found:?}");
    }
}

#[test]
fn the_host_of_a_url_is_not_its_user() {
    for (user, at_end) in [
        ("joe:secretp4ss@", ""),
        ("joe@", ""),
        ("", ":8080"),
        ("", ""),
    ] {
        let text = format!(
            "apiVersion: monitoring.coreos.com/v1alpha1\nkind: AlertmanagerConfig\nmetadata: {{name: c}}\nspec:\n  route: {{receiver: hook}}\n  receivers:\n  - name: hook\n    webhookConfigs:\n    - url: http://{user}hook.example.com{at_end}/x\n      httpConfig:\n        authorization: {{credentials: {{name: a, key: b}}}}\n"
        );
        let found = memory::found("/tree", &memory::tree(&[("c.yaml", &*text)]));
        let messages: Vec<String> = found.iter().map(|it| it.message.to_string()).collect();
        let names_host = |text: &String| text.contains("network path to hook.example.com can");
        assert!(messages.iter().any(names_host), "{messages:?}");
        assert!(
            !messages.iter().any(|text| text.contains("joe")),
            "{messages:?}"
        );
    }
}
