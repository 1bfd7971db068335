//! PromQL.

use promvet_syntax::promql::{Node, PromqlRelease, check, matchers, tree};

use super::{assert_inside, within};

/// Any text as an expression: faults and nodes are inside it, nodes inside their parents.
pub fn promql(bytes: &[u8]) {
    let text = &*String::from_utf8_lossy(bytes);
    for (major, minor) in [(2, 0), (2, 53), (3, 14)] {
        let dialect = PromqlRelease::of(major, minor);
        let faults = within(text.len(), 1_000, 20, || check(text, dialect));
        for fault in &faults {
            assert_inside(text, fault.from..fault.to, &fault.message);
        }
        assert_eq!(check(text, dialect), faults, "the same text twice");
        for matcher in matchers(text, dialect) {
            assert_inside(text, matcher.from..matcher.to, "a matcher");
        }
        if let Some(root) = tree(text, dialect).as_ref().and_then(|tree| tree.root()) {
            nodes(text, root);
        }
    }
}

fn nodes(text: &str, root: Node<'_>) {
    let mut todo = vec![root];
    while let Some(node) = todo.pop() {
        let (span, head) = (node.span(), node.head());
        assert_inside(text, span.start as usize..span.end as usize, "a node");
        assert_inside(text, head.start as usize..head.end as usize, "a head");
        for child in node.children() {
            let inner = child.span();
            let is_inside = span.start <= inner.start && inner.end <= span.end;
            assert!(
                is_inside,
                "{:?} {span:?}: {:?} {inner:?}",
                node.kind(),
                child.kind()
            );
            todo.push(child);
        }
    }
}
