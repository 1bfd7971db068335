//! Who signs, by manifests written for the purpose.

use super::cert_manager::{CertificateAnswer, Manifests, may_hold};
use crate::finding::{Evidence, Text};
use crate::policy::CertificateIssuer;

const HOST: &str = "mimir.example.com";

fn cluster_issuer(name: &str, spec: &str) -> String {
    format!(
        "apiVersion: cert-manager.io/v1\nkind: ClusterIssuer\nmetadata: {{name: {name}}}\nspec: {spec}\n"
    )
}

fn acme(name: &str, server: &str) -> String {
    cluster_issuer(name, &format!("{{acme: {{server: '{server}'}}}}"))
}

fn production() -> String {
    acme("le", "https://acme-v02.api.letsencrypt.org/directory")
}

fn staging(name: &str) -> String {
    acme(
        name,
        "https://acme-staging-v02.api.letsencrypt.org/directory",
    )
}

/// An Ingress in the namespace `mon`, its annotations and its one entry of `spec.tls` as given.
fn ingress(name: &str, annotations: &str, tls: &str) -> String {
    format!(
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: {name}\n  namespace: mon\n  \
         annotations: {annotations}\nspec:\n  tls: [{tls}]\n  rules: [{{host: {HOST}}}]\n"
    )
}

const ASKS: &str = "{cert-manager.io/cluster-issuer: le}";
const TLS: &str = "{hosts: [mimir.example.com], secretName: mimir-tls}";

fn certificate(namespace: &str, spec: &str) -> String {
    format!(
        "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {{name: mimir, namespace: {namespace}}}\nspec: {spec}\n"
    )
}

const CERTIFICATE: &str = "{secretName: mimir-tls, dnsNames: [mimir.example.com], issuerRef: {name: le, kind: ClusterIssuer}}";

/// Each text is a separate file.
fn answer(files: &[String]) -> Option<CertificateAnswer> {
    assert!(
        files.iter().all(|file| may_hold(file.as_bytes())),
        "{files:?}"
    );
    let name = |index| format!("{index}.yaml");
    let texts = files
        .iter()
        .enumerate()
        .map(|(index, file)| Text::new(name(index), file.clone().into_bytes()));
    Manifests::new(&texts.collect::<Vec<_>>()).issuer_of(HOST)
}

fn issuer(files: &[String]) -> Option<CertificateIssuer> {
    match answer(files)? {
        CertificateAnswer::Known(known) => {
            assert!(!known.evidence.is_empty());
            Some(known.issuer)
        }
        CertificateAnswer::Unsettled(why) => {
            assert!(!why.is_empty());
            None
        }
    }
}

fn shown(evidence: &[Evidence]) -> Vec<String> {
    let shown = |evidence: &Evidence| {
        let excerpt = evidence.place.excerpt(0);
        let token = &excerpt.text[excerpt.start..excerpt.start + excerpt.len];
        format!("{}: `{token}` {}", evidence.place.path(), evidence.message)
    };
    evidence.iter().map(shown).collect()
}

fn known(files: &[String]) -> Vec<String> {
    match answer(files) {
        Some(CertificateAnswer::Known(known)) => shown(&known.evidence),
        other => panic!("{other:?}"),
    }
}

