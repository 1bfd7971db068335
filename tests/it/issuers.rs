//! Who signed a certificate, from the manifests of the tree to the finding.

use std::path::Path;

use crate::support::memory::{self, below, tree};
use crate::support::program::ROOT;
use promvet::finding::{Finding, Severity};
use promvet::source::{Folder, Tree};

use Severity::{Error, Info, Warning};

const RULE: &str = "tls/insecure-skip-verify";

const PRODUCTION: (&str, &str) = (
    "le.yaml",
    "apiVersion: cert-manager.io/v1\nkind: ClusterIssuer\nmetadata: {name: le}\nspec:\n  acme:\n    \
     server: https://acme-v02.api.letsencrypt.org/directory\n",
);
const STAGING: (&str, &str) = (
    "le.yaml",
    "apiVersion: cert-manager.io/v1\nkind: ClusterIssuer\nmetadata: {name: le}\nspec:\n  acme:\n    \
     server: https://acme-staging-v02.api.letsencrypt.org/directory\n",
);
const OTHER_STAGING: (&str, &str) = (
    "le.yaml",
    "apiVersion: cert-manager.io/v1\nkind: ClusterIssuer\nmetadata: {name: le}\nspec:\n  acme:\n    \
     server: https://dv.acme-v02.test-api.pki.goog/directory\n",
);
const ZEROSSL: (&str, &str) = (
    "le.yaml",
    "apiVersion: cert-manager.io/v1\nkind: ClusterIssuer\nmetadata: {name: le}\nspec:\n  acme:\n    \
     server: https://acme.zerossl.com/v2/DV90\n",
);
const UNHEARD_OF: (&str, &str) = (
    "le.yaml",
    "apiVersion: cert-manager.io/v1\nkind: ClusterIssuer\nmetadata: {name: le}\nspec:\n  acme:\n    \
     server: https://pebble.pebble:14000/dir\n",
);
const OWN: (&str, &str) = (
    "own.yaml",
    "apiVersion: cert-manager.io/v1\nkind: Issuer\nmetadata: {name: own, namespace: mon}\nspec:\n  ca: \
     {secretName: root}\n",
);
const BY_ANNOTATION: (&str, &str) = (
    "ingress.yaml",
    "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: mimir\n  namespace: mon\n  annotations:\n    \
     cert-manager.io/cluster-issuer: le\nspec:\n  tls: [{hosts: [mimir.example.com], secretName: mimir-tls}]\n",
);
const BY_SECRET: (&str, &str) = (
    "ingress.yaml",
    "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: mimir, namespace: mon}\nspec:\n  \
     tls: [{hosts: [mimir.example.com], secretName: mimir-tls}]\n",
);
const WILDCARD: (&str, &str) = (
    "wildcard.yaml",
    "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: all, namespace: mon}\nspec:\n  \
     secretName: mimir-tls\n  dnsNames: ['*.example.com']\n  issuerRef: {name: le, kind: ClusterIssuer}\n",
);
const ELSEWHERE: (&str, &str) = (
    "elsewhere.yaml",
    "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: all, namespace: other}\nspec:\n  \
     secretName: mimir-tls\n  dnsNames: [mimir.example.com]\n  issuerRef: {name: le, kind: ClusterIssuer}\n",
);
const FROM_OWN: (&str, &str) = (
    "own-certificate.yaml",
    "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: mimir, namespace: mon}\nspec:\n  \
     secretName: mimir-tls\n  dnsNames: [mimir.example.com]\n  issuerRef: {name: own}\n",
);

/// Checks `path` of a tree with a configuration that skips verification.
fn check(path: &str, url: &str, tls: &str, files: &[(&str, &str)]) -> Vec<Finding> {
    let config = format!(
        "remote_write:\n  - url: {url}\n    basic_auth: {{username: '12345', password_file: token}}\n    tls_config:\n      \
         insecure_skip_verify: true\n{tls}global: {{external_labels: {{cluster: one}}}}\n"
    );
    let own = [
        (".git/HEAD", ""),
        ("prometheus.yml", &config),
        ("token", "x"),
    ];
    findings(path, &below(tree(&own), files))
}

fn findings(path: &str, tree: &dyn Tree) -> Vec<Finding> {
    memory::found(path, tree)
}

/// The one finding, which is of the rule.
fn only(found: Vec<Finding>) -> Finding {
    match <[Finding; 1]>::try_from(found) {
        Ok([one]) if one.rule == RULE => one,
        other => panic!("{other:#?}"),
    }
}

fn files_of(finding: &Finding) -> Vec<&str> {
    let paths = finding.evidence.iter().map(|one| &**one.place.path());
    paths.filter_map(|path| path.rsplit('/').next()).collect()
}

