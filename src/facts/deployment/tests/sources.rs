//! Files that are ruled out before they are parsed, and files that take another's place.

use super::*;
use crate::facts::issuer::cert_manager::Manifests;

/// Manifests of an application that has nothing to do with Prometheus.
fn unrelated(number: usize) -> [(String, String); 5] {
    let labels = format!("{{app: app-{number}, tier: web}}");
    let compose = format!(
        "services:\n  web-{number}:\n    image: 'example/web:1'\n    volumes:\n      - ./conf:/conf\n  # Next.\n  \
         db:\n    environment:\n      A: b\n    image: postgres:17\n"
    );
    [
        (
            format!("k/{number}/deployment.yaml"),
            format!(
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: app-{number}}}\nspec:\n  template:\n    \
                 metadata: {{labels: {labels}}}\n    spec:\n      containers:\n        - {{name: a, image: 'example/a:1'}}\n      \
                 volumes: [{{name: v, configMap: {{name: app-{number}}}}}]\n"
            ),
        ),
        (
            format!("k/{number}/service.yaml"),
            format!(
                "kind: Service\nmetadata: {{name: app-{number}}}\nspec:\n  selector: {labels}\n  ports: [{{port: 80}}]\n"
            ),
        ),
        (
            format!("k/{number}/config.yaml"),
            format!("kind: ConfigMap\nmetadata: {{name: app-{number}}}\ndata: {{a: b}}\n"),
        ),
        (
            format!("k/{number}/account.yaml"),
            format!(
                "kind: ServiceAccount\nmetadata: {{name: app-{number}}}\nautomountServiceAccountToken: false\n"
            ),
        ),
        (format!("c/{number}/compose.yaml"), compose),
    ]
}

/// A Prometheus with its configuration in a ConfigMap, a patch of it, and a Service in front.
fn prometheus(number: usize) -> [(String, String); 4] {
    let labels = format!("{{app: prom-{number}}}");
    [
        (
            format!("p/{number}/deployment.yaml"),
            format!(
                "kind: Deployment\nmetadata: {{name: prom-{number}}}\nspec:\n  template:\n    metadata: {{labels: {labels}}}\n    \
                 spec:\n      containers:\n        - name: p\n          image: prom/prometheus:v3.5.0\n          \
                 volumeMounts: [{{name: c, mountPath: /etc/prometheus}}]\n      \
                 volumes: [{{name: c, configMap: {{name: conf-{number}}}}}]\n"
            ),
        ),
        (
            format!("p/{number}/patch.yaml"),
            format!(
                "kind: Deployment\nmetadata: {{name: prom-{number}}}\nspec:\n  template:\n    spec:\n      volumes: []\n"
            ),
        ),
        (
            format!("p/{number}/config.yaml"),
            format!(
                "kind: ConfigMap\nmetadata: {{name: conf-{number}}}\ndata: {{prometheus.yml: ''}}\n"
            ),
        ),
        (
            format!("p/{number}/service.yaml"),
            format!(
                "kind: Service\nmetadata: {{name: prom-{number}}}\nspec:\n  selector: {labels}\n  ports: [{{port: 9090}}]\n"
            ),
        ),
    ]
}

fn tree_of(files: &[(String, String)]) -> Memory {
    let tree = Memory::new().file("promvet.yaml", "");
    let add = |tree: Memory, (path, content): &(String, String)| tree.file(path, content.clone());
    files.iter().fold(tree, add)
}

fn source((path, content): &(String, String)) -> SourceFile {
    let text = Text::new(path.as_str(), content.clone().into_bytes());
    SourceFile::new(file(path), text)
}

fn parsed(files: &[SourceFile]) -> Vec<String> {
    let parsed = files.iter().filter(|file| file.is_parsed());
    parsed.map(|file| file.text.path().to_string()).collect()
}

/// What is parsed for the deployments of a tree, and for what answers at a host.
fn parsed_for(files: &[(String, String)], host: &str) -> Vec<String> {
    let tree = tree_of(files);
    let files: Vec<_> = files.iter().map(source).collect();
    let sources = DeploymentSources::new(&tree, &file(""), &files);
    let _ = sources.deployments(&tree);
    let _ = sources.network().ask(&tree, host, 9090);
    parsed(&files)
}

