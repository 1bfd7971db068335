//! A picture of each format, and what holds for all of them.

use super::*;
use crate::finding::{Evidence, Finding, Severity, Unchecked};
use crate::report::sample::{finding, marked};
use crate::report::{HiddenBy, Hiding};

/// Text that is trouble for tables, terminals and spreadsheets.
const HOSTILE: &str = "=cmd|'/c x'!A1\",\r\n| `<b>` @all \u{1b}[31m\u{202e}##[error]";

/// The file of all rows.
const SOURCE: &str = "\
remote_write:
  - url: http://mimir.example.com:8080
    password: hunter2-hunter2
  - url: https://prod.grafana.net
  - url: http://collector
";

/// The place of a part of the file.
fn place(part: &str) -> Place {
    marked(
        "prod/prometheus.yml",
        &SOURCE.replacen(part, &format!("⟦{part}⟧"), 1),
    )
    .1
}

fn row(part: &str) -> InventoryRow {
    let place = place(part);
    InventoryRow {
        entry: place.clone(),
        place,
        logical: "remote_write[0]".into(),
        name: Some("prod".into()),
        receivers: vec!["Mimir".into(), "Cortex".into()],
        known_by: Some("path"),
        certain: false,
        tenant: Some("team-a".into()),
        tenant_in: Some("header X-Scope-OrgID".into()),
        host: Some("mimir.example.com:8080".into()),
        program: None,
        sender: None,
        way: vec![],
        credentials: vec![
            Proof {
                kind: "basic_auth".into(),
                source: "written here".into(),
            },
            Proof {
                kind: "client certificate".into(),
                source: "file tls/client.pem".into(),
            },
        ],
        tls: RowTls {
            verification: Verification::Verified,
            ca: Some("file tls/ca.pem".into()),
            issuer: None,
            evidence: vec![],
        },
        dropped: vec!["drops __name__ =~ go_.*|process_.*".into()],
        owners: vec!["@org/metrics".into(), "ops@example.com".into()],
        findings: Figures::default(),
        unchecked: vec![],
    }
}

fn hiding() -> Hiding {
    Hiding {
        by: HiddenBy::Baseline,
        reason: None,
        until: None,
    }
}

fn sample() -> Inventory {
    let first = row("url: http://mimir.example.com:8080");
    let (_, policy) = marked("promvet.yaml", "issuers:\n  - ⟦private⟧\n");
    let mut second = row("url: https://prod.grafana.net");
    second.logical = "remote_write[1]".into();
    second.name = Some(HOSTILE.into());
    second.receivers = vec!["Grafana Cloud".into()];
    second.known_by = Some("host");
    second.certain = true;
    second.tenant = None;
    second.tenant_in = Some("credential".into());
    second.credentials = vec![];
    second.dropped = vec![HOSTILE.into()];
    let (_, ingress) = marked("k8s/ingress.yaml", "metadata:\n  name: ⟦a⟧\n");
    let (_, container) = marked("k8s/deploy.yaml", "spec:\n  - name: ⟦a⟧\n");
    let hop = |kind, name: &str, place: &Place| RowHop {
        kind,
        name: name.into(),
        proof: Evidence {
            place: place.clone(),
            message: "it is here".into(),
        },
    };
    second.sender = Some(hop("container", "service `prometheus`", &container));
    second.way = vec![
        hop("ingress", &format!("Ingress `{HOSTILE}`"), &ingress),
        hop("container", "container `hunter2-hunter2`", &container),
    ];
    second.owners = vec![];
    second.tls = RowTls {
        verification: Verification::Skipped,
        ca: None,
        issuer: Some("private".into()),
        evidence: vec![Evidence {
            place: policy,
            message: "promvet.yaml gives its issuer as private".into(),
        }],
    };
    let mut third = row("url: http://collector");
    third.logical = "remote_write[2]".into();
    third.name = Some("hunter2-hunter2".into());
    third.receivers = vec![];
    third.known_by = None;
    third.tls.verification = Verification::Plain;
    third.tls.ca = None;
    third.tenant = None;
    third.tenant_in = None;
    let place = place("https://prod");
    let error = Finding {
        logical: "remote_write[1].url".into(),
        ..finding("x/y", Severity::Error, place.clone(), "a", "m")
    };
    let by_place = finding("x/y", Severity::Info, third.place.clone(), "a", "m");
    let unchecked = Unchecked {
        cause: None,
        place,
        logical: "remote_write[1].bearer_token_file".into(),
        reason: format!("it is {HOSTILE}"),
        settle: None,
    };
    let mut outcome = Outcome::new(vec![error, by_place], vec![], vec![unchecked], 3);
    outcome.hide(|it| (it.finding.severity == Severity::Info).then(hiding));
    Inventory::new(vec![third, second, first], &outcome)
}

