use super::*;

/// A Deployment with the pod's settings, the container's volumeMounts and the volumes.
fn deployment(pod: &str, mounts: &str, volumes: &str) -> String {
    format!(
        "apiVersion: apps/v1
kind: Deployment
metadata: {{name: prometheus, namespace: monitoring}}
spec:
  template:
    spec:
{pod}      containers:
        - name: prometheus
          image: prom/prometheus:v3.1.0
          args: [--config.file=/etc/prometheus/prometheus.yml]
          volumeMounts:
{mounts}      volumes:
{volumes}"
    )
}

const SECRET: &str = "apiVersion: v1
kind: Secret
metadata: {name: tenant, namespace: monitoring}
stringData: {token: hunter22-hunter22}
data: {ca.crt: Zm9v}
";

const TOKENS: &str = "            - {name: tokens, mountPath: /etc/tokens, readOnly: true}\n";
const FROM_SECRET: &str = "        - {name: tokens, secret: {secretName: tenant}}\n";

#[test]
fn a_secret_leads_to_its_keys() {
    let manifest = deployment("", TOKENS, FROM_SECRET);
    let world = world(&[
        ("k8s/prometheus.yaml", &manifest),
        ("k8s/secret.yaml", SECRET),
    ]);
    let one = world.only();
    assert_eq!(
        one.name,
        "the container `prometheus` of the Deployment `prometheus`"
    );
    assert_eq!(one.version(), Some("3.1.0"));
    for (path, want) in [
        ("/etc/tokens/token", "no file, 0644 0:0"),
        ("/etc/tokens/..data/token", "no file, 0644 0:0"),
        (
            "/etc/tokens/tokn",
            "not mounted; near: the Secret `tenant` has a key `token`, but none named `tokn`",
        ),
        (
            "/etc/tokens/password",
            "not mounted; near: the Secret `tenant` has no key `password`, only `ca.crt` and `token`",
        ),
        (
            "/etc/tokens/sub/token",
            "not mounted; near: the Secret `tenant` has no key `sub/token`, only `ca.crt` and `token`",
        ),
        (
            "/etc/other/token",
            "not mounted; near: `/etc/tokens/token` is mounted",
        ),
        (
            "/etc/tokens2/x",
            "not mounted; near: `/etc/tokens` is mounted, from the volume `tokens`",
        ),
    ] {
        assert_eq!(world.say(path), want, "{path}");
    }
    let found = world.provided("/etc/tokens/token");
    assert_eq!(
        lines(&found.evidence),
        [
            "k8s/prometheus.yaml:12 `/etc/tokens` is mounted here",
            "k8s/prometheus.yaml:14 the volume `tokens` is defined here",
            "k8s/secret.yaml:4 the Secret `tenant` has this key",
        ]
    );
    // The evidence is on the secret's own line.
    let excerpt = found.evidence[2].place.excerpt(0);
    assert!(!excerpt.text.contains("hunter22"), "{}", excerpt.text);
    let ResolvedPath::NotMounted(lost) = one.resolve(&world.tree, "/etc/tokens/tokn") else {
        panic!()
    };
    assert!(
        lines(&lost.evidence).contains(&"k8s/secret.yaml:3 the Secret `tenant` is here".to_owned())
    );
}

