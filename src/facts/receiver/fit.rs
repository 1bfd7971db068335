//! How a URL fits one receiver: what is wrong with it, and what was meant.

use std::ops::Range;

use super::compiled::{Ready, with_domain};
use super::mistake::{KnownParts, said, surely};
use super::pattern::{Captures, PlaceholderMode};
use super::profile::{Cause, Profile};
use super::shape::{FormMatch, UrlForm};
use super::written::WrittenPattern;
use super::{KnownPath, generic_mistakes, known_paths};
use crate::prometheus::endpoint::{Endpoint, UrlPiece, has_placeholder};

/// One thing wrong with a URL, before it is put in words for a receiver.
#[derive(Clone, Debug)]
pub(super) struct Misfit {
    /// Where.
    pub(super) range: Range<usize>,
    /// What, as a clause.
    pub(super) says: String,
    /// What follows.
    pub(super) cause: Cause,
    /// What was meant.
    pub(super) expected: String,
    /// Whether every part of what was meant is known.
    pub(super) complete: bool,
    /// How it is known.
    pub(super) ground: FaultGround,
    /// Whether the receiver may be set up so that it is not one.
    pub(super) is_usual: bool,
    /// Whether the host is the vendor's own and only not known here: it may accept samples, as
    /// `staging-metric-api.newrelic.com` does.
    pub(super) is_unknown_host: bool,
    /// Whether only a name in the host shows it: what runs there may be another part.
    pub(super) is_by_name: bool,
}

/// How a fault is known, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum FaultGround {
    /// No one has heard of the path: a proxy may rewrite it.
    Unknown,
    /// The path is nearly one of the receiver's.
    Near,
    /// The path is another receiver's.
    OthersPath,
    /// The URL leaves the form.
    Form,
    /// The profile names this very mistake.
    Named,
}

/// A fault without what was meant.
struct FitFault {
    range: Range<usize>,
    says: String,
    cause: Cause,
    suggest: Option<String>,
    ground: FaultGround,
    of_scheme: bool,
    /// Whether what is meant is the usual thing only: the user's may differ.
    guess: bool,
    /// Whether the host is at fault for no other reason than that no form has it.
    of_host: bool,
    /// Whether a mistake of the profile has the host among its marks.
    is_by_name: bool,
    /// Whether the path is at fault, so that what the form reads in it means nothing.
    of_path: bool,
    values: KnownParts,
}

/// What is wrong with a URL for a receiver: at most one fault of its scheme and one of the rest.
pub(super) fn fit(endpoint: &Endpoint, profile: &Profile, domain: Option<&str>) -> Vec<Misfit> {
    let judged = profile.with_ready(domain, |ready| {
        Fit {
            endpoint,
            profile,
            ready,
        }
        .faults()
    });
    judged.unwrap_or_default()
}

/// The parts that a receiver's form names in a URL, and where they are.
pub(super) fn parts(
    endpoint: &Endpoint,
    profile: &Profile,
    domain: Option<&str>,
) -> Vec<(String, Range<usize>)> {
    let found = profile.with_ready(domain, |ready| {
        let fit = Fit {
            endpoint,
            profile,
            ready,
        };
        fit.best()
            .map(|(_, how)| captures(&how))
            .unwrap_or_default()
    });
    found.unwrap_or_default()
}

struct Fit<'a> {
    endpoint: &'a Endpoint,
    profile: &'a Profile,
    ready: &'a Ready,
}

