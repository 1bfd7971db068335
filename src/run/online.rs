//! `--online`: servers are asked for their certificates, all before anything is judged.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::request::Request;
use super::survey::Survey;
use crate::discover::FileContent;
use crate::facts::online::OnlineServer;
use crate::parallel;
use crate::prometheus::Config;
use crate::prometheus::endpoint::Endpoint;
use crate::source::handshake::{Handshake, HandshakeTarget};

/// How many servers are asked at once: all of them wait for the network, not for a processor.
const AT_ONCE: usize = 16;

/// Who asks servers.
///
/// # Errors
///
/// If this program was built without.
#[cfg(feature = "online")]
pub(crate) fn handshake() -> Result<Arc<dyn Handshake>, &'static str> {
    Ok(Arc::new(crate::source::handshake::Online::default()))
}

/// Who asks servers: no one, since this program was built without.
#[cfg(not(feature = "online"))]
pub(crate) fn handshake() -> Result<Arc<dyn Handshake>, &'static str> {
    Err("this promvet was built without --online; build it with \
         `cargo install promvet --features online`")
}

/// Asks the servers of all configurations, each once, so that judging need not wait for them.
pub(crate) fn ask(request: &Request, survey: &Survey) {
    let Some(handshake) = &request.online else {
        return;
    };
    let configs = survey
        .seen
        .iter()
        .filter_map(|seen| match &seen.recognized.what {
            FileContent::Configuration { document, .. } => Config::new(document),
            _ => None,
        });
    let targets: BTreeSet<HandshakeTarget> = configs.flat_map(targets).collect();
    let targets: Vec<_> = targets.into_iter().collect();
    parallel::map(AT_ONCE, &targets, |target| handshake.shake(target).is_ok());
}

fn targets(config: Config<'_>) -> Vec<HandshakeTarget> {
    let asked = config.remote_writes().filter_map(|write| {
        let endpoint = Endpoint::new(write.url()?.as_str()?);
        match OnlineServer::new(write, &endpoint) {
            OnlineServer::Asked(target) if endpoint.is_sound() => Some(target),
            _ => None,
        }
    });
    asked.collect()
}
