//! A profile as a page to read: what a right entry looks like, ready to paste.

use std::fmt::Write as _;

use super::profile::{
    Confidence, Credential, MustBeGiven, Profile, Refused, TenantPlace, Tls, Version2,
};
use super::{Catalog, Hints, ReceiverCertainty, fit, recognize};
use crate::prometheus::endpoint::Endpoint;

impl Catalog {
    /// The page of a receiver, in Markdown. It names those that share its path, since no URL
    /// tells them apart.
    #[must_use]
    pub fn page(&self, profile: &Profile) -> String {
        let mut page = format!("# {}\n\n", profile.name);
        let confidence = match profile.confidence {
            Confidence::High => "",
            Confidence::Medium => "Some of these facts come from users, not from the vendor.\n\n",
            Confidence::Low => "There is little documentation; treat this page as a hint.\n\n",
        };
        page.push_str(confidence);
        page.push_str("```yaml\n");
        page.push_str(&entry(profile));
        page.push_str("```\n\n## URL\n\n");
        for url in profile.urls.iter() {
            // Writing to a text can't fail.
            let _ = writeln!(page, "- `{url}`");
        }
        for part in profile.parts.iter() {
            let _ = writeln!(page, "- `<{}>` {}", part.name, part.says);
        }
        let others = self.sharing(profile);
        if !others.is_empty() {
            let _ = writeln!(
                page,
                "\n{} may have the same path; then only a name in the host tells them apart.",
                others.join(", ")
            );
        }
        page.push_str(&facts(profile));
        page.push_str(&mistakes(profile));
        if !profile.sources.is_empty() {
            page.push_str("\n## Sources\n\n");
            for source in profile.sources.iter() {
                let _ = writeln!(page, "- {source}");
            }
        }
        page
    }

    /// The other receivers that the paths of a profile's good examples may be meant for.
    fn sharing(&self, profile: &Profile) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for url in profile.good.iter() {
            let endpoint = Endpoint::new(url);
            // An address of the documentation (RFC 5737), which belongs to no one.
            let nobodys = format!("http://192.0.2.1{}", endpoint.slice(endpoint.path()));
            let endpoint = Endpoint::new(&nobodys);
            for candidate in recognize(&endpoint, self, &Hints::default()).candidates {
                let other: &Profile = candidate.profile;
                let known = other.id == profile.id || names.iter().any(|name| *name == other.name);
                if candidate.certainty == ReceiverCertainty::PathOnly && !known {
                    names.extend(self.get(&other.id).map(|other| other.name.as_ref()));
                }
            }
        }
        names
    }
}

/// A right `remote_write` entry.
fn entry(profile: &Profile) -> String {
    let mut out = String::new();
    if !profile.external_labels.is_empty() {
        out.push_str("global:\n  external_labels:\n");
        for label in profile.external_labels.iter() {
            let _ = writeln!(out, "    {label}: <{label}>");
        }
    }
    let url = profile.good.first().or(profile.urls.first());
    let _ = writeln!(
        out,
        "remote_write:\n  - url: {}",
        url.map_or("", |url| url.as_ref())
    );
    if profile.remote_write_2 == Version2::Required {
        out.push_str("    protobuf_message: io.prometheus.write.v2.Request\n");
    }
    let credential = profile.credentials.iter();
    let credential = credential.filter(|credential| !matches!(credential, Credential::Query(_)));
    if let Some(credential) = credential.into_iter().next() {
        out.push_str(&credential_keys(credential, profile));
    }
    let tenant = &profile.tenant;
    let is_credential = profile
        .credentials
        .contains(&Credential::Header(tenant.name.clone()));
    if tenant.place == TenantPlace::Header && !is_credential {
        let why = match tenant.required {
            MustBeGiven::Yes => "",
            MustBeGiven::No => " # unless the default tenant is right",
            MustBeGiven::Depends => " # unless tenants are disabled or a proxy sets it",
        };
        let _ = writeln!(out, "    headers:\n      {}: <tenant>{why}", tenant.name);
    }
    out
}

