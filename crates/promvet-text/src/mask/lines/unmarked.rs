//! What has no mark of a key behind it: `password SECRET`, the labels of a block.

use super::super::names::{self, Meaning};
use super::super::{arguments, marks, plausible, value};
use super::sections::{self, MappingContent};
use super::{Scan, State};
use crate::work;

impl Scan<'_> {
    /// Hides what is where a key should: `password SECRET`, `--password SECRET`, or anything
    /// without a key in a mapping with credentials.
    pub(super) fn without_mark(&mut self, body: &str, indent: usize) {
        let rest = body.get(indent..).unwrap_or("");
        let commented = body
            .get(..indent)
            .is_some_and(|before| before.contains('#'));
        let item = rest.strip_prefix("- ").map(str::trim_start);
        let text = item.unwrap_or(rest);
        let start = body.len() - text.len();
        if self.sections.innermost().is_none() && begins_with_key(text) {
            return;
        }
        let mut words = text.split_whitespace();
        let (first, second, third) = (words.next().unwrap_or(""), words.next(), words.next());
        let bare = first.trim_matches(['"', '\'', ',', ';', '[']);
        let is_flag = bare.starts_with('-') && bare.len() > 2 && Meaning::of(bare).is_secret();
        // `ENV API_TOKEN SECRET`
        if matches!(first, "ENV" | "ARG")
            && let (Some(name), Some(third)) = (second, third)
            && Meaning::of(name).is_secret()
            && !value::is_harmless(third)
        {
            let from = start + text.find(name).unwrap_or(0) + name.len();
            self.hide(from, body.len());
            return;
        }
        match second {
            None if bare.len() > 2 && arguments::takes_secret(bare).is_some() => {
                let certain = arguments::takes_secret(bare) == Some(true);
                self.state = State::Argument { certain };
            }
            None if !commented
                && let Some((name, value)) = bare.split_once(';')
                && names::is_strong(name) =>
            {
                let from = start + text.find(value).unwrap_or(0);
                self.hide(from, from + value.len());
            }
            Some(second) if is_flag || !commented && third.is_none() && names::is_strong(bare) => {
                let is_apart = !first.contains([':', '=']);
                let from = text.find(second).unwrap_or(0);
                if is_apart && !second.starts_with([':', '=', '-', '{']) {
                    self.hide(start + from, start + from + second.len());
                }
            }
            _ if !commented => self.in_section(body, text, item.map(|_| indent)),
            _ => {}
        }
    }

    /// Hides what follows the name of a secret in an item of a flow mapping that lacks its colon:
    /// `{url: x, bearer_token SECRET}`.
    pub(super) fn items_without_mark(&mut self, body: &str, indent: usize) {
        let commented = body.get(..indent).is_some_and(|lead| lead.contains('#'));
        if commented || memchr::memchr3(b'{', b'}', b',', body.as_bytes()).is_none() {
            return;
        }
        work::count(body.len());
        let mut at = 0;
        for item in body.split_inclusive(['{', ',', '}', ']']) {
            let text = item.trim_end_matches(['{', ',', '}', ']']);
            if let Some(from) = secret_of_item(text) {
                self.hide(at + from, at + text.trim_end().len());
            }
            at += item.len();
        }
    }

    /// Hides a text without a key in a mapping with credentials, or in one that stands for one; `item`
    /// is where it begins if it is an item of a list.
    fn in_section(&mut self, body: &str, text: &str, item: Option<usize>) {
        let Some(section) = self.sections.innermost() else {
            return;
        };
        if value::is_mapping(text)
            || value::is_harmless(text)
            || text.starts_with(['{', '}', ']', '[', '?'])
            || text.ends_with('{')
            // `username = "u"` in a block.
            || text.contains(" = ")
        {
            return;
        }
        // `scopes: [a]` as a block list: words are not secrets.
        let is_name = |text: &str| text.split(['.', ':', '/']).all(value::is_words);
        let is_word = is_name(text) || text.starts_with("http");
        let shown = match section.within {
            MappingContent::Credentials => {
                item.is_some_and(|column| !section.is_own_item(column)) && is_word
            }
            MappingContent::Headers if plausible::is_uuid(value::unquoted(text, false)) => false,
            MappingContent::Secret | MappingContent::Headers | MappingContent::PlainHeader => {
                plausible::is_reference(text) || value::is_prose(text)
            }
        };
        if !shown {
            self.hide(body.len() - text.len(), body.len());
        }
    }

    /// Reads the head of a block, `basic_auth {`, and hides what is between its name and its brace:
    /// blocks of credentials have no labels. Where a block ends that does in this line.
    pub(super) fn block(&mut self, body: &str, indent: usize) -> Option<(usize, MappingContent)> {
        let rest = body.get(indent..)?;
        let brace = memchr::memchr(b'{', rest.as_bytes())?;
        let head = rest.get(..brace)?;
        let named = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
        let name = head.get(..head.find(|c| !named(c)).unwrap_or(head.len()))?;
        let labels = head.get(name.len()..)?;
        let meaning = Meaning::of(name);
        // `my_token{a="b"}` is a selector of PromQL.
        let is_block = meaning == Meaning::Section || labels.starts_with(' ');
        if name.is_empty() || !is_block || labels.contains([':', '=', '(']) {
            return None;
        }
        let within = sections::under(meaning, self.sections.innermost())?;
        let label = labels.trim();
        // A component has one, such as `otelcol.auth.basic "client"`.
        let may_have = meaning == Meaning::Plain || name.contains('.');
        let shown = value::is_harmless(label) || may_have && plausible::is_reference(label);
        if !shown {
            let from = indent + head.len() - labels.trim_start().len();
            self.hide(from, from + label.len());
        }
        let end = value::closing_brace(body, indent + brace);
        if end < body.len() {
            return Some((end, within));
        }
        let around = self.sections.innermost();
        self.sections.open(indent, within, around);
        None
    }
}

