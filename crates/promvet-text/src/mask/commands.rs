//! Passwords that well-known commands take: `redis-cli -a SECRET`, `vault login SECRET`.

use std::ops::Range;

use super::plausible::{is_password, is_reference};
use super::value::is_harmless;
use super::{is_variable, plausible};
use crate::work;

/// How a command takes a password.
#[derive(Clone, Copy)]
enum PasswordPosition {
    /// Behind a flag of this name.
    Behind(&'static str),
    /// In the same word as a flag of this name.
    In(&'static str),
    /// As its argument of this number, flags not counted.
    Argument(usize),
}

/// Commands by their words.
const COMMANDS: &[(&[&str], PasswordPosition)] = &[
    (&["redis-cli"], PasswordPosition::Behind("-a")),
    (&["docker", "login"], PasswordPosition::Behind("-p")),
    (&["podman", "login"], PasswordPosition::Behind("-p")),
    (&["registry", "login"], PasswordPosition::Behind("-p")),
    (&["mongosh"], PasswordPosition::Behind("-p")),
    (&["mongo"], PasswordPosition::Behind("-p")),
    (&["mongodump"], PasswordPosition::Behind("-p")),
    (&["sshpass"], PasswordPosition::Behind("-p")),
    (&["sshpass"], PasswordPosition::In("-p")),
    (&["mysql"], PasswordPosition::In("-p")),
    (&["mysqladmin"], PasswordPosition::In("-p")),
    (&["mysqldump"], PasswordPosition::In("-p")),
    (&["mariadb-admin"], PasswordPosition::In("-p")),
    (&["vault", "login"], PasswordPosition::Argument(0)),
    (&["mc", "alias", "set"], PasswordPosition::Argument(3)),
];

/// A part of each of the commands: most lines have none of them.
const PARTS: [&str; 7] = [
    "redis-cli",
    "login",
    "mongo",
    "sshpass",
    "mysql",
    "mariadb-",
    "alias",
];

/// The longest line that is looked at, in bytes. Commands that people write are shorter; lines of
/// minified files are not.
const LONGEST: usize = 2048;

/// Byte ranges of the passwords that commands of one line take.
pub(super) fn find(line: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let line = line.get(..super::floor(line, LONGEST)).unwrap_or("");
    let bytes = line.as_bytes();
    if memchr::memmem::find(bytes, b"base64").is_some() {
        work::count(line.len());
        out.extend(encoded(line));
    }
    if !PARTS
        .iter()
        .any(|part| memchr::memmem::find(bytes, part.as_bytes()).is_some())
    {
        return out;
    }
    work::count(line.len());
    let words = words(line);
    for at in 0..words.len() {
        let rest = words.get(at..).unwrap_or(&[]);
        for (names, takes) in COMMANDS {
            if begins_with(rest, names) {
                let arguments = rest.get(names.len()..).unwrap_or(&[]);
                out.extend(password(arguments, *takes));
            }
        }
    }
    out
}

/// The password of a user that is encoded: `echo -n user:SECRET | base64`.
fn encoded(line: &str) -> Option<Range<usize>> {
    let end = line.rfind("base64")?;
    let end = line.get(..end)?.rfind('|')?;
    let said = line.get(..end)?;
    let begins = ["echo ", "printf "].map(|name| said.find(name).map(|at| at + name.len()));
    let from = begins.into_iter().flatten().min()?;
    let word = said.get(from..)?.split_whitespace().next_back()?;
    let word = word.trim_matches(['"', '\'']);
    let (_, password) = word.split_once(':')?;
    let is_word = is_reference(password) && !is_password(password);
    let from = from + said.get(from..)?.rfind(password)?;
    (!is_word && !is_variable(password)).then(|| from..from + password.len())
}

/// The words of a line with their offsets, whether it is a text or a list.
fn words(line: &str) -> Vec<(usize, &str)> {
    let mut out = Vec::new();
    let mut at = 0;
    for piece in line.split_inclusive(|c: char| c.is_whitespace() || "\"'`,[]()".contains(c)) {
        let word = piece.trim_end_matches(|c: char| c.is_whitespace() || "\"'`,[]()".contains(c));
        if !word.is_empty() {
            out.push((at, word));
        }
        at += piece.len();
    }
    out
}

fn begins_with(words: &[(usize, &str)], names: &[&str]) -> bool {
    let is_name =
        |((_, word), name): (&(usize, &str), &&str)| word.rsplit(['/', '#']).next() == Some(*name);
    words.len() > names.len() && words.iter().zip(names).all(is_name)
}

fn password(arguments: &[(usize, &str)], takes: PasswordPosition) -> Option<Range<usize>> {
    let (from, word) = match takes {
        PasswordPosition::Behind(flag) => {
            let at = arguments.iter().position(|(_, word)| *word == flag)?;
            *arguments.get(at + 1)?
        }
        PasswordPosition::In(flag) => arguments.iter().find_map(|(at, word)| {
            let glued = word.strip_prefix(flag).filter(|glued| !glued.is_empty())?;
            Some((at + flag.len(), glued))
        })?,
        PasswordPosition::Argument(number) => {
            let mut plain = arguments.iter().filter(|(_, word)| !word.starts_with('-'));
            let found = plain.nth(number)?;
            // `# vault login is done by the sidecar`
            let is_word = is_reference(found.1) && !plausible::is_uuid(found.1);
            (!is_word || is_password(found.1)).then_some(*found)?
        }
    };
    let is_shown = is_harmless(word) || is_variable(word) || word.starts_with(['-', '$', '<']);
    (!is_shown).then(|| from..from + word.len())
}
