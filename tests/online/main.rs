//! `--online` against servers on this machine, with certificates made here. A program of its own: with the
//! feature everything is built anew, and so only these tests are.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that can't go on says so by panicking"
)]

#[expect(dead_code, reason = "the other tests need the rest of it")]
#[path = "../it/support/mod.rs"]
mod support;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::program::{Ran, promvet_command};
use crate::support::report::{self, list, text};
use crate::support::scratch::Scratch;
use promvet::source::handshake::{Handshake, HandshakeFailure, HandshakeTarget, Online};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd,
};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection};
use serde_json::Value;

type Authority = CertifiedIssuer<'static, KeyPair>;

/// An authority with the names that a certificate says it is signed by.
fn authority(organization: &str, name: &str) -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
        .distinguished_name
        .push(DnType::OrganizationName, organization);
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2040, 1, 1);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// What a server shows.
struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: KeyPair,
}

impl Identity {
    /// A certificate that ends on a day; signed by itself without an authority.
    fn new(names: &[&str], until: (i32, u8, u8), by: Option<&Authority>) -> Self {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        params.not_before = date_time_ymd(2026, 1, 1);
        params.not_after = date_time_ymd(until.0, until.1, until.2);
        let key = KeyPair::generate().unwrap();
        let own = match by {
            Some(by) => params.signed_by(&key, by).unwrap(),
            None => params.self_signed(&key).unwrap(),
        };
        Self {
            chain: vec![own.der().clone()],
            key,
        }
    }

    fn key(&self) -> PrivateKeyDer<'static> {
        PrivatePkcs8KeyDer::from(self.key.serialize_der()).into()
    }

    fn pem(&self) -> String {
        pem(&self.chain[0])
    }
}

fn pem(der: &CertificateDer<'_>) -> String {
    use std::fmt::Write as _;
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::from("-----BEGIN CERTIFICATE-----\n");
    for (index, three) in der.as_ref().chunks(3).enumerate() {
        let bits = three
            .iter()
            .fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte))
            << (8 * (3 - three.len()));
        for at in 0..4 {
            let six = usize::try_from(bits >> (18 - 6 * at) & 63).unwrap();
            out.push(if at <= three.len() {
                char::from(ALPHABET[six])
            } else {
                '='
            });
        }
        if index % 16 == 15 {
            out.push('\n');
        }
    }
    writeln!(out, "\n-----END CERTIFICATE-----").unwrap();
    out
}

/// What came over one connection beyond the handshake.
#[derive(Debug, PartialEq, Eq)]
enum Heard {
    Bytes(Vec<u8>),
    BrokenOff,
}

/// A server; its port, and what each connection brought.
fn server(identity: &Identity, client: Option<&Authority>) -> (u16, Receiver<Heard>) {
    let provider = Arc::new(ring::default_provider());
    let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap();
    let config = match client {
        None => config.with_no_client_auth(),
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            roots.add(authority.der().clone()).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            config.with_client_cert_verifier(verifier.build().unwrap())
        }
    };
    let config = config
        .with_single_cert(identity.chain.clone(), identity.key())
        .unwrap();
    let config = Arc::new(config);
    listen(move |mut stream| {
        let mut connection = ServerConnection::new(Arc::clone(&config)).unwrap();
        while connection.is_handshaking() {
            if connection.complete_io(&mut stream).is_err() {
                return Heard::BrokenOff;
            }
        }
        let mut heard = Vec::new();
        let mut tls = rustls::Stream::new(&mut connection, &mut stream);
        let _ = tls.read_to_end(&mut heard);
        Heard::Bytes(heard)
    })
}

/// A listener that treats each connection in the same way.
fn listen(each: impl Fn(TcpStream) -> Heard + Send + 'static) -> (u16, Receiver<Heard>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            if sender.send(each(stream.unwrap())).is_err() {
                return;
            }
        }
    });
    (port, receiver)
}

/// The report on an entry of remote_write; `SECRET` must never leave this machine.
fn report(url: &str, settings: &str, files: &[(&str, &str)], system: &str) -> Value {
    let config = format!(
        "global: {{external_labels: {{cluster: one}}}}\nremote_write:\n  - url: {url}\n    \
         basic_auth: {{username: me, password_file: token}}\n{settings}"
    );
    let all = [
        ("prometheus.yml", &*config),
        ("token", SECRET),
        ("system.pem", system),
    ];
    let folder = Scratch::new(&all);
    folder.write(files);
    let ran = Ran::of(
        promvet_command(folder.path())
            .args(["--online", "--now", "2026-11-22"])
            .args(["--format", "json", "prometheus.yml"])
            .env("SSL_CERT_FILE", folder.at("system.pem"))
            .env_remove("SSL_CERT_DIR"),
    );
    assert!(ran.status.is_some_and(|code| code < 2), "{}", ran.stderr);
    ran.json()
}

const SECRET: &str = "promvet-online-secret";

