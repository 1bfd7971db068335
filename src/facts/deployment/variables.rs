//! `${VARIABLE}` in compose files and Dockerfiles, and the `.env` file beside a compose file.

use std::collections::BTreeMap;
use std::fmt;

use crate::finding::{is_like_secret_name, is_made_up, is_secret_name};

/// How deep defaults may be in defaults, such as `${A:-${B:-c}}`.
const DEEPEST: usize = 8;

/// So many bytes may come from variables in one text: no path on Linux is longer (`PATH_MAX`).
/// Without a limit, 30 lines of `ARG B=$A$A` are a gigabyte.
const MOST_FILLED: usize = 4096;

/// The variable that names the files of a project (docs.docker.com, "Pre-defined environment
/// variables"): which ones count does not depend on where they are checked.
const FILES_OF_COMPOSE: &str = "COMPOSE_FILE";

/// Words of the names of variables without secrets, in names such as `DATA_DIR` and `IMAGE_TAG`.
const PLAIN_NAMES: &[&str] = &[
    "ADDR",
    "ADDRESS",
    "ARCH",
    "ARGS",
    "BIND",
    "CLUSTER",
    "CONF",
    "CONFIG",
    "DATA",
    "DATE",
    "DAY",
    "DAYS",
    "DIR",
    "DIRECTORY",
    "DOMAIN",
    "ENV",
    "ENVIRONMENT",
    "FILE",
    "FLAGS",
    "FOLDER",
    "FORMAT",
    "GID",
    "HOME",
    "HOST",
    "HOSTNAME",
    "IMAGE",
    "INTERVAL",
    "IP",
    "LEVEL",
    "LOCATION",
    "MODE",
    "NAME",
    "NAMESPACE",
    "NET",
    "NETWORK",
    "OPTIONS",
    "OPTS",
    "PATH",
    "PORT",
    "PREFIX",
    "PROFILE",
    "PROJECT",
    "REGION",
    "REGISTRY",
    "RELEASE",
    "REPO",
    "REPOSITORY",
    "RETENTION",
    "ROOT",
    "SCHEME",
    "SERVER",
    "SERVICE",
    "SITE",
    "SIZE",
    "STAGE",
    "SUBNET",
    "TAG",
    "TARGET",
    "TIME",
    "TIMEOUT",
    "TIMEZONE",
    "TZ",
    "UID",
    "VERSION",
    "VOLUME",
    "ZONE",
];

/// Variables and their values. Its `Debug` does not show the values, which may be secrets.
#[derive(Clone, Default)]
pub(super) struct EnvVariables(BTreeMap<String, VariableValue>);

/// The value of a variable.
#[derive(Clone)]
enum VariableValue {
    Known(String),
    /// It is set, but may be a secret: a `.env` file seldom is in the repository, and what a compose
    /// file fills in is repeated in sentences about paths and arguments.
    Withheld,
}

impl fmt::Debug for EnvVariables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl EnvVariables {
    /// Reads a `.env` file: `NAME=value` a line, quotes taken off, comments left out. What may be a
    /// secret is withheld, and all of a file that is not in the repository: a fresh clone does not have
    /// it, and a pull request could have it printed.
    pub(super) fn from_env_file(text: &str, is_committed: bool) -> Self {
        let mut out = Self::default();
        for line in lines(text) {
            let is_shown = is_committed || line.name == FILES_OF_COMPOSE || line.value.is_empty();
            let value = if is_shown && may_be_shown(line.name, line.value) {
                VariableValue::Known(line.value.to_owned())
            } else {
                VariableValue::Withheld
            };
            out.0.insert(line.name.to_owned(), value);
        }
        out
    }

    /// Gives a variable a value, or takes it away.
    pub(super) fn set(&mut self, name: &str, value: Option<String>) {
        match value {
            Some(value) => self.0.insert(name.to_owned(), VariableValue::Known(value)),
            None => self.0.remove(name),
        };
    }

    /// A text with its variables replaced; none if one of them has neither value nor default,
    /// since the user who starts the containers may have set it, if its value is withheld, or if they
    /// are too long together.
    pub(super) fn expand(&self, text: &str) -> Option<String> {
        self.expand_within(text, DEEPEST)
    }

