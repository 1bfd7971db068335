//! What go-yaml makes of null.

use crate::yaml::Scalar;

/// How null a scalar is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Null {
    /// It is not null.
    No,
    /// It is null, and the decoder of its type never hears of it: empty, `~`, `null`, or `!!null`.
    Plain,
    /// It is null, but the decoder of its type is asked first: `Null` and `NULL`. A section of
    /// this kind is all zero, without its defaults, and its checks run.
    Late,
    /// It is the quoted text `"null"` or `"~"`, which the decoder of its type never sees
    /// either, so that its checks do not run.
    Quoted,
}

/// How null go-yaml v2 takes a scalar for (`decode.go`, `prepare` and `scalar`).
pub(super) fn of(scalar: Scalar<'_>) -> Null {
    // `yaml.decoder.prepare` compares the tag before anything else, so that even `!!null x` is
    // null.
    if scalar.tag == Some("tag:yaml.org,2002:null") {
        return Null::Plain;
    }
    let untagged = matches!(scalar.tag, None | Some("!"));
    match (scalar.is_plain(), scalar.text) {
        (true, "" | "~" | "null") => Null::Plain,
        // `yaml.decoder.prepare` compares with "null", "~" and "" alone, so these two reach
        // `UnmarshalYAML`.
        (true, "Null" | "NULL") => Null::Late,
        // The same comparison does not look at quotes.
        (false, "~" | "null") if untagged => Null::Quoted,
        _ => Null::No,
    }
}
