//! Secrets by the keys of the lines, whether or not the whole is YAML.
//!
//! Everything that can be read off a line without a parser is: a file that does not parse is shown
//! as well, and so is a commented-out token. What is masked too much costs a few words of an
//! excerpt; what is masked too little costs a secret.

use std::collections::HashSet;

use super::names::{self, Meaning};
use super::{Span, arguments, looks, urls, value};
use crate::work;

/// The most lines of a quoted value or of a PEM block that does not end. A key of RSA with 8192
/// bits has 100.
const MOST_LINES: usize = 400;

/// Byte ranges of what looks like a secret, in no order.
pub(super) fn find(content: &str) -> Vec<Span> {
    let mut scan = Scan {
        content,
        offset: 0,
        out: Vec::new(),
        state: State::Open,
        section: None,
        names_secret: false,
        unnamed: None,
        below_secret: None,
        commented: false,
        names: None,
    };
    for line in content.split_inclusive('\n') {
        scan.line(line.trim_end());
        scan.offset += line.len();
    }
    scan.out
}

/// The fewest bytes of a word in small letters behind `user:` that is a password rather than a group.
const SHORTEST_PASSWORD: usize = 9;

/// Which lines belong to a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Commented {
    Yes,
    No,
    Either,
}

/// What the lines before say of the next one.
#[derive(Clone, Copy)]
enum State {
    /// Nothing.
    Open,
    /// The value of the key in this column goes on: deeper lines are part of it.
    Value {
        column: usize,
        /// Whether these are lines that begin with `#`, or may be: all of a block scalar is.
        commented: Commented,
    },
    /// The key in this column has no value yet: what is deeper and no mapping is part of it.
    Awaited { column: usize },
    /// A quote is open.
    Quoted { quote: char, left: usize },
    /// A private key is open.
    Pem { left: usize },
    /// `? password` has been read.
    ExplicitKey { column: usize },
    /// An argument that takes a secret has been read.
    Argument,
}

struct Scan<'t> {
    content: &'t str,
    offset: usize,
    out: Vec<Span>,
    state: State,
    /// The column of the key of the mapping with credentials that the line may be in.
    section: Option<usize>,
    /// Whether `name:` was last read with the name of a secret, as variables of containers have.
    names_secret: bool,
    /// Column and span of a `value:` whose `name:` may follow.
    unnamed: Option<(usize, Span)>,
    /// The column of a key with the name of a secret whose value is a mapping: a header of
    /// `http_headers`.
    below_secret: Option<usize>,
    /// Whether the key whose value is awaited was commented out.
    commented: bool,
    /// The names behind `&` and `*` in the text, mark included; gathered when first asked for.
    names: Option<HashSet<&'t str>>,
}

impl<'t> Scan<'t> {
    fn line(&mut self, body: &str) {
        let indent = body.len() - body.trim_start_matches([' ', '\t', '#']).len();
        let Some(from) = self.carried_on(body, indent) else {
            return;
        };
        if indent == body.len() {
            return;
        }
        if self.section.is_some_and(|column| {
            indent < column || indent == column && !body.get(indent..).is_some_and(is_item)
        }) {
            self.section = None;
        }
        if self.below_secret.is_some_and(|column| indent <= column) {
            self.below_secret = None;
        }
        if self.pem(body, indent) {
            return;
        }
        self.anchor(body);
        let found = self.out.len();
        self.explicit_key(body, indent);
        self.pairs(body, from);
        if self.out.len() == found {
            self.without_mark(body, indent);
        }
        let offset = self.offset;
        let hides =
            |range: std::ops::Range<usize>| Span::new(offset + range.start, offset + range.end);
        self.out
            .extend(arguments::find(body).into_iter().map(hides));
        self.out.extend(urls::find(body).into_iter().map(hides));
        self.out.extend(looks::find(body).into_iter().map(hides));
    }

