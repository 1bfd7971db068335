//! `remote-write/credentials-kind`: the credential is of a kind that the receiver does not take, or
//! only half of one.

use crate::finding::Severity;
use crate::prometheus::{Credential, CredentialKind};
use crate::rules::{Entry, Findings};

pub(super) fn check(entry: &Entry<'_>, out: &mut Findings<'_>) {
    let credentials = entry.credentials();
    let Some(demand) = entry.sound_url().and_then(|url| url.recognition.demand()) else {
        credentials.iter().for_each(|credential| half_of_basic_auth(credential, out));
        return;
    };
    for credential in &credentials {
        let word = credential.kind.word();
        // A client certificate may be there for a proxy in front, beside the credential proper.
        if demand.takes(&word) || credential.kind == CredentialKind::ClientCertificate {
            half_of_basic_auth(credential, out);
            continue;
        }
        let severity = if demand.certain { Severity::Error } else { Severity::Warning };
        let message = format!(
            "{} takes no {}: it refuses what is sent, and every sample is dropped",
            demand.name,
            in_words(&credential.kind)
        );
        let help = format!("use {} instead", demand.kinds_in_words());
        out.push(out.at(credential.key, severity, message).help(help));
    }
}

fn in_words(kind: &CredentialKind<'_>) -> String {
    match kind {
        CredentialKind::Bearer => "bearer token".into(),
        CredentialKind::Authorization(kind) => format!("authorization of type {kind}"),
        other => format!("{} credential", other.word()),
    }
}

/// A user name without a password, or the reverse.
fn half_of_basic_auth(credential: &Credential<'_>, out: &mut Findings<'_>) {
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
    let message = format!("this basic_auth has no {missing}: it is sent with that half empty");
    let key = if missing == "password" { "`password_file`" } else { "`username`" };
    out.push(out.at(credential.key, Severity::Warning, message).help(format!("add {key}")));
}