#[test]
fn modes_and_groups_decide_who_reads() {
    for (pod, volume, want, may) in [
        ("", "{secretName: tenant}", "0644 0:0", Some(true)),
        (
            "",
            "{secretName: tenant, defaultMode: 0400}",
            "0400 0:0",
            Some(false),
        ),
        (
            "",
            "{secretName: tenant, defaultMode: 256}",
            "0400 0:0",
            Some(false),
        ),
        (
            "      securityContext: {fsGroup: 2000}\n",
            "{secretName: tenant, defaultMode: 0400}",
            "0440 0:2000",
            Some(true),
        ),
        (
            "      securityContext: {fsGroup: 2000}\n",
            "{secretName: tenant}",
            "0644 0:2000",
            Some(true),
        ),
        (
            "      securityContext: {runAsUser: 0}\n",
            "{secretName: tenant, defaultMode: 0400}",
            "0400 0:0",
            Some(true),
        ),
        (
            "      securityContext: {runAsUser: 1000}\n",
            "{secretName: tenant, defaultMode: 0440}",
            "0440 0:0",
            Some(true),
        ),
        (
            "      securityContext: {runAsUser: 1000, runAsGroup: 3000}\n",
            "{secretName: tenant, defaultMode: 0440}",
            "0440 0:0",
            Some(false),
        ),
        (
            "      securityContext: {runAsUser: 1000, supplementalGroups: [0], runAsGroup: 3000}\n",
            "{secretName: tenant, defaultMode: 0440}",
            "0440 0:0",
            Some(true),
        ),
        (
            "",
            "{secretName: tenant, defaultMode: 0400, items: [{key: token, path: token, mode: 0444}]}",
            "0444 0:0",
            Some(true),
        ),
    ] {
        let manifest = deployment(
            pod,
            TOKENS,
            &format!("        - {{name: tokens, secret: {volume}}}\n"),
        );
        let world = world(&[("p.yaml", &manifest), ("s.yaml", SECRET)]);
        assert_eq!(
            world.say("/etc/tokens/token"),
            format!("no file, {want}"),
            "{pod}{volume}"
        );
        assert_eq!(world.may_read("/etc/tokens/token"), may, "{pod}{volume}");
    }
}

#[test]
fn the_containers_own_user_comes_first() {
    let manifest = deployment(
        "      securityContext: {runAsUser: 1000, runAsGroup: 1000}\n",
        TOKENS,
        FROM_SECRET,
    )
    .replace(
        "          volumeMounts:",
        "          securityContext: {runAsUser: 2000}\n          volumeMounts:",
    );
    let world = world(&[("p.yaml", &manifest)]);
    let user = &world.only().user;
    assert_eq!((user.uid, user.gid), (Some(2000), Some(1000)));
    assert_eq!(
        lines(&user.evidence),
        [
            "p.yaml:12 `runAsUser` is 2000",
            "p.yaml:7 `runAsGroup` is 1000"
        ]
    );
}

#[test]
fn items_pick_and_rename() {
    let volume = "        - name: tokens
          secret:
            secretName: tenant
            items:
              - {key: token, path: deep/bearer}
              - {key: tokn, path: wrong}
";
    let manifest = deployment("", TOKENS, volume);
    let world = world(&[("p.yaml", &manifest), ("s.yaml", SECRET)]);
    for (path, want) in [
        ("/etc/tokens/deep/bearer", "no file, 0644 0:0"),
        (
            "/etc/tokens/wrong",
            "not mounted; near: the Secret `tenant` has a key `token`, but none named `tokn`",
        ),
        (
            "/etc/tokens/token",
            "not mounted; near: the Secret `tenant` has the key `token`, but `items` picks only `deep/bearer` and `wrong`",
        ),
        (
            "/etc/tokens/deep/bearr",
            "not mounted; near: the volume has a file `deep/bearer` from the Secret `tenant`",
        ),
    ] {
        assert_eq!(world.say(path), want, "{path}");
    }
    let found = world.provided("/etc/tokens/deep/bearer");
    assert!(
        lines(&found.evidence)
            .contains(&"p.yaml:18 the volume has the file `deep/bearer` from here".to_owned())
    );
}

#[test]
fn a_secret_without_a_manifest_is_external() {
    let whole = deployment("", TOKENS, FROM_SECRET);
    let picked = deployment(
        "",
        TOKENS,
        "        - {name: tokens, secret: {secretName: tenant, items: [{key: a, path: b}]}}\n",
    );
    let other = SECRET.replace("namespace: monitoring", "namespace: other");
    for (manifest, path, want) in [
        (
            &whole,
            "/etc/tokens/x",
            "external: the tree has no manifest of the Secret `tenant`",
        ),
        (
            &picked,
            "/etc/tokens/b",
            "external: the tree has no manifest of the Secret `tenant`",
        ),
        (
            &picked,
            "/etc/tokens/a",
            "not mounted; near: the volume has a file `b` from the Secret `tenant`",
        ),
    ] {
        let world = world(&[("p.yaml", manifest), ("s.yaml", &other)]);
        assert_eq!(world.say(path), want, "{path}");
    }
}

