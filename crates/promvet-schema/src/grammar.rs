//! From types to the grammars of their texts.

use crate::dialect::refused;
use promvet_text::Message;
use std::cell::RefCell;
use std::collections::HashSet;

use super::check::Rule;
use super::null::Null;
use super::scalar::{self, Go, Remedy, coerce, number::ResolvedScalar};
use super::section::{InheritedSettings, Scheme};
use super::table::{Reference, Type};
use super::version::Version;
use super::words;
use crate::yaml::{Kind, Scalar};

/// What is wrong with a text, and where in it.
pub(super) struct ScalarFault {
    pub(super) rule: Rule,
    pub(super) from: usize,
    pub(super) to: usize,
    /// A clause that follows the name of what is wrong.
    pub(super) message: Message,
    pub(super) remedy: Remedy,
}

/// How a scalar is written, for the grammars of go-yaml: whether it is plain, and its tag.
fn written(scalar: Scalar<'_>) -> (bool, Option<&str>) {
    (scalar.style == crate::yaml::Style::Plain, scalar.tag)
}

/// What is wrong with a scalar that stands for a type.
pub(super) fn fault(
    ty: &Type,
    scalar: Scalar<'_>,
    null: Null,
    scope: InheritedSettings,
) -> Option<ScalarFault> {
    // go-yaml hands the zero value to `UnmarshalYAML` then (`yaml.decoder.prepare`), so that the
    // grammar sees the empty text.
    let text = if null == Null::Late { "" } else { scalar.text };
    let (plain, tag) = written(scalar);
    let problem = match ty {
        Type::Bool => return mismatch(ty, scalar, coerce::boolean(scalar.text, plain, tag).err()),
        Type::Int => return mismatch(ty, scalar, coerce::int(scalar.text, plain, tag).err()),
        Type::Uint => return mismatch(ty, scalar, coerce::uint(scalar.text, plain, tag).err()),
        Type::Float => return mismatch(ty, scalar, coerce::float(scalar.text, plain, tag).err()),
        Type::Duration => duration(text, scope),
        // `units.Base2Bytes.UnmarshalText` is not called for null, so that it is zero.
        Type::ByteSize if null == Null::Late => None,
        Type::ByteSize => scalar::byte_size(text).err(),
        // `config.URL.UnmarshalYAML` is skipped for it and the struct cannot be set from text, so
        // that the file is refused.
        Type::Url if null == Null::Quoted => return mismatch(ty, scalar, None),
        Type::Url => scalar::url(text).err(),
        Type::Regex if null == Null::Quoted => None,
        Type::Regex => {
            let go = Go::of_prometheus(scope.version.major, scope.version.minor);
            regex(text, go)
        }
        Type::LabelName if null == Null::Quoted => None,
        // `model.LabelName.UnmarshalYAML` checks `utf8.ValidString`, which only `!!binary` can
        // break.
        Type::LabelName if is_not_utf8(scalar) => Some(not_utf8(scalar)),
        // Prometheus 3 set `model.NameValidationScheme` to UTF-8, so that older ones reject what it
        // takes.
        Type::LabelName if scope.version.major < 3 => scalar::label::legacy_name(text).err(),
        Type::LabelName => scalar::label::utf8_name(text).err(),
        Type::File(Reference::Rules, _) => scalar::glob::file_pattern(text).err(),
        // Included files are looked for while the configuration is loaded, rule files later.
        Type::File(Reference::ScrapeConfigs, _) => scalar::glob::file_pattern(text)
            .and_then(|()| scalar::glob::syntax(text))
            .err(),
        // `file.SDConfig.UnmarshalYAML` looks at each name while the file is decoded.
        Type::File(Reference::Targets, _) => scalar::glob::target_file_pattern(text).err(),
        _ => None,
    }?;
    Some(ScalarFault {
        rule: Rule::InvalidValue,
        from: problem.from,
        to: problem.to,
        message: refused(problem.about("")),
        remedy: problem.remedy,
    })
}

/// How many patterns a thread remembers.
/// A thousand patterns of 100 bytes are 100 KiB a thread; no configuration in use has more, so that
/// the limit only guards against made-up ones.
const REMEMBERED: usize = 1024;

thread_local! {
    /// Patterns that were read without a fault. The same few are in job after job and file
    /// after file, and reading one costs more than all the rest of a relabel rule.
    static GOOD_PATTERNS: RefCell<HashSet<(Go, Box<str>)>> = RefCell::new(HashSet::new());
}

/// The release is part of the key, since Go 1.22 and later read more than older ones.
fn regex(text: &str, go: Go) -> Option<scalar::Fault> {
    let key = (go, Box::from(text));
    if GOOD_PATTERNS.with_borrow(|good| good.contains(&key)) {
        return None;
    }
    let fault = scalar::regex(text, go).err();
    if fault.is_none() {
        GOOD_PATTERNS.with_borrow_mut(|good| {
            if good.len() < REMEMBERED {
                good.insert(key);
            }
        });
    }
    fault
}

