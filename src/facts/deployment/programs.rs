//! Other programs that send, by their images and the names of their commands.

use super::inside;
use super::model::Deployment;
use crate::discover::program::KnownProgram;
use crate::needle;

/// Accounts of the projects that publish the images, and of the mirror that many use.
const ACCOUNTS: &[&str] = &[
    "grafana",
    "otel",
    "opentelemetry-collector-releases",
    "thanos",
    "thanosio",
    "timberio",
    "victoriametrics",
];

/// Folders in which the images bring nothing but a configuration: secrets are mounted there, if they are.
const EMPTY: &[&str] = &[
    "/etc/agent",
    "/etc/alloy",
    "/etc/loki",
    "/etc/otel",
    "/etc/otelcol",
    "/etc/otelcol-contrib",
    "/etc/tempo",
    "/etc/thanos",
    "/etc/vector",
    "/run/secrets",
    "/var/run/secrets",
    "/secrets",
    "/etc/secrets",
    "/mnt",
];

/// How the names of the configurations end that the images bring.
const CONFIGURATIONS: &[&str] = &[".alloy", ".river", ".yaml", ".yml"];

/// Whether a container runs one of them.
pub(super) fn is_one(deployment: &Deployment) -> bool {
    KnownProgram::with_images().any(|program| runs(deployment, program))
}

/// Whether a container runs the program of a word.
pub(crate) fn is_of(deployment: &Deployment, word: &str) -> bool {
    KnownProgram::of(word).is_some_and(|program| runs(deployment, program))
}

fn runs(deployment: &Deployment, program: &KnownProgram) -> bool {
    let mut images = deployment.image.iter().chain(&deployment.base);
    let is_image = images.any(|image| {
        let last = image.repository().rsplit('/').next().unwrap_or_default();
        program.images.contains(&last)
    });
    let first = deployment.arguments.list.first();
    let command = first.filter(|first| !first.text.starts_with('-'));
    is_image
        || command.is_some_and(|argument| program.images.contains(&inside::name(&argument.text)))
}

/// Whether the project's own image of one of them runs.
fn is_own(deployment: &Deployment) -> bool {
    let image = match (&deployment.image, &deployment.base) {
        (Some(image), None) => image,
        _ => return false,
    };
    let account = image.repository().rsplit('/').nth(1).unwrap_or_default();
    is_one(deployment) && ACCOUNTS.contains(&account)
}

/// Whether the project's own image runs, and nothing but a configuration that names a port makes it
/// listen there.
pub(super) fn listens_by_configuration(deployment: &Deployment, port: u16) -> bool {
    let mut programs = KnownProgram::with_images().filter(|program| runs(deployment, program));
    let text = port.to_string();
    let mut arguments = deployment.arguments.list.iter();
    let mut environment = deployment.environment.iter();
    is_own(deployment)
        && !programs.any(|program| program.ports.contains(&port))
        && !arguments.any(|argument| argument.text.contains(&text))
        && !environment.any(|one| one.content.text().is_none_or(|it| it.contains(&text)))
}

/// Whether the project's own image runs, and brings nothing at a path.
pub(super) fn lacks(deployment: &Deployment, path: &str) -> bool {
    let is_configuration = CONFIGURATIONS.iter().any(|ending| path.ends_with(ending));
    is_own(deployment)
        && !is_configuration
        && EMPTY
            .iter()
            .any(|folder| inside::below(path, folder).is_some())
}

/// Whether a file may run one of them: a scan of its bytes.
pub(super) fn may_run(bytes: &[u8]) -> bool {
    const WORDS: &[&str] = &[
        "agent",
        "alloy",
        "collector",
        "loki",
        "otelcol",
        "tempo",
        "thanos",
        "vector",
    ];
    let mut words = WORDS.iter();
    words.any(|word| needle::has(word, bytes))
}