#[test]
fn sub_paths_mount_one_file() {
    let mounts = "            - {name: tokens, mountPath: /etc/prometheus/bearer, subPath: token}
            - {name: tokens, mountPath: /etc/prometheus/lost, subPath: tokn}
";
    let manifest = deployment("", mounts, FROM_SECRET);
    let world = world(&[("p.yaml", &manifest), ("s.yaml", SECRET)]);
    for (path, want) in [
        ("/etc/prometheus/bearer", "no file, 0644 0:0"),
        ("bearer", "no file, 0644 0:0"),
        (
            "/etc/prometheus/lost",
            "not mounted; near: the Secret `tenant` has a key `token`, but none named `tokn`",
        ),
        (
            "/etc/prometheus/token",
            "not mounted; near: `token` is mounted as `/etc/prometheus/bearer`",
        ),
        (
            "/etc/prometheus/ca.crt",
            "not mounted; near: the volume `tokens` has `ca.crt`, but `subPath` mounts only its `token`",
        ),
        (
            "/etc/prometheus/bearer/token",
            "not mounted; near: the Secret `tenant` has no key `token/token`, only `ca.crt` and `token`",
        ),
    ] {
        assert_eq!(world.say(path), want, "{path}");
    }
    let open = deployment(
        "",
        "            - {name: tokens, mountPath: /t, subPathExpr: $(POD_NAME)}\n",
        FROM_SECRET,
    );
    let world = self::world(&[("p.yaml", &open), ("s.yaml", SECRET)]);
    assert_eq!(
        world.say("/t/token"),
        "unknown: the part of the volume that is mounted is not known"
    );
}

#[test]
fn projected_volumes_are_read() {
    let volume = "        - name: tokens
          projected:
            defaultMode: 0400
            sources:
              - serviceAccountToken: {path: sa/token, audience: cortex, expirationSeconds: 3600}
              - secret: {name: tenant, items: [{key: token, path: tenant}]}
              - configMap: {name: ca, optional: true}
              - downwardAPI: {items: [{path: labels, fieldRef: {fieldPath: metadata.labels}}]}
";
    let ca = "kind: ConfigMap\nmetadata: {name: ca}\ndata: {ca.pem: x}\n";
    let files = |pod: &str| deployment(pod, TOKENS, volume);
    for (pod, token, secret) in [
        ("", "0400 0:0", "0400 0:0"),
        (
            "      securityContext: {fsGroup: 9}\n",
            "0640 0:9",
            "0440 0:9",
        ),
        (
            "      securityContext: {runAsUser: 1000}\n",
            "0600 1000:0",
            "0400 0:0",
        ),
    ] {
        let world = world(&[("p.yaml", &files(pod)), ("s.yaml", SECRET), ("ca.yaml", ca)]);
        assert_eq!(
            world.say("/etc/tokens/sa/token"),
            format!("no file, {token}"),
            "{pod}"
        );
        assert_eq!(
            world.say("/etc/tokens/tenant"),
            format!("no file, {secret}"),
            "{pod}"
        );
        assert_eq!(
            world.say("/etc/tokens/ca.pem"),
            format!("no file, {secret}"),
            "{pod}"
        );
        assert_eq!(
            world.say("/etc/tokens/labels"),
            format!("no file, {secret}"),
            "{pod}"
        );
    }
    let world = world(&[("p.yaml", &files("")), ("s.yaml", SECRET), ("ca.yaml", ca)]);
    assert!(
        world
            .say("/etc/tokens/token")
            .starts_with("not mounted; near: the volume has only `labels` from Kubernetes itself")
    );
    // With one source unseen, a file may come from there.
    let world = self::world(&[("p.yaml", &files("")), ("s.yaml", SECRET)]);
    assert_eq!(
        world.say("/etc/tokens/token"),
        "external: the tree has no manifest of the ConfigMap `ca`"
    );
}

