//! The values of the keys of a line.

mod words;

use words::{
    has_password, has_second_line, is_end_of_name, is_explained, is_hidden_in, is_key_of_header,
    is_kind_of_auth, is_list_of_names, is_name_of_value, is_sentence, is_telling,
    is_user_with_password, is_uuid, is_value_of_name, marked_names, names_algorithm, within,
};
pub(super) use words::{is_key, is_section_in};

use super::super::names::{self, Meaning};
use super::super::{Span, is_made_up, is_variable, plausible, value};
use super::sections::{MappingContent, OpenMapping, Sections};
use super::{Awaited, MOST_LINES, Scan, State, ValueLines, is_commented};
use crate::work;

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
        // The last of them is the first of the bytes of `：`.
        let marks = memchr::memchr3_iter(b':', b'=', 0xef, body.as_bytes());
        let marks = marks.filter_map(|at| match body.as_bytes().get(at)? {
            b':' => Some((at, ':')),
            b'=' => Some((at, '=')),
            _ if body.get(at..)?.starts_with('：') => Some((at, '：')),
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
