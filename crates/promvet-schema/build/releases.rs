//! `releases/*.tsv` → constants.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// `$OUT_DIR/releases.rs`.
pub(crate) fn releases(folder: &Path) -> Result<String, Box<dyn Error>> {
    let mut keys: BTreeMap<(String, String), u16> = BTreeMap::new();
    for row in rows::<3>(&folder.join("operator-keys.tsv"))? {
        let [kinds, key, since] = row;
        for kind in kinds.split(',') {
            keys.insert((kind.to_owned(), key.clone()), since.parse()?);
        }
    }
    let mut out =
        "/// Keys of resources by kind and path, in order, and the Operator that has them first.\n\
         static KEYS: &[(&str, &str, u16)] = &[\n"
            .to_owned();
    for ((kind, key), since) in keys {
        let _ = writeln!(out, "    ({kind:?}, {key:?}, {since}),");
    }
    out += "];\n/// Releases of charts: the first one, its Operator and its Prometheus.\n\
        static CHARTS: &[ChartRow] = &[\n";
    for [chart, first, operator, prometheus] in rows::<4>(&folder.join("charts.tsv"))? {
        let first: Vec<u16> = numbers(&first)?;
        let [_, minor] = numbers(&operator)?[..] else {
            return Err(format!("{operator}: not a minor release").into());
        };
        let prometheus = match prometheus == "-" {
            true => None,
            false => Some(pair(&prometheus)?),
        };
        let _ = writeln!(out, "    ({chart:?}, {first:?}, {minor}, {prometheus:?}),");
    }
    out += "];\n/// Minor releases of the Operator, and the Prometheus that each takes by default.\n\
        static OPERATORS: &[(u16, (u16, u16))] = &[\n";
    for [operator, prometheus] in rows::<2>(&folder.join("operators.tsv"))? {
        let (_, minor) = pair(&operator)?;
        let _ = writeln!(out, "    ({minor}, {:?}),", pair(&prometheus)?);
    }
    out += "];\n";
    Ok(out)
}

/// The rows of a table behind its first line; lines with `#` are for people who read the file.
fn rows<const N: usize>(path: &Path) -> Result<Vec<[String; N]>, Box<dyn Error>> {
    let text = fs::read_to_string(path)?;
    let lines = text.lines().filter(|line| !line.starts_with('#')).skip(1);
    lines
        .map(|line| {
            let cells: Vec<String> = line.split('\t').map(str::to_owned).collect();
            cells
                .try_into()
                .map_err(|_| format!("{}: {line}: expected {N} cells", path.display()).into())
        })
        .collect()
}

fn numbers(text: &str) -> Result<Vec<u16>, std::num::ParseIntError> {
    text.split('.').map(str::parse).collect()
}

fn pair(text: &str) -> Result<(u16, u16), Box<dyn Error>> {
    match numbers(text)?[..] {
        [major, minor] => Ok((major, minor)),
        _ => Err(format!("{text}: expected two numbers").into()),
    }
}
