//! Secrets and ConfigMaps that resources of the Operator name: what makes them, and what they are called.

use crate::support::memory;
use promvet::finding::Severity;

const RESOURCE: &str = "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: a, namespace: m}\nspec:\n  remoteWrite:\n  - url: https://a.example.com/api/v1/write\n    authorization: {credentials: {name: mimir, key: token}}\n";

/// What is reported about keys of Secrets at warning and above: where, and the message.
fn told(files: &[(&str, &str)]) -> Vec<(String, Severity, String)> {
    let mut all = vec![("p.yaml", RESOURCE)];
    all.extend(files);
    let mut found = memory::found("/tree", &memory::tree(&all));
    found.retain(|it| it.severity > Severity::Info && it.rule == "kubernetes/secret-key");
    let all = found.iter();
    all.map(|it| {
        let path = it.place.path().to_string();
        (path, it.severity, it.message.to_string())
    })
    .collect()
}

fn lacks(files: &[(&str, &str)]) -> bool {
    let told = told(files);
    told.iter().any(|(path, severity, message)| {
        path == "p.yaml"
            && *severity == Severity::Error
            && message.contains("the Secret `mimir` has no key `token`")
    })
}

#[test]
fn a_class_of_secrets_has_the_keys_that_it_keeps_in_step() {
    let class = |key: &str| {
        format!(
            "apiVersion: secrets-store.csi.x-k8s.io/v1\nkind: SecretProviderClass\nmetadata: {{name: a, namespace: m}}\nspec:\n  provider: vault\n  secretObjects:\n  - {{secretName: other, type: Opaque, data: [{{objectName: a, key: b}}]}}\n  - {{secretName: mimir, type: Opaque, data: [{{objectName: a, {key}}}]}}\n"
        )
    };
    assert!(lacks(&[("s.yaml", &class("key: tokn"))]));
    assert!(!lacks(&[("s.yaml", &class("key: token"))]));
    assert!(!lacks(&[("s.yaml", &class("keys: a"))]));
}

const GENERATED: &str = "namespace: m\nresources: [p.yaml]\ngeneratorOptions: {disableNameSuffixHash: true}\nsecretGenerator:\n";

#[test]
fn a_generator_has_the_keys_of_its_files_of_variables() {
    let item = format!("{GENERATED}- {{name: mimir, envs: [a.env]}}\n");
    let of = |env: &str| lacks(&[("kustomization.yaml", &item), ("a.env", env)]);
    assert!(of("# token=a\nTOKEN=$X\n"));
    assert!(!of("OTHER=a\n token=$X\n"));
    // Of the environment, of a file that is not here, or encrypted.
    assert!(!of("TOKEN=$X\ntoken\n"));
    assert!(!lacks(&[("kustomization.yaml", &item)]));
    assert!(!of("TOKEN=ENC[AES256_GCM,data:a]\nsops_version=3\n"));
}

#[test]
fn a_line_break_in_the_file_of_a_generator_is_copied() {
    let item = format!("{GENERATED}- {{name: mimir, files: [token=a.txt]}}\n");
    let of = |content: &str| told(&[("kustomization.yaml", &item), ("a.txt", content)]);
    let (path, severity, message) = &of("${TOKEN}\n")[0];
    assert_eq!((&**path, *severity), ("a.txt", Severity::Error));
    assert!(message.contains("ends in a line break"), "{message}");
    assert!(of("${TOKEN}").is_empty());
    assert!(of("{\"data\": \"ENC[a]\", \"sops\": {}}\n").is_empty());
}

#[test]
fn names_that_kustomize_changes_are_told() {
    let hashed = "namespace: m\nresources: [p.yaml]\nsecretGenerator:\n- {name: mimir, literals: ['token=$X']}\n";
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: mimir, namespace: m}\nstringData: {token: $X}\n";
    let prefixed = "namePrefix: prod-\nresources: [p.yaml, s.yaml]\n";
    let of = |files: &[(&str, &str)]| {
        let told = told(files);
        told.first()
            .map(|(_, severity, message)| (*severity, message.clone()))
    };
    let calls = |name: &str| {
        let message = format!(
            "`credentials`: kustomize calls the Secret `mimir` `{name}`, and leaves the name here as it is"
        );
        Some((Severity::Warning, message))
    };
    assert_eq!(of(&[("kustomization.yaml", hashed)]), calls("mimir-<hash>"));
    let both = [("kustomization.yaml", prefixed), ("s.yaml", secret)];
    assert_eq!(of(&both), calls("prod-mimir"));
    // Without a hash or a prefix, with a table of names, and beside another Secret of the name.
    let plain = hashed.replace(
        "token=$X']",
        "token=$X'], options: {disableNameSuffixHash: true}",
    );
    assert_eq!(of(&[("kustomization.yaml", &plain)]), None);
    let taught = format!("{hashed}configurations: [names.yaml]\n");
    assert_eq!(of(&[("kustomization.yaml", &taught)]), None);
    let elsewhere = prefixed.replace(", s.yaml", "");
    let both = [("kustomization.yaml", &*elsewhere), ("s.yaml", secret)];
    assert_eq!(of(&both), None);
    let both = [("a/kustomization.yaml", hashed), ("s.yaml", secret)];
    assert_eq!(of(&both), None);
}

#[test]
fn the_secret_of_a_chart_is_one_of_the_tree() {
    let values = |key: &str| {
        format!(
            "prometheus:\n  extraSecret: {{name: mimir, data: {{user: joe, password: $X}}}}\n  prometheusSpec:\n    remoteWrite:\n    - url: https://a.example.com/api/v1/write\n      basicAuth: {{username: {{name: mimir, key: {key}}}, password: {{name: mimir, key: password}}}}\n"
        )
    };
    let of = |key: &str| {
        let text = values(key);
        let found = memory::found("/tree", &memory::tree(&[("values.yaml", &text)]));
        found.iter().any(|it| it.rule == "kubernetes/secret-key")
    };
    assert!(of("username"));
    assert!(!of("user"));
}

#[test]
fn mounted_objects_and_volumes_are_looked_for() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: mimir, namespace: m}\nstringData: {token: $X}\n";
    let of = |keys: &str| {
        let text = RESOURCE.replace("spec:\n", &format!("spec:\n  {keys}\n"));
        let files = [("p.yaml", &*text), ("s.yaml", secret)];
        let mut found = memory::found("/tree", &memory::tree(&files));
        found.retain(|it| it.severity > Severity::Info);
        let all = found.iter();
        all.map(|it| (it.severity, it.message.to_string()))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        of("secrets: [mimr]"),
        [(
            Severity::Warning,
            "`secrets`: the tree makes no Secret `mimr`, but one called `mimir`; without it the pods do not start".to_owned()
        )]
    );
    assert!(of("secrets: [mimir, etcd-certs]").is_empty());
    let volumes = "volumes: [{name: certs, secret: {secretName: a}}]\n  volumeMounts: [{name: NAME, mountPath: /a}]";
    assert_eq!(
        of(&volumes.replace("NAME", "cert")),
        [(
            Severity::Error,
            "`name`: no volume is called `cert`; the API server rejects the pods".to_owned()
        )]
    );
    for right in ["certs", "web-config", "prometheus-a-db", "another"] {
        assert!(of(&volumes.replace("NAME", right)).is_empty(), "{right}");
    }
}