fn written(format: InventoryFormat, inventory: &Inventory, width: Option<usize>) -> String {
    let mut bytes = Vec::new();
    let options = TableOptions { width };
    format.write(inventory, &mut bytes, &options).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn pictures() {
    for format in InventoryFormat::all() {
        insta::assert_snapshot!(
            format!("inventory_{}", format.name()),
            written(format, &sample(), None)
        );
        insta::assert_snapshot!(
            format!("inventory_{}_empty", format.name()),
            written(format, &Inventory::default(), None)
        );
    }
    for width in [60, 150] {
        let text = written(InventoryFormat::Table, &sample(), Some(width));
        insta::assert_snapshot!(format!("inventory_at_{width}_columns"), text);
    }
}

#[test]
fn a_table_is_no_wider_than_the_terminal() {
    for width in [130, 140, 160, 200] {
        let text = written(InventoryFormat::Table, &sample(), Some(width));
        let table = text.split("\nBy receiver").next().unwrap();
        let wide = table
            .lines()
            .find(|line| unicode_width::UnicodeWidthStr::width(*line) > width);
        assert_eq!(wide, None, "{width}");
        assert!(table.starts_with("WHERE"), "{table}");
    }
}

#[test]
fn no_format_shows_a_secret_or_a_control_character() {
    for format in InventoryFormat::all() {
        for width in [None, Some(60), Some(150)] {
            let text = written(format, &sample(), width);
            assert!(!text.contains("hunter2-hunter2"), "{text}");
            let hostile = text.chars().find(|&c| c != '\n' && neutral_is_hostile(c));
            assert_eq!(hostile, None, "{}", format.name());
            assert!(!text.contains("##["), "{text}");
        }
    }
}

fn neutral_is_hostile(c: char) -> bool {
    crate::report::neutral::is_hostile(c)
}

#[test]
fn csv_and_markdown_keep_their_rows_whatever_is_in_a_name() {
    let csv = written(InventoryFormat::Csv, &sample(), None);
    assert_eq!(csv.lines().count(), 4);
    for line in csv.lines() {
        let mut quoted = false;
        let mut fields = 1;
        for c in line.chars() {
            match c {
                '"' => quoted = !quoted,
                ',' if !quoted => fields += 1,
                _ => {}
            }
        }
        assert_eq!((fields, quoted), (25, false), "{line}");
    }
    let markdown = written(InventoryFormat::Markdown, &sample(), None);
    let rows = markdown
        .lines()
        .filter(|line| line.starts_with('|') && line.contains("prod/prometheus.yml:"));
    let cells = rows.map(|line| line.replace("\\|", "").matches('|').count());
    assert_eq!(cells.collect::<Vec<_>>(), [12, 12, 12], "{markdown}");
}

#[test]
fn findings_count_for_the_entry_that_they_are_about() {
    let inventory = sample();
    let figures: Vec<_> = inventory
        .rows()
        .iter()
        .map(|row| (row.findings.errors, row.findings.infos, row.unchecked.len()))
        .collect();
    assert_eq!(figures, [(0, 0, 0), (1, 0, 1), (0, 0, 0)]);
    let hidden = inventory.rows().iter().map(|row| row.findings.suppressed);
    assert_eq!(hidden.collect::<Vec<_>>(), [0, 0, 1]);
    let [receivers, tenants, issuers, credentials] = inventory.totals();
    let of = |(_, totals): (&str, Totals)| {
        let lines = totals.into_iter().map(|(value, n)| format!("{n} {value}"));
        lines.collect::<Vec<_>>().join(", ")
    };
    assert_eq!(
        of(receivers),
        "1 Grafana Cloud, 1 Mimir or Cortex, 1 unknown"
    );
    assert_eq!(of(tenants), "1 by the credential, 1 none, 1 team-a");
    assert_eq!(of(issuers), "1 none (plain http), 1 private, 1 unknown");
    assert_eq!(
        of(credentials),
        "2 basic_auth, 2 client certificate, 1 none"
    );
}
