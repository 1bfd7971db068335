//! What is wrong with an object of Kubernetes in a dialect:
//! `cargo run -p promvet-schema --example translates -- object.yaml`.

use std::error::Error;
use std::io::Write as _;
use std::sync::Arc;

use promvet_schema::dialect::{OPERATOR, tables, translate};
use promvet_schema::yaml::{Node, parse_first};
use promvet_schema::{TargetReleases, check};
use promvet_text::Text;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("usage: translates FILE")?;
    let text = Text::new(path.as_str(), std::fs::read(&path)?);
    let document = Arc::new(parse_first(&text)?);
    let root = document.root().ok_or("the file is empty")?;
    let name = root.get("kind").and_then(Node::as_str).unwrap_or("");
    let kind = tables::KINDS.iter().find(|kind| kind.kind == name);
    let kind = kind.ok_or(format!("no dialect has the kind `{name}`"))?;
    let spec = root.get("spec").ok_or("there is no `spec`")?;
    let translation = translate(&document, spec, kind.shape, kind.part, &OPERATOR);
    let translation = translation.ok_or("nothing native is in it")?;
    let mut native = check(&translation.document, &TargetReleases::default());
    for finding in &mut native {
        let put = |text: &str| translation.spelling.put_at(&finding.place, text);
        finding.message = finding.message.reworded(put, Some(OPERATOR.refused));
    }
    for finding in translation.findings.into_iter().chain(native) {
        let (place, rule, message) = (finding.place, finding.rule, finding.message);
        writeln!(std::io::stdout(), "{place:?}: {rule}: {message}")?;
    }
    Ok(())
}
