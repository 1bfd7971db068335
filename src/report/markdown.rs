//! A summary for a job page or a comment.
//!
//! It has to fit into a comment of GitHub (65,536 characters), and nothing in it may come alive:
//! no markup, no link, no mention.

use std::io::{self, Write};

use super::alike::{FindingGroup, fold};
use super::outcome::Outcome;
use super::prose::{count, found, spot, summary};
use super::suggestions;
use super::{Options, neutral};

/// The most bytes of a summary's table; what is beyond it is counted.
const LONGEST: usize = 60_000;

/// The most places listed as not checked.
const UNCHECKED_LISTED: usize = 20;

pub(super) fn write(outcome: &Outcome, to: &mut dyn Write, _: &Options<'_>) -> io::Result<()> {
    writeln!(
        to,
        "## promvet: {}\n",
        found(&outcome.summary()).to_lowercase()
    )?;
    writeln!(to, "{}.", summary(outcome))?;
    if !outcome.findings().is_empty() {
        writeln!(
            to,
            "\n| severity | rule | where | what |\n|---|---|---|---|"
        )?;
        write_rows(outcome, to)?;
    }
    suggestions::write(outcome, to)?;
    let unchecked = outcome.unchecked();
    if !unchecked.is_empty() {
        writeln!(to, "\n### Could not be checked\n")?;
        for it in unchecked.iter().take(UNCHECKED_LISTED) {
            let settle = it.settle.as_deref().map(inert).unwrap_or_default();
            let reason = inert(&it.reason);
            writeln!(to, "- {} {reason} {settle}", code(&spot(&it.place)))?;
        }
        if let Some(left @ 1..) = unchecked.len().checked_sub(UNCHECKED_LISTED) {
            writeln!(to, "- and {} more", count(left, "place"))?;
        }
    }
    Ok(())
}

fn write_rows(outcome: &Outcome, to: &mut dyn Write) -> io::Result<()> {
    let mut written = 0;
    let mut left = 0;
    for alike in fold(outcome.findings()) {
        let row = row(&alike);
        if written + row.len() > LONGEST {
            left += 1 + alike.more.len();
            continue;
        }
        written += row.len();
        to.write_all(row.as_bytes())?;
    }
    if left > 0 {
        writeln!(
            to,
            "\nAnd {} that did not fit here.",
            count(left, "finding")
        )?;
    }
    Ok(())
}

fn row(alike: &FindingGroup<'_>) -> String {
    let finding = &alike.first.finding;
    let mut what = inert(&finding.message);
    for proof in &finding.evidence {
        let place = code(&spot(&proof.place));
        what.push_str(&format!("<br>{place}: {}", inert(&proof.message)));
    }
    if let Some(help) = &finding.help_line() {
        what.push_str(&format!("<br>{}", inert(help)));
    }
    let mut place = code(&spot(&finding.place));
    if let Some(elsewhere) = alike.elsewhere() {
        place.push_str(&format!("<br>{}", inert(&elsewhere)));
    }
    let severity = finding.severity.word();
    let rule = code(&finding.rule);
    format!("| {severity} | {rule} | {place} | {what} |\n")
}

/// A sentence on one line in which only what is between two backticks is markup.
pub(super) fn inert(text: &str) -> String {
    let text = neutral::lines(text);
    let pieces: Vec<&str> = text.split('`').collect();
    let paired = pieces.len() % 2 == 1;
    let mut out = String::new();
    for (number, piece) in pieces.iter().enumerate() {
        let between = number % 2 == 1;
        if paired && between && !piece.trim().is_empty() {
            out.push_str(&code(piece));
        } else if paired && between {
            out.push_str("\\`\\`");
        } else {
            if !paired && number > 0 {
                out.push_str("\\`");
            }
            plain(piece, &mut out);
        }
    }
    out
}

/// Text that shows itself. What GitHub and GitLab make links of after they have read the Markdown
/// (mentions, issue numbers, addresses) is kept apart by code spans.
fn plain(text: &str, out: &mut String) {
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        let rest = text.get(at + c.len_utf8()..).unwrap_or("");
        let next = rest.chars().next().unwrap_or(' ');
        match c {
            '\n' => out.push_str("<br>"),
            '&' => out.push_str("&amp;"),
            '@' if next.is_alphanumeric() => out.push_str("`@`"),
            '#' if next.is_ascii_digit() => out.push_str("`#`"),
            '.' if out.to_ascii_lowercase().ends_with("www") => out.push_str("`.`"),
            ':' if rest.starts_with("//") => out.push_str("`:`"),
            '_' if before.is_alphanumeric() && next.is_alphanumeric() => out.push(c),
            '\\' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '!' | '$' | '#' => {
                out.extend(['\\', c]);
            }
            _ => out.push(c),
        }
        before = c;
    }
}

/// A code span that shows a text as it is, in a table too.
pub(super) fn code(text: &str) -> String {
    let text = neutral::line(text).replace('|', "\\|");
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') || text.trim() != text {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{text}{pad}{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_comes_alive() {
        for (text, expected) in [
            (
                "Write `a|b_c` in remote_write.",
                "Write `a\\|b_c` in remote_write.",
            ),
            ("one ` tick", "one \\` tick"),
            ("``", "\\`\\`"),
            (
                "<b>*x*</b> _y_ [z](q) ~w~",
                "\\<b\\>\\*x\\*\\</b\\> \\_y\\_ \\[z\\](q) \\~w\\~",
            ),
            ("a & b\nc", "a &amp; b<br>c"),
            (
                "@all and #12 at http://x www.y",
                "`@`all and `#`12 at http`:`//x www`.`y",
            ),
        ] {
            assert_eq!(inert(text), expected);
        }
        assert_eq!(code("a`b``c"), "```a`b``c```");
        assert_eq!(code("`a"), "`` `a ``");
    }
}
