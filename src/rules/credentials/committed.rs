//! `credentials/committed`: a secret is in the repository in the clear.

use crate::discover::EmbeddedIn;
use crate::discover::program::KnownProgram;
use crate::facts::deployment::{MountSource, PartKind, ProvidedValue, RunningDeployment};
use crate::facts::token::{self, Observation};
use crate::finding::{Advice, Evidence, Severity, is_secret_name};
use crate::rules::{InlineMaterial, Material, NamedFile, RuleFindings};
use crate::schema::table::Reference;
use crate::source::GitError;
use crate::yaml::{Style, placeholder};

pub(super) fn check(material: &Material<'_, '_>, out: &mut RuleFindings<'_>) {
    for file in material.own_files() {
        of_file(file, out);
    }
    for secret in material.secrets.iter().filter(|secret| !secret.repeated) {
        inline(material, secret, out);
    }
    for file in material.own_files().filter(|file| is_secret(file)) {
        let Some(written) = &file.judged.written else {
            continue;
        };
        let reference = Evidence {
            place: file.reference.setting.node.place(),
            message: format!("`{}` names the file that it becomes", file.setting()),
        };
        let evidence = [reference].into_iter().chain(file.judged.evidence.clone());
        of_value(material, written, evidence, out);
    }
    for runner in &material.runners {
        of_runner(material, runner, out);
    }
}

/// Files whose content no one else may know.
fn is_secret(file: &NamedFile<'_, '_>) -> bool {
    file.reference.is_sent() || file.reference.kind == Reference::Key
}

fn of_file(file: &NamedFile<'_, '_>, out: &mut RuleFindings<'_>) {
    let Some(path) = file.judged.file.as_ref().filter(|_| is_secret(file)) else {
        return;
    };
    if !token::is_live(&file.judged.content) {
        return;
    }
    let node = file.reference.setting.node;
    match file.facts.is_tracked(path) {
        Ok(true) => {}
        Ok(false) => return,
        Err(error) => return out.unchecked(node, unknown(error), settled_by(error)),
    }
    let message = format!(
        "git tracks {}, the secret that `{}` names: anyone who can read the repository or its \
         history can use it",
        file.facts.shown(path),
        file.setting()
    );
    let help = "change the secret, remove the file with `git rm --cached`, and list it in \
                .gitignore; or keep it encrypted (SOPS, git-crypt, SealedSecret)";
    let finding = out.at(node, Severity::Error, message).kind("file");
    out.push(file.proven(finding.help(help)));
}

/// What a deployment of the configuration gets besides: variables, and other keys of the Secrets
/// that it mounts.
fn of_runner(
    material: &Material<'_, '_>,
    runner: &RunningDeployment<'_>,
    out: &mut RuleFindings<'_>,
) {
    let deployment = runner.deployment;
    for variable in &deployment.environment {
        // An identifier looks like a token; only its name tells them apart.
        let observed = variable.content.observe(material.facts.now());
        let is_named = is_secret_name(&variable.name) || fills_in(material, &variable.name);
        if is_named || !observed.contains(&Observation::Random) {
            of_value(material, variable, runner.evidence.iter().cloned(), out);
        }
    }
    for mount in &deployment.mounts {
        let MountSource::Keys(volume) = &mount.source else {
            continue;
        };
        let objects = volume.parts.iter().filter_map(|part| match &part.kind {
            PartKind::Object {
                kind: "Secret",
                providers,
                ..
            } => Some(providers),
            _ => None,
        });
        let keys = objects
            .flatten()
            .flat_map(|provider| provider.keys.values());
        for written in keys.filter_map(|key| key.written.as_ref()) {
            let mounted = Evidence {
                place: mount.place.clone(),
                message: format!("{} mounts it below `{}`", deployment.name, mount.path),
            };
            of_value(material, written, [mounted], out);
        }
    }
}

/// What to do about the value of a header.
fn of_header(material: &Material<'_, '_>) -> &'static str {
    match material.holder().and_then(EmbeddedIn::program) {
        Some(program) => KnownProgram::of(program)
            .and_then(|program| program.from_environment)
            .unwrap_or("fill it in when the configuration is deployed"),
        None => {
            "send it from a file: `http_headers: {NAME: {files: [PATH]}}` (Prometheus 2.53 and later)"
        }
    }
}

/// Whether a secret of the configuration is a placeholder for a variable.
fn fills_in(material: &Material<'_, '_>, variable: &str) -> bool {
    material.secrets.iter().any(|secret| {
        let text = secret.inline.setting.node.as_str().unwrap_or("");
        let mut names = placeholder::find(text).filter_map(|found| text.get(found));
        names.any(|name| {
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
            name.split(|c| !plain(c)).any(|word| word == variable)
        })
    })
}

