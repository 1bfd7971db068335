//! What changes a receiver or the way to it behind the files that name it: other compose files, patches,
//! meshes, proxies. Each case has its mirror, where nothing of that kind matters.

use crate::support::memory;
use promvet::finding::{Finding, Severity};

/// The rules that report something, with their severity; infos are left out.
fn reported(files: &[(&str, &str)]) -> Vec<String> {
    let files: Vec<(String, &str)> = files
        .iter()
        .map(|(path, content)| (format!("/tree/{path}"), *content))
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (&**path, *text)).collect();
    let mut found = memory::found("/tree", &memory::tree(&files));
    found.retain(|finding| finding.severity >= Severity::Warning);
    let shown = |one: &Finding| format!("{:?} {}", one.severity, one.rule);
    found.iter().map(shown).collect()
}

const CONFIG: (&str, &str) = (
    "prometheus.yml",
    "remote_write:\n  - url: http://vm:8428/api/v1/write\n",
);

const USERS: &str = "Error remote-write/receiver-settings";

/// A compose file with Prometheus and VictoriaMetrics, whose service is this.
fn compose(vm: &str) -> String {
    format!(
        "services:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml']\n  vm:\n{vm}"
    )
}

const VM: &str = "    image: victoriametrics/victoria-metrics:v1.110.0\n    command: [-httpAuth.username=team, -httpAuth.password=a]\n";

#[test]
fn other_compose_files_change_a_service() {
    let base = compose(VM);
    let open = "services:\n  vm:\n    command: [-loggerLevel=INFO]\n";
    for (other, makefile, want) in [
        ("services:\n  vm:\n    restart: always\n", "", &[USERS][..]),
        (
            "services:\n  vm:\n    command: [-loggerLevel=INFO]\n",
            "",
            &[],
        ),
        ("services:\n  vm:\n    environment: {A: b}\n", "", &[]),
        ("services:\n  other:\n    command: [a]\n", "", &[USERS]),
        // What is started together is known, and laid over the base.
        (
            open,
            "up:\n\tdocker compose -f compose.yaml -f compose.prod.yaml up -d\n",
            &[],
        ),
        (
            "services:\n  vm:\n    environment: {A: b}\n",
            "up:\n\tdocker compose -f compose.yaml -f compose.prod.yaml up -d\n",
            &[USERS],
        ),
        // Two ways to start it.
        (
            "services:\n  vm:\n    environment: {A: b}\n",
            "dev:\n\tdocker compose up\nup:\n\tdocker compose -f compose.yaml -f compose.prod.yaml up -d\n",
            &[],
        ),
    ] {
        let files = [
            CONFIG,
            ("compose.yaml", &base),
            ("compose.prod.yaml", other),
            ("Makefile", makefile),
        ];
        assert_eq!(reported(&files), want, "{other} {makefile}");
    }
    let chain = "COMPOSE_FILE=compose.yaml:compose.prod.yaml\n";
    for (other, want) in [
        (open, &[][..]),
        ("services:\n  vm:\n    environment: {A: b}\n", &[USERS]),
    ] {
        let files = [
            CONFIG,
            ("compose.yaml", &base),
            ("compose.prod.yaml", other),
            (".env", chain),
        ];
        assert_eq!(reported(&files), want, "{other}");
    }
}

#[test]
fn services_extend_others_of_other_files() {
    let own = "    extends: {file: base.yaml, service: store}\n    image: victoriametrics/victoria-metrics:v1.110.0\n";
    let of = |command: &str| format!("services:\n  store:\n    command: {command}\n");
    let (users, open) = (of("[-httpAuth.username=team]"), of("[-loggerLevel=INFO]"));
    for (name, base, want) in [
        ("base.yaml", &users, &[USERS][..]),
        ("base.yaml", &open, &[]),
        ("other.yaml", &users, &[]),
    ] {
        let compose = compose(own);
        let files = [CONFIG, ("compose.yaml", &compose), (name, base)];
        assert_eq!(reported(&files), want, "{name} {base}");
    }
}

#[test]
fn an_included_file_that_is_missing_may_change_services() {
    let base = compose(VM);
    for (include, want) in [
        ("include: [more/compose.yaml]\n", &[USERS][..]),
        ("include: [{path: more/compose.yaml}]\n", &[USERS]),
        ("include: [gone/compose.yaml]\n", &[]),
        ("include: [{path: [more/compose.yaml, gone.yaml]}]\n", &[]),
    ] {
        let compose = format!("{include}{base}");
        let more = "services:\n  db: {image: postgres}\n";
        let files = [
            CONFIG,
            ("compose.yaml", &compose),
            ("more/compose.yaml", more),
        ];
        assert_eq!(reported(&files), want, "{include}");
    }
}

