//! Files that are nested as deep as their format allows, and far beyond that: every reader that
//! calls itself has a limit, and needs no more than 1 MiB of stack for it.
//!
//! docs/design.md lists the readers with their limits.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that can't go on panics"
)]

use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use promvet::finding::Text;
use promvet::rules::custom::CustomRules;
use promvet::run::{Request, Run, run};
use promvet::source::Memory;

/// A configuration that names every kind of file, and has a fault that has to be reported whatever
/// is in them.
const MAIN: &str = "\
rule_files: [rules.yml]
scrape_config_files: [jobs.yml]
scrape_configs:
- job_name: a
  file_sd_configs: [{files: [targets.json, targets.yml]}]
remote_write:
- url: nowhere.example.com/api/v1/push
  bearer_token_file: /etc/token
  tls_config: {ca_file: ca.pem}
";

/// Checks a tree with 1 MiB of stack and no other thread.
fn checked(tree: Memory) -> Run {
    let check = move || {
        let request = Request {
            paths: vec![PathBuf::from("/tree")],
            threads: 1,
            inventory: true,
            ..Request::default()
        };
        run(&request, &tree)
    };
    let thread = thread::Builder::new().stack_size(1024 * 1024);
    thread.spawn(check).unwrap().join().unwrap()
}

/// A file of each depth beside [`MAIN`]: it hides nothing of that.
fn withstood(path: &str, depths: &[usize], text: impl Fn(usize) -> String) {
    for &depth in depths {
        let tree = Memory::new()
            .file("/tree/prometheus.yml", MAIN)
            .file(format!("/tree/{path}"), text(depth));
        let run = checked(tree);
        assert!(
            run.problems.is_empty(),
            "{path} {depth}: {:?}",
            run.problems
        );
        let mut findings = run.outcome.findings().iter();
        let of_main = |rule: &str| rule == "remote-write/url-syntax";
        assert!(
            findings.any(|one| of_main(&one.finding.rule)),
            "{path} {depth}"
        );
    }
}

/// The ways in which YAML is nested, each in the value of a key.
fn nested(way: usize, depth: usize) -> String {
    match way {
        0 => format!("{}{}", "[".repeat(depth), "]".repeat(depth)),
        1 => format!("{}b{}", "{a: ".repeat(depth), "}".repeat(depth)),
        2 => format!("\n  {}b", "- ".repeat(depth)),
        // Each alias is in what the next one stands for.
        3 => (1..depth).fold("\n- &a0 [x]".to_owned(), |text, level| {
            format!("{text}\n- &a{level} [*a{}]", level - 1)
        }),
        // Likewise, but merged.
        _ => (1..depth).fold("\n- &a0 {x: y}".to_owned(), |text, level| {
            format!("{text}\n- &a{level} {{<<: *a{}}}", level - 1)
        }),
    }
}

/// Go-yaml's limit, and what is far beyond it.
const DEPTHS: [usize; 2] = [9_990, 20_000];

#[test]
fn yaml() {
    for way in 0..5 {
        for (path, head) in [
            (
                "x/prometheus.yml",
                "remote_write: [{url: 'https://a.example.com'}]\nx: ",
            ),
            ("jobs.yml", "scrape_configs: "),
            ("rules.yml", "groups: "),
            (
                "k8s.yaml",
                "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: ",
            ),
            (
                "k8s.yaml",
                "apiVersion: apps/v1\nkind: Deployment\nspec: {template: {spec: {containers: []}}}\nx: ",
            ),
            (
                "values.yaml",
                "prometheus: {prometheusSpec: {remoteWrite: [{url: 'https://a'}]}}\nserver: ",
            ),
        ] {
            // What is beyond the limit is refused before anything else reads it.
            let depths = if path.starts_with("x/") {
                &DEPTHS[..]
            } else {
                &DEPTHS[..1]
            };
            withstood(path, depths, |depth| {
                format!("{head}{}\n", nested(way, depth))
            });
        }
    }
}

#[test]
fn json() {
    for (open, close) in [("[", "]"), ("{\"a\": ", "}")] {
        withstood("targets.json", &[100, 128, 50_000], |depth| {
            format!("{}1{}", open.repeat(depth), close.repeat(depth))
        });
    }
}