    fn expand_within(&self, text: &str, depth: usize) -> Option<String> {
        let mut out = String::new();
        let mut filled = 0;
        let mut fill = |out: &mut String, value: &str| {
            filled += value.len();
            (filled <= MOST_FILLED).then(|| out.push_str(value))
        };
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('$') {
            out.push_str(before);
            if let Some(after) = after.strip_prefix('$') {
                out.push('$');
                rest = after;
            } else if let Some(inner) = after.strip_prefix('{') {
                let length = closing(inner)?;
                let body = inner.get(..length)?;
                fill(&mut out, &self.value_of(body, depth.checked_sub(1)?)?)?;
                rest = inner.get(length + 1..)?;
            } else {
                let length = after.find(|c| !is_word(c)).unwrap_or(after.len());
                let (name, tail) = after.split_at_checked(length)?;
                if is_name(name) {
                    let VariableValue::Known(value) = self.0.get(name)? else {
                        return None;
                    };
                    fill(&mut out, value)?;
                } else {
                    out.push('$');
                    out.push_str(name);
                }
                rest = tail;
            }
        }
        out.push_str(rest);
        Some(out)
    }

    /// The value of what is between `${` and `}`.
    fn value_of(&self, body: &str, depth: usize) -> Option<String> {
        let length = body.find(|c| !is_word(c)).unwrap_or(body.len());
        let (name, operator) = body.split_at_checked(length)?;
        let set = self.0.get(name);
        let is_filled = |value: &&VariableValue| match value {
            VariableValue::Known(text) => !text.is_empty(),
            VariableValue::Withheld => true,
        };
        let filled = set.filter(is_filled);
        // `:-` and the like look at empty values too, `-` and the like only at missing ones.
        let (set, operator) = match operator.strip_prefix(':') {
            Some(operator) => (filled, operator),
            None => (set, operator),
        };
        match (operator.split_at_checked(1), set) {
            (Some(("-", default)), None) => self.expand_within(default, depth),
            (Some(("+", other)), Some(_)) => self.expand_within(other, depth),
            (Some(("-" | "?", _)) | None, Some(VariableValue::Known(value))) => Some(value.clone()),
            _ => None,
        }
    }
}

/// Whether sentences may repeat the value of a variable of a `.env` file: it is a path of plain words,
/// a version or a small number. If its name says that it is something else than a secret, the name of
/// an image or of a host and arguments of words count too, and under the name of a secret only a path
/// does.
fn may_be_shown(name: &str, value: &str) -> bool {
    const SEPARATORS: &str = "/\\.:,-_=+~";
    let is_secret = is_secret_name(name) || is_like_secret_name(name);
    if is_secret || !has_plain_name(name) {
        return is_plain_path(value) || !is_secret && is_version(value);
    }
    let (rest, digest) = value.split_once("@sha256:").unwrap_or((value, ""));
    let separates = |c: char| c.is_whitespace() || SEPARATORS.contains(c);
    digest.bytes().all(|byte| byte.is_ascii_hexdigit())
        && rest.split(separates).all(is_word_or_number)
}

/// Whether the last word of a name, or the word before a number, says that the value may be shown.
fn has_plain_name(name: &str) -> bool {
    let words = name.split('_').rev();
    let mut words = words.filter(|word| !word.bytes().all(|byte| byte.is_ascii_digit()));
    let is_plain = |word: &str| {
        let mut plain = PLAIN_NAMES.iter();
        plain.any(|plain| plain.eq_ignore_ascii_case(word))
    };
    words.next().is_some_and(is_plain) || name == FILES_OF_COMPOSE
}

/// Whether a value is a path from the root, from here or from home, of words with numbers behind them.
fn is_plain_path(value: &str) -> bool {
    let begins = ["/", "./", "../", "~/"];
    let has_digits = |part: &str| part.bytes().any(|byte| byte.is_ascii_digit());
    let is_plain = |part: &str| {
        let word = part.trim_end_matches(|c: char| c.is_ascii_digit());
        is_word_or_number(part) && !has_digits(word)
    };
    begins.iter().any(|begin| value.starts_with(begin))
        && value
            .trim_start_matches('~')
            .split(['/', '.', '-', '_'])
            .all(is_plain)
}