/// The findings in a line each: `severity rule message`.
fn findings(report: &Value) -> Vec<String> {
    let line = |one: &Value| {
        let (severity, rule) = (text(one, "severity"), text(one, "rule"));
        format!("{severity} {rule} {}", text(one, "message"))
    };
    report::findings(report).iter().map(line).collect()
}

fn unchecked(report: &Value) -> Vec<String> {
    let list = list(report, "unchecked").iter();
    list.map(|one| text(one, "reason").to_owned()).collect()
}

const SKIP: &str = "    tls_config: {insecure_skip_verify: true}\n";
const CA: &str = "    tls_config: {ca_file: ca.pem}\n";

/// What a server shows, the settings of the entry, files of the tree, and how the findings begin.
type Case<'c> = (Identity, &'c str, Vec<(&'c str, &'c str)>, Vec<String>);

#[test]
fn what_a_server_shows_is_judged_and_nothing_is_sent() {
    let production = authority("Let's Encrypt", "R13");
    let public = authority("Some Trust Services", "WR1");
    let staging = authority("(STAGING) Let's Encrypt", "(STAGING) Riddling Rhubarb R12");
    let own = authority("Example", "Example Root");
    let system = pem(production.der()) + &pem(public.der());
    let year = (2027, 6, 1);
    let certificate = "error tls/certificate the certificate that localhost presents";
    let skipped =
        "tls/insecure-skip-verify `insecure_skip_verify`: the certificate is not verified";
    let needless = "tls/insecure-skip-verify `insecure_skip_verify` is not needed";
    let alone = Identity::new(&["localhost"], year, None);
    let alone_pem = alone.pem();
    let own_pem = pem(own.der());
    let policy = "issuers: [{hosts: localhost, issuer: letsencrypt-prod}]\n";
    let cases: Vec<Case<'_>> = vec![
        (Identity::new(&["localhost"], year, Some(&production)), "", vec![], vec![]),
        (Identity::new(&["x.example.com", "localhost"], year, Some(&public)), "", vec![], vec![]),
        (
            Identity::new(&["localhost"], year, Some(&production)),
            SKIP,
            vec![],
            vec![format!("error {needless}, since the issuer is Let's Encrypt (production)")],
        ),
        (
            Identity::new(&["localhost"], year, Some(&public)),
            SKIP,
            vec![],
            vec![format!("error {needless}, since the issuer is public")],
        ),
        (
            Identity::new(&["localhost"], year, Some(&staging)),
            SKIP,
            vec![],
            vec![format!("info {skipped}, which is right only for tests")],
        ),
        (
            Identity::new(&["localhost"], year, Some(&own)),
            SKIP,
            vec![],
            vec![format!("warning {needless}, since the private issuer is known")],
        ),
        (
            Identity::new(&["localhost"], year, Some(&staging)),
            "",
            vec![],
            vec![format!(
                "{certificate} is signed by (STAGING) Let's Encrypt ((STAGING) Riddling Rhubarb R12), an authority \
                 that this machine does not trust: every send fails"
            )],
        ),
        (
            Identity::new(&["localhost"], (2026, 11, 1), Some(&production)),
            "",
            vec![],
            vec![format!("{certificate} expired on 2026-11-01: every send fails")],
        ),
        (
            Identity::new(&["localhost"], (2026, 11, 30), Some(&production)),
            "",
            vec![],
            vec!["warning tls/certificate the certificate that localhost presents expires on 2026-11-30".to_owned()],
        ),
        (
            Identity::new(&["metrics.example.com"], year, Some(&production)),
            "",
            vec![],
            vec![format!("{certificate} is valid for metrics.example.com, not for localhost: every send fails")],
        ),
        (
            Identity::new(&["*.example.com"], year, Some(&production)),
            "    tls_config: {server_name: metrics.example.com}\n",
            vec![],
            vec![],
        ),
        (
            Identity::new(&["localhost"], (2026, 11, 1), None),
            "",
            vec![],
            vec![format!(
                "{certificate} expired on 2026-11-01, and is signed by itself, an authority that this machine \
                 does not trust: every send fails"
            )],
        ),
        (alone, CA, vec![("ca.pem", &alone_pem)], vec![]),
        (Identity::new(&["localhost"], year, Some(&own)), CA, vec![("ca.pem", &own_pem)], vec![]),
        (
            Identity::new(&["localhost"], year, Some(&production)),
            CA,
            vec![("ca.pem", &own_pem)],
            vec![format!(
                "{certificate} is signed by Let's Encrypt (R13), which is not among the configured authorities: every send fails"
            )],
        ),
        (
            Identity::new(&["localhost"], year, Some(&own)),
            SKIP,
            vec![("promvet.yaml", policy)],
            vec![
                format!("error {needless}, since the issuer is Let's Encrypt (production)"),
                "warning tls/certificate the certificate of this host should be issued by letsencrypt-prod, but the server \
                 presents one signed by Example (Example Root)"
                    .to_owned(),
            ],
        ),
    ];
    for (identity, settings, files, want) in cases {
        let (port, heard) = server(&identity, None);
        let url = format!("https://localhost:{port}/api/v1/push");
        let report = report(&url, settings, &files, &system);
        let mut found = findings(&report);
        found.sort();
        let mut want = want;
        want.sort();
        assert_eq!(found.len(), want.len(), "{settings} {found:#?} {want:#?}");
        for (found, want) in found.iter().zip(&want) {
            assert!(found.starts_with(want.as_str()), "{found}\n{want}");
        }
        assert_eq!(
            unchecked(&report),
            Vec::<String>::new(),
            "{settings} {want:?}"
        );
        let heard = heard.recv_timeout(Duration::from_secs(5)).unwrap();
        assert_eq!(heard, Heard::Bytes(Vec::new()), "{settings} {want:?}");
    }
}

