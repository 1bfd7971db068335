//! The functions of PromQL.

use super::dialect::{MajorMinor, PromqlRelease};
use super::fault::ExprFault;
use super::value::ValueType;
use promvet_text::nearest;

/// The feature flag of experimental functions.
const FLAG: &str = "promql-experimental-functions";

/// A function.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: &'static str,
    pub(super) takes: &'static [ValueType],
    /// How many of the last argument there may be, counted from none; -1 for any number, 0 for
    /// exactly one.
    pub(super) more: i8,
    pub(super) returns: ValueType,
    pub(super) since: MajorMinor,
    until: Option<MajorMinor>,
    stability: Stability,
}

#[derive(Clone, Copy, Debug)]
enum Stability {
    Stable,
    Experimental,
    /// Experimental before this release.
    StableSince(MajorMinor),
}

impl Function {
    pub(super) fn flag(&self) -> Option<(&'static str, Option<MajorMinor>)> {
        match self.stability {
            Stability::Stable => None,
            Stability::Experimental => Some((FLAG, None)),
            Stability::StableSince(release) => Some((FLAG, Some(release))),
        }
    }
}

/// `data/functions.yaml`, by name.
const FUNCTIONS: &[Function] = include!(concat!(env!("OUT_DIR"), "/promql_functions.rs"));

/// The function of a name.
///
/// # Errors
/// No release has it, or this one does not have it any more. The fault has no place yet.
pub(super) fn find(name: &str, dialect: PromqlRelease) -> Result<&'static Function, ExprFault> {
    let found = FUNCTIONS.iter().find(|function| function.name == name);
    match found.map(|function| (function, function.until)) {
        // `holt_winters` alone so far: Prometheus 3.0 renamed it, so that the help can name the new
        // one.
        Some((_, Some((major, minor)))) if dialect.release >= (major, minor) => {
            let message =
                format!("the function `{name}` was removed in Prometheus {major}.{minor}");
            let fault = ExprFault::new(0, 0, message).help(
                "use `double_exponential_smoothing`, which requires \
                 `--enable-feature=promql-experimental-functions`",
            );
            Err(ExprFault {
                is_removed: true,
                ..fault
            })
        }
        Some((function, _)) => Ok(function),
        None => {
            let message = format!("unknown function `{name}`");
            let fault = ExprFault::new(0, 0, message);
            let names = FUNCTIONS
                .iter()
                .filter(|function| function.since <= dialect.release);
            Err(match nearest(name, names.map(|function| function.name)) {
                Some(near) => fault.help(format!("did you mean `{near}`?")),
                None => fault.help("write the name of a function of PromQL"),
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::FUNCTIONS;

    #[test]
    fn the_table_is_in_order() {
        assert!(FUNCTIONS.is_sorted_by_key(|function| function.name));
    }
}
