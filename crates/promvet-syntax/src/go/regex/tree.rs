//! The stack of Go's parser and the syntax tree on it, as far as verdicts depend on them.
//!
//! Go's limits look at the tree, and count its nodes as they are allocated and freed. So the tree
//! keeps Go's order of both, and its factoring of alternatives.

use super::class::{Class, ClassForm};
use super::limits::Notes;
use super::{RegexCause, factor};
use crate::go::Go;

/// How often factoring may find itself inside factoring. Go has no such limit; reaching this one
/// takes more than 30 kB of alternatives that are each the beginning of the next.
const MOST_FACTORING: usize = 256;
/// How often the innermost expression may be repeated. From `syntax.repeatIsValid`, which
/// `syntax.parser.repeat` calls with 1000: nested counts multiply.
const MOST_REPEATS: u32 = 1000;

/// The place of a node in its tree.
pub(super) type Id = usize;

/// What a node is, in Go's order: of two simple ones, the later can take in the earlier.
/// As `syntax.Op`, whose numbers Go compares in `mergeCharClass` ("`re1.Op > re3.Op`").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Op {
    NoMatch,
    Empty,
    Literal,
    Class,
    AnyButNewline,
    Any,
    /// `^`, `$`, `\A`, `\z`, `\b`, `\B`
    Assertion,
    Capture,
    Star,
    Plus,
    Quest,
    Repeat,
    Concat,
    Alternate,
    /// An open group, only on the stack.
    LeftParen,
    /// What is below is an alternative, only on the stack.
    VerticalBar,
}

impl Op {
    /// Operators from `opPseudo` on are marks on the stack of `syntax.parser`, so that nothing
    /// repeats or joins them.
    fn is_pseudo(self) -> bool {
        self >= Self::LeftParen
    }
}

/// Settings of the parser that `(?…)` changes and a closing parenthesis restores.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Flags {
    pub(super) fold: bool,
    pub(super) dot_newline: bool,
    pub(super) many_lines: bool,
    pub(super) lazy: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) op: Op,
    pub(super) fold: bool,
    pub(super) lazy: bool,
    pub(super) literal: Vec<u32>,
    pub(super) class: Class,
    pub(super) subs: Vec<Id>,
    /// The bounds of a repetition; no upper one is `None`.
    pub(super) min: u32,
    pub(super) max: Option<u32>,
    /// Of a group: the settings before it, where it opens, whether it captures.
    pub(super) outer: Flags,
    pub(super) opens_at: usize,
    pub(super) captures: bool,
}

impl Node {
    fn new(op: Op) -> Self {
        Self {
            op,
            fold: false,
            lazy: false,
            literal: Vec::new(),
            class: Class::default(),
            subs: Vec::new(),
            min: 0,
            max: None,
            outer: Flags::default(),
            opens_at: 0,
            captures: false,
        }
    }
}

pub(super) struct Tree {
    nodes: Vec<Node>,
    free: Vec<Id>,
    pub(super) stack: Vec<Id>,
    pub(super) go: Go,
    pub(super) notes: Notes,
}

/// What repeats an expression, and how often.
#[derive(Clone, Copy)]
pub(super) struct Repetition {
    pub(super) op: Op,
    pub(super) min: u32,
    pub(super) max: Option<u32>,
    pub(super) lazy: bool,
}

impl Tree {
    pub(super) fn new(go: Go) -> Self {
        Self {
            nodes: Vec::new(),
            free: Vec::new(),
            stack: Vec::new(),
            go,
            notes: Notes::new(),
        }
    }

    #[expect(clippy::indexing_slicing, reason = "ids are only made by this arena")]
    pub(super) fn node(&self, id: Id) -> &Node {
        &self.nodes[id]
    }

    #[expect(clippy::indexing_slicing, reason = "ids are only made by this arena")]
    pub(super) fn node_mut(&mut self, id: Id) -> &mut Node {
        &mut self.nodes[id]
    }