#[test]
fn users_of_other_containers_count_for_a_token() {
    let volume =
        "        - {name: tokens, projected: {sources: [{serviceAccountToken: {path: t}}]}}\n";
    let pod = "      securityContext: {runAsUser: 1000}\n      initContainers: [{name: i, securityContext: {runAsUser: 0}}]\n";
    let world = world(&[("p.yaml", &deployment(pod, TOKENS, volume))]);
    assert_eq!(world.say("/etc/tokens/t"), "no file, 0644 0:0");
}

#[test]
fn the_service_account_is_mounted_unless_refused() {
    let token = "/var/run/secrets/kubernetes.io/serviceaccount/token";
    let account =
        "kind: ServiceAccount\nmetadata: {name: prometheus}\nautomountServiceAccountToken: false\n";
    let refused = "not mounted; near: the pod gets no token of its service account: `automountServiceAccountToken` is false";
    for (pod, account, want) in [
        ("", "", "no file, 0644 0:0"),
        (
            "      securityContext: {fsGroup: 9}\n",
            "",
            "no file, 0640 0:9",
        ),
        (
            "      automountServiceAccountToken: true\n",
            "",
            "no file, 0644 0:0",
        ),
        ("      automountServiceAccountToken: false\n", "", refused),
        ("      serviceAccountName: prometheus\n", account, refused),
        (
            "      serviceAccountName: other\n",
            account,
            "no file, 0644 0:0",
        ),
        (
            "      serviceAccountName: prometheus\n      automountServiceAccountToken: true\n",
            account,
            "no file, 0644 0:0",
        ),
    ] {
        let world = world(&[
            ("p.yaml", &deployment(pod, TOKENS, FROM_SECRET)),
            ("sa.yaml", account),
        ]);
        assert_eq!(world.say(token), want, "{pod}");
        if want != refused {
            assert!(
                world
                    .say("/var/run/secrets/kubernetes.io/serviceaccount/ca.crt")
                    .starts_with("no file")
            );
            assert!(
                world
                    .say("/var/run/secrets/kubernetes.io/serviceaccount/tokn")
                    .starts_with("not mounted")
            );
        }
    }
}

#[test]
fn of_service_accounts_with_one_name_any_may_give_the_token() {
    let token = "/var/run/secrets/kubernetes.io/serviceaccount/token";
    let pod = "      serviceAccountName: prometheus\n";
    let refuses = "kind: ServiceAccount\nmetadata: {name: prometheus, namespace: monitoring}\n\
         automountServiceAccountToken: false\n";
    let gives = "kind: ServiceAccount\nmetadata: {name: prometheus}\n";
    let elsewhere = "kind: ServiceAccount\nmetadata: {name: prometheus, namespace: other}\n";
    for (another, is_there) in [(gives, true), (elsewhere, false), (refuses, false)] {
        let deployment = deployment(pod, TOKENS, FROM_SECRET);
        let files = [
            ("p.yaml", deployment.as_str()),
            ("a.yaml", refuses),
            ("b.yaml", another),
        ];
        let said = world(&files).say(token);
        assert_eq!(said.starts_with("no file"), is_there, "{another}: {said}");
    }
}

#[test]
fn other_volumes_are_external() {
    for (volume, want) in [
        (
            "emptyDir: {}",
            "external: `/etc/tokens` is the emptyDir `tokens`",
        ),
        (
            "hostPath: {path: /opt/t}",
            "external: `/etc/tokens` is `/opt/t` of the machine that runs the container",
        ),
        (
            "csi: {driver: secrets-store.csi.k8s.io}",
            "external: `/etc/tokens` is a volume of the CSI driver `secrets-store.csi.k8s.io`",
        ),
        (
            "persistentVolumeClaim: {claimName: c}",
            "external: `/etc/tokens` is the PersistentVolumeClaim `c`",
        ),
        (
            "nfs: {server: a}",
            "external: `/etc/tokens` is a volume of the type `nfs`",
        ),
        (
            "secret: {secretName: '${NAME}'}",
            "external: the volume is filled from a Secret whose name is not known",
        ),
        (
            "projected: {sources: [{clusterTrustBundle: {path: x}}]}",
            "external: the volume is filled from `clusterTrustBundle`",
        ),
    ] {
        let manifest = deployment(
            "",
            TOKENS,
            &format!("        - {{name: tokens, {volume}}}\n"),
        );
        let world = world(&[("p.yaml", &manifest)]);
        assert_eq!(world.say("/etc/tokens/token"), want, "{volume}");
    }
    let none = deployment("", TOKENS, "        - {name: other, emptyDir: {}}\n");
    assert_eq!(
        world(&[("p.yaml", &none)]).say("/etc/tokens/token"),
        "unknown: the pod has no volume `tokens`"
    );
}

