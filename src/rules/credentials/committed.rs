//! `credentials/committed`: a secret lies in the repository in the clear.

use crate::facts::token::{self, Observation};
use crate::finding::Severity;
use crate::rules::{Findings, Material, NamedFile, Secret};
use crate::schema::table::Reference;

pub(super) fn check(material: &Material<'_, '_>, out: &mut Findings<'_>) {
    for file in material.own_files() {
        of_file(file, out);
    }
    for secret in material.secrets.iter().filter(|secret| !secret.repeated) {
        inline(material, secret, out);
    }
}

fn of_file(file: &NamedFile<'_, '_>, out: &mut Findings<'_>) {
    let is_secret = file.reference.is_sent() || file.reference.kind == Reference::Key;
    let Some(path) = file.judged.file.as_ref().filter(|_| is_secret) else {
        return;
    };
    if !token::is_live(&file.judged.content) || file.facts.is_tracked(path) != Some(true) {
        return;
    }
    let message = format!(
        "git tracks {}, the secret that `{}` names: everybody who can read the repository, now or \
         in its history, can use it",
        file.facts.shown(path),
        file.setting()
    );
    let help = "change the secret, remove the file with `git rm --cached`, and list it in \
                .gitignore; or keep it encrypted (SOPS, git-crypt, SealedSecret)";
    let node = file.reference.setting.node;
    out.push(file.proven(out.at(node, Severity::Error, message).help(help)));
}

fn inline(material: &Material<'_, '_>, secret: &Secret<'_, '_>, out: &mut Findings<'_>) {
    // These are faults of their own, whose help is the same.
    let is_said = secret.content.iter().any(|one| {
        matches!(
            one,
            Observation::Placeholder | Observation::Encrypted(_) | Observation::Empty
        ) || matches!(one, Observation::OuterWhiteSpace { line_break: true })
    });
    let setting = &secret.inline.setting;
    let node = setting.node;
    let live = token::is_live(&secret.content);
    // Git is asked only where the answer counts.
    let path = || material.facts.absolute(material.shown);
    let tracked = live && material.facts.is_tracked(&path()) == Some(true);
    if is_said && !tracked {
        return;
    }
    let name = &setting.name;
    let (severity, message) = if tracked {
        let words = format!(
            "the secret in `{name}` is tracked by git in the clear: everybody who can read the \
             repository, now or in its history, can use it"
        );
        (Severity::Error, words)
    } else {
        let words = format!(
            "`{name}` holds a secret in the configuration itself: everybody who can read this file \
             can use it"
        );
        (Severity::Warning, words)
    };
    node.document().text().mark_secret(node.span());
    let then = if tracked {
        "change the secret, then "
    } else {
        ""
    };
    let help = match &secret.inline.instead {
        Some(key) => format!("{then}write it into a file of its own and name that with `{key}`"),
        None if secret.inline.is_header => format!(
            "{then}send it from a file: `http_headers: {{NAME: {{files: [PATH]}}}}` (Prometheus \
             2.53 and later)"
        ),
        None => format!("{then}let something fill it in when the configuration is deployed"),
    };
    out.push(out.at(node, severity, message).help(help));
}
