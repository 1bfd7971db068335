use super::path::Path;
use super::*;

fn judged(source: &str, url: (&str, &str, &str)) -> Option<String> {
    let text = Text::new("r.yaml", source.as_bytes().to_vec());
    let found = Routes::new(&[text]).judge(url.0, url.1, url.2)?;
    Some(match found.why {
        RouteFault::Path(paths) => format!("path {}", paths.join(" ")),
        RouteFault::Redirect(status) => format!("redirect {status}"),
        RouteFault::NoHttp => "no http".to_owned(),
        RouteFault::NoHttps => "no https".to_owned(),
        RouteFault::Moved(status) => format!("moved {status}"),
        RouteFault::NoPort(service, _) => format!("no port of {service}"),
    })
}

#[test]
fn each_kind_of_route_tells_what_it_serves() {
    let ingress = |more: &str, path: &str| {
        format!(
            "kind: Ingress\nmetadata: {{name: a{more}}}\nspec: {{rules: [{{host: a.example.com, http: {{paths: [{path}]}}}}]}}\n"
        )
    };
    let route = |tls: &str| {
        format!(
            "apiVersion: route.openshift.io/v1\nkind: Route\nmetadata: {{name: a}}\nspec: {{host: a.example.com{tls}}}\n"
        )
    };
    let http_route = |rules: &str| {
        format!(
            "kind: HTTPRoute\nmetadata: {{name: a}}\nspec: {{hostnames: [a.example.com], rules: [{rules}]}}\n"
        )
    };
    let force = ", annotations: {nginx.ingress.kubernetes.io/force-ssl-redirect: \"true\"}";
    let regex = ", annotations: {nginx.ingress.kubernetes.io/use-regex: \"true\"}";
    let redirect =
        "{filters: [{type: RequestRedirect, requestRedirect: {scheme: https, statusCode: 301}}]}";
    let old = redirect.trim_start_matches('{');
    let traefik = "---\nkind: IngressRoute\nmetadata: {name: b}\nspec: {routes: [{match: 'Host(`a.example.com`)'}]}\n";
    let compose = |rule: &str, more: &str| {
        format!(
            "services:\n  mimir:\n    image: grafana/mimir\n    labels:\n      - traefik.http.routers.m.rule={rule}\n{more}"
        )
    };
    let push = "/api/v1/push";
    for (source, scheme, want) in [
        (ingress("", "{path: /, pathType: Prefix}"), "http", None),
        (ingress("", "{path: /api, pathType: Prefix}"), "http", None),
        (
            ingress("", "{path: /api, pathType: Exact}"),
            "https",
            Some("path /api"),
        ),
        (
            ingress("", "{path: /metrics, pathType: Prefix}"),
            "https",
            Some("path /metrics"),
        ),
        (
            ingress(force, "{path: /, pathType: Prefix}"),
            "http",
            Some("redirect 308"),
        ),
        (ingress(force, "{path: /, pathType: Prefix}"), "https", None),
        (
            ingress(regex, "{path: /x, pathType: Prefix}"),
            "https",
            None,
        ),
        (
            ingress(
                "",
                "{path: '/x(/|$)(.*)', pathType: ImplementationSpecific}",
            ),
            "https",
            None,
        ),
        (
            ingress("", "{path: /metrics, pathType: Prefix}") + traefik,
            "https",
            None,
        ),
        (compose("Host(`a.example.com`)", ""), "https", None),
        (
            compose("Host(`a.example.com`) && PathPrefix(`/api`)", ""),
            "http",
            None,
        ),
        (
            compose("Host(`a.example.com`) && PathPrefix(`/mimir`)", ""),
            "https",
            Some("path /mimir"),
        ),
        (
            compose(
                "Host(`a.example.com`) && PathPrefix(`/mimir`)",
                "      - traefik.http.routers.n.rule=PathRegexp(`^/api`)\n",
            ),
            "https",
            None,
        ),
        (
            compose(
                "Host(`a.example.com`) && PathPrefix(`/mimir`)",
                "      - traefik.enable=false\n",
            ),
            "https",
            None,
        ),
        (route(""), "http", None),
        (route(""), "https", Some("no https")),
        (route(", tls: {termination: edge}"), "http", Some("no http")),
        (
            route(", tls: {insecureEdgeTerminationPolicy: Redirect}"),
            "http",
            Some("redirect 302"),
        ),
        (
            route(", tls: {insecureEdgeTerminationPolicy: Allow}"),
            "http",
            None,
        ),
        (
            route(", path: /other, tls: {termination: edge}"),
            "https",
            Some("path /other"),
        ),
        (http_route("{backendRefs: [{name: a}]}"), "https", None),
        (
            http_route("{matches: [{path: {value: /api}}]}"),
            "https",
            None,
        ),
        (
            http_route("{matches: [{path: {type: Exact, value: /api}}]}"),
            "https",
            Some("path /api"),
        ),
        (
            http_route("{matches: [{path: {type: RegularExpression, value: /x.*}}]}"),
            "https",
            None,
        ),
        (http_route(redirect), "http", Some("redirect 301")),
        // The redirect is of other paths.
        (
            http_route(&format!(
                "{{matches: [{{path: {{value: /old}}}}], {old}, {{matches: [{{path: {{value: /api}}}}]}}"
            )),
            "http",
            None,
        ),
        (
            http_route(&format!(
                "{redirect}, {{matches: [{{path: {{value: /api}}}}]}}"
            )),
            "http",
            None,
        ),
        (
            ingress("", "{path: /api/v1/pu, pathType: ImplementationSpecific}"),
            "https",
            None,
        ),
        (
            ingress("", "{path: /api/v1/pu, pathType: Prefix}"),
            "https",
            Some("path /api/v1/pu"),
        ),
    ] {
        let found = judged(&source, (scheme, "a.example.com", push));
        assert_eq!(found.as_deref(), want, "{scheme} {source}");
        assert_eq!(judged(&source, (scheme, "b.example.com", push)), None);
    }
}