    fn hide(&mut self, from: usize, to: usize) {
        if from < to {
            self.out
                .push(Span::new(self.offset + from, self.offset + to));
        }
    }

    /// Hides what belongs to a value of the lines before; where the rest of the line begins, if
    /// there is one.
    fn carried_on(&mut self, body: &str, indent: usize) -> Option<usize> {
        let blank = body.len() == indent;
        match self.state {
            State::Open => Some(0),
            State::Quoted { quote, left } => {
                let end = value::closing_quote(body, quote, 0);
                self.hide(indent, end.unwrap_or(body.len()));
                self.state = match (end, left) {
                    (Some(_), _) | (None, 0) => State::Open,
                    (None, left) => State::Quoted {
                        quote,
                        left: left - 1,
                    },
                };
                end
            }
            State::Pem { left } => {
                self.hide(indent, body.len());
                self.state = if left == 0 || body.contains("END ") {
                    State::Open
                } else {
                    State::Pem { left: left - 1 }
                };
                None
            }
            _ if blank => None,
            State::Value { column, commented } => {
                let same = commented == Commented::Either || commented == is_commented(body);
                if !same && commented == Commented::No {
                    return Some(0);
                }
                if indent > column && same {
                    self.hide(indent, body.len());
                    return None;
                }
                self.state = State::Open;
                Some(0)
            }
            State::Awaited { column } => {
                if is_commented(body) == Commented::Yes && !self.commented {
                    return Some(0);
                }
                let rest = body.get(indent..).unwrap_or("");
                let item = rest.strip_prefix("- ").map(str::trim_start);
                if indent < column || indent == column && item.is_none() {
                    self.state = State::Open;
                } else if !value::is_mapping(item.unwrap_or(rest)) {
                    self.hide(body.len() - item.unwrap_or(rest).len(), body.len());
                    if item.is_none() {
                        self.state = State::Value {
                            column,
                            commented: is_commented(body),
                        };
                    }
                    return None;
                } else {
                    self.state = State::Open;
                    self.below_secret = Some(column);
                }
                Some(0)
            }
            State::ExplicitKey { column } => {
                self.state = State::Open;
                let rest = body.get(indent..).unwrap_or("");
                let behind = rest.strip_prefix(':')?.trim_start();
                self.value(body, body.len() - behind.len(), column, false);
                Some(body.len())
            }
            State::Argument => {
                self.state = State::Open;
                let rest = body.get(indent..).unwrap_or("");
                let item = rest.strip_prefix('-').unwrap_or(rest).trim_start();
                if item.starts_with('-') {
                    return Some(0);
                }
                self.hide(body.len() - item.len(), body.len());
                None
            }
        }
    }

    /// Hides a private key that begins in a line, on the same line or on those below.
    fn pem(&mut self, body: &str, indent: usize) -> bool {
        let Some(begins) = body.find("BEGIN ").filter(|at| {
            body.get(..*at).is_some_and(|before| before.ends_with("--"))
                && body
                    .get(*at..)
                    .is_some_and(|rest| rest.contains("PRIV") || rest.contains("KEY"))
                && !body.contains("PUBLIC KEY")
        }) else {
            return false;
        };
        let dashes = body.get(..begins).unwrap_or("").trim_end_matches('-').len();
        self.hide(dashes.max(indent), body.len());
        if !body.get(begins..).is_some_and(|rest| rest.contains("END ")) {
            self.state = State::Pem { left: MOST_LINES };
        }
        true
    }

    /// Hides what an anchor with the name of a secret is put before: `&password SECRET`.
    fn anchor(&mut self, body: &str) {
        let Some(at) = memchr::memmem::find(body.as_bytes(), b" &") else {
            return;
        };
        let rest = body.get(at + 2..).unwrap_or("");
        let Some((name, behind)) = rest.split_once(' ') else {
            return;
        };
        let bare = value::unquoted(behind.trim_start(), false);
        if Meaning::of(name).is_secret() && !value::is_harmless(bare) && !value::is_mapping(bare) {
            self.hide(body.len() - behind.len(), body.len());
        }
    }

