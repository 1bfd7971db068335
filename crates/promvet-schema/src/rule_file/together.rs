//! Whether two rules that write one series may return different ones.

use promvet_syntax::promql::{self, MatchOperator, Node, NodeKind, PromqlRelease, Tree};

/// The newest grammar reads all that older ones do, so that no release is needed for a comparison.
const NEWEST: PromqlRelease = PromqlRelease::of(3, 14);

/// Whether two expressions may return different series of one name: one label is compared or written by
/// both, and not alike; only one of them keeps a label that it names; one leaves out what the other
/// returns; or one cannot be read, as with tags of a template. Equal expressions write the same samples,
/// which does no harm.
pub fn may_differ(one: &str, other: &str) -> bool {
    let (Some(left), Some(right)) = (Expression::of(one), Expression::of(other)) else {
        return true;
    };
    compare_unlike(one, other)
        || left.writes_unlike(&right)
        || left.keeps_alone(&right)
        || right.keeps_alone(&left)
        || left.leaves_out(&right)
        || right.leaves_out(&left)
}

/// Whether the selectors of both compare one label, and not alike.
fn compare_unlike(one: &str, other: &str) -> bool {
    let (one, other) = (
        promql::matchers(one, NEWEST),
        promql::matchers(other, NEWEST),
    );
    one.iter().any(|left| {
        let mut alike = other.iter().filter(|right| right.label == left.label);
        let is_name = left.label == "__name__" && left.how == MatchOperator::Equal;
        !is_name && alike.any(|right| right.how != left.how || right.value != left.value)
    })
}

/// An expression and its tree.
struct Expression<'e> {
    text: &'e str,
    tree: Tree,
}

/// A label that a function writes, and what it is made of.
type Written<'e> = (String, Vec<&'e str>);

impl<'e> Expression<'e> {
    fn of(text: &'e str) -> Option<Self> {
        let tree = promql::tree(text, NEWEST)?;
        Some(Self { text, tree })
    }

    fn slice(&self, node: Node<'_>) -> &'e str {
        let span = node.span();
        let range = span.start as usize..span.end as usize;
        self.text.get(range).unwrap_or("")
    }

    fn head(&self, node: Node<'_>) -> &'e str {
        let span = node.head();
        let range = span.start as usize..span.end as usize;
        self.text.get(range).unwrap_or("")
    }

    /// The expression and all below it.
    fn nodes(&self) -> impl Iterator<Item = Node<'_>> {
        let root = self.tree.root().into_iter();
        root.flat_map(|root| root.below().chain([root]))
    }

    /// The labels that `label_replace`, `label_join` and `count_values` write.
    fn written(&self) -> Vec<Written<'e>> {
        let of = |node: Node<'_>| {
            let children = node.children();
            let mut arguments = children
                .iter()
                .filter(|child| child.kind() != NodeKind::Label);
            match &*self.head(node).to_ascii_lowercase() {
                "label_replace" | "label_join" => {
                    let target = *arguments.nth(1)?;
                    let source = arguments.map(|argument| self.slice(*argument));
                    Some((promql::unquote(self.slice(target)), source.collect()))
                }
                "count_values" => {
                    let target = *arguments.next()?;
                    Some((promql::unquote(self.slice(target)), Vec::new()))
                }
                _ => None,
            }
        };
        let calls = self
            .nodes()
            .filter(|node| matches!(node.kind(), NodeKind::Call | NodeKind::Aggregation));
        calls.filter_map(of).collect()
    }

    /// Whether both write a label, and not alike.
    fn writes_unlike(&self, other: &Self) -> bool {
        let others = other.written();
        self.written().iter().any(|(label, source)| {
            let mut same = others.iter().filter(|(other, _)| other == label);
            same.any(|(_, other)| other != source)
        })
    }

    /// Whether no series of the result has a label.
    fn loses(&self, label: &str) -> bool {
        let root = self.tree.root();
        root.is_some_and(|root| promql::loss(root, self.text, label).is_some())
    }

    /// Whether the result has a label that this expression names, and that of the other does not.
    fn keeps_alone(&self, other: &Self) -> bool {
        let labels = self.nodes().filter(|node| node.kind() == NodeKind::Label);
        let listed = labels.map(|node| match self.slice(node) {
            quoted if quoted.starts_with(['"', '\'']) => promql::unquote(quoted),
            bare => bare.to_owned(),
        });
        let written = self.written().into_iter().map(|(label, _)| label);
        let mut labels = listed.chain(written);
        labels.any(|label| !self.loses(&label) && other.loses(&label))
    }

    /// Whether the expression is what another one does not return: `a unless b` beside `b`.
    /// Imitates `VectorUnless` of `promql/engine.go`: series with the same labels match, whatever `on`
    /// and `ignoring` list.
    fn leaves_out(&self, other: &Self) -> bool {
        let Some(root) = self.tree.root().and_then(inner) else {
            return false;
        };
        let children = root.children();
        let (Some(right), NodeKind::Binary) = (children.last(), root.kind()) else {
            return false;
        };
        let whole = promql::meaning(other.text, NEWEST);
        let left_out = inner(*right).map(|node| self.slice(node));
        self.head(root).eq_ignore_ascii_case("unless")
            && whole.is_some()
            && left_out.and_then(|text| promql::meaning(text, NEWEST)) == whole
    }
}

/// What parentheses are around.
fn inner(mut node: Node<'_>) -> Option<Node<'_>> {
    while node.kind() == NodeKind::Parentheses {
        node = *node.children().first()?;
    }
    Some(node)
}

#[cfg(test)]
mod tests {
    use super::may_differ;

    #[test]
    fn expressions_are_told_apart() {
        for (one, other, want) in [
            ("a", "b", false),
            ("a{job=\"x\"}", "a{job=\"y\"}", true),
            ("a{job=\"x\"}", "b{job=\"x\"}", false),
            ("a{job=~\"x|y\"}", "a{job!~\"x|y\"}", true),
            ("sum(a)", "sum(b{c=\"d\"})", false),
            ("sum by (xx a, b) (c)", "sum by (xx a, b) (d)", true),
            // Other labels.
            ("sum by (a) (x)", "sum by (b) (y)", true),
            ("sum by (a, c) (x)", "sum by (c, b) (y)", true),
            ("sum by (a, b) (x)", "sum by (b, a) (y)", false),
            ("sum by (a) (x)", "sum without (a) (y)", true),
            ("sum by (a) (x)", "y", false),
            ("sum by (a) (sum by (a, b) (x))", "sum by (a) (y)", false),
            ("count_values(\"v\", x)", "count_values(\"w\", y)", true),
            ("count_values(\"v\", x)", "count_values(\"v\", y)", false),
            // Other values of a label.
            (
                "label_replace(x, \"k\", \"a\", \"\", \"\")",
                "label_replace(y, \"k\", \"b\", \"\", \"\")",
                true,
            ),
            (
                "label_replace(x, \"k\", \"a\", \"\", \"\")",
                "label_replace(y, \"k\", \"a\", \"\", \"\")",
                false,
            ),
            (
                "label_replace(sum(x), \"k\", \"a\", \"\", \"\")",
                "sum(y)",
                true,
            ),
            // What the other does not return.
            ("sum by (job) (a)", "b unless sum by (job)(a)", true),
            ("a", "(b unless on (job) (a))", true),
            ("a", "b unless c", false),
            ("a", "b and a", false),
        ] {
            assert_eq!(may_differ(one, other), want, "{one} {other}");
            assert_eq!(may_differ(other, one), want, "{other} {one}");
        }
    }
}
