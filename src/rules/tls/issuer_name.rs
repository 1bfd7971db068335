//! `tls/issuer-name`: an issuer is not what its name says.

use std::collections::BTreeMap;

use crate::facts::Misnamed;
use crate::facts::opstrace::Instance;
use crate::finding::{Evidence, Finding, Severity};
use crate::prometheus::endpoint::HostNetwork;
use crate::rules::{
    Common, Configuration, EntryUrl, RemoteWriteEntry, RuleFindings, SHOWN, number_of,
};

pub(super) fn check(configurations: &[Configuration<'_>], out: &mut RuleFindings<'_>) {
    let mut misnamed: BTreeMap<String, (Misnamed, Vec<&EntryUrl<'_>>)> = BTreeMap::new();
    let mut strange: BTreeMap<&str, (&Instance, Vec<&EntryUrl<'_>>)> = BTreeMap::new();
    for entry in configurations
        .iter()
        .flat_map(|configuration| &configuration.entries)
    {
        let Some((url, host)) = verified(entry) else {
            continue;
        };
        if let Some(found) = entry.facts.misnamed_issuer(&host) {
            misnamed
                .entry(key_of(&found))
                .or_insert((found, Vec::new()))
                .1
                .push(url);
        }
        if let Some(instance) = strange_at(entry) {
            let users = strange.entry(&instance.path);
            users.or_insert((instance, Vec::new())).1.push(url);
        }
    }
    for (found, users) in misnamed.into_values() {
        let message = format!(
            "{} is a test issuer, although its name says production: its certificates are not \
             trusted, and every verified send fails",
            found.issuer
        );
        let help = "set the issuer to the production directory of the authority, or give it a \
            name that says it is for tests";
        push(&users, &message, help, found.evidence, out);
    }
    for (instance, users) in strange.into_values() {
        let word = instance.strange_issuer.as_deref().unwrap_or("");
        let message = format!(
            "`cert_issuer` of this Opstrace instance is {word}, which Opstrace does not know: \
             it is not known who signs the certificate"
        );
        let help = "write `letsencrypt-prod` or `letsencrypt-staging` there";
        let evidence = vec![Evidence {
            place: instance.issuer_place.clone(),
            message: "it is set here".to_owned(),
        }];
        push(&users, &message, help, evidence, out);
    }
}

/// Configurations that meet one such issuer are reported together.
pub(super) fn in_common(configuration: &Configuration<'_>) -> Vec<Common> {
    let entries = configuration.entries.iter();
    let met = entries.filter_map(|entry| Some((entry, verified(entry)?.1)));
    met.flat_map(|(entry, host)| {
        let misnamed = entry.facts.misnamed_issuer(&host);
        let misnamed = misnamed.map(|found| Common::of_group(&key_of(&found)));
        let strange =
            strange_at(entry).map(|instance| Common::of_group(&number_of(&instance.path)));
        misnamed.into_iter().chain(strange)
    })
    .collect()
}

/// What tells one misnamed issuer from others.
fn key_of(found: &Misnamed) -> String {
    let place = found.evidence.last().map(|last| last.place.order());
    format!("{} {place:?}", found.issuer)
}

/// The instance that an entry sends to, if it names an issuer that Opstrace does not know.
fn strange_at<'e>(entry: &'e RemoteWriteEntry<'_>) -> Option<&'e Instance> {
    let instance = entry.opstrace_host().and_then(|_| entry.instance());
    instance.filter(|instance| instance.strange_issuer.is_some())
}

/// The URL of an entry that talks TLS to a public host, and the host.
fn verified<'e, 'a>(entry: &'e RemoteWriteEntry<'a>) -> Option<(&'e EntryUrl<'a>, String)> {
    let url = entry.sound_url()?;
    let endpoint = &url.endpoint;
    let is_tls = endpoint.scheme_name().as_deref() == Some("https");
    let outside = endpoint.network() == HostNetwork::Public;
    (is_tls && outside).then(|| Some((url, endpoint.host_name()?)))?
}

/// One finding for all endpoints, at the first.
fn push(
    users: &[&EntryUrl<'_>],
    message: &str,
    help: &str,
    evidence: Vec<Evidence>,
    out: &mut RuleFindings<'_>,
) {
    let [first, others @ ..] = users else { return };
    let mut finding: Finding = out.at(first.node, Severity::Warning, message).help(help);
    finding.evidence = evidence;
    for other in others.iter().take(SHOWN) {
        finding = finding.evidence(other.node.place(), "it signs for this endpoint too");
    }
    out.push(finding);
}
