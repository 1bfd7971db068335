//! `remote-write/credentials-kind`: the credential is of a kind that the receiver does not take, or
//! only half of one.

use crate::facts::ReceiverRequirements;
use crate::facts::receiver;
use crate::finding::Severity;
use crate::prometheus::{ClientCredential, CredentialKind};
use crate::rules::{RemoteWriteEntry, RuleFindings, advice};
use crate::yaml::{Node, placeholder};

pub(super) fn check(entry: &RemoteWriteEntry<'_>, out: &mut RuleFindings<'_>) {
    let demand = entry.demand();
    for credential in entry.credentials() {
        let refused = demand
            .as_ref()
            .is_some_and(|demand| wrong_kind(&credential, demand, out));
        if !refused {
            half_of_basic_auth(&credential, demand.as_ref(), out);
            other_region(entry, &credential, out);
        }
    }
}

/// Reports a kind that the receiver does not take. A client certificate may be there for a proxy
/// in front, beside the credential proper; and where a receiver takes anyone, a credential is
/// for such a proxy too.
fn wrong_kind(
    credential: &ClientCredential<'_>,
    demand: &ReceiverRequirements<'_, '_>,
    out: &mut RuleFindings<'_>,
) -> bool {
    let kind = receiver::Credential::from(credential.kind);
    let may_be_any = credential.kind == CredentialKind::AnyAuthorization;
    let for_a_proxy = credential.kind == CredentialKind::ClientCertificate
        || demand.takes(&receiver::Credential::None);
    if demand.takes(&kind) || may_be_any || for_a_proxy || names_instance(credential) {
        return false;
    }
    // A token that is elsewhere may name the instance.
    let is_open = credential.kind == CredentialKind::Bearer
        && demand.takes(&receiver::Credential::BasicAuth)
        && !is_in_hand(credential);
    let severity = if demand.is_certain() && !is_open {
        Severity::Error
    } else {
        Severity::Warning
    };
    let why = demand
        .refusal_of(&kind)
        .map_or(String::new(), |says| format!(" ({says})"));
    let message = format!(
        "{} does not accept {}{why}: every sample is rejected and dropped",
        demand.name(),
        kind.in_sentence()
    );
    let help = format!("use {} instead", demand.kinds());
    let finding = out.at(credential.key, severity, message);
    out.push(finding.kind("refused").help(help));
    true
}

/// Whether the token of a credential is written in the configuration.
fn is_in_hand(credential: &ClientCredential<'_>) -> bool {
    let value = credential.value;
    let text = value
        .as_str()
        .filter(|_| credential.key.as_str() == Some("bearer_token"))
        .or_else(|| value.get("credentials").and_then(Node::as_str));
    text.is_some_and(|text| !placeholder::is_open(text))
}

/// Whether a bearer token names the instance itself: `<instance>:<token>`, which the gateways of Grafana
/// Cloud take in place of basic_auth (grafana.com/docs/grafana-cloud, "Push metrics using HTTP").
fn names_instance(credential: &ClientCredential<'_>) -> bool {
    let value = credential.value;
    let text = value
        .as_str()
        .or_else(|| value.get("credentials").and_then(Node::as_str));
    text.and_then(|text| text.split_once(':'))
        .is_some_and(|(instance, token)| {
            let is_number = instance.bytes().all(|byte| byte.is_ascii_digit());
            is_number && !instance.is_empty() && !token.is_empty()
        })
}

/// A user name without a password, or the reverse. Some servers take a token as the name of a user
/// without a password, so that only a receiver that is known to want a credential will reject it.
fn half_of_basic_auth(
    credential: &ClientCredential<'_>,
    demand: Option<&ReceiverRequirements<'_, '_>>,
    out: &mut RuleFindings<'_>,
) {
    if credential.kind != CredentialKind::BasicAuth {
        return;
    }
    let set = |keys: &[&str]| {
        let text = |key: &&str| credential.value.get(key)?.as_str();
        keys.iter().filter_map(text).any(|text| !text.is_empty())
    };
    let user = set(&["username", "username_file", "username_ref"]);
    let password = set(&["password", "password_file", "password_ref"]);
    let missing = match (user, password) {
        (true, false) => "password",
        (false, true) => "user name",
        _ => return,
    };
    let message = format!("`basic_auth` has no {missing}, so it is sent with an empty one");
    let key = if missing == "password" {
        "`password_file`"
    } else {
        "`username`"
    };
    let is_wanted = demand.is_some_and(|demand| !demand.takes(&receiver::Credential::None));
    let severity = match user && !is_wanted {
        true => Severity::Info,
        false => Severity::Warning,
    };
    out.push(
        out.at(credential.key, severity, message)
            .kind(if user { "no-password" } else { "no-user" })
            .help(format!("add {key}")),
    );
}

/// A signature for another region than the one that the host names.
fn other_region(
    entry: &RemoteWriteEntry<'_>,
    credential: &ClientCredential<'_>,
    out: &mut RuleFindings<'_>,
) {
    if credential.kind != CredentialKind::Sigv4 {
        return;
    }
    let written = credential.value.get("region");
    let Some((node, region)) = written.and_then(|node| Some((node, node.as_str()?))) else {
        return;
    };
    let Some(url) = entry.right_url() else { return };
    let only = url.recognition.only();
    let Some(candidate) = only.filter(|only| only.certainty.is_certain()) else {
        return;
    };
    let parts = receiver::parts(&url.endpoint, candidate);
    let own = parts.into_iter().find(|(name, _)| name == "region");
    let Some(own) = own.and_then(|(_, range)| url.endpoint.text().get(range)) else {
        return;
    };
    if region.is_empty() || region == own || entry.is_open(region) || entry.is_open(own) {
        return;
    }
    let message = format!(
        "requests are signed for region `{region}`, but the host is in `{own}`: every sample is \
         rejected with 403 and dropped"
    );
    let help = format!("write `{own}`, or use the host of `{region}`");
    let help = advice::value(node, own, help).unsafe_();
    let finding = out.at(node, Severity::Error, message);
    out.push(finding.kind("region").help(help));
}