fn credential_keys(credential: &Credential, profile: &Profile) -> String {
    match credential {
        Credential::None | Credential::Query(_) => String::new(),
        Credential::Bearer => {
            "    authorization:\n      credentials_file: /etc/prometheus/token\n".to_owned()
        }
        Credential::Authorization(kind) => format!(
            "    authorization:\n      type: {kind}\n      credentials_file: /etc/prometheus/token\n"
        ),
        Credential::BasicAuth => {
            let user = match profile.tenant.place {
                TenantPlace::Username => "tenant",
                _ => "user",
            };
            format!(
                "    basic_auth:\n      username: <{user}>\n      password_file: /etc/prometheus/password\n"
            )
        }
        Credential::OAuth2 => "    oauth2:\n      client_id: <client>\n      \
             client_secret_file: /etc/prometheus/secret\n      token_url: <https URL>\n"
            .to_owned(),
        Credential::SigV4 => "    sigv4:\n      region: <region>\n".to_owned(),
        Credential::AzureAd => "    azuread:\n      cloud: AzurePublic\n      \
             managed_identity:\n        client_id: <client>\n"
            .to_owned(),
        Credential::GoogleIam => "    google_iam: {}\n".to_owned(),
        Credential::Header(name) => {
            format!("    http_headers:\n      {name}:\n        files: [/etc/prometheus/token]\n")
        }
        Credential::ClientCertificate => "    tls_config:\n      \
             cert_file: /etc/prometheus/client.crt\n      key_file: /etc/prometheus/client.key\n"
            .to_owned(),
    }
}

fn facts(profile: &Profile) -> String {
    let mut out = String::from("\n## What it accepts\n\n");
    let ways: Vec<String> = profile.credentials.iter().map(Credential::words).collect();
    let _ = writeln!(out, "- Credentials: {}.", ways.join(", or "));
    let tenant = &profile.tenant;
    let place = match tenant.place {
        TenantPlace::None => None,
        TenantPlace::Host => Some("the host"),
        TenantPlace::Header => Some("a header"),
        TenantPlace::Path => Some("the path"),
        TenantPlace::Query => Some("the query"),
        TenantPlace::Token => Some("the credential itself"),
        TenantPlace::Username => Some("the user name of basic_auth"),
    };
    if let Some(place) = place {
        let _ = writeln!(
            out,
            "- Tenant: by {place} ({}). {}",
            tenant.name, tenant.says
        );
    }
    let tls = match profile.tls {
        Tls::Public => "publicly trusted, so do not skip verification",
        Tls::Private => "chosen by the operator; set ca_file for a private CA",
        Tls::Depends => "depends on the deployment",
    };
    let _ = writeln!(out, "- Certificate: {tls}.");
    let version = match profile.remote_write_2 {
        Version2::No => "1.0 only",
        Version2::OptIn => "1.0, and 2.0 if it is enabled",
        Version2::Yes => "1.0 and 2.0",
        Version2::Required => "2.0 only",
        Version2::Unknown => "1.0; 2.0 is not documented",
    };
    let version = match profile.program.as_ref().and_then(|it| it.remote_write_2) {
        Some((major, minor)) => format!("1.0, and 2.0 since release {major}.{minor}"),
        None => version.to_owned(),
    };
    let _ = writeln!(out, "- Remote write: {version}.");
    for note in profile.notes.iter() {
        let _ = writeln!(out, "- {note}");
    }
    out
}

fn mistakes(profile: &Profile) -> String {
    let mut out = String::new();
    for bad in profile.bad.iter().filter(|bad| !bad.named) {
        let faults = fit::fit(&Endpoint::new(&bad.url), profile, None);
        let says = match faults.first() {
            // Where a domain must be known first, the example's own words do.
            Some(fault) if !profile.recognized.iter().any(|clue| clue.domain) => &fault.says,
            _ => bad.fault.as_ref(),
        };
        let _ = writeln!(out, "- `{}`: {says}", bad.url);
    }
    for refusal in profile.refuses.iter() {
        let what = match &refusal.what {
            Refused::Credential(credential) => credential.words(),
            Refused::Header(name) => format!("the header {name}"),
            Refused::Setting(setting) => setting.to_string(),
        };
        let _ = writeln!(out, "- {what}: {}", refusal.says);
    }
    if out.is_empty() {
        return out;
    }
    format!("\n## What goes wrong\n\n{out}")
}