    /// How many nodes have been made anew; a freed one that is used again does not count.
    /// Go counts `p.numRegexp` in `syntax.parser.newRegexp`, after the free list is empty.
    pub(super) fn allocated(&self) -> usize {
        self.nodes.len()
    }

    pub(super) fn op(&self, id: Id) -> Op {
        self.node(id).op
    }

    /// Imitates `syntax.parser.newRegexp`.
    pub(super) fn make(&mut self, op: Op) -> Id {
        if let Some(id) = self.free.pop() {
            *self.node_mut(id) = Node::new(op);
            return id;
        }
        self.nodes.push(Node::new(op));
        self.nodes.len() - 1
    }

    pub(super) fn reuse(&mut self, id: Id) {
        self.notes.forget(id);
        self.free.push(id);
    }

    /// Puts a new node without parts on the stack.
    pub(super) fn push_new(&mut self, op: Op) -> Result<(), RegexCause> {
        let id = self.make(op);
        self.push(id)
    }

    pub(super) fn open_group(
        &mut self,
        outer: Flags,
        opens_at: usize,
        captures: bool,
    ) -> Result<(), RegexCause> {
        let id = self.make(Op::LeftParen);
        let node = self.node_mut(id);
        node.outer = outer;
        node.opens_at = opens_at;
        node.captures = captures;
        self.push(id)
    }

    /// Imitates `syntax.minFoldRune`, for ASCII: a folded literal keeps the upper case, so that
    /// `(?i)a` and `(?i)A` are equal.
    pub(super) fn push_literal(&mut self, c: u32, fold: bool) -> Result<(), RegexCause> {
        let id = self.make(Op::Literal);
        let node = self.node_mut(id);
        node.fold = fold;
        let lower = fold && (u32::from('a')..=u32::from('z')).contains(&c);
        node.literal.push(if lower { c - 32 } else { c });
        self.push(id)
    }

    /// Imitates `syntax.parser.push`.
    pub(super) fn push(&mut self, id: Id) -> Result<(), RegexCause> {
        let single = match (self.op(id), self.node(id).class.shape()) {
            (Op::Class, ClassForm::One(c)) => Some((c, false)),
            (Op::Class, ClassForm::BothCases(c)) => Some((c, true)),
            _ => None,
        };
        if self.join_literals(single) {
            return Ok(());
        }
        if let Some((c, fold)) = single {
            let node = self.node_mut(id);
            node.op = Op::Literal;
            node.literal = vec![c];
            node.fold = fold;
        }
        self.stack.push(id);
        self.check_limits(id)
    }

    /// Joins the two literals on top of the stack. A further character then takes the place that
    /// has become free, and `true` says so.
    /// Imitates `syntax.parser.maybeConcat`.
    fn join_literals(&mut self, next: Option<(u32, bool)>) -> bool {
        let &[.., below, top] = self.stack.as_slice() else {
            return false;
        };
        let both_literal = self.op(top) == Op::Literal && self.op(below) == Op::Literal;
        if !both_literal || self.node(top).fold != self.node(below).fold {
            return false;
        }
        let text = std::mem::take(&mut self.node_mut(top).literal);
        self.node_mut(below).literal.extend(text);
        if let Some((c, fold)) = next {
            let node = self.node_mut(top);
            node.literal.push(c);
            node.fold = fold;
            return true;
        }
        self.stack.pop();
        self.reuse(top);
        false
    }

    /// Repeats what is on top of the stack. `Ok(false)` if nothing is there to be repeated.
    /// Imitates `syntax.parser.repeat`.
    pub(super) fn repeat(&mut self, how: Repetition) -> Result<bool, RegexCause> {
        let Some(&sub) = self.stack.last() else {
            return Ok(false);
        };
        if self.op(sub).is_pseudo() {
            return Ok(false);
        }
        let id = self.make(how.op);
        let node = self.node_mut(id);
        node.min = how.min;
        node.max = how.max;
        node.lazy = how.lazy;
        node.subs.push(sub);
        self.stack.pop();
        self.stack.push(id);
        self.check_limits(id)?;
        let counts = how.op == Op::Repeat && (how.min >= 2 || how.max.is_some_and(|max| max >= 2));
        if counts && !self.repeats_within(id, MOST_REPEATS) {
            return Err(RegexCause::RepeatSize);
        }
        Ok(true)
    }

