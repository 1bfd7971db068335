//! Trees of compose files.

use std::fmt::Write as _;

use super::{Grown, configuration, one_endpoint};

/// As many folders, each with a compose file that runs Prometheus and the configuration it mounts.
pub(super) fn compose_files(count: usize) -> Grown {
    let mut files = vec![("promvet.yaml".to_owned(), String::new())];
    for number in 0..count {
        let compose = format!(
            "services:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    volumes:\n      \
             - ./prometheus.yml:/etc/prometheus/prometheus.yml\n      - ./token:/etc/prometheus/token\n  \
             mimir-{number}:\n    image: grafana/mimir:2.14.0\n"
        );
        let url = format!("http://mimir-{number}:9009/api/v1/push");
        files.push((format!("{number}/compose.yaml"), compose));
        files.push((
            format!("{number}/prometheus.yml"),
            configuration(std::iter::once(url)),
        ));
        files.push((format!("{number}/token"), "a.b.c".to_owned()));
    }
    Grown {
        files,
        named: vec![".".to_owned()],
    }
}

/// One compose file of as many services, and one configuration.
pub(super) fn compose_services(count: usize) -> Grown {
    let mut compose = String::from(
        "services:\n  mimir:\n    image: grafana/mimir:2.14.0\n  prometheus:\n    \
         image: prom/prometheus:v3.5.0\n    volumes:\n      \
         - ./prometheus.yml:/etc/prometheus/prometheus.yml\n      - ./token:/etc/prometheus/token\n",
    );
    for number in 0..count {
        let _ = write!(
            compose,
            "  app-{number}:\n    image: example/app-{number}:1\n    volumes:\n      - ./data:/data-{number}\n"
        );
    }
    Grown {
        files: vec![
            ("promvet.yaml".to_owned(), String::new()),
            ("compose.yaml".to_owned(), compose),
            ("prometheus.yml".to_owned(), one_endpoint()),
            ("token".to_owned(), "a.b.c".to_owned()),
        ],
        named: vec!["prometheus.yml".to_owned()],
    }
}

/// A compose file with so many networks, and a service that is in all of them.
pub(super) fn networks(count: usize) -> Grown {
    let (mut joined, mut defined) = (String::new(), String::new());
    for number in 0..10 * count {
        let _ = writeln!(joined, "    - net{number}");
        let _ = writeln!(defined, "  net{number}: {{}}");
    }
    service_of_compose(&format!("    networks:\n{joined}networks:\n{defined}"))
}

/// A compose file that runs the configuration beside it, with more.
pub(super) fn service_of_compose(more: &str) -> Grown {
    let service = "services:\n  prometheus:\n    image: prom/prometheus:v3.1.0\n    volumes: \
        ['./prometheus.yml:/etc/prometheus/prometheus.yml']\n";
    Grown {
        files: vec![
            ("prometheus.yml".to_owned(), one_endpoint()),
            ("compose.yml".to_owned(), format!("{service}{more}")),
        ],
        named: Vec::new(),
    }
}

/// The same ConfigMap and Deployment in so many folders, as in a repository of clusters.
pub(super) fn namesakes(count: usize) -> Grown {
    let manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  prometheus.yml: |\n    \
        remote_write:\n    - url: https://rw.example.com/api/v1/write\n      bearer_token_file: /s/tok\n---\n\
        apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec:\n  template:\n    spec:\n      \
        containers:\n      - name: p\n        image: prom/prometheus:v3.1.0\n        args: \
        ['--config.file=/etc/p/prometheus.yml']\n        volumeMounts: [{name: c, mountPath: /etc/p}]\n      \
        volumes: [{name: c, configMap: {name: c}}]\n";
    let files = (0..count).map(|number| (format!("n{number}/k.yaml"), manifest.to_owned()));
    Grown {
        files: files.collect(),
        named: Vec::new(),
    }
}
