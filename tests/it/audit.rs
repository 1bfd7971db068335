//! The inventory from outside.

use crate::support::report::{list, text};
use crate::support::scratch::Scratch;
use serde_json::{Value, json};

/// The endpoints of one configuration.
fn endpoints(config: &str) -> Vec<Value> {
    let folder = Scratch::new(&[("prometheus.yml", config)]);
    list(&folder.json(&["audit"]), "endpoints").to_vec()
}

/// The endpoint of one entry of remote_write, written as YAML lines.
fn endpoint(entry: &str) -> Value {
    let lines: Vec<_> = entry.lines().map(|line| format!("    {line}")).collect();
    let config = format!("remote_write:\n  -\n{}\n", lines.join("\n"));
    endpoints(&config).remove(0)
}

const PLANTED: &str = "s3cret-planted";

#[test]
fn credentials_are_reported_by_kind_and_source_and_never_by_value() {
    let url = "url: https://mimir.example.com/api/v1/push";
    let placeholder = "bearer_token: ${TOKEN}".to_owned();
    for (settings, expected) in [
        (String::new(), json!([])),
        (
            format!("bearer_token: {PLANTED}"),
            json!([["bearer token", "written here"]]),
        ),
        (
            placeholder,
            json!([["bearer token", "filled in by a template"]]),
        ),
        (
            "bearer_token_file: x/token".into(),
            json!([["bearer token", "file x/token"]]),
        ),
        (
            "authorization: {type: ApiKey, credentials_file: key}".into(),
            json!([["authorization of type ApiKey", "file key"]]),
        ),
        (
            format!("basic_auth: {{username: u, password: {PLANTED}}}"),
            json!([["basic_auth", "written here"]]),
        ),
        (
            "basic_auth: {username: u, password_file: p}".into(),
            json!([["basic_auth", "file p"]]),
        ),
        (
            format!("oauth2: {{client_id: i, client_secret: {PLANTED}, token_url: https://x/y}}"),
            json!([["oauth2", "written here"]]),
        ),
        (
            "sigv4: {region: eu-west-1}".into(),
            json!([["sigv4", "none given, so the surroundings decide"]]),
        ),
        (
            format!("sigv4: {{access_key: AKIAIOSFODNN7EXAMPLE, secret_key: {PLANTED}}}"),
            json!([["sigv4", "written here"]]),
        ),
        (
            "azuread: {cloud: AzurePublic, managed_identity: {client_id: a}}".into(),
            json!([["azuread", "managed identity"]]),
        ),
        (
            "tls_config: {cert_file: c.pem, key_file: k.pem}".into(),
            json!([["client certificate", "file c.pem"]]),
        ),
        (
            format!("headers: {{X-Api-Key: {PLANTED}, X-Other: plain}}"),
            json!([["header X-Api-Key", "written here"]]),
        ),
        (
            "http_headers: {X-Api-Key: {files: [key]}}".into(),
            json!([["header X-Api-Key", "file key"]]),
        ),
    ] {
        let endpoint = endpoint(&format!("{url}\n{settings}"));
        let pairs: Vec<Value> = endpoint["credentials"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| json!([one["kind"], one["source"]]))
            .collect();
        assert_eq!(Value::from(pairs), expected, "{settings}");
        assert!(!endpoint.to_string().contains(PLANTED), "{settings}");
    }
    let in_url = endpoint(&format!(
        "url: https://u:{PLANTED}@mimir.example.com/api/v1/push?token={PLANTED}"
    ));
    assert_eq!(in_url["host"], "mimir.example.com");
    assert_eq!(in_url["credentials"].as_array().unwrap().len(), 2);
    assert!(!in_url.to_string().contains(PLANTED), "{in_url}");
}

#[test]
fn receiver_tenant_and_protection_are_reported_with_how_they_are_known() {
    let opstrace = endpoint("url: https://cortex.prod.acme.opstrace.io/api/v1/push\nname: prod");
    assert_eq!(opstrace["name"], "prod");
    assert_eq!(
        opstrace["receiver"],
        json!({"names": ["Opstrace"], "known_by": "host", "certain": true})
    );
    assert_eq!(
        (&opstrace["tenant"], &opstrace["tenant_in"]),
        (&json!("prod"), &json!("host"))
    );
    let header = endpoint(
        "url: http://mimir:8080/api/v1/push\nheaders: {x-scope-orgid: team-a}\ntls_config: {ca_file: x}",
    );
    assert_eq!(header["tenant"], "team-a");
    assert_eq!(header["tenant_in"], "header x-scope-orgid");
    assert_eq!(header["tls"]["verification"], "plain http");
    assert_eq!(header["host"], "mimir:8080");
    let skipped = endpoint(
        "url: https://mimir.example.com/api/v1/push\ntls_config: {ca_file: ca.pem, insecure_skip_verify: true}",
    );
    assert_eq!(skipped["tls"]["verification"], "skipped");
    assert_eq!(skipped["tls"]["ca"], "file ca.pem");
    let unknown = endpoint("url: https://metrics.example.com/x\n");
    assert_eq!(
        unknown["receiver"],
        json!({"names": [], "known_by": null, "certain": false})
    );
    assert_eq!(unknown["tenant"], Value::Null);
    let broken = endpoint("name: no-url\n");
    assert_eq!(
        (&broken["host"], &broken["tls"]["verification"]),
        (&Value::Null, &json!("unknown"))
    );
}