#[test]
fn containers_have_names_of_their_project() {
    let compose = format!("name: obs\n{}", compose(VM));
    for (host, want) in [
        ("obs-vm-1", &[USERS][..]),
        ("obs_vm_1", &[USERS]),
        ("shop-vm-1", &[]),
        ("shop_vm_2", &[]),
        ("vm", &[USERS]),
    ] {
        let config = format!("remote_write:\n  - url: http://{host}:8428/api/v1/write\n");
        let files = [
            ("prometheus.yml", config.as_str()),
            ("compose.yaml", &compose),
        ];
        assert_eq!(reported(&files), want, "{host}");
    }
}

#[test]
fn a_proxy_looks_hosts_up() {
    let compose = compose(VM);
    for (more, want) in [
        ("proxy_url: http://10.0.0.9:3128", &[][..]),
        ("proxy_from_environment: true", &[]),
        (
            "proxy_url: http://10.0.0.9:3128\n    no_proxy: 'vm,localhost'",
            &[USERS],
        ),
        ("proxy_url: http://10.0.0.9:3128\n    no_proxy: .vm", &[]),
        ("remote_timeout: 30s", &[USERS]),
    ] {
        let config = format!("{}    {more}\n", CONFIG.1);
        let files = [
            ("prometheus.yml", config.as_str()),
            ("compose.yaml", &compose),
        ];
        assert_eq!(reported(&files), want, "{more}");
    }
}

/// Manifests with Prometheus and a VictoriaMetrics that wants users.
fn manifests(annotations: &str) -> String {
    format!(
        "apiVersion: v1
kind: ConfigMap
metadata: {{name: prom, namespace: mon}}
data:
  prometheus.yml: |
    remote_write:
      - url: http://vm:8428/api/v1/write
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: prometheus, namespace: mon}}
spec:
  template:
    metadata: {{labels: {{app: prometheus}}}}
    spec:
      containers:
        - name: prometheus
          image: prom/prometheus:v3.5.0
          volumeMounts: [{{name: c, mountPath: /etc/prometheus}}]
      volumes: [{{name: c, configMap: {{name: prom}}}}]
---
apiVersion: v1
kind: Service
metadata: {{name: vm, namespace: mon}}
spec: {{selector: {{app: vm}}, ports: [{{port: 8428}}]}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: vm, namespace: mon}}
spec:
  template:
    metadata: {{labels: {{app: vm}}, annotations: {{{annotations}}}}}
    spec:
      containers:
        - name: vm
          image: victoriametrics/victoria-metrics:v1.110.0
          args: [-httpAuth.username=team]
          ports: [{{containerPort: 8428}}]
"
    )
}

#[test]
fn patches_change_objects() {
    let manifests = manifests("");
    let merge =
        |kind: &str, spec: &str| format!("kind: {kind}\nmetadata: {{name: vm}}\nspec: {spec}\n");
    let container = |more: &str| {
        let spec = format!("{{template: {{spec: {{containers: [{{name: vm, {more}}}]}}}}}}");
        merge("Deployment", &spec)
    };
    let by_path = "resources: [all.yaml]\npatches: [{path: p.yaml}]\n";
    let old = "resources: [all.yaml]\npatchesStrategicMerge: [p.yaml]\n";
    let elsewhere = "resources: [other.yaml]\npatches: [{path: p.yaml}]\n";
    let inline = |target: &str, path: &str| {
        format!(
            "resources: [all.yaml]\npatches:\n  - target: {target}\n    patch: |\n      - {{op: add, path: {path}, value: x}}\n"
        )
    };
    let args = "/spec/template/spec/containers/0/args/-";
    for (kustomization, patch, want) in [
        (
            by_path.to_owned(),
            container("args: [-loggerLevel=INFO]"),
            &[][..],
        ),
        (old.to_owned(), container("image: 'x:1'"), &[]),
        (by_path.to_owned(), container("resources: {}"), &[USERS]),
        (elsewhere.to_owned(), container("args: [-a]"), &[USERS]),
        (
            by_path.to_owned(),
            merge("Deployment", "{replicas: 2}"),
            &[USERS],
        ),
        (
            by_path.to_owned(),
            merge("Service", "{ports: [{port: 8428, targetPort: 1}]}"),
            &[],
        ),
        (
            by_path.to_owned(),
            merge("Service", "{sessionAffinity: ClientIP}"),
            &[USERS],
        ),
        (
            inline("{kind: Deployment, name: vm}", args),
            String::new(),
            &[],
        ),
        (inline("{kind: Deployment}", args), String::new(), &[]),
        (
            inline("{kind: Deployment, name: v.*}", args),
            String::new(),
            &[],
        ),
        (
            inline("{kind: Deployment, name: grafana}", args),
            String::new(),
            &[USERS],
        ),
        (
            inline("{kind: Deployment, name: vm}", "/spec/replicas"),
            String::new(),
            &[USERS],
        ),
        (
            inline(
                "{kind: Deployment, name: vm}",
                "/spec/template/spec/containers/0/resources",
            ),
            String::new(),
            &[USERS],
        ),
    ] {
        let files = [
            ("all.yaml", manifests.as_str()),
            ("kustomization.yaml", &kustomization),
            ("p.yaml", &patch),
        ];
        assert_eq!(reported(&files), want, "{kustomization} {patch}");
    }
}

