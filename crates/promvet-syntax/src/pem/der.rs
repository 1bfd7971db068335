//! Certificates and keys in DER (X.690), as far as it takes to know whose they are and until when.

use promvet_text::Day;

/// A value with its tag.
#[derive(Clone, Copy)]
struct Value<'d> {
    tag: u8,
    content: &'d [u8],
}

/// Reads one value after the other.
#[derive(Clone, Copy)]
struct Reader<'d> {
    rest: &'d [u8],
}

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const OBJECT: u8 = 0x06;
const UTC_TIME: u8 = 0x17;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;

/// `rsaEncryption` and `id-ecPublicKey`.
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
/// `id-at-commonName` and `id-at-organizationName`.
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const ORGANIZATION: &[u8] = &[0x55, 0x04, 0x0a];
/// `id-ce-subjectAltName`, and the tags of its DNS names and addresses.
const ALTERNATIVE_NAMES: &[u8] = &[0x55, 0x1d, 0x11];
const DNS_NAME: u8 = 0x82;
const ADDRESS: u8 = 0x87;
/// The tag of a certificate's extensions.
const EXTENSIONS: u8 = 0xa3;

impl<'d> Reader<'d> {
    fn new(rest: &'d [u8]) -> Self {
        Self { rest }
    }

    fn value(&mut self) -> Option<Value<'d>> {
        let (&tag, rest) = self.rest.split_first()?;
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(first), rest),
            // Four bytes of length are 4 GiB, more than any file that is read; longer ones are
            // refused so that the shift cannot overflow.
            0x81..=0x84 => {
                let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
                (
                    digits
                        .iter()
                        .fold(0, |length, &byte| length << 8 | usize::from(byte)),
                    rest,
                )
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.rest = rest;
        Some(Value { tag, content })
    }

    fn expect(&mut self, tag: u8) -> Option<Self> {
        let value = self.value().filter(|value| value.tag == tag)?;
        Some(Self::new(value.content))
    }
}

/// What of a key is public and the same in a certificate and its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PublicPart {
    /// The modulus.
    Rsa(Vec<u8>),
    /// The point.
    Ec(Vec<u8>),
}

/// A certificate.
#[derive(Clone, Debug)]
pub(super) struct Certificate {
    /// Seconds since 1970.
    pub(super) not_before: i64,
    /// Seconds since 1970.
    pub(super) not_after: i64,
    /// The common name of the subject.
    pub(super) name: Option<String>,
    /// Whose authority it is signed by: its organization and its common name.
    pub(super) issuer: Issuer,
    /// Whether the issuer is the subject.
    pub(super) is_self_issued: bool,
    /// The names and addresses that it is made out to.
    pub(super) names: Vec<String>,
    /// None for kinds of keys that are not known here.
    pub(super) public: Option<PublicPart>,
}

/// Who signed a certificate, as far as it says.
#[derive(Clone, Debug, Default)]
pub(super) struct Issuer {
    pub(super) organization: Option<String>,
    pub(super) name: Option<String>,
}

/// `Certificate` of RFC 5280.
pub(super) fn certificate(der: &[u8]) -> Option<Certificate> {
    let mut outer = Reader::new(der).expect(SEQUENCE)?;
    let mut fields = outer.expect(SEQUENCE)?;
    let mut first = fields.value()?;
    // The version is left out by certificates of version 1, since it is the default (RFC 5280,
    // 4.1).
    if first.tag == 0xa0 {
        first = fields.value()?;
    }
    if first.tag != INTEGER {
        return None;
    }
    fields.expect(SEQUENCE)?;
    let issuer = fields.expect(SEQUENCE)?;
    let mut validity = fields.expect(SEQUENCE)?;
    let not_before = time(validity.value()?)?;
    let not_after = time(validity.value()?)?;
    let subject = fields.expect(SEQUENCE)?;
    let name = attribute(subject, COMMON_NAME);
    let public = public_part(fields.expect(SEQUENCE)?);
    Some(Certificate {
        not_before,
        not_after,
        name,
        issuer: Issuer {
            organization: attribute(issuer, ORGANIZATION),
            name: attribute(issuer, COMMON_NAME),
        },
        is_self_issued: issuer.rest == subject.rest,
        names: alternative_names(fields).unwrap_or_default(),
        public,
    })
}

/// The DNS names and addresses in what follows the key.
fn alternative_names(mut fields: Reader<'_>) -> Option<Vec<String>> {
    let extensions = loop {
        let value = fields.value()?;
        if value.tag == EXTENSIONS {
            break value.content;
        }
    };
    let mut extensions = Reader::new(extensions).expect(SEQUENCE)?;
    while let Some(mut extension) = extensions.expect(SEQUENCE) {
        if extension.expect(OBJECT)?.rest != ALTERNATIVE_NAMES {
            continue;
        }
        // Whether it is critical may be in front.
        let mut value = extension.value()?;
        if value.tag != OCTET_STRING {
            value = extension.value()?;
        }
        let mut names = Reader::new(value.content).expect(SEQUENCE)?;
        let all = std::iter::from_fn(|| names.value());
        return Some(all.filter_map(general_name).collect());
    }
    None
}

