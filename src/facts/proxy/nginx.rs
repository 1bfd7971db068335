//! As much of nginx's configuration as literal locations need.

use super::{Redirected, Unserved};
use crate::finding::Span;

/// A directive with what is in its braces.
#[derive(Debug, Default)]
struct NginxDirective {
    words: Vec<String>,
    span: Span,
    inner: Vec<Self>,
}

/// Files of the image that have no servers and no locations.
const HARMLESS: &[&str] = &[
    "mime.types",
    "fastcgi_params",
    "proxy_params",
    "uwsgi_params",
];

/// Directives of a server that answer requests, or lead them elsewhere, without a location.
const ELSEWHERE: &[&str] = &[
    "rewrite",
    "if",
    "return",
    "error_page",
    "try_files",
    "auth_request",
    "proxy_pass",
];

/// Nesting of real files is four deep; what is deeper is not read.
const DEEPEST: usize = 16;

/// Whether nginx serves no such path at a port; none if it does, or if that is unknown.
pub(super) fn unserved(source: &str, port: u16, host: &str, path: &str) -> Option<Unserved> {
    let all = parse(source)?;
    let server = server_of(&all, port, host)?;
    if server
        .inner
        .iter()
        .any(|directive| ELSEWHERE.contains(&directive.name()))
    {
        return None;
    }
    let mut paths = Vec::new();
    for location in server.inner.iter().filter(|inner| inner.is("location")) {
        let words: Vec<&str> = location.words.iter().skip(1).map(String::as_str).collect();
        let (own, fits) = match words.as_slice() {
            [name] if name.starts_with('@') => continue,
            ["=", own] => (*own, *own == path),
            ["^~", own] | [own] => (*own, path.starts_with(own)),
            // A regular expression, or something that is not known.
            _ => return None,
        };
        // nginx answers a path without the last slash with 301.
        if fits || own.strip_suffix('/') == Some(path) {
            return None;
        }
        paths.push(own.to_owned());
    }
    // A server without locations serves files.
    (!paths.is_empty()).then_some(Unserved {
        span: server.span,
        paths,
    })
}

/// The redirect with which nginx answers a path at a port, if that is what it does for sure: `return` of the
/// server or of the location, or the slash that a location for `proxy_pass` ends in.
pub(super) fn redirected(source: &str, port: u16, host: &str, path: &str) -> Option<Redirected> {
    let all = parse(source)?;
    let server = server_of(&all, port, host)?;
    let has = |inner: &[NginxDirective], names: &[&str]| {
        let mut inner = inner.iter();
        inner.any(|directive| names.contains(&directive.name()))
    };
    if has(&server.inner, &["if", "rewrite", "set"]) {
        return None;
    }
    if let Some(own) = server.inner.iter().find(|inner| inner.is("return")) {
        return own.redirect();
    }
    let location = server.location(path)?;
    let own = location.words.last().map_or("", String::as_str);
    if own.strip_suffix('/') == Some(path) && has(&location.inner, &["proxy_pass"]) {
        return Some(Redirected {
            span: location.span,
            status: 301,
            to_https: false,
        });
    }
    // A location inside of it may take the path.
    if has(&location.inner, &["if", "location", "rewrite", "set"]) {
        return None;
    }
    let inner = location.inner.iter().find(|inner| inner.is("return"));
    inner?.redirect()
}

/// Where nginx passes a path on to, if to one literal host, with the headers that it gets.
pub(super) fn upstream(
    source: &str,
    port: u16,
    host: &str,
    path: &str,
) -> Option<(Span, String, u16)> {
    /// What may set a header of the tenant, or ask another server for one.
    const SETTING: &[&str] = &["auth_request", "if", "rewrite", "set", "upstream"];
    let all = parse(source)?;
    let server = server_of(&all, port, host)?;
    let location = server.location(path)?;
    let holders = all.iter().filter(|block| block.is("http"));
    let holders = holders.flat_map(|http| &http.inner);
    let mut around = holders.chain(&server.inner).chain(&location.inner);
    let sets = |directive: &NginxDirective| {
        let words = directive.words.join(" ").to_ascii_lowercase();
        SETTING.contains(&directive.name())
            || directive.is("proxy_set_header")
                && (words.contains("org") || words.contains("tenant"))
    };
    if around.any(sets) || server.inner.iter().any(|inner| inner.is("return")) {
        return None;
    }
    if location.inner.iter().any(|inner| inner.is("location")) {
        return None;
    }
    let pass = location.inner.iter().find(|inner| inner.is("proxy_pass"))?;
    let [_, url] = pass.words.as_slice() else {
        return None;
    };
    let rest = url.strip_prefix("http://").filter(|_| !url.contains('$'))?;
    let (address, _) = rest.split_once('/').unwrap_or((rest, ""));
    let (name, port) = address.split_once(':').unwrap_or((address, "80"));
    Some((pass.span, name.to_ascii_lowercase(), port.parse().ok()?))
}

