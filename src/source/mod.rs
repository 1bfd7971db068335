//! A tree as bytes and metadata. Nothing else opens a file.
//!
//! Paths are lexical: a relative path is meant from where promvet was started, and every path
//! that comes out of a tree is absolute. What people see is made by [`Tree::shown`] alone. A tree
//! never opens a FIFO, a device or a socket, and reads no more than it is asked for; it does follow
//! links on reading, so a caller that opens a path that a file under review named asks
//! [`Tree::within`] first.

mod folder;
mod follow;
mod git;
pub mod handshake;
mod ignored;
mod memory;
mod outward;
mod overlay;
mod path;
mod real_folders;
mod rewrite;
mod stamps;
mod tree;
mod walk;
mod walk_folder;

pub use folder::{Folder, standard_input};
pub use git::{Changed, Git, GitError, Repository, TreeWithHead};
pub use memory::Memory;
pub use outward::leads_out;
pub use overlay::Overlay;
pub use path::{collapse, shown};
pub use rewrite::{RewriteError, rewrite};
pub use stamps::Stamps;
pub use tree::{
    EntryKind, FoundFile, LARGEST, Meta, Problem, ReadError, Tree, WalkOptions, Walked, is_policy,
    is_top,
};