#[test]
fn what_is_dropped_before_sending_is_reported() {
    let endpoint = endpoint(
        "url: https://mimir.example.com/api/v1/push\n\
         write_relabel_configs:\n\
         - {source_labels: [__name__], regex: 'go_.*', action: drop}\n\
         - {source_labels: [job, env], regex: 'a;prod', action: Keep}\n\
         - {regex: 'tmp_.*', action: labeldrop}\n\
         - {target_label: x, replacement: y}\n\
         - {source_labels: [a], target_label: b, action: dropequal}\n",
    );
    assert_eq!(
        endpoint["dropped"],
        json!([
            "drops __name__ =~ go_.*",
            "keeps only job;env =~ a;prod",
            "drops labels tmp_.*",
            "drops a == b"
        ])
    );
}

const TWO: &str = "\
remote_write:
  - name: good
    url: https://cortex.prod.acme.opstrace.io/api/v1/push
    bearer_token_file: token
  - name: bad
    url: cortex.prod.acme.opstrace.io/api/v1/push
    bearer_token_file: /run/token
";

#[test]
fn owners_findings_and_what_is_unchecked_are_reported() {
    let folder = Scratch::new(&[
        (".git/HEAD", ""),
        (
            ".github/CODEOWNERS",
            "* @org/all\n/prod/ @org/prod ops@example.com\n",
        ),
        ("prod/prometheus.yml", TWO),
        ("prod/token", "x"),
        ("test/prometheus.yml", TWO),
        ("test/token", "x"),
        (
            "promvet.yaml",
            "issuers:\n  - hosts: ['*.opstrace.io']\n    issuer: letsencrypt-prod\n",
        ),
    ]);
    let ran = folder.promvet_in("prod", &["audit", "..", "--format", "json"]);
    assert_eq!(ran.status, Some(1), "{}", ran.stderr);
    let report = ran.json();
    let all = list(&report, "endpoints");
    assert_eq!(all.len(), 4);
    let owners: Vec<_> = all.iter().map(|one| one["owners"].clone()).collect();
    let (prod, other) = (json!(["@org/prod", "ops@example.com"]), json!(["@org/all"]));
    assert!(
        owners.contains(&prod) && owners.contains(&other),
        "{owners:?}"
    );
    let bad = all.iter().find(|one| one["name"] == "bad").unwrap();
    assert_eq!(
        bad["findings"],
        json!({"errors": 1, "warnings": 0, "infos": 1, "suppressed": 0})
    );
    assert_eq!(bad["unchecked"].as_array().unwrap().len(), 1);
    let good = all.iter().find(|one| one["name"] == "good").unwrap();
    assert_eq!(
        good["findings"],
        json!({"errors": 0, "warnings": 0, "infos": 0, "suppressed": 0})
    );
    assert_eq!(good["tls"]["issuer"], "letsencrypt-prod");
    let evidence = &good["tls"]["evidence"][0];
    assert!(
        evidence["path"].as_str().unwrap().ends_with("promvet.yaml"),
        "{evidence}"
    );
    assert_eq!(report["totals"]["endpoints"], 4);
    assert_eq!(report["totals"]["configurations"], 2);
    let recognized = json!({"endpoints": 2, "of": 4, "share": 0.5});
    assert_eq!(report["totals"]["recognised"], recognized);
}

