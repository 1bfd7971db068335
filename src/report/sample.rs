//! One outcome with everything that is awkward, for the tests of all formats.

use std::sync::Arc;

use super::outcome::{CheckedFile, HiddenBy, Hiding, Outcome};
use super::{Options, RuleInfo};
use crate::finding::Unchecked;
use crate::finding::{Finding, Fix, Place, Redacted, Severity, Span, Text};

/// Every secret of the sample. None may occur in any output.
pub(super) const SECRETS: &[&str] = &[
    "tok-4cQ9",
    "s3cr3t-pa/ss",
    "old-Zx81",
    "key-77f1",
    "multi-one",
    "multi-two",
];

/// The rules of the sample.
pub(super) const RULES: &[RuleInfo<'_>] = &[
    RuleInfo {
        name: "credentials/inline",
        title: "A credential is written into the configuration",
        severity: Severity::Warning,
        page: "# A credential is written into the configuration\n\nIt is in every copy.\n",
        own: false,
    },
    RuleInfo {
        name: "remote-write/url-syntax",
        title: "The URL is not one",
        severity: Severity::Error,
        page: "# The URL is not one\n\nPrometheus starts and sends nothing.\n",
        own: false,
    },
    RuleInfo {
        name: "tls/insecure-skip-verify",
        title: "The certificate is not verified",
        severity: Severity::Error,
        page: "# The certificate is not verified\n\nAnybody on the way can read along.\n",
        own: false,
    },
];

/// The options that tests write with.
pub(super) fn options() -> Options<'static> {
    Options {
        rules: RULES,
        ..Options::default()
    }
}

/// A text from a source in which `⟦⟧` marks a place; the source has to hold one.
pub(super) fn marked(path: &str, source: &str) -> (Arc<Text>, Place) {
    let start = source.find('⟦').unwrap();
    let source = source.replacen('⟦', "", 1);
    let end = source.find('⟧').unwrap();
    let source = source.replacen('⟧', "", 1);
    let bom = if source.starts_with('\u{feff}') { 3 } else { 0 };
    let text = Text::recognized(path, source.into_bytes());
    let place = Place::new(&text, Span::new(start - bom, end - bom));
    (text, place)
}

/// A finding with a path of keys.
pub(super) fn finding(
    rule: &'static str,
    severity: Severity,
    place: Place,
    logical: &str,
    message: &str,
) -> Finding {
    Finding::new(rule, severity, place, message).of_key(logical, logical)
}

fn no_scheme(path: &str, before: &str) -> Finding {
    let source = format!("{before}remote_write:\n  - url: ⟦cortex.example.com/api/v1/push⟧\n");
    let (_, place) = marked(path, &source);
    let mut finding = finding(
        "remote-write/url-syntax",
        Severity::Error,
        place.clone(),
        "remote_write[0].url",
        "The URL has no scheme. Prometheus starts up, and every write fails.",
    )
    .help("Write `https://cortex.example.com/api/v1/push`.");
    let start = place.span().start;
    finding.fix = Some(Fix {
        title: "Put `https://` before the host".into(),
        edits: vec![(Span { start, end: start }, "https://".into())],
        safe: false,
        from: None,
    });
    finding
}

fn skipped() -> Finding {
    let (_, instance) = marked(
        "opstrace/instance.yaml",
        "tenants:\n  - prod\n# who signs\n⟦cert_issuer: letsencrypt-prod⟧\n",
    );
    let (text, place) = marked(
        "prod/prometheus.yml",
        "\u{feff}# Ümlaut 日本\r\nremote_write:\r\n  - name: 日本\r\n    url: https://u:s3cr3t-pa/ss@cortex.prod.x.opstrace.io/api/v1/push\r\n    bearer_token: tok-4cQ9\r\n    tls_config: {名: 日本, insecure_skip_verify: ⟦true⟧}\r\n    # password: old-Zx81\r\n",
    );
    let token = text.content().find("tok-4cQ9").unwrap();
    finding(
        "tls/insecure-skip-verify",
        Severity::Error,
        place,
        "remote_write[0].tls_config.insecure_skip_verify",
        "Verification is switched off for an endpoint whose certificate is a production one, so that whoever stands between can read the token tok-4cQ9.",
    )
    .help("Remove `insecure_skip_verify`.\nNothing else is needed.")
    .evidence(instance, "The issuer of this instance is the production one of Let's Encrypt, which every system trusts.")
    .evidence(
        Place::new(&text, Span::new(token, token + 8)),
        "The token that is sent.",
    )
}