fn unsettled(files: &[String]) -> Vec<String> {
    match answer(files) {
        Some(CertificateAnswer::Unsettled(why)) => shown(&why),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_annotation_leads_to_the_issuer() {
    assert_eq!(
        known(&[ingress("mimir", ASKS, TLS), production()]),
        [
            "0.yaml: `mimir.example.com` Ingress mimir names mimir.example.com",
            "0.yaml: `le` the issuer is le",
            "1.yaml: `'https://acme-v02.api.letsencrypt.org/directory'` ClusterIssuer le uses Let's Encrypt's production directory",
        ]
    );
}

#[test]
fn a_secret_leads_over_its_certificate_to_the_issuer() {
    assert_eq!(
        known(&[
            ingress("mimir", "{}", TLS),
            certificate("mon", CERTIFICATE),
            staging("le")
        ]),
        [
            "0.yaml: `mimir.example.com` Ingress mimir names mimir.example.com",
            "0.yaml: `mimir-tls` with the certificate in the secret mimir-tls",
            "1.yaml: `mimir.example.com` Certificate mimir names mimir.example.com",
            "1.yaml: `le` the issuer is ClusterIssuer le",
            "2.yaml: `'https://acme-staging-v02.api.letsencrypt.org/directory'` ClusterIssuer le uses Let's Encrypt's staging directory",
        ]
    );
}

#[test]
fn a_certificate_counts_by_itself_where_nothing_serves_the_host() {
    let files = [
        certificate(
            "any",
            "{commonName: '*.example.com', issuerRef: {name: le, kind: ClusterIssuer}}",
        ),
        production(),
    ];
    assert_eq!(
        known(&files)[0],
        "0.yaml: `'*.example.com'` Certificate mimir names *.example.com, which covers mimir.example.com"
    );
}

#[test]
fn issuers_are_classified_by_what_they_do() {
    for (spec, expected) in [
        (
            "{acme: {server: 'https://acme.zerossl.com/v2/DV90'}}",
            Some(CertificateIssuer::Public),
        ),
        (
            "{acme: {server: 'https://dv.acme-v02.test-api.pki.goog/directory'}}",
            Some(CertificateIssuer::Staging),
        ),
        ("{acme: {server: 'https://pebble:14000/dir'}}", None),
        ("{acme: {server: '${ACME}'}}", None),
        ("{acme: {}}", None),
        ("{ca: {secretName: root}}", Some(CertificateIssuer::Private)),
        ("{selfSigned: {}}", Some(CertificateIssuer::Private)),
        ("{selfSigned: }", Some(CertificateIssuer::Private)),
        (
            "{vault: {server: 'https://vault', path: pki}}",
            Some(CertificateIssuer::Private),
        ),
        ("{venafi: {zone: z}}", Some(CertificateIssuer::Private)),
        (
            "{ca: {secretName: root}, acme: {server: 'https://acme.zerossl.com/v2/DV90'}}",
            None,
        ),
        ("{new: {}}", None),
    ] {
        assert_eq!(
            issuer(&[ingress("mimir", ASKS, TLS), cluster_issuer("le", spec)]),
            expected,
            "{spec}"
        );
    }
}

#[test]
fn annotations_are_read_as_cert_manager_reads_them() {
    let own = "apiVersion: cert-manager.io/v1\nkind: Issuer\nmetadata: {name: le, namespace: mon}\nspec: {selfSigned: {}}\n";
    let (private, prod) = (
        Some(CertificateIssuer::Private),
        Some(CertificateIssuer::LetsEncryptProd),
    );
    for (annotations, expected) in [
        ("{cert-manager.io/issuer: le}", private),
        (
            "{cert-manager.io/issuer: le, cert-manager.io/issuer-kind: Issuer}",
            private,
        ),
        (
            "{cert-manager.io/issuer: le, cert-manager.io/issuer-kind: ClusterIssuer}",
            prod,
        ),
        (
            "{cert-manager.io/issuer: le, cert-manager.io/issuer-group: cert-manager.io}",
            private,
        ),
        ("{certmanager.k8s.io/cluster-issuer: le}", prod),
        ("{certmanager.k8s.io/issuer: le}", private),
        (
            "{cert-manager.io/issuer: le, cert-manager.io/cluster-issuer: le}",
            None,
        ),
        (
            "{cert-manager.io/cluster-issuer: le, cert-manager.io/issuer-kind: ClusterIssuer}",
            None,
        ),
        (
            "{cert-manager.io/issuer: le, cert-manager.io/issuer-group: awspca.cert-manager.io}",
            None,
        ),
        (
            "{cert-manager.io/issuer: le, cert-manager.io/issuer-kind: GoogleCASClusterIssuer}",
            None,
        ),
        ("{cert-manager.io/issuer-name: le}", None),
        ("{cert-manager.io/issuer: other}", None),
        ("{cert-manager.io/cluster-issuer: '${ISSUER}'}", None),
        ("{kubernetes.io/tls-acme: 'true'}", None),
    ] {
        let files = [ingress("mimir", annotations, TLS), production(), own.into()];
        assert_eq!(issuer(&files), expected, "{annotations}");
    }
}

#[test]
fn every_version_of_the_objects_is_read() {
    for (from, to) in [
        ("cert-manager.io/v1\nkind", "cert-manager.io/v1alpha2\nkind"),
        (
            "cert-manager.io/v1\nkind",
            "certmanager.k8s.io/v1alpha1\nkind",
        ),
        ("networking.k8s.io/v1", "networking.k8s.io/v1beta1"),
        ("networking.k8s.io/v1", "extensions/v1beta1"),
    ] {
        let files = [
            ingress("mimir", ASKS, TLS).replace(from, to),
            production().replace(from, to),
        ];
        assert_eq!(
            issuer(&files),
            Some(CertificateIssuer::LetsEncryptProd),
            "{to}"
        );
    }
    for (from, to) in [
        ("kind: Ingress", "kind: Route"),
        ("networking.k8s.io/v1", "v1"),
        ("networking", "example"),
    ] {
        assert!(
            answer(&[ingress("mimir", ASKS, TLS).replace(from, to), production()]).is_none(),
            "{to}"
        );
    }
}

#[test]
fn hosts_that_nothing_names_have_no_issuer() {
    for tls in [
        "{hosts: [other.example.com], secretName: t}",
        "{hosts: ['*.mimir.example.com', example.com, '*.com'], secretName: t}",
        "{hosts: ['${HOST}'], secretName: t}",
    ] {
        assert!(
            answer(&[ingress("mimir", ASKS, tls), production()]).is_none(),
            "{tls}"
        );
    }
    assert!(
        answer(&[
            certificate("mon", &CERTIFICATE.replace("mimir.ex", "a.ex")),
            production()
        ])
        .is_none()
    );
    for clients in ["usages: [client auth]", "isCA: true"] {
        let spec = CERTIFICATE.replace("{secret", &format!("{{{clients}, secret"));
        assert!(
            answer(&[certificate("mon", &spec), production()]).is_none(),
            "{spec}"
        );
    }
}

#[test]
fn namespaces_keep_things_apart() {
    let served = ingress("mimir", "{}", TLS);
    let why = unsettled(&[
        served.clone(),
        certificate("other", CERTIFICATE),
        production(),
    ]);
    assert_eq!(
        why[1],
        "0.yaml: `mimir-tls` with the secret mimir-tls, which no Certificate of its namespace in this tree fills for this host"
    );
    let elsewhere = "apiVersion: cert-manager.io/v1\nkind: Issuer\nmetadata: {name: le, namespace: other}\nspec: {selfSigned: {}}\n";
    let why = unsettled(&[
        ingress("mimir", "{cert-manager.io/issuer: le}", TLS),
        elsewhere.into(),
    ]);
    assert_eq!(
        why[2],
        "0.yaml: `le` but Issuer le is not in this tree, in the namespace mon"
    );
    // Neither does an Issuer answer for a ClusterIssuer, nor the other way round.
    let own = elsewhere.replace("other", "mon");
    assert_eq!(
        unsettled(&[ingress("mimir", ASKS, TLS), own])[2],
        "0.yaml: `le` but ClusterIssuer le is not in this tree"
    );
    assert_eq!(
        issuer(&[
            ingress("mimir", "{cert-manager.io/issuer: le}", TLS),
            production()
        ]),
        None
    );
}

#[test]
fn a_certificate_for_another_host_does_not_answer() {
    let other = CERTIFICATE.replace("[mimir.example.com]", "[other.example.com]");
    assert_eq!(
        issuer(&[
            ingress("mimir", "{}", TLS),
            certificate("mon", &other),
            production()
        ]),
        None
    );
}

#[test]
fn two_answers_are_none() {
    let (one, two) = (
        ingress("one", ASKS, TLS),
        ingress("two", "{cert-manager.io/cluster-issuer: test}", TLS),
    );
    let why = unsettled(&[one.clone(), two.clone(), production(), staging("test")]);
    assert_eq!(why.len(), 6);
    assert_eq!(
        why[5],
        "3.yaml: `'https://acme-staging-v02.api.letsencrypt.org/directory'` ClusterIssuer test uses Let's Encrypt's \
         staging directory, which contradicts the above: the issuer counts as unknown"
    );
    // Two issuers of the same authority do not contradict each other.
    let same = acme("test", "https://acme-v02.api.letsencrypt.org/directory");
    assert_eq!(
        issuer(&[one.clone(), two, production(), same]),
        Some(CertificateIssuer::LetsEncryptProd)
    );
    // An issuer that is written twice, as for two clusters.
    let why = unsettled(&[one.clone(), production(), staging("le")]);
    assert!(why[3].ends_with("but ClusterIssuer le is written twice, and here it uses Let's Encrypt's staging directory"), "{why:?}");
    // The annotation and a Certificate that fill the same secret.
    let private = "{secretName: mimir-tls, dnsNames: [mimir.example.com], issuerRef: {name: ca, kind: ClusterIssuer}}";
    let files = [
        one.clone(),
        certificate("mon", private),
        production(),
        cluster_issuer("ca", "{ca: {}}"),
    ];
    assert_eq!(issuer(&files), None);
    // One that is known and one that isn't.
    let unknown = ingress("two", "{}", &TLS.replace("mimir-tls", "from-elsewhere"));
    assert_eq!(issuer(&[one, unknown, production()]), None);
}

#[test]
fn a_patch_of_an_issuer_is_not_a_second_one() {
    let patch = cluster_issuer("le", "{acme: {solvers: []}}");
    let files = [ingress("mimir", ASKS, TLS), patch, production()];
    assert_eq!(issuer(&files), Some(CertificateIssuer::LetsEncryptProd));
}

#[test]
fn those_who_share_a_secret_share_its_issuer() {
    let files = [
        ingress("paths", "{}", TLS),
        ingress("mimir", ASKS, TLS),
        production(),
    ];
    assert_eq!(issuer(&files), Some(CertificateIssuer::LetsEncryptProd));
    // With a wildcard in the one that asks.
    let wild = ingress(
        "all",
        ASKS,
        &TLS.replace("[mimir.", "['*.").replace(".com]", ".com']"),
    );
    let files = [ingress("paths", "{}", TLS), wild, production()];
    assert_eq!(issuer(&files), Some(CertificateIssuer::LetsEncryptProd));
    // One that says nothing of its certificate leaves it to the others.
    let silent = ingress("paths", "{}", "{hosts: [mimir.example.com]}");
    let files = [silent.clone(), ingress("mimir", ASKS, TLS), production()];
    assert_eq!(issuer(&files), Some(CertificateIssuer::LetsEncryptProd));
    assert_eq!(
        unsettled(&[silent])[1],
        "0.yaml: `mimir.example.com` but the origin of its certificate is not known"
    );
}

#[test]
fn a_name_goes_before_a_wildcard() {
    let wild = ingress(
        "all",
        "{cert-manager.io/cluster-issuer: test}",
        "{hosts: ['*.example.com'], secretName: wild}",
    );
    let files = [
        wild.clone(),
        ingress("mimir", ASKS, TLS),
        production(),
        staging("test"),
    ];
    assert_eq!(issuer(&files), Some(CertificateIssuer::LetsEncryptProd));
    assert_eq!(
        issuer(&[wild, staging("test")]),
        Some(CertificateIssuer::LetsEncryptStaging)
    );
}

#[test]
fn an_entry_without_hosts_is_for_the_rules_and_not_filled() {
    let files = [
        ingress("mimir", ASKS, "{secretName: mimir-tls}"),
        production(),
    ];
    assert_eq!(issuer(&files), None);
    let files = [
        ingress("mimir", "{}", "{secretName: mimir-tls}"),
        certificate("mon", CERTIFICATE),
        production(),
    ];
    assert_eq!(issuer(&files), Some(CertificateIssuer::LetsEncryptProd));
}

#[test]
fn gateways_are_read_by_their_listeners() {
    let gateway = "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: g, namespace: mon}\nspec:\n  listeners:\n    \
                   - {name: a, hostname: '*.example.com', tls: {certificateRefs: [{name: mimir-tls}]}}\n";
    let asks = gateway.replace(
        "namespace: mon",
        &format!("namespace: mon, annotations: {ASKS}"),
    );
    assert_eq!(
        issuer(&[asks.clone(), production()]),
        Some(CertificateIssuer::LetsEncryptProd)
    );
    assert_eq!(
        issuer(&[
            asks.replace("kind: Gateway", "kind: ListenerSet"),
            production()
        ]),
        Some(CertificateIssuer::LetsEncryptProd)
    );
    assert_eq!(
        issuer(&[
            gateway.into(),
            certificate("mon", CERTIFICATE),
            production()
        ]),
        Some(CertificateIssuer::LetsEncryptProd)
    );
    let elsewhere = gateway.replace("{name: mimir-tls}", "{name: mimir-tls, namespace: certs}");
    assert_eq!(
        issuer(&[
            elsewhere.clone(),
            certificate("certs", CERTIFICATE),
            production()
        ]),
        Some(CertificateIssuer::LetsEncryptProd)
    );
    assert_eq!(
        issuer(&[elsewhere, certificate("mon", CERTIFICATE), production()]),
        None
    );
    let passing = asks.replace("tls: {", "tls: {mode: Passthrough, ");
    assert!(answer(&[passing, production()]).is_none());
}

#[test]
fn several_objects_of_one_file_are_read() {
    let file = format!(
        "# all\n---\n{}---\n---\n{}",
        ingress("mimir", ASKS, TLS),
        production()
    );
    assert_eq!(issuer(&[file]), Some(CertificateIssuer::LetsEncryptProd));
    let indented = |object: String| object.replace('\n', "\n    ").trim_end().to_owned();
    let list = format!(
        "apiVersion: v1\nkind: List\nitems:\n  - {}\n  - {}\n",
        indented(ingress("mimir", ASKS, TLS)),
        indented(production())
    );
    assert_eq!(issuer(&[list]), Some(CertificateIssuer::LetsEncryptProd));
}

#[test]
fn templates_and_broken_files_are_passed_over() {
    for broken in [
        "{{- if .Values.ingress }}\napiVersion: networking.k8s.io/v1\nkind: Ingress # tls\n{{- end }}\n",
        "kind: Ingress\nspec: [tls",
        "cert-manager.io/: x",
        "- cert-manager.io/\n",
        "# cert-manager.io/\n",
    ] {
        assert!(answer(&[broken.into()]).is_none(), "{broken}");
        assert_eq!(
            issuer(&[broken.into(), ingress("mimir", ASKS, TLS), production()]),
            Some(CertificateIssuer::LetsEncryptProd)
        );
    }
}

#[test]
fn files_of_other_kinds_cost_nothing() {
    for source in [
        "apiVersion: v1\nkind: Service\nmetadata: {name: x}\n",
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n",
        "remote_write:\n  - url: https://mimir.example.com/api/v1/push\n",
    ] {
        assert!(!may_hold(source.as_bytes()), "{source}");
    }
}

#[test]
fn a_staging_issuer_that_is_named_for_production_is_reported() {
    for (name, issuer, expected) in [
        ("letsencrypt-prod", staging("letsencrypt-prod"), true),
        ("le.production", staging("le.production"), true),
        ("letsencrypt", staging("letsencrypt"), false),
        (
            "prod-letsencrypt-staging",
            staging("prod-letsencrypt-staging"),
            false,
        ),
        ("products", staging("products"), false),
        (
            "letsencrypt-prod",
            acme(
                "letsencrypt-prod",
                "https://acme-v02.api.letsencrypt.org/directory",
            ),
            false,
        ),
        (
            "letsencrypt-prod",
            acme("letsencrypt-prod", "https://pebble/dir"),
            false,
        ),
        ("prod", cluster_issuer("prod", "{selfSigned: {}}"), false),
    ] {
        let asks = format!("{{cert-manager.io/cluster-issuer: {name}}}");
        let texts = [ingress("mimir", &asks, TLS), issuer]
            .map(|file| Text::new("x.yaml", file.into_bytes()));
        let misnamed = Manifests::new(&texts).misnamed(HOST);
        assert_eq!(misnamed.is_some(), expected, "{name}");
        if let Some(misnamed) = misnamed {
            assert_eq!(misnamed.issuer, format!("ClusterIssuer {name}"));
            assert_eq!(misnamed.evidence.len(), 3);
        }
        assert!(
            Manifests::new(&texts)
                .misnamed("other.example.com")
                .is_none()
        );
    }
}
