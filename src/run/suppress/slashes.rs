//! Comments of Alloy, which begin with two slashes.

use std::path::Path;
use std::sync::Arc;

use crate::discover;
use crate::finding::Text;

/// The text of a configuration of Alloy with `##` in place of `//`, and nothing else that looks like a
/// comment of YAML; none for any other text.
pub(super) fn as_hashes(text: &Arc<Text>) -> Option<String> {
    let is_one = discover::is_alloy_name(Path::new(&**text.path())) || discover::is_alloy(text);
    is_one.then(|| hashed(text.content()))
}

/// What a text is inside of.
enum Within {
    Code,
    /// A string, by the sign that ends it.
    Quotes(char),
    Line,
    Block,
}

fn hashed(content: &str) -> String {
    let mut out = String::with_capacity(content.len());
    let mut within = Within::Code;
    let mut rest = content.chars().peekable();
    while let Some(sign) = rest.next() {
        let next = rest.peek().copied();
        match (&within, sign, next) {
            (Within::Code, '/', Some('/')) => {
                within = Within::Line;
                rest.next();
                out.push_str("##");
                continue;
            }
            (Within::Code, '/', Some('*')) => within = Within::Block,
            (Within::Block, '*', Some('/')) => within = Within::Code,
            (Within::Code, '"' | '`', _) => within = Within::Quotes(sign),
            (Within::Quotes('"'), '\\', Some(escaped)) => {
                rest.next();
                out.push('\\');
                out.push(escaped);
                continue;
            }
            (Within::Quotes(end), _, _) if *end == sign => within = Within::Code,
            (Within::Line, '\n', _) => within = Within::Code,
            _ => {}
        }
        // Of the same length, so that places stay.
        let is_text = matches!(within, Within::Line) || sign != '#';
        out.push(if is_text { sign } else { '_' });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_comments_of_lines_count() {
        for (text, expected) in [
            ("a = 1 // b\n", "a = 1 ## b\n"),
            ("url = \"http://a\" // b", "url = \"http://a\" ## b"),
            ("a = \"\\\"// b\"", "a = \"\\\"// b\""),
            ("a = `// b` // c", "a = `// b` ## c"),
            ("/* // a */ // b", "/* // a */ ## b"),
            ("a = \"#\"", "a = \"_\""),
        ] {
            assert_eq!(hashed(text), expected, "{text}");
        }
    }
}
