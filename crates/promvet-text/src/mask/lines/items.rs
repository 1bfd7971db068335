//! What is beside a secret in its line, or where only a name should be: items without a key, keys
//! that cannot be names, comments, ports.

use super::super::names::{self, Meaning};
use super::super::{is_made_up, looks, plausible, urls, value};
use super::Scan;
use super::sections::MappingContent;

/// The shortest word of a comment that is taken for a secret. Shorter ones are prose: `admin`.
const SHORTEST_IN_COMMENT: usize = 6;

/// What is before `key` in the words of a comment that names a credential.
const KINDS_OF_KEYS: [&str; 6] = ["access", "api", "license", "master", "private", "signing"];

/// The most words before a password that is alone behind them in a comment. More are a sentence.
const MOST_WORDS_OF_LABEL: usize = 3;

/// What is before digests and ids in comments.
const OF_DIGESTS: [&str; 8] = [
    "checksum", "commit", "digest", "etag", "hash", "id", "md5", "uid",
];

/// An item of a flow mapping, as offsets in its text.
struct FlowItem {
    from: usize,
    to: usize,
    /// Where the mark behind its key is.
    mark: Option<usize>,
}

impl Scan<'_> {
    /// Hides the items of a flow mapping that have no key, and keys that cannot be names:
    /// `basic_auth: {u, SECRET}`, `password: {SECRET: x}`. `open` is where its brace is.
    pub(super) fn items(&mut self, body: &str, open: usize, within: MappingContent) {
        let start = open + 1;
        let inside = value::window(body.get(start..).unwrap_or(""));
        for item in items(inside) {
            let end = item.mark.unwrap_or(item.to);
            let Some(written) = inside.get(item.from..end) else {
                continue;
            };
            let key = written.trim().trim_matches(['"', '\'']);
            let glued = item.mark.is_some_and(|mark| {
                let behind = inside.get(mark + 1..item.to).unwrap_or("");
                let apart = |c: char| c.is_whitespace() || "\"'{[".contains(c);
                inside.get(mark..=mark) == Some(":")
                    && !written.trim_end().ends_with(['"', '\''])
                    && !behind.is_empty()
                    && !behind.starts_with(apart)
            });
            let is_known = Meaning::of(key) != Meaning::Plain || names::is_known_in_section(key);
            let shown = if glued && within == MappingContent::Credentials {
                is_known
            } else if item.mark.is_none() && within == MappingContent::Credentials {
                is_known || value::is_harmless(key)
            } else {
                is_known || plausible::is_reference(key)
            };
            if !shown {
                let end = if glued { item.to } else { end };
                self.hide(start + item.from, start + end);
            }
        }
    }

    /// Hides the key of a line in a mapping with credentials, if it cannot be a name.
    pub(super) fn key_in_section(&mut self, body: &str, indent: usize) {
        if self.sections.innermost().is_none()
            || body.get(..indent).is_none_or(|lead| lead.contains('#'))
        {
            return;
        }
        let rest = value::window(body.get(indent..).unwrap_or(""));
        let text = rest.strip_prefix("- ").unwrap_or(rest).trim_start();
        let Some((key, behind)) = text.split_once(':') else {
            return;
        };
        let is_key = behind.is_empty() || behind.starts_with(char::is_whitespace);
        let bare = key.trim().trim_matches(['"', '\'']);
        if is_key
            && !key.contains(char::is_whitespace)
            && !key.starts_with(['{', '[', '?'])
            && Meaning::of(bare) == Meaning::Plain
            && !plausible::is_reference(bare)
        {
            let from = indent + rest.len() - text.len();
            self.hide(from, from + key.len());
        }
    }

    /// Hides what is where a port should be in the addresses of a key.
    pub(super) fn ports(&mut self, body: &str, pair: &value::Pair<'_>) {
        if !pair.spaced || !names::is_of_address(pair.key) {
            return;
        }
        let written = value::window(body.get(pair.value..).unwrap_or(""));
        let mut at = pair.value;
        for word in written.split_inclusive(|c: char| c.is_whitespace() || "\"'[],{}".contains(c)) {
            if word.starts_with('#') {
                return;
            }
            let is_variable = body.get(..at).is_some_and(|before| before.ends_with("${"));
            let is_address = word.contains(':') && !is_variable && !word.contains("//");
            if is_address && let Some(range) = urls::port(body, at) {
                self.hide(range.start, range.end);
            }
            // `host:80/SECRET`, `user/SECRET@host:80`, and what cannot be a host.
            let is_made = is_address && word.contains(['/', '@']);
            if is_made || !is_variable && !word.contains("//") {
                self.made_up(word, at, is_made);
            }
            at += word.len();
        }
    }

    /// Hides the parts of an address that are made up, or passwords that no host could be called.
    fn made_up(&mut self, address: &str, start: usize, any: bool) {
        let mut at = start;
        for part in address.split_inclusive(['/', '@', ':', '?']) {
            let bare = part.trim_end_matches(['/', '@', ':', '?']);
            let bare = bare.trim_end_matches(|c: char| c.is_whitespace() || "\"'[],{}".contains(c));
            if any && is_made_up(bare) || urls::is_password_for_host(bare) {
                self.hide(at, at + bare.len());
            }
            at += part.len();
        }
    }

    /// Hides what follows a secret in its line and may be a part of it: an item without a key, a
    /// comment.
    pub(super) fn rest(&mut self, body: &str, end: usize, flow: bool) {
        let rest = value::window(body.get(end..).unwrap_or(""));
        let comment = rest.trim_start();
        if comment.starts_with('#') {
            self.words(body, body.len().min(end + rest.len() - comment.len()), true);
        } else if flow && let Some(item) = rest.strip_prefix(',') {
            let item = item.split([',', '}', ']']).next().unwrap_or("");
            if !item.contains([':', '=']) && !plausible::is_reference(item) {
                self.hide(end + 1, end + 1 + item.len());
            }
        }
    }

    /// Hides what may be a secret in a comment that names one.
    pub(super) fn comment(&mut self, body: &str) {
        let Some(at) = memchr::memchr(b'#', body.as_bytes()) else {
            return;
        };
        let before = body.get(..at).unwrap_or("");
        if before.is_empty() || before.ends_with(char::is_whitespace) {
            let section = self.sections.innermost();
            let is_behind = section.is_some_and(|section| section.has_credentials);
            // Above a key, one word alone explains nothing.
            let is_alone =
                |text: &str| text.trim_start_matches('#').split_whitespace().count() == 1;
            let counts = !before.trim().is_empty() || body.get(at..).is_some_and(is_alone);
            self.words(body, at, is_behind && counts);
            self.suppressed(body, at);
            self.pair_alone(body, at);
        }
    }

    /// Hides what is where promvet's own comments name rules, and names none.
    fn suppressed(&mut self, body: &str, start: usize) {
        let text = value::window(body.get(start..).unwrap_or(""));
        let Some(own) = text.find("promvet:") else {
            return;
        };
        let list = text.get(own..).and_then(|own| own.split_once('['));
        let Some((before, list)) = list else {
            return;
        };
        let mut at = start + own + before.len() + 1;
        for name in list.split(']').next().unwrap_or("").split(',') {
            if !value::is_rule(name.trim()) {
                self.hide(at, at + name.len());
            }
            at += name.len() + 1;
        }
    }

    /// Hides the password of a comment that is a user and a password, and nothing else: `# admin / SECRET`.
    fn pair_alone(&mut self, body: &str, start: usize) {
        let text = value::window(body.get(start..).unwrap_or(""));
        let text = text.trim_matches(|c: char| c == '#' || c.is_whitespace());
        let Some((user, behind)) = text.split_once(['/', ':', '|', ',']) else {
            return;
        };
        let password = behind.trim();
        let user = user.trim_end();
        // `# old value: SECRET`
        let last = user.rsplit(' ').next().unwrap_or(user).to_ascii_lowercase();
        let is_of_digest = OF_DIGESTS.contains(&&*last) || last.starts_with("sha");
        let is_label = user.split(' ').count() <= MOST_WORDS_OF_LABEL
            && !is_of_digest
            && looks::has_both_cases(password)
            && plausible::is_password(password);
        let is_user = user.starts_with(|c: char| c.is_ascii_alphabetic())
            && !is_of_digest
            && user
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
        let is_secret = is_user && plausible::is_password(password) || is_label;
        if is_secret && !password.contains(['/', ' ']) {
            let from = start
                + body
                    .get(start..)
                    .and_then(|rest| rest.rfind(password))
                    .unwrap_or(0);
            self.hide(from, from + password.len());
        }
    }

    /// Hides the words of a comment behind one that names a credential; all of them if the comment
    /// is behind one.
    pub(super) fn words(&mut self, body: &str, start: usize, named: bool) {
        let mut named = named;
        let mut at = start;
        let text = value::window(body.get(start..).unwrap_or(""));
        let alone = text.trim_matches(|c: char| c == '#' || c.is_whitespace());
        let mut before = "";
        if named && value::is_passphrase(alone) {
            let from = start + text.find(alone).unwrap_or(0);
            self.hide(from, from + alone.len());
        }
        for word in text.split_inclusive(char::is_whitespace) {
            let bare = word
                .trim()
                .trim_matches(|c: char| "#\"'`(),.;:".contains(c));
            // `密码：SECRET`
            let cut = bare.rfind([':', '：']).map_or(0, |colon| {
                colon
                    + bare
                        .get(colon..)
                        .and_then(|rest| rest.chars().next())
                        .map_or(1, char::len_utf8)
            });
            let (name, value) = bare.split_at(cut);
            let is_named = named || names::names_credential(name);
            // `creds admin/SECRET`
            let behind = bare.rsplit('/').next().unwrap_or(bare);
            let value = match () {
                () if is_telling(bare) => bare,
                () if plausible::is_marked(behind) => behind,
                () => value,
            };
            if is_named && (is_telling(value) || is_after_user(bare, value)) {
                let from = at + word.find(value).unwrap_or(0);
                self.hide(from, from + value.len());
            }
            let is_key = bare == "key" && KINDS_OF_KEYS.contains(&&*before.to_ascii_lowercase());
            named = named || is_key || bare == "login" || names::names_credential(bare);
            before = bare;
            at += word.len();
        }
    }
}