    /// Imitates `syntax.repeatIsValid`.
    fn repeats_within(&self, id: Id, most: u32) -> bool {
        let node = self.node(id);
        let mut most = most;
        if node.op == Op::Repeat {
            // `{0}` matches nothing whatever is inside, so that the counts there do not matter
            // (`syntax.repeatIsValid`).
            if node.max == Some(0) {
                return true;
            }
            let count = node.max.unwrap_or(node.min);
            if count > most {
                return false;
            }
            most = most.checked_div(count).unwrap_or(most);
        }
        node.subs.iter().all(|&sub| self.repeats_within(sub, most))
    }

    /// Takes what is above the topmost open group or bar off the stack.
    fn take_operands(&mut self) -> Vec<Id> {
        let from = self
            .stack
            .iter()
            .rposition(|&id| self.op(id).is_pseudo())
            .map_or(0, |at| at + 1);
        self.stack.split_off(from)
    }

    /// Replaces what is above the topmost open group or bar by its concatenation.
    /// Imitates `syntax.parser.concat`.
    pub(super) fn concat(&mut self) -> Result<(), RegexCause> {
        self.join_literals(None);
        let subs = self.take_operands();
        if subs.is_empty() {
            return self.push_new(Op::Empty);
        }
        let id = self.collapse(subs, Op::Concat, 0)?;
        self.push(id)
    }

    /// Replaces what is above the topmost open group by its alternation.
    /// Imitates `syntax.parser.alternate`.
    fn alternate(&mut self) -> Result<(), RegexCause> {
        let subs = self.take_operands();
        let Some(&last) = subs.last() else {
            return self.push_new(Op::NoMatch);
        };
        self.clean_alternative(last);
        let id = self.collapse(subs, Op::Alternate, 0)?;
        self.push(id)
    }

    /// A concatenation or alternation of `subs`, those of the same kind merged.
    /// Imitates `syntax.parser.collapse`.
    pub(super) fn collapse(
        &mut self,
        subs: Vec<Id>,
        op: Op,
        level: usize,
    ) -> Result<Id, RegexCause> {
        if let &[only] = subs.as_slice() {
            return Ok(only);
        }
        let id = self.make(op);
        let mut parts = Vec::with_capacity(subs.len());
        for sub in subs {
            if self.op(sub) == op {
                let inner = self.node(sub).subs.clone();
                parts.extend(inner);
                self.reuse(sub);
            } else {
                parts.push(sub);
            }
        }
        if op == Op::Alternate {
            if level < MOST_FACTORING {
                parts = factor::factor(self, parts, level + 1)?;
            }
            if let &[only] = parts.as_slice() {
                self.reuse(id);
                return Ok(only);
            }
        }
        self.node_mut(id).subs = parts;
        Ok(id)
    }

    /// Imitates `syntax.parser.parseVerticalBar`.
    pub(super) fn vertical_bar(&mut self) -> Result<(), RegexCause> {
        self.concat()?;
        if self.swap_vertical_bar() {
            return Ok(());
        }
        self.push_new(Op::VerticalBar)
    }