#[test]
fn a_server_that_wants_a_client_certificate_is_seen_too() {
    let own = authority("Example", "Example Root");
    let identity = Identity::new(&["localhost"], (2026, 11, 1), Some(&own));
    let (port, _heard) = server(&identity, Some(&own));
    let url = format!("https://localhost:{port}/api/v1/push");
    let own_pem = pem(own.der());
    let report = report(&url, CA, &[("ca.pem", &own_pem)], &own_pem);
    let found = findings(&report);
    assert!(
        found.len() == 1 && found[0].contains("expired on 2026-11-01"),
        "{found:#?}"
    );
}

#[test]
fn what_is_not_seen_is_reported() {
    let own = authority("Example", "Example Root");
    let system = pem(own.der());
    let (plain, _) = listen(|mut stream| {
        let _ = stream.read(&mut [0; 64]);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        Heard::BrokenOff
    });
    let (proxied, heard) = listen(|_| Heard::BrokenOff);
    let gone = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let cases = [
        (
            format!("https://localhost:{plain}/api/v1/push"),
            "",
            "it does not support TLS",
        ),
        (
            format!("https://localhost:{gone}/api/v1/push"),
            "",
            "no connection could be made",
        ),
        (
            format!("https://localhost:{proxied}/api/v1/push"),
            "    proxy_url: http://127.0.0.1:3128\n",
            "through a proxy",
        ),
        (
            format!("https://localhost:{proxied}/api/v1/push"),
            "    proxy_from_environment: true\n",
            "through a proxy",
        ),
        (
            format!("https://localhost:{proxied}/api/v1/push"),
            "    tls_config: {server_name: '${NAME}'}\n",
            "its `server_name` is filled in later",
        ),
        (
            "https://${HOST}/api/v1/push".to_owned(),
            "",
            "filled in later",
        ),
    ];
    for (url, settings, want) in cases {
        let report = report(&url, settings, &[], &system);
        let reasons = unchecked(&report);
        assert!(
            reasons.len() == 1 && reasons[0].contains(want),
            "{url} {reasons:#?}"
        );
        let errors = findings(&report);
        assert!(
            !errors.iter().any(|one| one.contains("tls/certificate")),
            "{errors:#?}"
        );
    }
    assert!(heard.try_recv().is_err(), "nobody asks past a proxy");
    let plain_http = report(
        &format!("http://localhost:{proxied}/api/v1/push"),
        "",
        &[],
        &system,
    );
    assert_eq!(unchecked(&plain_http), Vec::<String>::new());
    assert!(heard.try_recv().is_err());
}

#[test]
fn no_one_waits_longer_than_the_limit() {
    let (silent, _) = listen(|stream| {
        thread::sleep(Duration::from_secs(60));
        drop(stream);
        Heard::BrokenOff
    });
    // One byte now and then, each in time by itself.
    let (dripping, _) = listen(|mut stream| {
        for byte in [22_u8, 3, 3, 64, 0].into_iter().chain([0; 600]) {
            if stream.write_all(&[byte]).is_err() {
                break;
            }
            thread::sleep(Duration::from_millis(100));
        }
        Heard::BrokenOff
    });
    let each = Duration::from_millis(400);
    let online = Online::within(each, Duration::from_millis(1000));
    let target = |host: &str, port| HandshakeTarget {
        host: host.to_owned(),
        port,
        name: "localhost".to_owned(),
    };
    let start = Instant::now();
    for port in [silent, dripping] {
        let answer = online.shake(&target("127.0.0.1", port));
        assert_eq!(answer, Err(HandshakeFailure::TimedOut(each)));
    }
    // What was asked once is not asked again.
    assert_eq!(
        online.shake(&target("127.0.0.1", silent)),
        Err(HandshakeFailure::TimedOut(each))
    );
    assert!(
        start.elapsed() < Duration::from_millis(1000),
        "{:?}",
        start.elapsed()
    );
    thread::sleep(Duration::from_millis(1000));
    let late = online.shake(&target("localhost", silent));
    assert_eq!(late, Err(HandshakeFailure::NoTimeLeft));
}
