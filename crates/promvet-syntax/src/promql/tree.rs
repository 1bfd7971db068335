//! The tree of an expression, with the place of every node.

use promvet_text::Span;

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// `1`, `0x1F`, and a duration in place of a number.
    Number,
    /// A text in quotes.
    Text,
    /// A metric, labels in braces, or both; its matchers are its children.
    Selector,
    /// `job="a"`, or a name in quotes.
    Matcher,
    /// A function and its arguments.
    Call,
    /// An aggregation, its arguments, and the labels of `by` or `without`.
    Aggregation,
    /// A label of `on`, `ignoring`, `group_left`, `group_right`, `by` or `without`.
    Label,
    /// An expression in parentheses.
    Parentheses,
    /// A sign and its operand.
    Sign,
    /// An operator with its sides, and the labels and fillings between them.
    Binary,
    /// A selector and its `[5m]`.
    Range,
    /// An expression and its `[1h:5m]`.
    Subquery,
    /// What an `offset` follows, and how far it goes.
    Offset,
    /// What an `@` follows.
    At,
    /// What `anchored` or `smoothed` follows.
    Extended,
    /// A duration of a range, a subquery or an offset, worked out or written out.
    Duration,
}

/// A node with everything below it. The nodes are in the order in which they end, so that a node
/// comes behind all that is below it, and one list is the whole tree.
#[derive(Clone, Copy, Debug)]
struct Entry {
    kind: NodeKind,
    span: Span,
    head: Span,
    /// Where what is below it begins in the list.
    first: usize,
}

/// An expression.
#[derive(Clone, Debug, Default)]
pub struct Tree(Vec<Entry>);

/// A node of a [`Tree`].
#[derive(Clone, Copy, Debug)]
pub struct Node<'t> {
    tree: &'t Tree,
    at: usize,
    entry: Entry,
}

impl Tree {
    /// The whole expression.
    #[must_use]
    pub fn root(&self) -> Option<Node<'_>> {
        self.node(self.0.len().checked_sub(1)?)
    }

    /// Where the next node will be: what a node that begins here hands to [`Tree::close`].
    pub(super) fn next(&self) -> usize {
        self.0.len()
    }

    /// Adds a node above all that was added since `first`.
    pub(super) fn close(&mut self, kind: NodeKind, span: Span, head: Span, first: usize) {
        self.0.push(Entry {
            kind,
            span,
            head,
            first,
        });
    }

    fn node(&self, at: usize) -> Option<Node<'_>> {
        let entry = *self.0.get(at)?;
        Some(Node {
            tree: self,
            at,
            entry,
        })
    }
}

impl<'t> Node<'t> {
    /// What it is.
    #[must_use]
    pub fn kind(self) -> NodeKind {
        self.entry.kind
    }

    /// Its bytes in the expression.
    #[must_use]
    pub fn span(self) -> Span {
        self.entry.span
    }

    /// The word or sign that makes it what it is: the name of a function, an aggregation, a metric
    /// or a label, an operator, `offset`, a bracket. Empty where nothing does.
    #[must_use]
    pub fn head(self) -> Span {
        self.entry.head
    }

    /// All nodes below it, innermost first. A chain of operators is as deep as it is long, so what
    /// looks at whole expressions goes through this, or keeps a list of what is left to look at.
    pub fn below(self) -> impl Iterator<Item = Self> {
        (self.entry.first..self.at).filter_map(move |at| self.tree.node(at))
    }

    /// The nodes right below it, in the order of the text.
    #[must_use]
    pub fn children(self) -> Vec<Self> {
        let mut children = Vec::new();
        let mut end = self.at;
        while end > self.entry.first {
            let Some(child) = self.tree.node(end - 1) else {
                break;
            };
            end = child.entry.first;
            children.push(child);
        }
        children.reverse();
        children
    }
}
