//! `promvet audit`: every endpoint and what is known of it.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use super::args::AuditArgs;
use super::check::{complain_of, exit, judge_for, prepare, show_stats};
use super::progress::watched;
use super::{Exit, complain, terminal};
use crate::facts::Owners;
use crate::report::inventory::{Inventory, InventoryFormat, InventoryRow, TableOptions};
use crate::report::unless_closed;
use crate::run::{self, Request, WatchStage};
use crate::source::Tree;

/// Gathers and writes the inventory.
pub(super) fn audit(args: &AuditArgs, out: &mut dyn Write) -> io::Result<Exit> {
    let (tree, request) = prepare(&args.paths)?;
    let mut request = Request {
        inventory: true,
        ..request
    };
    if !judge_for(&args.judging, &*tree, &mut request) {
        return Ok(Exit::Failed);
    }
    let watch = Arc::clone(&request.watch);
    let mut run = watched(&watch, || run::run(&request, &*tree));
    complain_of(&run, &request);
    if !run.policy_errors.is_empty() || run.failure.is_some() {
        return Ok(Exit::Failed);
    }
    let rows = with_owners(std::mem::take(&mut run.inventory), &*tree);
    let inventory = Inventory::new(rows, &run.outcome);
    let format = args.format.unwrap_or_default();
    let nothing = run.outcome.files().is_empty() && run.outcome.unchecked().is_empty();
    if !(nothing && format == InventoryFormat::Table) {
        let options = TableOptions {
            width: terminal::columns(),
        };
        let write = || unless_closed(format.write(&inventory, out, &options));
        watch.stage(WatchStage::Report, 0, write)?;
    }
    show_stats(&args.paths, &watch);
    Ok(exit(&args.judging, &run))
}

/// Says of every row who owns its file.
fn with_owners(rows: Vec<(PathBuf, InventoryRow)>, tree: &dyn Tree) -> Vec<InventoryRow> {
    let mut by_top: BTreeMap<PathBuf, Owners> = BTreeMap::new();
    let mut tops: HashMap<PathBuf, PathBuf> = HashMap::new();
    let mut out = Vec::with_capacity(rows.len());
    for (path, row) in rows {
        let folder = path.parent().unwrap_or(&path);
        let top = tops
            .entry(folder.to_owned())
            .or_insert_with(|| Owners::top_of(tree, folder).to_owned());
        let owners = by_top
            .entry(top.clone())
            .or_insert_with(|| Owners::of(tree, top));
        let owners = owners.owners_of(&path).to_vec();
        out.push(InventoryRow { owners, ..row });
    }
    let left_out = by_top.values().filter_map(Owners::left_out);
    left_out.for_each(complain);
    out
}
