//! As much of a Caddyfile as literal paths of one site need (caddyserver.com/docs/caddyfile).

use super::{Redirected, Unserved};
use crate::finding::Span;

/// A line with what is in its braces.
#[derive(Debug, Default)]
struct CaddyLine<'s> {
    words: Vec<&'s str>,
    span: Span,
    inner: Vec<Self>,
}

/// Directives that answer no request themselves.
const HARMLESS: &[&str] = &[
    "basic_auth",
    "basicauth",
    "bind",
    "encode",
    "header",
    "log",
    "request_body",
    "tls",
    "vars",
];

/// Global options by which a site may listen or answer in another way.
const OPTIONS: &[&str] = &["http_port", "https_port", "import", "order"];

/// Nesting of real files is four deep; what is deeper is not read.
const DEEPEST: usize = 16;

/// Whether Caddy serves no such path at a port; none if it does, or if that is unknown.
pub(super) fn unserved(source: &str, port: u16, host: &str, path: &str) -> Option<Unserved> {
    let mut lines = parse(source)?;
    if lines.first().is_some_and(|line| line.words.is_empty()) {
        let options = lines.remove(0);
        if options
            .inner
            .iter()
            .any(|line| OPTIONS.contains(&line.name()))
        {
            return None;
        }
    }
    // Of several sites, or of one without braces, it is not worked out which takes the request.
    let [site] = lines.as_slice() else {
        return None;
    };
    let mut addresses = site.words.iter().flat_map(|word| word.split(','));
    if site.inner.is_empty() || !addresses.any(|address| is_address(address, port, host)) {
        return None;
    }
    let mut paths = Vec::new();
    for line in &site.inner {
        match line.answer()? {
            CaddyAnswer::Nothing => {}
            CaddyAnswer::Path(own) if fits(own, path)? => return None,
            CaddyAnswer::Path(own) => paths.push(own.to_owned()),
        }
    }
    (!paths.is_empty()).then_some(Unserved {
        span: site.span,
        paths,
    })
}

/// The redirect with which Caddy answers a path at a port, if that is what it does for sure. `redir` goes
/// before what answers requests (caddyserver.com/docs/caddyfile/directives, order).
pub(super) fn redirected(source: &str, port: u16, host: &str, path: &str) -> Option<Redirected> {
    let lines = parse(source)?;
    let [site] = lines.as_slice() else {
        return None;
    };
    let mut addresses = site.words.iter().flat_map(|word| word.split(','));
    let is_here = addresses.any(|address| is_address(address, port, host));
    let mut redirects = site.inner.iter().filter(|line| line.name() == "redir");
    let (Some(line), None, true) = (redirects.next(), redirects.next(), is_here) else {
        return None;
    };
    let (to, status) = match line.words.get(1..)? {
        [matcher, to, rest @ ..] if matcher.starts_with('/') && to.contains('/') => {
            (fits(matcher, path)?.then_some(*to)?, rest)
        }
        [to, rest @ ..] if !to.starts_with(['@', '/', '*']) => (*to, rest),
        _ => return None,
    };
    let status = match status {
        [] | ["temporary"] => 302,
        ["permanent"] => 301,
        [code] => code.parse().ok()?,
        _ => return None,
    };
    Some(Redirected {
        span: line.span,
        status,
        to_https: to.starts_with("https://"),
    })
}

/// Whether an address of a site is the one that is asked. Without a port it is that of the scheme, and
/// plain http is redirected.
fn is_address(address: &str, port: u16, host: &str) -> bool {
    let (scheme, rest) = match address.split_once("://") {
        Some((scheme, rest)) => (Some(scheme), rest),
        None => (None, address),
    };
    let (name, written) = rest.split_once(':').unwrap_or((rest, ""));
    let own = match (written, scheme) {
        ("", Some("http")) => Some(80),
        ("", _) => Some(443),
        (written, _) => written.parse().ok(),
    };
    own == Some(port) && (name.is_empty() || name.eq_ignore_ascii_case(host))
}

/// Whether a matcher of paths takes one; none if that is more than a literal.
fn fits(matcher: &str, path: &str) -> Option<bool> {
    let (matcher, path) = (matcher.to_lowercase(), path.to_lowercase());
    match matcher.strip_suffix('*') {
        Some(prefix) if prefix.contains('*') => None,
        Some(prefix) => Some(path.starts_with(prefix)),
        None if matcher.contains('*') => None,
        None => Some(path == matcher),
    }
}

/// What a directive answers.
enum CaddyAnswer<'s> {
    /// Nothing, or errors only.
    Nothing,
    /// Requests of a path.
    Path(&'s str),
}

