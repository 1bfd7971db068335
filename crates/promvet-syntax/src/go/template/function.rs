//! The functions that a template can call.

use crate::Fault;
use promvet_text::nearest;

/// Functions of Prometheus, and the release that brought each: `data/functions.yaml`.
const FUNCTIONS: &[(&str, (u16, u16))] =
    include!(concat!(env!("OUT_DIR"), "/template_functions.rs"));

/// Functions of Go's `text/template` itself.
/// From `builtins()` of text/template/funcs.go, Go 1.21.
const BUILT_IN: &[&str] = &[
    "and", "call", "eq", "ge", "gt", "html", "index", "js", "le", "len", "lt", "ne", "not", "or",
    "print", "printf", "println", "slice", "urlquery",
];

/// Whether a function exists; the fault is at `from..to`.
pub(super) fn known(name: &str, release: (u16, u16), from: usize, to: usize) -> Result<(), Fault> {
    if BUILT_IN.contains(&name) {
        return Ok(());
    }
    let fault = |message: String| Fault::new(from, to, message);
    Err(match FUNCTIONS.iter().find(|(known, _)| *known == name) {
        Some((_, since)) if release >= *since => return Ok(()),
        Some((_, (major, minor))) => fault(format!(
            "the template function `{name}` needs Prometheus {major}.{minor} or newer"
        )),
        // Prometheus adds it in `template.Expander.ExpandHTML` alone, so that a rule with it is
        // refused.
        None if name == "tmpl" => fault(
            "the function `tmpl` does not exist in rules, only in console templates".to_owned(),
        ),
        None => {
            let names = FUNCTIONS
                .iter()
                .map(|(known, _)| *known)
                .chain(BUILT_IN.iter().copied());
            let fault = fault(format!("unknown template function `{name}`"));
            match nearest(name, names) {
                Some(near) => fault.help(format!("did you mean `{near}`?")).perhaps(near),
                None => fault,
            }
        }
    })
}