    /// `? password`, whose value is in the next line.
    fn explicit_key(&mut self, body: &str, indent: usize) {
        let rest = body.get(indent..).unwrap_or("");
        let rest = rest.strip_prefix("- ").unwrap_or(rest);
        let Some(key) = rest.strip_prefix("? ") else {
            return;
        };
        let key = key.trim();
        if matches!(
            Meaning::of(key),
            Meaning::Secret | Meaning::NearSecret | Meaning::Section
        ) {
            self.state = State::ExplicitKey { column: indent };
        }
    }

    /// Hides the values of the keys of a line.
    fn pairs(&mut self, body: &str, from: usize) {
        let brace = memchr::memchr2(b'{', b'[', body.as_bytes()).unwrap_or(body.len());
        let line = value::Line::new(body);
        let mut taken = from;
        let mut braced = None;
        let marks = body
            .char_indices()
            .filter(|(_, c)| matches!(c, ':' | '=' | '：'));
        for (at, mark) in marks {
            if at < taken {
                continue;
            }
            let Some(pair) = value::pair(&line, at, mark, brace < at) else {
                continue;
            };
            if braced.is_some_and(|end| at >= end) {
                braced = None;
            }
            let written = body.get(pair.value..).unwrap_or("");
            // What is inside of braces that are open ends before they do.
            if pair.meaning == Meaning::Section && written.starts_with('{') && braced.is_none() {
                braced = Some(value::closing_brace(body, pair.value));
            }
            if let Some(end) = self.pair(&line, &pair, braced) {
                taken = end;
            }
        }
    }

    /// Hides the value of a key if it has to be; where it ends.
    fn pair(
        &mut self,
        line: &value::Line<'_>,
        pair: &value::Pair<'_>,
        braced: Option<usize>,
    ) -> Option<usize> {
        let body = line.body;
        let in_section = self.section.is_some() || braced.is_some();
        if pair.meaning == Meaning::Plain && !in_section && !is_telling(pair.key) {
            return None;
        }
        let written = value::window(body.get(pair.value..).unwrap_or(""));
        let bare = value::unquoted(written, pair.flow);
        // Behind `-config.file=` other arguments may follow.
        let word = match bare.split_whitespace().next() {
            Some(word) if !pair.spaced => word.trim_matches(['"', '\'', ',']),
            _ => bare,
        };
        let column = pair.column;
        // The section is part of a schema, such as that of a CustomResourceDefinition.
        if in_section && matches!(pair.key, "description" | "properties") {
            self.section = None;
            return None;
        }
        if is_name_of_value(pair.key) {
            self.names_secret = Meaning::of(bare).is_secret() || names::is_secret_name(bare);
            if let Some((before, span)) = self.unnamed.take()
                && self.names_secret
                && (before == column || pair.flow)
            {
                self.out.push(span);
                self.names_secret = false;
            }
        }
        let hidden = match pair.meaning {
            // A volume of compose: `- jwtsecret:/var/lib/x`.
            Meaning::Secret if !pair.spaced && value::is_path_of_words(bare) => false,
            Meaning::Secret => !bare.is_empty() || written.is_empty() || written.starts_with('#'),
            Meaning::NearSecret => !value::is_harmless(bare) && !value::is_prose(bare),
            Meaning::Section => {
                let goes_on = written.starts_with('{') && braced == Some(body.len());
                if goes_on || written.is_empty() || written.starts_with(['#', '&']) {
                    self.section = Some(column);
                }
                !written.starts_with('{')
                    && !value::is_harmless(bare)
                    && !value::is_prose(bare)
                    && !written.is_empty()
            }
            Meaning::Path => !value::is_plausible_path(word),
            Meaning::User => {
                let behind = word.split_once(':').map_or("", |(_, behind)| behind);
                let short = behind.len() < SHORTEST_PASSWORD && value::is_words(behind);
                let url = word.contains("://") || word.starts_with("arn:");
                !url && !short && !value::is_harmless(behind) && !behind.starts_with(['$', '}'])
            }
            Meaning::Scheme => in_section && !value::is_scheme(bare),
            Meaning::Plain if is_value_of_name(pair.key) && !value::is_harmless(bare) => {
                let length = value::plain_len(written, pair.flow);
                let is_cut = length == written.len();
                let end = if is_cut {
                    body.len()
                } else {
                    pair.value + length
                };
                let span = Span::new(self.offset + pair.value, self.offset + end);
                self.unnamed = (!self.names_secret).then_some((column, span));
                let secret = std::mem::take(&mut self.names_secret);
                secret || in_section || self.below_secret.is_some()
            }
            Meaning::Plain if pair.key == "key" || pair.key == "pat" => looks::is_dense(bare),
            Meaning::Plain => {
                in_section
                    && pair.spaced
                    && !line.is_comment
                    && !names::is_known_in_section(pair.key)
                    && !value::is_harmless(bare)
            }
        };
        if !hidden {
            return None;
        }
        Some(self.value(body, pair.value, column, pair.flow))
    }

