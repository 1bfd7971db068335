//! The values of the keys of a line.

use std::collections::HashSet;

use super::super::names::{self, Meaning};
use super::super::{Span, is_made_up, is_variable, looks, plausible, value};
use super::sections::{self, MappingContent, OpenMapping, Sections};
use super::{Awaited, MOST_LINES, Scan, State, ValueLines, is_commented};
use crate::work;

/// The fewest bytes of a word in small letters behind `user:` that is a password rather than a group.
/// `postgres` has eight.
const SHORTEST_PASSWORD: usize = 9;

impl Scan<'_> {
    /// Hides the values of the keys of a line, which may be in a block that ends in the line.
    pub(super) fn pairs(
        &mut self,
        body: &str,
        from: usize,
        block: Option<(usize, MappingContent)>,
    ) {
        let brace = memchr::memchr2(b'{', b'[', body.as_bytes()).unwrap_or(body.len());
        let line = value::KeyLine::new(body);
        let mut taken = from;
        let mut flow = Sections::default();
        let mut braces = None;
        if let Some((end, within)) = block {
            flow.open(end, within, self.sections.innermost());
        }
        let marks = body
            .bytes()
            .enumerate()
            .filter_map(|(at, byte)| match byte {
                b':' => Some((at, ':')),
                b'=' => Some((at, '=')),
                // The first of the bytes of `：`.
                0xef if body.get(at..)?.starts_with('：') => Some((at, '：')),
                _ => None,
            });
        for (at, mark) in marks {
            if at < taken {
                continue;
            }
            flow.close(|end| end <= at);
            let inside = flow.innermost().or(self.sections.innermost());
            if mark == ':' {
                self.key(&line, at);
                self.parameters(&line, at);
            }
            let Some(mut pair) = value::pair(&line, at, mark, brace < at, inside.is_some()) else {
                continue;
            };
            if is_section_in(inside, pair.key) {
                pair.meaning = Meaning::Section;
            }
            let written = body.get(pair.value..).unwrap_or("");
            if written.starts_with('{')
                && !written.starts_with("{{")
                && let Some(within) = within(&pair, inside)
            {
                self.items(body, pair.value, within);
                let braces = braces.get_or_insert_with(|| value::FlowMappingEnds::of(body));
                match braces.end(pair.value) {
                    Some(end) => flow.open(end, within, inside),
                    None => self.sections.open(pair.column, within, inside),
                }
            }
            self.ports(body, &pair);
            self.relabeling(&pair, value::window(written));
            if let Some(end) = self.pair(&line, &pair, inside) {
                taken = end;
                self.rest(body, end, pair.flow);
            }
        }
    }

    /// Hides what is before a mark and names nothing: a secret in the place of a key. A tenant
    /// that has settings of its own may have a UUID.
    fn key(&mut self, line: &value::KeyLine<'_>, at: usize) {
        let Some((from, key)) = value::key_of_yaml(line, at) else {
            return;
        };
        let behind = line.body.get(at + 1..).unwrap_or("").trim_start();
        // What is merged is a mapping.
        let is_mapping = behind.starts_with(['*', '&', '[', '{', '#', '!']) || behind.is_empty();
        if key == "<<" && !is_mapping {
            self.hide(line.body.len() - behind.len(), line.body.len());
        }
        let has_value = !behind.is_empty() && !behind.starts_with(['{', '#', '&']);
        if is_made_up(key) || has_value && plausible::is_uuid(key) {
            self.hide(from, from + key.len());
        }
    }

    /// Notes that the parameters of a scrape begin.
    fn parameters(&mut self, line: &value::KeyLine<'_>, at: usize) {
        if line.body.get(line.begins..at) == Some("params") {
            self.params = Some(line.begins);
            self.is_told = true;
        }
    }

    /// Hides the value of a key if it has to be; where it ends.
    fn pair(
        &mut self,
        line: &value::KeyLine<'_>,
        pair: &value::Pair<'_>,
        inside: Option<OpenMapping>,
    ) -> Option<usize> {
        let body = line.body;
        if pair.meaning == Meaning::Plain && inside.is_none() && !is_telling(pair.key) {
            return None;
        }
        // The section is part of a schema, such as that of a CustomResourceDefinition.
        if inside.is_some() && matches!(pair.key, "description" | "properties") {
            self.sections = Sections::default();
            return None;
        }
        let written = value::window(body.get(pair.value..).unwrap_or(""));
        self.opens(line, pair, written, inside);
        if pair.meaning == Meaning::Headers {
            return self.headers(body, pair, written);
        }
        if !self.is_hidden(line, pair, written, inside) {
            if pair.meaning == Meaning::Path && !line.is_comment && !written.is_empty() {
                self.behind_path(line, pair);
            }
            self.behind_user(line, pair);
            return None;
        }
        // `password: null # SECRET`
        if pair.meaning.is_secret() && !line.is_comment {
            self.words(body, line.comment, true);
        }
        Some(self.value(body, pair.value, pair.column, pair.flow))
    }

    /// Notes what the lines below a key hold that has no value in its own.
    fn opens(
        &mut self,
        line: &value::KeyLine<'_>,
        pair: &value::Pair<'_>,
        written: &str,
        inside: Option<OpenMapping>,
    ) {
        let is_empty = written.is_empty() || written.starts_with('#') || value::is_tag(written);
        let Some(within) = within(pair, inside) else {
            let is_block = value::is_block_header(written);
            let is_doubtful = matches!(pair.meaning, Meaning::Doubtful | Meaning::User);
            if is_doubtful && (is_empty || is_block || written == "[") {
                self.state = State::Awaited {
                    column: pair.column,
                    awaited: Awaited::Doubtful,
                    within: None,
                    flow: pair.flow,
                };
                self.commented = line.is_comment;
            }
            return;
        };
        let awaited = match pair.meaning {
            Meaning::Secret | Meaning::NearSecret | Meaning::Section
                if !line.is_comment && !self.is_parameter(line, pair) =>
            {
                Awaited::Secret
            }
            Meaning::Headers if names::is_of_request(pair.key) => Awaited::Header,
            _ => Awaited::Reference,
        };
        // Under `file: |` is what is in the file.
        let is_block = value::is_block_header(written)
            && match pair.meaning {
                Meaning::Path => names::is_of_file(pair.key),
                Meaning::Reference => true,
                _ => false,
            };
        let is_below = pair.flow && written.is_empty();
        if within == MappingContent::Credentials
            && !is_below
            && (is_empty || written.starts_with('&'))
        {
            self.sections.open(pair.column, within, inside);
        } else if (is_empty || written == "[" || is_block) && !pair.flow || is_below {
            self.state = State::Awaited {
                column: pair.column,
                awaited,
                within: Some(within),
                flow: pair.flow,
            };
            self.commented = line.is_comment;
        }
    }

    /// Whether a key is a parameter of a scrape.
    fn is_parameter(&self, line: &value::KeyLine<'_>, pair: &value::Pair<'_>) -> bool {
        let is_below = self.params.is_some_and(|column| pair.column > column);
        is_below
            || pair.flow
                && line
                    .body
                    .get(line.begins..)
                    .is_some_and(|body| body.starts_with("params:"))
    }

    /// Looks for a secret behind a path: in the comment of its line, or in a line below that goes on.
    fn behind_path(&mut self, line: &value::KeyLine<'_>, pair: &value::Pair<'_>) {
        if line.comment < line.body.len() && pair.value < line.comment {
            self.words(line.body, line.comment, true);
        }
        if !pair.flow && matches!(self.state, State::Open) {
            self.state = State::Awaited {
                column: pair.column,
                awaited: Awaited::Reference,
                within: Some(MappingContent::Secret),
                flow: false,
            };
            self.commented = false;
        }
    }

    /// Hides the values of headers that are written as a text or a list; where it ends.
    fn headers(&mut self, body: &str, pair: &value::Pair<'_>, written: &str) -> Option<usize> {
        if written.starts_with('{') || value::is_block_header(written) {
            return None;
        }
        let text = match written.strip_prefix('[') {
            Some(list) => list.split(']').next().unwrap_or(""),
            None => value::unquoted(written, pair.flow),
        };
        let skipped = written.find(text).unwrap_or(0);
        let is_slip = pair.spaced && names::is_of_request(pair.key);
        let from = plausible::secret_header(text)
            .or_else(|| plausible::misplaced_header(text, skipped == 0).filter(|_| is_slip))?;
        let whole = if text.len() + skipped < written.len() {
            pair.value + skipped + text.len()
        } else {
            body.len()
        };
        self.hide(pair.value + skipped + from, whole);
        Some(whole)
    }

    /// Whether the value of a key must not be shown.
    fn is_hidden(
        &mut self,
        line: &value::KeyLine<'_>,
        pair: &value::Pair<'_>,
        written: &str,
        inside: Option<OpenMapping>,
    ) -> bool {
        let bare = value::unquoted(value::untagged(written), pair.flow);
        // Behind `-config.file=` other arguments may follow.
        let word = match bare.split_whitespace().next() {
            Some(word) if !pair.spaced => word.trim_matches(['"', '\'', ',']),
            _ => bare,
        };
        let in_comment = line.is_comment || pair.value > line.comment;
        let has_credentials = inside.is_some_and(|section| section.has_credentials);
        if is_name_of_value(pair.key) {
            self.name_of_value(pair, bare);
        }
        match pair.meaning {
            // A volume of compose: `- jwtsecret:/var/lib/x`.
            Meaning::Secret if !pair.spaced && value::is_path_of_words(bare) => false,
            Meaning::Secret if in_comment && !pair.leads && is_explained(bare) => false,
            Meaning::Secret | Meaning::NearSecret if in_comment && is_sentence(bare) => false,
            Meaning::NearSecret if in_comment && names_algorithm(bare) => false,
            Meaning::Secret => !bare.is_empty() || written.is_empty() || written.starts_with('#'),
            Meaning::NearSecret if pair.key == "auth" && in_comment && is_kind_of_auth(written) => {
                false
            }
            Meaning::NearSecret if self.is_parameter(line, pair) && is_list_of_names(written) => {
                false
            }
            Meaning::NearSecret if value::is_block_header(written) => true,
            Meaning::NearSecret => !value::is_harmless(bare) && !value::is_prose(bare),
            Meaning::Section if value::is_block_header(written) => true,
            Meaning::Section => {
                !written.starts_with('{')
                    && !value::is_harmless(bare)
                    && !value::is_prose(bare)
                    && !written.is_empty()
            }
            Meaning::Headers => false,
            Meaning::Doubtful => {
                pair.spaced && (is_key(bare) || pair.key != "key" && is_uuid(bare))
                    || pair.key == "login" && (is_user_with_password(word) || has_password(bare))
                    || is_hidden_in(inside, pair, bare)
            }
            Meaning::Reference | Meaning::Path
                if names::is_slip_of_reference(pair.key) && value::is_passphrase(word) =>
            {
                true
            }
            Meaning::Reference if written.starts_with('[') && written.contains('{') => false,
            Meaning::Reference if is_key_of_header(pair, bare, inside) => true,
            Meaning::Reference => !plausible::is_reference(bare) && !value::is_prose(bare),
            Meaning::Path => !plausible::is_plausible_path(word),
            // `# TODO(user): The option insecureSkipVerify: true is not recommended`
            Meaning::User if in_comment && is_sentence(bare) => false,
            Meaning::User => {
                // Lines that are written in one are read on their own.
                let first = |text| str::split(text, "\\n").next().unwrap_or(text);
                is_user_with_password(first(word))
                    || has_password(first(bare))
                    || written.starts_with('"') && has_second_line(bare)
            }
            Meaning::Scheme => has_credentials && !value::is_scheme(bare),
            Meaning::Plain if is_value_of_name(pair.key) && !value::is_harmless(bare) => {
                self.is_secret_value(line, pair, written, inside)
            }
            // `# admin: SECRET` below users.
            Meaning::Plain if in_comment => has_credentials && pair.spaced && is_made_up(bare),
            Meaning::Plain => is_hidden_in(inside, pair, bare),
        }
    }

    /// Notes whether a `name:` says that the `value:` beside it is a secret.
    fn name_of_value(&mut self, pair: &value::Pair<'_>, bare: &str) {
        self.is_told = true;
        self.named = Some(pair.column);
        self.names_secret = Meaning::of(bare).is_secret() || names::is_secret_name(bare);
        if let Some((before, span)) = self.unnamed.take()
            && self.names_secret
            && (before == pair.column || pair.flow)
        {
            self.out.push(span);
            self.names_secret = false;
        }
    }

    /// Whether a `value:` is a secret, as far as the lines before tell; what follows may tell too.
    fn is_secret_value(
        &mut self,
        line: &value::KeyLine<'_>,
        pair: &value::Pair<'_>,
        written: &str,
        inside: Option<OpenMapping>,
    ) -> bool {
        self.is_told = true;
        let length = value::plain_len(written, pair.flow);
        let is_cut = length == written.len();
        let end = if is_cut {
            line.body.len()
        } else {
            pair.value + length
        };
        let span = Span::new(self.offset + pair.value, self.offset + end);
        // What has its name before it is not what a name behind it means.
        let has_name = !pair.flow && self.named == Some(pair.column);
        self.unnamed = (!self.names_secret && !has_name).then_some((pair.column, span));
        let secret = std::mem::take(&mut self.names_secret);
        let bare = value::unquoted(written, pair.flow);
        // What a relabel rule takes from the label before.
        if bare.contains('$') && pair.key == "replacement" && plausible::is_reference(bare) {
            self.unnamed = None;
            return false;
        }
        secret
            || inside.is_some_and(|section| {
                !matches!(
                    section.within,
                    MappingContent::Headers | MappingContent::PlainHeader
                ) || !plausible::is_reference(bare)
                    || is_key_of_header(pair, bare, inside)
            })
    }

    /// Hides a value that begins at an offset of a line; where it ends.
    pub(super) fn value(&mut self, body: &str, start: usize, column: usize, flow: bool) -> usize {
        let written = body.get(start..).unwrap_or("");
        let first = written.chars().next().unwrap_or('#');
        if value::is_block_header(written) {
            self.state = State::Value {
                column,
                commented: ValueLines::Either,
            };
            return body.len();
        }
        if written.is_empty() || written.starts_with("# ") || written == "#" {
            self.state = State::Awaited {
                column,
                awaited: Awaited::Secret,
                within: Some(MappingContent::Secret),
                flow,
            };
            self.commented = is_commented(body) == ValueLines::Yes;
            return body.len();
        }
        match first {
            // A password may begin with what is a mark in YAML: a name that exists is one.
            '*' if self.has(written, '&') => start,
            '&' => self.anchored(body, start, column, flow),
            '{' if written.contains(':') || written.starts_with("{{") && is_variable(written) => {
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
                let is_cut =
                    written.starts_with('[') && !written.contains(']') || written.ends_with('\\');
                if is_cut && is_commented(body) == ValueLines::No {
                    self.state = State::Awaited {
                        column,
                        awaited: Awaited::Secret,
                        within: Some(MappingContent::Secret),
                        flow: false,
                    };
                    self.commented = false;
                } else if !flow {
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
            self.state = State::Awaited {
                column,
                awaited: Awaited::Secret,
                within: Some(MappingContent::Secret),
                flow: false,
            };
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
        self.is_told = true;
        let content = self.content;
        let names = self.names.get_or_insert_with(|| marked_names(content));
        let name = written.get(1..).unwrap_or("");
        let end = name.find(is_end_of_name).unwrap_or(name.len());
        work::count(end);
        end > 0 && names.contains(&*format!("{mark}{}", name.get(..end).unwrap_or("")))
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

/// Whether a key is the name of a header as no setting has one: `X-Foo-Key`.
fn is_header(key: &str) -> bool {
    key.len() > 2 && (key.starts_with("X-") || key.starts_with("x-") && key.contains("key"))
}

/// Whether a key of a mapping with credentials holds another one: `oauth` of `azuread`. Elsewhere these
/// are other things.
pub(super) fn is_section_in(inside: Option<OpenMapping>, key: &str) -> bool {
    inside.is_some_and(|section| section.within == MappingContent::Credentials)
        && matches!(key.trim(), "oauth" | "sdk")
}

/// What the mapping under a key holds.
fn within(pair: &value::Pair<'_>, inside: Option<OpenMapping>) -> Option<MappingContent> {
    match sections::under(pair.meaning, inside)? {
        MappingContent::Headers
            if pair.meaning == Meaning::Plain && names::may_have_id(pair.key) =>
        {
            Some(MappingContent::PlainHeader)
        }
        within => Some(within),
    }
}

/// Whether the value of a key that says nothing about it must not be shown, by where it is.
fn is_hidden_in(inside: Option<OpenMapping>, pair: &value::Pair<'_>, bare: &str) -> bool {
    if is_header(pair.key) && !names::is_harmless_header(pair.key) {
        let is_key = is_uuid(bare) && !names::may_have_id(pair.key);
        return is_key || !plausible::is_reference(bare);
    }
    if value::is_of_environment(pair.key) && plausible::is_made_by_hand(bare) {
        return true;
    }
    if !pair.spaced {
        return false;
    }
    match inside {
        None => match pair.key {
            "separator" => is_made_up(bare),
            // What compose copies a secret from is its name, and what to is that of a file.
            "content" | "source" | "target" => {
                is_made_up(bare) && !bare.contains(['/', ':', ' ', '$', '{'])
            }
            _ => false,
        },
        Some(_) if names::is_naming(pair.key) => {
            !plausible::is_reference(bare) || plausible::is_uuid(bare)
        }
        Some(section) if section.has_credentials && section.within != MappingContent::Headers => {
            let may_be_shown = names::is_known_in_section(pair.key)
                && !(matches!(pair.key, "ca" | "cert") && plausible::is_uuid(bare))
                && (plausible::is_reference(bare)
                    || plausible::is_plausible_path(bare)
                    || value::is_prose(bare));
            !may_be_shown && !value::is_harmless(bare)
        }
        Some(section) => {
            let known =
                section.within == MappingContent::Headers && names::is_harmless_header(pair.key);
            let is_key = is_key_of_header(pair, bare, inside)
                || section.within == MappingContent::Secret
                    && plausible::is_uuid(bare)
                    && !names::may_have_id(pair.key);
            !known && (is_key || !plausible::is_reference(bare) && !value::is_prose(bare))
        }
    }
}

/// Whether a user's name has a password behind it.
fn is_user_with_password(word: &str) -> bool {
    let (user, behind) = word.split_once(':').unwrap_or((word, ""));
    // `prometheus:prometheus`: a group is often called as its user.
    let short = (behind.len() < SHORTEST_PASSWORD || user == behind) && value::is_words(behind);
    // `digest: sha256:…` is that of an image, `digest: user:password` of ZooKeeper.
    let is_hash = word.contains("sha256:") || word.contains("sha512:");
    let url = word.contains("://") || word.starts_with("arn:") || is_hash;
    !url && !short && !value::is_harmless(behind) && !behind.starts_with(['$', '}'])
}

/// Whether a header has a UUID that is a key rather than the id of something.
fn is_key_of_header(pair: &value::Pair<'_>, bare: &str, inside: Option<OpenMapping>) -> bool {
    let is_header = inside.is_some_and(|section| section.within == MappingContent::Headers);
    is_header && is_uuid(bare) && !names::may_have_id(pair.key)
}

/// Whether a value is a UUID, perhaps alone in a list or in the quotes of its header.
fn is_uuid(bare: &str) -> bool {
    plausible::is_uuid(bare.trim_matches(['[', ']', '"', '\'']))
}

/// Whether a value is one word that a generator or a person made up, perhaps alone in a list.
pub(super) fn is_key(bare: &str) -> bool {
    let is_secret = |word: &str| looks::is_dense(word) || plausible::is_password(word);
    let trimmed = |word: &str| is_secret(word.trim_matches([' ', '[', ']', '"', '\'']));
    bare.split(',').any(trimmed)
}

/// Whether the name of a user has a password behind it: `admin/SECRET`, `admin SECRET`,
/// `admin password SECRET`.
fn has_password(user: &str) -> bool {
    let mut words = user.split(['/', ' ', ',', '|']).skip(1);
    let is_secret = |word: &str| is_made_up(word) || plausible::is_password(word);
    words.clone().any(is_secret)
        || words.any(names::names_credential) && words.any(|word| !word.is_empty())
}

/// Whether a text has something behind its first line, as the name of a user never has.
fn has_second_line(text: &str) -> bool {
    let mut lines = str::split(text, "\\n").skip(1);
    lines.any(|line| !line.trim().is_empty())
}

/// Whether what is behind a word of a comment explains it: where it is read about, or a sentence, whose
/// words are judged one by one.
fn is_explained(value: &str) -> bool {
    let is_url = value.starts_with("http://") || value.starts_with("https://");
    is_url && !value.contains(char::is_whitespace) || value::is_prose(value)
}

/// Words that a sentence has and a passphrase lacks.
const WORDS_OF_SENTENCES: [&str; 16] = [
    "at", "by", "for", "from", "if", "in", "is", "not", "on", "see", "the", "to", "use", "via",
    "when", "with",
];

/// Whether what is behind a word of a comment is a short sentence: `token: managed by external-secrets`.
/// Its words are judged one by one.
fn is_sentence(value: &str) -> bool {
    let plain = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    let words: Vec<String> = value.split_whitespace().map(plain).collect();
    let is_plain = |word: &String| plausible::is_reference(word) && !plausible::is_password(word);
    words.len() > 1
        && words.iter().all(is_plain)
        && words
            .iter()
            .any(|word| WORDS_OF_SENTENCES.contains(&&**word))
}

/// Whether a comment begins with an algorithm that signs tokens (RFC 7518): `jwt: RS256, …`. Its other
/// words are judged one by one.
fn names_algorithm(value: &str) -> bool {
    let first = value.split([' ', ',']).next().unwrap_or("");
    let (family, size) = first.split_at_checked(2).unwrap_or(("", ""));
    matches!(family, "ES" | "HS" | "PS" | "RS") && matches!(size, "256" | "384" | "512")
        || first == "EdDSA"
}

/// Kinds of authentication, as comments name them.
const KINDS_OF_AUTH: [&str; 8] = [
    "basic", "kerberos", "ldap", "mtls", "oauth2", "oidc", "saml", "sso",
];

/// Whether a comment names the kind of authentication.
fn is_kind_of_auth(written: &str) -> bool {
    KINDS_OF_AUTH.contains(&written.trim().trim_end_matches('.'))
}

/// Whether a value is a list of names, as a job of snmp_exporter has it: `auth: [public_v2]`.
fn is_list_of_names(written: &str) -> bool {
    let list = written
        .strip_prefix('[')
        .and_then(|list| list.split_once(']'));
    let is_name = |item: &str| {
        let item = item.trim();
        let is_part = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
        let digits = item.bytes().filter(u8::is_ascii_digit).count();
        // `snmpv3_auth`
        let is_joined = item.contains('_')
            && digits <= 2
            && item
                .bytes()
                .all(|byte| is_part(byte) || byte.is_ascii_digit());
        value::is_words(item) || is_joined
    };
    list.is_some_and(|(list, _)| list.split(',').all(is_name))
}

/// Keys of the value of what another key beside them names: a variable of a container, a header,
/// the label that a relabeling writes.
fn is_value_of_name(key: &str) -> bool {
    matches!(key, "val" | "value" | "values" | "replacement") || names::is_slip_of_value(key)
}

/// Keys of the name that the value beside them belongs to.
fn is_name_of_value(key: &str) -> bool {
    matches!(key, "name" | "target_label" | "targetLabel")
}

/// Keys whose value may be a secret, or say that another is, although their names don't.
fn is_telling(key: &str) -> bool {
    is_value_of_name(key)
        || is_name_of_value(key)
        || is_header(key)
        || value::is_of_environment(key)
        || matches!(key, "source" | "target")
        || matches!(key, "content" | "regex" | "separator")
        || matches!(key, "source_labels" | "sourceLabels")
}
