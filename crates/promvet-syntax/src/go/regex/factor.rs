//! Go's factoring of alternatives: `abc|abd` becomes `ab[cd]`. It changes how deep and how large a
//! tree is, so the limits need it.

use super::RegexCause;
use super::tree::{Id, Op, Tree};

/// Factors a list of alternatives in Go's four rounds. `level` counts factoring inside factoring.
/// Imitates `syntax.parser.factor`, which is the same from Go 1.19 to 1.24; before, it checked no
/// limits.
pub(super) fn factor(tree: &mut Tree, subs: Vec<Id>, level: usize) -> Result<Vec<Id>, RegexCause> {
    if subs.len() < 2 {
        return Ok(subs);
    }
    let subs = common_text(tree, subs, level)?;
    let subs = common_first(tree, subs, level)?;
    let subs = merge_characters(tree, subs);
    Ok(join_empty(tree, &subs))
}

/// Round 1: alternatives in a row that begin with the same text.
/// The first loop of `syntax.parser.factor`.
fn common_text(tree: &mut Tree, subs: Vec<Id>, level: usize) -> Result<Vec<Id>, RegexCause> {
    let mut out = Vec::with_capacity(subs.len());
    let mut run: Vec<Id> = Vec::new();
    let mut text = Vec::new();
    let mut fold = false;
    for sub in subs {
        let (next_text, next_fold) = leading_text(tree, sub);
        // Go compares flags first: `(?i)ab` and `ab` have no prefix in common, since they match
        // different texts.
        if next_fold == fold {
            let same = text
                .iter()
                .zip(next_text)
                .take_while(|(a, b)| a == b)
                .count();
            if same > 0 {
                text.truncate(same);
                run.push(sub);
                continue;
            }
        }
        let next_text = next_text.to_vec();
        finish_text(tree, &mut out, std::mem::take(&mut run), &text, fold, level)?;
        run.push(sub);
        (text, fold) = (next_text, next_fold);
    }
    finish_text(tree, &mut out, run, &text, fold, level)?;
    Ok(out)
}

fn finish_text(
    tree: &mut Tree,
    out: &mut Vec<Id>,
    run: Vec<Id>,
    text: &[u32],
    fold: bool,
    level: usize,
) -> Result<(), RegexCause> {
    if run.len() < 2 {
        out.extend(run);
        return Ok(());
    }
    let prefix = tree.make(Op::Literal);
    let node = tree.node_mut(prefix);
    node.fold = fold;
    node.literal = text.to_vec();
    let mut suffixes = Vec::with_capacity(run.len());
    for sub in run {
        let rest = remove_text(tree, sub, text.len());
        // `syntax.parser.factor` checks each rest anew, since it is another node without its
        // prefix.
        tree.check_limits(rest)?;
        suffixes.push(rest);
    }
    out.push(joined(tree, prefix, suffixes, level)?);
    Ok(())
}

/// A prefix and the alternatives that can follow it.
fn joined(tree: &mut Tree, prefix: Id, suffixes: Vec<Id>, level: usize) -> Result<Id, RegexCause> {
    let suffix = tree.collapse(suffixes, Op::Alternate, level)?;
    let id = tree.make(Op::Concat);
    tree.node_mut(id).subs = vec![prefix, suffix];
    Ok(id)
}

/// Imitates `syntax.parser.leadingString`.
fn leading_text(tree: &Tree, id: Id) -> (&[u32], bool) {
    let node = tree.node(id);
    let first = match (node.op, node.subs.first()) {
        (Op::Concat, Some(&first)) => tree.node(first),
        _ => node,
    };
    if first.op == Op::Literal {
        (&first.literal, first.fold)
    } else {
        (&[], false)
    }
}

/// Imitates `syntax.parser.removeLeadingString`.
fn remove_text(tree: &mut Tree, id: Id, count: usize) -> Id {
    let node = tree.node(id);
    if let (Op::Concat, Some(&first)) = (node.op, node.subs.first()) {
        let first = remove_text(tree, first, count);
        if tree.op(first) == Op::Empty {
            tree.reuse(first);
            return without_first(tree, id);
        }
        return id;
    }
    let node = tree.node_mut(id);
    if node.op == Op::Literal {
        node.literal.drain(..count.min(node.literal.len()));
        if node.literal.is_empty() {
            node.op = Op::Empty;
        }
    }
    id
}

/// A concatenation without its first part; the other part itself if there were two.
/// The switch on `len(re.Sub)` in `syntax.parser.removeLeadingString` and `removeLeadingRegexp`.
fn without_first(tree: &mut Tree, id: Id) -> Id {
    let subs = tree.node(id).subs.clone();
    if let &[_, only] = subs.as_slice() {
        tree.reuse(id);
        return only;
    }
    let node = tree.node_mut(id);
    node.subs = subs.into_iter().skip(1).collect();
    if node.subs.is_empty() {
        node.op = Op::Empty;
    }
    id
}