/// The server that takes requests for a host at a port.
fn server_of<'d>(all: &'d [NginxDirective], port: u16, host: &str) -> Option<&'d NginxDirective> {
    let http = all.iter().filter(|block| block.is("http"));
    let inside = http.flat_map(|http| &http.inner);
    let servers = all
        .iter()
        .chain(inside)
        .filter(|directive| directive.is("server"));
    pick(
        servers.filter(|server| server.listens_at(port)).collect(),
        port,
        host,
    )
}

/// The server that takes requests for a host (`ngx_http_find_virtual_server`): by its name, else the
/// default one, else the first.
fn pick<'d>(servers: Vec<&'d NginxDirective>, port: u16, host: &str) -> Option<&'d NginxDirective> {
    let names = |directive: &&&NginxDirective| {
        let mut names = directive
            .all("server_name")
            .flat_map(|names| names.iter().skip(1));
        names.any(|name| name.eq_ignore_ascii_case(host))
    };
    if let Some(named) = servers.iter().find(names) {
        return Some(named);
    }
    let is_pattern = |name: &String| name.starts_with(['~', '.', '$']) || name.contains('*');
    let mut all_names = servers
        .iter()
        .flat_map(|server| server.all("server_name"))
        .flatten();
    if all_names.any(is_pattern) {
        return None;
    }
    let is_default = |directive: &&&NginxDirective| {
        directive.all("listen").any(|listen| {
            port_of(listen) == Some(port) && listen.iter().any(|word| word.starts_with("default"))
        })
    };
    servers.iter().find(is_default).or(servers.first()).copied()
}

fn port_of(listen: &[String]) -> Option<u16> {
    let address = listen.get(1)?;
    match address.rsplit(':').next()?.parse() {
        Ok(port) => Some(port),
        // An address alone.
        Err(_) if !address.starts_with("unix:") && !address.contains('$') => Some(80),
        Err(_) => None,
    }
}

impl NginxDirective {
    fn name(&self) -> &str {
        self.words.first().map_or("", String::as_str)
    }

    fn is(&self, name: &str) -> bool {
        self.name() == name
    }

    /// The words of its directives of a name.
    fn all(&self, name: &str) -> impl Iterator<Item = &[String]> {
        let own = self.inner.iter().filter(move |inner| inner.is(name));
        own.map(|flag| flag.words.as_slice())
    }

    fn listens_at(&self, port: u16) -> bool {
        let mut listens = self.all("listen").peekable();
        match listens.peek() {
            None => port == 80,
            Some(_) => listens.any(|listen| port_of(listen) == Some(port)),
        }
    }

    /// The location that takes a path (`ngx_http_core_find_location`): the very path, else the longest
    /// beginning, where there are no regular expressions. One that ends in a slash takes the path
    /// without it too, if no other one does.
    fn location(&self, path: &str) -> Option<&Self> {
        let locations = || self.inner.iter().filter(|inner| inner.is("location"));
        let own = |rule: &Self| match rule.words.as_slice() {
            [_, sign, own] if sign == "=" || sign == "^~" => Some((sign == "=", own.clone())),
            [_, own] if !own.starts_with('~') => Some((false, own.clone())),
            _ => None,
        };
        if locations().any(|directive| own(directive).is_none()) {
            return None;
        }
        let is_exact = |rule: &&Self| own(rule) == Some((true, path.to_owned()));
        let prefix = || {
            let fits = |rule: &&Self| {
                own(rule).is_some_and(|(exact, own)| !exact && path.starts_with(&own))
            };
            let length = |rule: &&Self| own(rule).map_or(0, |(_, own)| own.len());
            locations().filter(fits).max_by_key(length)
        };
        let slash = || {
            let with_slash = |rule: &&Self| {
                own(rule).is_some_and(|(exact, own)| !exact && own.strip_suffix('/') == Some(path))
            };
            locations().find(with_slash)
        };
        locations().find(is_exact).or_else(slash).or_else(prefix)
    }

