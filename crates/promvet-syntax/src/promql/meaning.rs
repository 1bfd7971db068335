//! One text for all ways to write an expression that mean the same.

use promvet_text::Span;

use super::dialect::PromqlRelease;
use super::quoted::unquote;
use super::tree::{Node, NodeKind};
use super::{number, tree};
use crate::go;

/// How deep an expression is followed: parentheses are read 64 deep, and a chain of operators adds one
/// each. What is below that is compared as it is written.
const DEEPEST: usize = 200;

/// A text that two expressions have in common if they differ only in blanks, comments, parentheses that
/// change nothing, quotes, the order of matchers and labels, and in how numbers and durations are
/// written. None if the grammar does not allow the expression.
#[must_use]
pub fn meaning(expression: &str, dialect: PromqlRelease) -> Option<String> {
    let tree = tree(expression, dialect)?;
    let writer = Writer { text: expression };
    let mut out = String::new();
    writer.node(tree.root()?, DEEPEST, &mut out);
    Some(out)
}

struct Writer<'t> {
    text: &'t str,
}

impl Writer<'_> {
    fn slice(&self, span: Span) -> &str {
        self.between(span.start, span.end)
    }

    fn between(&self, from: u32, to: u32) -> &str {
        self.text.get(from as usize..to as usize).unwrap_or("")
    }

    fn node(&self, node: Node<'_>, depth: usize, out: &mut String) {
        let Some(depth) = depth.checked_sub(1) else {
            out.push_str(self.slice(node.span()));
            return;
        };
        let children = node.children();
        let head = || self.slice(node.head());
        match node.kind() {
            NodeKind::Parentheses => self.all(&children, depth, out),
            NodeKind::Number | NodeKind::Duration => out.push_str(&amount(self.slice(node.span()))),
            NodeKind::Text => out.push_str(&format!("{:?}", unquote(self.slice(node.span())))),
            NodeKind::Selector => self.selector(node, &children, out),
            NodeKind::Matcher | NodeKind::Label => out.push_str(&bare(self.slice(node.span()))),
            NodeKind::Call => {
                out.push_str(head());
                self.list(&children, depth, out);
            }
            NodeKind::Aggregation => self.aggregation(node, &children, depth, out),
            NodeKind::Sign => {
                // A plus changes nothing.
                out.push_str(head().trim_matches('+'));
                self.all(&children, depth, out);
            }
            NodeKind::Binary => self.binary(&children, depth, out),
            NodeKind::Range | NodeKind::Subquery => {
                let (of, lengths) = children.split_at(children.len().min(1));
                self.all(of, depth, out);
                out.push_str(if node.kind() == NodeKind::Range {
                    "["
                } else {
                    "[:"
                });
                for length in lengths {
                    self.node(*length, depth, out);
                    out.push(';');
                }
                out.push(']');
            }
            NodeKind::Offset | NodeKind::At | NodeKind::Extended => {
                self.behind(node, &children, depth, out);
            }
        }
    }

    fn all(&self, nodes: &[Node<'_>], depth: usize, out: &mut String) {
        for node in nodes {
            self.node(*node, depth, out);
        }
    }

    fn list(&self, nodes: &[Node<'_>], depth: usize, out: &mut String) {
        out.push('(');
        for node in nodes {
            self.node(*node, depth, out);
            out.push(',');
        }
        out.push(')');
    }

    /// `a{b="c"}` is `{__name__="a", b="c"}`.
    fn selector(&self, node: Node<'_>, matchers: &[Node<'_>], out: &mut String) {
        let name = self.slice(node.head());
        let mut all: Vec<String> = matchers
            .iter()
            .map(|matcher| self.matcher(*matcher))
            .collect();
        if !name.is_empty() {
            all.push(format!("__name__={name:?}"));
        }
        all.sort_unstable();
        all.dedup();
        out.push_str(&format!("{{{}}}", all.join(",")));
    }

    fn matcher(&self, node: Node<'_>) -> String {
        let label = name(self.slice(node.head()));
        let rest = bare_start(self.between(node.head().end, node.span().end));
        let sign = ["=~", "!~", "!=", "="]
            .into_iter()
            .find(|sign| rest.starts_with(sign));
        match sign {
            Some(sign) => {
                let value = bare_start(rest.strip_prefix(sign).unwrap_or(rest));
                let mut value = unquote(value.trim_end());
                if sign.ends_with('~') {
                    // Matchers are anchored on both sides (`labels.NewFastRegexMatcher`).
                    value = in_order(&value);
                }
                format!("{label}{sign}{value:?}")
            }
            None => format!("__name__={label:?}"),
        }
    }

    fn aggregation(&self, node: Node<'_>, children: &[Node<'_>], depth: usize, out: &mut String) {
        let is_label = |child: &&Node<'_>| child.kind() == NodeKind::Label;
        let labels = children.iter().filter(is_label);
        let labels = sorted(labels.map(|label| name(self.slice(label.span()))));
        let mut at = node.head().end;
        let mut grouping = String::new();
        for child in children {
            grouping.push_str(self.between(at, child.span().start));
            grouping.push(' ');
            at = child.span().end;
        }
        grouping.push_str(self.between(at, node.span().end));
        let grouping = bare(&grouping).to_ascii_lowercase();
        let is_without = grouping.contains("without");
        out.push_str(&self.slice(node.head()).to_ascii_lowercase());
        match (is_without, labels.is_empty()) {
            (true, _) => out.push_str(&format!(" without({labels})")),
            (false, true) => {}
            (false, false) => out.push_str(&format!(" by({labels})")),
        }
        let arguments = children.iter().filter(|child| !is_label(child));
        let arguments: Vec<_> = arguments.copied().collect();
        self.list(&arguments, depth, out);
    }

    fn binary(&self, children: &[Node<'_>], depth: usize, out: &mut String) {
        let [left, .., right] = children else {
            return self.all(children, depth, out);
        };
        out.push('(');
        self.node(*left, depth, out);
        let between = self.between(left.span().end, right.span().start);
        out.push_str(&operator(&without_comments(between)));
        self.node(*right, depth, out);
        out.push(')');
    }

    /// `offset 5m`, `@ 0` and their like: what they follow, then what they say.
    fn behind(&self, node: Node<'_>, children: &[Node<'_>], depth: usize, out: &mut String) {
        let Some((of, lengths)) = children.split_first() else {
            return;
        };
        self.node(*of, depth, out);
        let end = lengths
            .first()
            .map_or(node.span().end, |next| next.span().start);
        out.push(' ');
        out.push_str(&bare(self.between(of.span().end, end)).to_ascii_lowercase());
        self.all(lengths, depth, out);
    }
}

