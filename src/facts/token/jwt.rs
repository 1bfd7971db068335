//! JSON web tokens: their public claims, and whether they hold now (RFC 7519). The signature is
//! not looked at.

use promvet_syntax::base64;
use serde_json::{Map, Value};

/// The longest claim that is kept, in characters: an issuer or an audience is a URL, and is shown whole.
const LONGEST: usize = 200;

/// A token that lives longer than this is not renewed by itself, so that its end is worth a
/// warning; in seconds. What renews tokens does so within hours or days.
const LONG_LIVED: i64 = 28 * DAY;

/// How long before its end a token is reported as about to expire, in seconds: two weeks are enough to
/// replace it, also where a release takes a week.
const SOON: i64 = 14 * DAY;

const DAY: i64 = 24 * 60 * 60;

/// The public part of a token.
#[derive(Clone, Debug, PartialEq)]
pub struct Jwt {
    /// `alg` of the header.
    pub algorithm: Option<String>,
    /// `kid` of the header.
    pub key_id: Option<String>,
    /// `iss`
    pub issuer: Option<String>,
    /// `sub`
    pub subject: Option<String>,
    /// `aud`, which may be one or several.
    pub audiences: Vec<String>,
    /// `exp`, in seconds since 1970.
    pub expires: Option<i64>,
    /// `nbf`, in seconds since 1970.
    pub not_before: Option<i64>,
    /// `iat`, in seconds since 1970.
    pub issued: Option<i64>,
    /// Whether it holds at the time that was given.
    pub timing: Timing,
}

/// Whether a token holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timing {
    /// It holds, or says nothing of time.
    Valid,
    /// It has ended this many seconds ago.
    Expired(i64),
    /// It is made for a long time and ends in this many seconds, within two weeks.
    ExpiresSoon(i64),
    /// It begins in this many seconds.
    NotYetValid(i64),
}

impl Jwt {
    /// Takes a token apart; none if it is not a JWT.
    pub(super) fn read(text: &str, now: i64) -> Option<Self> {
        let mut parts = text.split('.');
        let (header, claims, signature) = (parts.next()?, parts.next()?, parts.next()?);
        let signature_fits = base64::is_url(signature);
        if parts.next().is_some() || !signature_fits {
            return None;
        }
        let header = object(header)?;
        let claims = object(claims)?;
        // Any JSON object could be there; a JWT names its algorithm.
        let algorithm = Some(text_of(&header, "alg")?);
        let (expires, not_before) = (seconds(&claims, "exp"), seconds(&claims, "nbf"));
        let issued = seconds(&claims, "iat");
        Some(Self {
            algorithm,
            key_id: text_of(&header, "kid"),
            issuer: text_of(&claims, "iss"),
            subject: text_of(&claims, "sub"),
            audiences: audiences(&claims),
            expires,
            not_before,
            issued,
            timing: timing(expires, not_before, issued, now),
        })
    }

    /// Whether it says to be signed (RFC 7519, section 6, of tokens that are not).
    #[must_use]
    pub fn is_signed(&self) -> bool {
        let algorithm = self.algorithm.as_deref();
        !algorithm.is_some_and(|name| name.eq_ignore_ascii_case("none"))
    }

    /// Whether it belongs to a service account of Kubernetes (kubernetes/kubernetes
    /// `pkg/serviceaccount/claims.go`, `legacy.go`).
    #[must_use]
    pub fn is_of_service_account(&self) -> bool {
        let mut subject = self.subject.iter();
        subject.any(|subject| subject.starts_with("system:serviceaccount:"))
    }
}

fn timing(expires: Option<i64>, not_before: Option<i64>, issued: Option<i64>, now: i64) -> Timing {
    if let Some(end) = expires {
        if end <= now {
            return Timing::Expired(now.saturating_sub(end));
        }
        let life = issued.or(not_before).map(|start| end.saturating_sub(start));
        let left = end.saturating_sub(now);
        if left <= SOON && life.is_none_or(|life| life > LONG_LIVED) {
            return Timing::ExpiresSoon(left);
        }
    }
    match not_before {
        Some(start) if start > now => Timing::NotYetValid(start.saturating_sub(now)),
        _ => Timing::Valid,
    }
}

fn object(part: &str) -> Option<Map<String, Value>> {
    let bytes = base64::decode_url(part)?;
    match serde_json::from_slice(&bytes).ok()? {
        Value::Object(object) => Some(object),
        _ => None,
    }
}

/// A claim as text fit for output: cut, and without characters that would write on a terminal.
fn text_of(object: &Map<String, Value>, key: &str) -> Option<String> {
    clean(object.get(key)?)
}

fn clean(value: &Value) -> Option<String> {
    let kept = value.as_str()?.chars().filter(|c| !is_hidden(*c));
    Some(kept.take(LONGEST).collect())
}

fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn audiences(claims: &Map<String, Value>) -> Vec<String> {
    match claims.get("aud") {
        Some(Value::Array(list)) => list.iter().filter_map(clean).take(LONGEST).collect(),
        Some(one) => clean(one).into_iter().collect(),
        None => Vec::new(),
    }
}

/// A NumericDate, which may have a fraction.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a float becomes the nearest i64 there is"
)]
fn seconds(claims: &Map<String, Value>, key: &str) -> Option<i64> {
    let value = claims.get(key)?;
    value.as_i64().or_else(|| Some(value.as_f64()? as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_decides() {
        let now = 1_000_000_000;
        for (expires, not_before, issued, want) in [
            (None, None, None, Timing::Valid),
            (Some(now), None, None, Timing::Expired(0)),
            (Some(now - 5), None, None, Timing::Expired(5)),
            (
                Some(now + 60),
                None,
                Some(now - 300 * DAY),
                Timing::ExpiresSoon(60),
            ),
            (Some(now + 60), None, None, Timing::ExpiresSoon(60)),
            // Kubernetes renews tokens of an hour by itself.
            (Some(now + 60), None, Some(now - 3547), Timing::Valid),
            (Some(now + SOON + 1), None, None, Timing::Valid),
            (
                Some(now + 9 * SOON),
                Some(now + 7),
                None,
                Timing::NotYetValid(7),
            ),
            (None, Some(now), None, Timing::Valid),
            (Some(i64::MIN), None, None, Timing::Expired(i64::MAX)),
            (Some(i64::MAX), None, Some(i64::MIN), Timing::Valid),
        ] {
            assert_eq!(timing(expires, not_before, issued, now), want);
        }
    }
}