#[test]
fn meshes_change_requests() {
    let route = |kind: &str, namespace: &str, spec: &str| {
        format!(
            "apiVersion: a/v1\nkind: {kind}\nmetadata: {{name: r, namespace: {namespace}}}\nspec: {spec}\n"
        )
    };
    let headers = "http: [{headers: {request: {set: {Authorization: a}}}}]";
    for (route, want) in [
        (
            route(
                "VirtualService",
                "mon",
                &format!("{{hosts: [vm], {headers}}}"),
            ),
            &[][..],
        ),
        (
            route(
                "VirtualService",
                "mon",
                &format!("{{hosts: [vm.mon.svc.cluster.local], {headers}}}"),
            ),
            &[],
        ),
        (
            route(
                "VirtualService",
                "mon",
                &format!("{{hosts: [shop], {headers}}}"),
            ),
            &[USERS],
        ),
        (
            route(
                "VirtualService",
                "mon",
                "{hosts: [a.example.com], http: [{route: [{destination: {host: vm}}]}]}",
            ),
            &[USERS],
        ),
        (
            route(
                "HTTPRoute",
                "mon",
                "{parentRefs: [{kind: Service, name: vm}]}",
            ),
            &[],
        ),
        (
            route(
                "HTTPRoute",
                "mon",
                "{parentRefs: [{name: gateway}], rules: [{backendRefs: [{name: vm}]}]}",
            ),
            &[USERS],
        ),
        (route("EnvoyFilter", "mon", "{}"), &[]),
        (route("EnvoyFilter", "istio-system", "{}"), &[]),
        (route("EnvoyFilter", "shop", "{}"), &[USERS]),
    ] {
        let manifests = manifests("");
        let files = [("all.yaml", manifests.as_str()), ("route.yaml", &route)];
        assert_eq!(reported(&files), want, "{route}");
    }
    for (annotations, want) in [
        (
            "linkerd.io/inject: enabled",
            "Warning remote-write/receiver-settings",
        ),
        (
            "sidecar.istio.io/inject: 'true'",
            "Warning remote-write/receiver-settings",
        ),
        ("sidecar.istio.io/inject: 'false'", USERS),
    ] {
        let manifests = manifests(annotations);
        assert_eq!(
            reported(&[("all.yaml", &manifests)]),
            [want],
            "{annotations}"
        );
    }
}

#[test]
fn a_full_name_in_the_own_namespace_is_looked_for_there() {
    let other = "---\napiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: mon}\nspec: {ports: [{port: 80}]}\n";
    let alone = manifests("").replace("{name: vm, namespace: mon}", "{name: vm, namespace: store}");
    let manifests = format!("{alone}{other}");
    // Without a Service in sight, the own namespace may be that of a platform.
    let alone = alone.replace("http://vm:", "http://vm.mon.svc.cluster.local:");
    assert_eq!(reported(&[("all.yaml", &alone)]), [""; 0]);
    for (host, want) in [
        (
            "vm.mon.svc.cluster.local",
            &["Warning network/unreachable"][..],
        ),
        ("vm.store.svc.cluster.local", &[USERS]),
        // Of another namespace the tree may have a part.
        ("vm.shop.svc.cluster.local", &[]),
    ] {
        let manifests = manifests.replace("http://vm:", &format!("http://{host}:"));
        assert_eq!(reported(&[("all.yaml", &manifests)]), want, "{host}");
        let moved = "namespace: prod\nresources: [all.yaml]\n";
        let files = [
            ("all.yaml", manifests.as_str()),
            ("kustomization.yaml", moved),
        ];
        let is_kept = want == [USERS];
        assert_eq!(reported(&files).is_empty(), !is_kept, "{host}");
    }
}
