//! `--watch`: checks again whenever something changes.
//!
//! promvet looks at the times and sizes of the files instead of asking the system for events: that works in
//! containers and on network drives, where such messages do not arrive, needs no further dependency, and
//! costs a walk over the tree, which takes milliseconds for thousands of files.

use std::io::{self, Write};
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use super::args::CheckArgs;
use super::{Exit, check, complain};
use crate::source::{Folder, Stamps, Tree as _, collapse};

/// The least time between two looks: what people take for at once.
const PAUSE: Duration = Duration::from_millis(300);

/// At most this share of the time is spent looking: one part in twenty.
const SHARE: u32 = 20;

/// Checks, and again at each change.
pub(super) fn watch(args: &CheckArgs, out: &mut dyn Write) -> io::Result<Exit> {
    let paths = &args.paths.paths;
    if paths.iter().any(|path| path.as_os_str() == "-") {
        complain("standard input cannot be watched; name files or folders");
        return Ok(Exit::Failed);
    }
    if args.fix.changes().is_some() {
        complain("--watch cannot be combined with --fix, --diff or --add-ignores");
        return Ok(Exit::Failed);
    }
    let tree = Folder::here()?;
    // What a configuration refers to can be anywhere in its tree.
    let roots = match args.paths.paths.as_slice() {
        [] => tree.roots_of(&[PathBuf::from(".")]),
        named => tree.roots_of(named),
    };
    let look = || Stamps::of(&roots, args.paths.hidden, &tree.anew());
    // What promvet writes itself is not a change: it would check for ever.
    let outputs = args.report.output.iter();
    let outputs = outputs.filter_map(|output| output.path.as_deref());
    let mut written: Vec<PathBuf> = outputs.map(|path| collapse(&tree.absolute(path))).collect();
    written.extend(look().output());
    let look = || look().without(&written);
    loop {
        // Taken first, so that a change while promvet checks is seen.
        let stamps = look();
        check::once(args, out)?;
        writeln!(out, "Watching for changes; press Ctrl-C to stop.")?;
        out.flush()?;
        let changed = changed(&stamps, &look);
        let path = tree.shown(&changed);
        writeln!(out, "\nChanged: {}\n", crate::report::harmless_line(&path))?;
    }
}

/// Waits for a change, and returns the first path that changed.
fn changed(stamps: &Stamps, look: &dyn Fn() -> Stamps) -> PathBuf {
    let mut pause = PAUSE;
    loop {
        thread::sleep(pause);
        let begin = Instant::now();
        if let Some(path) = stamps.difference(&look()) {
            return path;
        }
        pause = PAUSE.max(begin.elapsed() * SHARE);
    }
}