/// Whether a word of a comment is one that only a secret is.
pub(super) fn is_telling(word: &str) -> bool {
    // Base64 ends in these.
    let word = word.trim_end_matches('=');
    if plausible::is_marked(word) {
        return true;
    }
    // `prometheus#1234` is an issue.
    let issue = word.split_once('#').filter(|(_, number)| {
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    });
    if issue.is_some_and(|(project, _)| plausible::is_reference(project)) {
        return false;
    }
    word.len() >= SHORTEST_IN_COMMENT
        && word.bytes().all(|byte| byte.is_ascii_graphic())
        && !word.contains(['=', ':', '{', '<', '|'])
        && !plausible::is_plausible_path(word)
        && (!plausible::is_reference(word) || looks::is_dense(word))
}

/// Whether a word of a comment is a user and a password that a person made up: `admin:Winter2024!`.
fn is_after_user(word: &str, value: &str) -> bool {
    value.len() < word.len() && plausible::is_made_by_hand(value)
}

/// The items of a flow mapping whose text begins behind its brace.
fn items(inside: &str) -> Vec<FlowItem> {
    let mut out = Vec::new();
    let mut item = FlowItem {
        from: 0,
        to: 0,
        mark: None,
    };
    let (mut depth, mut quote, mut before) = (0_usize, None, ',');
    for (at, c) in inside.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None => match c {
                '"' | '\'' if "{[,:=(".contains(before) => quote = Some(c),
                '{' | '[' | '(' => depth += 1,
                '}' | ']' | ')' if depth == 0 => {
                    item.to = at;
                    out.push(item);
                    return out;
                }
                '}' | ']' | ')' => depth -= 1,
                ',' if depth == 0 => {
                    item.to = at;
                    let next = FlowItem {
                        from: at + 1,
                        to: at + 1,
                        mark: None,
                    };
                    out.push(std::mem::replace(&mut item, next));
                }
                ':' | '=' if depth == 0 && item.mark.is_none() => item.mark = Some(at),
                _ => {}
            },
        }
        if !c.is_whitespace() {
            before = c;
        }
    }
    item.to = inside.len();
    out.push(item);
    out
}
