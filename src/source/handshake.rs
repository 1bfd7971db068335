//! TLS handshakes with the servers that a configuration sends to: `--online`. The only room that
//! opens a connection. Nothing but the handshake is sent.

#[cfg(feature = "online")]
mod tls;
#[cfg(feature = "online")]
mod trust;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

#[cfg(feature = "online")]
pub use tls::Online;

/// Whom to connect to, and for which name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HandshakeTarget {
    /// A name or an address, in lower case.
    pub host: String,
    /// The port.
    pub port: u16,
    /// The name that the certificate is asked for: `server_name`, or the host.
    pub name: String,
}

/// What a server showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presented {
    /// Its certificates in DER, its own first.
    pub chain: Vec<Vec<u8>>,
}

/// Why nothing was shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HandshakeFailure {
    /// The name has no address.
    #[error("its name has no address")]
    NoAddress,
    /// No connection.
    #[error("no connection could be made: {0}")]
    NotReached(String),
    /// Nothing came in time.
    #[error("it did not answer within {} s", .0.as_secs_f32())]
    TimedOut(Duration),
    /// All time for all servers was used up.
    #[error("the time for all servers ran out before its turn")]
    NoTimeLeft,
    /// It speaks something else.
    #[error("it does not support TLS")]
    NotTls,
    /// It speaks TLS and breaks off.
    #[error("it aborted the handshake: {0}")]
    BrokenOff(String),
    /// No certificate is asked for such a name.
    #[error("no certificate can be requested for such a name")]
    NoName,
}

/// Which authorities are trusted.
#[derive(Clone, Copy, Debug)]
pub enum Roots<'r> {
    /// Those of this machine.
    System,
    /// These, in DER.
    These(&'r [Vec<u8>]),
}

/// Shakes hands with servers.
pub trait Handshake: fmt::Debug + Send + Sync {
    /// What a server shows.
    ///
    /// # Errors
    ///
    /// If it shows nothing.
    fn shake(&self, target: &HandshakeTarget) -> Result<Arc<Presented>, HandshakeFailure>;

    /// Whether a chain leads to an authority, at a time in seconds since 1970; none if that can't
    /// be told.
    fn leads_to(&self, presented: &Presented, roots: Roots<'_>, at: i64) -> Option<bool>;
}