/// A value in a manifest, a compose file or the `.env` file beside it.
fn of_value(
    material: &Material<'_, '_>,
    written: &ProvidedValue,
    evidence: impl IntoIterator<Item = Evidence>,
    out: &mut RuleFindings<'_>,
) {
    let facts = material.facts;
    if !token::is_live(&written.content.observe(facts.now())) {
        return;
    }
    let path = written.place.path();
    match facts.is_tracked(&facts.absolute(path)) {
        Ok(true) => {}
        Ok(false) => return,
        Err(error) => return out.unchecked_value(written, unknown(error), settled_by(error)),
    }
    // The same from every configuration that needs it, so that it is reported once.
    let message = format!(
        "{} is a secret that git tracks in the clear: anyone who can read the repository or its \
         history can use it",
        written.noun
    );
    let help = "change the secret, then keep it out of the repository, encrypt it (SOPS, \
        SealedSecret), or fill it in at deploy time (ExternalSecret, a variable of the pipeline)";
    let mut finding = out.of_value(written, Severity::Error, message).help(help);
    let here = |evidence: &Evidence| evidence.place.order() == written.place.order();
    finding.evidence = evidence
        .into_iter()
        .filter(|evidence| !here(evidence))
        .collect();
    let is_new = out.is_new(&finding);
    if is_new {
        out.push(finding);
    }
}

/// Why it is not known whether git tracks a secret.
fn unknown(error: &GitError) -> String {
    format!("it is not known whether git tracks this secret: {error}")
}

/// What would settle it; none where the reason says so.
fn settled_by(error: &GitError) -> Option<String> {
    let is_missing = matches!(error, GitError::NoGit(_) | GitError::TooOld(_));
    is_missing.then(|| "install git 2.32 or later where promvet runs".into())
}

fn inline(
    material: &Material<'_, '_>,
    secret: &InlineMaterial<'_, '_>,
    out: &mut RuleFindings<'_>,
) {
    // These are their own faults, whose help is the same.
    let is_said = secret.fault().is_some()
        || secret.content.iter().any(|observation| {
            matches!(
                observation,
                Observation::Placeholder
                    | Observation::Encrypted(_)
                    | Observation::Empty
                    | Observation::OuterWhiteSpace { .. }
            )
        });
    let setting = &secret.inline.setting;
    let node = setting.node;
    let live = token::is_live(&secret.content);
    // Git is asked only where the answer counts.
    let path = || material.facts.absolute(material.shown);
    let tracked = live
        && material.facts.is_tracked(&path()).unwrap_or_else(|error| {
            out.unchecked(node, unknown(error), settled_by(error));
            false
        });
    if is_said && !tracked {
        return;
    }
    // `credentials/test-data` reports the first; the second is a word that a script replaces.
    let is_replaced = || {
        let filled_in = |word| {
            material
                .facts
                .filled_in(word, material.shown, material.holder())
        };
        node.as_str().is_some_and(|word| filled_in(word).is_some())
    };
    if secret.is_made_up() && (material.is_test_data() || is_replaced()) {
        return;
    }
    let name = &setting.name;
    let (severity, message) = if tracked {
        let words = format!(
            "the secret in `{name}` is tracked by git in the clear: anyone who can read the \
             repository or its history can use it"
        );
        (Severity::Error, words)
    } else {
        let words = format!(
            "`{name}` holds a secret in the configuration itself: anyone who can read this file \
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
        Some(key) => format!("{then}write it to a separate file and name that file with `{key}`"),
        None if secret.inline.is_header => format!("{then}{}", of_header(material)),
        None => format!("{then}fill it in when the configuration is deployed"),
    };
    let kind = if tracked { "tracked" } else { "inline" };
    let advice = (!tracked).then(|| to_file(material, secret)).flatten();
    let advice = advice.unwrap_or_else(|| Advice::say(help));
    out.push(out.at(node, severity, message).kind(kind).help(advice));
}

/// To name the file that has the same secret already, if another key of the configuration names it. No
/// other path is proposed: where a file would be when Prometheus runs is not known, and the secret would
/// have to be written there.
fn to_file(material: &Material<'_, '_>, secret: &InlineMaterial<'_, '_>) -> Option<Advice> {
    let node = secret.inline.setting.node;
    let instead = secret.inline.instead.as_ref()?;
    let scalar = node.scalar().filter(|_| !node.is_alias())?;
    let is_one_line = !matches!(scalar.style, Style::Literal | Style::Folded);
    let section = node.parent()?.mapping()?;
    let mut entries = section.written();
    let key = entries.find(|entry| entry.value.span() == node.span())?.key;
    let is_free = section.get(instead).is_none();
    if !(is_one_line && is_free && node.document().is_yaml()) {
        return None;
    }
    let has_it = |file: &&NamedFile<'_, '_>| {
        let path = file.judged.file.as_ref().filter(|_| is_secret(file));
        let text = path.and_then(|path| file.facts.text(path));
        // Prometheus trims what is in a file (`config.FileSecret.Fetch`, prometheus/common 0.70).
        text.is_some_and(|text| text.content().trim() == scalar.text)
    };
    let file = material.own_files().find(has_it)?;
    let path = file.reference.setting.node.as_str()?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/_-.".contains(c);
    if !path.chars().all(is_plain) {
        return None;
    }
    let edits = vec![
        (key.span(), instead.clone()),
        (node.span(), path.to_owned()),
    ];
    let words = format!("name `{path}` with `{instead}`: that file has the same secret");
    Some(Advice::edit(edits).text(words).unsafe_())
}
