//! Where the secrets live: trees as teams have them. In the good state nothing is found; each
//! single fault gives exactly its finding, with evidence that names file and line on both sides.
//!
//! Modes and owners are given here, so that it makes no difference who runs the tests.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what fails here ends with the test"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::support::memory::{self, at, judged};
use crate::support::program::{ROOT, promvet};
use promvet::facts::PathBase;
use promvet::finding::{Finding, Severity};
use promvet::run::{Request, Run};
use promvet::source::Memory;

use Severity::{Error, Info, Warning};

/// 2026-11-22
const NOW: i64 = 1_795_305_600;

/// Mode, owner, group: as a checkout of an ordinary user has it.
const CHECKOUT: Rights = (0o644, 1000, 1000);

type Rights = (u32, u32, u32);

/// A fixture in memory.
struct World {
    files: BTreeMap<String, (Vec<u8>, Rights)>,
    links: Vec<(String, String)>,
    tracked: Vec<String>,
    host: PathBase,
}

impl World {
    fn new(fixture: &str) -> Self {
        let folder = Path::new(ROOT).join("fixtures").join(fixture);
        let mut world = Self {
            files: BTreeMap::new(),
            links: Vec::new(),
            tracked: Vec::new(),
            host: PathBase::Elsewhere,
        };
        let files = walkdir::WalkDir::new(&folder).into_iter();
        for entry in files.map(Result::unwrap) {
            if entry.file_type().is_file() {
                let path = entry.path().strip_prefix(&folder).unwrap();
                world.write(path.to_str().unwrap(), std::fs::read(entry.path()).unwrap());
            }
        }
        assert!(world.files.len() > 2, "{fixture}");
        world
    }

    fn write(&mut self, path: &str, content: impl Into<Vec<u8>>) {
        let rights = self.files.get(path).map_or(CHECKOUT, |(_, rights)| *rights);
        self.files.insert(path.to_owned(), (content.into(), rights));
    }

    fn replace(&mut self, path: &str, from: &str, to: &str) {
        let (content, _) = &self.files[path];
        let text = String::from_utf8(content.clone()).unwrap();
        assert!(text.contains(from), "{path} has no {from}");
        self.write(path, text.replacen(from, to, 1));
    }

    fn chmod(&mut self, path: &str, rights: Rights) {
        self.files.get_mut(path).unwrap().1 = rights;
    }

    fn run(&self) -> Run {
        let mut tree = Memory::new();
        for (path, (content, rights)) in &self.files {
            tree = tree.owned_file(path, content.clone(), *rights);
        }
        for (path, target) in &self.links {
            tree = tree.link(path, target);
        }
        if !self.tracked.is_empty() {
            let tracked: Vec<_> = self.tracked.iter().map(String::as_str).collect();
            tree = tree.tracking(&tracked);
        }
        let request = Request {
            host: self.host.clone(),
            now: NOW,
            ..at(".")
        };
        judged(&request, &tree)
    }

    fn findings(&self) -> Vec<Finding> {
        let mut found = memory::findings(&self.run());
        found.retain(|one| one.severity > Severity::Info || one.rule == "credentials/unverified");
        found
    }

    /// The only finding: rule, severity, and the lines of both sides.
    fn only(&self) -> (String, Severity, Vec<String>) {
        let found = self.findings();
        let [one] = found.as_slice() else {
            panic!("{}", described(&found))
        };
        let mut spots = vec![format!("{}:{}", one.place.path(), one.place.start().line)];
        spots.extend(
            one.evidence
                .iter()
                .map(|proof| format!("{}:{}", proof.place.path(), proof.place.start().line)),
        );
        (one.rule.to_string(), one.severity, spots)
    }

    fn message(&self) -> String {
        let found = self.findings();
        let one = found.first().unwrap();
        format!("{} / {}", one.message, one.help_line().unwrap_or_default())
    }
}

fn described(found: &[Finding]) -> String {
    let line = |one: &Finding| {
        let proofs: Vec<_> = one
            .evidence
            .iter()
            .map(|proof| format!("{:?} {}", proof.place, proof.message))
            .collect();
        format!(
            "{:?} {} {} / {:?}\n    {}",
            one.place,
            one.rule,
            one.message,
            one.help_line(),
            proofs.join("\n    ")
        )
    };
    found.iter().map(line).collect::<Vec<_>>().join("\n")
}

const FIXTURES: &[&str] = &[
    "compose-bind",
    "compose-secrets",
    "kubernetes-secret",
    "kubernetes-projected",
    "kubernetes-configmap",
    "host",
];

#[test]
fn in_the_good_state_nothing_is_found() {
    for fixture in FIXTURES {
        let world = World::new(fixture);
        let run = world.run();
        let found = world.findings();
        assert!(found.is_empty(), "{fixture}: {}", described(&found));
        assert!(
            run.outcome.unchecked().is_empty(),
            "{fixture}: {:?}",
            run.outcome.unchecked()
        );
    }
}

/// The fixture, the file, what is replaced by what; the rule, the severity, a part of message or
/// help, and lines of both sides.
type Fault = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    Severity,
    &'static str,
    &'static [&'static str],
);

const TOKEN: &str = "secrets/tenant-api-token-default";