fn general_name(value: Value<'_>) -> Option<String> {
    match value.tag {
        DNS_NAME => plain(value.content),
        ADDRESS => match <[u8; 4]>::try_from(value.content) {
            Ok(v4) => Some(std::net::Ipv4Addr::from(v4).to_string()),
            Err(_) => {
                let v6 = <[u8; 16]>::try_from(value.content).ok()?;
                Some(std::net::Ipv6Addr::from(v6).to_string())
            }
        },
        _ => None,
    }
}

/// `UTCTime` or `GeneralizedTime`, both in UTC with seconds in certificates.
fn time(value: Value<'_>) -> Option<i64> {
    let text = std::str::from_utf8(value.content).ok()?.strip_suffix('Z')?;
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (year, rest) = text.split_at_checked(if value.tag == UTC_TIME { 2 } else { 4 })?;
    let year: i64 = year.parse().ok()?;
    let year = match (value.tag, year) {
        // Two digits below 50 are of this century (RFC 5280, 4.1.2.5.1), as in `x509.parseTime`.
        (UTC_TIME, 0..50) => year + 2000,
        (UTC_TIME, _) => year + 1900,
        _ => year,
    };
    let two = |at: usize| rest.get(at..at + 2)?.parse().ok();
    let day = Day::new(year, two(0)?, two(2)?)?;
    let (hour, minute, second) = (two(4)?, two(6)?, two(8)?);
    let fits = (0..24).contains(&hour) && (0..60).contains(&minute) && (0..=60).contains(&second);
    fits.then(|| day.start() + hour * 3600 + minute * 60 + second)
}

/// The last attribute of a kind in a name, if it is short and plain text.
fn attribute(mut name: Reader<'_>, kind: &[u8]) -> Option<String> {
    let mut found = None;
    while let Some(mut set) = name.expect(SET) {
        let Some(mut pair) = set.expect(SEQUENCE) else {
            continue;
        };
        if pair
            .value()
            .is_some_and(|oid| oid.tag == OBJECT && oid.content == kind)
        {
            found = pair.value().and_then(|value| plain(value.content));
        }
    }
    found
}

/// A text, if it is short and has no control characters.
fn plain(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8(bytes.to_vec()).ok()?;
    // 253 bytes are the longest DNS name, so that a subject cannot fill a message.
    (text.len() <= 253 && !text.chars().any(char::is_control)).then_some(text)
}

/// `SubjectPublicKeyInfo`.
fn public_part(mut info: Reader<'_>) -> Option<PublicPart> {
    let algorithm = info.expect(SEQUENCE)?.value()?;
    // The first byte of a bit string counts unused bits.
    let (_, key) = info.expect(BIT_STRING)?.rest.split_first()?;
    match algorithm.content {
        RSA => modulus(Reader::new(key).expect(SEQUENCE)?),
        EC => Some(PublicPart::Ec(key.to_vec())),
        _ => None,
    }
}

fn modulus(mut key: Reader<'_>) -> Option<PublicPart> {
    let modulus = key.expect(INTEGER)?;
    Some(PublicPart::Rsa(modulus.rest.to_vec()))
}

/// The public part of a private key: PKCS#8, PKCS#1 (RFC 8017) or SEC 1 (RFC 5915).
pub(super) fn key(der: &[u8]) -> Option<PublicPart> {
    let mut fields = Reader::new(der).expect(SEQUENCE)?;
    fields.expect(INTEGER)?;
    let second = fields.value()?;
    match second.tag {
        SEQUENCE => {
            let algorithm = Reader::new(second.content).value()?;
            let inner = fields.expect(OCTET_STRING)?;
            let mut inner = Reader::new(inner.rest).expect(SEQUENCE)?;
            inner.expect(INTEGER)?;
            match algorithm.content {
                RSA => modulus(inner),
                EC => ec_point(inner),
                _ => None,
            }
        }
        INTEGER => Some(PublicPart::Rsa(second.content.to_vec())),
        OCTET_STRING => ec_point(Reader { rest: fields.rest }),
        _ => None,
    }
}

/// The public key at the end of `ECPrivateKey`, which may be left out.
fn ec_point(mut fields: Reader<'_>) -> Option<PublicPart> {
    while let Some(value) = fields.value() {
        if value.tag == 0xa1 {
            let (_, point) = Reader::new(value.content)
                .expect(BIT_STRING)?
                .rest
                .split_first()?;
            return Some(PublicPart::Ec(point.to_vec()));
        }
    }
    None
}
