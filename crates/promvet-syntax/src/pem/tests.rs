//! Certificates and keys are put together here, so that no real key is in the repository.

use super::{PemRole, check, is_pair};
use promvet_text::Severity;

const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];

fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = u16::try_from(content.len()).unwrap();
    let [high, low] = length.to_be_bytes();
    let header = if length < 0x80 {
        vec![tag, low]
    } else {
        vec![tag, 0x82, high, low]
    };
    [header, content].concat()
}

fn rsa_key(modulus: &[u8]) -> Vec<u8> {
    der(
        0x30,
        &[
            &der(2, &[&[0]]),
            &der(2, &[modulus]),
            &der(2, &[&[1, 0, 1]]),
        ],
    )
}

fn ec_key(point: &[u8]) -> Vec<u8> {
    let public = der(0xa1, &[&der(3, &[&[0], point])]);
    der(0x30, &[&der(2, &[&[1]]), &der(4, &[&[7; 32]]), &public])
}

fn pkcs8(algorithm: &[u8], key: &[u8]) -> Vec<u8> {
    der(
        0x30,
        &[
            &der(2, &[&[0]]),
            &der(0x30, &[&der(6, &[algorithm])]),
            &der(4, &[key]),
        ],
    )
}

/// A certificate with a common name, valid through two dates.
fn certificate(name: &str, from: &str, to: &str, algorithm: &[u8], public: &[u8]) -> Vec<u8> {
    let date = |text: &str| {
        der(
            if text.len() == 13 { 0x17 } else { 0x18 },
            &[text.as_bytes()],
        )
    };
    let subject = der(
        0x31,
        &[&der(
            0x30,
            &[&der(6, &[&[0x55, 4, 3]]), &der(0x0c, &[name.as_bytes()])],
        )],
    );
    let info = der(
        0x30,
        &[
            &der(0x30, &[&der(6, &[algorithm])]),
            &der(3, &[&[0], public]),
        ],
    );
    let fields = der(
        0x30,
        &[
            &der(0xa0, &[&der(2, &[&[2]])]),
            &der(2, &[&[1]]),
            &der(0x30, &[]),
            &der(0x30, &[]),
            &der(0x30, &[&date(from), &date(to)]),
            &der(0x30, &[&subject]),
            &info,
        ],
    );
    der(0x30, &[&fields])
}

fn valid(name: &str) -> Vec<u8> {
    certificate(name, "250101000000Z", "20600101000000Z", EC, &[4, 1, 2])
}

fn expired(name: &str) -> Vec<u8> {
    certificate(name, "250101000000Z", "260301120000Z", EC, &[4, 1, 2])
}

fn pem(label: &str, content: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = format!("-----BEGIN {label}-----\n");
    for (index, group) in content.chunks(3).enumerate() {
        let mut bytes = [0; 4];
        bytes[1..=group.len()].copy_from_slice(group);
        let bits = u32::from_be_bytes(bytes);
        for sextet in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * sextet) & 63) as usize];
            out.push(if sextet > group.len() {
                '='
            } else {
                char::from(digit)
            });
        }
        if index % 16 == 15 {
            out.push('\n');
        }
    }
    out + &format!("\n-----END {label}-----\n")
}

/// 2026-11-22.
const NOW: i64 = 1_795_368_963;

fn reported(role: PemRole, file: &str) -> Vec<(Severity, String)> {
    let faults = check(role, file.as_bytes(), NOW);
    faults
        .into_iter()
        .map(|fault| (fault.severity, fault.message))
        .collect()
}

#[test]
fn sound_files_give_nothing() {
    let certificate = pem("CERTIFICATE", &valid("a"));
    let chain = format!(
        "Bag Attributes\n{certificate}\n{}",
        pem("CERTIFICATE", &expired("old"))
    );
    for (role, file) in [
        (PemRole::Authorities, &certificate),
        (PemRole::Certificate, &certificate),
        (PemRole::Certificate, &chain),
        (
            PemRole::Certificate,
            &format!("{}{certificate}", pem("PRIVATE KEY", &rsa_key(&[1]))),
        ),
        (PemRole::Key, &pem("RSA PRIVATE KEY", &rsa_key(&[1]))),
        (PemRole::Key, &pem("EC PRIVATE KEY", &ec_key(&[1]))),
        (
            PemRole::Key,
            &pem("PRIVATE KEY", &pkcs8(RSA, &rsa_key(&[1]))),
        ),
        (
            PemRole::Key,
            &format!(
                "{}{}",
                pem("EC PARAMETERS", &[6]),
                pem("EC PRIVATE KEY", &ec_key(&[1]))
            ),
        ),
    ] {
        assert_eq!(reported(role, file), vec![], "{role:?} {file}");
    }
}