const URL: &str = "https://mimir.example.com/api/v1/push";

/// Manifests, the severity, a part of the message, the files of the evidence.
type Case = (
    &'static [(&'static str, &'static str)],
    Severity,
    &'static str,
    &'static [&'static str],
);

#[test]
fn the_severity_follows_from_who_signed() {
    let cases: &[Case] = &[
        (
            &[BY_ANNOTATION, PRODUCTION],
            Error,
            "Let's Encrypt (production)",
            &["ingress.yaml", "ingress.yaml", "le.yaml"],
        ),
        (
            &[BY_SECRET, WILDCARD, PRODUCTION],
            Error,
            "Let's Encrypt (production)",
            &[
                "ingress.yaml",
                "ingress.yaml",
                "wildcard.yaml",
                "wildcard.yaml",
                "le.yaml",
            ],
        ),
        (
            &[WILDCARD, PRODUCTION],
            Error,
            "Let's Encrypt (production)",
            &["wildcard.yaml", "wildcard.yaml", "le.yaml"],
        ),
        (
            &[BY_ANNOTATION, ZEROSSL],
            Error,
            "the issuer is public",
            &["ingress.yaml", "ingress.yaml", "le.yaml"],
        ),
        (
            &[BY_ANNOTATION, STAGING],
            Info,
            "Let's Encrypt's staging",
            &["ingress.yaml", "ingress.yaml", "le.yaml"],
        ),
        (
            &[BY_ANNOTATION, OTHER_STAGING],
            Info,
            "test environment",
            &["ingress.yaml", "ingress.yaml", "le.yaml"],
        ),
        (
            &[BY_SECRET, FROM_OWN, OWN],
            Warning,
            "not needed, since the private issuer is known",
            &[
                "ingress.yaml",
                "ingress.yaml",
                "own-certificate.yaml",
                "own-certificate.yaml",
                "own.yaml",
            ],
        ),
        (
            &[BY_ANNOTATION, UNHEARD_OF],
            Warning,
            "is not verified: ",
            &["ingress.yaml", "ingress.yaml", "le.yaml"],
        ),
        // The issuer is not there.
        (
            &[BY_ANNOTATION],
            Warning,
            "is not verified: ",
            &["ingress.yaml", "ingress.yaml", "ingress.yaml"],
        ),
        // The Certificate is of another namespace.
        (
            &[BY_SECRET, ELSEWHERE, PRODUCTION],
            Warning,
            "is not verified: ",
            &["ingress.yaml", "ingress.yaml"],
        ),
        // The annotation and a Certificate for the same secret.
        (
            &[BY_ANNOTATION, PRODUCTION, FROM_OWN, OWN],
            Warning,
            "is not verified: ",
            &[
                "ingress.yaml",
                "ingress.yaml",
                "le.yaml",
                "ingress.yaml",
                "ingress.yaml",
                "own-certificate.yaml",
                "own-certificate.yaml",
                "own.yaml",
            ],
        ),
        (&[PRODUCTION], Warning, "is not verified: ", &[]),
        (&[], Warning, "is not verified: ", &[]),
    ];
    for (files, severity, message, evidence) in cases {
        let whole = only(check("/tree", URL, "", files));
        assert_eq!(whole.severity, *severity, "{whole:#?}");
        assert!(whole.message.contains(message), "{whole:#?}");
        assert_eq!(files_of(&whole), *evidence, "{whole:#?}");
        // The configuration alone leads to the same.
        let alone = only(check("/tree/prometheus.yml", URL, "", files));
        assert_eq!(format!("{alone:?}"), format!("{whole:?}"));
    }
}

#[test]
fn a_wildcard_covers_no_more_than_one_label() {
    let deeper = "https://mimir.team.example.com/api/v1/push";
    let found = only(check("/tree", deeper, "", &[WILDCARD, PRODUCTION]));
    assert_eq!((found.severity, found.evidence.len()), (Warning, 0));
}

#[test]
fn two_answers_are_shown_and_neither_is_taken() {
    let other = BY_ANNOTATION
        .1
        .replace("name: mimir", "name: other")
        .replace(": le", ": test");
    let test = STAGING.1.replace("name: le", "name: test");
    let files = [
        BY_ANNOTATION,
        ("other.yaml", &other),
        PRODUCTION,
        ("test.yaml", &test),
    ];
    let found = only(check("/tree", URL, "", &files));
    assert_eq!(found.severity, Warning);
    assert_eq!(
        files_of(&found),
        [
            "ingress.yaml",
            "ingress.yaml",
            "le.yaml",
            "other.yaml",
            "other.yaml",
            "test.yaml"
        ]
    );
    assert!(
        found.evidence[5]
            .message
            .ends_with("contradicts the above: the issuer counts as unknown")
    );
}

