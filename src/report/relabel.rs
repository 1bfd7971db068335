//! What relabel rules do to a set of labels, for people and programs.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::json::{VERSION, write_line};
use super::neutral;

/// One rule.
#[derive(Clone, Debug, Serialize)]
pub struct RelabelStep {
    /// The line of the rule, from 1.
    pub line: usize,
    /// Its action.
    pub action: String,
    /// What it does, in words.
    pub effect: String,
    /// Whether it drops the labels.
    pub drops: bool,
}

/// Everything, masked.
#[derive(Clone, Debug, Serialize)]
pub struct RelabelReport {
    /// The file.
    pub path: String,
    /// The job or the endpoint; empty for alerts.
    pub of: String,
    /// The key of the list.
    pub list: &'static str,
    /// The labels before the first rule.
    pub labels: BTreeMap<String, String>,
    /// The rules up to the one that drops.
    pub rules: Vec<RelabelStep>,
    /// The labels behind the last rule; null if they were dropped.
    pub result: Option<BTreeMap<String, String>>,
    /// What is scraped, of targets that are left.
    pub url: Option<String>,
    /// The labels of the series of a target.
    pub series: Option<BTreeMap<String, String>>,
    /// Why nothing is scraped, or why the scrape fails.
    pub failure: Option<&'static str>,
}

#[derive(Serialize)]
struct Versioned<'r> {
    version: u32,
    #[serde(flatten)]
    report: &'r RelabelReport,
}

impl RelabelReport {
    /// Writes one object.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write_json(&self, to: &mut dyn Write) -> io::Result<()> {
        let report = Versioned {
            version: VERSION,
            report: self,
        };
        write_line(&report, to)
    }

    /// Writes a line for each rule.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write_human(&self, to: &mut dyn Write) -> io::Result<()> {
        let of = match self.of.is_empty() {
            true => String::new(),
            false => format!(" of {}", self.of),
        };
        let mut lines = vec![
            format!("{}: {}{of}", self.path, self.list),
            format!("  before   {}", braces(&self.labels)),
        ];
        for rule in &self.rules {
            let line = format!("line {}", rule.line);
            lines.push(format!("  {line:<8} {}: {}", rule.action, rule.effect));
        }
        lines.push(match &self.result {
            Some(labels) => format!("  after    {}", braces(labels)),
            None => "  after    dropped".to_owned(),
        });
        if let (Some(url), Some(series)) = (&self.url, &self.series) {
            lines.push(format!("  scrapes  {url}"));
            lines.push(format!("  series   {}", braces(series)));
        }
        lines.extend(self.failure.map(|why| match self.list {
            "relabel_configs" => format!("  scrapes  nothing: {why}"),
            _ => format!("  fails    {why}"),
        }));
        for line in lines {
            writeln!(to, "{}", neutral::line(&line))?;
        }
        Ok(())
    }
}

fn braces(labels: &BTreeMap<String, String>) -> String {
    let pairs = labels
        .iter()
        .map(|(name, value)| format!("{name}=\"{value}\""));
    format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
}