#[test]
fn templates() {
    let rules = |template: String| {
        format!(
            "groups: [{{name: a, rules: [{{alert: A, expr: up, annotations: {{a: '{template}'}}}}]}}]\n"
        )
    };
    for (head, link) in [
        ("{{if 1}}", "{{else if 1}}"),
        ("", "{{with 1}}"),
        ("{{ ", "("),
        ("", "{{range .}}{{else}}"),
    ] {
        withstood("rules.yml", &[50, 50_000], |depth| {
            rules(format!("{head}{}", link.repeat(depth)))
        });
    }
    for link in ["{{ if .a }}\n", "{{- range .a }}\n", "{% if a %}\n"] {
        withstood("x/prometheus.yml.tmpl", &[50, 50_000], |depth| {
            format!(
                "remote_write:\n- url: https://a.example.com\n{}",
                link.repeat(depth)
            )
        });
    }
}

#[test]
fn promql() {
    for (open, close) in [
        ("(", ")"),
        ("-", ""),
        ("sum(", ")"),
        ("a[1m:1m]", ""),
        ("1 + ", ""),
        ("2^", ""),
    ] {
        withstood("rules.yml", &[60, 70, 50_000], |depth| {
            let expression = format!("{}a{}", open.repeat(depth), close.repeat(depth));
            format!("groups: [{{name: a, rules: [{{record: a, expr: '{expression}'}}]}}]\n")
        });
    }
}

/// A chain of operators is as deep as it is long, although nothing in it is nested.
#[test]
fn chains_of_operators() {
    for link in [" or a", " and a", " + 1", " == 1", " atan2 a"] {
        withstood("rules.yml", &[60, 50_000], |depth| {
            let expression = format!("a{}", link.repeat(depth));
            format!(
                "groups: [{{name: a, rules: [{{alert: a, expr: '{expression}', annotations: {{a: '{{{{ $labels.x }}}}'}}}}]}}]\n"
            )
        });
    }
}

#[test]
fn patterns() {
    for (open, close) in [
        ("(", ")"),
        ("(?:a|", ")"),
        ("(a", "*)"),
        ("[", "]"),
        ("a{1}", ""),
    ] {
        withstood(
            "x/prometheus.yml",
            &[240, 260, 999, 1_001, 50_000],
            |depth| {
                let pattern = format!("{}a{}", open.repeat(depth), close.repeat(depth));
                format!(
                    "remote_write:\n- url: https://a.example.com\n  write_relabel_configs: [{{source_labels: [a], regex: '{pattern}', action: drop}}]\n"
                )
            },
        );
    }
}

#[test]
fn certificates() {
    // Sequences of definite length, each around the one before.
    let der = |depth: usize| {
        (0..depth).fold(vec![5, 0], |inside, _| {
            let length = u32::try_from(inside.len()).unwrap().to_be_bytes();
            [&[0x30, 0x84][..], &length, &inside].concat()
        })
    };
    for depth in [10, 500] {
        let body = base64(&der(depth));
        withstood("ca.pem", &[depth], |_| {
            format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n")
        });
    }
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let group = chunk
            .iter()
            .fold(0, |group, byte| group << 8 | usize::from(*byte))
            << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let letter = LETTERS[group >> (18 - 6 * place) & 63];
            text.push(if place > chunk.len() {
                '='
            } else {
                char::from(letter)
            });
        }
    }
    text
}

#[test]
fn compose_files() {
    let service = |number: usize, next: usize, more: &str| {
        format!(
            "  s{number}:\n    extends: {{service: s{next}{more}}}\n    image: prom/prometheus\n"
        )
    };
    for more in ["", ", file: compose.yaml"] {
        withstood("compose.yaml", &[8, 9, 2_000], |count| {
            let services: String = (0..count)
                .map(|number| service(number, number + 1, more))
                .collect();
            format!("services:\n{services}")
        });
        // The last extends the first.
        withstood("compose.yaml", &[1, 2, 100], |count| {
            let services: String = (0..count)
                .map(|number| service(number, (number + 1) % count, more))
                .collect();
            format!("include: [compose.yaml]\nservices:\n{services}")
        });
    }
    withstood("compose.yaml", &[8, 50_000], |depth| {
        let variable = format!("{}a{}", "${A:-".repeat(depth), "}".repeat(depth));
        format!("services: {{p: {{image: 'prom/prometheus:{variable}'}}}}\n")
    });
}

