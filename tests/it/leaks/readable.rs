//! What is no secret is shown.

use promvet::finding::{Place, Span, Text};

/// A line of each kind that has to stay readable.
const READABLE: &[&str] = &[
    "image: quay.io/prometheus/prometheus@sha256:aec0fcd48ea6a3ac7a8aa1d2dd3d4d3f1e5e0b7c2e33e5d1a1b2c3d4e5f60718",
    "- uses: actions/checkout@v4",
    "- uses: github/codeql-action/init@ff2f1c621b7f889edc0d3c761ac2e6a3f8cdb0dd # v4.37.7",
    "tenant: 123e4567-e89b-12d3-a456-426614174000",
    "role_arn: arn:aws:iam::123456789012:role/x-NodeInstanceRole-1A2B3C4D5E6F7G",
    "url: https://prometheus-prod-10-prod-us-central-0.grafana.net/api/prom/push",
    "url: http://prometheus-k8s.monitoring.svc.cluster.local:9090/api/v1/write",
    "credentials: $REMOTE_WRITE_TOKEN",
    "GITHUB_TOKEN: ${{ secrets.GITHUB_TOKEN }}",
    "user: \"1000:1000\"",
    "user: nobody:nogroup",
    "- jwtsecret:/var/lib/node/jwt",
    "command: prometheus --config.file=/etc/prometheus/prometheus.yml --web.listen-address=:9090",
    "basic_auth: {username: u, password_file: /etc/secrets/password}",
    "authorization:\n  type: Bearer\n  credentials_file: secrets/token",
    "basicAuth:\n  description: Name and password\n  properties:\n    username:\n      key: a name",
    "address: 0x388C818CA8B9251b393131C08a736A67ccB19297",
];

/// How many lines of a text there are, and which of them show a mask.
fn masks(content: &str) -> (usize, Vec<String>) {
    let text = Text::recognized("x.yml", content.as_bytes().to_vec());
    let mut at = 0;
    let mut lines = 0;
    let mut masked = Vec::new();
    for line in text.content().split_inclusive('\n') {
        let place = Place::new(&text, Span::new(at, at));
        let shown = place.excerpt_within(0, 4000).text;
        if shown.contains("[redacted]") {
            masked.push(shown);
        }
        at += line.len();
        lines += 1;
    }
    (lines, masked)
}

#[test]
fn what_is_no_secret_stays_readable() {
    for lines in READABLE {
        assert_eq!(masks(lines).1, Vec::<String>::new(), "{lines}");
    }
}

/// Of real configurations at most one line in 200 shows a mask, those with secrets included.
#[test]
fn real_files_stay_readable() {
    let Some(shared) = crate::support::recorded::folder() else {
        return;
    };
    let files = walkdir::WalkDir::new(shared.join("corpus/tree"));
    let (mut lines, mut masked) = (0, 0);
    for entry in files.into_iter().filter_map(Result::ok) {
        // Larger files are generated, and would outweigh those that people write.
        let is_file =
            entry.file_type().is_file() && entry.metadata().is_ok_and(|it| it.len() < 400_000);
        if let Some(content) = is_file
            .then(|| std::fs::read_to_string(entry.path()).ok())
            .flatten()
        {
            let (all, hidden) = masks(&content);
            lines += all;
            masked += hidden.len();
        }
    }
    assert!(lines > 100_000, "{lines}");
    assert!(
        masked * 200 <= lines,
        "{masked} of {lines} lines show a mask"
    );
}
