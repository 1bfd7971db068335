//! Whether a tree may run a Prometheus before 3.0.

use memchr::memmem;

use super::Facts;
use super::deployment::Deployment;
use super::scripts::Script;

impl Facts<'_> {
    /// Whether something of the tree names a Prometheus 2: an image, or a script, a playbook or a manifest
    /// that has a number of such a release. There, what 3.0 removed is right.
    #[must_use]
    pub fn may_run_2(&self) -> bool {
        let is_2 = |deployment: &Deployment| {
            let release = deployment.release();
            release.is_some_and(|(major, _)| major == 2)
        };
        self.deployments().all().iter().any(is_2)
            || self.all_operated().iter().any(is_2)
            || self.scripts().old_releases().names_2
    }
}

/// Whether a script names a release 2 of Prometheus.
pub(super) fn names_2(script: &Script) -> bool {
    let content = script.text.content();
    let bytes = content.as_bytes();
    if memmem::find(bytes, b"rometheus").is_none() && memmem::find(bytes, b"PROMETHEUS").is_none() {
        return false;
    }
    memmem::find_iter(bytes, b"2.").any(|at| is_release(bytes, at))
}

/// Whether `2.` at a place begins a number such as `2.45.0`, with a `v` before it perhaps.
fn is_release(bytes: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|at| bytes.get(at));
    let is_apart =
        before.is_none_or(|byte| *byte == b'v' || !byte.is_ascii_alphanumeric() && *byte != b'.');
    let rest = bytes.get(at + 2..).unwrap_or_default();
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let is_minor = (1..=2).contains(&digits) && rest.get(digits) == Some(&b'.');
    is_apart && is_minor && rest.get(digits + 1).is_some_and(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::is_release;

    #[test]
    fn releases_have_three_numbers() {
        for (text, want) in [
            ("v2.45.0", true),
            ("=2.5.1", true),
            ("\"2.45.0\"", true),
            ("12.45.0", false),
            ("0.2.45.0", false),
            ("2.45", false),
            ("2.453.1", false),
        ] {
            let at = text.find("2.").unwrap_or_default();
            assert_eq!(is_release(text.as_bytes(), at), want, "{text}");
        }
    }
}
