//! The functions of PromQL.

use super::dialect::{Dialect, Release};
use super::fault::Fault;
use super::value::Type::{self, Matrix as M, Scalar as S, Text as T, Vector as V};
use promvet_text::nearest;

/// The feature flag of experimental functions.
const FLAG: &str = "promql-experimental-functions";

/// A function.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: &'static str,
    pub(super) takes: &'static [Type],
    /// How many of the last argument there may be, counted from none; -1 for any number, 0 for
    /// exactly one.
    pub(super) more: i8,
    pub(super) returns: Type,
    pub(super) since: Release,
    until: Option<Release>,
    stability: Stability,
}

#[derive(Clone, Copy, Debug)]
enum Stability {
    Stable,
    Experimental,
    /// Experimental before this release.
    StableSince(Release),
}

impl Function {
    pub(super) fn flag(&self) -> Option<(&'static str, Option<Release>)> {
        match self.stability {
            Stability::Stable => None,
            Stability::Experimental => Some((FLAG, None)),
            Stability::StableSince(release) => Some((FLAG, Some(release))),
        }
    }

    const fn new(
        name: &'static str,
        takes: &'static [Type],
        returns: Type,
        since: Release,
    ) -> Self {
        Self {
            name,
            takes,
            more: 0,
            returns,
            since,
            until: None,
            stability: Stability::Stable,
        }
    }

    const fn more(self, more: i8) -> Self {
        Self { more, ..self }
    }

    const fn experimental(self) -> Self {
        Self {
            stability: Stability::Experimental,
            ..self
        }
    }
}

const AT_FIRST: Release = (2, 0);

const fn of_vector(name: &'static str, since: Release) -> Function {
    Function::new(name, &[V], V, since)
}

const fn of_range(name: &'static str, since: Release) -> Function {
    Function::new(name, &[M], V, since)
}

