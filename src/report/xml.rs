//! Text in XML 1.0.

use super::neutral;

/// Text for an element or an attribute, without the characters that XML 1.0 (section 2.2) does not
/// allow. Line breaks are written as references, since attributes would lose them.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in neutral::lines(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\n' => out.push_str("&#10;"),
            '\u{fffe}' | '\u{ffff}' => {}
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_that_xml_forbids() {
        assert_eq!(
            escape("<a b='c'>&\"\u{0}\u{1b}\u{fffe}\u{ffff}\r\n\u{10ffff}"),
            "&lt;a b=&apos;c&apos;&gt;&amp;&quot;␀␛&#10;\u{10ffff}"
        );
    }
}
