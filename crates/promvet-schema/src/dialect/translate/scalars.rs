//! Scalars of a dialect.

use super::super::judged::has_form;
use super::super::table::{DialectType, Key};
use super::kinds::Wanted;
use super::{SELECTED, Translator, is_filled_in, name_of};
use crate::check::Rule;
use crate::words;
use crate::yaml::{Node, Scalar, TranslatedNode};
use promvet_text::{Advice, Severity, nearest, surely_meant};

/// Keys with a number that is not below 0 (`minimum: 0` in the definitions of prometheus-operator v0.93.0),
/// beside limits. Replicas, shards and numbers of queues have no minimum there.
const COUNTS: &[&str] = &[
    "enforcedKeepDroppedTargets",
    "keepDroppedTargets",
    "maxConnections",
    "minReadySeconds",
    "modulus",
    "port",
    "terminationGracePeriodSeconds",
];

/// Words in lower case that Prometheus has otherwise (prometheus-operator v0.93.0 `promcfg.go`, OVHcloud and
/// `generateRemoteWriteConfig`).
const OTHERWISE: &[(&str, &str)] = &[
    ("dedicatedserver", "dedicated_server"),
    ("v1.0", "prometheus.WriteRequest"),
    ("v2.0", "io.prometheus.write.v2.Request"),
];

impl Translator {
    /// Whether a scalar has the kind that a type wants.
    pub(super) fn is_of_kind(&self, ty: &DialectType, node: Node<'_>) -> bool {
        let Some(scalar) = node.scalar() else {
            return false;
        };
        let is_bool = scalar.as_bool().is_some();
        match ty {
            DialectType::Number => is_number(scalar),
            DialectType::Bool => is_bool,
            _ => !(self.dialect.is_strict && (is_bool || is_number(scalar))),
        }
    }

    pub(in crate::dialect) fn scalar(
        &mut self,
        ty: &DialectType,
        node: Node<'_>,
    ) -> Option<TranslatedNode> {
        let wanted = Wanted::of(ty);
        let Some(scalar) = node.scalar() else {
            self.wrong_kind(node, wanted);
            return None;
        };
        let is_filled_in = is_filled_in(node);
        if matches!(ty, DialectType::Number) && self.is_of_kind(ty, node) {
            self.negative(node, scalar);
            self.beyond_ports(node, scalar);
        }
        if !self.is_of_kind(ty, node) && !is_filled_in {
            self.wrong_kind(node, wanted);
            if wanted == Wanted::Text && !has_form(ty, scalar.text) {
                self.not_by_quotes(ty, node, scalar);
            }
            // One finding is enough: a placeholder keeps native rules from judging the same value.
            return Some(self.builder.scalar(node, SELECTED));
        }
        if let DialectType::Enum(words) | DialectType::Lower(words) = ty
            && !is_filled_in
            && !words.contains(&scalar.text)
        {
            self.strange_word(words, node, scalar);
            // What is meant is not known, but something is.
            return Some(self.builder.scalar(node, SELECTED));
        }
        match ty {
            DialectType::Lower(_) => {
                let lower = scalar.text.to_ascii_lowercase();
                let native = OTHERWISE.iter().find(|(word, _)| *word == lower);
                let native = native.map_or(&*lower, |(_, native)| native);
                Some(self.builder.scalar(node, native))
            }
            _ => self.builder.copy(node),
        }
    }

    /// A number below 0 where the definitions exclude it (`minimum: 0`, prometheus-operator v0.93.0).
    fn negative(&mut self, node: Node<'_>, scalar: Scalar<'_>) {
        let name = name_of(node);
        let is_one = COUNTS.contains(&&*name) || name.ends_with("Limit");
        let is_below = scalar.text.starts_with('-') && scalar.text.parse() != Ok(0.0);
        if !is_one || !is_below || !self.dialect.word.starts_with("operator") {
            return;
        }
        let message = self.dialect.mistyped_value(format!(
            "`{name}`: expected 0 or more, found `{}`",
            scalar.text
        ));
        let advice = Some(Advice::say("write 0 or more, or remove the key"));
        self.say(Rule::InvalidValue, Severity::Warning, node, message, advice);
    }