/// From `promql/parser/functions.go` of every release from 2.0 to 3.14, by name.
const FUNCTIONS: &[Function] = &[
    of_vector("abs", AT_FIRST),
    of_vector("absent", AT_FIRST),
    of_range("absent_over_time", (2, 16)),
    of_vector("acos", (2, 31)),
    of_vector("acosh", (2, 31)),
    of_vector("asin", (2, 31)),
    of_vector("asinh", (2, 31)),
    of_vector("atan", (2, 31)),
    of_vector("atanh", (2, 31)),
    of_range("avg_over_time", AT_FIRST),
    of_vector("ceil", AT_FIRST),
    of_range("changes", AT_FIRST),
    Function::new("clamp", &[V, S, S], V, (2, 26)),
    Function::new("clamp_max", &[V, S], V, AT_FIRST),
    Function::new("clamp_min", &[V, S], V, AT_FIRST),
    of_vector("cos", (2, 31)),
    of_vector("cosh", (2, 31)),
    of_range("count_over_time", AT_FIRST),
    of_vector("day_of_month", AT_FIRST).more(1),
    of_vector("day_of_week", AT_FIRST).more(1),
    of_vector("day_of_year", (2, 36)).more(1),
    of_vector("days_in_month", AT_FIRST).more(1),
    of_vector("deg", (2, 31)),
    of_range("delta", AT_FIRST),
    of_range("deriv", AT_FIRST),
    Function::new("double_exponential_smoothing", &[M, S, S], V, (3, 0)).experimental(),
    Function::new("end", &[], S, (3, 12)).experimental(),
    of_vector("exp", AT_FIRST),
    Function {
        stability: Stability::StableSince((3, 14)),
        ..of_range("first_over_time", (3, 7))
    },
    of_vector("floor", AT_FIRST),
    of_vector("histogram_avg", (2, 51)),
    of_vector("histogram_count", (2, 40)),
    Function::new("histogram_fraction", &[S, S, V], V, (2, 40)),
    Function::new("histogram_quantile", &[S, V], V, AT_FIRST),
    Function::new("histogram_quantiles", &[V, T, S, S], V, (3, 11))
        .more(9)
        .experimental(),
    of_vector("histogram_stddev", (2, 47)),
    of_vector("histogram_stdvar", (2, 47)),
    of_vector("histogram_sum", (2, 40)),
    Function {
        until: Some((3, 0)),
        ..Function::new("holt_winters", &[M, S, S], V, AT_FIRST)
    },
    of_vector("hour", AT_FIRST).more(1),
    of_range("idelta", AT_FIRST),
    of_range("increase", AT_FIRST),
    Function::new("info", &[V, V], V, (2, 55))
        .more(1)
        .experimental(),
    of_range("irate", AT_FIRST),
    Function::new("label_join", &[V, T, T, T], V, AT_FIRST).more(-1),
    Function::new("label_replace", &[V, T, T, T, T], V, AT_FIRST),
    of_range("last_over_time", (2, 26)),
    of_vector("ln", AT_FIRST),
    of_vector("log10", AT_FIRST),
    of_vector("log2", AT_FIRST),
    of_range("mad_over_time", (2, 49)).experimental(),
    Function::new("max_of", &[S, S], S, (3, 13)).experimental(),
    of_range("max_over_time", AT_FIRST),
    Function::new("min_of", &[S, S], S, (3, 13)).experimental(),
    of_range("min_over_time", AT_FIRST),
    of_vector("minute", AT_FIRST).more(1),
    of_vector("month", AT_FIRST).more(1),
    Function::new("pi", &[], S, (2, 31)),
    Function::new("predict_linear", &[M, S], V, AT_FIRST),
    of_range("present_over_time", (2, 29)),
    Function::new("quantile_over_time", &[S, M], V, AT_FIRST),
    of_vector("rad", (2, 31)),
    Function::new("range", &[], S, (3, 12)).experimental(),
    of_range("rate", AT_FIRST),
    of_range("resets", AT_FIRST),
    Function::new("round", &[V, S], V, AT_FIRST).more(1),
    Function::new("scalar", &[V], S, AT_FIRST),
    of_vector("sgn", (2, 26)),
    of_vector("sin", (2, 31)),
    of_vector("sinh", (2, 31)),
    of_vector("sort", AT_FIRST),
    Function::new("sort_by_label", &[V, T], V, (2, 49))
        .more(-1)
        .experimental(),
    Function::new("sort_by_label_desc", &[V, T], V, (2, 49))
        .more(-1)
        .experimental(),
    of_vector("sort_desc", AT_FIRST),
    of_vector("sqrt", AT_FIRST),
    Function::new("start", &[], S, (3, 12)).experimental(),
    of_vector("start_timestamp", (3, 14)).experimental(),
    of_range("stddev_over_time", AT_FIRST),
    of_range("stdvar_over_time", AT_FIRST),
    Function::new("step", &[], S, (3, 12)).experimental(),
    of_range("sum_over_time", AT_FIRST),
    of_vector("tan", (2, 31)),
    of_vector("tanh", (2, 31)),
    Function::new("time", &[], S, AT_FIRST),
    of_vector("timestamp", AT_FIRST),
    of_range("ts_of_first_over_time", (3, 7)).experimental(),
    of_range("ts_of_last_over_time", (3, 5)).experimental(),
    of_range("ts_of_max_over_time", (3, 5)).experimental(),
    of_range("ts_of_min_over_time", (3, 5)).experimental(),
    Function::new("vector", &[S], V, AT_FIRST),
    of_vector("year", AT_FIRST).more(1),
];

/// The function of a name.
///
/// # Errors
/// No release has it, or this one does not have it any more. The fault has no place yet.
pub(super) fn find(name: &str, dialect: Dialect) -> Result<&'static Function, Fault> {
    let found = FUNCTIONS.iter().find(|function| function.name == name);
    match found.map(|function| (function, function.until)) {
        Some((_, Some((major, minor)))) if dialect.release >= (major, minor) => {
            let message =
                format!("the function `{name}` was removed in Prometheus {major}.{minor}");
            Err(Fault::new(0, 0, message).help(
                "it is called `double_exponential_smoothing` now, and needs \
                     `--enable-feature=promql-experimental-functions`",
            ))
        }
        Some((function, _)) => Ok(function),
        None => {
            let message = format!("there is no function `{name}`");
            let fault = Fault::new(0, 0, message);
            let names = FUNCTIONS
                .iter()
                .filter(|function| function.since <= dialect.release);
            Err(match nearest(name, names.map(|function| function.name)) {
                Some(near) => fault.help(format!("did you mean `{near}`?")),
                None => fault,
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
