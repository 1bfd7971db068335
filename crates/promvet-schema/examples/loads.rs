//! What a release of Prometheus rejects of a configuration:
//! `cargo run -p promvet-schema --example loads -- 3.14 prometheus.yml`.

use std::error::Error;
use std::io::Write as _;

use promvet_schema::yaml::parse_first;
use promvet_schema::{TargetReleases, Version, check};
use promvet_text::Text;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(release), Some(path)) = (arguments.next(), arguments.next()) else {
        return Err("usage: loads RELEASE FILE".into());
    };
    let text = Text::new(path.as_str(), std::fs::read(&path)?);
    let document = parse_first(&text)?;
    for finding in check(&document, &TargetReleases::of(Version::parse(&release)?)) {
        let (place, rule, message) = (finding.place, finding.rule, finding.message);
        writeln!(std::io::stdout(), "{place:?}: {rule}: {message}")?;
    }
    Ok(())
}