#[test]
fn claims_of_a_stateful_set_are_volumes() {
    let manifest = deployment("", TOKENS, "        - {name: other, emptyDir: {}}\n")
        .replace("kind: Deployment", "kind: StatefulSet")
        + "  volumeClaimTemplates: [{metadata: {name: tokens}}]\n";
    assert_eq!(
        world(&[("p.yaml", &manifest)]).say("/etc/tokens/x"),
        "external: `/etc/tokens` is the PersistentVolumeClaim `tokens`"
    );
}

#[test]
fn every_maker_of_secrets_is_read() {
    for (maker, key, absent) in [
        (
            "kind: SealedSecret\nmetadata: {name: tenant}\nspec: {encryptedData: {token: AgB}}\n",
            "token",
            "not mounted",
        ),
        (
            "kind: SealedSecret\nmetadata: {name: x}\nspec: {template: {metadata: {name: tenant}}, encryptedData: {token: AgB}}\n",
            "token",
            "not mounted",
        ),
        (
            "kind: ExternalSecret\nmetadata: {name: x}\nspec: {target: {name: tenant}, data: [{secretKey: token}]}\n",
            "token",
            "not mounted",
        ),
        (
            "kind: ExternalSecret\nmetadata: {name: tenant}\nspec: {data: [{secretKey: token}], dataFrom: [{extract: {key: a}}]}\n",
            "token",
            "external",
        ),
        (
            "kind: Certificate\nmetadata: {name: c}\nspec: {secretName: tenant}\n",
            "tls.crt",
            "not mounted",
        ),
        (
            "kind: Secret\nmetadata: {name: tenant}\ndata: {token: 'ENC[AES256_GCM,data:x]'}\nsops: {version: 3}\n",
            "token",
            "not mounted",
        ),
        (
            "kind: Secret\nmetadata: {name: tenant}\ntype: kubernetes.io/service-account-token\n",
            "ca.crt",
            "not mounted",
        ),
        (
            "kind: List\nitems: [{kind: Secret, metadata: {name: tenant}, data: {token: Zg==}}]\n",
            "token",
            "not mounted",
        ),
    ] {
        let world = world(&[
            ("p.yaml", &deployment("", TOKENS, FROM_SECRET)),
            ("s.yaml", maker),
        ]);
        assert!(
            world
                .say(&format!("/etc/tokens/{key}"))
                .starts_with("no file"),
            "{maker}"
        );
        assert!(
            world.say("/etc/tokens/absent-key").starts_with(absent),
            "{maker}: {}",
            world.say("/etc/tokens/absent-key")
        );
    }
    // A Secret without keys waits for somebody to fill it.
    let world = world(&[
        ("p.yaml", &deployment("", TOKENS, FROM_SECRET)),
        ("s.yaml", "kind: Secret\nmetadata: {name: tenant}\n"),
    ]);
    assert_eq!(
        world.say("/etc/tokens/token"),
        "external: the Secret `tenant` may have further keys than the tree shows"
    );
}

#[test]
fn generators_lead_to_files() {
    let kustomization = "secretGenerator:\n  - {name: tenant, files: [token=secrets/t.txt, secrets/ca.crt], literals: [user=hunter22-hunter22]}\n";
    let world = world(&[
        ("k/p.yaml", &deployment("", TOKENS, FROM_SECRET)),
        ("k/kustomization.yaml", kustomization),
        ("k/secrets/t.txt", "t"),
    ]);
    assert_eq!(world.say("/etc/tokens/token"), "k/secrets/t.txt, 0644 0:0");
    assert_eq!(
        world.say("/etc/tokens/ca.crt"),
        "k/secrets/ca.crt, 0644 0:0"
    );
    assert_eq!(world.say("/etc/tokens/user"), "no file, 0644 0:0");
    assert!(world.say("/etc/tokens/t.txt").starts_with("not mounted"));
    let found = world.provided("/etc/tokens/user");
    assert!(
        !found
            .evidence
            .last()
            .unwrap()
            .place
            .excerpt(0)
            .text
            .contains("hunter22")
    );
}