    /// Moves the expression on top of the stack below the bar under it, or merges it into the
    /// alternative there. Whether there is a bar.
    /// Imitates `syntax.parser.swapVerticalBar`.
    fn swap_vertical_bar(&mut self) -> bool {
        let top = self.stack.len();
        let at = |back: usize| self.stack.get(top.checked_sub(back)?).copied();
        let (Some(last), Some(bar), alternative) = (at(1), at(2), at(3)) else {
            return false;
        };
        if self.op(bar) != Op::VerticalBar {
            return false;
        }
        if let Some(alternative) = alternative {
            if self.is_one_char(last) && self.is_one_char(alternative) {
                // "Make re3 the more complex of the two" (`syntax.parser.swapVerticalBar`): the
                // simple one is freed.
                let (small, large) = if self.op(last) > self.op(alternative) {
                    (alternative, last)
                } else {
                    (last, alternative)
                };
                self.stack.truncate(top - 3);
                self.stack.extend([large, bar]);
                self.merge(large, small);
                self.reuse(small);
                return true;
            }
            self.clean_alternative(alternative);
        }
        self.stack.truncate(top - 2);
        self.stack.extend([last, bar]);
        true
    }

    /// Makes one alternation of all alternatives above the topmost open group.
    pub(super) fn finish_alternatives(&mut self) -> Result<(), RegexCause> {
        self.concat()?;
        if self.swap_vertical_bar() {
            self.stack.pop();
        }
        self.alternate()
    }

    /// Closes the group whose contents are on top of the stack and tells where it opened and
    /// which settings held before it. `None` if no group is open.
    /// The second half of `syntax.parser.parseRightParen`.
    pub(super) fn close_group(&mut self) -> Result<Option<(usize, Flags)>, RegexCause> {
        self.finish_alternatives()?;
        let &[.., group, contents] = self.stack.as_slice() else {
            return Ok(None);
        };
        if self.op(group) != Op::LeftParen {
            return Ok(None);
        }
        self.stack.truncate(self.stack.len() - 2);
        let node = self.node_mut(group);
        let opened = (node.opens_at, node.outer);
        if node.captures {
            node.op = Op::Capture;
            node.subs = vec![contents];
            self.push(group)?;
        } else {
            self.push(contents)?;
        }
        Ok(Some(opened))
    }

    /// Whether a node matches exactly one character.
    /// Imitates `syntax.isCharClass`.
    pub(super) fn is_one_char(&self, id: Id) -> bool {
        let node = self.node(id);
        match node.op {
            Op::Literal => node.literal.len() == 1,
            op => matches!(op, Op::Class | Op::Any | Op::AnyButNewline),
        }
    }

    /// Gives a class that takes in everything, or all but line breaks, its plainer form.
    /// Imitates `syntax.cleanAlt`.
    pub(super) fn clean_alternative(&mut self, id: Id) {
        let node = self.node_mut(id);
        if node.op == Op::Class {
            match node.class.shape() {
                ClassForm::Any => node.op = Op::Any,
                ClassForm::AnyButNewline => node.op = Op::AnyButNewline,
                ClassForm::One(_) | ClassForm::BothCases(_) | ClassForm::Other => {}
            }
        }
    }

    /// Adds what `from` matches to `into`, which is the less simple one.
    /// Imitates `syntax.mergeCharClass`.
    pub(super) fn merge(&mut self, into: Id, from: Id) {
        let newline = u32::from('\n');
        let source = self.node(from);
        let first = source.literal.first().copied();
        let (source_op, source_fold) = (source.op, source.fold);
        let source_class = match (source_op, first) {
            (Op::Literal, Some(c)) => Class::of(c, source_fold),
            _ => source.class.clone(),
        };
        let has_newline = source_op == Op::Any || source_class.contains(newline);
        let node = self.node_mut(into);
        match node.op {
            Op::AnyButNewline if has_newline => node.op = Op::Any,
            Op::Class => node.class = std::mem::take(&mut node.class).union(&source_class),
            Op::Literal if node.literal.first().copied() != first || node.fold != source_fold => {
                let own = node
                    .literal
                    .first()
                    .map_or_else(Class::default, |&c| Class::of(c, node.fold));
                node.op = Op::Class;
                node.class = own.union(&source_class);
            }
            _ => {}
        }
    }
}
