//! Which rules report and which files are left out, as the command line says. The policy still counts:
//! a rule that it turns off stays off.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::finding::{Place, Span, Text};

/// What `--select`, `--ignore` and `--exclude` say.
#[derive(Clone, Debug, Default)]
pub struct RuleSelection {
    /// The only rules and groups that report; all if there are none.
    pub select: Vec<String>,
    /// Rules and groups that do not report.
    pub ignore: Vec<String>,
    exclude: Option<Exclude>,
}

#[derive(Clone, Debug)]
struct Exclude {
    patterns: Vec<String>,
    set: GlobSet,
}

/// The longest pattern, in bytes: groups can be nested in it, and are walked by recursion.
const LONGEST: usize = 1024;

impl RuleSelection {
    /// Leaves out files that match a pattern. Without a slash it is the name of a file or folder
    /// anywhere, else a path from where promvet was started; a folder goes with all that is in it.
    ///
    /// # Errors
    /// A pattern is not valid: which, and why.
    pub fn exclude(&mut self, patterns: &[String]) -> Result<(), String> {
        if patterns.is_empty() {
            return Ok(());
        }
        let mut set = GlobSetBuilder::new();
        let mut origin = Vec::new();
        for pattern in patterns {
            let wrong = |why: &str| format!("--exclude: `{pattern}` is not a valid pattern: {why}");
            if pattern.len() > LONGEST {
                return Err(wrong("it is too long"));
            }
            let plain = pattern.trim_start_matches("./").trim_end_matches('/');
            let start = match plain.contains('/') {
                true => plain.to_owned(),
                false => format!("**/{plain}"),
            };
            for form in [start.clone(), format!("{start}/**")] {
                let glob = GlobBuilder::new(&form).literal_separator(true).build();
                set.add(glob.map_err(|error| wrong(&error.kind().to_string()))?);
                origin.push(pattern.clone());
            }
        }
        let set = set.build().map_err(|error| format!("--exclude: {error}"))?;
        self.exclude = Some(Exclude {
            patterns: origin,
            set,
        });
        Ok(())
    }

    /// Whether a rule reports: the more exact of two names counts, and `--ignore` of two alike.
    #[must_use]
    pub fn reports(&self, rule: &str) -> bool {
        let rank = |names: &[String]| {
            let ranks = names
                .iter()
                .map(|name| match rule.strip_prefix(name.as_str()) {
                    Some("") => 2,
                    Some(rest) if rest.starts_with('/') => 1,
                    _ => 0,
                });
            ranks.max().unwrap_or(0)
        };
        let selected = rank(&self.select);
        let ignored = rank(&self.ignore);
        let is_selected = self.select.is_empty() || selected > 0;
        is_selected && (ignored == 0 || selected > ignored)
    }

    /// The pattern that leaves out a file, by its path from where promvet was started.
    #[must_use]
    pub fn excludes(&self, path: &str) -> Option<Place> {
        let exclude = self.exclude.as_ref()?;
        let index = exclude.set.matches(path).into_iter().next()?;
        let pattern = exclude.patterns.get(index)?;
        let text = Text::new("--exclude", pattern.clone().into_bytes());
        Some(Place::new(&text, Span::default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_exact_name_counts() {
        for (select, ignore, tls, url) in [
            (&[][..], &[][..], true, true),
            (&["tls"], &[], true, false),
            (&[], &["tls"], false, true),
            (&["tls"], &["tls/unused"], false, false),
            (&["tls/unused"], &["tls"], true, false),
            (&["tls/unused"], &["tls/unused"], false, false),
            (&["t"], &[], false, false),
        ] {
            let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
            let selection = RuleSelection {
                select: names(select),
                ignore: names(ignore),
                exclude: None,
            };
            let found = (
                selection.reports("tls/unused"),
                selection.reports("remote-write/url-shape"),
            );
            assert_eq!(found, (tls, url), "{select:?} {ignore:?}");
        }
    }

    #[test]
    fn names_and_paths_are_left_out_with_what_is_in_them() {
        for (pattern, path, is_out) in [
            ("testdata", "a/testdata/prometheus.yml", true),
            ("testdata/", "testdata/a.yml", true),
            ("*.bak.yml", "a/b/x.bak.yml", true),
            ("a/*.yml", "a/x.yml", true),
            ("a/*.yml", "b/a/x.yml", false),
            ("./a", "a/b/c.yml", true),
            ("a/**/c.yml", "a/b/c.yml", true),
            ("prom", "prometheus.yml", false),
        ] {
            let mut selection = RuleSelection::default();
            selection.exclude(&[pattern.to_owned()]).unwrap();
            assert_eq!(
                selection.excludes(path).is_some(),
                is_out,
                "{pattern} {path}"
            );
        }
        let mut selection = RuleSelection::default();
        assert!(selection.exclude(&["a[".to_owned()]).is_err());
    }
}