    /// Hides a value that begins at an offset of a line; where it ends.
    fn value(&mut self, body: &str, start: usize, column: usize, flow: bool) -> usize {
        let written = body.get(start..).unwrap_or("");
        let first = written.chars().next().unwrap_or('#');
        if value::is_block_header(written) {
            self.state = State::Value {
                column,
                commented: Commented::Either,
            };
            return body.len();
        }
        if written.is_empty() || written.starts_with("# ") || written == "#" {
            self.state = State::Awaited { column };
            self.commented = is_commented(body) == Commented::Yes;
            return body.len();
        }
        match first {
            // A password may begin with what is a mark in YAML: a name that exists is one.
            '*' if self.has(written, '&') => start,
            '&' => self.anchored(body, start, column, flow),
            '{' if written.contains(':')
                || written.starts_with("{{") && super::is_variable(written) =>
            {
                start
            }
            '{' | '[' if flow => {
                let end = written
                    .find(['}', ']'])
                    .map_or(body.len(), |at| start + at + 1);
                self.hide(start, end);
                end
            }
            '"' | '\'' => {
                let Some(end) = value::closing_quote(body, first, start + first.len_utf8()) else {
                    self.hide(start, body.len());
                    self.state = State::Quoted {
                        quote: first,
                        left: MOST_LINES,
                    };
                    return body.len();
                };
                self.hide(start, end);
                end
            }
            _ => {
                let bare = value::unquoted(value::window(written), flow);
                if matches!(bare, "null" | "~" | "true" | "false") {
                    return start;
                }
                let end = start + value::plain_len(written, flow);
                self.hide(start, end);
                if !flow {
                    self.state = State::Value {
                        column,
                        commented: is_commented(body),
                    };
                }
                end
            }
        }
    }

    /// Hides a value that begins with what may be an anchor; where it ends.
    fn anchored(&mut self, body: &str, start: usize, column: usize, flow: bool) -> usize {
        let written = body.get(start..).unwrap_or("");
        let name = written.split(' ').next().unwrap_or("");
        let behind = written.get(name.len()..).unwrap_or("").trim_start();
        if behind.is_empty() && !self.has(written, '*') && name.len() > 1 {
            self.state = State::Awaited { column };
            self.hide(start, body.len());
            return body.len();
        }
        // A node has one anchor: a second one is part of a password.
        if behind.starts_with('&') {
            self.hide(start, body.len());
            return body.len();
        }
        self.value(body, body.len() - behind.len(), column, flow)
    }