/// A name, plain or in quotes.
pub(super) fn name(text: &str) -> String {
    match text.starts_with(['"', '\'', '`']) {
        true => unquote(text),
        false => text.to_owned(),
    }
}

/// A pattern with its alternatives in order.
fn in_order(pattern: &str) -> String {
    let mut all = go::alternatives::alternatives(pattern);
    all.sort_unstable();
    all.dedup();
    all.join("|")
}

fn sorted(names: impl Iterator<Item = String>) -> String {
    let mut names: Vec<_> = names.collect();
    names.sort_unstable();
    names.dedup();
    names.join(",")
}

/// An operator with `bool`, `on (…)`, `group_left (…)` and `fill (…)`: words in lower case, what is in
/// parentheses in order.
fn operator(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if first == '(' {
            let (inside, behind) = rest.split_once(')').unwrap_or((rest, ""));
            let names = inside.trim_start_matches('(').split(',').map(str::trim);
            let names = names.filter(|name| !name.is_empty()).map(name);
            out.push_str(&format!("({})", sorted(names)));
            rest = behind;
        } else if is_word(first) {
            let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            let (word, behind) = rest.split_at(end);
            out.push(' ');
            out.push_str(&word.to_ascii_lowercase());
            rest = behind;
        } else {
            if !first.is_whitespace() {
                out.push(first);
            }
            rest = rest.get(first.len_utf8()..).unwrap_or("");
        }
    }
    out.push(' ');
    out
}

/// A number or a duration, in one form.
fn amount(text: &str) -> String {
    let text = bare(text);
    if let Some(value) = number::value(&text) {
        return format!("{value:?}");
    }
    match go::duration(&text) {
        #[expect(
            clippy::cast_precision_loss,
            reason = "the longest duration is 2^53 milliseconds times a thousand"
        )]
        Ok(duration) => format!("{:?}", duration.milliseconds as f64 / 1000.0),
        Err(_) => text,
    }
}

/// A text without what is behind `#`. Texts in quotes are not looked for: none is where this is used.
pub(super) fn without_comments(text: &str) -> String {
    let lines = text
        .lines()
        .map(|line| line.split('#').next().unwrap_or(""));
    lines.collect::<Vec<_>>().join(" ")
}

