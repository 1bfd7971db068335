//! What is wrong with a URL for the receiver that it is meant for, in words.

use std::ops::Range;

use super::fit::{self, FaultGround, Misfit, collapsed};
use super::mistake::{KnownParts, said, surely};
use super::profile::{Cause, Confidence, Mistake, ProfileText, ReceiverKind};
use super::recognize::{ReceiverCandidate, ReceiverCertainty, Recognition};
use super::shape::{UrlForm, path_is_open};
use super::{generic_mistakes, known_paths};
use crate::prometheus::endpoint::{Endpoint, MASK};

/// One thing that is wrong with the URL of an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShapeFault {
    /// Where, in bytes of the URL's text.
    pub range: Range<usize>,
    /// What is wrong and what the receiver takes, without a secret.
    pub message: String,
    /// The receiver's form with the parts that were written; empty where no receiver is known.
    pub expected: String,
    /// The URL put right, where all its parts are known.
    pub suggestion: Option<String>,
    /// What it comes to.
    pub cause: Cause,
    /// Whether the receiver is known by host or policy, or no receiver takes such a URL.
    pub certain: bool,
    /// Whether what is known of the receiver is so little that this is a hint at most.
    pub hint: bool,
    /// Whether it is only that the vendor's host is not known: another one may be right.
    pub of_host: bool,
    /// Whether it is only that nothing known takes samples at the path: a proxy may rewrite it.
    pub is_unknown_path: bool,
    /// Whether only a name in the host shows it: what runs there may be another part.
    pub is_by_name: bool,
    /// The receiver, if one is known.
    pub receiver: Option<ProfileText>,
}

impl ShapeFault {
    /// Whether the form that the receiver takes has the scheme https.
    #[must_use]
    pub fn expects_https(&self) -> bool {
        self.expected
            .split_once("://")
            .is_some_and(|(scheme, _)| scheme == "https")
    }
}

