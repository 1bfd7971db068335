//! URLs that go on in the next line, as a folded text has them, or one that is broken off.

use super::super::names::Meaning;
use super::super::{Span, plausible, urls, value};
use super::{Awaited, Scan, State, ValueLines, is_commented};

/// What a line ends with that begins a URL: its user, and perhaps a part of the password.
#[derive(Clone, Copy)]
pub(super) struct Begun {
    password: Span,
    has_colon: bool,
    is_comment: bool,
}

impl Scan<'_> {
    /// Notes that a line ends inside of a URL.
    pub(super) fn url_begins(&mut self, body: &str) {
        let Some((from, has_colon)) = urls::begun(body) else {
            return;
        };
        self.is_told = true;
        self.begun = Some(Begun {
            password: Span::new(self.offset + from, self.offset + body.len()),
            has_colon,
            is_comment: is_commented(body) == ValueLines::Yes,
        });
    }

    /// Hides the password of a URL that begins in the line before: `https://u:`, `SECRET@host`.
    pub(super) fn url_goes_on(&mut self, begun: Begun, body: &str, indent: usize) {
        self.is_told = true;
        let text = value::window(body.get(indent..).unwrap_or(""));
        let word = text.split_whitespace().next().unwrap_or("");
        let Some((password, host)) = word.rsplit_once('@') else {
            return;
        };
        let bare = password.strip_prefix(':').unwrap_or(password);
        let is_host = host.starts_with(|c: char| c.is_ascii_alphanumeric());
        // Comments have the addresses of people.
        let is_url = begun.has_colon && (!begun.is_comment || host.contains('/'));
        let is_secret = is_url || bare.len() < password.len() || plausible::is_password(bare);
        if is_host && is_secret {
            let end = indent + password.len();
            self.hide(end - bare.len(), end);
            if begun.password.start < begun.password.end {
                self.out.push(begun.password);
            }
        }
    }

    /// Notes that the name of a user may go on in the lines below, where only a password can be.
    pub(super) fn behind_user(&mut self, line: &value::KeyLine<'_>, pair: &value::Pair<'_>) {
        let is_user = pair.meaning == Meaning::User && pair.value < line.body.len();
        if is_user && !line.is_comment && !pair.flow && matches!(self.state, State::Open) {
            self.state = State::Awaited {
                column: pair.column,
                awaited: Awaited::Doubtful,
                within: None,
                flow: false,
            };
            self.commented = false;
        }
    }
}