    /// The redirect of `return`; a URL alone is one with 302.
    fn redirect(&self) -> Option<Redirected> {
        let (status, to) = match self.words.as_slice() {
            [_, status, to] => (status.parse().ok()?, to),
            [_, to] if to.starts_with("http") => (302, to),
            _ => return None,
        };
        matches!(status, 301 | 302 | 303 | 307 | 308).then(|| Redirected {
            span: self.span,
            status,
            to_https: to.starts_with("https://"),
        })
    }

    /// Whether it may bring in more than is written, or runs a program.
    fn is_opaque(&self) -> bool {
        let name = self.name();
        let is_harmless = |path: &String| HARMLESS.iter().any(|end| path.ends_with(end));
        name == "include" && !self.words.iter().skip(1).all(is_harmless)
            || ["lua", "js_", "perl"]
                .iter()
                .any(|word| name.contains(word))
    }
}

/// The directives of a file; none if something in it is not understood.
fn parse(source: &str) -> Option<Vec<NginxDirective>> {
    let mut open: Vec<NginxDirective> = vec![NginxDirective::default()];
    let mut current = NginxDirective::default();
    for (token, span) in tokens(source)? {
        match token {
            Token::Word(word) => {
                if current.words.is_empty() {
                    current.span = span;
                }
                current.words.push(word);
            }
            Token::Open => {
                if current.is_opaque() || open.len() >= DEEPEST {
                    return None;
                }
                open.push(std::mem::take(&mut current));
            }
            Token::End => {
                if current.is_opaque() {
                    return None;
                }
                let done = std::mem::take(&mut current);
                open.last_mut()?.inner.push(done);
            }
            Token::Close => {
                let done = open.pop()?;
                open.last_mut()?.inner.push(done);
            }
        }
    }
    match (open.as_mut_slice(), current.words.is_empty()) {
        ([root], true) => Some(std::mem::take(&mut root.inner)),
        _ => None,
    }
}

enum Token {
    Word(String),
    Open,
    Close,
    End,
}

