//! `credentials/jwt`: a token that its receiver does not take, now or soon.

use crate::facts::opstrace::TenantHost;
use crate::facts::receiver::judge;
use crate::facts::token::{Jwt, Observation, Timing};
use crate::finding::Severity::{self, Error, Warning};
use crate::rules::{Material, RemoteWriteEntry, RuleFindings};
use crate::yaml::placeholder;

/// Profiles of Opstrace's endpoints.
const OPSTRACE: &[&str] = &["opstrace", "opstrace-custom-dns"];

/// The issuer of the tokens that Opstrace's own tool makes (opstrace/opstrace
/// `packages/cli/src/crypto.ts`).
const ISSUER: &str = "opstrace-cli";

const OF_OPSTRACE: &str = "replace it with a token made by `opstrace ta-create-token`";

/// What is wrong with a token: how bad that is, its kind, a predicate, and what to do.
type TokenFault = (Severity, &'static str, String, &'static str);

pub(super) fn check(material: &Material<'_, '_>, out: &mut RuleFindings<'_>) {
    let files = material
        .files
        .iter()
        .filter(|file| file.reference.is_sent());
    for file in files {
        let said = token(&file.judged.content).and_then(|token| fault(token, file.entry));
        let Some((severity, kind, words, help)) = said else {
            continue;
        };
        let message = format!("the token in {} {words}", file.noun());
        let node = file.reference.setting.node;
        let finding = out.at(node, severity.min(file.severity()), message);
        once(file.proven(finding.kind(kind).help(help)), out);
    }
    for secret in &material.secrets {
        let said = token(&secret.content).and_then(|token| fault(token, secret.entry));
        let Some((severity, kind, words, help)) = said else {
            continue;
        };
        let setting = &secret.inline.setting;
        let message = format!("the token in `{}` {words}", setting.name);
        let finding = out.at(setting.node, severity, message);
        once(finding.kind(kind).help(help), out);
    }
}

/// Two entries that take over one setting may have the same to say about it.
fn once(finding: crate::finding::Finding, out: &mut RuleFindings<'_>) {
    let is_new = out.is_new(&finding);
    if is_new {
        out.push(finding);
    }
}

fn token(content: &[Observation]) -> Option<&Jwt> {
    content.iter().find_map(|observation| match observation {
        Observation::Jwt(token) => Some(&**token),
        _ => None,
    })
}

/// What is wrong with a token, as a predicate, and what to do. The worst thing only.
fn fault(token: &Jwt, entry: Option<&RemoteWriteEntry<'_>>) -> Option<TokenFault> {
    let renew = "replace it with a new token";
    match token.timing {
        Timing::Expired(ago) => {
            let words = format!(
                "expired {} ago: every request is rejected with 401",
                span(ago)
            );
            return Some((Error, "expired", words, renew));
        }
        Timing::NotYetValid(left) => {
            let words = format!(
                "is not valid before {} from now: every request is rejected with 401",
                span(left)
            );
            return Some((
                Error,
                "not-yet-valid",
                words,
                "wait until it is valid, or replace it",
            ));
        }
        Timing::Valid | Timing::ExpiresSoon(_) => {}
    }
    if let Some(found) = entry.and_then(|entry| for_opstrace(token, entry)) {
        return Some(found);
    }
    if !token.is_signed() {
        let words = "is not signed (`alg` is none): a receiver that verifies tokens rejects every \
             request with 401";
        return Some((Warning, "unsigned", words.to_owned(), renew));
    }
    match token.timing {
        Timing::ExpiresSoon(left) => {
            let words = format!(
                "expires in {}: every request is rejected from then on",
                span(left)
            );
            Some((Warning, "expires-soon", words, renew))
        }
        _ => None,
    }
}

/// What an Opstrace instance refuses: its authenticator checks the algorithm and the subject, but
/// neither the issuer nor the audience (opstrace/opstrace `go/pkg/authenticator/jwt.go`). A URL that is not one of an
/// instance is not compared, since it is to become another one.
fn for_opstrace(token: &Jwt, entry: &RemoteWriteEntry<'_>) -> Option<TokenFault> {
    let url = entry.sound_url()?;
    let known = url.recognition.only()?;
    let is_right = OPSTRACE.contains(&&*known.profile.id)
        && known.certainty.is_certain()
        && judge(&url.endpoint, &url.recognition).is_empty();
    let host = url.endpoint.host_name().filter(|_| is_right)?;
    let host = TenantHost::new(&host)?;
    let is_open = |text: &str| placeholder::find(text).next().is_some();
    if is_open(host.tenant) || entry.is_open_instance() {
        return None;
    }
    if !token.is_signed() {
        let words = "is not signed (`alg` is none) and Opstrace accepts only RS256: every \
            sample is rejected with 401 and dropped";
        return Some((Error, "unsigned", words.to_owned(), OF_OPSTRACE));
    }
    if let Some(algorithm) = token.algorithm.as_deref().filter(|name| *name != "RS256") {
        let words = format!(
            "is signed with {algorithm} and Opstrace accepts only RS256: every sample is \
             rejected with 401 and dropped"
        );
        return Some((Error, "algorithm", words, OF_OPSTRACE));
    }
    let wanted = format!("tenant-{}", host.tenant);
    if let Some(subject) = token
        .subject
        .as_deref()
        .filter(|subject| *subject != wanted)
    {
        let words = format!(
            "is issued to `{subject}`, and this URL accepts only `{wanted}`: every sample is \
             dropped (401)"
        );
        return Some((
            Error,
            "subject",
            words,
            "use a token of that tenant, or the URL of the tenant that the token is for",
        ));
    }
    if let Some(issuer) = token.issuer.as_deref().filter(|name| *name != ISSUER) {
        let words = format!(
            "was issued by `{issuer}`, not by `{ISSUER}`: the instance probably does not know \
             its key and rejects it"
        );
        return Some((Warning, "issuer", words, OF_OPSTRACE));
    }
    let instance = host.instance.filter(|name| !is_open(name))?;
    let wanted = format!("opstrace-cluster-{instance}");
    let is_other = !token.audiences.is_empty() && !token.audiences.contains(&wanted);
    is_other.then(|| {
        let words = format!(
            "is meant for `{}`, but the URL is that of instance {instance}, which probably has \
             another key and rejects it",
            token.audiences.join("`, `")
        );
        (Warning, "audience", words, "use a token of that instance")
    })
}

/// A length of time in words, cut to its largest unit.
fn span(seconds: i64) -> String {
    const UNITS: &[(i64, &str)] = &[
        (365 * 86_400, "year"),
        (86_400, "day"),
        (3600, "hour"),
        (60, "minute"),
    ];
    let unit = UNITS.iter().find(|(length, _)| seconds >= *length);
    let (count, word) = unit.map_or((seconds, "second"), |(length, word)| {
        (seconds / length, *word)
    });
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {word}{plural}")
}
