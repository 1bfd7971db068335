//! `--select` and `--ignore`.

use clap::Args;

use super::explain::custom_rules;
use crate::rules;
use crate::run::{Request, nearest_rule};

/// Which rules report.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Rules")]
pub(super) struct SelectionArgs {
    /// Report only these rules or groups, such as tls,remote-write/redirect; what the policy turns off
    /// stays off
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub(super) select: Vec<String>,
    /// Do not report these rules or groups
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub(super) ignore: Vec<String>,
}

impl SelectionArgs {
    /// Says in the request what reports.
    ///
    /// # Errors
    /// A name is not that of a rule or a group.
    pub(super) fn ask(&self, request: &mut Request) -> Result<(), String> {
        let mut names = self.select.iter().chain(&self.ignore).peekable();
        if names.peek().is_none() {
            return Ok(());
        }
        let own = custom_rules();
        let own = own.all().iter().map(|rule| &*rule.name);
        let known: Vec<&str> = rules::all()
            .iter()
            .map(|page| page.name)
            .chain(own)
            .collect();
        for name in names {
            let is_group = |rule: &&str| rule.split('/').next() == Some(name);
            if !known.iter().any(|rule| rule == name || is_group(rule)) {
                return Err(match meant(&known, name) {
                    Some(near) => format!("unknown rule or group `{name}`; did you mean `{near}`?"),
                    None => {
                        format!("unknown rule or group `{name}`; `promvet rules` lists all rules")
                    }
                });
            }
        }
        request.selection.select.clone_from(&self.select);
        request.selection.ignore.clone_from(&self.ignore);
        Ok(())
    }
}

/// The rule or the group that a name is meant for: `tls/*` for `tls`, and the beginning of a name for the name.
fn meant<'k>(known: &[&'k str], name: &str) -> Option<&'k str> {
    let group = name.trim_end_matches('*').trim_end_matches('/');
    let mut groups = known.iter().filter_map(|rule| rule.split('/').next());
    let whole = groups.find(|known| *known == group && group.len() < name.len());
    let begins = || {
        known
            .iter()
            .find(|rule| group.contains('/') && rule.starts_with(group))
    };
    whole
        .or_else(|| begins().copied())
        .or_else(|| nearest_rule(known, name))
}