impl Fit<'_> {
    fn faults(&self) -> Vec<Misfit> {
        let Some((shape, how)) = self.best() else {
            return Vec::new();
        };
        let main = self.mistake().or_else(|| self.mismatch(shape, &how));
        let of_scheme = main.as_ref().is_some_and(|found| found.of_scheme);
        let scheme = self.scheme(shape).filter(|_| !of_scheme);
        let of_path = main.as_ref().is_some_and(|found| found.of_path);
        let read = if of_path {
            how.host.clone().unwrap_or_default()
        } else {
            captures(&how)
        };
        let mut values = self.values(read);
        if let Some(found) = &main {
            let known = |name: &String| found.values.iter().any(|(one, _)| one == name);
            values.retain(|(name, _)| !known(name));
            values.extend(self.sound(found.values.clone()));
        }
        let found = scheme.into_iter().chain(main);
        found
            .map(|found| self.finish(found, shape, &values))
            .collect()
    }

    /// The form that the URL fits best; of equals, the first.
    fn best(&self) -> Option<(&UrlForm, FormMatch)> {
        let fits = self
            .ready
            .shapes
            .iter()
            .map(|shape| (shape, shape.fit(self.endpoint)));
        fits.rev().max_by_key(|(_, how)| how.weight())
    }

    fn values(&self, captures: Captures) -> KnownParts {
        let texts = captures
            .into_iter()
            .filter_map(|(name, range)| Some((name, self.endpoint.text().get(range)?.to_owned())));
        self.sound(texts.collect())
    }

    /// The values that have the form of their part, or are filled in later.
    fn sound(&self, values: KnownParts) -> KnownParts {
        let fits = |(name, text): &(String, String)| {
            let templated = has_placeholder(text);
            templated || self.ready.has_form(self.profile, name, text)
        };
        values.into_iter().filter(fits).collect()
    }

    fn finish(&self, found: FitFault, shape: &UrlForm, values: &KnownParts) -> Misfit {
        let read = found.suggest.as_deref().map(UrlForm::read);
        let meant = read.and_then(Result::ok);
        let shape = meant.as_ref().unwrap_or(shape);
        let value = |name: &str| lookup(values, name);
        let mut expected = shape.filled(self.endpoint, &value);
        if expected == self.endpoint.text()
            && let Some(usual) = self.ready.shapes.first()
        {
            expected = usual.filled(self.endpoint, &value);
        }
        let meant = Endpoint::new(&expected);
        let path = self.endpoint.slice(self.endpoint.path());
        // A prefix in front of the right path may be one that the receiver was given.
        let is_prefixed = ends_like(path, meant.slice(meant.path()));
        let known = expected.contains('<') <= self.endpoint.text().contains('<');
        Misfit {
            range: found.range,
            says: found.says,
            cause: found.cause,
            complete: known && !found.guess && expected != self.endpoint.text(),
            expected,
            ground: found.ground,
            is_usual: found.guess || found.ground == FaultGround::Unknown || is_prefixed,
            is_unknown_host: found.of_host,
            is_by_name: found.is_by_name,
        }
    }

    fn mistake(&self) -> Option<FitFault> {
        self.profile.mistakes.iter().find_map(|mistake| {
            let (range, values) = surely(self.endpoint, mistake, &self.ready.domain)?;
            let is_it =
                |(name, text): &(String, String)| self.ready.has_form(self.profile, name, text);
            values.iter().all(is_it).then(|| FitFault {
                range,
                guess: !mistake.port.is_empty(),
                of_host: false,
                is_by_name: !mistake.host.is_empty(),
                of_path: !mistake.path.is_empty(),
                says: said(self.endpoint, &mistake.says, &values),
                cause: mistake.cause,
                suggest: mistake.suggest.as_deref().map(str::to_owned),
                ground: FaultGround::Named,
                of_scheme: mistake.scheme.is_some(),
                values,
            })
        })
    }

    fn scheme(&self, shape: &UrlForm) -> Option<FitFault> {
        let scheme = self.endpoint.scheme()?;
        let name = self.endpoint.scheme_name()?;
        if shape.takes_scheme(&name) {
            return None;
        }
        let right = if name == "http" {
            "https only"
        } else {
            "only plain http"
        };
        Some(FitFault {
            values: KnownParts::new(),
            of_scheme: true,
            cause: Cause::Scheme,
            ..self.found(
                scheme.range(),
                format!(
                    "the scheme is {name}, but {} is served over {right}",
                    self.profile.short
                ),
            )
        })
    }

    /// Where the URL leaves the form that it fits best.
    fn mismatch(&self, shape: &UrlForm, how: &FormMatch) -> Option<FitFault> {
        let endpoint = self.endpoint;
        if how.host.is_none() {
            let host = endpoint.host()?;
            let says = format!(
                "`{}` is not a host at which {} accepts metrics",
                endpoint.slice(host),
                self.profile.short
            );
            return Some(FitFault {
                of_host: true,
                ..self.found(host.range(), says)
            });
        }
        if how.path.is_none() {
            return self.wrong_path(shape);
        }
        if !how.port {
            return self.wrong_port(shape);
        }
        if let Some(name) = &how.missing {
            let says = self
                .profile
                .part(name)
                .map_or("", |part| part.says.as_ref());
            let end = endpoint.text().trim_end().len();
            let says = format!("the query has no `{name}`, which {says}");
            return Some(self.found(endpoint.path().start..end, says));
        }
        self.malformed(captures(how))
    }

    fn wrong_port(&self, shape: &UrlForm) -> Option<FitFault> {
        let want = shape.port?;
        let endpoint = self.endpoint;
        Some(match endpoint.port() {
            Some(port) => {
                let says = format!("port {} does not accept metrics", endpoint.slice(port));
                self.found(port.range(), says)
            }
            None => self.found(
                endpoint.host()?.range(),
                format!("the port, {want}, is missing"),
            ),
        })
    }

    /// A part that can't be what it stands for, or stands for two things.
    fn malformed(&self, captures: Captures) -> Option<FitFault> {
        for (at, (name, range)) in captures.iter().enumerate() {
            let text = self.endpoint.text().get(range.clone())?;
            let same = |(one, other): &&(String, Range<usize>)| {
                one == name && self.endpoint.text().get(other.clone()) != Some(text)
            };
            if let Some((_, other)) = captures.iter().skip(at + 1).find(same) {
                let piece = |range: &Range<usize>| UrlPiece {
                    start: range.start,
                    end: range.end,
                };
                let (one, two) = (piece(range), piece(other));
                if self.endpoint.is_templated(one) || self.endpoint.is_templated(two) {
                    continue;
                }
                let says = format!(
                    "`{text}` and `{}` must be the same {name}",
                    self.endpoint.slice(two)
                );
                return Some(self.found(other.clone(), says));
            }
        }
        captures.into_iter().find_map(|(name, range)| {
            let piece = UrlPiece {
                start: range.start,
                end: range.end,
            };
            let text = self.endpoint.slice(piece);
            let right =
                self.endpoint.is_templated(piece) || self.ready.has_form(self.profile, &name, text);
            let part = self.profile.part(&name)?;
            (!right).then(|| {
                self.found(
                    range,
                    format!("`{text}` is not a valid {name}, which {}", part.says),
                )
            })
        })
    }

    fn wrong_path(&self, shape: &UrlForm) -> Option<FitFault> {
        let endpoint = self.endpoint;
        let piece = endpoint.path();
        let path = endpoint.masked(piece);
        let shown = endpoint.slice(piece);
        let whole = 0..endpoint.text().trim_end().len();
        let rewritten = |other: String, cause, says: String| {
            shape.takes_path(&other).then(|| FitFault {
                values: shape.parts_of_path(&other),
                cause,
                ..self.found(piece.range(), says)
            })
        };
        if path.trim_matches('/').is_empty() {
            return Some(self.found(whole, "the path is missing".to_owned()));
        }
        if self.collapses_slashes() && shape.takes_path(&collapsed(path)) {
            return None;
        }
        let slashes = path.trim_end_matches('/');
        rewritten(
            slashes.to_owned(),
            Cause::Shape,
            format!("`{shown}` ends in a slash, which is a different path"),
        )
        .or_else(|| {
            rewritten(
                collapsed(path),
                Cause::Redirect,
                "two slashes in a row in the path: the receiver redirects or rejects the request"
                    .to_owned(),
            )
        })
        .or_else(|| {
            rewritten(
                path.to_ascii_lowercase(),
                Cause::Shape,
                format!("`{shown}` has capital letters, but paths are case-sensitive"),
            )
        })
        .or_else(|| self.near(|shape| shape.slip(path)))
        .or_else(|| {
            // Something in front may take a prefix off; `/api` begins what receivers have themselves.
            let mut tails = path.match_indices('/').skip(1);
            let takes = |at: usize| path.get(at..).is_some_and(|tail| shape.takes_path(tail));
            let is_prefixed = !path.starts_with("/api/") && tails.any(|(at, _)| takes(at));
            let says = format!("{} has no path `{shown}`", self.profile.short);
            is_prefixed.then(|| FitFault {
                ground: FaultGround::Unknown,
                ..self.found(piece.range(), says)
            })
        })
        .or_else(|| {
            let (known, values) = known(path)?;
            Some(FitFault {
                values,
                ground: FaultGround::OthersPath,
                ..self.found(piece.range(), format!("`{shown}` is {}", known.says))
            })
        })
        .or_else(|| self.near(|shape| shape.nearly(path)))
        .or_else(|| {
            let says = format!("{} has no path `{shown}`", self.profile.short);
            Some(FitFault {
                ground: FaultGround::Unknown,
                ..self.found(piece.range(), says)
            })
        })
    }

    /// A path that is nearly one of the receiver's: the usual form comes first.
    fn near(&self, meant: impl Fn(&UrlForm) -> Option<String>) -> Option<FitFault> {
        let piece = self.endpoint.path();
        let forms = self.ready.shapes.iter().zip(self.profile.urls.iter());
        let (shape, form, path) = forms
            .filter_map(|(shape, form)| Some((shape, form, meant(shape)?)))
            .next()?;
        let says = format!(
            "{} has no path `{}`",
            self.profile.short,
            self.endpoint.slice(piece)
        );
        Some(FitFault {
            values: shape.parts_of_path(&path),
            suggest: Some(with_domain(form, &self.ready.domain).into_owned()),
            ground: FaultGround::Near,
            of_path: true,
            ..self.found(piece.range(), says)
        })
    }

    /// Whether the receiver takes a run of slashes for one.
    fn collapses_slashes(&self) -> bool {
        generic_mistakes()
            .iter()
            .filter(|mistake| mistake.id == "double-slash")
            .any(|mistake| mistake.except.contains(&self.profile.id))
    }

    fn found(&self, range: Range<usize>, says: String) -> FitFault {
        FitFault {
            range,
            says,
            cause: Cause::Shape,
            suggest: None,
            ground: FaultGround::Form,
            of_scheme: false,
            guess: false,
            of_host: false,
            is_by_name: false,
            of_path: false,
            values: KnownParts::new(),
        }
    }
}