impl<'s> CaddyLine<'s> {
    fn name(&self) -> &'s str {
        self.words.first().copied().unwrap_or("")
    }

    /// What it answers; none if that is everything, or is unknown.
    fn answer(&self) -> Option<CaddyAnswer<'s>> {
        let matcher = self.words.get(1).copied();
        let path = matcher.filter(|word| word.starts_with('/'));
        match self.name() {
            name if HARMLESS.contains(&name) => Some(CaddyAnswer::Nothing),
            "handle" | "handle_path" if matcher.is_none() => {
                let is_error = |line: &Self| line.is_error() && line.words.len() > 1;
                self.inner
                    .iter()
                    .all(is_error)
                    .then_some(CaddyAnswer::Nothing)
            }
            "handle" | "handle_path" | "reverse_proxy" | "respond" if path.is_some() => {
                path.map(CaddyAnswer::Path)
            }
            _ => self.is_error().then_some(CaddyAnswer::Nothing),
        }
    }

    /// Whether it rejects every request.
    fn is_error(&self) -> bool {
        let status = self.words.last().and_then(|word| word.parse::<u16>().ok());
        let has_matcher = self
            .words
            .get(1)
            .is_some_and(|word| word.starts_with(['@', '/']));
        match self.name() {
            "respond" | "error" => !has_matcher && status.is_some_and(|status| status >= 400),
            "abort" => self.words.len() == 1,
            _ => false,
        }
    }
}

/// The lines of a file; none if something in it is not understood, or comes from elsewhere.
fn parse(source: &str) -> Option<Vec<CaddyLine<'_>>> {
    let mut open: Vec<CaddyLine<'_>> = vec![CaddyLine::default()];
    let mut start = 0;
    for text in source.split_inclusive('\n') {
        let at = start;
        start += text.len();
        let text = text.split(" #").next().unwrap_or(text).trim();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        if text == "}" {
            let closed = open.pop()?;
            open.last_mut()?.inner.push(closed);
            continue;
        }
        let (words, opens) = match text.strip_suffix('{') {
            Some(before) if before.is_empty() || before.ends_with(char::is_whitespace) => {
                (before.trim(), true)
            }
            _ => (text, false),
        };
        // Variables, quotes, snippets and what other files hold.
        // The URL of a redirect has variables.
        let has_signs = words.contains(['"', '`', '\\', '<'])
            || words.contains(['{', '}']) && !words.starts_with("redir ");
        let is_opaque = has_signs || words.starts_with('(') || words.starts_with("import");
        if is_opaque || open.len() >= DEEPEST {
            return None;
        }
        let line = CaddyLine {
            words: words.split_whitespace().collect(),
            span: Span::new(at, at + text.len()),
            inner: Vec::new(),
        };
        match opens {
            true => open.push(line),
            false => open.last_mut()?.inner.push(line),
        }
    }
    let root = open.pop().filter(|_| open.is_empty())?;
    Some(root.inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_literal_paths_of_one_site_are_worked_out() {
        let site = |inner: &str| format!(":80 {{\n{inner}\n}}\n");
        let proxy = "\treverse_proxy vm:8428\n";
        for (source, want) in [
            (
                site(&format!("handle /write/* {{\n{proxy}}}\nrespond 404")),
                Some("/write/*"),
            ),
            (
                site("reverse_proxy /x vm:8428\nrespond /y 200"),
                Some("/x /y"),
            ),
            (
                site(&format!(
                    "handle_path /write* {{\n{proxy}}}\nhandle {{\nrespond 404\n}}"
                )),
                Some("/write*"),
            ),
            (
                site(&format!("handle /write/* {{\n{proxy}}}")),
                Some("/write/*"),
            ),
            (
                site(&format!("handle /api/* {{\n{proxy}}}\nrespond 404")),
                None,
            ),
            (
                site(&format!("handle /x/* {{\n{proxy}}}\nhandle {{\n{proxy}}}")),
                None,
            ),
            (site("reverse_proxy vm:8428"), None),
            (site("@api path /x\nreverse_proxy @api vm:8428"), None),
            (site("handle /x/* {\nimport common\n}"), None),
            (site("respond 200"), None),
            (site("rewrite * /x\nreverse_proxy /x vm"), None),
            (
                format!("{{\nhttp_port 8080\n}}\n{}", site("respond /x 200")),
                None,
            ),
            (
                format!("{{\nadmin off\n}}\n{}", site("respond /x 200")),
                Some("/x"),
            ),
            (
                format!("{}{}", site("respond /x 200"), site("respond /y 200")),
                None,
            ),
            ("http://other {\nrespond /x 200\n}".to_owned(), None),
            ("http://caddy {\nrespond /x 200\n}".to_owned(), Some("/x")),
            ("caddy {\nrespond /x 200\n}".to_owned(), None),
            ("{$DOMAIN} {\nrespond /x 200\n}".to_owned(), None),
            (":80 {\nrespond /x 200\n".to_owned(), None),
        ] {
            let found = unserved(&source, 80, "caddy", "/api/v1/write");
            let found = found.map(|hit| hit.paths.join(" "));
            assert_eq!(found.as_deref(), want, "{source}");
        }
    }
}
