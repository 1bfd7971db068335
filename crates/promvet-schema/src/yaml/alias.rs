//! go-yaml's guard against alias bombs.
//!
//! go-yaml v2 counts the nodes that it decodes, and those of them that it reaches through an
//! alias; a document is refused when the second count is too large a part of the first
//! (`decode.go`, `allowedAliasRatio`). Small documents are never refused.

use super::document::{Document, NodeContent, SyntaxError, SyntaxKind, small};

/// From `yaml.decoder.unmarshal`: `aliasCount > 100 && decodeCount > 1000`.
const FREE_ALIASES: u64 = 100;
const FREE_NODES: u64 = 1000;
/// From `yaml.alias_ratio_range_low` and `alias_ratio_range_high` of decode.go.
const RATIO_FROM: f64 = 400_000.0;
const RATIO_TO: f64 = 4_000_000.0;

#[derive(Clone, Copy, Default)]
struct Count {
    /// Nodes decoded below this one, itself included.
    all: u64,
    /// Those of them that follow an alias.
    aliased: u64,
}

/// Counted on the tree and not while decoding, so that the whole is known before a rule walks over
/// it.
/// # Errors
/// Aliases expand beyond go-yaml's budget.
pub(super) fn check(document: &Document) -> Result<(), SyntaxError> {
    if !(0..document.len()).any(|id| matches!(document.node(small(id)).data, NodeContent::Alias(_)))
    {
        return Ok(());
    }
    let counts = expanded(document);
    let root = counts.first().copied().unwrap_or_default();
    if root.aliased <= FREE_ALIASES || root.all <= FREE_NODES || ratio(root) <= allowed(root.all) {
        return Ok(());
    }
    let worst = (0..document.len())
        .filter(|&id| matches!(document.node(small(id)).data, NodeContent::Alias(_)))
        .max_by_key(|&id| counts.get(id).map_or(0, |count| count.all))
        .unwrap_or(0);
    Err(SyntaxError {
        kind: SyntaxKind::Bomb,
        problem: "document contains excessive aliasing".into(),
        context: None,
        span: document.node(small(worst)).span,
    })
}

/// The counts of every node. Children and anchors have higher and lower numbers than what holds
/// or names them, so an alias may name a node that is not counted yet: those are counted on a
/// stack of their own.
fn expanded(document: &Document) -> Vec<Count> {
    let mut counts: Vec<Option<Count>> = vec![None; document.len()];
    for id in (0..document.len()).rev() {
        count_from(document, small(id), &mut counts);
    }
    counts.into_iter().map(Option::unwrap_or_default).collect()
}

fn count_from(document: &Document, id: u32, counts: &mut [Option<Count>]) {
    let mut stack = vec![id];
    while let Some(&id) = stack.last() {
        let target = [match document.node(id).data {
            NodeContent::Alias(target) => target,
            _ => u32::MAX,
        }];
        let alias = target != [u32::MAX];
        let children: &[u32] = if alias {
            &target
        } else {
            document.links_of(id)
        };
        let missing: Vec<u32> = children
            .iter()
            .copied()
            .filter(|&child| matches!(counts.get(child as usize), Some(None)))
            .collect();
        // The node stays on the stack and is looked at again, so that no recursion is needed for
        // deep documents.
        if !missing.is_empty() {
            stack.extend(missing);
            continue;
        }
        let mut sum = Count { all: 1, aliased: 0 };
        for &child in children {
            let child = counts
                .get(child as usize)
                .copied()
                .flatten()
                .unwrap_or_default();
            sum.all = sum.all.saturating_add(child.all);
            sum.aliased = sum
                .aliased
                .saturating_add(if alias { child.all } else { child.aliased });
        }
        if let Some(slot) = counts.get_mut(id as usize) {
            *slot = Some(sum);
        }
        stack.pop();
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a ratio needs no more than 53 bits"
)]
fn ratio(count: Count) -> f64 {
    count.aliased as f64 / count.all as f64
}

/// go-yaml's `allowedAliasRatio`: 0.99 up to 400,000 nodes, falling to 0.10 at 4,000,000.
#[expect(
    clippy::cast_precision_loss,
    reason = "a ratio needs no more than 53 bits"
)]
fn allowed(all: u64) -> f64 {
    let all = all as f64;
    if all <= RATIO_FROM {
        0.99
    } else if all >= RATIO_TO {
        0.10
    } else {
        0.99 - 0.89 * (all - RATIO_FROM) / (RATIO_TO - RATIO_FROM)
    }
}