/// Whether a value is a version, a number of few digits, or a word that means one: `v2.53.0-rc.1`, `9090`,
/// `latest`, `true`.
fn is_version(value: &str) -> bool {
    let is_number = |part: &str, most: usize| {
        (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let is_suffix = |part: &str| {
        let digits = part.trim_start_matches(|c: char| c.is_ascii_lowercase());
        part.len() - digits.len() <= LONGEST_SUFFIX
            && (digits.is_empty() || is_number(digits, MOST_DIGITS_BEHIND))
    };
    let (numbers, suffix) = value.split_once('-').unwrap_or((value, ""));
    let numbers = numbers.strip_prefix('v').unwrap_or(numbers).split('.');
    ["", "latest", "main", "true", "false"].contains(&value)
        || numbers.clone().count() <= MOST_NUMBERS
            && numbers
                .clone()
                .all(|part| is_number(part, MOST_DIGITS_OF_A_PORT))
            && suffix.split(['.', '-']).all(is_suffix)
}

/// The most numbers of a version, or of an address.
const MOST_NUMBERS: usize = 4;

/// The longest word behind a version, such as `distroless`.
const LONGEST_SUFFIX: usize = 10;

/// The most digits of a port, and of a part of a version.
const MOST_DIGITS_OF_A_PORT: usize = 5;

/// The longest part of a name that need not be a word, such as `k8s` and `rc12`.
const LONGEST_PART: usize = 4;

/// The most digits of a number, such as a date, and those behind a word, such as `mimir01`.
const MOST_DIGITS: usize = 8;
const MOST_DIGITS_BEHIND: usize = 2;

/// The longest word.
const LONGEST_WORD: usize = 16;

/// Whether a part of a value is a word, perhaps with a number behind it, or a number.
fn is_word_or_number(part: &str) -> bool {
    let word = part.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = part.len() - word.len();
    let letters = word.strip_prefix(|c: char| c.is_ascii_uppercase());
    let is_word = letters
        .unwrap_or(word)
        .bytes()
        .all(|byte| byte.is_ascii_lowercase());
    if part.len() <= LONGEST_PART {
        return part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    }
    word.is_empty() && digits <= MOST_DIGITS
        || is_word
            && word.len() <= LONGEST_WORD
            && digits <= MOST_DIGITS_BEHIND
            && !is_made_up(part)
}

/// A line of a `.env` file that gives a variable a value.
pub(super) struct EnvLine<'t> {
    pub(super) name: &'t str,
    pub(super) value: &'t str,
    /// Where the name begins in the text, in bytes.
    pub(super) at: usize,
    /// Where the line ends.
    pub(super) end: usize,
}

/// The lines of a `.env` file that give variables values.
pub(super) fn lines(text: &str) -> impl Iterator<Item = EnvLine<'_>> {
    let mut next = 0;
    text.split_inclusive('\n').filter_map(move |whole| {
        let start = next;
        next += whole.len();
        let line = whole.trim();
        let line = line.strip_prefix("export ").unwrap_or(line);
        let (name, value) = line.split_once('=')?;
        let name = name.trim();
        let at = start + whole.find(name)?;
        let end = start + whole.trim_end().len();
        let value = unquoted(value.trim());
        is_name(name).then_some(EnvLine {
            name,
            value,
            at,
            end,
        })
    })
}

/// Whether all lines of a text give variables values, comments left out.
pub(super) fn sets_variables(text: &str) -> bool {
    let rest = text.lines().map(str::trim);
    let mut rest = rest.filter(|line| !line.is_empty() && !line.starts_with('#'));
    rest.all(|line| lines(line).next().is_some())
}

/// Where the brace that was opened before `text` is closed.
fn closing(text: &str) -> Option<usize> {
    let mut open = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '{' => open += 1,
            '}' if open == 0 => return Some(at),
            '}' => open -= 1,
            _ => {}
        }
    }
    None
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && name.chars().all(is_word)
}

