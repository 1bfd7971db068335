//! Values that `azuread` of remote write checks when a configuration is loaded.

use crate::Fault;

/// Checks `scope`: letters, digits, underscores, white space and `: / . -`, at least one of them.
///
/// # Errors
/// Other texts.
pub fn scope(text: &str) -> Result<(), Fault> {
    if text.is_empty() {
        return Err(Fault::new(0, 0, "contains no scope")
            .help("write the scope, such as `https://monitor.azure.com/.default`"));
    }
    // The class of `azuread.AzureADConfig.Validate`, `^[\w\s:/.\-]+$`: `\w` and `\s` are ASCII in
    // Go, so that other letters and spaces are refused.
    let fits = |c: char| c.is_ascii_alphanumeric() || "_:/.- \t\n\r\u{c}".contains(c);
    match text.char_indices().find(|(_, c)| !fits(*c)) {
        None => Ok(()),
        Some((at, c)) => Err(Fault::new(
            at,
            at + c.len_utf8(),
            format!("contains {c:?}; a scope consists of letters, digits and `_:/.-`"),
        )
        .help("remove it")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes() {
        assert_eq!(scope("https://monitor.azure.com//.default"), Ok(()));
        assert_eq!(scope("a b_c"), Ok(()));
        for (text, at) in [("", 0), ("a?b", 1), ("é", 0), ("a\u{b}", 1)] {
            assert_eq!(scope(text).map_err(|fault| fault.from), Err(at), "{text}");
        }
    }
}
