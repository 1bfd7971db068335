//! The integration tests, as one program: linking one is faster than linking twenty.

mod audit;
mod bounds;
mod changes;
mod cli;
mod command_line;
mod conformance;
mod credentials;
mod depth;
mod dialects;
mod false_findings;
mod fix;
mod fuzz_corpus;
mod gate;
mod growth;
#[cfg(unix)]
mod hostile_git;
mod included;
mod issuers;
mod json_schema;
mod language;
mod leaks;
mod mutations;
#[cfg(feature = "online")]
mod online;
mod oracle;
mod outputs;
mod own_rules;
mod packaging;
mod pages;
mod policy;
mod promql;
mod readers;
mod receivers;
mod relabel_command;
mod rooms;
mod rules;
mod scalars;
mod security;
mod selection;
mod started;
mod story;
mod support;
mod suppressions;
mod upgrade;
mod verdicts;
mod why;