fn unquoted(value: &str) -> &str {
    for quote in ['"', '\''] {
        let inner = value.strip_prefix(quote);
        if let Some((inner, _)) = inner.and_then(|inner| inner.split_once(quote)) {
            return inner;
        }
    }
    value.split(" #").next().unwrap_or(value).trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_replaced_as_compose_does() {
        let env =
            "# c\nDIR=./secrets\nexport TAG=\"v2.53.0\" # x\nEMPTY=\nARGS='a b'\nbad line\n2=x\n";
        let variables = EnvVariables::from_env_file(env, true);
        for (text, want) in [
            ("${DIR}/token", Some("./secrets/token")),
            ("$DIR/token", Some("./secrets/token")),
            ("prom:${TAG}", Some("prom:v2.53.0")),
            ("${NONE:-x}", Some("x")),
            ("${NONE-${ALSO:-y}}/z", Some("y/z")),
            ("${EMPTY:-x}", Some("x")),
            ("${EMPTY-x}", Some("")),
            ("${DIR:?must be set}", Some("./secrets")),
            ("${DIR:+set}", Some("set")),
            ("$$HOME", Some("$HOME")),
            ("${ARGS}", Some("a b")),
            ("cost: $5", Some("cost: $5")),
            ("${NONE}", None),
            ("$NONE", None),
            ("${NONE:?must be set}", None),
            ("${DIR", None),
        ] {
            assert_eq!(variables.expand(text).as_deref(), want, "{text}");
        }
    }

    #[test]
    fn what_may_be_a_secret_is_withheld() {
        for (name, value, is_shown) in [
            ("DATA_DIR", "./data", true),
            ("CONFIG", "/srv/Prometheus/conf.d/prometheus-eu1.yml", true),
            ("SECRETS_DIR", "./secrets", true),
            ("TOKEN_FILE", "/run/secrets/api-token", true),
            ("TAG", "v2.53.0-rc.1", true),
            ("VERSION", "latest", true),
            ("IMAGE", "quay.io:443/prometheus/prometheus:v3.1.0", true),
            (
                "IMAGE",
                "prom/prometheus@sha256:aec0fcd48ea6a3ac7a8aa1d2dd3d4d3f",
                true,
            ),
            ("PORT", "9090", true),
            ("DAY", "20241129", true),
            ("HOST", "mimir01.example.com", true),
            (
                "ARGS",
                "--config.file=/etc/p.yml --web.enable-lifecycle",
                true,
            ),
            ("EMPTY", "", true),
            ("TAG", "3.1.0-distroless", true),
            ("V", "v3.1.0-rc.1", true),
            ("PROM", "v3", true),
            ("SCRATCH", "/srv/prometheus/data-2", true),
            ("HOST_2", "mimir", true),
            ("API_TOKEN", "made-up-2", false),
            ("API_TOKEN", "/ab1c/de2f-gh3i+jk4l=/mnop", false),
            ("PGPASS", "correct-horse-battery", false),
            ("RWKEY", "correct-horse-battery", false),
            ("SLACK_WEBHOOK", "correct-horse-battery", false),
            ("MOTDEPASSE", "correct-horse-battery", false),
            ("SEED", "correct horse battery", false),
            ("LOGIN", "hunter2", false),
            ("LOGIN", "admin:hunter", false),
            ("LOGIN", "12345678", false),
            ("LOGIN", "1234-5678-9012", false),
            ("LOGIN", "ab1c-de2f-gh3i-jk4l", false),
            ("LOGIN", "Summer.Winter-99", false),
            ("DB_PASSWORD", "hunter", false),
            ("PASSWD", "42", false),
            ("NAME", "Kagiba642bomogo!", false),
            ("NAME", "Kagiba642bomogo", false),
            ("NAME", "4a5f0c1d8be24f7791c3a6d2e0f9b788", false),
            ("NAME", "tR7vQ2mZx9LkP4wB8nYc", false),
            ("NAME", "qzjfkwmxtrbplghdnvcs", false),
            ("URL", "https://u:hunter@h.example.com", false),
            ("DIR", "/data/4a5f0c1d8be24f7791c3a6d2e0f9b788", false),
        ] {
            assert_eq!(may_be_shown(name, value), is_shown, "{name}={value}");
        }
        let variables = EnvVariables::from_env_file("API_TOKEN=made-up-2", true);
        for (text, want) in [
            ("$API_TOKEN", None),
            ("/x/${API_TOKEN}", None),
            ("${API_TOKEN:-x}", None),
            ("${API_TOKEN:+x}", Some("x")),
        ] {
            assert_eq!(variables.expand(text).as_deref(), want, "{text}");
        }
    }

    #[test]
    fn endless_nesting_is_not_followed() {
        let text = "${A:-".repeat(10_000) + &"}".repeat(10_000);
        assert_eq!(EnvVariables::default().expand(&text), None);
    }

    #[test]
    fn variables_of_variables_do_not_grow_without_end() {
        let mut variables = EnvVariables::default();
        variables.set("A", Some("ab".to_owned()));
        for _ in 0..64 {
            let twice = variables.expand("$A${A:-x}");
            variables.set("A", twice);
        }
        assert_eq!(variables.expand("$A"), None);
        variables.set("A", Some("a".repeat(MOST_FILLED)));
        assert!(variables.expand("$A").is_some());
        assert_eq!(variables.expand("$A$A"), None);
    }

    #[test]
    fn debug_shows_no_value() {
        let variables = EnvVariables::from_env_file("TOKEN=hunter22", true);
        assert_eq!(format!("{variables:?}"), "{\"TOKEN\"}");
    }
}
