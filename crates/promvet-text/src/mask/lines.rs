//! Secrets by the keys of the lines, whether or not the whole is YAML.
//!
//! Everything that can be read off a line without a parser is: a file that does not parse is shown
//! as well, and so is a commented-out token. What is masked too much costs a few words of an
//! excerpt; what is masked too little costs a secret.

mod begun;
mod carried;
mod items;
mod labels;
mod pairs;
mod quiet;
mod sections;
mod unmarked;

use std::collections::HashSet;

use super::marks::Marks;
use super::names::Meaning;
use super::{Span, arguments, commands, looks, plausible, urls, value};
use crate::work;
use begun::Begun;
use labels::Labels;
use sections::{MappingContent, Sections};

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
        sections: Sections::default(),
        names_secret: false,
        unnamed: None,
        named: None,
        labels: Labels::default(),
        params: None,
        commented: false,
        names: None,
        begun: None,
        is_told: false,
    };
    for line in content.split_inclusive('\n') {
        scan.line(line.trim_end());
        scan.offset += line.len();
    }
    scan.out
}

/// Which lines belong to a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ValueLines {
    Yes,
    No,
    Either,
}

/// What the value of a key is that has none in its own line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Awaited {
    /// A secret whatever it looks like.
    Secret,
    /// A secret unless it may be the name of something.
    Reference,
    /// A secret only if it looks like one.
    Doubtful,
    /// A secret unless it is the name of a header, where a mapping from these is expected.
    Header,
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
        commented: ValueLines,
    },
    /// The key in this column has no value yet: what is deeper and no mapping is part of it.
    Awaited {
        column: usize,
        awaited: Awaited,
        /// What it holds if it is a mapping.
        within: Option<MappingContent>,
        /// Whether the key is in a flow mapping, where columns say nothing.
        flow: bool,
    },
    /// A quote is open.
    Quoted { quote: char, left: usize },
    /// A private key is open.
    Pem { left: usize },
    /// `? password` has been read, or a key whose colon may follow in the next line.
    ExplicitKey {
        column: usize,
        awaited: Awaited,
        flow: bool,
    },
    /// A here-document is open that becomes the file of a secret; where its end mark is written.
    HereDocument { from: usize, to: usize, left: usize },
    /// An argument that takes a secret has been read, or one that may.
    Argument { certain: bool },
}

struct Scan<'t> {
    content: &'t str,
    offset: usize,
    out: Vec<Span>,
    state: State,
    /// The mappings that the line may be in, by the columns of their keys.
    sections: Sections,
    /// Whether `name:` was last read with the name of a secret, as variables of containers have.
    names_secret: bool,
    /// Column and span of a `value:` whose `name:` may follow.
    unnamed: Option<(usize, Span)>,
    /// The column of the `name:` that was read in the item at hand.
    named: Option<usize>,
    /// What the lines say of the labels that a `regex:` is for.
    labels: Labels,
    /// The column of the `params:` that the line is below: the parameters of a scrape.
    params: Option<usize>,
    /// Whether the key whose value is awaited was commented out.
    commented: bool,
    /// The names behind `&` and `*` in the text, mark included; gathered when first asked for.
    names: Option<HashSet<&'t str>>,
    /// The URL that the line before ends in.
    begun: Option<Begun>,
    /// Whether the line at hand tells something of others, or they of it.
    is_told: bool,
}

impl<'t> Scan<'t> {
    fn line(&mut self, body: &str) {
        let is_on_its_own = self.is_on_its_own();
        if is_on_its_own && quiet::knows(body) {
            return;
        }
        let found = self.out.len();
        self.is_told = false;
        self.read(body);
        let is_quiet = self.out.len() == found && !self.is_told;
        if is_on_its_own && is_quiet && self.is_on_its_own() {
            quiet::remember(body);
        }
    }

    fn read(&mut self, body: &str) {
        let leads = |byte: &u8| matches!(byte, b' ' | b'\t' | b'#');
        let indent = body.bytes().take_while(leads).count();
        let begun = self.begun.take();
        let Some(from) = self.carried_on(body, indent) else {
            return;
        };
        if indent == body.len() {
            return;
        }
        if let Some(begun) = begun {
            self.url_goes_on(begun, body, indent);
        }
        let is_item = body.get(indent..).is_some_and(is_item);
        self.sections
            .close(|column| indent < column || indent == column && !is_item);
        if is_item {
            self.named = None;
        }
        if self.params.is_some_and(|column| indent <= column) {
            self.params = None;
        }
        if !is_commented_at(body, indent) {
            self.sections.note(indent, is_item);
        }
        let marks = Marks::of(body);
        if marks.has(Marks::CAPITAL) && self.pem(body, indent) {
            return;
        }
        if marks.has(Marks::AMPERSAND) {
            self.anchor(body);
        }
        let found = self.out.len();
        self.explicit_key(body, indent);
        self.key_in_section(body, indent);
        let is_block = marks.has(Marks::BRACE);
        let block = is_block.then(|| self.block(body, indent)).flatten();
        if marks.has(Marks::COLON | Marks::EQUALS | Marks::NOT_ASCII) {
            self.pairs(body, from, block);
        }
        if self.out.len() == found {
            self.without_mark(body, indent);
        }
        if marks.has(Marks::SEPARATOR) {
            self.items_without_mark(body, indent);
        }
        self.label(body, indent);
        if marks.has(Marks::HASH) {
            self.comment(body);
        }
        if marks.has(Marks::COMMAND) {
            self.here_document(body);
        }
        if marks.has(Marks::SLASH | Marks::COLON) {
            self.url_begins(body);
        }
        if quiet::looks_harmless(body) {
            return;
        }
        let found = self.out.len();
        self.by_look(body, marks);
        if self.out.len() == found {
            quiet::remember_look(body);
        }
    }

