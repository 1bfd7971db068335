//! What the terminal can show.

use std::io::{self, IsTerminal as _};

use terminal_size::{Width, terminal_size_of};

use super::args::Color;

/// The columns of the terminal that standard output is; none if it is something else.
pub(super) fn columns() -> Option<usize> {
    let (Width(columns), _) = terminal_size_of(io::stdout())?;
    (columns > 0).then_some(usize::from(columns))
}

/// Whether to draw with more than ASCII.
pub(super) fn unicode() -> bool {
    cfg!(windows) || speaks_unicode(|name| std::env::var(name).ok())
}

/// Whether the locale is one of UTF-8, by the first variable that is set (POSIX, XBD 8.2). Where
/// none is, as in most containers, what reads the output is the log of a job, which is UTF-8.
fn speaks_unicode(variable: impl Fn(&str) -> Option<String>) -> bool {
    let set = |name: &&str| variable(name).filter(|value| !value.is_empty());
    let mut values = ["LC_ALL", "LC_CTYPE", "LANG"].iter().filter_map(set);
    values.next().is_none_or(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

/// Whether to color: NO_COLOR counts if it is not empty (no-color.org).
pub(super) fn color(when: Color) -> bool {
    match when {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
            io::stdout().is_terminal() && !refused
        }
    }
}

#[cfg(test)]
mod tests {
    use super::speaks_unicode;

    #[test]
    fn the_first_variable_that_is_set_decides() {
        for (all, ctype, lang, expected) in [
            ("", "", "", true),
            ("", "", "C", false),
            ("", "", "C.UTF-8", true),
            ("", "", "de_DE.utf8", true),
            ("", "POSIX", "en_US.UTF-8", false),
            ("en_US.UTF-8", "C", "C", true),
            ("", "", "de_DE.ISO-8859-1", false),
        ] {
            let variable = |name: &str| {
                let value = match name {
                    "LC_ALL" => all,
                    "LC_CTYPE" => ctype,
                    _ => lang,
                };
                Some(value.to_owned())
            };
            assert_eq!(speaks_unicode(variable), expected, "{all} {ctype} {lang}");
        }
    }
}