#[test]
fn dockerfiles() {
    withstood("Dockerfile", &[63, 65, 5_000], |count| {
        let stages: String = (1..count)
            .map(|stage| format!("FROM s{} AS s{stage}\n", stage - 1))
            .collect();
        format!("FROM prom/prometheus AS s0\n{stages}COPY prometheus.yml /etc/prometheus/\n")
    });
    withstood("Dockerfile", &[8, 50_000], |depth| {
        let variable = format!("{}a{}", "${A:-".repeat(depth), "}".repeat(depth));
        format!("ARG A={variable}\nFROM prom/prometheus:${{A}}\nCMD {variable}\n")
    });
}

#[test]
fn embedded_configurations() {
    withstood("k8s.yaml", &[1, 4, 5, 200], |depth| {
        (0..depth).fold("remote_write: []\n".to_owned(), |inside, _| {
            let inside: String = inside.lines().map(|line| format!("    {line}\n")).collect();
            format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n  prometheus.yml: |\n{inside}")
        })
    });
    withstood("k8s.yaml", &[4, 5, 1_000], |depth| {
        format!(
            "{}{{}}{}\n",
            "{apiVersion: v1, kind: List, items: [".repeat(depth),
            "]}".repeat(depth)
        )
    });
}

/// Policies end the run with a message, and not the program.
#[test]
fn policies() {
    for way in 0..5 {
        for head in ["levels: ", "extends: "] {
            for depth in DEPTHS {
                let run = checked(Memory::new().file("/tree/prometheus.yml", MAIN).file(
                    "/tree/promvet.yaml",
                    format!("root: true\n{head}{}\n", nested(way, depth)),
                ));
                assert!(!run.policy_errors.is_empty(), "{head} {way} {depth}");
            }
        }
    }
    for depth in [15, 17, 100] {
        let tree = (0..depth).fold(
            Memory::new().file("/tree/prometheus.yml", MAIN),
            |tree, number| {
                let name = if number == 0 {
                    "promvet.yaml".to_owned()
                } else {
                    format!("p{number}.yaml")
                };
                tree.file(
                    format!("/tree/{name}"),
                    format!("extends: [p{}.yaml]\n", number + 1),
                )
            },
        );
        let run = checked(tree.file(format!("/tree/p{depth}.yaml"), "profile: strict\n"));
        assert_eq!(run.policy_errors.is_empty(), depth == 15, "{depth}");
    }
    let braces = format!(
        "levels: [{{files: ['{}'], rules: {{}}}}]\n",
        "{a,".repeat(50_000)
    );
    let run = checked(
        Memory::new()
            .file("/tree/promvet.yaml", braces)
            .file("/tree/prometheus.yml", MAIN),
    );
    assert!(!run.policy_errors.is_empty());
}

#[test]
fn custom_rules() {
    let page = |condition: &str| {
        format!("---\nseverity: error\nnode: config\nwhen: '{condition}'\nmessage: a\n---\n# A\n")
    };
    for (open, close) in [
        ("(", ")"),
        ("!", ""),
        ("-", ""),
        ("[", "]"),
        ("{1: ", "}"),
        ("true ? true : ", ""),
        ("size(", ")"),
        ("1 + ", ""),
        ("[1].map(a, ", ")"),
    ] {
        for depth in [5, 1_000, 50_000] {
            let text = page(&format!(
                "{}true{}",
                open.repeat(depth),
                close.repeat(depth)
            ));
            let read = move || {
                let read =
                    CustomRules::read(&[("a".to_owned(), Text::new("a.md", text.into_bytes()))]);
                read.map(checked_with).map_err(|errors| errors.len())
            };
            let thread = thread::Builder::new().stack_size(1024 * 1024);
            match thread.spawn(read).unwrap().join().unwrap() {
                Ok(run) => assert!(depth <= 1_000 && run.problems.is_empty(), "{open} {depth}"),
                Err(errors) => assert!(errors > 0, "{open} {depth}"),
            }
        }
    }
}

fn checked_with(rules: CustomRules) -> Run {
    let request = Request {
        paths: vec![PathBuf::from("/tree")],
        threads: 1,
        own: Some(Arc::new(rules)),
        ..Request::default()
    };
    run(&request, &Memory::new().file("/tree/prometheus.yml", MAIN))
}