#[test]
fn every_format_is_written_and_the_status_is_that_of_check() {
    let folder = Scratch::new(&[("prometheus.yml", TWO), ("token", "x")]);
    for (format, expected) in [
        ("human", "WHERE "),
        ("json", "{\"version\":1"),
        ("json-lines", "{\"type\":\"inventory\",\"version\":1}\n"),
        ("csv", "path,line,"),
        ("markdown", "## promvet: 2 endpoints in 1 configuration"),
        ("dot", "digraph promvet {"),
        ("mermaid", "flowchart LR"),
    ] {
        let ran = folder.promvet(&["audit", "--format", format]);
        assert_eq!(ran.status, Some(1), "{format}");
        let written = ran.stdout;
        assert!(written.starts_with(expected), "{format}: {written}");
        let never = ["audit", "--format", format, "--fail-on", "never"];
        assert_eq!(folder.promvet(&never).status, Some(0));
    }
    let table = folder.promvet(&["audit"]).stdout;
    for part in [
        "By receiver:",
        "By tenant:",
        "By issuer:",
        "By credentials:",
        "2 endpoints in",
    ] {
        assert!(table.contains(part), "{table}");
    }
    let empty = Scratch::empty();
    let ran = empty.promvet(&["audit"]);
    assert_eq!((ran.status, ran.stdout), (Some(0), String::new()));
    assert!(ran.stderr.contains("no Prometheus configuration found"));
    assert_eq!(folder.promvet(&["audit", "no/such"]).status, Some(2));
}

const CLUSTER: &str = "\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: metrics, namespace: mimir}
spec:
  rules:
    - host: metrics.example.com
      http:
        paths:
          - {path: /api, pathType: Prefix, backend: {service: {name: gateway, port: {name: http}}}}
          - {path: /other, pathType: Prefix, backend: {service: {name: other, port: {number: 80}}}}
---
apiVersion: v1
kind: Service
metadata: {name: gateway, namespace: mimir}
spec:
  selector: {app: gateway}
  ports: [{name: http, port: 80, targetPort: 8080}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: gateway, namespace: mimir}
spec:
  template:
    metadata: {labels: {app: gateway}}
    spec:
      containers: [{name: nginx, image: 'nginx:1.27', ports: [{containerPort: 8080}]}]
";

const COMPOSE: &str = "\
services:
  prometheus:
    image: prom/prometheus:v3.5.0
    command: [--config.file=/etc/prometheus/prometheus.yml]
    volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml']
  mimir:
    image: grafana/mimir:2.14.3
";

#[test]
fn the_way_has_the_file_that_proves_each_hop() {
    let config = "remote_write:\n  - url: https://metrics.example.com/api/v1/push\n  \
                  - url: http://mimir:8080/api/v1/push\n    headers: {X-Scope-OrgID: 'team \"a\"'}\n  \
                  - url: https://metrics.example.com/elsewhere\n  \
                  - url: https://prod.grafana.net/api/prom/push\n";
    let folder = Scratch::new(&[
        ("prometheus.yml", config),
        ("compose.yaml", COMPOSE),
        ("k8s/all.yaml", CLUSTER),
    ]);
    let report = folder.json(&["audit"]);
    let hops = |hops: &Value| -> Vec<String> {
        let hops = hops.as_array().unwrap().iter();
        let line = |hop: &Value| {
            let (kind, name) = (text(hop, "kind"), text(hop, "name"));
            format!(
                "{kind} {name} {}:{}",
                text(hop, "path"),
                hop["start"]["line"]
            )
        };
        hops.map(line).collect()
    };
    let all = list(&report, "endpoints");
    let ways: Vec<_> = all.iter().map(|one| hops(&one["way"])).collect();
    let ways: Vec<Vec<&str>> = ways
        .iter()
        .map(|way| way.iter().map(String::as_str).collect())
        .collect();
    assert_eq!(
        ways,
        [
            vec![
                "ingress Ingress `metrics` k8s/all.yaml:3",
                "service Service `gateway` k8s/all.yaml:14",
                "container container `nginx` of the Deployment `gateway` k8s/all.yaml:26",
            ],
            vec!["container service `mimir` compose.yaml:6"],
            vec![],
            vec![],
        ]
    );
    for one in all {
        assert_eq!(one["sender"]["name"], "service `prometheus`");
        assert_eq!(one["sender"]["path"], "compose.yaml");
    }
    let draw = |format: &str| folder.promvet(&["audit", "--format", format]).stdout;
    insta::assert_snapshot!("audit_dot", draw("dot"));
    insta::assert_snapshot!("audit_mermaid", draw("mermaid"));
}

/// A configuration in compose, and what else the project runs.
fn way_in_compose(url: &str, services: &str, more: &[(&str, &str)]) -> Vec<String> {
    let config = format!("remote_write:\n  - url: {url}\n");
    let compose = format!(
        "services:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    volumes: \
         ['./prometheus.yml:/etc/prometheus/prometheus.yml']\n{services}"
    );
    let mut files = vec![("prometheus.yml", &*config), ("compose.yaml", &*compose)];
    files.extend(more);
    names_on_way(&Scratch::new(&files))
}

