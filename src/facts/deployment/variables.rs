//! `${VARIABLE}` in compose files and Dockerfiles, and the `.env` file beside a compose file.

use std::collections::BTreeMap;
use std::fmt;

/// How deep defaults may be in defaults, such as `${A:-${B:-c}}`.
const DEEPEST: usize = 8;

/// So many bytes may come from variables in one text: no path on Linux is longer (`PATH_MAX`).
/// Without a limit, 30 lines of `ARG B=$A$A` are a gigabyte.
const MOST_FILLED: usize = 4096;

/// Variables and their values. Its `Debug` does not show the values, which may be secrets.
#[derive(Clone, Default)]
pub(super) struct Variables(BTreeMap<String, String>);

impl fmt::Debug for Variables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Variables {
    /// Reads a `.env` file: `NAME=value` a line, quotes taken off, comments left out.
    pub(super) fn from_env_file(text: &str) -> Self {
        let mut out = Self::default();
        for line in lines(text) {
            out.set(line.name, Some(line.value.to_owned()));
        }
        out
    }

    /// Gives a variable a value, or takes it away.
    pub(super) fn set(&mut self, name: &str, value: Option<String>) {
        match value {
            Some(value) => self.0.insert(name.to_owned(), value),
            None => self.0.remove(name),
        };
    }

    /// A text with its variables replaced; none if one of them has neither value nor default,
    /// since the user who starts the containers may have set it, or if they are too long together.
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
                    fill(&mut out, self.0.get(name)?)?;
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
        let filled = set.filter(|value| !value.is_empty());
        // `:-` and the like look at empty values too, `-` and the like only at missing ones.
        let (set, operator) = match operator.strip_prefix(':') {
            Some(operator) => (filled, operator),
            None => (set, operator),
        };
        match (operator.split_at_checked(1), set) {
            (Some(("-", default)), None) => self.expand_within(default, depth),
            (Some(("+", other)), Some(_)) => self.expand_within(other, depth),
            (Some(("-" | "?", _)) | None, Some(value)) => Some(value.clone()),
            _ => None,
        }
    }
}

/// A line of a `.env` file that gives a variable a value.
pub(super) struct Line<'t> {
    pub(super) name: &'t str,
    pub(super) value: &'t str,
    /// Where the name begins in the text, in bytes.
    pub(super) at: usize,
    /// Where the line ends.
    pub(super) end: usize,
}

/// The lines of a `.env` file that give variables values.
pub(super) fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
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
        is_name(name).then_some(Line {
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
            "# c\nDIR=./secrets\nexport TAG=\"v2.53.0\" # x\nEMPTY=\nQ='a b'\nbad line\n2=x\n";
        let variables = Variables::from_env_file(env);
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
            ("${Q}", Some("a b")),
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
    fn endless_nesting_is_not_followed() {
        let text = "${A:-".repeat(10_000) + &"}".repeat(10_000);
        assert_eq!(Variables::default().expand(&text), None);
    }

    #[test]
    fn variables_of_variables_do_not_grow_without_end() {
        let mut variables = Variables::default();
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
        let variables = Variables::from_env_file("TOKEN=hunter22");
        assert_eq!(format!("{variables:?}"), "{\"TOKEN\"}");
    }
}
