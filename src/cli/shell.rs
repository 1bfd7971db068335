//! `promvet completions` and `promvet man`, made from the one table of commands.

use std::io::{self, Write};

use clap::CommandFactory as _;
use clap_complete::Shell;
use clap_mangen::Man;

use super::args::Cli;
use super::{Exit, complain};

const NAME: &str = "promvet";

/// Writes the completions for a shell.
pub(super) fn completions(shell: Shell, out: &mut dyn Write) -> io::Result<Exit> {
    let mut bytes = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), NAME, &mut bytes);
    out.write_all(&bytes)?;
    Ok(Exit::Clean)
}

/// Writes the manual page of promvet or of one of its commands.
pub(super) fn man(command: Option<&str>, out: &mut dyn Write) -> io::Result<Exit> {
    let mut all = Cli::command().disable_help_subcommand(true);
    all.build();
    let page = match command {
        None => Man::new(all),
        Some(name) => {
            let Some(one) = all.find_subcommand(name) else {
                complain(&format!(
                    "unknown command `{name}`; `promvet --help` lists all commands"
                ));
                return Ok(Exit::Failed);
            };
            Man::new(one.clone().display_name(format!("{NAME}-{name}")))
        }
    };
    let mut bytes = Vec::new();
    page.render(&mut bytes)?;
    out.write_all(&bytes)?;
    Ok(Exit::Clean)
}