fn captures(how: &FormMatch) -> Captures {
    let all = how.host.iter().chain(&how.path).flatten();
    all.cloned().collect()
}

fn lookup(values: &KnownParts, name: &str) -> Option<String> {
    let found = values.iter().find(|(one, _)| one == name)?;
    Some(found.1.clone())
}

/// A path with every run of slashes as one.
pub(super) fn collapsed(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for sign in path.chars() {
        if !(sign == '/' && out.ends_with('/')) {
            out.push(sign);
        }
    }
    out
}

/// Whose write path it is, if that is known.
fn known(path: &str) -> Option<(&'static KnownPath, KnownParts)> {
    known_paths().iter().find_map(|known| {
        let captures = WrittenPattern::Path(&known.path).captures(path, PlaceholderMode::Sure)?;
        let values = captures
            .into_iter()
            .filter_map(|(name, range)| Some((name, path.get(range)?.to_owned())));
        Some((known, values.collect()))
    })
}
/// Whether a path ends in the segments of another one, in which a part between `<` and `>` is any
/// segment.
fn ends_like(path: &str, wanted: &str) -> bool {
    let mut segments = path.rsplit('/');
    let is_part = |segment: &str| segment.starts_with('<') && segment.ends_with('>');
    let mut wanted = wanted.trim_start_matches('/').rsplit('/');
    wanted.all(|wanted| {
        let segment = segments.next();
        segment.is_some_and(|it| it == wanted || is_part(wanted) && !it.is_empty())
    })
}
