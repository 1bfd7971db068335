//! The grammars of single values: regular expressions, URLs, numbers, names, selectors.

use std::sync::OnceLock;

use promvet::facts::receiver::{Catalog, Hints, judge, recognize};
use promvet::prometheus::endpoint::Endpoint;
use promvet::schema::scalar;
use promvet_syntax::{Fault, azure, base64, go, header, label, scaleway, selector, uuid};

use super::assert_inside;

/// Any text as a value of every grammar of the schema: faults are inside the text.
pub fn grammars(bytes: &[u8]) {
    let text = &*String::from_utf8_lossy(bytes);
    values(text);
    if let Ok(canonical) = header::custom(text).map(|()| header::canonical(text)) {
        assert_eq!(header::canonical(&canonical), canonical);
        assert!(canonical.eq_ignore_ascii_case(text));
    }
    if let Some(decoded) = base64::decode(text) {
        assert!(decoded.len() <= text.len());
    }
    endpoint(text);
}

fn values(text: &str) {
    inside(text, go::duration(text));
    inside(text, go::byte_size(text));
    inside(text, go::url(text));
    for (major, minor) in [(2, 0), (3, 14)] {
        inside(text, go::regex(text, go::Go::of_prometheus(major, minor)));
    }
    inside(text, go::glob::syntax(text));
    inside(text, go::glob::file_pattern(text));
    inside(text, go::glob::target_file_pattern(text));
    inside(text, label::utf8_name(text));
    inside(text, label::legacy_name(text));
    inside(text, selector::label_selector(text));
    inside(text, selector::field_selector(text));
    inside(text, header::custom(text));
    inside(text, azure::scope(text));
    inside(text, scaleway::api_url(text));
    inside(text, uuid::uuid(text));
    for plain in [true, false] {
        inside(text, scalar::coerce::int(text, plain, None));
        inside(text, scalar::coerce::uint(text, plain, None));
        inside(text, scalar::coerce::float(text, plain, None));
        inside(text, scalar::coerce::boolean(text, plain, None));
    }
}

fn inside<T>(text: &str, outcome: Result<T, Fault>) {
    if let Err(fault) = outcome {
        assert_inside(text, fault.from..fault.to, &fault.message);
    }
}

/// A URL taken apart, its receiver recognized, its shape judged.
fn endpoint(text: &str) {
    static CATALOG: OnceLock<Catalog> = OnceLock::new();
    let catalog = CATALOG.get_or_init(Catalog::default);
    let endpoint = Endpoint::new(text);
    if let Some(password) = endpoint.password() {
        let password = endpoint.slice(password);
        let shown = endpoint.redacted();
        // A short one may be a part of the host too.
        let is_long = password.len() >= 8 && text.matches(password).count() == 1;
        assert!(!is_long || !shown.contains(password), "{shown}");
    }
    let recognition = recognize(&endpoint, catalog, &Hints::default());
    for fault in judge(&endpoint, &recognition) {
        assert_inside(text, fault.range, "a fault of the shape");
    }
}