/// Compound durations came with 2.21.0, a bare 0 with 2.19.0 (prometheus/common).
fn duration(text: &str, scope: InheritedSettings) -> Option<scalar::Fault> {
    let whole = |message: &str| scalar::Fault::whole(text, message);
    let since = |minor| (scope.version.major, scope.version.minor) >= (2, minor);
    match scalar::duration(text) {
        Err(fault) => Some(fault),
        Ok(read) if read.compound && !since(21) => Some(whole(
            "has more than one unit, which needs Prometheus 2.21.0 or newer",
        )),
        Ok(read) if read.bare_zero && !since(19) => {
            Some(whole("has no unit, which needs Prometheus 2.19.0 or newer"))
        }
        Ok(_) => None,
    }
}

/// A scalar of the wrong kind.
fn mismatch(ty: &Type, scalar: Scalar<'_>, problem: Option<scalar::Fault>) -> Option<ScalarFault> {
    // The one type that fails for a quoted null without a fault of its grammar, so that it has no
    // `problem`.
    let quoted_url = matches!(ty, Type::Url);
    if problem.is_none() && !quoted_url {
        return None;
    }
    let (message, remedy) = match problem {
        Some(problem) => (refused(problem.about("")), problem.remedy),
        None => (
            format!(
                ": expected {}, found {}",
                words::what_is_wanted(ty),
                words::what_is(Kind::Scalar(scalar))
            )
            .into(),
            Remedy::default(),
        ),
    };
    Some(ScalarFault {
        rule: Rule::WrongType,
        from: 0,
        to: scalar.text.len(),
        message,
        remedy,
    })
}

/// What is wrong with an explicit tag, whatever the type: the text is not what the tag says.
/// go-yaml fails in `yaml.resolve`, before it knows the field, so that the type does not matter.
pub(super) fn tag_fault(scalar: Scalar<'_>) -> Option<Message> {
    scalar.tag?;
    let (plain, tag) = written(scalar);
    let fault = scalar::number::resolve(scalar.text, plain, tag).err()?;
    Some(refused(fault.about("this value")))
}

/// The number that a scalar stands for.
pub(super) fn number(scalar: Scalar<'_>) -> Option<f64> {
    let (plain, tag) = written(scalar);
    coerce::float(scalar.text, plain, tag).ok().flatten()
}

/// The milliseconds of a duration.
pub(super) fn millis(text: &str) -> Option<i64> {
    scalar::duration(text).ok().map(|read| read.milliseconds)
}

/// Whether go-yaml would take a scalar for something other than text.
/// Numbers and booleans are told apart from text by go-yaml's `yaml.resolve`, so that messages can
/// name what was found.
pub(super) fn is_text(scalar: Scalar<'_>) -> bool {
    let (plain, tag) = written(scalar);
    matches!(
        scalar::number::resolve(scalar.text, plain, tag),
        Ok(ResolvedScalar::Str(_) | ResolvedScalar::Tagged(_))
    )
}

/// Whether a scalar is tagged `!!binary` and stands for bytes that are not UTF-8.
pub(super) fn is_not_utf8(scalar: Scalar<'_>) -> bool {
    let (plain, tag) = written(scalar);
    match scalar::number::resolve(scalar.text, plain, tag) {
        Ok(ResolvedScalar::Binary(bytes)) => std::str::from_utf8(&bytes).is_err(),
        _ => false,
    }
}

/// The fault of such a scalar.
pub(super) fn not_utf8(scalar: Scalar<'_>) -> scalar::Fault {
    scalar::Fault::whole(scalar.text, "is not valid UTF-8")
        .help("save it as UTF-8, or remove `!!binary`")
}

/// What is wrong with the name of a label under a scheme.
pub(super) fn label_name(text: &str, scheme: Scheme) -> Result<(), scalar::Fault> {
    match scheme {
        Scheme::Legacy => scalar::label::legacy_name(text),
        Scheme::Utf8 => scalar::label::utf8_name(text),
    }
}

/// What is wrong with a template of the name of a label under a scheme. 3.0 and 3.1 know only templates of
/// the legacy form (`relabelTarget`, model/relabel/relabel.go).
pub(super) fn label_template(
    text: &str,
    scheme: Scheme,
    version: Version,
) -> Result<(), scalar::Fault> {
    match scheme {
        Scheme::Utf8 if version >= Version::new(3, 2, 0) => scalar::label::utf8_name(text),
        Scheme::Utf8 | Scheme::Legacy => scalar::label::legacy_template(text),
    }
}