/// Round 2: alternatives in a row that begin with the same class, or the same count of one.
/// The second loop of `syntax.parser.factor`.
fn common_first(tree: &mut Tree, subs: Vec<Id>, level: usize) -> Result<Vec<Id>, RegexCause> {
    let mut out = Vec::with_capacity(subs.len());
    let mut run: Vec<Id> = Vec::new();
    let mut first: Option<Id> = None;
    for sub in subs {
        let next = leading_part(tree, sub);
        if let (Some(a), Some(b)) = (first, next)
            && can_lead(tree, a)
            && equal(tree, a, b)
        {
            run.push(sub);
            continue;
        }
        finish_first(tree, &mut out, std::mem::take(&mut run), first, level)?;
        run.push(sub);
        first = next;
    }
    finish_first(tree, &mut out, run, first, level)?;
    Ok(out)
}

fn finish_first(
    tree: &mut Tree,
    out: &mut Vec<Id>,
    run: Vec<Id>,
    first: Option<Id>,
    level: usize,
) -> Result<(), RegexCause> {
    let (Some(prefix), true) = (first, run.len() >= 2) else {
        out.extend(run);
        return Ok(());
    };
    let mut suffixes = Vec::with_capacity(run.len());
    for (index, sub) in run.into_iter().enumerate() {
        // The prefix is a part of the first alternative and stays in use.
        let rest = remove_first(tree, sub, index > 0);
        tree.check_limits(rest)?;
        suffixes.push(rest);
    }
    out.push(joined(tree, prefix, suffixes, level)?);
    Ok(())
}

/// Imitates `syntax.parser.leadingRegexp`.
fn leading_part(tree: &Tree, id: Id) -> Option<Id> {
    let node = tree.node(id);
    match (node.op, node.subs.first()) {
        (Op::Empty, _) => None,
        (Op::Concat, Some(&first)) => (tree.op(first) != Op::Empty).then_some(first),
        _ => Some(id),
    }
}

/// Imitates `syntax.parser.removeLeadingRegexp`.
fn remove_first(tree: &mut Tree, id: Id, reuse: bool) -> Id {
    let node = tree.node(id);
    if let (Op::Concat, Some(&first)) = (node.op, node.subs.first()) {
        if reuse {
            tree.reuse(first);
        }
        return without_first(tree, id);
    }
    if reuse {
        tree.reuse(id);
    }
    tree.make(Op::Empty)
}

/// Whether a part can be factored out: a class, or a fixed count of one. Only these, since Go
/// factors out simple prefixes alone: "first must be a character class OR a fixed repeat of a
/// character class" (`syntax.parser.factor`).
fn can_lead(tree: &Tree, id: Id) -> bool {
    let node = tree.node(id);
    let counted_class = || {
        node.op == Op::Repeat
            && Some(node.min) == node.max
            && node.subs.first().is_some_and(|&sub| tree.is_one_char(sub))
    };
    tree.is_one_char(id) || counted_class()
}

/// Equality of what [`can_lead`] lets pass.
/// Imitates `syntax.Regexp.Equal` for these kinds.
fn equal(tree: &Tree, a: Id, b: Id) -> bool {
    let (left, right) = (tree.node(a), tree.node(b));
    left.op == right.op
        && match left.op {
            Op::Literal => left.fold == right.fold && left.literal == right.literal,
            Op::Class => left.class == right.class,
            Op::Repeat => {
                left.lazy == right.lazy
                    && left.min == right.min
                    && left.max == right.max
                    && left
                        .subs
                        .iter()
                        .zip(&right.subs)
                        .all(|(&a, &b)| equal(tree, a, b))
            }
            Op::Any | Op::AnyButNewline => true,
            _ => false,
        }
}

/// Round 3: single characters and classes in a row become one class.
/// The third loop of `syntax.parser.factor`.
fn merge_characters(tree: &mut Tree, subs: Vec<Id>) -> Vec<Id> {
    let mut out = Vec::with_capacity(subs.len());
    let mut run: Vec<Id> = Vec::new();
    for sub in subs {
        if tree.is_one_char(sub) {
            run.push(sub);
            continue;
        }
        finish_characters(tree, &mut out, std::mem::take(&mut run));
        out.push(sub);
    }
    finish_characters(tree, &mut out, run);
    out
}

fn finish_characters(tree: &mut Tree, out: &mut Vec<Id>, mut run: Vec<Id>) {
    if run.len() < 2 {
        out.extend(run);
        return;
    }
    // The least simple one, the first of several, takes in the others.
    let weight = |id: Id| {
        let node = tree.node(id);
        (node.op, node.class.range_count())
    };
    let largest = (1..run.len()).fold(0, |best, at| {
        let heavier = run.get(at).map(|&id| weight(id)) > run.get(best).map(|&id| weight(id));
        if heavier { at } else { best }
    });
    run.swap(0, largest);
    let mut ids = run.into_iter();
    let Some(into) = ids.next() else { return };
    for from in ids {
        tree.merge(into, from);
        tree.reuse(from);
    }
    tree.clean_alternative(into);
    out.push(into);
}

/// Round 4: empty alternatives in a row become one.
/// The fourth loop of `syntax.parser.factor`.
fn join_empty(tree: &Tree, subs: &[Id]) -> Vec<Id> {
    let is_empty = |id: &Id| tree.op(*id) == Op::Empty;
    let next = subs.iter().skip(1).map(Some).chain([None]);
    subs.iter()
        .zip(next)
        .filter(|(id, next)| !(is_empty(id) && next.is_some_and(is_empty)))
        .map(|(&id, _)| id)
        .collect()
}
