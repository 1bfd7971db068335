//! Keys of endpoints that a text does not have, in the words of its dialect.

use super::Translator;
use crate::dialect::table::{DialectType, MappingShape, ObjectRole};
use crate::dialect::{Dialect, OPENSHIFT, OPERATOR, OPERATOR_VALUES};

impl Translator {
    /// Adds how the keys of an endpoint are written that the text does not have: messages name some that
    /// could be added.
    pub(super) fn spell_endpoints(&mut self, shape: &'static MappingShape, part: ObjectRole) {
        let of_operator = [&OPERATOR, &OPERATOR_VALUES, &OPENSHIFT];
        if !of_operator
            .iter()
            .any(|dialect| std::ptr::eq::<Dialect>(*dialect, self.dialect))
        {
            return;
        }
        let endpoint = match part {
            ObjectRole::Endpoint => Some(shape),
            _ => endpoint_below(shape, DEEPEST_ENDPOINT),
        };
        let mut left: Vec<&'static MappingShape> = endpoint.into_iter().collect();
        let mut known = Vec::new();
        while let Some(shape) = left.pop() {
            if known.iter().any(|other| std::ptr::eq(*other, shape)) {
                continue;
            }
            known.push(shape);
            for key in shape.keys {
                let native = key.native.filter(|native| is_key_alone(native));
                native
                    .iter()
                    .for_each(|native| self.spelling.add(native, key.name));
            }
            left.extend(shape.keys.iter().filter_map(|key| object_in(&key.ty)));
        }
    }
}

/// How deep endpoints are in what holds them: `prometheusK8s.remoteWrite` of OpenShift.
const DEEPEST_ENDPOINT: usize = 3;

/// What an endpoint holds in a section or in one below it.
fn endpoint_below(shape: &'static MappingShape, depth: usize) -> Option<&'static MappingShape> {
    let depth = depth.checked_sub(1)?;
    let mut keys = shape.keys.iter();
    let own = keys.find(|key| key.native == Some("remote_write"));
    own.and_then(|key| object_in(&key.ty)).or_else(|| {
        let mut keys = shape.keys.iter().filter(|key| key.native.is_none());
        keys.find_map(|key| endpoint_below(object_in(&key.ty)?, depth))
    })
}

/// The mapping that a value of a type is, or that its items are.
fn object_in(ty: &'static DialectType) -> Option<&'static MappingShape> {
    match ty {
        DialectType::Object(shape) => Some(shape),
        DialectType::List(item) | DialectType::Set(item) => object_in(item),
        _ => None,
    }
}

/// Whether a native key cannot be another word, as `key` can: a section of TLS has one, and so has a selector.
fn is_key_alone(native: &str) -> bool {
    native.contains('_') || native == "azuread"
}
