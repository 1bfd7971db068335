//! What has no mark of a key behind it: `password SECRET`, the labels of a block.

use super::super::names::{self, Meaning};
use super::super::{arguments, plausible, value};
use super::sections::{self, Within};
use super::{Scan, State};

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
        let mut words = text.split_whitespace();
        let (first, second, third) = (words.next().unwrap_or(""), words.next(), words.next());
        let bare = first.trim_matches(['"', '\'', ',', ';', '[']);
        let is_flag = bare.starts_with('-') && bare.len() > 2 && Meaning::of(bare).is_secret();
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
            _ if !commented => self.in_section(body, text, item.is_some()),
            _ => {}
        }
    }

    /// Hides a text without a key in a mapping with credentials, or in one that stands for one.
    fn in_section(&mut self, body: &str, text: &str, is_item: bool) {
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
        let is_word = value::is_words(text) || text.starts_with("http");
        let shown = match section.within {
            Within::Credentials => is_item && is_word,
            Within::Secret | Within::Headers => {
                plausible::is_reference(text) || value::is_prose(text)
            }
        };
        if !shown {
            self.hide(body.len() - text.len(), body.len());
        }
    }

    /// Reads the head of a block, `basic_auth {`, and hides what is between its name and its brace:
    /// blocks of credentials have no labels. Where a block ends that does in this line.
    pub(super) fn block(&mut self, body: &str, indent: usize) -> Option<(usize, Within)> {
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
