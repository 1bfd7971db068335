//! The tree of a YAML file, and texts embedded in it.

use promvet::finding::{KeyPath, Place, Span};
use promvet::schema::edit;
use promvet::yaml::{
    Document, Dollars, Node, Readers, comments, comments_by_look, compare_readers, embedded,
    parse_all, parse_first,
};

use super::{YAML, assert_inside, assert_place, text_of, within};

/// The most nodes of one document that are visited: aliases may repeat what they stand for.
const VISITED: usize = 20_000;

/// Any bytes as YAML: the two readers agree, and every node is inside the text.
pub fn yaml(bytes: &[u8]) {
    let text = text_of(bytes);
    for all in [false, true] {
        if let Readers::Differ(how) = compare_readers(&text, all) {
            panic!("{how}");
        }
    }
    let (documents, error) = within(bytes.len(), YAML.0, YAML.1, || parse_all(&text));
    if let Some(error) = error {
        assert_place(&Place::new(&text, error.span), "a fault");
    }
    documents.iter().for_each(document);
    for comment in comments(text.content(), &documents, "promvet") {
        assert_place(&Place::new(&text, comment.span), "a comment");
    }
    for comment in comments_by_look(text.content(), "promvet") {
        assert_place(&Place::new(&text, comment.span), "a comment");
    }
    match (parse_first(&text), documents.first()) {
        (Ok(first), Some(other)) => {
            let (first, other) = (first.root(), other.root());
            assert_eq!(first.map(Node::span), other.map(Node::span));
        }
        // What follows the first document is not read.
        (Ok(_), None) | (Err(_), _) => {}
    }
}

/// Every node is a part of the text, every edit leaves a text, and what is embedded has places in
/// the file around it.
fn document(document: &Document) {
    let mut todo: Vec<_> = document.root().into_iter().collect();
    let mut visited = 0;
    while let Some(node) = todo.pop() {
        visited += 1;
        if visited > VISITED {
            return;
        }
        assert_place(&node.place(), "a node");
        todo.extend(node.items());
        for entry in node.mapping().into_iter().flat_map(|it| it.entries()) {
            assert_place(&document.place(entry.key.span()), "a key");
            todo.push(entry.value);
        }
        if visited < 50 {
            scalar(document, node);
        }
    }
}

fn scalar(document: &Document, node: Node<'_>) {
    let Some(scalar) = node.scalar() else {
        return;
    };
    let (text, content) = (document.text(), document.text().content());
    let part = scalar.part(0, scalar.text.len());
    assert_inside(content, part.start as usize..part.end as usize, "a part");
    let action = promvet::finding::Advice::replace(node.span(), "x");
    if let Ok(edits) = edit::edits(document, action.action()) {
        for (span, _) in &edits {
            assert_place(&Place::new(text, *span), "an edit");
        }
        let edited = edit::apply(content, &edits);
        assert!(edited.len() <= content.len() + 64, "an edit of one scalar");
    }
    for dollars in [Dollars::Plain, Dollars::Doubled] {
        let Some(inner) = embedded(node, KeyPath::default(), dollars) else {
            continue;
        };
        let inner_content = inner.content();
        for (at, c) in inner_content.char_indices().take(2_000) {
            let place = Place::new(&inner, Span::new(at, at + c.len_utf8()));
            assert_place(&place, "a character of an embedded text");
        }
    }
}
