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

use promvet::cli::pipeline::{Request, Run, run};
use promvet::facts::Host;
use promvet::finding::{Finding, Severity};
use promvet::source::Memory;

use Severity::{Error, Warning};

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
    host: Host,
}

impl World {
    fn new(fixture: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("fixtures")
            .join(fixture);
        let mut world = Self {
            files: BTreeMap::new(),
            links: Vec::new(),
            tracked: Vec::new(),
            host: Host::Elsewhere,
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
            paths: vec![PathBuf::from(".")],
            host: self.host.clone(),
            now: NOW,
            ..Request::default()
        };
        let run = run(&request, &tree);
        assert!(run.problems.is_empty(), "{:?}", run.problems);
        assert!(run.policy_errors.is_empty(), "{:?}", run.policy_errors);
        run
    }

    fn findings(&self) -> Vec<Finding> {
        let run = self.run();
        let found = run.outcome.findings().iter().map(|one| one.finding.clone());
        found.filter(|one| one.severity > Severity::Info).collect()
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
        format!("{} / {}", one.message, one.help.as_deref().unwrap_or(""))
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
            one.help,
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
        Warning,
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
        // Merely lies in the checkout.
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
fn who_may_not_read_is_shown_with_where_that_is_said() {
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
        assert_eq!(
            (rule.as_str(), severity),
            ("credentials/unverified", Warning)
        );
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
    assert_eq!(
        (rule.as_str(), severity),
        ("credentials/unverified", Warning)
    );
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
fn of_several_that_may_run_it_the_doubt_is_said() {
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
            r#"{{"sub":"{subject}","aud":"{audience}","iat":1600000000,"exp":{expires}}}"#
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
    // A URL that has not its receiver's shape is to become another one.
    let mut world = World::new("compose-bind");
    world.write(TOKEN, token("RS256", "tenant-prod", here, LATER));
    world.replace("prometheus.yml", "/api/v1/push", "/api/v1/pushh");
    assert_eq!(world.only().0, "remote-write/url-shape");
}

#[test]
fn what_git_tracks_in_the_clear_is_an_error() {
    const LIVE: &str = "9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c";
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
    world.host = Host::Root(PathBuf::from("/image"));
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
