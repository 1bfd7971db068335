//! What of the configurations is not kept until the end of a run.
//!
//! A text with its document takes five times the bytes of the file. Of a plain configuration nothing but its
//! judgment needs them, so they are let go when it was recognized, and the worker that judges it reads it again.
//! What is small together is kept: most trees are parsed once.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::request::Request;
use super::suppress;
use crate::discover::RecognizedFile;
use crate::policy::Policy;

/// How many bytes of texts the command line keeps with their documents: those of 250 configurations of 12 kB.
pub(crate) const MOST_KEPT: usize = 3 << 20;

/// How many bytes of texts are kept so far.
#[derive(Debug, Default)]
pub(super) struct KeptBytes(AtomicUsize);

impl KeptBytes {
    /// Lets go what was recognized in a file, if there is no room for it and nothing but its judgment needs it.
    pub(super) fn or_let_go(
        &self,
        recognized: &mut [RecognizedFile],
        request: &Request,
        policy: &Policy,
    ) {
        let [one] = recognized else { return };
        if request.most_kept == usize::MAX || !is_needed_once(one, request, policy) {
            return;
        }
        let len = one.text.content().len();
        let kept = self.0.fetch_add(len, Ordering::Relaxed);
        if kept.saturating_add(len) > request.most_kept {
            one.let_go();
        }
    }
}

/// Whether only the judgment of a configuration needs its text. Suppressions, and entries of a policy that match
/// no host, are looked for in it afterwards; servers are asked before; where two trees are compared, the texts are.
fn is_needed_once(file: &RecognizedFile, request: &Request, policy: &Policy) -> bool {
    let asks_for_hosts = !policy.issuers.is_empty()
        || !policy.receiver_hosts.is_empty()
        || !policy.opstrace_domains.is_empty();
    file.is_plain()
        && !request.is_gate()
        && !request.inventory
        && request.online.is_none()
        && !asks_for_hosts
        && !suppress::may_hold(&file.text)
}