#[test]
fn manifests_beside_a_configuration_in_one_file_are_read() {
    let config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  prometheus.yml: |\n    scrape_configs: []\n";
    let file = format!("{config}---\n{}---\n{}", BY_ANNOTATION.1, PRODUCTION.1);
    let found = check("/tree", URL, "", &[("all.yaml", &file)]);
    let found = only(found.into_iter().filter(|one| one.rule == RULE).collect());
    assert_eq!(
        (found.severity, files_of(&found)),
        (Error, vec!["all.yaml"; 3])
    );
}

#[test]
fn the_first_answer_wins() {
    let policy = (
        "promvet.yaml",
        "issuers:\n  - hosts: mimir.example.com\n    issuer: private\n",
    );
    let found = only(check(
        "/tree",
        URL,
        "",
        &[policy, BY_ANNOTATION, PRODUCTION],
    ));
    assert_eq!(
        (found.severity, files_of(&found)),
        (Warning, vec!["promvet.yaml"; 2])
    );

    let policy = (
        "promvet.yaml",
        "issuers:\n  - hosts: mimir.example.com\n    issuer: staging\n",
    );
    assert_eq!(only(check("/tree", URL, "", &[policy])).severity, Info);

    let url = "https://cortex.default.metrics.example.com/api/v1/push";
    let instance = (
        "ops.yaml",
        "tenants: [default]\ncustom_dns_name: metrics.example.com\ncert_issuer: letsencrypt-staging\n",
    );
    let wild = WILDCARD.1.replace("*.example", "*.default.metrics.example");
    let found = only(check(
        "/tree",
        url,
        "",
        &[instance, ("wild.yaml", &wild), PRODUCTION],
    ));
    assert_eq!((found.severity, files_of(&found)), (Info, vec!["ops.yaml"]));

    let ca = "      ca_file: ca.pem\n";
    let found = only(check(
        "/tree",
        URL,
        ca,
        &[("ca.pem", STAGING_ROOT), BY_ANNOTATION, PRODUCTION],
    ));
    assert_eq!(
        (found.severity, files_of(&found)),
        (Warning, vec!["ingress.yaml", "ingress.yaml", "le.yaml"])
    );
}

#[test]
fn a_public_service_has_a_public_certificate() {
    let url = "https://prometheus-prod-01-eu-west-0.grafana.net/api/prom/push";
    // An authority that is named was named for a reason: then it is not proven to verify.
    for (tls, severity) in [
        ("", Error),
        ("      ca_file: /etc/prometheus/ca.pem\n", Warning),
    ] {
        let found = check("/tree", url, tls, &[]);
        let found = only(found.into_iter().filter(|one| one.rule == RULE).collect());
        assert_eq!(
            (found.severity, found.evidence.len()),
            (severity, 0),
            "{found:#?}"
        );
    }
    // A name that only looks like one tells nothing.
    let alike = "https://prometheus.grafana.net.example.com/api/v1/push";
    let found = check("/tree", alike, "", &[]);
    let found = only(found.into_iter().filter(|one| one.rule == RULE).collect());
    assert_eq!(found.severity, Warning);
}

#[test]
fn a_ca_file_tells_of_an_issuer_that_is_not_public() {
    let ca = "      ca_file: certs/ca.pem\n";
    for (tls, files, severity, message) in [
        (ca, vec![("certs/ca.pem", STAGING_ROOT)], Info, "staging"),
        (
            ca,
            vec![("certs/ca.pem", "unknown")],
            Warning,
            "not needed, since the private issuer is known",
        ),
        (
            "      ca_file: /etc/prometheus/ca.pem\n",
            vec![],
            Warning,
            "not needed, since the private issuer is known",
        ),
        (
            "      ca_file: /etc/ssl/certs/ca-certificates.crt\n",
            vec![],
            Warning,
            "is not verified: ",
        ),
        ("      ca_file: ''\n", vec![], Warning, "is not verified: "),
    ] {
        // That such a file is not a certificate is another rule's to say.
        let found = check("/tree", URL, tls, &files);
        let found = only(found.into_iter().filter(|one| one.rule == RULE).collect());
        assert_eq!(found.severity, severity, "{tls} {found:#?}");
        assert!(found.message.contains(message), "{tls} {found:#?}");
        let is_known = !message.ends_with(": ");
        assert_eq!(
            files_of(&found),
            vec!["prometheus.yml"; usize::from(is_known)],
            "{tls}"
        );
        assert_eq!(
            found
                .help_line()
                .as_ref()
                .is_some_and(|help| help.contains("already set")),
            is_known,
            "{tls}"
        );
    }
}

