//! Handshakes by rustls, each with a time limit.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, Error, SignatureScheme};

use super::{Handshake, HandshakeFailure, HandshakeTarget, Presented, Roots, trust};

/// The time for one server. A handshake takes a fraction of a second, also around the world.
const EACH: Duration = Duration::from_secs(5);

/// The time for all servers together: a job in CI does not wait longer for servers that are down.
const ALL: Duration = Duration::from_secs(60);

type Answer = Result<Arc<Presented>, HandshakeFailure>;

/// Shakes hands with servers, with each only once.
#[derive(Debug)]
pub struct Online {
    each: Duration,
    until: Instant,
    provider: Arc<CryptoProvider>,
    seen: Mutex<BTreeMap<HandshakeTarget, Answer>>,
    system: OnceLock<Vec<CertificateDer<'static>>>,
}

impl Default for Online {
    fn default() -> Self {
        Self::within(EACH, ALL)
    }
}

impl Online {
    /// With these times for one server and for all of them, from now on.
    #[must_use]
    pub fn within(each: Duration, all: Duration) -> Self {
        Self {
            each,
            until: Instant::now() + all,
            provider: Arc::new(ring::default_provider()),
            seen: Mutex::default(),
            system: OnceLock::new(),
        }
    }

    /// The authorities that this machine trusts.
    fn system(&self) -> &[CertificateDer<'static>] {
        self.system
            .get_or_init(|| rustls_native_certs::load_native_certs().certs)
    }

    fn ask(&self, target: &HandshakeTarget) -> Answer {
        let now = Instant::now();
        if now >= self.until {
            return Err(HandshakeFailure::NoTimeLeft);
        }
        let limit = HandshakeDeadline {
            until: self.until.min(now + self.each),
            each: self.each,
        };
        let name =
            ServerName::try_from(target.name.clone()).map_err(|_| HandshakeFailure::NoName)?;
        let stream = connect(target, &limit)?;
        let recorder = Arc::new(Recorder {
            provider: Arc::clone(&self.provider),
            chain: Mutex::default(),
        });
        let ended = self.shake_hands(name, &recorder, stream, &limit);
        let chain = recorder.chain.lock();
        let chain = chain.unwrap_or_else(PoisonError::into_inner).clone();
        match (chain.is_empty(), ended) {
            // Who wants a certificate of the client breaks off later, and has shown its own.
            (false, _) => Ok(Arc::new(Presented { chain })),
            (true, Err(failure)) => Err(failure),
            (true, Ok(())) => Err(HandshakeFailure::BrokenOff(
                "it presents no certificate".to_owned(),
            )),
        }
    }

    fn shake_hands(
        &self,
        name: ServerName<'static>,
        recorder: &Arc<Recorder>,
        stream: TcpStream,
        limit: &HandshakeDeadline,
    ) -> Result<(), HandshakeFailure> {
        let broken = |error: Error| HandshakeFailure::BrokenOff(error.to_string());
        let config = ClientConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()
            .map_err(broken)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::clone(recorder) as Arc<_>)
            .with_no_client_auth();
        let mut connection = ClientConnection::new(Arc::new(config), name).map_err(broken)?;
        let mut stream = Timed {
            stream,
            limit: *limit,
        };
        while connection.is_handshaking() {
            let done = connection.complete_io(&mut stream);
            done.map_err(|error| limit.failure(&error))?;
        }
        connection.send_close_notify();
        while connection.wants_write() {
            // That it is gone already is not a matter.
            if connection.write_tls(&mut stream).is_err() {
                break;
            }
        }
        Ok(())
    }
}

impl Handshake for Online {
    fn shake(&self, target: &HandshakeTarget) -> Answer {
        let seen = || self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = seen().get(target) {
            return answer.clone();
        }
        let answer = self.ask(target);
        seen().insert(target.clone(), answer.clone());
        answer
    }

    fn leads_to(&self, presented: &Presented, roots: Roots<'_>, at: i64) -> Option<bool> {
        match roots {
            Roots::System => trust::leads_to(&presented.chain, self.system(), at),
            Roots::These(these) => {
                let roots: Vec<_> = these
                    .iter()
                    .map(|certificate| CertificateDer::from_slice(certificate))
                    .collect();
                trust::leads_to(&presented.chain, &roots, at)
            }
        }
    }
}

