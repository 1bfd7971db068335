//! What the tags of template languages do: Jinja, Go templates and languages made from them,
//! Handlebars, ERB, Terraform.

/// What a tag does when the template is rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TagRole {
    /// It puts text in its place.
    Value,
    /// It opens a block: a condition, a loop.
    Open,
    /// It begins another branch of a block.
    Else,
    /// It closes a block.
    Close,
    /// It leaves nothing: an assignment, a comment.
    Silent,
}

const OPENING: &[&str] = &[
    "if", "unless", "for", "range", "with", "each", "define", "block", "raw", "macro", "call",
    "filter",
];
const TURNING: &[&str] = &["else", "elif", "elsif", "elseif"];

/// The role of `{% … %}` and `%{ … }`, by what is between the brackets; none where the word is not
/// one of a block.
#[must_use]
pub fn of_statement(inner: &str) -> Option<TagRole> {
    let inner = inner.trim_start_matches(['-', '~', '+']).trim_start();
    let word = inner
        .split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'))
        .next()?;
    if OPENING.contains(&word) {
        Some(TagRole::Open)
    } else if TURNING.contains(&word) {
        Some(TagRole::Else)
    } else if word
        .strip_prefix("end")
        .is_some_and(|what| what.is_empty() || OPENING.contains(&what))
    {
        Some(TagRole::Close)
    } else {
        None
    }
}

/// The role of `{{ … }}` and `[[ … ]]`, by what is between the brackets.
#[must_use]
pub fn of_expression(inner: &str) -> TagRole {
    let inner = inner.trim_start_matches(['-', '~']).trim_start();
    match inner.chars().next() {
        // Handlebars.
        Some('#' | '^') => TagRole::Open,
        Some('!') => TagRole::Silent,
        Some('/') if inner.starts_with("/*") => TagRole::Silent,
        Some('/') => TagRole::Close,
        // Go: `$name := value`.
        Some('$') if assigns(inner) => TagRole::Silent,
        _ => of_statement(inner).unwrap_or(TagRole::Value),
    }
}

fn assigns(inner: &str) -> bool {
    let names = inner.split('=').next().unwrap_or("");
    names.len() < inner.len()
        && names
            .chars()
            .all(|c| c.is_alphanumeric() || "$_, :".contains(c))
}

/// The role of `<% … %>`, by what is between the brackets.
#[must_use]
pub fn of_erb(inner: &str) -> TagRole {
    match inner.chars().next() {
        Some('=') => TagRole::Value,
        Some('#') => TagRole::Silent,
        _ if inner.trim_end_matches('-').trim_end().ends_with(" do") || inner.contains(" do |") => {
            TagRole::Open
        }
        _ => of_statement(inner).unwrap_or(TagRole::Silent),
    }
}