const FAULTS: &[Fault] = &[
    (
        "compose-bind",
        "prometheus.yml",
        "/run/secrets/tenant",
        "/etc/prometheus/secrets/tenant",
        "credentials/not-mounted",
        Error,
        "`/run/secrets/tenant-api-token-default` is mounted",
        &["prometheus.yml:8", "compose.yaml:8"],
    ),
    (
        "compose-bind",
        "prometheus.yml",
        "token-default",
        "token-defualt",
        "credentials/missing",
        Error,
        "tenant-api-token-default",
        &["prometheus.yml:8", "compose.yaml:8", "compose.yaml:9"],
    ),
    (
        "compose-bind",
        "compose.yaml",
        "      - ./secrets:/run/secrets:ro\n",
        "",
        "credentials/not-mounted",
        Error,
        "/etc/prometheus/prometheus.yml",
        &["prometheus.yml:8", "compose.yaml:8"],
    ),
    (
        "compose-bind",
        "prometheus.yml",
        "/run/secrets/tenant-api-token-default",
        "/run/secrets",
        "credentials/not-a-file",
        Error,
        "a folder",
        &["prometheus.yml:8", "compose.yaml:8", "compose.yaml:9"],
    ),
    (
        "compose-bind",
        TOKEN,
        "not-a-real-token\n",
        " \n",
        "credentials/empty",
        Error,
        "401",
        &["prometheus.yml:8", "compose.yaml:8", "compose.yaml:9"],
    ),
    (
        "compose-bind",
        TOKEN,
        "not",
        "Bearer not",
        "credentials/content",
        Error,
        "Bearer Bearer",
        &["prometheus.yml:8", "compose.yaml:8", "compose.yaml:9"],
    ),
    (
        "compose-bind",
        TOKEN,
        "not-a-real-token",
        "\u{feff}not-a-real-token",
        "credentials/content",
        Error,
        "byte-order mark",
        &["prometheus.yml:8", "compose.yaml:8", "compose.yaml:9"],
    ),
    (
        "compose-bind",
        TOKEN,
        "not-a-real-token",
        "${TOKEN}",
        "credentials/content",
        Warning,
        "placeholder",
        &["prometheus.yml:8", "compose.yaml:8", "compose.yaml:9"],
    ),
    (
        "compose-bind",
        "prometheus.yml",
        "bearer_token_file: /run/secrets/tenant-api-token-default",
        "bearer_token: |\n      not-a-real-token",
        "credentials/inline-newline",
        Error,
        "bearer_token_file",
        &["prometheus.yml:8"],
    ),
    (
        "compose-bind",
        "prometheus.yml",
        "bearer_token_file: /run/secrets/tenant-api-token-default",
        "bearer_token: not-a-real-token",
        "credentials/committed",
        Warning,
        "bearer_token_file",
        &["prometheus.yml:8"],
    ),
    (
        "compose-secrets",
        "compose.yaml",
        "mode: 0400",
        "mode: 0444",
        "credentials/world-readable",
        Warning,
        "0444",
        &["prometheus.yml:5", "compose.yaml:5", "compose.yaml:8"],
    ),
    (
        "compose-secrets",
        "compose.yaml",
        "uid: \"65534\"",
        "uid: \"1000\"",
        "credentials/unreadable",
        Error,
        "user 65534",
        &["prometheus.yml:5", "compose.yaml:5", "compose.yaml:8"],
    ),
    (
        "compose-secrets",
        "compose.yaml",
        "target: shop-password",
        "target: shop-pasword",
        "credentials/not-mounted",
        Error,
        "shop-pasword",
        &["prometheus.yml:5", "compose.yaml:5"],
    ),
    (
        "kubernetes-secret",
        "statefulset.yaml",
        "        fsGroup: 65534\n",
        "",
        "credentials/unreadable",
        Error,
        "0400",
        &[
            "prometheus.yml:4",
            "statefulset.yaml:25",
            "tokens.yaml:7",
            "statefulset.yaml:14",
        ],
    ),
    (
        "kubernetes-secret",
        "statefulset.yaml",
        "defaultMode: 0400",
        "defaultMode: 0444",
        "credentials/world-readable",
        Warning,
        "0444",
        &["prometheus.yml:4", "statefulset.yaml:26", "tokens.yaml:7"],
    ),
    (
        "kubernetes-secret",
        "tokens.yaml",
        "tenant-api-token-default",
        "tenant-api-token-prod",
        "credentials/not-mounted",
        Error,
        "tenant-api-token-prod",
        &["prometheus.yml:4", "statefulset.yaml:26", "tokens.yaml:4"],
    ),
    (
        "kubernetes-secret",
        "statefulset.yaml",
        "mountPath: /var/run/default-tenant",
        "mountPath: /var/run/default-tenants",
        "credentials/not-mounted",
        Error,
        "default-tenants",
        &["prometheus.yml:4"],
    ),
    (
        "kubernetes-projected",
        "deployment.yaml",
        "path: token",
        "path: tokens",
        "credentials/not-mounted",
        Error,
        "tokens",
        &["prometheus.yml:14", "deployment.yaml:23"],
    ),
    (
        "kubernetes-configmap",
        "deployment.yaml",
        "mountPath: /etc/prometheus/tokens",
        "mountPath: /etc/prometheus/token",
        "credentials/not-mounted",
        Error,
        "/etc/prometheus/tokens/tenant-api-token-default",
        &["configmap.yaml:20", "deployment.yaml:24"],
    ),
    (
        "kubernetes-configmap",
        "configmap.yaml",
        "token-default",
        "token-defualt",
        "credentials/not-mounted",
        Error,
        "tenant-api-token-default",
        &[
            "configmap.yaml:20",
            "deployment.yaml:24",
            "deployment.yaml:26",
            "tokens.yaml:4",
        ],
    ),
    (
        "kubernetes-configmap",
        "deployment.yaml",
        "        fsGroup: 65534\n",
        "",
        "credentials/unreadable",
        Error,
        "0400",
        &[
            "configmap.yaml:20",
            "deployment.yaml:23",
            "deployment.yaml:25",
            "tokens.yaml:7",
        ],
    ),
    (
        "kubernetes-configmap",
        "deployment.yaml",
        "defaultMode: 0400",
        "defaultMode: 0404",
        "credentials/world-readable",
        Warning,
        "0444",
        &["configmap.yaml:20", "deployment.yaml:26"],
    ),
    (
        "kubernetes-configmap",
        "deployment.yaml",
        "            name: prometheus\n        - name: tokens",
        "            name: another\n        - name: tokens",
        "credentials/unverified",
        Info,
        "no mount of it was found",
        &["configmap.yaml:20"],
    ),
    (
        "kubernetes-configmap",
        "configmap.yaml",
        "bearer_token_file: tokens/tenant-api-token-default",
        "bearer_token: aaaa",
        "credentials/committed",
        Warning,
        "bearer_token_file",
        &["configmap.yaml:20"],
    ),
    (
        "kubernetes-configmap",
        "configmap.yaml",
        "expr: up{job",
        "expr: up{{job",
        "files/promql",
        Error,
        "",
        &["configmap.yaml:26"],
    ),
    (
        "kubernetes-configmap",
        "configmap.yaml",
        "api/v1/push",
        "api/v1/psh",
        "remote-write/url-shape",
        Error,
        "/api/v1/psh",
        &["configmap.yaml:19"],
    ),
    (
        "host",
        "prometheus.yml",
        "client.key",
        "client.pem",
        "credentials/not-mounted",
        Error,
        "promvet.yaml lists `client.crt` and `client.key` there",
        &["prometheus.yml:13", "promvet.yaml:7"],
    ),
    (
        "host",
        "prometheus.yml",
        "token-default",
        "token-defaul",
        "credentials/missing",
        Error,
        "tenant-api-token-default",
        &["prometheus.yml:8", "promvet.yaml:5"],
    ),
    (
        "host",
        "promvet.yaml",
        "  - path: /etc/pki/prometheus\n    external: true\n    files: [client.crt, client.key]\n",
        "",
        "credentials/unverified",
        Info,
        "mounts: [{path: /etc/pki/prometheus, external: true}]",
        &["prometheus.yml:12", "prometheus.yml:13"],
    ),
];

