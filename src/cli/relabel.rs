//! `promvet relabel`: what becomes of a set of labels.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::args::ListFormat;
use super::{Exit, complain};
use crate::report::{RelabelReport, RelabelStep, unless_closed};
use crate::run::{LabelSet, RelabelKey, RelabelQuery, RelabelTrace, trace};
use crate::schema::Version;
use crate::source::Folder;

/// The arguments of `relabel`.
#[derive(Args, Clone, Debug)]
pub(super) struct RelabelArgs {
    /// The configuration
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The labels, such as '{__address__="a:80", env="prod"}'
    #[arg(value_name = "LABELS", value_parser = labels)]
    labels: LabelSet,
    /// The job whose rules are applied [default: the only one]
    #[arg(long, value_name = "JOB")]
    job: Option<String>,
    /// The name or the URL of the remote_write entry, for write_relabel_configs [default: the only one]
    #[arg(long, value_name = "NAME")]
    endpoint: Option<String>,
    /// The list
    #[arg(long, value_name = "LIST", default_value = "relabel_configs", value_parser = list())]
    list: RelabelKey,
    /// The release of Prometheus [default: the newest known]
    #[arg(long, value_name = "VERSION", value_parser = Version::parse)]
    prometheus: Option<Version>,
    /// The format of the output
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: ListFormat,
}

fn list() -> impl TypedValueParser<Value = RelabelKey> {
    let names = RelabelKey::ALL.map(|(key, _)| key);
    PossibleValuesParser::new(names).try_map(|name| {
        let mut all = RelabelKey::ALL.into_iter();
        let found = all.find(|(key, _)| *key == name);
        found.map(|(_, list)| list).ok_or("unknown list")
    })
}

/// Reads `{name="value", …}`; braces and quotes may be left out.
fn labels(text: &str) -> Result<LabelSet, String> {
    const FORM: &str = "write labels such as {__address__=\"a:80\", env=\"prod\"}";
    let inner = text.trim();
    let inner = inner.strip_prefix('{').map_or(Ok(inner), |rest| {
        rest.strip_suffix('}').ok_or("the `}` is missing")
    })?;
    let mut out = BTreeMap::new();
    let mut rest = inner.trim();
    while !rest.is_empty() {
        let (name, behind) = rest.split_once('=').ok_or(FORM)?;
        let name = name.trim().trim_matches('"');
        if name.is_empty() || name.contains([',', '{', '}']) {
            return Err(FORM.to_owned());
        }
        let (value, behind) = value(behind.trim_start())?;
        out.insert(name.to_owned(), value);
        let behind = behind.trim_start();
        rest = match behind.strip_prefix(',') {
            Some(next) => next.trim_start(),
            None if behind.is_empty() => "",
            None => return Err("a comma is missing between two labels".to_owned()),
        };
    }
    Ok(out)
}

/// A value and what is behind it.
fn value(text: &str) -> Result<(String, &str), String> {
    let Some(quote) = text.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
        let end = text.find(',').unwrap_or(text.len());
        let (value, behind) = text.split_at(end);
        return Ok((value.trim().to_owned(), behind));
    };
    let mut out = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            c if c == quote => {
                let behind = text.get(at + 1..).unwrap_or_default();
                return Ok((out, behind));
            }
            '\\' => match chars.next() {
                Some((_, 'n')) => out.push('\n'),
                Some((_, escaped)) => out.push(escaped),
                None => break,
            },
            c => out.push(c),
        }
    }
    Err(format!("the `{quote}` at the end of a value is missing"))
}

/// Applies the rules, and says what each does.
pub(super) fn relabel(args: &RelabelArgs, out: &mut dyn Write) -> io::Result<Exit> {
    let tree = Folder::here()?;
    let query = RelabelQuery {
        job: args.job.clone(),
        endpoint: args.endpoint.clone(),
        list: args.list,
        release: args.prometheus.unwrap_or(Version::NEWEST),
        labels: args.labels.clone(),
    };
    let trace = match trace(&query, &args.file, &tree) {
        Ok(trace) => trace,
        Err(why) => {
            complain(&why);
            return Ok(Exit::Failed);
        }
    };
    let report = report(trace);
    unless_closed(match args.format {
        ListFormat::Human => report.write_human(out),
        ListFormat::Json => report.write_json(out),
    })?;
    Ok(Exit::Clean)
}

fn report(trace: RelabelTrace) -> RelabelReport {
    let set = |labels: &[(String, String)]| labels.iter().cloned().collect();
    let rules = trace.rules.iter().map(|rule| RelabelStep {
        line: rule.line,
        action: rule.action.clone(),
        effect: rule.effect.to_string(),
        drops: rule.drops,
    });
    RelabelReport {
        path: trace.path.to_string(),
        of: trace.of.clone(),
        list: trace.list,
        rules: rules.collect(),
        result: trace.after.as_ref().map(|after| set(&after.labels)),
        url: trace.target.as_ref().map(|target| target.url.clone()),
        series: trace
            .target
            .as_ref()
            .map(|target| set(&target.series.labels)),
        labels: set(&trace.before.labels),
        failure: trace.failure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_read_as_people_write_them() {
        for text in [
            r#"{__address__="a:80", env="prod"}"#,
            r#"__address__="a:80",env="prod","#,
            "__address__=a:80, env=prod",
            "{ __address__='a:80' , env=\"prod\" }",
        ] {
            let found = labels(text).unwrap();
            let pairs: Vec<_> = found.iter().map(|(a, b)| (&**a, &**b)).collect();
            assert_eq!(pairs, [("__address__", "a:80"), ("env", "prod")], "{text}");
        }
        let escaped = labels(r#"{a="x\"y, z\\"}"#).unwrap();
        assert_eq!(escaped.get("a").unwrap(), "x\"y, z\\");
        assert!(labels("{}").unwrap().is_empty());
        for wrong in ["{a=\"x\"", "a", "{a=\"x}", "{a=\"x\" b=\"y\"}", "=x"] {
            assert!(labels(wrong).is_err(), "{wrong}");
        }
    }
}
