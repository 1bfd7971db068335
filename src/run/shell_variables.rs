//! Variables in the form of a shell, in the files of programs that expand another form: vmagent
//! (`lib/envtemplate`: `%{NAME}`) and Thanos (`extkingpin`, `WithEnvSubstitution`: `$(NAME)`).

use crate::discover::nodes;
use crate::finding::{Advice, Finding, Place, Severity, rule};
use crate::yaml::Document;

/// As many are reported in a file: one shows what is wrong with all.
const MOST: usize = 5;

/// Adds what is wrong with them; what was said of the same values as placeholders goes. `form` is how the
/// program writes a variable, `place` where it is started with the file.
pub(super) fn add(
    findings: &mut Vec<Finding>,
    document: &Document,
    program: &str,
    form: impl Fn(&str) -> String,
    place: &Place,
) {
    let scalars = nodes(document).filter_map(|node| Some((node, node.as_str()?)));
    let found = scalars.filter_map(|(node, text)| {
        let name = text.split_once("${")?.1.split_once('}')?.0;
        let is_sign = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        let is_name =
            name.starts_with(|c: char| c.is_ascii_uppercase()) && name.chars().all(is_sign);
        is_name.then(|| {
            let right = form(name);
            let message = format!(
                "{program} does not expand `${{{name}}}`, only `{right}`: it is taken as it is written"
            );
            let here = node.place();
            Finding::new(rule::SCHEMA_INVALID_VALUE, Severity::Warning, here, message)
                .of_key(node.path(), node.identity())
                .evidence(place.clone(), format!("{program} reads it here"))
                .help(Advice::write(format!("write `{right}`")))
        })
    });
    let found: Vec<Finding> = found.take(MOST).collect();
    let is_of_same = |finding: &Finding| {
        let mut same = found.iter();
        finding.rule == rule::CREDENTIALS_CONTENT
            && same.any(|one| one.place.span() == finding.place.span())
    };
    findings.retain(|finding| !is_of_same(finding));
    findings.extend(found);
}