/// The words and signs of a file (`ngx_conf_read_token`).
fn tokens(source: &str) -> Option<Vec<(Token, Span)>> {
    let mut out = Vec::new();
    let mut rest = source.char_indices().peekable();
    while let Some((at, sign)) = rest.next() {
        let one = Span::new(at, at + sign.len_utf8());
        match sign {
            sign if sign.is_whitespace() => {}
            '#' => while rest.next_if(|(_, sign)| *sign != '\n').is_some() {},
            '{' => out.push((Token::Open, one)),
            '}' => out.push((Token::Close, one)),
            ';' => out.push((Token::End, one)),
            '"' | '\'' => {
                let mut word = String::new();
                loop {
                    match rest.next()?.1 {
                        end if end == sign => break,
                        '\\' => word.push(rest.next()?.1),
                        other => word.push(other),
                    }
                }
                out.push((Token::Word(word), one));
            }
            sign => {
                let mut word = String::from(sign);
                let mut end = at + sign.len_utf8();
                // `${name}` is a part of a word.
                while let Some((at, next)) = rest.next_if(|(_, next)| {
                    let in_variable =
                        word.ends_with('$') || word.contains("${") && !word.ends_with('}');
                    in_variable || !next.is_whitespace() && !matches!(next, '{' | '}' | ';')
                }) {
                    word.push(next);
                    end = at + next.len_utf8();
                }
                out.push((Token::Word(word), Span::new(at, end)));
            }
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_without_a_literal_location_is_reported_and_all_else_is_not_judged() {
        let push = "/api/v1/push";
        let whole = |inner: &str| format!("events {{}}\nhttp {{ server {{ {inner} }} }}");
        for (source, port, want) in [
            (
                whole("location /mimir/ { proxy_pass http://mimir:8080/; }"),
                80,
                Some("/mimir/"),
            ),
            (
                whole("listen 8080; location = /x { return 204; }"),
                8080,
                Some("/x"),
            ),
            (
                whole("listen 8080; location = /x { return 204; }"),
                80,
                None,
            ),
            (
                whole("location / { proxy_pass http://mimir:8080; }"),
                80,
                None,
            ),
            (
                whole("location /api { proxy_pass http://mimir:8080; }"),
                80,
                None,
            ),
            (
                whole("location = /api/v1/push { proxy_pass http://m; }"),
                80,
                None,
            ),
            (whole("location ~ ^/x { proxy_pass http://m; }"), 80, None),
            (whole("include conf.d/*.conf; location /x { }"), 80, None),
            (whole("include mime.types; location /x { }"), 80, Some("/x")),
            (whole("rewrite ^ /y; location /x { }"), 80, None),
            (whole("root /srv;"), 80, None),
            (whole("location /x { # }\n }"), 80, Some("/x")),
            (whole("location /x { "), 80, None),
            (
                "server { listen 80 default_server; location /x {} }".to_owned(),
                80,
                Some("/x"),
            ),
            (
                "server { location /x {} } server { server_name proxy; location / {} }".to_owned(),
                80,
                None,
            ),
            (
                "server { server_name ~^p; location /x {} }".to_owned(),
                80,
                None,
            ),
            (
                whole("location /x { set $a \"${host};\"; content_by_lua_block { x } }"),
                80,
                None,
            ),
        ] {
            let found = unserved(&source, port, "proxy", push);
            let found = found.map(|hit| hit.paths.join(" "));
            assert_eq!(found.as_deref(), want, "{source}");
        }
    }
    #[test]
    fn redirects_are_those_of_the_server_or_of_the_location() {
        let whole = |inner: &str| format!("http {{ server {{ {inner} }} }}");
        for (inner, want) in [
            ("return 308 https://$host$request_uri;", Some((308, true))),
            (
                "location / { return 301 https://a.example.com$uri; }",
                Some((301, true)),
            ),
            ("location / { return http://b/; }", Some((302, false))),
            (
                "location /api/v1/push/ { proxy_pass http://m; }",
                Some((301, false)),
            ),
            (
                "location / { return 301 https://a; } location /api/ { proxy_pass http://m; }",
                None,
            ),
            (
                "location / { return 301 https://a; } location = /api/v1/push { proxy_pass http://m; }",
                None,
            ),
            (
                "location / { return 301 https://a; } location ~ push { proxy_pass http://m; }",
                None,
            ),
            (
                "location / { if ($x) { return 301 https://a; } proxy_pass http://m; }",
                None,
            ),
            ("location / { return 404; }", None),
        ] {
            let found = redirected(&whole(inner), 80, "proxy", "/api/v1/push");
            let found = found.map(|hit| (hit.status, hit.to_https));
            assert_eq!(found, want, "{inner}");
        }
    }

    #[test]
    fn requests_are_passed_on_as_they_are() {
        let whole = |inner: &str| format!("http {{ server {{ {inner} }} }}");
        for (inner, want) in [
            (
                "location / { proxy_pass http://mimir:8080; }",
                Some(("mimir", 8080)),
            ),
            (
                "location / { proxy_pass http://Mimir/a/; proxy_set_header Host $host; }",
                Some(("mimir", 80)),
            ),
            (
                "location / { proxy_pass http://m; proxy_set_header X-Scope-OrgID a; }",
                None,
            ),
            (
                "proxy_set_header X-Scope-OrgID a; location / { proxy_pass http://m; }",
                None,
            ),
            ("location / { proxy_pass http://$up; }", None),
            ("location / { auth_request /a; proxy_pass http://m; }", None),
        ] {
            let found = upstream(&whole(inner), 80, "proxy", "/api/v1/push");
            let found = found.as_ref().map(|(_, host, port)| (host.as_str(), *port));
            assert_eq!(found, want, "{inner}");
        }
    }
}
