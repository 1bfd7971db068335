//! Tags of template languages inside of a value, and the blocks that they make.

use super::role::{TagRole, of_erb, of_expression, of_statement};

/// The longest tag, in bytes between its brackets.
const LONGEST: usize = super::LONGEST;

/// The longest block, in bytes: a value is mostly a line. What is longer is read tag by tag.
const LONGEST_BLOCK: usize = 2048;

/// What a tag of one kind is between, and what it does.
struct Brackets {
    open: &'static str,
    close: &'static str,
    role: fn(&str) -> Option<TagRole>,
    /// Whether a tag that opens nothing is a placeholder by itself.
    alone: bool,
}

const BRACKETS: &[Brackets] = &[
    Brackets {
        open: "{%",
        close: "%}",
        role: |inner| Some(of_statement(inner).unwrap_or(TagRole::Silent)),
        alone: true,
    },
    Brackets {
        open: "<%",
        close: "%>",
        role: |inner| Some(of_erb(inner)),
        alone: true,
    },
    // Terraform. `%{WORD}` is a pattern of Grok.
    Brackets {
        open: "%{",
        close: "}",
        role: of_statement,
        alone: true,
    },
    // The marks say which of these are placeholders by themselves.
    Brackets {
        open: "{{",
        close: "}}",
        role: |inner| Some(of_expression(inner)),
        alone: false,
    },
    Brackets {
        open: "[[",
        close: "]]",
        role: |inner| Some(of_expression(inner)),
        alone: false,
    },
];

/// The length of the tag or the block that a text begins with.
pub(super) fn length(text: &str) -> Option<usize> {
    let brackets = BRACKETS
        .iter()
        .find(|brackets| text.starts_with(brackets.open))?;
    let (tag, role) = tag(brackets, text)?;
    let block = (role == TagRole::Open).then(|| to_end(brackets, text, tag));
    block.flatten().or_else(|| brackets.alone.then_some(tag))
}

/// The length and the role of the tag that a text begins with.
fn tag(brackets: &Brackets, text: &str) -> Option<(usize, TagRole)> {
    let inner = text.strip_prefix(brackets.open)?;
    let near = inner.as_bytes().get(..LONGEST).unwrap_or(inner.as_bytes());
    let length = memchr::memmem::find(near, brackets.close.as_bytes())?;
    let role = (brackets.role)(inner.get(..length)?)?;
    Some((brackets.open.len() + length + brackets.close.len(), role))
}

/// The length of the block whose first tag has a length: to the tag that closes it.
fn to_end(brackets: &Brackets, text: &str, first: usize) -> Option<usize> {
    let mut depth = 1_usize;
    let mut at = first;
    while at < LONGEST_BLOCK {
        let rest = text.get(at..)?;
        let near = rest
            .as_bytes()
            .get(..LONGEST_BLOCK)
            .unwrap_or(rest.as_bytes());
        at += memchr::memmem::find(near, brackets.open.as_bytes())?;
        let Some((length, role)) = tag(brackets, text.get(at..)?) else {
            at += brackets.open.len();
            continue;
        };
        at += length;
        match role {
            TagRole::Open => depth += 1,
            TagRole::Close => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}