    /// Notes that a here-document begins which becomes the file of a secret.
    fn here_document(&mut self, body: &str) {
        if matches!(self.state, State::Open)
            && let Some(mark) = arguments::here_document(body)
        {
            self.state = State::HereDocument {
                from: self.offset + mark.start,
                to: self.offset + mark.end,
                left: MOST_LINES,
            };
        }
    }

    /// Hides what is a secret whatever the keys are, and whatever the lines before say.
    fn by_look(&mut self, body: &str, marks: Marks) {
        let offset = self.offset;
        let hides =
            |range: std::ops::Range<usize>| Span::new(offset + range.start, offset + range.end);
        if marks.has(Marks::DASH | Marks::COMMAND) {
            let found = arguments::find(body, marks);
            self.out.extend(found.into_iter().map(hides));
        }
        self.out.extend(commands::find(body).into_iter().map(hides));
        if marks.has(Marks::COLON) && marks.has(Marks::DIGIT | Marks::CAPITAL) {
            self.out.extend(arguments::behind_users(body).map(hides));
        }
        if marks.has(Marks::BRACE) {
            self.out.extend(arguments::defaults(body).map(hides));
        }
        if marks.has(Marks::DIGIT | Marks::CAPITAL) {
            let found = arguments::behind_names(body);
            self.out.extend(found.into_iter().map(hides));
        }
        if marks.has(Marks::SLASH | Marks::COMMAND | Marks::SEPARATOR | Marks::HASH) {
            self.out.extend(arguments::substituted(body).map(hides));
        }
        let has_at = marks.has(Marks::AT | Marks::PERCENT | Marks::BRACKET | Marks::NOT_ASCII);
        if has_at || marks.has(Marks::SLASH | Marks::EQUALS) {
            self.out.extend(urls::find(body).into_iter().map(hides));
        }
        if marks.has(Marks::DIGIT | Marks::CAPITAL) {
            self.out.extend(looks::find(body).into_iter().map(hides));
        }
        self.escaped(body);
    }

    /// Hides what is a secret in a text of several lines that is written in one:
    /// `"basic_auth:\n  - u\n  - SECRET\n"`.
    fn escaped(&mut self, body: &str) {
        let Some(first) = memchr::memmem::find(body.as_bytes(), b"\\n") else {
            return;
        };
        let before = body.get(..first).unwrap_or("");
        let from = before.rfind(['"', '\'']).map_or(0, |quote| quote + 1);
        let text = body.get(from..).unwrap_or("");
        work::count(text.len());
        // In as many bytes.
        let text = text.replace("\\n", " \n").replace("\\\"", " \"");
        let whole = Span::new(self.offset + from, self.offset + body.len());
        let found = find(&text).into_iter();
        self.out
            .extend(found.map(|span| whole.part(span.start as usize, span.end as usize)));
    }

    fn hide(&mut self, from: usize, to: usize) {
        if from < to {
            self.out
                .push(Span::new(self.offset + from, self.offset + to));
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

    /// `? password`, whose value is in the next line, as that of `password` may be: `: SECRET`.
    fn explicit_key(&mut self, body: &str, indent: usize) {
        let rest = body.get(indent..).unwrap_or("");
        let rest = rest.strip_prefix("- ").unwrap_or(rest);
        let key = rest.strip_prefix("? ").unwrap_or(rest);
        // `{username: u, password`
        let flow = key.contains(['{', ',']);
        let key = key.rsplit(['{', ',']).next().unwrap_or(key).trim();
        if key.contains([' ', ':', '=']) {
            return;
        }
        let awaited = match Meaning::of(key) {
            Meaning::Secret | Meaning::NearSecret | Meaning::Section => Awaited::Secret,
            Meaning::Reference | Meaning::Path => Awaited::Reference,
            Meaning::Doubtful => Awaited::Doubtful,
            _ if pairs::is_section_in(self.sections.innermost(), key) => Awaited::Secret,
            _ => return,
        };
        self.state = State::ExplicitKey {
            column: indent,
            awaited,
            flow,
        };
    }
}

/// Whether what is in the place of a value must not be shown.
fn is_hidden(awaited: Awaited, text: &str) -> bool {
    match awaited {
        Awaited::Secret => true,
        Awaited::Reference => !plausible::is_reference(text),
        Awaited::Doubtful => pairs::is_key(text),
        Awaited::Header => !plausible::is_header_name(text),
    }
}

fn is_commented(body: &str) -> ValueLines {
    if body.trim_start_matches([' ', '\t']).starts_with('#') {
        ValueLines::Yes
    } else {
        ValueLines::No
    }
}

/// Whether what is before a column comments the line out.
fn is_commented_at(body: &str, indent: usize) -> bool {
    body.get(..indent).is_some_and(|lead| lead.contains('#'))
}

/// Whether a line is a word that neither YAML nor a template gives a meaning to.
fn is_word_alone(text: &str) -> bool {
    !text.contains(|c: char| c.is_whitespace() || "{}[]<>:".contains(c))
        && !matches!(text, "-" | "---" | "...")
}

/// Whether a line is an item of a list.
fn is_item(rest: &str) -> bool {
    rest.starts_with("- ") || rest == "-"
}