#[test]
fn patches_make_doubt() {
    let whole = deployment(
        "",
        "            - {name: a, mountPath: /a}\n",
        "        - {name: a, emptyDir: {}}\n",
    );
    assert!(
        world(&[("p.yaml", &whole)])
            .say("/etc/tokens/t")
            .starts_with("not mounted")
    );
    let patch = "kind: Deployment\nmetadata: {name: prometheus}\nspec: {template: {spec: {containers: [{name: prometheus, volumeMounts: []}], volumes: []}}}\n  \n";
    let patch = patch.replace("containers: [", "\n      containers: [");
    let inline = "patches:\n  - target: {kind: Deployment, name: prometheus}\n    patch: '[{op: add, path: /spec/template/spec/volumes/-}]'\n";
    let stranger = "patches:\n  - target: {kind: Deployment, name: grafana}\n    patch: '[{op: add, path: /spec/template/spec/volumes/-}]'\n";
    for (path, content, want) in [
        ("patch.yaml", patch.as_str(), "unknown"),
        ("kustomization.yaml", inline, "unknown"),
        ("kustomization.yaml", stranger, "not mounted"),
    ] {
        let kind = if content.contains("kind: Deployment\n") {
            ""
        } else {
            "kind: Kustomization # kustomize\n"
        };
        let world = world(&[("p.yaml", &whole), (path, &format!("{kind}{content}"))]);
        assert!(
            world.say("/etc/tokens/t").starts_with(want),
            "{content}: {}",
            world.say("/etc/tokens/t")
        );
    }
}

#[test]
fn the_vault_agent_writes_secrets() {
    let manifest = deployment("", TOKENS, FROM_SECRET).replace(
        "  template:\n",
        "  template:\n    metadata: {annotations: {vault.hashicorp.com/agent-inject: 'true'}}\n",
    );
    assert_eq!(
        world(&[("p.yaml", &manifest)]).say("/vault/secrets/x"),
        "external: `/vault/secrets` is what the Vault agent writes"
    );
}

#[test]
fn only_what_runs_prometheus_is_a_deployment() {
    for (kind, way, image, want) in [
        ("Pod", "", "prom/prometheus", 1),
        (
            "DaemonSet",
            "template",
            "quay.io/prometheus/prometheus:v2.1.0",
            1,
        ),
        ("CronJob", "cron", "prom/prometheus", 1),
        ("Deployment", "template", "grafana/grafana", 1),
        ("Deployment", "template", "prom/node-exporter", 0),
        ("Gadget", "template", "prom/prometheus", 0),
    ] {
        let pod = format!("{{containers: [{{name: c, image: '{image}'}}]}}");
        let spec = match way {
            "" => pod,
            "cron" => format!("{{jobTemplate: {{spec: {{template: {{spec: {pod}}}}}}}}}"),
            _ => format!("{{template: {{spec: {pod}}}}}"),
        };
        let manifest =
            format!("kind: {kind}\nmetadata: {{name: n}}\nspec: {spec}\n# containers:\n");
        let world = world(&[("p.yaml", &manifest)]);
        let count = world
            .deployments
            .iter()
            .filter(|deployment| deployment.prometheus.is_some())
            .count();
        assert_eq!(
            count,
            if image.contains("grafana") { 0 } else { want },
            "{manifest}"
        );
    }
    let pod = deployment("", TOKENS, FROM_SECRET).replace(
        "      volumes:\n",
        "        - {name: config-reloader, image: 'quay.io/prometheus-operator/prometheus-config-reloader:v0.70.0'}\n      volumes:\n",
    );
    assert_eq!(
        world(&[("p.yaml", &pod)]).names(),
        ["the container `prometheus` of the Deployment `prometheus`"]
    );
}