#[test]
fn what_does_not_fit_its_role_is_reported() {
    let certificate = pem("CERTIFICATE", &valid("a"));
    let key = pem("PRIVATE KEY", &pkcs8(EC, &ec_key(&[4])));
    for (role, file, words) in [
        (
            PemRole::Key,
            certificate.as_str(),
            "a certificate, but no private key",
        ),
        (
            PemRole::Certificate,
            &key,
            "a private key, but no certificate",
        ),
        (
            PemRole::Authorities,
            &key,
            "a private key, but no certificate",
        ),
        (PemRole::Authorities, "hunter2", "no PEM block"),
        (PemRole::Key, "", "no PEM block"),
        (
            PemRole::Key,
            &pem("ENCRYPTED PRIVATE KEY", &[1]),
            "encrypted",
        ),
        (
            PemRole::Key,
            &pem("PRIVATE KEY", b"").replace("\n\n", "\nProc-Type: 4,ENCRYPTED\n\n"),
            "encrypted",
        ),
        (
            PemRole::Certificate,
            &pem("CERTIFICATE REQUEST", &[1]),
            "`CERTIFICATE REQUEST`",
        ),
        (
            PemRole::Certificate,
            &pem("hunter2", &[1]),
            "a PEM block of another kind",
        ),
        (
            PemRole::Certificate,
            &pem("CERTIFICATE", &[0x30, 0x01]),
            "damaged",
        ),
        (
            PemRole::Certificate,
            &pem("CERTIFICATE", &expired("web")),
            "\"web\", which expired on 2026-03-01",
        ),
        (
            PemRole::Authorities,
            &pem(
                "CERTIFICATE",
                &super::tests::certificate("ca", "280101000000Z", "300101000000Z", RSA, &[]),
            ),
            "not valid before 2028-01-01",
        ),
    ] {
        let reported = reported(role, file);
        assert_eq!(reported.len(), 1, "{role:?} {file}");
        assert_eq!(reported[0].0, Severity::Error);
        assert!(reported[0].1.contains(words), "{}", reported[0].1);
        assert!(!reported[0].1.contains("hunter2"), "{}", reported[0].1);
    }
    assert!(
        check(PemRole::Authorities, b"\x30\x82\x01\x02\0", NOW)[0]
            .message
            .contains("DER")
    );
}

#[test]
fn an_old_authority_among_good_ones_is_only_worth_knowing() {
    let file = pem("CERTIFICATE", &expired("old")) + &pem("CERTIFICATE", &valid("new"));
    let reported = reported(PemRole::Authorities, &file);
    assert_eq!(reported.len(), 1);
    assert_eq!(reported[0].0, Severity::Info);
}

#[test]
fn a_key_matches_its_certificate_and_no_other() {
    let ec = |point: &[u8]| {
        pem(
            "CERTIFICATE",
            &certificate("a", "250101000000Z", "300101000000Z", EC, point),
        )
    };
    let rsa = |modulus: &[u8]| {
        let key = der(0x30, &[&der(2, &[modulus]), &der(2, &[&[1, 0, 1]])]);
        pem(
            "CERTIFICATE",
            &certificate("a", "250101000000Z", "300101000000Z", RSA, &key),
        )
    };
    for (certificate, key, want) in [
        (
            ec(&[4, 1]),
            pem("EC PRIVATE KEY", &ec_key(&[4, 1])),
            Some(true),
        ),
        (
            ec(&[4, 1]),
            pem("PRIVATE KEY", &pkcs8(EC, &ec_key(&[4, 1]))),
            Some(true),
        ),
        (
            ec(&[4, 1]),
            pem("EC PRIVATE KEY", &ec_key(&[4, 2])),
            Some(false),
        ),
        (
            rsa(&[9, 9]),
            pem("RSA PRIVATE KEY", &rsa_key(&[9, 9])),
            Some(true),
        ),
        (
            rsa(&[9, 9]),
            pem("PRIVATE KEY", &pkcs8(RSA, &rsa_key(&[9, 8]))),
            Some(false),
        ),
        (
            rsa(&[9, 9]),
            pem("EC PRIVATE KEY", &ec_key(&[9, 9])),
            Some(false),
        ),
        (
            ec(&[4, 1]),
            pem(
                "EC PRIVATE KEY",
                &der(0x30, &[&der(2, &[&[1]]), &der(4, &[&[7]])]),
            ),
            None,
        ),
        (
            ec(&[4, 1]),
            pem(
                "PRIVATE KEY",
                &pkcs8(&[0x2b, 0x65, 0x70], &der(4, &[&[7; 32]])),
            ),
            None,
        ),
        (ec(&[4, 1]), "nothing".into(), None),
    ] {
        assert_eq!(is_pair(certificate.as_bytes(), key.as_bytes()), want);
    }
}

proptest::proptest! {
    #[test]
    fn no_bytes_panic(
        cut in 0_usize..200,
        at in 0_usize..200,
        byte: u8,
        text in "(-----BEGIN |-----END |CERTIFICATE|PRIVATE KEY|-----|\n|MII|=|\\PC){0,12}",
    ) {
        let mut content = valid("a");
        content.truncate(cut);
        if let Some(place) = content.get_mut(at) {
            *place = byte;
        }
        for file in [pem("CERTIFICATE", &content), pem("PRIVATE KEY", &content), text] {
            for role in [PemRole::Authorities, PemRole::Certificate, PemRole::Key] {
                let _ = check(role, file.as_bytes(), NOW);
            }
            let _ = is_pair(file.as_bytes(), file.as_bytes());
        }
    }
}