#[test]
fn the_fixture_gives_what_its_comments_say() {
    let tree = Folder::new(Path::new(ROOT).join("fixtures/cert-manager"));
    let found = findings("bad", &tree);
    let shown: Vec<_> = found
        .iter()
        .map(|one| {
            (
                one.place.start().line,
                one.severity,
                &*one.rule,
                one.evidence.len(),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            (15, Error, RULE, 3),
            (20, Warning, RULE, 5),
            (22, Warning, "tls/issuer-name", 4),
            (25, Info, RULE, 3),
            (30, Warning, RULE, 3),
            (35, Warning, RULE, 6),
        ]
    );
    // The cluster's issuer has the wrong name, whatever is right about the configuration.
    let good = findings("good", &tree).into_iter();
    let (named, skipped): (Vec<_>, Vec<_>) = good.partition(|one| one.rule == "tls/issuer-name");
    assert_eq!(named.len(), 1);
    assert_eq!(only(skipped).severity, Info);
}

/// A certificate made for this test, whose subject is named as Let's Encrypt names its staging
/// roots.
const STAGING_ROOT: &str = "\
-----BEGIN CERTIFICATE-----\n\
MIIBvDCCAWGgAwIBAgIUHczfQNcyQi1SJGPJV1MYGwDtZ9swCgYIKoZIzj0EAwIw\n\
MzENMAsGA1UECgwESVNSRzEiMCAGA1UEAwwZKFNUQUdJTkcpIFByZXRlbmQgUGVh\n\
ciBYMTAeFw0yNjExMjIxNzU3NTRaFw0zNjExMTkxNzU3NTRaMDMxDTALBgNVBAoM\n\
BElTUkcxIjAgBgNVBAMMGShTVEFHSU5HKSBQcmV0ZW5kIFBlYXIgWDEwWTATBgcq\n\
hkjOPQIBBggqhkjOPQMBBwNCAASyXVfK4G5G4vio5l53XwdTxbWuf0Ew/rQCpatS\n\
HXUifqJ1b2dMI6yyZ+dI07wf+o9R/ho5UJrQ0akD4o8+C+dSo1MwUTAdBgNVHQ4E\n\
FgQU7pcbZAqDN6yWFkk7gtzQ/EUYsJowHwYDVR0jBBgwFoAU7pcbZAqDN6yWFkk7\n\
gtzQ/EUYsJowDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEA0Z9i\n\
DN/ZNCviUSEbC9UiZj491zhXyrUGtDaqiC2yHyQCIQC/d2ryM7kYwk1aUVCuTjjU\n\
0udlTK7+FM2Pb9ZvBuotOQ==\n\
-----END CERTIFICATE-----\n";

#[test]
fn an_issuer_with_a_wrong_name_is_reported_once() {
    let staging = STAGING.1.replace("{name: le}", "{name: le-prod}");
    let certificate = "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: all, namespace: mon}\nspec:\n  \
         secretName: x\n  dnsNames: ['*.example.com']\n  issuerRef: {name: le-prod, kind: ClusterIssuer}\n";
    let check = |policy: &str| {
        let mut tree = tree(&[
            (".git/HEAD", ""),
            ("promvet.yaml", policy),
            ("le.yaml", &staging),
            ("certificate.yaml", certificate),
            ("token", "x"),
        ]);
        for number in 0..8 {
            let config = format!(
                "remote_write:\n  - url: https://mimir-{number}.example.com/api/v1/push\n    bearer_token_file: token\n\
                 global: {{external_labels: {{cluster: c{number}}}}}\n"
            );
            tree = tree.file(format!("/tree/{number}/prometheus.yml"), config);
            tree = tree.file(format!("/tree/{number}/token"), "x");
        }
        let found = findings("/tree", &tree).into_iter();
        found
            .filter(|one| one.rule == "tls/issuer-name")
            .collect::<Vec<_>>()
    };
    let found = check("");
    let [one] = found.as_slice() else {
        panic!("{found:#?}")
    };
    assert!(one.message.contains("ClusterIssuer le-prod"), "{one:#?}");
    // Three steps of the chain, and five of the seven other endpoints.
    assert_eq!(one.evidence.len(), 8, "{one:#?}");
    let declared = "issuers: [{hosts: '*.example.com', issuer: letsencrypt-staging}]\n";
    assert_eq!(check(declared).len(), 0);
}