    /// Whether the name behind the first character of a value occurs somewhere behind `mark`.
    fn has(&mut self, written: &str, mark: char) -> bool {
        let content = self.content;
        let names = self.names.get_or_insert_with(|| marked_names(content));
        let name = written.get(1..).unwrap_or("");
        let end = name.find(is_end_of_name).unwrap_or(name.len());
        work::count(end);
        end > 0 && names.contains(&*format!("{mark}{}", name.get(..end).unwrap_or("")))
    }

    /// Hides what is where a key should: `password SECRET`, `--password SECRET`, or anything
    /// without a key in a mapping with credentials.
    fn without_mark(&mut self, body: &str, indent: usize) {
        let rest = body.get(indent..).unwrap_or("");
        let commented = body
            .get(..indent)
            .is_some_and(|before| before.contains('#'));
        let item = rest.strip_prefix("- ").map(str::trim_start);
        let text = item.unwrap_or(rest);
        let start = body.len() - text.len();
        let mut words = text.split_whitespace();
        let (first, second, third) = (words.next().unwrap_or(""), words.next(), words.next());
        let bare = first.trim_matches(['"', '\'', ',', ';', '[']);
        let is_flag = bare.starts_with('-') && bare.len() > 2 && Meaning::of(bare).is_secret();
        match second {
            None if is_flag && !bare.contains(['=', ':']) => self.state = State::Argument,
            None if !commented
                && let Some((name, value)) = bare.split_once(';')
                && names::is_strong(name) =>
            {
                let from = start + text.find(value).unwrap_or(0);
                self.hide(from, from + value.len());
            }
            Some(second) if is_flag || !commented && third.is_none() && names::is_strong(bare) => {
                if !first.contains([':', '=']) && !second.starts_with([':', '=', '-', '{']) {
                    let from = text.find(second).unwrap_or(0);
                    self.hide(start + from, start + from + second.len());
                }
            }
            _ => {
                let plain = self.section.is_some() && !commented && !value::is_mapping(text);
                if plain && !text.starts_with(['{', '}', ']', '[']) && !value::is_harmless(text) {
                    // `scopes: [a]` as a block list: words are not secrets.
                    let is_word = value::is_words(text) || text.starts_with("http");
                    if !(text.starts_with('?') || item.is_some() && is_word) {
                        self.hide(start, body.len());
                    }
                }
            }
        }
    }
}

/// The names behind `&` and `*` in a text, mark included.
fn marked_names(content: &str) -> HashSet<&str> {
    work::count(content.len());
    let mut names = HashSet::new();
    let mut behind = 0;
    for at in memchr::memchr2_iter(b'&', b'*', content.as_bytes()) {
        let name = content.get(at + 1..).unwrap_or("");
        if at < behind {
            continue;
        }
        let end = name.find(is_end_of_name).unwrap_or(name.len());
        behind = at + 1 + end;
        names.extend(content.get(at..behind));
    }
    names
}

/// What the name of an anchor ends at. A mark ends one too, although YAML allows it inside of names,
/// so that each byte is part of one name.
fn is_end_of_name(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | '}' | ']' | '&' | '*')
}

fn is_commented(body: &str) -> Commented {
    if body.trim_start_matches([' ', '\t']).starts_with('#') {
        Commented::Yes
    } else {
        Commented::No
    }
}

/// Keys of the value of what another key beside them names: a variable of a container, a header,
/// the label that a relabeling writes.
fn is_value_of_name(key: &str) -> bool {
    matches!(key, "value" | "values" | "replacement")
}

/// Keys of the name that the value beside them belongs to.
fn is_name_of_value(key: &str) -> bool {
    matches!(key, "name" | "target_label" | "targetLabel")
}

/// Keys whose value may be a secret, or say that another is, although their names don't.
fn is_telling(key: &str) -> bool {
    is_value_of_name(key) || is_name_of_value(key) || matches!(key, "key" | "pat")
}

/// Whether a line is an item of a list.
fn is_item(rest: &str) -> bool {
    rest.starts_with("- ") || rest == "-"
}