/// Until when something must be done.
#[derive(Clone, Copy, Debug)]
struct HandshakeDeadline {
    until: Instant,
    each: Duration,
}

impl HandshakeDeadline {
    /// What is left, unless it is nothing.
    fn left(&self) -> io::Result<Duration> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        Ok(left)
    }

    /// What an error of a connection says.
    fn failure(&self, error: &io::Error) -> HandshakeFailure {
        let cause = error
            .get_ref()
            .and_then(|get_ref| get_ref.downcast_ref::<Error>());
        match (cause, error.kind()) {
            (Some(Error::InvalidMessage(_)), _) => HandshakeFailure::NotTls,
            (Some(Error::AlertReceived(alert)), _) => {
                HandshakeFailure::BrokenOff(format!("alert {alert:?}"))
            }
            (Some(other), _) => HandshakeFailure::BrokenOff(other.to_string()),
            // Reads with a time limit end so on one system or another.
            (None, io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock) => {
                HandshakeFailure::TimedOut(self.each)
            }
            (None, io::ErrorKind::UnexpectedEof) => {
                HandshakeFailure::BrokenOff("it closed the connection".to_owned())
            }
            (None, kind) => HandshakeFailure::NotReached(kind.to_string()),
        }
    }
}

/// A connection that ends in time.
struct Timed {
    stream: TcpStream,
    limit: HandshakeDeadline,
}

impl Read for Timed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(self.limit.left()?))?;
        self.stream.read(buffer)
    }
}

impl Write for Timed {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(Some(self.limit.left()?))?;
        self.stream.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// Connects to the first address of a target that answers.
fn connect(
    target: &HandshakeTarget,
    limit: &HandshakeDeadline,
) -> Result<TcpStream, HandshakeFailure> {
    let mut last = HandshakeFailure::NoAddress;
    for address in resolve(target, limit)? {
        let left = limit.left().map_err(|error| limit.failure(&error))?;
        match TcpStream::connect_timeout(&address, left) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = limit.failure(&error),
        }
    }
    Err(last)
}

/// The addresses of a target. The resolver of the system has no time limit, so a thread
/// waits for it.
fn resolve(
    target: &HandshakeTarget,
    limit: &HandshakeDeadline,
) -> Result<Vec<SocketAddr>, HandshakeFailure> {
    if let Ok(address) = target.host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, target.port)]);
    }
    let (sender, receiver) = mpsc::channel();
    let asked = (target.host.clone(), target.port);
    let look_up = move || {
        let found = asked.to_socket_addrs().map(Iterator::collect::<Vec<_>>);
        // No one listens any more if it took too long.
        let _ = sender.send(found);
    };
    let started = thread::Builder::new().spawn(look_up);
    started.map_err(|error| limit.failure(&error))?;
    let left = limit.left().map_err(|error| limit.failure(&error))?;
    match receiver.recv_timeout(left) {
        Ok(Ok(addresses)) => Ok(addresses),
        Ok(Err(_)) => Err(HandshakeFailure::NoAddress),
        Err(_) => Err(HandshakeFailure::TimedOut(limit.each)),
    }
}

/// Keeps the certificates that a server shows, and takes any: nothing is sent over the connection.
/// That the server holds the key of its certificate is verified.
#[derive(Debug)]
struct Recorder {
    provider: Arc<CryptoProvider>,
    chain: Mutex<Vec<Vec<u8>>>,
}

impl ServerCertVerifier for Recorder {
    fn verify_server_cert(
        &self,
        own: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let all = std::iter::once(own).chain(between);
        let mut chain = self.chain.lock().unwrap_or_else(PoisonError::into_inner);
        *chain = all.map(|candidate| candidate.as_ref().to_vec()).collect();
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.provider.signature_verification_algorithms;
        let verified = verify_tls12_signature(message, certificate, signed, known);
        self.forget_if_wrong(verified)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.provider.signature_verification_algorithms;
        let verified = verify_tls13_signature(message, certificate, signed, known);
        self.forget_if_wrong(verified)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let known = &self.provider.signature_verification_algorithms;
        known.supported_schemes()
    }
}

impl Recorder {
    /// A certificate that a server shows without its key proves nothing.
    fn forget_if_wrong<T>(&self, verified: Result<T, Error>) -> Result<T, Error> {
        if verified.is_err() {
            let chain = self.chain.lock();
            chain.unwrap_or_else(PoisonError::into_inner).clear();
        }
        verified
    }
}
