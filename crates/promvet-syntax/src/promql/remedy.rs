//! What to write in place of what the grammar does not allow.

/// What to do about a piece that cannot be where it is; `found` is empty at the end of the text.
/// `wanted` is what the message says is expected.
pub(super) fn of_unexpected(found: &str, wanted: &str) -> String {
    let is_name = found.starts_with(|c: char| c.is_alphabetic() || c == '_');
    match wanted {
        LABELS if is_name => format!("write `({found})`"),
        LABELS => "list the labels in parentheses, such as `(job)`".to_owned(),
        TEXT if is_name => format!("quote it: `\"{found}\"`"),
        TEXT if found == "=" => "write one sign: `=`, `!=`, `=~` or `!~`".to_owned(),
        TEXT => "write the value in quotes".to_owned(),
        OPERATOR if found == "=" => "write `==` to compare".to_owned(),
        OPERATOR => format!("write an operator before `{found}`, or remove it"),
        OPERAND if found.is_empty() => "add what is missing, or remove the last sign".to_owned(),
        OPERAND if matches!(found, "=" | ">" | "<") => {
            "write one of `==`, `!=`, `>`, `>=`, `<` and `<=` to compare".to_owned()
        }
        OPERAND => format!("write an expression before `{found}`, or remove it"),
        A_DURATION => "write a duration such as `5m`".to_owned(),
        "`:` or `]`" => "close the range with `]`".to_owned(),
        _ if found.is_empty() => format!("add {wanted}"),
        _ => format!("write {wanted} before `{found}`, or in its place"),
    }
}

/// What the grammar expects, as messages say it.
pub(super) const LABELS: &str = "`(` and label names";
pub(super) const TEXT: &str = "a quoted string";
pub(super) const OPERATOR: &str = "an operator or the end of the expression";
pub(super) const OPERAND: &str = "a metric, a function, a number or `(`";
pub(super) const A_DURATION: &str = "a duration such as `5m`";

/// What to do about a character that PromQL does not know.
pub(super) fn of_stray(c: char, in_braces: bool) -> &'static str {
    match c {
        '&' => "write `and`",
        '|' => "write `or`",
        '!' if in_braces => "write `!=` or `!~`",
        '!' => "write `!=` to compare, or `unless` to leave series out",
        '~' if in_braces => "write `=~`",
        '~' => "compare labels in braces, with `=~`",
        ':' => "write `=`, `!=`, `=~` or `!~`",
        '“' | '”' => "write `\"`",
        '‘' | '’' => "write `'`",
        '\u{a0}' | '\u{2007}' | '\u{202f}' => "write a plain space",
        _ => "remove it",
    }
}