/// Whether a line begins with a key and its mark, and has something behind it, as most do: there a word
/// is not where a key should be.
fn begins_with_key(text: &str) -> bool {
    if marks::is_everything_asked() {
        return false;
    }
    let bytes = text.as_bytes();
    let is_blank = |byte: &u8| byte.is_ascii_whitespace() || *byte == b'\x0b';
    let end = bytes.iter().position(is_blank);
    let (first, behind) = bytes.split_at(end.unwrap_or(bytes.len()));
    let has_mark = first.iter().any(|byte| matches!(byte, b':' | b'='));
    has_mark && first.is_ascii() && behind.iter().any(u8::is_ascii_graphic)
}

/// The longest item that lacks a colon: a key, a scheme and a token, which has some hundred characters.
const LONGEST_ITEM: usize = 1024;

/// Where the secret begins in an item of a flow mapping that lacks its colon: the name of a secret, at
/// most the scheme of a header, and one word.
fn secret_of_item(item: &str) -> Option<usize> {
    if item.len() > LONGEST_ITEM {
        return None;
    }
    let quotes = ['"', '\'', '[', '`'];
    let (first, behind) = item
        .trim_start()
        .trim_start_matches(quotes)
        .split_once(char::is_whitespace)?;
    let name = first.trim_matches(quotes);
    let behind = behind.trim_start();
    let (scheme, rest) = behind.split_once(' ').unwrap_or(("", behind));
    let secret = if rest.trim().is_empty() || !value::is_scheme(scheme) {
        behind.trim()
    } else {
        rest.trim()
    };
    let bare = secret.trim_matches(quotes);
    let is_one = !bare.is_empty() && !bare.contains(char::is_whitespace);
    // `password = "x"` has a mark.
    let has_mark =
        name.contains([':', '=']) || behind.starts_with([':', '=', '-', '|', '!', '<', '>']);
    if !is_one || has_mark || name.is_empty() {
        return None;
    }
    let is_hidden = match Meaning::of(name) {
        Meaning::Secret if name.contains('_') => !value::is_harmless(bare),
        // Words of a sentence between commas: `token refreshed`.
        Meaning::Secret | Meaning::NearSecret | Meaning::Section | Meaning::User => {
            let may_be_shown = plausible::is_reference(bare) && !plausible::is_uuid(bare);
            !value::is_harmless(bare) && (!may_be_shown || bare.contains(['$', '^']))
        }
        Meaning::Path => !plausible::is_plausible_path(bare),
        _ => false,
    };
    is_hidden.then(|| item.trim_end().len() - secret.len())
}
