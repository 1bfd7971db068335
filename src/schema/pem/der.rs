//! Certificates and keys in DER (X.690), as far as it takes to know whose they are and until when.

use super::date;

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
/// `id-at-commonName`.
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];

impl<'d> Reader<'d> {
    fn new(rest: &'d [u8]) -> Self {
        Self { rest }
    }

    fn value(&mut self) -> Option<Value<'d>> {
        let (&tag, rest) = self.rest.split_first()?;
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(first), rest),
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
    /// None for kinds of keys that are not known here.
    pub(super) public: Option<PublicPart>,
}

/// `Certificate` of RFC 5280.
pub(super) fn certificate(der: &[u8]) -> Option<Certificate> {
    let mut outer = Reader::new(der).expect(SEQUENCE)?;
    let mut fields = outer.expect(SEQUENCE)?;
    let mut first = fields.value()?;
    if first.tag == 0xa0 {
        first = fields.value()?;
    }
    if first.tag != INTEGER {
        return None;
    }
    fields.expect(SEQUENCE)?;
    fields.expect(SEQUENCE)?;
    let mut validity = fields.expect(SEQUENCE)?;
    let not_before = time(validity.value()?)?;
    let not_after = time(validity.value()?)?;
    let name = common_name(fields.expect(SEQUENCE)?);
    let public = public_part(fields.expect(SEQUENCE)?);
    Some(Certificate {
        not_before,
        not_after,
        name,
        public,
    })
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
        (UTC_TIME, 0..50) => year + 2000,
        (UTC_TIME, _) => year + 1900,
        _ => year,
    };
    let two = |at: usize| rest.get(at..at + 2)?.parse().ok();
    date::seconds([year, two(0)?, two(2)?, two(4)?, two(6)?, two(8)?])
}

/// The last common name of a subject, if it is short and plain text.
fn common_name(mut subject: Reader<'_>) -> Option<String> {
    let mut found = None;
    while let Some(mut set) = subject.expect(SET) {
        let Some(mut pair) = set.expect(SEQUENCE) else {
            continue;
        };
        if pair
            .value()
            .is_some_and(|oid| oid.tag == OBJECT && oid.content == COMMON_NAME)
        {
            found = pair
                .value()
                .and_then(|value| String::from_utf8(value.content.to_vec()).ok());
        }
    }
    found.filter(|name| name.len() <= 100 && !name.chars().any(char::is_control))
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