#[test]
fn what_cannot_matter_is_not_parsed() {
    let mut files: Vec<_> = (0..50).flat_map(unrelated).collect();
    assert_eq!(parsed_for(&files, "mimir.example"), [] as [&str; 0]);
    files.extend(prometheus(7));
    assert_eq!(
        parsed_for(&files, "mimir.example"),
        ["p/7/deployment.yaml", "p/7/patch.yaml", "p/7/config.yaml"]
    );
    let service = parsed_for(&files, "app-3");
    assert!(
        service.contains(&"k/3/service.yaml".to_owned()),
        "{service:?}"
    );
    assert!(
        service.contains(&"k/3/deployment.yaml".to_owned()),
        "{service:?}"
    );
    assert_eq!(service.len(), 5, "{service:?}");
}

#[test]
fn services_without_a_plain_image_are_looked_into() {
    for (compose, wanted) in [
        ("services:\n  a:\n    image: x\n", false),
        (
            "# A.\nservices:\n  a:\n    ports: []\n    image: \"x\"\n\nvolumes:\n  b:\n",
            false,
        ),
        ("services:\n  a:\n    image: $X\n", true),
        ("services:\n  a:\n    image: *x\n", true),
        ("services:\n  a: {image: x}\n", true),
        (
            "services:\n  a:\n    extends: b\n  b:\n    image: x\n",
            true,
        ),
        ("services:\n  a:\n    image: x\n  b:\n    ports: []\n", true),
        ("services:\n  a:\n    labels:\n      image: x\n", true),
        ("services:\n  a:\n    build: .\n    image: x\n", true),
        (
            "services:\n  a:\n    image: x\n    command: --config.file=y\n",
            true,
        ),
        ("services:\n  a:\n    image: bitnami/Prometheus\n", true),
        ("services:\n  a:\n", true),
        ("services: {}\n", true),
    ] {
        let files = [("compose.yml".to_owned(), compose.to_owned())];
        let found = !parsed_for(&files, "other").is_empty();
        assert_eq!(found, wanted, "{compose}");
    }
}

/// What a tree tells, as text.
fn reported(tree: &Memory, sources: &DeploymentSources, manifests: &Manifests) -> String {
    let network = sources.network();
    let hosts = ["prom-1", "prom-2", "app-1", "web-2", "db"];
    let hits: Vec<_> = hosts
        .iter()
        .map(|host| network.ask(tree, host, 9090))
        .collect();
    let issuers = ["h1.example.com", "h2.example.com"].map(|host| manifests.issuer_of(host));
    format!("{:#?}\n{hits:#?}\n{issuers:#?}", sources.deployments(tree))
}

fn certificate(number: usize) -> (String, String) {
    let path = format!("i/{number}.yaml");
    let content = format!(
        "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {{name: c}}\nspec: {{secretName: s, \
         dnsNames: [h{number}.example.com], issuerRef: {{name: i, kind: ClusterIssuer}}}}\n"
    );
    (path, content)
}

#[test]
fn to_replace_a_file_is_to_begin_anew() {
    let mut files: Vec<(String, String)> = (0..4).flat_map(unrelated).collect();
    files.extend((0..4).flat_map(prometheus));
    files.extend((0..4).map(certificate));
    let issuer = |spec: &str| {
        format!(
            "apiVersion: cert-manager.io/v1\nkind: ClusterIssuer\nmetadata: {{name: i}}\nspec: {spec}\n"
        )
    };
    files.push(("i/issuer.yaml".to_owned(), issuer("{selfSigned: {}}")));
    files.sort();
    let texts = |files: &[(String, String)]| -> Vec<_> {
        files.iter().map(|file| source(file).text).collect()
    };
    let mut sources = DeploymentSources::new(
        &tree_of(&files),
        &file(""),
        &files.iter().map(source).collect::<Vec<_>>(),
    );
    let mut manifests = Manifests::new(&texts(&files));
    // What other files held, nothing, and a new issuer: each in place of every third file.
    let contents: Vec<String> = files.iter().map(|(_, content)| content.clone()).collect();
    for step in 0..files.len() * 2 {
        let at = step * 3 % files.len();
        files[at].1 = match step % 5 {
            0 => String::new(),
            1 => issuer("{acme: {server: 'https://acme-v02.api.letsencrypt.org/directory'}}"),
            other => contents[(step * 7 + other) % contents.len()].clone(),
        };
        let tree = tree_of(&files);
        let changed = source(&files[at]);
        sources.replace(&tree, &changed);
        manifests.replace(&changed.text);
        let all: Vec<_> = files.iter().map(source).collect();
        let anew = reported(
            &tree,
            &DeploymentSources::new(&tree, &file(""), &all),
            &Manifests::new(&texts(&files)),
        );
        assert_eq!(
            reported(&tree, &sources, &manifests),
            anew,
            "step {step}: {}",
            files[at].0
        );
    }
}
