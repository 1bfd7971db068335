//! Other programs that send, by their images and the names of their commands.

use super::inside;
use super::model::Deployment;
use crate::needle;

/// A program whose images and flags are known.
struct KnownProgram {
    /// Its word in reports.
    word: &'static str,
    /// The last part of the names of its images, which are those of its commands too.
    names: &'static [&'static str],
}

/// All of them.
const PROGRAMS: &[KnownProgram] = &[
    KnownProgram {
        word: "alloy",
        names: &["alloy", "grafana-alloy", "agent", "grafana-agent"],
    },
    KnownProgram {
        word: "grafana-agent",
        names: &["agent", "grafana-agent"],
    },
    KnownProgram {
        word: "loki",
        names: &["loki", "grafana-loki"],
    },
    KnownProgram {
        word: "otel-collector",
        names: &[
            "aws-otel-collector",
            "opentelemetry-collector",
            "opentelemetry-collector-contrib",
            "opentelemetry-collector-k8s",
            "otelcol",
            "otelcol-contrib",
        ],
    },
    KnownProgram {
        word: "tempo",
        names: &["tempo", "grafana-tempo"],
    },
    KnownProgram {
        word: "thanos-rule",
        names: &["thanos"],
    },
    KnownProgram {
        word: "vector",
        names: &["vector"],
    },
    KnownProgram {
        word: VMAGENT,
        names: &["vmagent", "vmagent-prod"],
    },
];

/// The one whose endpoints are on its command line.
pub(super) const VMAGENT: &str = "vmagent";

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
    PROGRAMS.iter().any(|program| runs(deployment, program))
}

/// Whether a container runs the program of a word.
pub(crate) fn is_of(deployment: &Deployment, word: &str) -> bool {
    let mut programs = PROGRAMS.iter().filter(|program| program.word == word);
    programs.any(|program| runs(deployment, program))
}

fn runs(deployment: &Deployment, program: &KnownProgram) -> bool {
    let mut images = deployment.image.iter().chain(&deployment.base);
    let is_image = images.any(|image| {
        let last = image.repository().rsplit('/').next().unwrap_or_default();
        program.names.contains(&last)
    });
    let first = deployment.arguments.list.first();
    let command = first.filter(|first| !first.text.starts_with('-'));
    is_image
        || command.is_some_and(|argument| program.names.contains(&inside::name(&argument.text)))
}

/// Whether the project's own image runs, and brings nothing at a path.
pub(super) fn lacks(deployment: &Deployment, path: &str) -> bool {
    let image = match (&deployment.image, &deployment.base) {
        (Some(image), None) => image,
        _ => return false,
    };
    let account = image.repository().rsplit('/').nth(1).unwrap_or_default();
    let is_configuration = CONFIGURATIONS.iter().any(|ending| path.ends_with(ending));
    is_one(deployment)
        && !is_configuration
        && ACCOUNTS.contains(&account)
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
