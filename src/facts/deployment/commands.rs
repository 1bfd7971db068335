//! Commands that start Prometheus or write what it reads.

use super::arguments::{Argument, Arguments};
use super::inside;
use super::model::Deployment;
use crate::finding::Place;

/// Programs that write nothing, or nothing but owners and modes.
const HARMLESS: &[&str] = &[
    "[", "chgrp", "chmod", "chown", "echo", "ls", "mkdir", "promtool", "promvet", "stat", "test",
    "touch",
];

/// Shells; what follows `-c` is a line of commands.
const SHELLS: &[&str] = &["ash", "bash", "busybox", "dash", "sh"];

/// Whether a command line names the program `prometheus`, itself or through a shell.
pub(super) fn starts_prometheus(arguments: &Arguments) -> bool {
    let mut words = arguments.list.iter();
    words.any(|word| {
        let name = word.text.trim_end_matches(';');
        !word.text.starts_with('-') && inside::name(name) == "prometheus"
    })
}

/// Whether a command line only checks the configuration.
pub(super) fn only_checks(arguments: &Arguments) -> bool {
    let mut words = arguments.list.iter();
    words.any(|word| inside::name(&word.text) == "promtool") && !starts_prometheus(arguments)
}

/// Where a script is that a command line starts and that starts Prometheus in turn, if it does so at all.
pub(super) fn script(arguments: &Arguments) -> Option<&Place> {
    let first = arguments.list.first()?;
    let is_path = !first.text.starts_with(['-', '$', '{']);
    (is_path && !starts_prometheus(arguments)).then_some(&first.place)
}

/// Where a command is that may write a file of the container, while the image is built or before
/// Prometheus starts.
pub(super) fn writing(deployment: &Deployment, path: &str) -> Option<Place> {
    let mut commands = deployment.commands.iter();
    let built = commands.find(|command| may_write(&command.text, path));
    let place = built.map(|command| &command.place);
    place
        .or_else(|| written_by_shell(&deployment.arguments.list, path))
        .cloned()
}

/// The same of a line of commands, which is split into words.
fn written_by_shell<'a>(arguments: &'a [Argument], path: &str) -> Option<&'a Place> {
    let first = arguments.first()?;
    if !SHELLS.contains(&inside::name(&first.text)) {
        return None;
    }
    let words = arguments.iter().map(|word| &*word.text);
    let is_shell = |word: &&str| SHELLS.contains(&inside::name(word)) || word.starts_with('-');
    let words: Vec<&str> = words.skip_while(is_shell).collect();
    let line = words.join(" ");
    may_write(&line, path).then_some(&first.place)
}

/// Whether a command of some lines may write a file: it names the file or its folder, and is not one
/// that only looks. The flag that names the configuration does not count.
fn may_write(text: &str, path: &str) -> bool {
    let (name, folder) = (inside::name(path), inside::folder(path));
    let commands = text.split(['\n', ';', '&', '|']);
    let mut commands = commands.map(|command| command.trim().trim_start_matches("then "));
    commands.any(|command| {
        let mut words = command
            .split_whitespace()
            .filter(|word| !word.starts_with('-'));
        let program = words.clone().find(|word| !word.contains('='));
        let is_harmless = program.is_some_and(|word| HARMLESS.contains(&inside::name(word)));
        let is_named = |word: &str| {
            let word = word.trim_start_matches('>').trim_matches(['"', '\'']);
            !word.is_empty() && (word.ends_with(name) || folder != "/" && word.contains(folder))
        };
        let names = words.any(is_named);
        let writes = command
            .replace("2>", "")
            .replace(">/dev/null", "")
            .contains('>');
        names && (!is_harmless || writes)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_that_only_read_write_nothing() {
        let path = "/etc/prometheus/prometheus.yml";
        for (text, expected) in [
            ("cp /src/x.cfg /etc/prometheus/prometheus.yml", true),
            ("cd /etc/prometheus && mv x prometheus.yml", true),
            ("echo 'a: 1' > /etc/prometheus/prometheus.yml", true),
            ("echo 'a: 1' >/etc/prometheus/prometheus.yml", true),
            ("cp -r /src /etc/prometheus/", true),
            ("sed -i s/a/b/ /etc/prometheus/prometheus.yml", true),
            (
                "promtool check config /etc/prometheus/prometheus.yml",
                false,
            ),
            (
                "mkdir -p /etc/prometheus; chown nobody /etc/prometheus",
                false,
            ),
            (
                "exec /bin/prometheus --config.file=/etc/prometheus/prometheus.yml",
                false,
            ),
            ("apk add curl", false),
        ] {
            assert_eq!(may_write(text, path), expected, "{text}");
        }
    }
}