#[test]
fn prefixes_end_at_a_slash() {
    let prefix = |path: &str| Path::Prefix(path.to_owned());
    for (own, path, want) in [
        ("/", "/api/v1/push", true),
        ("/api", "/api/v1/push", true),
        ("/api/", "/api", true),
        ("/api", "/apis", false),
        ("/api/v1/push", "/api/v1/push/", true),
    ] {
        assert_eq!(prefix(own).serves(path), want, "{own} {path}");
    }
    let exact = Path::Exact("/api/v1/receive/".to_owned());
    assert!(!exact.serves("/api/v1/receive"));
}

#[test]
fn ingress_routes_are_read_where_all_of_them_are_literal() {
    let source = |name: &str, rule: &str| {
        format!(
            "---\napiVersion: traefik.io/v1alpha1\nkind: IngressRoute\nmetadata: {{name: {name}}}\nspec: {{routes: [{{match: '{rule}'}}]}}\n"
        )
    };
    let one = source("a", "Host(`m.example.com`) && PathPrefix(`/x`)");
    let ingress = "---\nkind: Ingress\nmetadata: {name: b}\nspec: {rules: [{host: m.example.com, http: {paths: [{path: /y, pathType: Prefix}]}}]}\n";
    for (more, path, want) in [
        (String::new(), "/api/v1/push", Some("path /x")),
        (String::new(), "/x/api/v1/push", None),
        (source("b", "Host(`m.example.com`)"), "/api/v1/push", None),
        (source("b", "PathPrefix(`/api`)"), "/api/v1/push", None),
        (source("b", "HostRegexp(`.+`)"), "/api/v1/push", None),
        (ingress.to_owned(), "/api/v1/push", None),
    ] {
        let found = judged(&format!("{one}{more}"), ("https", "m.example.com", path));
        assert_eq!(found.as_deref(), want, "{more} {path}");
    }
}