/// What is wrong with the URL of an endpoint, given its likeliest receivers. Nothing where its
/// syntax is wrong already, or where one of several equally likely receivers takes it.
#[must_use]
pub fn judge(endpoint: &Endpoint, recognition: &Recognition<'_>) -> Vec<ShapeFault> {
    // Of a system without an intake no one knows the form.
    if !endpoint.is_sound() || recognition.not_receiver.is_some() {
        return Vec::new();
    }
    let decisive = recognition.decisive();
    let fits: Vec<(&ReceiverCandidate<'_>, Vec<Misfit>)> = decisive
        .iter()
        .map(|candidate| {
            (
                candidate,
                fit::fit(endpoint, candidate.profile, candidate.domain.as_deref()),
            )
        })
        .collect();
    let accepted = fits.iter().any(|(_, faults)| faults.is_empty());
    let sure = decisive
        .first()
        .is_some_and(|first| first.certainty.is_certain());
    let generic = generic_mistake(endpoint, decisive).filter(|_| !(accepted && sure));
    let reported = fits.into_iter().next().filter(|_| !accepted);
    let Some((candidate, faults)) = reported else {
        let reported = generic.map(|generic| alone(endpoint, generic));
        let reported = reported.or_else(|| decisive.is_empty().then(|| unknown(endpoint))?);
        return reported.into_iter().collect();
    };
    let mut generic = generic;
    let mut out = Vec::new();
    for fault in faults {
        if fault.cause == Cause::Scheme {
            if candidate.certainty >= ReceiverCertainty::Word {
                out.push(in_words(decisive, candidate, &fault));
            }
            continue;
        }
        match generic.take() {
            Some(generic) => {
                let fault = misfit_of_both(endpoint, fault, generic);
                let reported = in_words(decisive, candidate, &fault);
                out.push(ShapeFault {
                    certain: true,
                    hint: false,
                    ..reported
                });
            }
            None if candidate.certainty.is_certain() || fault.ground > FaultGround::Unknown => {
                out.push(in_words(decisive, candidate, &fault));
            }
            // What a name in the host points to may have a proxy in front that rewrites paths.
            None if candidate.certainty >= ReceiverCertainty::Word => {
                let reported = in_words(decisive, candidate, &fault);
                out.push(ShapeFault {
                    hint: true,
                    is_unknown_path: true,
                    ..reported
                });
            }
            None => {}
        }
    }
    out.extend(generic.map(|generic| alone(endpoint, generic)));
    out
}

/// A fault that no receiver accepts: in the receiver's own words, if its profile has any.
fn misfit_of_both(endpoint: &Endpoint, fault: Misfit, (mistake, range, values): Generic) -> Misfit {
    if fault.ground >= FaultGround::Form {
        return fault;
    }
    Misfit {
        range,
        says: said(endpoint, &mistake.says, &values),
        cause: mistake.cause,
        ..fault
    }
}

type Generic = (&'static Mistake, Range<usize>, KnownParts);

fn generic_mistake(endpoint: &Endpoint, decisive: &[ReceiverCandidate<'_>]) -> Option<Generic> {
    generic_mistakes().iter().find_map(|mistake| {
        let excepted =
            |candidate: &ReceiverCandidate<'_>| mistake.except.contains(&candidate.profile.id);
        if decisive.iter().any(excepted) {
            return None;
        }
        let (range, values) = surely(endpoint, mistake, "")?;
        Some((mistake, range, values))
    })
}

/// A fault that no receiver accepts, where no receiver is known.
fn alone(endpoint: &Endpoint, (mistake, range, values): Generic) -> ShapeFault {
    let says = said(endpoint, &mistake.says, &values);
    let single = collapsed(endpoint.slice(endpoint.path()));
    let value = |name: &str| match name {
        "single" => Some(single.clone()),
        _ => values
            .iter()
            .find(|(one, _)| one == name)
            .map(|(_, text)| text.clone()),
    };
    let shape = mistake.suggest.as_deref().map(UrlForm::read);
    let suggestion = shape
        .and_then(Result::ok)
        .map(|shape| shape.filled(endpoint, &value));
    ShapeFault {
        range,
        message: says,
        expected: String::new(),
        suggestion,
        cause: mistake.cause,
        certain: true,
        hint: false,
        of_host: false,
        is_unknown_path: false,
        is_by_name: false,
        receiver: None,
    }
}

/// Words in the last segment of a path by which a proxy tells systems apart (`/app-prometheus-1`):
/// what follows them is missing.
const SYSTEMS: &[&str] = &["prometheus", "mimir", "cortex", "thanos", "victoriametrics"];

/// Paths of one segment at which receivers take samples, such as Telegraf and adapters, which name them as
/// they like.
const SINGLE: &[&str] = &["/receive", "/write"];

/// The path of one segment that is meant by one with two letters swapped, or one wrong.
fn single(path: &str) -> Option<&'static str> {
    let slip = |known: &&&str| strsim::osa_distance(known, path) == 1;
    SINGLE.iter().find(slip).copied()
}

/// A path at which nothing known takes samples, where no receiver is known: the slip of a known
/// write path, none at all, or only the prefix of a proxy.
fn unknown(endpoint: &Endpoint) -> Option<ShapeFault> {
    let piece = endpoint.path();
    let path = endpoint.masked(piece);
    if path_is_open(endpoint) || path.contains(MASK) || endpoint.query().is_some() {
        return None;
    }
    let shown = endpoint.slice(piece);
    let whole = 0..endpoint.text().trim_end().len();
    let last = path.rsplit('/').next().unwrap_or("");
    let mut known = known_paths().iter();
    let near = known.find_map(|known| {
        let shape = UrlForm::read(&format!("http[s]://<host>{}", known.path)).ok()?;
        Some((shape.slip(path)?, known))
    });
    // Who writes the slash means it: it is the default path of Vector's source.
    let (range, message, meant) = if path.is_empty() {
        let message =
            "the URL has no path: Vector is the only known receiver that accepts samples at `/`";
        let message = message.to_owned();
        (whole, message, None)
    } else if let Some((meant, known)) = near {
        let message = format!(
            "no known receiver accepts samples at `{shown}`; `{meant}`, {}, may be meant",
            known.says
        );
        (piece.range(), message, Some(meant))
    } else if let Some(meant) = single(path) {
        let message =
            format!("no known receiver accepts samples at `{shown}`; `{meant}` may be meant");
        (piece.range(), message, Some(meant.to_owned()))
    } else if SYSTEMS.iter().any(|system| last.contains(system)) {
        let message = format!(
            "no known receiver accepts samples at `{shown}`: the write path after it is missing"
        );
        (piece.range(), message, None)
    } else {
        return None;
    };
    // A password in the URL is never shown.
    let host = endpoint.text().get(..piece.start);
    let host = host.filter(|_| endpoint.userinfo().is_none());
    Some(ShapeFault {
        range,
        message,
        expected: String::new(),
        suggestion: meant.and_then(|meant| Some(format!("{}{meant}", host?))),
        cause: Cause::Shape,
        certain: false,
        hint: true,
        of_host: false,
        is_unknown_path: true,
        is_by_name: false,
        receiver: None,
    })
}

/// Whether the host is the vendor's own and only not known here: it may take samples anyway.
fn is_unknown_host(candidate: &ReceiverCandidate<'_>, fault: &Misfit) -> bool {
    fault.is_unknown_host && candidate.profile.kind == ReceiverKind::Saas
}

/// Whether a fault is sure. Of a container one knows what runs in it, not how that is set up.
fn is_certain(candidate: &ReceiverCandidate<'_>, fault: &Misfit) -> bool {
    let by_image = candidate.certainty == ReceiverCertainty::Image;
    candidate.certainty.is_certain()
        && !(by_image && fault.is_usual)
        && !is_unknown_host(candidate, fault)
}

fn in_words(
    decisive: &[ReceiverCandidate<'_>],
    candidate: &ReceiverCandidate<'_>,
    fault: &Misfit,
) -> ShapeFault {
    let message = if fault.cause == Cause::Scheme {
        format!("{}: {}", fault.says, fault.expected)
    } else {
        with_receiver(decisive, candidate, &fault.says)
    };
    ShapeFault {
        range: fault.range.clone(),
        message,
        suggestion: fault.complete.then(|| fault.expected.clone()),
        expected: fault.expected.clone(),
        cause: fault.cause,
        certain: is_certain(candidate, fault),
        hint: candidate.profile.confidence == Confidence::Low,
        of_host: is_unknown_host(candidate, fault),
        is_unknown_path: false,
        is_by_name: fault.is_by_name,
        receiver: Some(candidate.profile.id.clone()),
    }
}

/// `…; the host name points to Mimir`: what is wrong, and which receiver it was compared with unless
/// that has been said.
fn with_receiver(
    decisive: &[ReceiverCandidate<'_>],
    candidate: &ReceiverCandidate<'_>,
    says: &str,
) -> String {
    let named = candidate.certainty >= ReceiverCertainty::Word;
    let mut names: Vec<&str> = match named {
        true => vec![&candidate.profile.short],
        false => decisive
            .iter()
            .map(|candidate| candidate.profile.short.as_ref())
            .collect(),
    };
    names.dedup();
    let (last, before) = match names.split_last() {
        Some((last, before)) => (*last, before),
        None => return says.to_owned(),
    };
    let who = if before.is_empty() {
        last.to_owned()
    } else {
        format!("{} or {last}", before.join(", "))
    };
    if !candidate.certainty.is_certain() {
        format!("{says}; the {} points to {who}", candidate.sign)
    } else if says.contains(&who) {
        says.to_owned()
    } else {
        format!("{says}; the receiver is {who}")
    }
}