fn inline() -> Finding {
    let (text, place) = marked(
        "dev/long.yml",
        &format!(
            "{{global: {{external_labels: {{{}}}}}, remote_write: [{{url: 'https://x/', sigv4: {{secret_key: ⟦key-77f1⟧}}}}], {}}}\n",
            "a: b, ".repeat(2000),
            "c: d, ".repeat(2000)
        ),
    );
    let at = text.content().find("key-77f1").unwrap();
    text.mark_secret(Span::new(at, at + 8));
    finding(
        "credentials/inline",
        Severity::Warning,
        place,
        "remote_write[0].sigv4.secret_key",
        "A secret stands in the configuration.",
    )
}

fn spanning() -> Finding {
    let (_, place) = marked(
        "dev/two words.yml",
        "remote_write:\n\t- url: https://x/\n    ⟦authorization:\n      credentials: |\n        multi-one\n        multi-two⟧\n    name: x\n",
    );
    finding(
        "credentials/inline",
        Severity::Info,
        place,
        "remote_write[0].authorization",
        "Two lines, 100% of them\nwith a second line: one, two",
    )
}

fn hostile() -> Finding {
    let (_, place) = marked(
        "bad/\u{1b}[2J\n::error::x,y:z|<b>&\"'`\u{202e}.yml",
        "a: ⟦\u{1b}[31m\u{9b}x⟧\u{202e} # \u{7}\n",
    );
    finding(
        "remote-write/url-syntax",
        Severity::Warning,
        place,
        "remote_write[\"\u{1b}]\"]",
        "An escape \u{1b}[2J and\r\n::error::a line, a | bar, <b>markup</b> & \"quotes\" `code` \u{202e}turned \u{0}.",
    )
    .help("See <script>alert(1)</script> | ![x](http://x/)")
}

/// Why the findings of two files are hidden.
fn hiding(place: &Place) -> Option<Hiding> {
    let by = match &**place.path() {
        "sites/7.yml" => HiddenBy::Comment,
        "sites/8.yml" => HiddenBy::Baseline,
        _ => return None,
    };
    let comment = by == HiddenBy::Comment;
    Some(Hiding {
        by,
        reason: comment
            .then(|| Redacted::sentence(place, "a test site \u{1b}[31m, [see](http://x/)".into())),
        until: comment.then(|| "2027-01-31".into()),
    })
}

/// Findings of all severities; the same one in eight files, hidden in two of them; evidence in the same and in another
/// file; secrets of all kinds; a byte-order mark, CRLF, wide characters, a tab, a line of 24 kB, a
/// place of several lines; hostile paths, messages and sources.
pub(super) fn outcome() -> Outcome {
    let mut findings = vec![skipped(), inline(), spanning(), hostile()];
    findings.extend((1..=8).map(|n| no_scheme(&format!("sites/{n}.yml"), &"\n".repeat(n))));
    let files = findings.iter().map(|finding| CheckedFile {
        path: Arc::clone(finding.place.path()),
        dialect: "prometheus".into(),
        configurations: 1,
    });
    let files = files
        .chain([CheckedFile {
            path: "good.yml".into(),
            dialect: "prometheus".into(),
            configurations: 1,
        }])
        .collect();
    let (_, token) = marked(
        "good.yml",
        "remote_write:\n- bearer_token_file: ⟦/run/token⟧\n",
    );
    let unchecked = vec![Unchecked {
        cause: None,
        place: token,
        logical: "remote_write[0].bearer_token_file".into(),
        reason: "No mount leads to /run/token, so nobody knows what is there.".into(),
        settle: Some("Say in promvet.yaml: `mounts: [{path: /run, from: run}]`.".into()),
    }];
    let mut outcome = Outcome::new(findings, files, unchecked, 14);
    outcome.hide(|it| hiding(&it.finding.place));
    outcome
}