#[test]
fn each_single_fault_gives_exactly_its_finding() {
    let mut wrong = Vec::new();
    for &(fixture, file, from, to, rule, severity, says, lines) in FAULTS {
        let mut world = World::new(fixture);
        world.replace(file, from, to);
        let found = world.findings();
        let right = found.len() == 1 && {
            let (its_rule, its_severity, spots) = world.only();
            its_rule == rule
                && its_severity == severity
                && world.message().contains(says)
                && lines
                    .iter()
                    .all(|line| spots.iter().any(|spot| spot == line))
        };
        if !right {
            wrong.push(format!(
                "{fixture} {file}: {from} → {to}: want {rule} {says} {lines:?}\n  {}",
                described(&found)
            ));
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_owner_and_mode_of_a_bind_mount_count() {
    for (fixture, rights, user, rule) in [
        (
            "compose-bind",
            (0o600, 1000, 1000),
            "",
            Some("credentials/unreadable"),
        ),
        ("compose-bind", (0o640, 1000, 65534), "", None),
        ("compose-bind", (0o400, 65534, 0), "", None),
        ("compose-bind", (0o600, 1000, 1000), "1000:1000", None),
        ("compose-bind", (0o600, 1000, 1000), "0:0", None),
        (
            "compose-secrets",
            (0o600, 1000, 1000),
            "",
            Some("credentials/unreadable"),
        ),
        // Only in the checkout.
        ("host", (0o600, 1000, 1000), "", None),
    ] {
        let mut world = World::new(fixture);
        world.chmod(TOKEN, rights);
        if !user.is_empty() {
            world.replace("compose.yaml", "65534:65534", user);
        }
        let found = world.findings();
        let rules: Vec<_> = found.iter().map(|one| &*one.rule).collect();
        assert_eq!(
            rules,
            rule.into_iter().collect::<Vec<_>>(),
            "{fixture} {rights:?} {user}: {}",
            described(&found)
        );
    }
}

#[test]
fn who_may_not_read_is_shown_with_where_that_is_reported() {
    let mut world = World::new("compose-bind");
    world.chmod(TOKEN, (0o600, 0, 0));
    let (rule, severity, spots) = world.only();
    assert_eq!((rule.as_str(), severity), ("credentials/unreadable", Error));
    assert_eq!(
        spots,
        [
            "prometheus.yml:8",
            "compose.yaml:8",
            "compose.yaml:9",
            "compose.yaml:4"
        ]
    );
}

#[test]
fn a_fresh_clone_without_its_ignored_secrets_gives_warnings() {
    for fixture in ["compose-bind", "compose-secrets", "host"] {
        let mut world = World::new(fixture);
        world.files.remove(TOKEN);
        let (rule, severity, _) = world.only();
        assert_eq!((rule.as_str(), severity), ("credentials/missing", Error));
        world.write(".gitignore", "/secrets/*\n!.gitkeep\n");
        let found = world.findings();
        assert_eq!(found.len(), 1, "{fixture}: {}", described(&found));
        let (rule, severity, _) = world.only();
        assert_eq!((rule.as_str(), severity), ("credentials/unverified", Info));
        let run = world.run();
        let unchecked = run.outcome.unchecked();
        assert_eq!(unchecked.len(), 1);
        let settle = unchecked[0].settle.as_deref().unwrap();
        assert!(settle.contains("mounts: [{path: /"), "{settle}");
        // Another secret is there, so the folder has been filled, but not with this one.
        world.write("secrets/other", "x");
        assert_eq!(world.only().0, "credentials/missing", "{fixture}");
    }
}

#[test]
fn the_line_that_would_settle_it_settles_it() {
    let mut world = World::new("compose-bind");
    world.replace("compose.yaml", "- ./secrets:", "- data:");
    let (rule, severity, spots) = world.only();
    assert_eq!((rule.as_str(), severity), ("credentials/unverified", Info));
    assert_eq!(spots[1], "compose.yaml:8");
    world.write(
        "promvet.yaml",
        "mounts: [{path: /run/secrets, external: true}]\n",
    );
    let run = world.run();
    assert!(world.findings().is_empty());
    assert!(run.outcome.unchecked().is_empty());
}

#[test]
fn of_several_that_may_run_it_the_doubt_is_reported() {
    let mut world = World::new("compose-bind");
    world.replace(
        "compose.yaml",
        "      - ./prometheus.yml:/etc/prometheus/prometheus.yml:ro\n",
        "",
    );
    world.replace("compose.yaml", "      - ./secrets:/run/secrets:ro\n", "");
    world.replace(
        "compose.yaml",
        "volumes:\n  data:",
        "  second:\n    image: prom/prometheus:v2.53.0\nvolumes:\n  data:",
    );
    let (rule, severity, _) = world.only();
    assert_eq!(
        (rule.as_str(), severity),
        ("credentials/not-mounted", Warning)
    );
    let found = world.findings();
    assert!(
        found[0].evidence[0].message.contains("one of 2"),
        "{}",
        described(&found)
    );
}

/// A token with these claims, unsigned but for the looks of it.
fn token(algorithm: &str, subject: &str, audience: &str, expires: i64) -> String {
    token_of("", algorithm, subject, audience, expires)
}

/// The same with further claims.
fn token_of(more: &str, algorithm: &str, subject: &str, audience: &str, expires: i64) -> String {
    let part = |text: String| {
        const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let mut out = String::new();
        for group in text.as_bytes().chunks(3) {
            let mut bytes = [0; 4];
            bytes[1..=group.len()].copy_from_slice(group);
            let bits = u32::from_be_bytes(bytes);
            for at in 0..=group.len() {
                out.push(char::from(ALPHABET[(bits >> (18 - 6 * at) & 63) as usize]));
            }
        }
        out
    };
    format!(
        "{}.{}.c2lnbmF0dXJl",
        part(format!(r#"{{"alg":"{algorithm}"}}"#)),
        part(format!(
            r#"{{{more}"sub":"{subject}","aud":"{audience}","iat":1600000000,"exp":{expires}}}"#
        ))
    )
}

#[test]
fn tokens_are_held_against_the_endpoint() {
    const LATER: i64 = NOW + 400 * 86_400;
    let (us, here) = ("tenant-default", "opstrace-cluster-test");
    for (token, rule, severity, says) in [
        (token("RS256", us, here, LATER), "", Error, ""),
        (
            token("RS256", us, here, NOW - 3 * 86_400),
            "credentials/jwt",
            Error,
            "expired 3 days ago",
        ),
        (
            token("RS256", us, here, NOW + 86_400),
            "credentials/jwt",
            Warning,
            "expires in 1 day",
        ),
        (
            token("RS256", "tenant-prod", here, LATER),
            "credentials/jwt",
            Error,
            "`tenant-prod`",
        ),
        (
            token("RS256", us, "opstrace-cluster-prod", LATER),
            "credentials/jwt",
            Warning,
            "opstrace-cluster-prod",
        ),
        (
            token("HS256", us, here, LATER),
            "credentials/jwt",
            Error,
            "HS256",
        ),
        (
            token("none", us, here, LATER),
            "credentials/jwt",
            Error,
            "not signed",
        ),
        (
            token_of(r#""iss":"team","#, "RS256", us, here, LATER),
            "credentials/jwt",
            Warning,
            "`team`",
        ),
        (
            token_of(r#""iss":"opstrace-cli","#, "RS256", us, here, LATER),
            "",
            Error,
            "",
        ),
    ] {
        let mut world = World::new("compose-bind");
        world.write(TOKEN, token.clone());
        let found = world.findings();
        let Some(one) = found.first() else {
            assert!(rule.is_empty(), "{says}");
            continue;
        };
        assert_eq!(found.len(), 1, "{}", described(&found));
        assert_eq!(
            (&*one.rule, one.severity),
            (rule, severity),
            "{}",
            described(&found)
        );
        assert!(one.message.contains(says), "{}", one.message);
        assert!(!described(&found).contains(&token));
    }
    // What other receivers ask for is not known, but the time and the signature always count.
    for (token, severity) in [
        (token("HS256", "anybody", "elsewhere", LATER), None),
        (token("RS256", "anybody", "elsewhere", NOW - 1), Some(Error)),
        (
            token_of(&format!("\"nbf\":{LATER},"), "RS256", us, here, LATER + 9),
            Some(Error),
        ),
        (token("none", "anybody", "elsewhere", LATER), Some(Warning)),
        (
            token("RS256", "anybody", "elsewhere", NOW + 86_400),
            Some(Warning),
        ),
    ] {
        let mut world = World::new("compose-bind");
        world.replace(
            "prometheus.yml",
            "cortex.default.test.opstrace.io/api",
            "metrics.example.com/api",
        );
        world.write(TOKEN, token);
        let found = world.findings();
        let said: Vec<_> = found.iter().map(|one| (&*one.rule, one.severity)).collect();
        let want: Vec<_> = severity
            .map(|one| ("credentials/jwt", one))
            .into_iter()
            .collect();
        assert_eq!(said, want, "{}", described(&found));
    }
    // A URL that has not its receiver's shape is to become another one.
    let mut world = World::new("compose-bind");
    world.write(TOKEN, token("RS256", "tenant-prod", here, LATER));
    world.replace("prometheus.yml", "/api/v1/push", "/api/v1/pushh");
    assert_eq!(world.only().0, "remote-write/url-shape");
}

#[test]
fn what_git_tracks_in_the_clear_is_an_error() {
    let mut world = World::new("compose-bind");
    world.write(TOKEN, LIVE);
    assert!(world.findings().is_empty());
    world.tracked = vec!["prometheus.yml".into()];
    assert!(world.findings().is_empty());
    world.tracked.push(TOKEN.into());
    let (rule, severity, _) = world.only();
    assert_eq!((rule.as_str(), severity), ("credentials/committed", Error));
    world.write(TOKEN, "not-a-real-token");
    assert!(world.findings().is_empty());
    for (value, severity) in [(LIVE, Error), ("not-a-real-token", Warning)] {
        let mut world = World::new("compose-bind");
        world.tracked = vec!["prometheus.yml".into()];
        world.replace(
            "prometheus.yml",
            "bearer_token_file: /run/secrets/tenant-api-token-default",
            &format!("bearer_token: {value}"),
        );
        let (rule, its, _) = world.only();
        assert_eq!((rule.as_str(), its), ("credentials/committed", severity));
        assert!(!described(&world.findings()).contains(value));
    }
}

#[test]
fn a_configuration_learns_nothing_of_the_machine() {
    const SECRET: &str = "root:x:Bearer secret";
    let baseline = |path: &str, link: Option<&str>| {
        let mut world = World::new("host");
        world.replace(
            "prometheus.yml",
            "/etc/prometheus/secrets/tenant-api-token-default",
            path,
        );
        if let Some(target) = link {
            world.links.push((path.to_owned(), target.to_owned()));
        }
        world
    };
    for (path, link) in [
        ("/etc/shadow", None),
        ("/proc/self/environ", None),
        ("../../etc/shadow", None),
        ("stolen", Some("/etc/shadow")),
        ("stolen", Some("../etc/shadow")),
        ("/etc/prometheus/secrets/../../shadow", None),
    ] {
        let without = baseline(path, link);
        let mut with = baseline(path, link);
        for file in ["/etc/shadow", "/proc/self/environ"] {
            with.files
                .insert(file.into(), (SECRET.into(), (0o644, 0, 0)));
        }
        let said = |world: &World| described(&world.findings());
        assert_eq!(said(&without), said(&with), "{path} {link:?}");
        let rules: Vec<_> = with
            .findings()
            .iter()
            .map(|one| one.rule.to_string())
            .collect();
        assert_eq!(
            rules,
            ["credentials/unverified"],
            "{path} {link:?}: {}",
            said(&with)
        );
    }
    // What promvet.yaml or a service mounts leads out no more than the configuration does.
    let mut world = World::new("compose-bind");
    world
        .links
        .push(("secrets/stolen".into(), "/etc/shadow".into()));
    world.replace("prometheus.yml", "tenant-api-token-default", "stolen");
    world
        .files
        .insert("/etc/shadow".into(), (SECRET.into(), (0o644, 0, 0)));
    assert_eq!(world.only().0, "credentials/unverified");
}

#[test]
fn the_root_file_system_has_the_modes_that_count() {
    let mut world = World::new("host");
    world.host = PathBase::Root(PathBuf::from("/image"));
    let place = "/image/etc/prometheus/secrets/tenant-api-token-default";
    let mimir = "    tls_config:\n      cert_file: /etc/pki/prometheus/client.crt\n      key_file: /etc/pki/prometheus/client.key\n";
    world.replace("prometheus.yml", mimir, "");
    let mount =
        "  - path: /etc/pki/prometheus\n    external: true\n    files: [client.crt, client.key]\n";
    world.replace("promvet.yaml", mount, "");
    for (rights, rule) in [
        ((0o440, 0, 9090), None),
        ((0o400, 0, 0), Some("credentials/unreadable")),
        ((0o444, 0, 0), Some("credentials/world-readable")),
    ] {
        world
            .files
            .insert(place.into(), ("not-a-real-token".into(), rights));
        let found = world.findings();
        let rules: Vec<_> = found.iter().map(|one| &*one.rule).collect();
        assert_eq!(
            rules,
            rule.into_iter().collect::<Vec<_>>(),
            "{}",
            described(&found)
        );
    }
    world.files.remove(place);
    assert_eq!(world.only().0, "credentials/missing");
}

/// A token that looks as if a generator had made it, and the same in base64.
const LIVE: &str = "9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c";
const LIVE_BASE64: &str = "OWY4YTdiNmM1ZDRlM2YyYTFiMGM5ZDhlN2Y2YTViNGM=";

/// The fixture with its token in a plain Secret: these lines follow its name.
fn plain_secret(values: &str) -> World {
    let mut world = World::new("kubernetes-secret");
    let head = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: opstrace-tokens\n";
    world.write("tokens.yaml", format!("{head}{values}"));
    world
}

#[test]
fn values_of_manifests_are_judged_as_files_are() {
    let key = "tenant-api-token-default";
    for (values, rule, severity, says) in [
        ("data:\n  KEY: bm90LWEtcmVhbC10b2tlbg==\n", "", Error, ""),
        ("stringData:\n  KEY: not-a-real-token\n", "", Error, ""),
        // Prometheus trims what is in a file.
        (
            "stringData:\n  KEY: |\n    not-a-real-token\n",
            "",
            Error,
            "",
        ),
        (
            "data:\n  KEY: QmVhcmVyIG5vdC1hLXJlYWwtdG9rZW4=\n",
            "credentials/content",
            Error,
            "Bearer Bearer",
        ),
        (
            "stringData:\n  KEY: |\n    not-a\n    real-token\n",
            "credentials/content",
            Error,
            "2 lines",
        ),
        (
            "data:\n  KEY: 77u/bm90LWEtcmVhbC10b2tlbg==\n",
            "credentials/content",
            Error,
            "byte-order mark",
        ),
        (
            "stringData:\n  KEY: changeme\n",
            "credentials/content",
            Warning,
            "placeholder",
        ),
        (
            "data:\n  KEY: ${TOKEN_BASE64}\n",
            "credentials/content",
            Warning,
            "placeholder",
        ),
        (
            "data:\n  KEY: not-a-real-token\n",
            "credentials/content",
            Error,
            "not base64",
        ),
        ("data:\n  KEY: IA==\n", "credentials/empty", Error, "401"),
        ("data:\n  KEY:\n", "credentials/empty", Error, "401"),
        // `stringData` is laid over `data`.
        (
            "data:\n  KEY: IA==\nstringData:\n  KEY: not-a-real-token\n",
            "",
            Error,
            "",
        ),
        // What SOPS has encrypted is decrypted before it is applied.
        (
            "stringData:\n  KEY: ENC[AES256_GCM,data:Tr7o,iv:1,tag:2,type:str]\nsops:\n  version: 3.8.1\n",
            "",
            Error,
            "",
        ),
        (
            "data:\n  other: bm90LWEtcmVhbC10b2tlbg==\n",
            "credentials/not-mounted",
            Error,
            "`other`",
        ),
    ] {
        let world = plain_secret(&values.replace("KEY", key));
        let found = world.findings();
        if rule.is_empty() {
            assert!(found.is_empty(), "{values}: {}", described(&found));
            continue;
        }
        assert_eq!(found.len(), 1, "{values}: {}", described(&found));
        let (its, its_severity, spots) = world.only();
        assert_eq!((its.as_str(), its_severity), (rule, severity), "{values}");
        assert_eq!(spots[0], "prometheus.yml:4");
        assert!(world.message().contains(says), "{}", world.message());
        if rule == "credentials/content" {
            let noun =
                "the key `tenant-api-token-default` of the Secret `opstrace-tokens` in tokens.yaml";
            assert!(world.message().contains(noun), "{}", world.message());
            assert!(spots.contains(&"tokens.yaml:6".to_owned()), "{spots:?}");
        }
    }
}

#[test]
fn of_several_manifests_of_one_secret_none_is_judged() {
    let mut world = plain_secret("stringData:\n  tenant-api-token-default: changeme\n");
    assert_eq!(world.only().0, "credentials/content");
    let (base, rights) = world.files["tokens.yaml"].clone();
    world
        .files
        .insert("overlay/tokens.yaml".into(), (base, rights));
    world.replace("overlay/tokens.yaml", "changeme", LIVE);
    assert!(world.findings().is_empty());
    // But a secret stays a secret.
    world.tracked = vec!["overlay/tokens.yaml".into()];
    let (rule, severity, spots) = world.only();
    assert_eq!((rule.as_str(), severity), ("credentials/committed", Error));
    assert_eq!(spots[0], "overlay/tokens.yaml:6");
}

#[test]
fn tokens_in_manifests_are_held_against_the_endpoint() {
    let wrong = token(
        "RS256",
        "tenant-prod",
        "opstrace-cluster-test",
        NOW + 400 * 86_400,
    );
    let world = plain_secret(&format!(
        "stringData:\n  tenant-api-token-default: {wrong}\n"
    ));
    let (rule, severity, spots) = world.only();
    assert_eq!((rule.as_str(), severity), ("credentials/jwt", Error));
    assert!(spots.contains(&"tokens.yaml:6".to_owned()), "{spots:?}");
    assert!(!described(&world.findings()).contains(&wrong));
}

#[test]
fn manifests_with_secrets_in_the_clear_are_errors_once_git_tracks_them() {
    for values in [
        format!("data:\n  tenant-api-token-default: {LIVE_BASE64}\n"),
        format!("stringData:\n  tenant-api-token-default: {LIVE}\n"),
        // Another key of the same Secret, which the container gets as well.
        format!("stringData:\n  another: {LIVE}\n  tenant-api-token-default: not-a-real-token\n"),
    ] {
        let mut world = plain_secret(&values);
        assert!(world.findings().is_empty(), "{values}");
        world.tracked = vec!["prometheus.yml".into(), "statefulset.yaml".into()];
        assert!(world.findings().is_empty(), "{values}");
        world.tracked.push("tokens.yaml".into());
        let found = world.findings();
        assert_eq!(found.len(), 1, "{values}: {}", described(&found));
        let (rule, severity, spots) = world.only();
        assert_eq!((rule.as_str(), severity), ("credentials/committed", Error));
        assert_eq!(spots[0], "tokens.yaml:6");
        assert!(
            spots[1..]
                .iter()
                .any(|spot| spot.starts_with("statefulset.yaml"))
        );
        let said = described(&found);
        assert!(
            !said.contains(LIVE) && !said.contains(LIVE_BASE64),
            "{said}"
        );
        for context in 0..5 {
            let shown = found[0].place.excerpt(context).text;
            assert!(
                !shown.contains(LIVE) && !shown.contains(LIVE_BASE64),
                "{shown}"
            );
        }
    }
    // A Secret that Prometheus does not get is not this rule's concern.
    let mut world = World::new("kubernetes-secret");
    let other = format!(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: other\nstringData:\n  t: {LIVE}\n"
    );
    world.write("other.yaml", other);
    world.tracked = vec!["other.yaml".into()];
    assert!(world.findings().is_empty());
    // Nor is one that is encrypted, or to be filled in.
    for value in [
        "ENC[AES256_GCM,data:Tr7o,type:str]\nsops: {version: 3.8.1}",
        "'{{ .Values.token }}'",
    ] {
        let mut world = plain_secret(&format!("stringData:\n  another: {value}\n"));
        world.tracked = vec!["tokens.yaml".into()];
        let found = world.findings();
        assert!(
            found.iter().all(|one| one.rule != "credentials/committed"),
            "{}",
            described(&found)
        );
    }
}

#[test]
fn variables_of_the_service_that_hold_secrets_are_errors_once_git_tracks_them() {
    let service = "    image: prom/prometheus:v2.53.0\n";
    for (lines, env, spot) in [
        (
            format!("    environment:\n      API_TOKEN: {LIVE}\n"),
            None,
            "compose.yaml:5",
        ),
        (
            format!("    environment:\n      - API_TOKEN={LIVE}\n"),
            None,
            "compose.yaml:5",
        ),
        (
            format!("    environment:\n      API_TOKEN: ${{TOKEN:-{LIVE}}}\n"),
            None,
            "compose.yaml:5",
        ),
        (
            "    environment:\n      API_TOKEN: ${TOKEN:?}\n".to_owned(),
            Some(format!("# team\nTOKEN={LIVE}\n")),
            ".env:2",
        ),
        (
            "    environment: [API_TOKEN]\n".to_owned(),
            Some(format!("API_TOKEN={LIVE}\n")),
            ".env:1",
        ),
        // The variable behind a secret of docker compose.
        (
            String::new(),
            Some(format!("SHOP_PASSWORD='{LIVE}'\n")),
            ".env:1",
        ),
    ] {
        let mut world = World::new("compose-secrets");
        world.replace("compose.yaml", service, &format!("{service}{lines}"));
        if let Some(env) = env {
            world.write(".env", env);
        }
        let found = world.findings();
        assert!(found.is_empty(), "{lines}: {}", described(&found));
        world.tracked = vec!["compose.yaml".into(), ".env".into()];
        let found = world.findings();
        assert_eq!(found.len(), 1, "{lines}: {}", described(&found));
        let (rule, severity, spots) = world.only();
        assert_eq!((rule.as_str(), severity), ("credentials/committed", Error));
        assert_eq!(spots[0], spot);
        assert!(!described(&found).contains(LIVE));
        assert!(!found[0].place.excerpt(3).text.contains(LIVE));
    }
    for lines in [
        // Identifiers look like tokens.
        "    environment:\n      CLUSTER_ID: 9f8a7b6c-5d4e-3f2a-1b0c-9d8e7f6a5b4c\n",
        "    environment:\n      API_TOKEN: changeme\n",
        "    environment:\n      API_TOKEN: ${API_TOKEN}\n",
        "    environment:\n      API_TOKEN:\n",
        // The secret of it is in a file that git does not track.
        "    environment:\n      API_TOKEN: a-${TOKEN}\n",
        "    environment:\n      API_TOKEN: $TOKEN\n",
    ] {
        let mut world = World::new("compose-secrets");
        world.write(".env", format!("TOKEN={LIVE}\n"));
        world.replace("compose.yaml", service, &format!("{service}{lines}"));
        world.tracked = vec!["compose.yaml".into()];
        let found = world.findings();
        assert!(found.is_empty(), "{lines}: {}", described(&found));
    }
}

#[test]
fn one_fault_of_an_inline_credential_is_one_finding() {
    for (value, rule) in [
        ("aaaa bbbb", "credentials/content"),
        ("Bearer aaaa", "credentials/content"),
        ("' aaaa'", "credentials/inline-newline"),
        ("aaaa", "credentials/committed"),
    ] {
        let mut world = World::new("compose-bind");
        world.replace(
            "prometheus.yml",
            "bearer_token_file: /run/secrets/tenant-api-token-default",
            &format!("bearer_token: {value}"),
        );
        let found = world.findings();
        assert_eq!(found.len(), 1, "{value}: {}", described(&found));
        assert_eq!(found[0].rule, rule, "{value}");
    }
}

#[test]
fn a_config_of_a_compose_file_is_judged_where_it_is_mounted() {
    let compose = "\
services:
  prometheus:
    image: prom/prometheus:v2.53.0
    configs:
      - source: prometheus
        target: /etc/prometheus/prometheus.yml
    volumes:
      - ./secrets:/etc/prometheus/secrets:ro
configs:
  prometheus:
    content: |
      remote_write:
        - url: https://cortex.${TENANT:-default}.test.opstrace.io/api/v1/push
          bearer_token_file: secrets/token
          write_relabel_configs:
            - {target_label: a, replacement: $$1}
";
    let mut world = World::new("compose-bind");
    world.files.clear();
    world.write("compose.yaml", compose);
    world.write("secrets/token", "not-a-real-token");
    let found = world.findings();
    assert!(found.is_empty(), "{}", described(&found));
    world.replace("compose.yaml", "secrets/token", "secret/token");
    let (rule, severity, spots) = world.only();
    assert_eq!(
        (rule.as_str(), severity),
        ("credentials/not-mounted", Error)
    );
    assert_eq!(spots[..2], ["compose.yaml:14", "compose.yaml:5"]);
    let found = world.findings();
    assert_eq!(found[0].place.start().column, 30);
    assert_eq!(
        found[0].logical,
        "configs.prometheus.content.remote_write[0].bearer_token_file"
    );
}

#[test]
fn the_checkouts_own_files_are_nothing_to_a_configmap() {
    // Beside the manifest is a file of that name, which no container will see.
    let mut world = World::new("kubernetes-configmap");
    world.write("tokens/tenant-api-token-default", "Bearer x");
    assert!(world.findings().is_empty());
    world.files.remove("deployment.yaml");
    let (rule, severity, _) = world.only();
    assert_eq!((rule.as_str(), severity), ("credentials/unverified", Info));
    // With promvet.yaml saying what is mounted it is settled.
    world.write(
        "promvet.yaml",
        "mounts: [{path: /etc/prometheus/tokens, external: true}]\n",
    );
    let run = world.run();
    assert!(world.findings().is_empty());
    assert!(run.outcome.unchecked().is_empty());
}

#[test]
fn secrets_in_a_configmap_are_masked_and_judged() {
    let mut world = World::new("kubernetes-configmap");
    world.replace(
        "configmap.yaml",
        "bearer_token_file: tokens/tenant-api-token-default",
        &format!("bearer_token: {LIVE}"),
    );
    world.tracked = vec!["configmap.yaml".into()];
    let (rule, severity, spots) = world.only();
    assert_eq!((rule.as_str(), severity), ("credentials/committed", Error));
    assert_eq!(spots, ["configmap.yaml:20"]);
    let found = world.findings();
    assert!(!found[0].place.excerpt(3).text.contains(LIVE));
}

#[test]
fn the_program_names_the_configuration_in_a_manifest_and_its_lines() {
    let run = |arguments: &[&str]| {
        let ran = promvet(Path::new(ROOT).join("fixtures"), arguments);
        assert_eq!(ran.status, Some(0), "{ran:?}");
        ran
    };
    let listed = run(&["files", "kubernetes-configmap"]).stdout;
    let line = "kubernetes-configmap/configmap.yaml: ConfigMap: \
                data[\"prometheus.yml\"] of the ConfigMap `prometheus`: top-level keys";
    assert!(listed.contains(line), "{listed}");
    let around = "kubernetes-configmap/configmap.yaml: Kubernetes manifest";
    assert!(!listed.contains(around), "{listed}");
    let report = run(&["check", "--format", "json", "kubernetes-configmap"]).json();
    assert_eq!(
        report["files"],
        serde_json::json!([{"path": "kubernetes-configmap/configmap.yaml", "dialect": "configmap"}])
    );
    assert_eq!(report["summary"]["endpoints"], 1);
}
