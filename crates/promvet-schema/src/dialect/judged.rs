//! Values whose form the CustomResourceDefinitions state, and which Prometheus does not get as they
//! are: the Operator makes flags of them (prometheus-operator v0.93.0 `pkg/apis/monitoring/v1/types.go`,
//! `+kubebuilder:validation:Pattern`).

use super::table::{DialectType, Key};
use super::translate::{Translator, how_to_write, is_filled_in, name_of};
use crate::check::{Rule, advice_of};
use crate::scalar;
use crate::yaml::Node;
use promvet_text::{Advice, Severity};

impl Translator {
    /// Judges the form of a text. What has a native key is judged as Prometheus reads it.
    pub(super) fn form(&mut self, ty: &DialectType, key: &Key, node: Node<'_>) {
        let Some(text) = node.as_str().filter(|_| !is_filled_in(node)) else {
            return;
        };
        let has_native = key.native.is_some();
        if has_native && !has_form(ty, text) {
            self.refused_forms.push(node.place());
        }
        let (expected, advice) = match ty {
            DialectType::Duration if !has_native && !is_duration(text) => {
                let fault = scalar::duration(text).err();
                let advice = fault.and_then(|fault| advice_of(&fault, node, is_duration));
                ("a duration such as `15d` or `1h30m`", advice)
            }
            DialectType::Size if !has_native && !is_size(text) => (
                "a size such as `50GiB` or `512MB`",
                with_unit(text).map(|size| Advice::replace(node.span(), size).safe()),
            ),
            DialectType::ProxyUrl if !is_proxy(text) => {
                ("a URL with `http://`, `https://` or `socks5://`", None)
            }
            DialectType::Quantity if !is_quantity(text) => ("a number", None),
            DialectType::HttpUrl if !has_native && !is_http(text) => {
                ("a URL with `http://` or `https://`", None)
            }
            _ => return,
        };
        let message = self.dialect.mistyped_value(format!(
            "`{}`: expected {expected}, found `{text}`",
            key.name
        ));
        let advice = advice.or_else(|| how_to_write(ty).map(Advice::say));
        self.say(Rule::InvalidValue, Severity::Error, node, message, advice);
    }

    /// What is reported about an item that is twice in a list of the type `set`
    /// (`x-kubernetes-list-type: set`).
    pub(super) fn distinct(&mut self, node: Node<'_>) {
        let mut seen: Vec<&str> = Vec::new();
        for item in node.items() {
            let Some(text) = item.as_str().filter(|_| !is_filled_in(item)) else {
                continue;
            };
            if seen.contains(&text) {
                let message = self
                    .dialect
                    .mistyped_value(format!("`{}`: `{text}` is in it twice", name_of(node)));
                let advice = Some(Advice::remove(item.span()).safe());
                self.say(Rule::Duplicate, Severity::Error, item, message, advice);
                return;
            }
            seen.push(text);
        }
    }
}

/// Whether a text has the form that a type states, so that it is right once it is a text.
pub(super) fn has_form(ty: &DialectType, text: &str) -> bool {
    match ty {
        DialectType::Duration | DialectType::OptionalDuration => is_duration(text),
        DialectType::Size => is_size(text),
        DialectType::ProxyUrl => is_proxy(text),
        DialectType::HttpUrl => is_http(text),
        DialectType::Quantity => is_quantity(text),
        DialectType::Enum(words) | DialectType::Lower(words) => words.contains(&text),
        _ => true,
    }
}

/// The pattern of `Duration`; the Operator takes an empty text for none.
fn is_duration(text: &str) -> bool {
    text.is_empty() || scalar::duration(text).is_ok()
}

/// Suffixes of numbers (apimachinery `pkg/api/resource/suffix.go`).
const OF_QUANTITIES: &[&str] = &[
    "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "n", "u", "m", "k", "M", "G", "T", "P", "E", "",
];

/// The pattern of `Quantity` in the definitions.
fn is_quantity(text: &str) -> bool {
    let mut suffixes = OF_QUANTITIES.iter();
    suffixes.any(|suffix| {
        let number = text.strip_suffix(suffix);
        number.is_some_and(|number| {
            let is_written =
                |c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | 'e' | 'E');
            number.chars().all(is_written) && number.parse::<f64>().is_ok()
        })
    })
}

/// The pattern of `ByteSize`: `(^0|([0-9]*[.])?[0-9]+((K|M|G|T|E|P)i?)?B)$`.
fn is_size(text: &str) -> bool {
    let number = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let unit = number.strip_suffix('B').map(|unit| {
        let unit = unit.strip_suffix('i').unwrap_or(unit);
        matches!(unit, "" | "K" | "M" | "G" | "T" | "E" | "P")
    });
    text.is_empty() || text.starts_with('0') || number.len() < text.len() && unit == Some(true)
}

/// The same size with the letter that it lacks: `50Gi` is how Kubernetes writes sizes.
fn with_unit(text: &str) -> Option<String> {
    let text = text.replace(' ', "");
    if is_size(&text) {
        return Some(text);
    }
    let size = format!("{text}B");
    (text.ends_with(|c: char| c.is_ascii_alphabetic()) && is_size(&size)).then_some(size)
}

/// The pattern of `ProxyURL`: `^(http|https|socks5)://.+$`.
fn is_proxy(text: &str) -> bool {
    has_scheme(text, &["http://", "https://", "socks5://"])
}

/// The pattern of `URL`: `^(http|https)://.+$`.
fn is_http(text: &str) -> bool {
    has_scheme(text, &["http://", "https://"])
}

fn has_scheme(text: &str, schemes: &[&str]) -> bool {
    text.is_empty()
        || schemes.iter().any(|scheme| {
            text.strip_prefix(scheme)
                .is_some_and(|rest| !rest.is_empty())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_those_of_the_pattern() {
        for (text, is_right) in [
            ("50GiB", true),
            ("512MB", true),
            ("1.5GB", true),
            ("0", true),
            ("500B", true),
            ("50Gi", false),
            ("10G", false),
            ("500", false),
            ("GB", false),
            ("10 GB", false),
        ] {
            assert_eq!(is_size(text), is_right, "{text}");
        }
        assert_eq!(with_unit("50Gi").as_deref(), Some("50GiB"));
        assert_eq!(with_unit("500"), None);
    }
}