/// The names of what is on the way of the only endpoint, and the receiver.
fn names_on_way(folder: &Scratch) -> Vec<String> {
    let report = folder.json(&["audit"]);
    let [one] = list(&report, "endpoints") else {
        panic!("{report}")
    };
    let names = list(one, "way")
        .iter()
        .map(|hop| format!("{} {}", text(hop, "kind"), text(hop, "name")));
    let receivers = list(&one["receiver"], "names").iter();
    let receivers = receivers.filter_map(|name| name.as_str().map(str::to_owned));
    names.chain(receivers).collect()
}

#[test]
fn the_way_goes_on_behind_a_proxy_and_the_image_at_its_end_is_the_receiver() {
    let nginx = "events {}\nhttp {\n  server {\n    listen 80;\n    location / {\n      \
                 proxy_pass http://mimir:8080;\n    }\n  }\n}\n";
    let services = "  gateway:\n    image: nginx:1.27\n    volumes: ['./nginx.conf:/etc/nginx/nginx.conf']\n  \
                    mimir:\n    image: grafana/mimir:2.14.0\n";
    let url = "http://gateway/api/v1/push";
    assert_eq!(
        way_in_compose(url, services, &[("nginx.conf", nginx)]),
        [
            "container service `gateway`",
            "proxy reverse proxy",
            "container service `mimir`",
            "Mimir"
        ]
    );
    let labels = |more: &str| {
        format!(
            "  mimir:\n    image: grafana/mimir:2.14.0\n    labels:\n    - \
             traefik.http.routers.m.rule=Host(`m.example.com`)\n    - \
             traefik.http.services.m.loadbalancer.server.port=8080\n{more}"
        )
    };
    let url = "https://m.example.com/api/v1/push";
    let through = way_in_compose(url, &labels(""), &[]);
    let router = "ingress Traefik router `m`";
    assert_eq!(through, [router, "container service `mimir`", "Mimir"]);
    // A router that names another service leads there.
    let other = labels("    - traefik.http.routers.m.service=other\n");
    let through = way_in_compose(url, &other, &[]);
    assert_eq!(through.first().map(String::as_str), Some(router));
    assert!(!through.iter().any(|name| name.starts_with("container")));
}

#[test]
fn resources_send_and_an_alias_is_on_the_way() {
    let folder = Scratch::new(&[(
        "all.yaml",
        "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: k8s, namespace: mon}\nspec:\n  \
         remoteWrite:\n  - url: http://store:8080/api/v1/push\n---\napiVersion: v1\nkind: Service\nmetadata: \
         {name: store, namespace: mon}\nspec: {type: ExternalName, externalName: mimir.mimir.svc.cluster.local}\n\
         ---\napiVersion: v1\nkind: Service\nmetadata: {name: mimir, namespace: mimir}\nspec: {selector: {app: m}, \
         ports: [{port: 8080}]}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: mimir, namespace: \
         mimir}\nspec:\n  template:\n    metadata: {labels: {app: m}}\n    spec: {containers: [{name: mimir, image: \
         'grafana/mimir:2.14.0', ports: [{containerPort: 8080}]}]}\n",
    )]);
    assert_eq!(
        names_on_way(&folder),
        [
            "service Service `store`",
            "service Service `mimir`",
            "container container `mimir` of the Deployment `mimir`",
            "Mimir"
        ]
    );
    let report = folder.json(&["audit"]);
    let [one] = list(&report, "endpoints") else {
        panic!("{report}")
    };
    assert_eq!(one["sender"]["name"], "Prometheus `k8s`");
}

/// Values of a chart are both a Service and what answers there.
#[test]
fn what_is_at_one_place_is_drawn_in_two_boxes() {
    let folder = Scratch::new(&[
        (
            "prom.yaml",
            "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: k8s, namespace: mon}\nspec:\n  \
             remoteWrite:\n  - url: http://prometheus-operated.mon.svc:9090/api/v1/write\n",
        ),
        (
            "central.yaml",
            "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: central, namespace: mon2}\n\
             spec: {enableRemoteWriteReceiver: true}\n",
        ),
    ]);
    let drawn = folder.promvet(&["audit", "--format", "mermaid"]).stdout;
    let boxes = drawn
        .lines()
        .filter(|line| line.contains("[") || line.contains("(\""));
    let arrows = drawn.lines().filter(|line| line.contains("-->"));
    assert_eq!(boxes.count(), 3, "{drawn}");
    let ends = arrows.filter_map(|line| {
        let (from, to) = line.trim().split_once("-->")?;
        let to = to.rsplit(' ').next()?;
        Some(from.trim() != to)
    });
    assert!(ends.into_iter().all(|apart| apart), "{drawn}");
}
