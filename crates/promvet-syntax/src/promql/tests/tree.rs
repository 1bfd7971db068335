use super::super::{Node, NodeKind, tree};
use super::NEWEST;

/// A node as `Kind head (children)`, by its own bytes.
fn shown(text: &str, node: Node<'_>) -> String {
    let slice = |span: promvet_text::Span| &text[span.start as usize..span.end as usize];
    let children: Vec<String> = node
        .children()
        .into_iter()
        .map(|child| shown(text, child))
        .collect();
    let below = match children.is_empty() {
        true => slice(node.span()).to_owned(),
        false => format!("{} ({})", slice(node.head()), children.join(", ")),
    };
    format!("{:?} {below}", node.kind())
}

#[test]
fn every_node_is_in_its_place() {
    for (text, expected) in [
        ("1", "Number 1"),
        ("up", "Selector up"),
        (
            "-a * (b + 2)",
            "Binary * (Sign - (Selector a), Parentheses ( (Binary + (Selector b, Number 2)))",
        ),
        (
            "a + b + c",
            "Binary + (Binary + (Selector a, Selector b), Selector c)",
        ),
        (
            "rate(a{job=\"x\", y!~\"z\"}[5m] offset 1h)",
            "Call rate (Offset offset (Range [ (Selector a (Matcher job=\"x\", Matcher y!~\"z\"), \
             Duration 5m), Duration 1h))",
        ),
        (
            "sum by (a, b) (x) / on (a) group_left (c) y",
            "Binary / (Aggregation sum (Label a, Label b, Selector x), Label a, Label c, Selector y)",
        ),
        (
            "max_over_time(x[1h:5m] @ 3)",
            "Call max_over_time (At @ (Subquery [ (Selector x, Duration 1h, Duration 5m)))",
        ),
        (
            "label_replace({\"m\"}, \"a\", \"\", \"\", \"\")",
            "Call label_replace (Selector  (Matcher \"m\"), Text \"a\", Text \"\", Text \"\", Text \"\")",
        ),
        ("time()", "Call time()"),
    ] {
        let found = tree(text, NEWEST).expect(text);
        assert_eq!(shown(text, found.root().unwrap()), expected, "{text}");
    }
    assert!(tree("sum(", NEWEST).is_none());
    // Types do not matter.
    let kind = |text| tree(text, NEWEST).and_then(|tree| tree.root().map(Node::kind));
    assert_eq!(kind("rate(up)"), Some(NodeKind::Call));
}

/// Whether children are in their parents, in order, without overlap.
fn is_nested(node: Node<'_>) -> bool {
    let mut at = node.span().start;
    node.children().into_iter().all(|child| {
        let fits = child.span().start >= at && child.span().end <= node.span().end;
        at = child.span().end;
        fits && is_nested(child)
    })
}

proptest::proptest! {
    #[test]
    fn children_are_in_their_parents(text in "(a|b\\{c=\"d\"\\}|1|\\(|\\)|\\[5m\\]|\\[1h:\\]| offset -?1m| @ 2| ?[-+*/^] ?| on ?\\(a\\) | and |sum|rate|\\(a\\)|,){1,16}") {
        if let Some(root) = tree(&text, NEWEST).as_ref().and_then(super::super::Tree::root) {
            assert!(is_nested(root), "{text}");
        }
    }
}
