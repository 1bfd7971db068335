//! `remote-write/no-intake`: no intake for remote write is documented of the system that the host
//! belongs to.

use crate::facts::ServiceMatch;
use crate::facts::deployment::Image;
use crate::facts::receiver::ReceiverCertainty;
use crate::finding::Severity;
use crate::rules::{RemoteWriteEntry, RuleFindings};

pub(super) fn check(entry: &RemoteWriteEntry<'_>, out: &mut RuleFindings<'_>) {
    let Some(url) = entry.sound_url() else { return };
    let Some(system) = url.recognition.not_receiver else {
        return;
    };
    let host = url.endpoint.host().unwrap_or_default();
    let span = url.span(host.start, host.end);
    // A container that runs another program may be called after the one before it.
    let has_other = url.answering.iter().any(|service| {
        let image = service.image();
        image.is_some_and(|image| !image.repository().contains(&*system.id))
    });
    let by_image = url.recognition.not_receiver_by == Some(ReceiverCertainty::Image);
    if !by_image && has_other {
        return;
    }
    // Which release `latest` means changes, and so may what it accepts.
    let mut clues = system.recognized.iter();
    let is_of_tag = clues.any(|clue| clue.tag.is_some());
    let is_moving = |service: &ServiceMatch<'_>| {
        let tag = service.image().and_then(Image::pulled_tag);
        tag == Some("latest")
    };
    let is_sure = !is_of_tag || !url.answering.iter().any(is_moving);
    let severity = match (by_image && is_sure, system.sure) {
        (true, _) => Severity::Error,
        (false, true) => Severity::Warning,
        // Missing documentation is not proof.
        (false, false) => Severity::Info,
    };
    let mut finding = out.part(
        url.node,
        span,
        severity,
        system.says.trim_end().trim_end_matches('.'),
    );
    if by_image && let Some(answering) = url.answering.first() {
        finding.evidence = answering.shown();
    }
    let help = match by_image {
        true => "send to a receiver of remote write, or delete the entry",
        false => "send to a server that accepts remote write, such as Mimir or Prometheus",
    };
    out.push(finding.help(help));
}