    /// A port that no address has (`minimum: 1` and `maximum: 65535` in the definition of PodMonitor since
    /// `portNumber` is in it).
    fn beyond_ports(&mut self, node: Node<'_>, scalar: Scalar<'_>) {
        let number: Option<i64> = scalar.text.parse().ok();
        let is_port = number.is_none_or(|number| (1..=65535).contains(&number));
        if is_port || name_of(node) != "portNumber" {
            return;
        }
        let message = self.dialect.mistyped_value(format!(
            "`portNumber`: expected a number from 1 to 65535, found `{}`",
            scalar.text
        ));
        let advice = Some(Advice::say("write the number of the port"));
        self.say(Rule::InvalidValue, Severity::Error, node, message, advice);
    }

    /// A name or a number, as `IntOrString` of Kubernetes.
    pub(super) fn name_or_number(&mut self, node: Node<'_>) -> Option<TranslatedNode> {
        let is_one = |scalar: &Scalar<'_>| scalar.as_bool().is_none();
        if node.scalar().filter(is_one).is_none() {
            self.wrong_kind(node, Wanted::NameOrNumber);
            return None;
        }
        self.builder.copy(node)
    }

    /// A number that may be a text. The Operator writes it as a number.
    pub(super) fn quantity(&mut self, key: &Key, node: Node<'_>) -> Option<TranslatedNode> {
        let Some(scalar) = node.scalar().filter(|scalar| scalar.as_bool().is_none()) else {
            self.wrong_kind(node, Wanted::Number);
            return None;
        };
        if is_filled_in(node) {
            return self.builder.copy(node);
        }
        self.form(&DialectType::Quantity, key, node);
        let is_plain_number = scalar.text.parse::<f64>().is_ok();
        Some(match is_plain_number {
            true => self.builder.part(node, node.span(), scalar.text),
            // It has a suffix.
            false => self.builder.scalar(node, SELECTED),
        })
    }

    pub(in crate::dialect) fn strange_word(
        &mut self,
        words: &[&'static str],
        node: Node<'_>,
        scalar: Scalar<'_>,
    ) {
        // An empty text is allowed, and nothing to advise.
        let mut listed = words::once_each(words);
        listed.retain(|word| !word.is_empty());
        let message = self.dialect.mistyped_value(format!(
            "`{}`: expected one of {}",
            name_of(node),
            listed.join(", ")
        ));
        let surely = surely_meant(scalar.text, listed.iter().copied());
        let meant = nearest(scalar.text, listed).map(|word| {
            let advice = Advice::replace(node.span(), word);
            match word.eq_ignore_ascii_case(scalar.text) || surely == Some(word) {
                true => advice.safe(),
                false => advice.unsafe_(),
            }
        });
        let advice = meant.unwrap_or_else(|| Advice::say("use one of these words"));
        self.say(
            Rule::InvalidValue,
            Severity::Error,
            node,
            message,
            Some(advice),
        );
    }
}

/// Underscores are dropped, since YAML 1.1 takes `1_000` for a number.
pub(super) fn is_number(scalar: Scalar<'_>) -> bool {
    let begins = scalar
        .text
        .starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'));
    scalar.is_plain() && begins && scalar.text.replace('_', "").parse::<f64>().is_ok()
}

/// Whether a number of a queue is zero, which the Operator takes for none.
pub(super) fn is_left_out(key: &Key, node: Node<'_>) -> bool {
    const OF_QUEUE: &[&str] = &[
        "capacity",
        "max_samples_per_send",
        "max_shards",
        "min_shards",
    ];
    let is_of_queue = key.native.is_some_and(|native| OF_QUEUE.contains(&native));
    is_of_queue && node.as_str() == Some("0")
}