/// A text without comments and blanks.
fn bare(text: &str) -> String {
    let kept = without_comments(text);
    kept.chars().filter(|c| !c.is_whitespace()).collect()
}

/// A text behind the blanks and comments that it begins with.
pub(super) fn bare_start(text: &str) -> &str {
    let mut text = text.trim_start();
    while let Some(comment) = text.strip_prefix('#') {
        let (_, behind) = comment.split_once('\n').unwrap_or(("", ""));
        text = behind.trim_start();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEWEST: PromqlRelease = PromqlRelease { release: (3, 14) };

    #[test]
    fn what_changes_nothing_is_not_reported() {
        for (one, other) in [
            ("up", " up # is it\n"),
            ("(up)", "up"),
            ("a{x=\"1\",y!=\"2\"}", "a{ y != '2' , x = `1`, }"),
            ("{__name__=\"a\"}", "a"),
            ("{\"a\", b=\"c\"}", "a{b=\"c\"}"),
            ("sum by (a, b) (x)", "SUM(x) by (b,a)"),
            ("sum(x)", "sum by () (x)"),
            ("rate(x[60s])", "rate(x[1m])"),
            ("a > 1000", "a > 1e3"),
            ("a + b + c", "(a + b) + c"),
            ("a * b + c", "(a * b) + c"),
            (
                "a / on (x, y) group_left (z) b",
                "a/ON(y,x)group_left(z)(b)",
            ),
            ("a AND b", "a and b"),
            ("x offset 1h", "x  offset 60m"),
            ("max_over_time(x[1h:5m])", "max_over_time((x)[60m:300s])"),
            ("+1", "1"),
            (
                "label_replace(a, \"x\", \"$1\", \"y\", '(.*)')",
                "label_replace(a,'x','$1','y',\"(.*)\")",
            ),
        ] {
            let (first, second) = (meaning(one, NEWEST), meaning(other, NEWEST));
            assert!(first.is_some(), "{one}");
            assert_eq!(first, second, "{one} / {other}");
        }
    }

    #[test]
    fn what_changes_something_is_reported() {
        for (one, other) in [
            ("up", "down"),
            ("a + (b + c)", "a + b + c"),
            ("a - (b - c)", "a - b - c"),
            ("sum by (a) (x)", "sum without (a) (x)"),
            ("sum without () (x)", "sum(x)"),
            ("a{x=\"1\"}", "a{x=~\"1\"}"),
            ("a{x=\"1 \"}", "a{x=\"1\"}"),
            ("rate(x[5m])", "rate(x[6m])"),
            ("rate(x[5m])", "increase(x[5m])"),
            ("a > 1", "a >= 1"),
            ("a > bool 1", "a > 1"),
            ("a / on (x) b", "a / ignoring (x) b"),
            (
                "a / on (x) group_left (y) b",
                "a / on (x, y) group_left () b",
            ),
            (
                "a / on (x) group_left (y) b",
                "a / on (x) group_right (y) b",
            ),
            ("x offset 1h", "x offset -1h"),
            ("x @ 3", "x @ 4"),
            ("x @ start()", "x @ end()"),
            ("-x", "x"),
            ("x[1h:5m]", "x[5m:1h]"),
            ("a and b", "a or b"),
            ("clamp(a, 1, 2)", "clamp(a, 2, 1)"),
        ] {
            let (first, second) = (meaning(one, NEWEST), meaning(other, NEWEST));
            assert!(first.is_some() && second.is_some(), "{one} / {other}");
            assert_ne!(first, second, "{one} / {other}");
        }
        assert_eq!(meaning("sum(", NEWEST), None);
    }

    #[test]
    fn a_long_chain_takes_no_deep_stack() {
        let chain = "a or ".repeat(20_000) + "a";
        assert!(meaning(&chain, NEWEST).is_some());
    }

    proptest::proptest! {
        #[test]
        fn blanks_change_nothing(text in "(a|b\\{c=\"d\"\\}|1|\\(|\\)|\\[5m\\]|\\[1h:\\]| offset -?1m| @ 2| ?[-+*/^] ?| on ?\\(a\\) | and |sum|rate|\\(a\\)|,){1,16}") {
            let wide: String = text.replace(' ', " \t#x\n ").replace(',', " , ").replace('(', " ( ");
            if let Some(found) = meaning(&text, NEWEST) {
                proptest::prop_assert_eq!(Some(found), meaning(&wide, NEWEST));
            }
        }
    }
}
